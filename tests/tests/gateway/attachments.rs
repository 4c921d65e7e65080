//! Content beside the log: it comes with its statement, goes out as a download, and is erased without a trace.

use std::path::Path;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::settings::Limits;
use harness::gate::{Gate, STATEMENTS, Signed, Signer};
use ledger::audit::{Auditor, Finding, Served};
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use super::door::signed_agreement;

const SALT: [u8; 32] = *b"salt of the attachment, 32 bytes";
const CONTENT: &[u8] = b"The minutes of a meeting, in words that stand nowhere else.";

fn hash() -> Hash {
    Hash::of(&[&SALT, CONTENT])
}

fn path() -> String {
    format!("/v1/ledgers/gm0599/attachments/{}", hash())
}

/// A report whose evidence is content beside the log.
fn report(by: &Signer, id: &str, due: &str, hash: Hash, media_type: &str, size: usize) -> Signed {
    let attachment = json!({ "hash": hash, "mediaType": media_type, "sizeBytes": size });
    let body = json!({ "agreement": "wijk", "obligation": "regisseur", "instances": [due],
        "evidence": [{ "form": "attached", "kind": "note", "attachment": attachment }] });
    by.says(Type::Report, id, &body)
}

/// An offer whose reason is the same content.
fn release(by: &Signer) -> Signed {
    let attachment = json!({ "hash": hash(), "mediaType": "text/plain", "sizeBytes": CONTENT.len() });
    by.says(Type::Release, "release", &json!({ "agreement": "wijk", "obligation": "regisseur", "reason": attachment }))
}

/// A statement and its content in one message.
fn envelope(statement: &Signed, media_type: &str) -> Vec<u8> {
    json!({ "statement": serde_json::from_slice::<Value>(&statement.jws).unwrap(),
        "attachments": [{ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": media_type, "content": URL_SAFE_NO_PAD.encode(CONTENT) }] })
    .to_string()
    .into_bytes()
}

/// Parts of a form, each with its name.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        body.extend(format!("--xx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--xx--\r\n");
    body
}

async fn upload(gate: &Gate, parts: &[(&str, &[u8])]) -> (StatusCode, Value) {
    gate.send("POST", STATEMENTS, "multipart/form-data; boundary=xx", form(parts)).await
}

/// A gate with an agreement in force, and the corporation.
async fn town(limits: &Limits) -> (Gate, Signer) {
    under_way(Gate::open_within("2006-02-15T09:00:00Z", limits).await).await
}

async fn under_way(gate: Gate) -> (Gate, Signer) {
    let corporation = signed_agreement(&gate).await;
    gate.clock.set("2006-03-02T09:00:00Z".parse().unwrap());
    (gate, corporation)
}

/// The same, with a report and its content filed. Gives its entry as well.
async fn filed() -> (Gate, Signer, u64) {
    filed_at(town(&Limits::default()).await).await
}

async fn filed_at((gate, corporation): (Gate, Signer)) -> (Gate, Signer, u64) {
    let statement = report(&corporation, "r", "2006-06-01", hash(), "text/plain", CONTENT.len());
    let salted = [SALT.as_slice(), CONTENT].concat();
    let (status, answer) = upload(&gate, &[("statement", &statement.jws), (&hash().to_string(), &salted)]).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    (gate, corporation, answer["entry"].as_u64().unwrap())
}

async fn receipt(gate: &Gate, entry: u64) -> String {
    let (status, _, bytes) = gate.fetch(&format!("/v1/ledgers/gm0599/receipts/{entry}")).await;
    assert_eq!(status, StatusCode::OK);
    String::from_utf8(bytes).unwrap().trim_end().to_owned()
}

fn erasure(by: &Signer, id: &str, entry: u64, receipt: Option<&str>) -> Signed {
    let mut body = json!({ "agreement": "wijk", "entry": entry, "attachment": hash(), "ground": "retention-ended",
        "basis": "Selectielijst gemeenten 2020, 5.1" });
    if let Some(receipt) = receipt {
        body["receipt"] = receipt.into();
    }
    by.says(Type::AttachmentErasure, id, &body)
}

/// Every file below the folder of a database that holds these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if std::fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn traces(gate: &Gate) -> Vec<String> {
    let folder = gate.home().path().to_owned();
    [CONTENT, &SALT, &CONTENT[8..24], URL_SAFE_NO_PAD.encode(CONTENT).as_bytes(), URL_SAFE_NO_PAD.encode(SALT).as_bytes()]
        .iter()
        .flat_map(|bytes| holding(&folder, bytes))
        .collect()
}

#[tokio::test]
async fn content_is_only_ever_a_download_with_its_own_type_and_nothing_in_it_runs() {
    let (gate, ..) = filed().await;
    let (status, headers, bytes) = gate.fetch(&path()).await;
    assert_eq!((status, bytes.as_slice()), (StatusCode::OK, CONTENT));
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/plain");
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{}\"", hash()));
    assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'; frame-ancestors 'none'");
    assert_eq!((header("x-content-type-options"), header("x-frame-options")), ("nosniff".into(), "DENY".into()));
    assert_eq!((header("content-length"), header("attachment-salt")), (CONTENT.len().to_string(), URL_SAFE_NO_PAD.encode(SALT)));
}

