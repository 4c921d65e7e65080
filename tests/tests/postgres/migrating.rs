//! `convenant migrate`, and what a gateway says of a schema that is not the one it works with.

use std::str::FromStr as _;

use gateway::command::migrate::Migrate;
use gateway::command::{Exit, Terminal};
use gateway::store::schema::{self, Migrated, SchemaFault};
use harness::Screen;
use harness::postgres::{TestDatabase, sql};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

async fn migrate(url: &str, role: &str) -> Result<Migrated, SchemaFault> {
    schema::migrate(PgConnectOptions::from_str(url).unwrap(), role).await
}

async fn check(url: &str) -> Result<(), SchemaFault> {
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await.unwrap();
    let outcome = schema::check(&pool).await;
    pool.close().await;
    outcome
}

#[tokio::test]
async fn the_first_time_makes_everything_and_the_second_changes_nothing() {
    let Some(database) = TestDatabase::empty() else { return };
    let role = database.own_role();
    let first = migrate(&database.owner_url(), &role).await.unwrap();
    let steps = ["foundation", "abandoned", "on behalf of", "umbrella"];
    assert_eq!(first.applied, steps.iter().zip(1..).map(|(step, number)| (number, (*step).to_owned())).collect::<Vec<_>>());
    assert!(first.role_made && first.newest == 4);
    let second = migrate(&database.owner_url(), &role).await.unwrap();
    assert!(second.applied.is_empty() && !second.role_made && second.newest == 4);
    // The role can log in, and is one that a gateway may have.
    let as_role = format!("SELECT rolcanlogin::text FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(sql::column(&database.owner_url(), &as_role).unwrap(), ["true"]);
}

#[tokio::test]
async fn rights_that_somebody_added_are_taken_back() {
    let Some(database) = TestDatabase::migrated() else { return };
    let role = database.gateway_role();
    database.execute(&format!("GRANT ALL ON ALL TABLES IN SCHEMA log TO {role}; REVOKE ALL ON derived.life FROM {role}")).unwrap();
    let fault = check(&database.gateway_url()).await.unwrap_err();
    assert!(fault.to_string().contains("owns the log or is a superuser"), "{fault}");
    migrate(&database.owner_url(), role).await.unwrap();
    check(&database.gateway_url()).await.unwrap();
    sql::execute(&database.gateway_url(), "DELETE FROM derived.life").unwrap();
}

#[tokio::test]
async fn a_gateway_starts_on_the_schema_that_it_knows_and_on_no_other() {
    let Some(database) = TestDatabase::empty() else { return };
    let fault = check(&database.gateway_url()).await.unwrap_err();
    assert!(matches!(&fault, SchemaFault::Behind(steps) if steps == &[1, 2, 3, 4]), "{fault}");
    assert!(fault.to_string().contains("run `convenant migrate`"), "{fault}");

    let Some(database) = TestDatabase::migrated() else { return };
    check(&database.gateway_url()).await.unwrap();
    let fault = check(&database.owner_url()).await.unwrap_err();
    assert!(fault.to_string().contains("accepted: a role that may only add to it"), "{fault}");

    let newer =
        "INSERT INTO convenant.migration (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '', 0)";
    database.execute(newer).unwrap();
    for fault in [check(&database.gateway_url()).await, migrate(&database.owner_url(), database.gateway_role()).await.map(|_| ())] {
        let fault = fault.unwrap_err();
        assert!(matches!(&fault, SchemaFault::Newer(steps) if steps == &[9999]), "{fault}");
        assert!(fault.to_string().contains("accepted: a newer version of it"), "{fault}");
    }
    database.execute("DELETE FROM convenant.migration WHERE version = 9999; UPDATE convenant.migration SET checksum = ''").unwrap();
    for fault in [check(&database.gateway_url()).await, migrate(&database.owner_url(), database.gateway_role()).await.map(|_| ())] {
        assert!(matches!(fault, Err(SchemaFault::Other(1))), "{fault:?}");
    }
}

#[tokio::test]
async fn a_gateway_does_not_start_where_acknowledged_statements_could_be_lost() {
    let Some(database) = TestDatabase::migrated() else { return };
    let name = sql::column(&database.owner_url(), "SELECT current_database()::text").unwrap().remove(0);
    for (setting, is_kept) in [("off", false), ("local", true), ("remote_apply", true), ("on", true)] {
        database.execute(&format!("ALTER DATABASE {name} SET synchronous_commit = '{setting}'")).unwrap();
        match check(&database.gateway_url()).await {
            Ok(()) => assert!(is_kept, "{setting}"),
            Err(fault) => {
                assert!(!is_kept && fault.to_string().contains("synchronous_commit is off"), "{fault}");
            }
        }
    }
}

#[tokio::test]
async fn the_role_of_gateways_is_never_the_owner() {
    let Some(database) = TestDatabase::empty() else { return };
    let owner = sql::column(&database.owner_url(), "SELECT current_user::text").unwrap().remove(0);
    let fault = migrate(&database.owner_url(), &owner).await.unwrap_err();
    assert!(fault.to_string().contains("can act as the owner of the schema"), "{fault}");
}

#[tokio::test]
async fn an_owner_that_may_not_make_roles_says_what_an_administrator_must_do() {
    let Some(database) = TestDatabase::empty() else { return };
    let (role, owner) = (database.own_role(), database.own_role());
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let database_name = sql::column(&database.owner_url(), "SELECT current_database()::text").unwrap().remove(0);
    let name = quoted(&owner);
    database.execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'plain'; GRANT CREATE ON DATABASE {database_name} TO {name}")).unwrap();
    let options = PgConnectOptions::from_str(&database.owner_url()).unwrap().username(&owner).password("plain");
    let fault = schema::migrate(options.clone(), &role).await.unwrap_err().to_string();
    let create = format!("CREATE ROLE {} LOGIN", quoted(&role));
    assert!(fault.contains(&format!("have an administrator of the server run `{create}`")), "{fault}");
    database.execute(&create).unwrap();
    let fault = schema::migrate(options.clone(), &role).await.unwrap_err().to_string();
    let (_, rest) = fault.split_once("run `").unwrap();
    let (alter, _) = rest.split_once('`').unwrap();
    assert!(alter.starts_with("ALTER ROLE") && alter.ends_with("SET idle_in_transaction_session_timeout = '10s'"), "{alter}");
    database.execute(alter).unwrap();
    assert!(!schema::migrate(options, &role).await.unwrap().role_made);
}

/// Runs the command as the program does, and gives what it said.
fn run(database: &str, role: &str) -> (anyhow::Result<Exit>, String) {
    let (lines, notes) = (Screen::default(), Screen::default());
    let command = Migrate { database: database.to_owned(), gateway_role: role.to_owned() };
    let outcome = command.run(&mut Terminal::to(lines.clone(), notes.clone()));
    let text = [lines, notes].map(|screen| screen.text()).concat();
    (outcome, text)
}

#[test]
fn the_command_says_what_it_did() {
    let Some(database) = TestDatabase::empty() else { return };
    let role = database.own_role();
    let (outcome, said) = run(&database.owner_url(), &role);
    assert_eq!(outcome.unwrap(), Exit::Done);
    for line in ["server: PostgreSQL 1", "schema: step 1 applied (foundation)", ": made\n", "it may add to the log", "has no password yet"]
    {
        assert!(said.contains(line), "{line} in {said}");
    }
    let (outcome, said) = run(&database.owner_url(), &role);
    assert_eq!(outcome.unwrap(), Exit::Done);
    assert!(said.contains("schema: up to date, step 4") && said.contains(": was there") && !said.contains("no password"), "{said}");
}

#[test]
fn the_command_says_what_is_wrong_and_no_password() {
    let (outcome, _) = run("postgres://convenant_owner:geheim@127.0.0.1:1/convenant", "convenant_gateway");
    let fault = format!("{:#}", outcome.unwrap_err());
    assert!(fault.starts_with("cannot connect to 127.0.0.1, port 1, database convenant, as convenant_owner: "), "{fault}");
    let (outcome, _) = run("postgres://convenant_owner:geheim@127.0.0.1:nowhere/convenant", "convenant_gateway");
    let other = format!("{:#}", outcome.unwrap_err());
    assert!(other.contains("accepted: postgres://OWNER@HOST:PORT/DATABASE"), "{other}");
    assert!(!fault.contains("geheim") && !other.contains("geheim"));
    let (outcome, said) = run("convenant.sqlite", "convenant_gateway");
    assert_eq!(outcome.unwrap(), Exit::Done);
    assert!(said.contains("brought up to date when it is opened; nothing to do"), "{said}");
}
