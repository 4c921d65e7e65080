//! A primary and its synchronous standby, for tests of what happens when one of them dies.

use super::binaries::Binaries;
use super::cluster::{Cluster, Durability, until};
use super::solo::make_database;
use super::{GATEWAY, OWNER, missing, sql};

/// The database of a pair.
pub const DATABASE: &str = "convenant";
/// What the primary calls the standby.
const STANDBY: &str = "standby";

/// Two servers, of which the second has everything that the first acknowledged.
#[derive(Debug)]
pub struct Pair {
    primary: Cluster,
    standby: Cluster,
}

impl Pair {
    /// Starts both, with a migrated database: some three seconds. It needs server binaries on this machine, also where
    /// `TEST_DATABASE_URL` is set; `None` where there are none, which has been said then.
    pub fn start(durability: Durability) -> Option<Self> {
        let binaries = match Binaries::find() {
            Ok(binaries) => binaries,
            Err(why) => return missing(&format!("a primary with a standby cannot be started: {why}")),
        };
        let primary = Cluster::start(binaries, durability);
        make_database(&primary, DATABASE);
        let standby = Cluster::follow(&primary, STANDBY);
        let pair = Self { primary, standby };
        pair.synchronise();
        Some(pair)
    }

    /// From now on the primary acknowledges nothing that the standby has not on its disk.
    fn synchronise(&self) {
        let superuser = self.primary.url("postgres", "postgres");
        // Not in one message: ALTER SYSTEM wants no transaction around it.
        for statement in [format!("ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'"), "SELECT pg_reload_conf()".to_owned()] {
            sql::execute(&superuser, &statement).expect("a setting of the primary");
        }
        let states = format!("SELECT sync_state FROM pg_stat_replication WHERE application_name = '{STANDBY}'");
        let is_synchronous = || sql::column(&superuser, &states).ok().filter(|states| states == &["sync"]);
        until(is_synchronous).unwrap_or_else(|| panic!("the standby does not follow: {}", self.standby.said()));
    }

    /// The connection string of gateways, with both servers: `postgres://ROLE@HOST:PORT,HOST:PORT/DATABASE`.
    pub fn gateway_url(&self) -> String {
        self.both(GATEWAY)
    }

    /// The same for the role that owns the schemas.
    pub fn owner_url(&self) -> String {
        self.both(OWNER)
    }

    fn both(&self, role: &str) -> String {
        format!("postgres://{role}@{},{}/{DATABASE}", self.primary.address(), self.standby.address())
    }

    /// The server that takes writes, until it is killed. For its own addresses, `url(role, DATABASE)`.
    pub fn primary(&self) -> &Cluster {
        &self.primary
    }

    /// The server that follows.
    pub fn standby(&self) -> &Cluster {
        &self.standby
    }

    /// Kills every process of the primary (`kill -9`).
    pub fn kill_primary(&mut self) {
        self.primary.kill();
    }

    /// Kills the standby: the primary acknowledges nothing until it is back.
    pub fn kill_standby(&mut self) {
        self.standby.kill();
    }

    /// Starts the standby that was killed, and waits until it follows.
    pub fn start_standby(&mut self) {
        self.standby.start_again();
        self.synchronise();
    }

    /// Has the standby take over, and waits until it takes writes. It has no standby of its own then, and waits for none.
    pub fn promote(&mut self) {
        let superuser = self.standby.url("postgres", "postgres");
        let promoted = sql::column(&superuser, "SELECT pg_promote(true, 60)::text").expect("the standby answers");
        assert_eq!(promoted, ["true"], "the standby does not take over: {}", self.standby.said());
    }

    /// After a kill of the primary and a promotion: the dead one is made anew as standby of the new primary, and they have
    /// changed places. The order of hosts in the addresses changes with it.
    pub fn rejoin(&mut self) {
        self.primary.follow_anew(&self.standby, STANDBY);
        std::mem::swap(&mut self.primary, &mut self.standby);
        self.synchronise();
    }
}
