//! The schema of a PostgreSQL database: brought up to date by the role that owns it, and looked at by a gateway that starts.
//!
//! The owner may change tables; what it may not is in triggers (`migrations/postgres`). The role of the gateways has the
//! rights below and no others: the log takes inserts, and nothing of it can be changed or deleted with that role.

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool};

use super::migrations::POSTGRES;

/// The role of the gateways, unless another is named.
pub const GATEWAY_ROLE: &str = "convenant_gateway";

/// The oldest server that is used, as `server_version_num` has it.
const OLDEST_SERVER: i32 = 150_000;

/// A gateway that froze within a transaction holds its locks no longer than this; then the server ends its session.
const IDLE_IN_TRANSACTION: &str = "10s";

/// What the role of the gateways may do, `{role}` being its name; everything else is taken from it first.
const RIGHTS: [&str; 11] = [
    "REVOKE ALL ON ALL TABLES IN SCHEMA log, derived, cosigned, convenant FROM {role}",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA log FROM {role}",
    "REVOKE ALL ON SCHEMA log, derived, cosigned, convenant FROM {role}",
    "GRANT USAGE ON SCHEMA log, derived, cosigned, convenant TO {role}",
    "GRANT SELECT ON convenant.migration TO {role}",
    "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA log TO {role}",
    "GRANT EXECUTE ON FUNCTION log.erase_attachment(BIGINT, BYTEA, BIGINT) TO {role}",
    // The head moves; what was written beside the log is made anew by `convenant rebuild`.
    "GRANT UPDATE ON log.head TO {role}",
    "GRANT DELETE ON log.change, log.tile_root TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA derived TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cosigned TO {role}",
];

/// Why a schema cannot be brought up to date, or is not one that this program works with. What the server said is the source
/// (`{error:#}` with anyhow).
#[derive(Debug, thiserror::Error)]
pub enum SchemaFault {
    /// No connection.
    #[error("cannot connect to {place}")]
    Connect {
        /// Role, host, port and database; no password.
        place: String,
        /// Why not.
        source: sqlx::Error,
    },
    /// The server is too old.
    #[error("the server is PostgreSQL {0}; accepted: 15 and newer")]
    TooOld(String),
    /// The server follows another one.
    #[error("the server is a standby, which cannot be written to; accepted: the address of the primary")]
    Standby,
    /// Steps of the schema are not there yet, by their numbers.
    #[error("the schema lacks {0:?}: run `convenant migrate` as the role that owns it")]
    Behind(Vec<i64>),
    /// Steps are there that this program does not know, by their numbers.
    #[error("the schema has {0:?}, which this program does not know: it is from before them; accepted: a newer version of it")]
    Newer(Vec<i64>),
    /// A step is not the one that this program has.
    #[error("step {0} of the schema is not the one that this program has: the database was made by another program")]
    Other(i64),
    /// The rights of a role do not fit.
    #[error("{0}")]
    Role(String),
    /// A setting of the server would lose what was acknowledged.
    #[error(
        "synchronous_commit is {0} for this role and database, so that acknowledged statements could be lost; accepted: on, or remote_apply"
    )]
    Careless(String),
    /// A step could not be done; nothing of it is there.
    #[error("the schema could not be brought up to date")]
    Migration(#[from] MigrateError),
    /// The database did not do what was asked.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// What `migrate` found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Version of the server, such as `15.14`.
    pub server: String,
    /// The steps that were applied now, by number and name; none when the schema was up to date.
    pub applied: Vec<(i64, String)>,
    /// The number of the newest step.
    pub newest: i64,
    /// Whether the role of the gateways was made now. It has no password then.
    pub role_made: bool,
}

/// Brings the schema up to date, makes the role of the gateways where it is missing, and gives it its rights and no others.
/// Again is safe. `options` are those of the role that owns the schema, or is to own it.
pub async fn migrate(options: PgConnectOptions, role: &str) -> Result<Migrated, SchemaFault> {
    let place = place(&options);
    // Names without a schema mean PostgreSQL's own, whatever others have put into `public`.
    let options =
        options.application_name("convenant migrate").options([("search_path", "pg_catalog"), ("client_min_messages", "warning")]);
    let mut connection = options.connect().await.map_err(|source| SchemaFault::Connect { place, source })?;
    let outcome = migrate_on(&mut connection, role).await;
    // Ends the session, and with it the lock that a failed migration leaves behind.
    _ = connection.close().await;
    outcome
}

async fn migrate_on(connection: &mut PgConnection, role: &str) -> Result<Migrated, SchemaFault> {
    let server = server_version(connection).await?;
    if sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(&mut *connection).await? {
        return Err(SchemaFault::Standby);
    }
    let before = applied(connection).await?.unwrap_or_default();
    // Before anything is changed: an older program must not take rights away that a newer one gave.
    match compare(&before) {
        Ok(()) | Err(SchemaFault::Behind(_)) => POSTGRES.run(&mut *connection).await?,
        Err(fault) => return Err(fault),
    }
    let role_made = make_role(connection, role).await?;
    grant(connection, role).await?;
    let new = POSTGRES.iter().filter(|step| !before.iter().any(|(version, _)| *version == step.version));
    let applied = new.map(|step| (step.version, step.description.to_string())).collect();
    let newest = POSTGRES.iter().map(|step| step.version).max().unwrap_or_default();
    Ok(Migrated { server, applied, newest, role_made })
}