#[tokio::test]
async fn what_a_browser_could_run_is_not_taken_in_either_way() {
    let (gate, corporation) = town(&Limits::default()).await;
    for media_type in ["text/html", "image/svg+xml", "application/octet-stream", "text/plain;charset=utf-8"] {
        let statement = report(&corporation, "r", "2006-06-01", hash(), media_type, CONTENT.len());
        let salted = [SALT.as_slice(), CONTENT].concat();
        let inline = gate.send("POST", STATEMENTS, "application/json", envelope(&statement, media_type)).await;
        let beside = upload(&gate, &[("statement", &statement.jws), (&hash().to_string(), &salted)]).await;
        for (status, answer) in [inline, beside] {
            assert_eq!((status, &answer["rule"]), (StatusCode::BAD_REQUEST, &json!("attachment-unfit")), "{media_type}: {answer}");
            assert!(answer["faults"][0]["accepted"].as_str().unwrap().contains("application/pdf"), "{answer}");
            assert!(answer["refusal"].is_string());
        }
    }
    assert_eq!(traces(&gate), Vec::<String>::new(), "what was refused is not kept");
}

#[tokio::test]
async fn content_that_is_not_what_the_signed_statement_names_is_not_kept() {
    let (gate, corporation) = town(&Limits { max_attachment_bytes: 1_024, ..Limits::default() }).await;
    let statement = report(&corporation, "r", "2006-06-01", hash(), "text/plain", CONTENT.len());
    let (name, salted) = (hash().to_string(), [SALT.as_slice(), CONTENT].concat());
    let (other, longer) = ([SALT.as_slice(), &[b'x'; 59]].concat(), [salted.as_slice(), b"x"].concat());
    assert_eq!(other.len(), salted.len());
    let stranger = report(&Signer::new("stranger", 77), "r", "2006-06-01", hash(), "text/plain", CONTENT.len());
    let large = report(&corporation, "r", "2006-06-01", hash(), "text/plain", 1_025);
    let jws = statement.jws.as_slice();
    for (parts, rule) in [
        (vec![("statement", jws)], "attachment-missing"),
        (vec![("statement", jws), (&name, &other)], "attachment-unfit"),
        (vec![("statement", jws), (&name, &longer)], "attachment-unfit"),
        (vec![("statement", jws), (&name, &salted[..40])], "attachment-unfit"),
        (vec![("statement", jws), ("reason", &salted)], "attachment-unfit"),
        (vec![("statement", jws), (&name, &salted), (&name, &salted)], "attachment-unfit"),
        (vec![("statement", stranger.jws.as_slice()), (&name, &salted)], "unknown-key"),
        (vec![("statement", large.jws.as_slice()), (&name, &salted)], "too-large"),
        (vec![("statement", b"a.b.c"), (&name, &salted)], "not-base64url"),
    ] {
        let (status, answer) = upload(&gate, &parts).await;
        assert!(status.is_client_error() && answer["rule"] == rule, "{rule}: {status} {answer}");
        assert_eq!(traces(&gate), Vec::<String>::new(), "{rule}");
    }
    // The content before its statement is not read at all; nor is what is no form.
    for body in [form(&[(&name, &salted), ("statement", jws)]), b"--xx\r\nhalf".to_vec(), Vec::new()] {
        let (status, answer) = gate.send("POST", STATEMENTS, "multipart/form-data; boundary=xx", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    }
    let (status, _) = gate.send("POST", STATEMENTS, "multipart/form-data", form(&[("statement", jws)])).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(traces(&gate), Vec::<String>::new());
    // And then as it should be.
    let (status, answer) = upload(&gate, &[("statement", jws), (&name, &salted)]).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let (status, answer) = upload(&gate, &[("statement", jws), (&name, &salted)]).await;
    assert_eq!((status, &answer["repeat"]), (StatusCode::OK, &json!(true)));
    assert_eq!(traces(&gate).len(), 3, "one file, by its content, a part of it, and its salt: {:?}", traces(&gate));
}

#[tokio::test]
async fn content_is_taken_from_whoever_was_admitted_a_moment_ago() {
    let (gate, _) = town(&Limits::default()).await;
    let salted = [SALT.as_slice(), CONTENT].concat();
    for (number, id) in ["a", "b", "c", "d"].into_iter().enumerate() {
        let newcomer = Signer::new(id, 60 + number as u8);
        gate.admit(&newcomer, "other").await;
        // Nothing waits here for the rows that follow from the log: the admission was acknowledged.
        let statement = report(&newcomer, "r", "2006-06-01", hash(), "text/plain", CONTENT.len());
        let (_, answer) = upload(&gate, &[("statement", &statement.jws), (&hash().to_string(), &salted)]).await;
        assert_eq!(answer["rule"], "not-a-party", "the rules have judged it: {answer}");
    }
}

#[tokio::test]
async fn after_an_erasure_nothing_of_it_is_left_though_readers_hold_the_database() {
    let (gate, corporation, entry) = filed().await;
    assert!(!traces(&gate).is_empty(), "it is found while it is there");
    // Somebody reads the database all the while, and somebody has the content half downloaded.
    let reader = gate.home().read().await;
    let shown = receipt(&gate, entry).await;
    let erased = gate.accept(&erasure(&corporation, "e", entry, Some(&shown))).await;
    assert_eq!(traces(&gate), Vec::<String>::new());
    reader.release().await;

    let (status, _, body) = gate.fetch(&path()).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, body["erasedBy"].as_u64()), (StatusCode::GONE, Some(erased)));
    // The proof of the statement that named it stands, and says the same.
    assert_eq!(receipt(&gate, entry).await.lines().next(), Some("c2sp.org/tlog-proof@v1"));
    let (_, _, page) = gate.fetch(&format!("/gm0599/inschrijvingen/{entry}")).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("Gewist op grond van: <bdi>bewaartermijn voorbij</bdi>."), "{page}");
    assert!(page.contains(&format!("/gm0599/inschrijvingen/{erased}")) && page.contains("Zie inschrijving"), "{page}");

    // Sent once more, it does not come back: not with its own statement, not with another.
    let statement = report(&corporation, "r", "2006-06-01", hash(), "text/plain", CONTENT.len());
    let salted = [SALT.as_slice(), CONTENT].concat();
    let (status, answer) = upload(&gate, &[("statement", &statement.jws), (&hash().to_string(), &salted)]).await;
    assert_eq!((status, answer["entry"].as_u64()), (StatusCode::OK, Some(entry)), "{answer}");
    let (status, _) = gate.send("POST", STATEMENTS, "application/json", envelope(&statement, "text/plain")).await;
    assert_eq!(status, StatusCode::OK);
    let other = release(&gate.town);
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", envelope(&other, "text/plain")).await;
    assert_eq!((status, &answer["rule"]), (StatusCode::CONFLICT, &json!("attachment-erased")), "{answer}");
    assert_eq!(traces(&gate), Vec::<String>::new());
}

