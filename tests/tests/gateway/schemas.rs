//! The published schemas are those of the code, and both accept and refuse the same.

use std::collections::BTreeSet;
use std::path::Path;

use harness::gate::{ORIGIN, Signer, obligation, proposal};
use jsonschema::Validator;
use ledger::envelope::{Rule, Statement, Type};
use ledger::words::Hash;
use serde_json::{Map, Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Compares a generated file with the committed one; `UPDATE=1` writes it.
pub(crate) fn fresh(path: &str, text: &str) {
    let path = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, text, "{} is stale: run the tests with UPDATE=1", path.display());
}

#[test]
fn the_published_schemas_are_fresh() {
    for kind in Type::ALL {
        fresh(&format!("schemas/{}.json", kind.code()), &format!("{:#}\n", kind.schema()));
    }
    let files: BTreeSet<String> =
        std::fs::read_dir(root().join("schemas")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    let known: BTreeSet<String> =
        Type::ALL.iter().map(|kind| format!("{}.json", kind.code())).chain(["problems.json".into(), "openapi.json".into()]).collect();
    assert_eq!(files, known);
}

#[test]
fn the_openapi_document_is_fresh() {
    fresh("schemas/openapi.json", &format!("{:#}\n", gateway::api::document()));
}

#[test]
fn the_list_of_problem_types_is_fresh() {
    let problem = |rule: &Rule| {
        json!({ "type": format!("https://convenant.example.nl/problems/{}", rule.code()), "rule": rule.code(), "source": rule.source(),
            "title": rule.english(), "titleNl": rule.dutch() })
    };
    fresh("schemas/problems.json", &format!("{:#}\n", Value::from(Rule::ALL.iter().map(problem).collect::<Vec<_>>())));
}

#[test]
fn the_statement_reference_is_fresh() {
    let mut text = String::from(
        "# Statements\n\nGenerated from the code; `schemas/` holds the whole of each. A statement is a JWS whose payload has `type`, `ledger`,\n\
         `id`, `signedAt`, `by`, optionally `onBehalfOf`, and `body`; the header has `alg`, `kid` and `typ`.\n",
    );
    for kind in Type::ALL {
        let schema = kind.schema();
        let body = &schema["properties"]["body"];
        text.push_str(&format!(
            "\n## `{}`: {}\n\n{}\n\n`typ`: `{}`\n\n",
            kind.code(),
            kind.dutch(),
            body["description"].as_str().unwrap_or_default(),
            kind.typ()
        ));
        text.push_str("| member | | Dutch | what |\n|---|---|---|---|\n");
        let required: Vec<&str> = body["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for (name, member) in body["properties"].as_object().unwrap() {
            let need = if required.contains(&name.as_str()) { "required" } else { "optional" };
            text.push_str(&format!(
                "| `{name}` | {need} | {} | {} |\n",
                member["title"].as_str().unwrap_or_default(),
                member["description"].as_str().unwrap_or_default()
            ));
        }
    }
    fresh("docs/statements.md", &text);
}

fn validator(kind: Type) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("oin", |text: &str| text.parse::<ledger::words::Oin>().is_ok())
        .with_format("rsin", |text: &str| text.parse::<ledger::words::Rsin>().is_ok())
        .with_format("rrule", |text: &str| ledger::words::Rhythm::parse(text).is_ok())
        .with_format("trimmed", |text: &str| text.trim() == text)
        .with_format("ed25519-point", |x: &str| {
            let jwk = ledger::envelope::json::Json::parse(format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#).as_bytes()).unwrap();
            ledger::envelope::PublicKey::from_jwk(&jwk, "").is_ok()
        })
        .build(&kind.schema())
        .unwrap()
}

/// Whether the code finds no fault of form; gaps and other rules go beyond a schema.
fn code_accepts(value: &Value) -> bool {
    let form =
        |rule: Rule| matches!(rule, Rule::MalformedJson | Rule::MissingMember | Rule::UnknownMember | Rule::WrongValue | Rule::KeyUnfit);
    let rhythm = |fault: &ledger::envelope::Fault| fault.rule == Rule::RhythmRefused && fault.detail.contains("does not fit");
    match Statement::from_payload(value.to_string().as_bytes()) {
        Ok(_) => true,
        Err(refusal) => !refusal.faults().iter().any(|fault| form(fault.rule) || rhythm(fault)),
    }
}

/// Every way to spoil one place of a value.
fn mutations(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    let mut swap = |with: Value| out.push(with);
    for other in [
        Value::Null,
        json!(true),
        json!(7),
        json!(-1),
        json!(""),
        json!(" x"),
        json!("x\u{7}"),
        json!([]),
        json!({}),
        json!("é".repeat(3_000)),
    ] {
        swap(other);
    }
    match value {
        Value::Object(members) => {
            let mut more = members.clone();
            more.insert("surprise".into(), json!(1));
            out.push(Value::Object(more));
            for (name, member) in members {
                let without: Map<String, Value> =
                    members.iter().filter(|(other, _)| *other != name).map(|(k, v)| (k.clone(), v.clone())).collect();
                out.push(Value::Object(without));
                for mutated in mutations(member) {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), mutated);
                    out.push(Value::Object(changed));
                }
            }
        }
        Value::Array(items) => {
            out.push(Value::Array(vec![items.first().cloned().unwrap_or(Value::Null); 500]));
            for (i, item) in items.iter().enumerate() {
                for mutated in mutations(item) {
                    let mut changed = items.clone();
                    changed[i] = mutated;
                    out.push(Value::Array(changed));
                }
            }
        }
        Value::String(text) => {
            out.extend([
                json!(text.to_uppercase()),
                json!(format!("{text}!")),
                json!(text.chars().rev().collect::<String>()),
                json!(format!("-{text}")),
            ]);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push(json!(99_999_999)),
    }
    out
}

