//! The self-check of a log that went from key to key: each checkpoint is signed by the keys of its time, by all of them.

use gateway::log_signers::LogSigners;
use ledger::lives::log_keys::LogKeys;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, NoteSigner};
use sqlx::{Connection, SqliteConnection};

use super::story::eventful;
use super::{Kept, said};

/// What a checkpoint would be if others had signed it.
fn signed_by(note: &Note, signers: &[&NoteSigner]) -> String {
    Checkpoint::parse(note.text()).unwrap().sign_by(&signers.iter().map(|signer| ByRef(signer)).collect::<Vec<_>>()).unwrap().to_string()
}

struct ByRef<'a>(&'a NoteSigner);

impl AsRef<NoteSigner> for ByRef<'_> {
    fn as_ref(&self) -> &NoteSigner {
        self.0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_from_before_during_and_after_is_damaged_when_it_is_not_signed_by_the_keys_of_its_time() {
    let gate = eventful().await;
    let database = gate.database();
    let keys: LogKeys = (*gate.host.ledger("gm0599").unwrap().log_keys()).clone();
    let named = keys.spans().last().unwrap().from;
    let signers = LogSigners::new(&database.with_file_name("keys"), "gm0599");
    let [old, new] = [keys.first(), keys.current()].map(|key| signers.signer(key).unwrap());
    let (old, new): (&NoteSigner, &NoteSigner) = (&old, &new);
    let stranger = NoteSigner::from_seed(keys.first().name(), &[99; 32]).unwrap();
    let folder = gate.close().await;
    assert_eq!(said(&database).await, (Vec::new(), None), "a rotation is no damage");
    let kept = Kept::of(folder.path());
    for (size, signers) in [
        (named, vec![new]),
        (named, vec![&stranger]),
        (named + 1, vec![old]),
        (named + 1, vec![new]),
        (named + 1, vec![old, &stranger]),
        (named, vec![old, new]),
        (299, vec![old]),
        (299, vec![old, new]),
        (300, vec![old]),
        (300, vec![&stranger]),
    ] {
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap();
        let size = i64::try_from(size).unwrap();
        let text: String =
            sqlx::query_scalar("SELECT note FROM checkpoint WHERE size = $1").bind(size).fetch_one(&mut connection).await.unwrap();
        let other = signed_by(&Note::parse(text.as_bytes()).unwrap(), &signers);
        sqlx::query("UPDATE checkpoint SET note = $1 WHERE size = $2").bind(other).bind(size).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let (found, _) = said(&database).await;
        assert!(matches!(&found[..], [one] if one.starts_with(&format!("checkpoint {size}: "))), "{size}: {found:?}");
        kept.put_back(folder.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_no_checkpoint_announces_a_later_key_any_more_is_named() {
    let gate = eventful().await;
    let (database, keys) = (gate.database(), gate.host.ledger("gm0599").unwrap().log_keys());
    let named = keys.spans().last().unwrap().from;
    // The first one that the later key signs alone.
    let rows = gate.host.store.entries(1, named, 1_000).await.unwrap();
    let alone = rows.iter().find(|row| keys.signing(row.entry + 1, row.accepted_at).len() == 1).unwrap().entry + 1;
    let _folder = gate.close().await;
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    let sql = "DELETE FROM checkpoint WHERE size > $1 AND size < $2";
    let bounds = [named, alone].map(|size| i64::try_from(size).unwrap());
    let gone = sqlx::query(sql).bind(bounds[0]).bind(bounds[1]).execute(&mut connection).await.unwrap().rows_affected();
    connection.close().await.unwrap();
    let (found, _) = said(&database).await;
    let wanted = format!("no checkpoint with entry {named}, which names a key of the log, is signed by the key before it");
    assert!(gone > 0 && matches!(&found[..], [one] if one.starts_with("checkpoint ") && one.contains(&wanted)), "{found:?}");
}