#[tokio::test]
async fn only_who_filed_it_or_the_owner_erases_and_only_what_is_there() {
    let (gate, corporation, entry) = filed().await;
    let shown = receipt(&gate, entry).await;
    let other = receipt(&gate, 0).await;
    for (statement, status, rule) in [
        (erasure(&corporation, "e1", entry, None), StatusCode::FORBIDDEN, "not-the-filer"),
        (erasure(&gate.ministry, "e2", entry, Some(&shown)), StatusCode::FORBIDDEN, "not-the-filer"),
        (erasure(&corporation, "e3", entry, Some(&other)), StatusCode::BAD_REQUEST, "receipt-unfit"),
        (erasure(&corporation, "e4", entry - 1, Some(&shown)), StatusCode::BAD_REQUEST, "receipt-unfit"),
        (erasure(&corporation, "e5", entry, Some(&shown.replacen("index ", "index 1", 1))), StatusCode::BAD_REQUEST, "receipt-unfit"),
        (erasure(&gate.town, "e6", entry - 1, None), StatusCode::NOT_FOUND, "unknown-attachment"),
        (erasure(&gate.town, "e7", 1_000, None), StatusCode::NOT_FOUND, "unknown-attachment"),
    ] {
        let (said, answer) = gate.submit(&statement).await;
        assert_eq!((said, &answer["rule"]), (status, &json!(rule)), "{answer}");
    }
    assert_eq!(gate.fetch(&path()).await.0, StatusCode::OK);
    let erased = gate.accept(&erasure(&gate.town, "e", entry, None)).await;
    assert_eq!(traces(&gate), Vec::<String>::new());
    let (status, answer) = gate.submit(&erasure(&corporation, "again", entry, Some(&shown))).await;
    assert_eq!((status, &answer["rule"]), (StatusCode::CONFLICT, &json!("attachment-erased")), "{answer}");
    assert!(answer["detail"].as_str().unwrap().contains(&erased.to_string()), "{answer}");
}

