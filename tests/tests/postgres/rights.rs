//! Who may do what: the log takes inserts, from anybody; an attachment is erased once, by an entry that says so.

use harness::postgres::{TestDatabase, sql};

/// The tables of the log that are truth, with a column to change.
const TRUTH: [(&str, &str); 6] = [
    ("ledger", "facts"),
    ("record", "kind"),
    ("tile", "number"),
    ("checkpoint", "note"),
    ("attachment_file", "media_type"),
    ("abandoned", "note"),
];
/// Codes of errors: a right is missing; a trigger refuses.
const NO_RIGHT: &str = "42501";
const REFUSED: &str = "23001";

/// A ledger with a proposal, an erasure, and an attachment that the proposal filed.
const FILLED: &str = "
INSERT INTO log.ledger (id, name, facts) VALUES (1, 'gm0796', '{}');
INSERT INTO log.record (ledger, entry, accepted_at, salt, leaf, jws, kind, author, statement, payload_hash, subject) VALUES
    (1, 0, 0, '', '', '', 'proposal', 'town', 's1', '', 'agreement/a'),
    (1, 1, 0, '', '', '', 'attachment-erasure', 'town', 's2', '', 'agreement/a');
INSERT INTO log.tile (ledger, level, number, hashes) VALUES (1, 0, 0, '');
INSERT INTO log.checkpoint (ledger, size, note) VALUES (1, 2, '');
INSERT INTO log.attachment_file (ledger, hash, entry, media_type, size_bytes) VALUES (1, '\\x01', 0, 'text/plain', 3);
INSERT INTO log.head (ledger, size, accepted_at, frontier) VALUES (1, 2, 0, '');
INSERT INTO log.change (ledger, entry, body) VALUES (1, 0, '');
INSERT INTO log.tile_root (ledger, level, number, hash) VALUES (1, 0, 0, '');
INSERT INTO log.abandoned (ledger, size, number, note) VALUES (1, 2, 0, '');
";

/// A database that the role of gateways has filled.
fn filled() -> Option<TestDatabase> {
    let database = TestDatabase::migrated()?;
    sql::execute(&database.gateway_url(), FILLED).expect("the role of gateways adds to the log");
    Some(database)
}

fn code(url: &str, sql: &str) -> String {
    sql::code(&sql::execute(url, sql).expect_err(sql))
}

#[test]
fn nothing_of_the_log_is_changed_by_the_gateways_role_or_by_its_owner() {
    let Some(database) = filled() else { return };
    for (table, column) in TRUTH {
        let ways = [
            format!("UPDATE log.{table} SET {column} = {column}"),
            format!("DELETE FROM log.{table}"),
            format!("TRUNCATE log.{table}"),
            format!("UPDATE log.{table} SET {column} = {column} WHERE false"),
        ];
        for way in &ways {
            assert_eq!(code(&database.gateway_url(), way), NO_RIGHT, "{way}");
        }
        // Where no row is meant, a row's trigger has nothing to refuse.
        for way in &ways[..if table == "attachment_file" { 3 } else { 4 }] {
            assert_eq!(code(&database.owner_url(), way), REFUSED, "{way}");
        }
        assert_eq!(code(&database.owner_url(), &format!("TRUNCATE log.{table} CASCADE")), REFUSED);
    }
    let upsert = "INSERT INTO log.checkpoint (ledger, size, note) VALUES (1, 2, 'x') ON CONFLICT (ledger, size) DO UPDATE SET note = 'x'";
    assert_eq!(code(&database.gateway_url(), upsert), NO_RIGHT);
    assert_eq!(code(&database.owner_url(), upsert), REFUSED);
    let error = sql::execute(&database.owner_url(), "DELETE FROM log.record").unwrap_err().to_string();
    assert!(error.contains("log.record is append-only: DELETE is refused"), "{error}");
    assert_eq!(
        sql::column(&database.owner_url(), "SELECT kind FROM log.record ORDER BY entry").unwrap(),
        ["proposal", "attachment-erasure"]
    );
}

#[test]
fn the_gateways_role_cannot_take_the_triggers_away() {
    let Some(database) = filled() else { return };
    let ways = [
        "ALTER TABLE log.record DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON log.record",
        "CREATE OR REPLACE FUNCTION log.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "DROP TABLE log.record",
        "CREATE TABLE log.other (n BIGINT)",
        "CREATE RULE other AS ON INSERT TO log.record DO INSTEAD NOTHING",
        "INSERT INTO convenant.migration SELECT * FROM convenant.migration",
    ];
    for way in ways {
        assert_eq!(code(&database.gateway_url(), way), NO_RIGHT, "{way}");
    }
    let owner = &sql::column(&database.owner_url(), "SELECT current_user::text").unwrap()[0];
    assert_eq!(code(&database.gateway_url(), &format!("SET ROLE \"{owner}\"")), NO_RIGHT);
}