/// One statement of each kind of body.
fn samples() -> Vec<(Type, Value)> {
    let (school, hash) = (Signer::new("school", 4), Hash::of(&[b"x"]));
    let kid = school.key.public().thumbprint();
    let jwk: Value = serde_json::from_str(&school.key.public().to_jwk().to_string()).unwrap();
    let paper = json!({ "hash": hash, "mediaType": "text/plain", "sizeBytes": 12 });
    let proof = "x".repeat(120);
    let elsewhere = json!({ "origin": "test.example/gm0599", "entry": 7, "receipt": "c2sp.org/tlog-proof@v1\n".repeat(12).trim_end() });
    let mut registration = school.registration("school");
    registration["identifiers"] =
        json!({ "oin": "00000099000000010000", "kvk": "12345678", "brin": "01AB", "cbs": "GM0599", "rsin": "123456782" });
    let mut text = proposal("wijk", &[obligation("o", "2006-06-01")]);
    text["analysis"] = paper.clone();
    text["terms"] = json!({ "consentDays": 30, "goneQuietMisses": 3, "workingDayRule": true });
    text["obligations"][0]["target"] = json!({ "indicator": "euro", "value": "12.50", "unit": "EUR" });
    text["obligations"][0]["creditors"] = json!(["town"]);
    text["suspension"] = json!({ "holder": "town", "maxDays": 60 });
    text["expulsion"] = json!({ "majority": "two-thirds", "hearingDays": 21 });
    text["accession"] = json!({ "kind": "director-and-parties", "parties": 1 });
    let mut rhythm = text.clone();
    rhythm["obligations"][0]["when"] = json!({ "kind": "rhythm", "rule": "FREQ=WEEKLY" });
    let mut conditional = text.clone();
    conditional["obligations"][0]["when"] = json!({ "kind": "after-event", "within": { "unit": "days", "count": 30 },
        "trigger": { "kind": "event", "event": "unrest", "title": "Onrust in de wijk", "by": "town", "until": "2007-01-01" } });
    let mut funded = text.clone();
    funded["obligations"][0]["when"] = json!({ "kind": "after-event", "within": { "unit": "months", "count": 2 }, "trigger": { "kind": "fulfilment", "obligation": "p" } });
    funded["obligations"][0]["costs"] = "12.50".into();
    funded["obligations"][0]["funding"] = json!([{ "obligation": "p", "amount": "12.50" }]);
    funded["obligations"][0]["dependsOn"] = json!(["p"]);
    funded["obligations"][0]["aspect"] = "process".into();
    funded["obligations"][0]["umbrella"] = json!({ "agreement": "care", "clause": "help" });
    let amendment = json!({ "agreement": "wijk", "version": hash, "reason": paper, "changes": [
        { "kind": "director", "party": "school" }, { "kind": "addition", "obligation": obligation("p", "2006-06-01") },
        { "kind": "obligation", "obligation": obligation("o", "2006-07-01") }] });
    let evidence = json!([{ "form": "attached", "kind": "note", "attachment": paper }, { "form": "referenced", "kind": "note", "hash": hash, "uri": "https://example.nl/x" }]);
    let case = json!({ "agreement": "wijk", "case": 1, "reason": paper });
    let with = |base: &Value, more: Value| {
        let mut value = base.clone();
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    let annulled = json!({ "agreement": "wijk", "obligation": "o", "due": "2006-06-01", "entry": 12, "reason": paper });
    let report = json!({ "agreement": "wijk", "report": hash });
    let rule = json!({ "bwb": "BWBR0005181", "article": "44" });
    let umbrella = json!({ "origin": "test.example/national", "entry": 7, "agreement": "care", "receipt": "c2sp.org/tlog-proof@v1\n".repeat(12).trim_end() });
    let consultation = json!({ "heldOn": "2006-02-01", "body": "Wijkoverleg", "institutions": ["school"], "residentsOrganisations": ["Bewonersraad"],
        "residentsInput": "Meer licht in de stegen.", "minutes": paper });
    let versions = json!({ "rules": 1, "timeZoneData": "2026f", "holidays": "atw-2026.1" });
    vec![
        (
            Type::Genesis,
            json!({ "level": "local", "logKey": "test.example/gm0599+00000000+x", "statementKey": jwk, "owner": "town", "ministry": "ministry", "registrations": ["x".repeat(60)], "versions": versions.clone() }),
        ),
        (Type::Registration, registration),
        (Type::Admission, json!({ "institution": "school", "key": kid })),
        (Type::KeyAddition, json!({ "key": jwk, "proof": proof, "validUntil": "2030-01-01T00:00:00Z" })),
        (Type::KeyRotation, json!({ "key": jwk, "proof": proof, "replaces": kid })),
        (Type::KeyRevocation, json!({ "key": kid, "reason": "lost" })),
        (Type::RecoveryRequest, json!({ "institution": "school", "key": jwk })),
        (Type::RecoveryVouch, json!({ "institution": "school", "key": kid, "agreement": "wijk" })),
        (Type::RecoveryObjection, json!({ "key": kid })),
        (
            Type::Mandate,
            json!({ "principal": "school", "holder": "town", "function": "Wijkregisseur", "key": kid, "acts": ["consent", "report"],
                "agreements": ["wijk"], "themes": ["housing"], "neighbourhoods": ["GM0599"], "amount": "1000.00",
                "startDate": "2006-02-01", "endDate": "2006-12-31", "mayPassOn": true, "under": hash }),
        ),
        (Type::MandateRevocation, json!({ "principal": "school", "mandate": hash })),
        (
            Type::InstitutionSuccession,
            json!({ "institution": "school", "successor": "welfare", "kind": "merger", "date": "2006-08-01", "deed": paper }),
        ),
        (Type::SuccessionAcceptance, json!({ "institution": "school", "succession": hash })),
        (Type::CounterProposal, json!({ "replaces": hash, "text": text, "reason": paper })),
        (Type::Retraction, json!({ "agreement": "wijk", "version": hash, "reason": paper })),
        (Type::ProposalAnswer, json!({ "agreement": "wijk", "version": hash, "answer": "refused", "reason": paper })),
        (Type::Proposal, with(&text, json!({ "statute": "housing-act-44" }))),
        (
            Type::Impasse,
            json!({ "agreement": "wijk", "version": hash, "points": [{ "id": "rent", "subject": "How far rents go up" }], "reason": paper }),
        ),
        (
            Type::ImpassePosition,
            json!({ "agreement": "wijk", "adds": [{ "id": "sites", "subject": "Where to build" }], "paper": paper,
                "positions": [{ "point": "rent", "position": "Not more than wages" }, { "point": "sites", "position": "In the north" }] }),
        ),
        (
            Type::ImpasseStep,
            json!({ "agreement": "wijk", "step": { "kind": "mediation", "mediator": "The housing board", "until": "2006-07-01" } }),
        ),
        (Type::ImpasseStep, json!({ "agreement": "wijk", "step": { "kind": "overcome" } })),
        (
            Type::StatutoryDispute,
            json!({ "agreement": "wijk", "version": hash,
                "addresses": [{ "institution": "town", "address": "Postbus 1, Deventer" }, { "institution": "school", "address": "Postbus 2, Deventer" }],
                "policy": { "title": "Woonvisie", "date": "2005-06-01", "document": paper },
                "works": { "title": "Overzicht", "date": "2005-07-01", "document": paper } }),
        ),
        (
            Type::DisputeRuling,
            json!({ "agreement": "wijk", "case": 1, "rulings": [{ "point": "rent", "ruling": "With inflation" }], "reason": paper }),
        ),
        (Type::Proposal, with(&text, json!({ "consultation": consultation }))),
        (Type::Proposal, with(&text, json!({ "reviews": [{ "id": "midterm", "kind": "midterm", "date": "2007-03-01" }] }))),
        (Type::UmbrellaChange, json!({ "agreement": "wijk", "umbrella": umbrella, "consent": umbrella })),
        (
            Type::UmbrellaAnswer,
            json!({ "agreement": "wijk", "origin": "test.example/national", "entry": 7, "answer": "adapt", "reason": paper }),
        ),
        (
            Type::Review,
            json!({ "agreement": "wijk", "review": "midterm", "heldOn": "2007-02-01", "outcome": "add-result-obligations", "findings": paper }),
        ),
        (Type::Proposal, text),
        (Type::Proposal, rhythm),
        (Type::Proposal, conditional),
        (Type::Proposal, funded),
        (Type::Event, json!({ "agreement": "wijk", "event": "unrest", "happenedOn": "2006-06-01", "account": paper })),
        (Type::Amendment, with(&amendment, json!({ "consultation": consultation, "review": "midterm" }))),
        (Type::Amendment, amendment),
        (Type::Consent, json!({ "agreement": "wijk", "to": hash })),
        (Type::Decline, json!({ "agreement": "wijk", "to": hash, "reason": paper })),
        (Type::Suspension, json!({ "agreement": "wijk", "ground": "power", "until": "2006-07-01", "reason": paper })),
        (Type::Resumption, json!({ "agreement": "wijk", "reason": paper })),
        (
            Type::Expulsion,
            json!({ "agreement": "wijk", "party": "school", "reason": paper, "plan": [
                { "obligation": "o", "disposition": { "kind": "hand-over", "to": "town", "successor": "o2" } },
                { "obligation": "p", "disposition": { "kind": "release" } }, { "obligation": "q", "disposition": { "kind": "stays-due" } }] }),
        ),
        (Type::ExpulsionView, json!({ "agreement": "wijk", "to": hash, "view": paper })),
        (
            Type::Accession,
            json!({ "agreement": "wijk", "version": hash, "effectiveDate": "2006-09-01", "role": "Voor de jeugd.",
                "obligations": [obligation("o3", "2006-10-02")], "reason": paper }),
        ),
        (
            Type::Dissolution,
            json!({ "agreement": "wijk", "version": hash, "reason": paper,
                "plan": [{ "obligation": "o", "disposition": "release" }, { "obligation": "p", "disposition": "stays-due" }] }),
        ),
        (Type::Report, json!({ "agreement": "wijk", "obligation": "o", "instances": ["2006-06-01"], "value": "3", "evidence": evidence })),
        (Type::Finding, json!({ "agreement": "wijk", "obligation": "o", "day": "2006-06-01", "account": paper })),
        (Type::Acceptance, report.clone()),
        (Type::Dispute, with(&report, json!({ "reason": paper }))),
        (Type::DisputeAnswer, with(&report, json!({ "answer": "conceded", "reason": paper }))),
        (Type::DisputeRetraction, report.clone()),
        (Type::ReportRuling, with(&report, json!({ "finding": "fulfilled", "reason": paper }))),
        (Type::Release, json!({ "agreement": "wijk", "obligation": "o", "instances": ["2006-06-01"], "reason": paper })),
        (Type::Handover, json!({ "agreement": "wijk", "obligation": "o", "to": "school", "successor": "o2", "reason": paper })),
        (Type::Annulment, with(&annulled, json!({ "because": { "kind": "holiday", "date": "2006-06-01" } }))),
        (Type::Annulment, with(&annulled, json!({ "because": { "kind": "reading", "due": "2006-06-02" } }))),
        (
            Type::Annulment,
            with(&annulled, json!({ "because": { "kind": "clock", "acceptedAt": "2006-05-01T00:00:00Z", "date": "2006-07-01" } })),
        ),
        (
            Type::Annulment,
            with(
                &annulled,
                json!({ "because": { "kind": "lost-report", "report": hash, "acceptedAt": "2006-05-01T00:00:00Z", "date": "2006-07-01" } }),
            ),
        ),
        (Type::BreachAnswer, with(&case, json!({ "answer": "force-majeure" }))),
        (Type::CaseRuling, with(&case, json!({ "finding": { "kind": "new-date", "date": "2007-01-01" } }))),
        (Type::BoardOutcome, json!({ "agreement": "wijk", "case": 1, "outcome": { "kind": "settled" }, "minutes": paper })),
        (
            Type::SupportRequest,
            json!({ "agreement": "wijk", "case": 1, "kind": "remove-obstacle", "rule": "Woningwet art. 44", "problem": paper, "tried": paper,
                "ground": "lack-of-powers", "entries": [12],
                "obstacle": { "rule": rule, "effect": "Plannen wachten jaren.", "change": "De stad beslist zelf.", "ministry": "ministry" } }),
        ),
        (
            Type::SupportRequest,
            json!({ "agreement": "wijk", "kind": "tailor-instrument", "problem": paper, "tried": paper, "instrument": "Brede doeluitkering",
                "asked": "Ruimte voor de wijk." }),
        ),
        (
            Type::SupportRequest,
            json!({ "agreement": "wijk", "kind": "sharpen-umbrella", "problem": paper, "tried": paper, "asked": "Ruimte voor de wijk.",
                "umbrella": umbrella }),
        ),
        (Type::MinistryAnswer, with(&case, json!({ "act": "refer", "referTo": "education" }))),
        (Type::MinistryAnswer, with(&case, json!({ "act": "hold-to-account", "whom": ["school"] }))),
        (
            Type::MinistryAnswer,
            with(&case, json!({ "act": "put-on-agenda", "agenda": { "meeting": "Overleg met de steden", "day": "2006-09-01" } })),
        ),
        (Type::MinistryAnswer, with(&case, json!({ "act": "force-breakthrough", "partners": ["police"] }))),
        (
            Type::MinistryAnswer,
            with(&case, json!({ "act": "grant-powers", "rule": rule, "measure": "De stad mag dit zelf.", "takesEffect": "2007-01-01" })),
        ),
        (
            Type::MinistryAnswer,
            with(
                &case,
                json!({ "act": "tailor-instrument", "instrument": "BDU", "measure": "Ook voor deze wijk.", "takesEffect": "2007-01-01" }),
            ),
        ),
        (Type::StatePosition, with(&case, json!({ "stance": "on-conditions" }))),
        (Type::MinistryRouting, json!({ "routes": [{ "theme": "education", "ministry": "education" }] })),
        (Type::LedgerAcceptance, json!({ "logKey": "test.example/national+00000000+x" })),
        (
            Type::LogKeyRotation,
            json!({ "logKey": "test.example/gm0599+00000000+x", "oldSignsUntil": "2006-06-01T00:00:00Z",
                "proof": format!("\u{2014} test.example/gm0599 {}", "A".repeat(92)) }),
        ),
        (Type::RulesChange, json!({ "versions": versions })),
        (
            Type::Continuation,
            json!({ "size": 3, "lost": [format!("test.example/gm0599\n9\n{}", "A".repeat(90))], "reason": "Brand in de machinekamer." }),
        ),
        (Type::CaseClosure, json!({ "agreement": "wijk", "case": 1, "done": paper })),
        (
            Type::AgendaProposal,
            json!({ "recurs": { "kind": "party", "identifiers": { "kvk": "12345678" } }, "months": 12, "breaches": [elsewhere, elsewhere, elsewhere], "sources": [elsewhere] }),
        ),
        (
            Type::AgendaProposal,
            json!({ "recurs": { "kind": "theme", "theme": "safety" }, "months": 1, "breaches": [elsewhere, elsewhere, elsewhere], "sources": [elsewhere] }),
        ),
        (
            Type::AgendaProposal,
            json!({ "recurs": { "kind": "nature", "nature": "funding" }, "months": 60, "breaches": [elsewhere, elsewhere, elsewhere], "sources": [elsewhere] }),
        ),
        (
            Type::AgendaProposal,
            json!({ "recurs": { "kind": "instrument", "instrument": "curative" }, "months": 2, "breaches": [elsewhere, elsewhere, elsewhere], "sources": [elsewhere] }),
        ),
        (
            Type::AgendaAnswer,
            json!({ "to": hash, "decision": "put-on-agenda", "agenda": { "meeting": "Het overleg met de steden", "day": "2006-12-01" }, "reason": paper }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "mandate-lapsed", "agreement": "wijk", "party": "school", "mandate": hash } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "agenda-unanswered", "institution": "ministry", "proposal": hash } }),
        ),
        (
            Type::Withdrawal,
            json!({ "agreement": "wijk", "effectiveDate": "2007-01-01", "reason": paper,
            "plan": [{ "obligation": "o", "disposition": { "kind": "hand-over", "to": "school" } }, { "obligation": "p", "disposition": { "kind": "fulfil" } }] }),
        ),
        (Type::WithdrawalAnswer, json!({ "agreement": "wijk", "party": "school", "answer": "consent", "reason": paper })),
        (Type::WithdrawalRevocation, json!({ "agreement": "wijk" })),
        (
            Type::AttachmentErasure,
            json!({ "agreement": "wijk", "entry": 7, "attachment": hash, "ground": "unlawful", "basis": "Besluit 2006/12",
                "receipt": "c2sp.org/tlog-proof@v1\n".repeat(12).trim_end() }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "breached", "agreement": "wijk", "obligation": "o", "due": "2006-06-01", "case": 1 } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "umbrella-unanswered", "agreement": "wijk", "umbrella": "care",
                "origin": "test.example/national", "entry": 7, "silent": ["town"] } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2007-03-01T23:00:00Z", "cause": { "kind": "review-overdue", "agreement": "wijk", "review": "midterm", "silent": ["town"] } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "impasse-unanswered", "agreement": "wijk", "silent": ["town"], "points": ["rent"] } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "talks-expired", "agreement": "wijk", "unsigned": ["town"] } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "dispute-missing", "agreement": "wijk", "silent": ["town"] } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "proposal-unanswered", "agreement": "wijk", "silent": ["town"] } }),
        ),
        (
            Type::Flag,
            json!({ "dueAt": "2006-06-01T22:00:00Z", "cause": { "kind": "ended", "agreement": "wijk", "outcome": "expired", "open": [{ "obligation": "o", "due": "2006-06-01" }] } }),
        ),
    ]
}