#[tokio::test]
async fn who_names_another_s_content_once_more_cannot_erase_it() {
    let (gate, corporation, entry) = filed().await;
    // The content is public, so the town can file it as well; the corporation was first.
    let offer = release(&gate.town);
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", envelope(&offer, "text/plain")).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let second = answer["entry"].as_u64().unwrap();
    let (status, answer) = gate.submit(&erasure(&gate.town, "e", second, None)).await;
    assert_eq!(
        (status, &answer["rule"], &answer["faults"][0]["accepted"]),
        (StatusCode::NOT_FOUND, &json!("unknown-attachment"), &json!(entry.to_string()))
    );
    let shown = receipt(&gate, entry).await;
    gate.accept(&erasure(&corporation, "e", entry, Some(&shown))).await;
    assert_eq!(traces(&gate), Vec::<String>::new());
}

#[tokio::test]
async fn a_receipt_by_a_key_that_signs_no_more_erases_nothing() {
    let (gate, corporation, entry) = filed().await;
    let old = receipt(&gate, entry).await;
    gate.rotate_log_key("k", "2006-03-03T09:00:00Z").await;
    gate.clock.set("2006-03-03T09:00:00Z".parse().unwrap());
    let (status, answer) = gate.submit(&erasure(&corporation, "e1", entry, Some(&old))).await;
    assert_eq!((status, &answer["rule"]), (StatusCode::BAD_REQUEST, &json!("receipt-unfit")), "{answer}");
    let shown = receipt(&gate, entry).await;
    gate.accept(&erasure(&corporation, "e2", entry, Some(&shown))).await;
    assert_eq!(traces(&gate), Vec::<String>::new());
}

/// Every record of a gate, fed to an auditor that looks at attachments.
async fn audited(gate: &Gate) -> Auditor {
    let key = gate.host.ledger("gm0599").unwrap().row.facts.log_key.parse().unwrap();
    let mut auditor = Auditor::new(key).unwrap().with_attachments();
    for row in gate.host.store.entries(1, 0, 1_000).await.unwrap() {
        let findings = auditor.feed(row.entry, row.accepted_at, &row.salt, &row.jws, Some(&row.leaf));
        assert_eq!(findings, [], "entry {}", row.entry);
    }
    auditor
}

#[tokio::test]
async fn an_audit_tells_what_was_erased_from_what_is_missing() {
    let (gate, corporation, entry) = filed().await;
    let mut auditor = audited(&gate).await;
    let [paper] = auditor.attachments()[..] else { panic!("one attachment") };
    assert_eq!((paper.hash, paper.entry, paper.erased), (hash(), entry, None));
    assert_eq!(auditor.saw(&paper, Served::Content(hash())), None);
    assert_eq!(auditor.saw(&paper, Served::Nothing), Some(Finding::AttachmentMissing { index: entry, hash: hash() }));
    let other = Served::Content(Hash::of(&[b"other"]));
    assert_eq!(auditor.saw(&paper, other), Some(Finding::AttachmentChanged { index: entry, hash: hash() }));

    let shown = receipt(&gate, entry).await;
    let erased = gate.accept(&erasure(&corporation, "e", entry, Some(&shown))).await;
    let mut auditor = audited(&gate).await;
    let [paper] = auditor.attachments()[..] else { panic!("one attachment") };
    assert_eq!(paper.erased.map(|(by, ground)| (by, ground.code())), Some((erased, "retention-ended")));
    assert_eq!(auditor.saw(&paper, Served::Nothing), None);
    assert_eq!(auditor.saw(&paper, Served::Content(hash())), Some(Finding::NotErased { index: erased, hash: hash() }));
}