#[test]
fn the_gateways_role_has_these_rights_and_no_others() {
    let Some(database) = TestDatabase::migrated() else { return };
    let rights = format!(
        "SELECT schema.nspname || '.' || relname || ':' || string_agg(CASE WHEN has_table_privilege('{}', class.oid, way) \
         THEN ' ' || way ELSE '' END, '' ORDER BY place) FROM pg_class class JOIN pg_namespace schema ON schema.oid = relnamespace, \
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) WITH ORDINALITY AS ways (way, place) \
         WHERE relkind = 'r' AND nspname IN ('log', 'derived', 'cosigned', 'convenant') GROUP BY nspname, relname ORDER BY 1",
        database.gateway_role()
    );
    let found = sql::column(&database.owner_url(), &rights).unwrap();
    assert_eq!(
        found,
        [
            "convenant.migration: SELECT",
            "cosigned.checkpoint: SELECT INSERT UPDATE DELETE",
            "cosigned.cosignature: SELECT INSERT UPDATE DELETE",
            "derived.due: SELECT INSERT UPDATE DELETE",
            "derived.facet: SELECT INSERT UPDATE DELETE",
            "derived.history: SELECT INSERT UPDATE DELETE",
            "derived.life: SELECT INSERT UPDATE DELETE",
            "derived.progress: SELECT INSERT UPDATE DELETE",
            "derived.signer_key: SELECT INSERT UPDATE DELETE",
            "derived.statement: SELECT INSERT UPDATE DELETE",
            "log.abandoned: SELECT INSERT",
            "log.attachment_file: SELECT INSERT",
            "log.change: SELECT INSERT DELETE",
            "log.checkpoint: SELECT INSERT",
            "log.head: SELECT INSERT UPDATE",
            "log.ledger: SELECT INSERT",
            "log.record: SELECT INSERT",
            "log.tile: SELECT INSERT",
            "log.tile_root: SELECT INSERT DELETE",
        ]
    );
    let moved = "INSERT INTO log.head (ledger, size, accepted_at, frontier) VALUES (1, 1, 0, ''); \
                 UPDATE log.head SET size = 2 WHERE ledger = 1 AND size = 1; DELETE FROM log.change; DELETE FROM log.tile_root";
    sql::execute(&database.gateway_url(), moved).unwrap();
    // A gateway that froze within a transaction does not hold its locks for ever.
    let limit = sql::column(&database.gateway_url(), "SHOW idle_in_transaction_session_timeout").unwrap();
    assert_eq!(limit, ["10s"]);
}

#[test]
fn an_attachment_is_erased_once_and_by_an_entry_that_erases() {
    let Some(database) = filled() else { return };
    let (gateway, owner) = (database.gateway_url(), database.owner_url());
    let erase = |entry: u32| format!("SELECT log.erase_attachment(1, '\\x01', {entry})::text");
    let erased = || sql::column(&owner, "SELECT COALESCE(erased_by::text, 'no') FROM log.attachment_file ORDER BY hash").unwrap();
    // A proposal erases nothing, nor does an entry that is not there.
    for wrong in [erase(0), erase(2)] {
        assert_eq!(code(&gateway, &wrong), REFUSED, "{wrong}");
    }
    // There is no such attachment in another ledger.
    assert_eq!(sql::column(&gateway, "SELECT log.erase_attachment(2, '\\x01', 1)::text").unwrap(), ["false"]);
    assert_eq!(code(&owner, "UPDATE log.attachment_file SET erased_by = 0"), REFUSED);
    assert_eq!(code(&owner, "UPDATE log.attachment_file SET erased_by = 1, size_bytes = 4"), REFUSED);
    assert_eq!(code(&gateway, "UPDATE log.attachment_file SET erased_by = 1"), NO_RIGHT);
    assert_eq!(erased(), ["no"]);
    assert_eq!(sql::column(&gateway, &erase(1)).unwrap(), ["true"]);
    assert_eq!(erased(), ["1"]);
    // Again changes nothing, and nothing brings it back.
    assert_eq!(sql::column(&gateway, &erase(1)).unwrap(), ["false"]);
    assert_eq!(code(&owner, "UPDATE log.attachment_file SET erased_by = NULL"), REFUSED);
    assert_eq!(code(&owner, "UPDATE log.attachment_file SET erased_by = 1"), REFUSED);
    // A row that is erased from the beginning (a copy of another database) needs its entry as well.
    let copied = |by: u32| format!("INSERT INTO log.attachment_file VALUES (1, '\\x02', 0, 'text/plain', 3, {by})");
    assert_eq!(code(&gateway, &copied(0)), REFUSED);
    sql::execute(&gateway, &copied(1)).unwrap();
    assert_eq!(erased(), ["1", "1"]);
}

#[test]
fn the_way_to_erase_means_the_tables_of_the_log_whatever_the_caller_calls_so() {
    let Some(database) = filled() else { return };
    // Temporary tables come first where names have no schema: they must not pass for the log's.
    let disguised = "CREATE TEMPORARY TABLE record (ledger BIGINT, entry BIGINT, kind TEXT); \
                     INSERT INTO record VALUES (1, 0, 'attachment-erasure'); SET search_path = pg_temp; \
                     SELECT log.erase_attachment(1, '\\x01', 0)";
    assert_eq!(code(&database.gateway_url(), disguised), REFUSED);
    let execute = "SELECT has_function_privilege('log.erase_attachment(bigint, bytea, bigint)', 'EXECUTE')::text";
    assert_eq!(sql::column(&database.gateway_url(), execute).unwrap(), ["true"]);
    let public = "SELECT (p.proacl::text LIKE '%{=X%' OR p.proacl::text LIKE '%,=X%' OR p.proacl IS NULL)::text FROM pg_proc p \
                  WHERE pronamespace = 'log'::regnamespace";
    assert_eq!(sql::column(&database.owner_url(), public).unwrap(), ["false", "false", "false"]);
}