#[test]
fn schema_and_code_accept_and_refuse_the_same() {
    let (mut accepted, mut refused, mut seen) = (0, 0, BTreeSet::new());
    for (kind, body) in samples() {
        seen.insert(kind);
        let schema = validator(kind);
        let whole = json!({ "type": kind.code(), "ledger": ORIGIN, "id": "x-1", "signedAt": "2006-01-02T00:00:00+01:00", "by": "town", "onBehalfOf": "town", "body": body });
        assert!(
            schema.is_valid(&whole) && code_accepts(&whole),
            "{}: {:?} {:?}",
            kind.code(),
            schema.iter_errors(&whole).map(|e| e.to_string()).collect::<Vec<_>>(),
            Statement::from_payload(whole.to_string().as_bytes()).map(|_| ())
        );
        for mutated in mutations(&whole).into_iter().filter(|mutated| mutated["type"] == kind.code()) {
            let (by_schema, by_code) = (schema.is_valid(&mutated), code_accepts(&mutated));
            assert_eq!(
                by_schema,
                by_code,
                "{}: schema {by_schema}, code {by_code}: {:?}\n{mutated}",
                kind.code(),
                schema.iter_errors(&mutated).map(|e| e.to_string()).collect::<Vec<_>>()
            );
            if by_code { accepted += 1 } else { refused += 1 }
        }
    }
    assert_eq!(seen.len(), Type::ALL.len(), "every type has a sample");
    assert!(refused > 5_000 && accepted > 100, "{refused} refused, {accepted} accepted");
}
