//! A ledger in which there is something of everything that is stored.

use axum::http::StatusCode;
use harness::gate::{Gate, STATEMENTS, Signed, Signer};
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::json;

use crate::door::signed_agreement;

const SALT: [u8; 32] = *b"salt of the attachment, 32 bytes";

/// A year of an agreement with flags, a report of whose evidence one half was erased, a withheld agreement, and so many
/// passers-by that there is a full tile. Until July two keys sign its log, and then the later one alone.
pub(super) async fn eventful() -> Gate {
    let gate = Gate::embedded("2006-02-15T09:00:00Z").await;
    let corporation = signed_agreement(&gate).await;
    gate.clock.set("2006-03-02T09:00:00Z".parse().unwrap());
    let (entry, [_, hash]) = report(&gate, &corporation, [b"The minutes that are kept.", b"The minutes that are gone."]).await;
    let body =
        json!({ "agreement": "wijk", "entry": entry, "attachment": hash, "ground": "retention-ended", "basis": "Selectielijst, 5.1" });
    gate.accept(&gate.town.says(Type::AttachmentErasure, "erasure", &body)).await;
    let mut secret = harness::gate::proposal("stil", &[harness::gate::obligation("o", "2006-06-01")]);
    secret["withheldGround"] = "5.1.2e".into();
    let offer = gate.town.says(Type::Proposal, "stil", &secret);
    gate.accept(&offer).await;
    gate.rotate_log_key("k", "2006-07-01T00:00:00Z").await;
    for day in ["2006-06-20", "2006-07-10", "2006-09-01", "2006-11-01", "2007-02-15"] {
        gate.clock.set(format!("{day}T09:00:00Z").parse().unwrap());
        pass_by(&gate, 1).await;
    }
    let size = gate.size();
    pass_by(&gate, 300_u64.saturating_sub(size)).await;
    gate.settled().await;
    gate
}

/// So many strangers register.
pub(super) async fn pass_by(gate: &Gate, count: u64) {
    for _ in 0..count {
        let number = gate.size();
        let stranger = Signer::new(Box::leak(format!("stranger-{number}").into_boxed_str()), 10 + (number % 200) as u8);
        gate.accept(&stranger.says(Type::Registration, "r", &stranger.registration("other"))).await;
    }
}

async fn report(gate: &Gate, by: &Signer, contents: [&[u8]; 2]) -> (u64, [Hash; 2]) {
    let hashes = contents.map(|content| Hash::of(&[&SALT, content]));
    let evidence = [0, 1].map(|i| {
        let attachment = json!({ "hash": hashes[i], "mediaType": "text/plain", "sizeBytes": contents[i].len() });
        json!({ "form": "attached", "kind": "note", "attachment": attachment })
    });
    let body = json!({ "agreement": "wijk", "obligation": "regisseur", "instances": ["2006-06-01"], "evidence": evidence });
    let Signed { jws, .. } = by.says(Type::Report, "r", &body);
    let mut parts = vec![("statement".to_owned(), jws)];
    parts.extend([0, 1].map(|i| (hashes[i].to_string(), [&SALT, contents[i]].concat())));
    let mut form = Vec::new();
    for (name, bytes) in parts {
        form.extend(format!("--xx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes());
        form.extend(bytes);
        form.extend(b"\r\n");
    }
    form.extend(b"--xx--\r\n");
    let (status, answer) = gate.send("POST", STATEMENTS, "multipart/form-data; boundary=xx", form).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    (answer["entry"].as_u64().unwrap(), hashes)
}
