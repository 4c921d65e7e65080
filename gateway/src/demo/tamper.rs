//! Somebody edits the database file behind the gateway's back.

use std::path::Path;

use anyhow::Context;
use sqlx::{Connection, Row, SqliteConnection};

/// Changes one byte of the last consent to an agreement: another signature stands under the text than was put there.
pub(super) async fn change_a_consent(database: &Path, ledger: &str) -> anyhow::Result<u64> {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await?;
    let sql = "SELECT r.ledger, r.entry, r.jws FROM record r JOIN ledger l ON l.id = r.ledger \
               WHERE l.name = $1 AND r.kind = 'consent' ORDER BY r.entry LIMIT 1";
    let row = sqlx::query(sql).bind(ledger).fetch_optional(&mut connection).await?.context("a consent")?;
    let (id, entry, mut jws): (i64, i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let place = jws.len() / 2;
    jws[place] = if jws[place] == b'A' { b'B' } else { b'A' };
    let sql = "UPDATE record SET jws = $1 WHERE ledger = $2 AND entry = $3";
    sqlx::query(sql).bind(jws).bind(id).bind(entry).execute(&mut connection).await?;
    connection.close().await?;
    Ok(entry.unsigned_abs())
}
