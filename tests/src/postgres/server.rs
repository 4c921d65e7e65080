//! The server that all tests of a process share, with a template of a migrated database.

use std::str::FromStr as _;
use std::sync::OnceLock;

use gateway::store::schema;
use ledger::words::Hash;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};

use super::binaries::Binaries;
use super::cluster::{Cluster, Durability};
use super::{GATEWAY, OWNER, container, missing, sql};

/// All that makes a migrated database what it is: another text, another template.
const MADE_BY: [&str; 2] =
    [include_str!("../../../migrations/postgres/0001_foundation.sql"), include_str!("../../../gateway/src/store/schema.rs")];
/// Who makes a template on a server that several processes share.
const LOCK: i64 = 0x636f_6e76;
/// For the role of gateways on a server that asks for a password.
const PASSWORD: &str = "convenant-test";

/// How the server is reached by each role.
#[derive(Debug, Clone)]
pub(super) struct Roles {
    /// Makes and drops databases.
    pub(super) administrator: PgConnectOptions,
    /// Owns the schemas.
    pub(super) owner: PgConnectOptions,
    /// That of gateways.
    pub(super) gateway: PgConnectOptions,
}

/// The server of this process.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) roles: Roles,
    /// A migrated database to copy.
    pub(super) template: String,
    // Ends with this process, by its guard.
    _cluster: Option<Cluster>,
}

/// The server of this process, started when it is first asked for. `None` where there is none, which has been said then.
pub(super) fn shared() -> Option<&'static Server> {
    static SHARED: OnceLock<Result<Server, String>> = OnceLock::new();
    SHARED.get_or_init(Server::start).as_ref().map_or_else(|why| missing(why), Some)
}

impl Server {
    fn start() -> Result<Self, String> {
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            return Ok(Self::given(&url));
        }
        let no_binaries = match Binaries::find() {
            Ok(binaries) => {
                let unsynced = std::env::var("CONVENANT_TEST_FSYNC").as_deref() == Ok("off");
                let cluster = Cluster::start(binaries, if unsynced { Durability::Unsynced } else { Durability::Synced });
                return Ok(Self::with_roles(&cluster.url("postgres", "postgres"), Some(cluster)));
            }
            Err(why) => why,
        };
        let url = container::start().map_err(|no_engine| format!("TEST_DATABASE_URL is not set; {no_binaries}; {no_engine}"))?;
        Ok(Self::with_roles(&url, None))
    }

    /// One that lets everybody in, and is nobody else's.
    fn with_roles(administrator: &str, cluster: Option<Cluster>) -> Self {
        make_owner(administrator).expect("the superuser makes a role");
        let administrator = PgConnectOptions::from_str(administrator).expect("our own address");
        let (owner, gateway) = (administrator.clone().username(OWNER), administrator.clone().username(GATEWAY));
        let roles = Roles { administrator, owner, gateway };
        let template = make_template(&roles, GATEWAY);
        Self { roles, template, _cluster: cluster }
    }

    /// Somebody's server, which may ask for passwords: whoever is named in the address owns the schemas.
    fn given(url: &str) -> Self {
        let administrator = PgConnectOptions::from_str(url).expect("TEST_DATABASE_URL is postgres://ROLE:PASSWORD@HOST:PORT/DATABASE");
        let role = format!("{GATEWAY}_test");
        let gateway = administrator.clone().username(&role).password(PASSWORD);
        let roles = Roles { owner: administrator.clone(), administrator, gateway };
        let template = make_template(&roles, &role);
        Self { roles, template, _cluster: None }
    }
}

/// The role that is to own schemas: no superuser.
pub(super) fn make_owner(superuser: &str) -> Result<(), sqlx::Error> {
    sql::execute(superuser, &format!("CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE"))
}

/// The address of a database with these options.
pub(super) fn url(options: &PgConnectOptions, database: &str) -> String {
    options.clone().database(database).to_url_lossy().to_string()
}

/// Makes the template where it is missing, under the name that says of what it is made. Several processes may ask at once.
fn make_template(roles: &Roles, gateway: &str) -> String {
    let template = format!("convenant_template_{}", &Hash::of(&MADE_BY.map(str::as_bytes)).to_string()[..16]);
    let database = roles.administrator.get_database().unwrap_or("postgres").to_owned();
    let made = sql::with_connection(&url(&roles.administrator, &database), async |connection| {
        // Released with the connection.
        connection.execute(AssertSqlSafe(format!("SELECT pg_advisory_lock({LOCK})"))).await?;
        let is_there = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
        if sqlx::query_scalar(is_there).bind(&template).fetch_one(&mut *connection).await? {
            return Ok(());
        }
        let unfinished = format!("{template}_unfinished");
        connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {unfinished}"))).await?;
        let owner = roles.owner.get_username().replace('"', "\"\"");
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {unfinished} OWNER \"{owner}\""))).await?;
        let migrated = schema::migrate(roles.owner.clone().database(&unfinished), gateway).await;
        migrated.map_err(|fault| sqlx::Error::Configuration(fault.into()))?;
        if let Some(password) = password_of(&roles.gateway) {
            connection.execute(AssertSqlSafe(format!("ALTER ROLE {gateway} PASSWORD '{password}'"))).await?;
        }
        connection.execute(AssertSqlSafe(format!("ALTER DATABASE {unfinished} RENAME TO {template}"))).await?;
        Ok(())
    });
    made.expect("a template of a migrated database");
    template
}

fn password_of(options: &PgConnectOptions) -> Option<&'static str> {
    options.get_username().ends_with("_test").then_some(PASSWORD)
}