#[tokio::test]
async fn what_waits_in_vain_is_removed_and_what_is_filed_stays() {
    let (gate, ..) = filed().await;
    let files = gate.host.store.files().clone();
    let (salt, at) = ([9_u8; 32], gate.host.clock.now());
    let held = files.put(1, &salt, b"nobody names this", at).unwrap();
    let later = at.plus_millis(2 * 60 * 60 * 1_000);
    gate.host.store.sweep_attachments(1, later).await.unwrap();
    let folder = gate.home().path().to_owned();
    assert_eq!(holding(&folder, b"nobody names this").len(), 1, "a statement on its way names it");
    drop(held);
    gate.host.store.sweep_attachments(1, at).await.unwrap();
    assert_eq!(holding(&folder, b"nobody names this").len(), 1, "it has only just come");
    gate.host.store.sweep_attachments(1, later).await.unwrap();
    assert_eq!(holding(&folder, b"nobody names this"), Vec::<String>::new());
    assert_eq!(gate.fetch(&path()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn content_from_before_moves_out_of_the_database_and_leaves_no_trace_there() {
    let (gate, _, entry) = filed_at(under_way(Gate::embedded("2006-02-15T09:00:00Z").await).await).await;
    let (at, file) = (gate.host.clock.clone(), gate.database());
    let gate = gate
        .reopen_after(at, || {
            // As an earlier version kept it: in a row.
            std::fs::remove_dir_all(file.with_extension("attachments")).unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(async {
                        let mut old = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
                        sqlx::query("DELETE FROM attachment_file").execute(&mut old).await.unwrap();
                        let sql = "INSERT INTO attachment (ledger, hash, entry, salt, media_type, content) VALUES (1, $1, $2, $3, 'text/plain', $4)";
                        let query = sqlx::query(sql).bind(hash().0.to_vec()).bind(entry as i64);
                        query.bind(SALT.as_slice()).bind(CONTENT).execute(&mut old).await.unwrap();
                        old.close().await.unwrap();
                    });
                });
            });
            assert!(!holding(file.parent().unwrap(), CONTENT).is_empty());
        })
        .await;
    let (status, headers, bytes) = gate.fetch(&path()).await;
    assert_eq!(
        (status, bytes.as_slice(), headers["attachment-entry"].to_str().unwrap()),
        (StatusCode::OK, CONTENT, entry.to_string().as_str())
    );
    gate.accept(&erasure(&gate.town, "e", entry, None)).await;
    assert_eq!(traces(&gate), Vec::<String>::new());
}

#[tokio::test]
async fn a_crash_between_the_commit_of_an_erasure_and_the_destruction_is_made_good_at_the_next_start() {
    let (gate, corporation, entry) = filed().await;
    let folder = gate.home().attachments().join("1");
    let place = folder.join(&hash().to_string()[..2]).join(hash().to_string());
    let file = std::fs::read(&place).unwrap();
    let shown = receipt(&gate, entry).await;
    gate.accept(&erasure(&corporation, "e", entry, Some(&shown))).await;
    assert_eq!(traces(&gate), Vec::<String>::new());
    for left in [place, folder.join("waiting").join(hash().to_string()), folder.join("incoming").join("dead.part")] {
        let clock = gate.host.clock.clone();
        // As a process leaves it that died after the commit, or while it received the same content once more.
        std::fs::write(&left, &file).unwrap();
        // Long ago: on a shared folder it could be another gateway's otherwise.
        std::fs::File::options().write(true).open(&left).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        assert!(!traces(&gate).is_empty());
        gate.host.store.tidy_attachments(1, clock.now()).await.unwrap();
        assert_eq!(traces(&gate), Vec::<String>::new(), "{}", left.display());
    }
    let (clock, place) = (gate.host.clock.clone(), folder.join("waiting").join(hash().to_string()));
    let gate = gate.reopen_after(clock, || std::fs::write(place, &file).unwrap()).await;
    assert_eq!(traces(&gate), Vec::<String>::new(), "the start itself does it");
}
