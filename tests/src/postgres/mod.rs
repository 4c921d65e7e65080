//! PostgreSQL for tests: a server for each test process, a database for each test, a pair of servers for failover.
//!
//! Where the server comes from: `TEST_DATABASE_URL`; else server binaries on this machine, in a temporary cluster; else a
//! container, where a Docker engine answers; else the tests on PostgreSQL are not run, which is said once and is a failure
//! where `CONVENANT_REQUIRE_POSTGRES` is `1`. `docs/testing.md` has the details.

pub mod binaries;
pub mod cluster;
mod container;
pub mod database;
pub mod guard;
pub mod pair;
mod server;
pub mod solo;
pub mod sql;

pub use binaries::Binaries;
pub use cluster::{Cluster, Durability, until};
pub use database::TestDatabase;
pub use pair::Pair;
pub use solo::Solo;

use std::io::Write as _;
use std::sync::Once;

/// The role that owns the schemas in databases of tests; no superuser, so that what it may not do is seen.
pub const OWNER: &str = "convenant_owner";
/// The role of gateways in databases of tests.
pub const GATEWAY: &str = gateway::store::schema::GATEWAY_ROLE;

/// Says once that tests on PostgreSQL are not run, and why; where they are required it fails the test that asks.
fn missing<T>(why: &str) -> Option<T> {
    static SAID: Once = Once::new();
    let line = format!(
        "NOT RUN: the tests on PostgreSQL ({why}). Accepted: TEST_DATABASE_URL, the server binaries of PostgreSQL 15 or newer, or Docker"
    );
    assert!(std::env::var("CONVENANT_REQUIRE_POSTGRES").as_deref() != Ok("1"), "CONVENANT_REQUIRE_POSTGRES=1, and {line}");
    // Past the capture of the test harness, which shows nothing of tests that pass.
    SAID.call_once(|| _ = writeln!(std::io::stderr(), "{line}"));
    None
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Asks twice for what is not there.
    #[test]
    #[ignore = "run by the test below"]
    fn in_vain() {
        assert!(super::missing::<()>("no reason").is_none());
        assert!(super::missing::<()>("no reason").is_none());
    }

    #[test]
    fn what_is_not_run_is_said_once_and_is_a_failure_where_it_is_required() {
        let run = |required: &str| {
            let mut process = Command::new(std::env::current_exe().unwrap());
            process.args(["--exact", "postgres::tests::in_vain", "--ignored"]).env("CONVENANT_REQUIRE_POSTGRES", required);
            let output = process.output().unwrap();
            (output.status.success(), String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap())
        };
        let (passed, said, _) = run("0");
        assert!(passed);
        assert_eq!(said.matches("NOT RUN: the tests on PostgreSQL (no reason)").count(), 1, "{said}");
        let (passed, _, told) = run("1");
        assert!(!passed && told.contains("CONVENANT_REQUIRE_POSTGRES=1, and NOT RUN"), "{told}");
    }
}
