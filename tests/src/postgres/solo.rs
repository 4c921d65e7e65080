//! A server with one migrated database, for a test of what happens to the server: it is stopped, frozen or short of room.

use std::str::FromStr as _;

use gateway::store::schema;
use sqlx::postgres::PgConnectOptions;

use super::binaries::Binaries;
use super::cluster::{Cluster, Durability};
use super::{GATEWAY, OWNER, missing, server, sql};

/// The database.
const DATABASE: &str = "convenant";

/// A server of one test alone.
#[derive(Debug)]
pub struct Solo {
    /// The server.
    pub cluster: Cluster,
}

impl Solo {
    /// Starts it: some two seconds. It needs server binaries on this machine, also where `TEST_DATABASE_URL` is set; `None`
    /// where there are none, which has been said then.
    pub fn start(durability: Durability) -> Option<Self> {
        Self::on(|binaries| Cluster::start(binaries, durability))
    }

    /// The same, with a write-ahead log in small files, for `Cluster::limit_files`.
    pub fn in_small_files(durability: Durability) -> Option<Self> {
        Self::on(|binaries| Cluster::in_small_files(binaries, durability))
    }

    fn on(start: impl FnOnce(Binaries) -> Cluster) -> Option<Self> {
        match Binaries::find() {
            Ok(binaries) => {
                let cluster = start(binaries);
                make_database(&cluster, DATABASE);
                Some(Self { cluster })
            }
            Err(why) => missing(&format!("a server to be stopped cannot be started: {why}")),
        }
    }

    /// For gateways.
    pub fn gateway_url(&self) -> String {
        self.cluster.url(GATEWAY, DATABASE)
    }

    /// For looking on.
    pub fn superuser_url(&self) -> String {
        self.cluster.url("postgres", DATABASE)
    }
}

/// Makes the owner and a migrated database on a new server.
pub(super) fn make_database(cluster: &Cluster, name: &str) {
    let superuser = cluster.url("postgres", "postgres");
    server::make_owner(&superuser).expect("the superuser makes a role");
    sql::execute(&superuser, &format!("CREATE DATABASE {name} OWNER {OWNER}")).expect("a database");
    let options = PgConnectOptions::from_str(&cluster.url(OWNER, name)).expect("our own address");
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let migrated = std::thread::spawn(move || runtime().block_on(schema::migrate(options, GATEWAY))).join();
    migrated.expect("no panic").expect("a migrated database");
}
