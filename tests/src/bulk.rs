//! A long log without the work of writing one: entries that nobody signed, in a database whose writer is not asked.

use gateway::store::Store;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::NoteSigner;
use ledger::log::record::Entry;
use ledger::log::tree::node_hash;
use ledger::words::Hash;
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};

/// Rows a statement.
const ROWS: usize = 2_000;

/// Appends entries to a log that has its genesis only, until it has `size`; a checkpoint is signed at each of these sizes.
///
/// What is served from tiles depends on nothing else. The writer must not be asked for anything afterwards.
pub async fn fill(database: &std::path::Path, store: &Store, ledger: i64, signer: &NoteSigner, sizes: &[u64]) {
    let size = *sizes.iter().max().expect("a size");
    let genesis = store.leaves(ledger, 0, 1).await.expect("a genesis").remove(0);
    let entry = |index: u64| [&index.to_be_bytes()[..], &Hash::of(&[&index.to_be_bytes()]).0].concat();
    let entries: Vec<Vec<u8>> = std::iter::once(genesis).chain((1..size).map(entry)).collect();
    let leaf = |entry: &Vec<u8>| Entry::parse(entry).expect("40 bytes").leaf_hash();
    let mut levels: Vec<Vec<Hash>> = vec![entries.iter().map(leaf).collect()];
    while levels.last().is_some_and(|nodes| nodes.len() > 1) {
        let above = levels[levels.len() - 1].chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        levels.push(above);
    }
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.expect("the database");
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.expect("nobody else writes");
    insert_records(&mut tx, ledger, &entries).await;
    insert_tiles(&mut tx, ledger, &levels).await;
    for at in sizes {
        let note = Checkpoint::new(signer.verifier().name(), *at, root(&levels, *at)).and_then(|checkpoint| checkpoint.sign(signer));
        let insert = sqlx::query("INSERT INTO checkpoint (ledger, size, note) VALUES ($1, $2, $3)");
        insert.bind(ledger).bind(*at as i64).bind(note.expect("a checkpoint").to_string()).execute(&mut *tx).await.expect("inserted");
    }
    tx.commit().await.expect("committed");
}

async fn insert_records(tx: &mut SqliteConnection, ledger: i64, entries: &[Vec<u8>]) {
    let rows: Vec<(usize, &Vec<u8>)> = entries.iter().enumerate().skip(1).collect();
    for chunk in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO record (ledger, entry, accepted_at, salt, leaf, jws, kind, author, statement, payload_hash, subject) ",
        );
        insert.push_values(chunk, |mut row, (index, entry)| {
            row.push_bind(ledger).push_bind(*index as i64).push_bind(*index as i64).push("zeroblob(32)").push_bind(entry.as_slice());
            row.push("zeroblob(600)").push("'registration'").push("'bulk'").push_bind(format!("s{index}"));
            row.push("zeroblob(32)").push("'institution/bulk'");
        });
        insert.build().execute(&mut *tx).await.expect("inserted");
    }
}

async fn insert_tiles(tx: &mut SqliteConnection, ledger: i64, levels: &[Vec<Hash>]) {
    for (height, nodes) in levels.iter().enumerate().step_by(8) {
        let level = (height / 8) as i64;
        for (number, tile) in nodes.chunks_exact(256).enumerate() {
            let bytes: Vec<u8> = tile.iter().flat_map(|hash| hash.0).collect();
            for (sql, blob) in [
                ("INSERT INTO tile (ledger, level, number, hashes) VALUES ($1, $2, $3, $4)", bytes),
                ("INSERT INTO tile_root (ledger, level, number, hash) VALUES ($1, $2, $3, $4)", levels[height + 8][number].0.to_vec()),
            ] {
                sqlx::query(sql).bind(ledger).bind(level).bind(number as i64).bind(blob).execute(&mut *tx).await.expect("inserted");
            }
        }
    }
}

/// The root at a size: the complete subtrees, one for each bit set, hashed together from the right.
fn root(levels: &[Vec<Hash>], size: u64) -> Hash {
    let peak = |height: usize| levels[height][(size >> height) as usize - 1];
    let peaks = (0..levels.len()).filter(|height| size >> height & 1 == 1).map(peak);
    peaks.reduce(|right, left| node_hash(&left, &right)).expect("a tree that is not empty")
}