/// For a gateway at its start, with the connections that write the log: the schema is the one that this program works with, the
/// role that it connects with cannot change the log, and a commit is durable when it is acknowledged, on standbys that
/// count too.
pub async fn check(pool: &PgPool) -> Result<(), SchemaFault> {
    let mut connection = pool.acquire().await?;
    server_version(&mut connection).await?;
    compare(&applied(&mut connection).await?.unwrap_or_default())?;
    let sql = "SELECT current_user::text, has_table_privilege('log.record', 'UPDATE')";
    let (role, may_change): (String, bool) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    let sql =
        "SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names') <> '', current_setting('fsync') = 'on'";
    let (commit, has_standbys, is_synced): (String, bool, bool) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    if commit == "off" || (has_standbys && ["local", "remote_write"].contains(&commit.as_str())) {
        return Err(SchemaFault::Careless(commit));
    }
    if !is_synced {
        tracing::warn!("fsync is off on the database server: what was acknowledged does not survive its machine");
    }
    if may_change {
        return Err(SchemaFault::Role(format!(
            "the role {role} owns the log or is a superuser; accepted: a role that may only add to it, such as {GATEWAY_ROLE}, which \
             `convenant migrate` makes"
        )));
    }
    Ok(())
}

/// Which role at which server and database; no password.
fn place(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or_else(|| options.get_host().to_owned(), |socket| socket.display().to_string());
    let (role, port) = (options.get_username(), options.get_port());
    format!("{host}, port {port}, database {}, as {role}", options.get_database().unwrap_or(role))
}

async fn server_version(connection: &mut PgConnection) -> Result<String, SchemaFault> {
    let sql = "SELECT current_setting('server_version'), current_setting('server_version_num')::integer";
    let (version, number): (String, i32) = sqlx::query_as(sql).fetch_one(connection).await?;
    if number < OLDEST_SERVER { Err(SchemaFault::TooOld(version)) } else { Ok(version) }
}

/// The steps that were applied, by number and checksum; `None` where none ever was, or this role may not know.
async fn applied(connection: &mut PgConnection) -> Result<Option<Vec<(i64, Vec<u8>)>>, SchemaFault> {
    let sql = "SELECT version, checksum FROM convenant.migration WHERE success ORDER BY version";
    match sqlx::query_as(sql).fetch_all(connection).await {
        Ok(rows) => Ok(Some(rows)),
        // No such table; no right to it or to its schema.
        Err(sqlx::Error::Database(error)) if ["42P01", "42501"].map(Some).contains(&error.code().as_deref()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn compare(applied: &[(i64, Vec<u8>)]) -> Result<(), SchemaFault> {
    let unknown: Vec<i64> = applied.iter().map(|(version, _)| *version).filter(|version| !POSTGRES.version_exists(*version)).collect();
    if !unknown.is_empty() {
        return Err(SchemaFault::Newer(unknown));
    }
    let mut missing = Vec::new();
    for step in POSTGRES.iter() {
        match applied.iter().find(|(version, _)| *version == step.version) {
            None => missing.push(step.version),
            Some((_, checksum)) if **checksum != *step.checksum => return Err(SchemaFault::Other(step.version)),
            Some(_) => {}
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(SchemaFault::Behind(missing)) }
}

/// Makes the role where it is missing, and sees that it is none that could change the log. True where it was made.
async fn make_role(connection: &mut PgConnection, role: &str) -> Result<bool, SchemaFault> {
    let is_there = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)";
    let is_there: bool = sqlx::query_scalar(is_there).bind(role).fetch_one(&mut *connection).await?;
    if !is_there {
        administer(connection, &format!("CREATE ROLE {} LOGIN", quoted(role))).await?;
    }
    // Superusers are members of every role.
    let acts_as_owner: bool =
        sqlx::query_scalar("SELECT pg_has_role($1, current_user, 'MEMBER')").bind(role).fetch_one(&mut *connection).await?;
    if acts_as_owner {
        return Err(SchemaFault::Role(format!(
            "the role {role} can act as the owner of the schema, and so could change the log; accepted: a role of its own, which need not \
             be there yet"
        )));
    }
    let has_limit = "SELECT EXISTS (SELECT FROM pg_roles, unnest(rolconfig) AS setting WHERE rolname = $1 AND setting LIKE \
                     'idle\\_in\\_transaction\\_session\\_timeout=%')";
    let has_limit: bool = sqlx::query_scalar(has_limit).bind(role).fetch_one(&mut *connection).await?;
    if !has_limit {
        let sql = format!("ALTER ROLE {} SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION}'", quoted(role));
        administer(connection, &sql).await?;
    }
    Ok(!is_there)
}

/// Does what takes the right to make roles, and says what an administrator must do where the owner has it not.
async fn administer(connection: &mut PgConnection, sql: &str) -> Result<(), SchemaFault> {
    match connection.execute(AssertSqlSafe(sql)).await {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => Err(SchemaFault::Role(format!(
            "the owner of the schema may not do this: have an administrator of the server run `{sql}`, and then this again"
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn grant(connection: &mut PgConnection, role: &str) -> Result<(), SchemaFault> {
    // In one transaction: a gateway that runs has its rights before and after.
    let mut tx = connection.begin().await?;
    for sql in RIGHTS {
        tx.execute(AssertSqlSafe(sql.replace("{role}", &quoted(role)))).await?;
    }
    Ok(tx.commit().await?)
}

/// A name as SQL has it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
