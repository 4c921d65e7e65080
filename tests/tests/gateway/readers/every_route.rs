//! Every route, asked by every kind of reader. A route that is new fails here until it is said what it may tell.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use gateway::api::document;
use harness::gate::Signer;
use ledger::envelope::Type;
use serde_json::{Value, json};

use super::{HIDDEN, Hiding, MARKS, steady, tells};

/// What a route tells of an agreement that is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// The same to everybody, and nothing of it.
    Nothing,
    /// All of it to those who may read it, nothing to others.
    Readers,
    /// The same, once the State was asked about it.
    ReadersOnceAsked,
}

/// Every GET of the API. The routes come from the document, which another test holds against the router.
const ROUTES: [(&str, Tells); 26] = [
    ("/ledgers", Tells::Nothing),
    ("/ledgers/{ledger}", Tells::Nothing),
    ("/ledgers/{ledger}/institutions", Tells::Nothing),
    ("/ledgers/{ledger}/institutions/{id}", Tells::Nothing),
    ("/ledgers/{ledger}/institutions/{id}/entries", Tells::Nothing),
    ("/ledgers/{ledger}/checkpoint", Tells::Nothing),
    ("/ledgers/{ledger}/trust", Tells::Nothing),
    ("/ledgers/{ledger}/receipts/{entry}", Tells::Readers),
    ("/ledgers/{ledger}/agreements", Tells::Readers),
    ("/ledgers/{ledger}/agreements/{id}", Tells::Readers),
    ("/ledgers/{ledger}/agreements/{id}/entries", Tells::Readers),
    ("/ledgers/{ledger}/agreements/{id}/cases/{number}", Tells::Readers),
    ("/ledgers/{ledger}/agreements/{id}/casefile", Tells::Readers),
    ("/ledgers/{ledger}/agreements/{id}/{collection}", Tells::Readers),
    ("/ledgers/{ledger}/attention", Tells::Readers),
    ("/ledgers/{ledger}/counts", Tells::Readers),
    ("/ledgers/{ledger}/neighbourhoods", Tells::Readers),
    ("/ledgers/{ledger}/neighbourhoods/{code}", Tells::Readers),
    ("/ledgers/{ledger}/neighbourhoods/{code}/coverage", Tells::Readers),
    ("/ledgers/{ledger}/withheld-agreements", Tells::Readers),
    ("/ledgers/{ledger}/obstacles", Tells::ReadersOnceAsked),
    ("/ledgers/{ledger}/attachments/{hash}", Tells::Readers),
    ("/ledgers/{ledger}/{collection}", Tells::Readers),
    ("/events", Tells::Readers),
    ("/ledgers/{ledger}/events", Tells::Readers),
    ("/ledgers/{ledger}/records", Tells::Readers),
];

/// What lists are asked with: by what is withheld, and in the past.
const QUERIES: [&str; 7] =
    ["", "asOf=2006-06-19T00:00:00Z", "agreement=opvanghuis", "neighbourhood=BU05991081", "party=police", "member=police", "state=overdue"];

/// A route with what is withheld in it, once for each collection.
fn filled(hiding: &Hiding, route: &str) -> Vec<String> {
    let id = if route.contains("/institutions/") { "police" } else { HIDDEN };
    let (hash, entry) = (hiding.attachment.to_string(), hiding.proposal.to_string());
    let names = [("{ledger}", "gm0599"), ("{id}", id), ("{number}", "1"), ("{code}", MARKS[2]), ("{hash}", &hash), ("{entry}", &entry)];
    let path = names.iter().fold(format!("/v1{route}"), |path, (name, value)| path.replace(name, value));
    if !path.contains("{collection}") {
        return vec![path];
    }
    ["obligations", "instances", "reports", "offers", "breaches", "cases"].map(|word| path.replace("{collection}", word)).to_vec()
}

fn takes(operation: &Value, query: &str) -> bool {
    let name = query.split('=').next().unwrap_or_default();
    name.is_empty() || operation["parameters"].as_array().into_iter().flatten().any(|p| p["in"] == "query" && p["name"] == name)
}

/// Every question to every route, and what its answer may tell.
fn questions(hiding: &Hiding) -> Vec<(String, Tells)> {
    let document = document();
    let gets = document["paths"].as_object().unwrap().iter().filter_map(|(path, item)| Some((path.as_str(), item.get("get")?)));
    let gets: Vec<(&str, &Value)> = gets.collect();
    let known: BTreeSet<&str> = ROUTES.iter().map(|(path, _)| *path).collect();
    assert_eq!(gets.iter().map(|(path, _)| *path).collect::<BTreeSet<_>>(), known, "say what a new route may tell");
    let mut questions = Vec::new();
    for (route, tells) in ROUTES {
        let operation = gets.iter().find(|(path, _)| *path == route).unwrap().1;
        let has_reader = operation["security"].as_array().is_some_and(|ways| ways.len() == 2);
        assert!(has_reader || tells == Tells::Nothing, "{route} takes a token");
        for path in filled(hiding, route) {
            for query in QUERIES.iter().filter(|query| takes(operation, query)) {
                questions.push((if query.is_empty() { path.clone() } else { format!("{path}?{query}") }, tells));
            }
        }
    }
    assert!(questions.len() > 80, "only {}", questions.len());
    questions
}

/// Asks everything, and compares what outsiders and readers get. Gives how many answers told readers something.
async fn walk(hiding: &Hiding, outsiders: &[&Signer], readers: &[&Signer]) -> usize {
    let mut told = 0;
    for (question, may_tell) in questions(hiding) {
        let (status, headers, bytes) = hiding.get(&question, None).await;
        let public = steady(status, &bytes);
        // Who asked for it by its name is told that name again.
        let echoed = public.replace(&format!("{HIDDEN:?}"), "").replace(&format!("\\\"{HIDDEN}\\\""), "");
        assert_eq!(tells(&echoed), None, "{question}: {public}");
        assert_eq!(headers["cache-control"], "no-store", "{question}");
        assert!(headers.get_all("vary").iter().any(|value| value == "authorization"), "{question}");
        for outsider in outsiders {
            let (status, _, bytes) = hiding.get(&question, Some(outsider)).await;
            assert_eq!(steady(status, &bytes), public, "{question} by {}", outsider.id);
        }
        let mut first: Option<String> = None;
        for reader in readers {
            let (status, _, bytes) = hiding.get(&question, Some(reader)).await;
            let private = steady(status, &bytes);
            match may_tell {
                Tells::Nothing => assert_eq!(private, public, "{question} by {}", reader.id),
                Tells::Readers | Tells::ReadersOnceAsked => told += usize::from(private != public),
            }
            assert_eq!(*first.get_or_insert(private.clone()), private, "{question}: all readers read the same; {} does not", reader.id);
        }
        let tells = may_tell == Tells::Readers || may_tell == Tells::ReadersOnceAsked && hiding.is_before_the_state;
        if tells && !question.contains('?') && !readers.is_empty() {
            assert_ne!(first, Some(public), "{question} tells its readers nothing");
        }
    }
    told
}

#[tokio::test]
async fn nobody_reads_what_is_withheld_but_those_concerned() {
    let mut hiding = Hiding::new().await;
    let (town, ministry, school) = (hiding.gate.town.clone(), hiding.gate.ministry.clone(), hiding.school.clone());
    let (corporation, police) = (hiding.corporation.clone(), hiding.police.clone());
    // A party, the director, the owner; another institution, and the ministry without a case.
    let told = walk(&hiding, &[&school, &ministry], &[&corporation, &police, &town]).await;
    assert!(told > 150, "only {told}");
    hiding.before_the_ministry().await;
    walk(&hiding, &[&school], &[&corporation, &police, &town, &ministry]).await;
    let note = json!({ "hash": hiding.attachment, "mediaType": "text/plain", "sizeBytes": MARKS[5].len() });
    hiding.says(&ministry, Type::MinistryAnswer, json!({ "case": 1, "act": "no-action", "reason": note })).await;
    hiding.says(&town, Type::CaseClosure, json!({ "case": 1, "done": note })).await;
    walk(&hiding, &[&school, &ministry], &[&police]).await;
}

#[tokio::test]
async fn to_others_it_is_as_if_it_were_not_there() {
    let hiding = Hiding::new().await;
    let school = hiding.school.clone();
    let nothing = "bestaatniet";
    let missing = hiding.attachment.to_string().replace(|c: char| c.is_ascii_digit(), "a");
    for path in [
        format!("agreements/{HIDDEN}"),
        format!("agreements/{HIDDEN}?asOf=2006-06-19T00:00:00Z"),
        format!("agreements/{HIDDEN}/entries"),
        format!("agreements/{HIDDEN}/entries?cursor=1"),
        format!("agreements/{HIDDEN}/cases/1"),
        format!("agreements/{HIDDEN}/obligations"),
        format!("agreements/{HIDDEN}/instances?state=open"),
        format!("obligations?agreement={HIDDEN}"),
        format!("attention?agreement={HIDDEN}"),
        format!("agreements?agreement={HIDDEN}"),
        format!("attachments/{}", hiding.attachment),
    ] {
        let other = path.replace(HIDDEN, nothing).replace(&hiding.attachment.to_string(), &missing);
        for reader in [None, Some(&school)] {
            let (status, _, bytes) = hiding.get(&format!("/v1/ledgers/gm0599/{path}"), reader).await;
            let said = steady(status, &bytes).replace(HIDDEN, nothing).replace(&hiding.attachment.to_string(), &missing);
            let (status, _, bytes) = hiding.get(&format!("/v1/ledgers/gm0599/{other}"), reader).await;
            assert_eq!(said, steady(status, &bytes), "{path}");
        }
    }
    let (status, ..) = hiding.get(&format!("/v1/ledgers/gm0599/agreements/{HIDDEN}"), Some(&school)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

/// Every page and everything beside the API, with what is withheld in its path.
#[tokio::test]
async fn pages_and_everything_beside_the_api_tell_nothing_of_it() {
    let mut hiding = Hiding::new().await;
    hiding.before_the_ministry().await;
    let mut routes = BTreeSet::new();
    for source in ["gateway/src/pages/mod.rs", "gateway/src/api/mod.rs"] {
        let source = std::fs::read_to_string(format!("{}/../{source}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let paths =
            source.split(".route(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned));
        routes.extend(paths.filter(|path| !path.starts_with("/v1/")));
    }
    routes.extend(["/gm0599".to_owned(), "/gm0599/buurten?zoek=stil".to_owned(), "/gm0599/aandacht?partij=police".to_owned()]);
    assert!(routes.len() > 14, "{routes:?}");
    for route in routes {
        let names = [("{ledger}", "gm0599"), ("{id}", HIDDEN), ("{number}", "1"), ("{code}", MARKS[2]), ("{*tile}", "entries/000.p/3")];
        let path = names.iter().fold(route.clone(), |path, (name, value)| path.replace(name, value));
        let entries = if path.contains("{entry}") { 0..hiding.gate.size() } else { 0..1 };
        for entry in entries {
            let path = path.replace("{entry}", &entry.to_string());
            let (status, _, bytes) = hiding.get(&path, None).await;
            let said = String::from_utf8_lossy(&bytes).into_owned();
            // What a visitor typed it is shown again.
            let typed = [HIDDEN, MARKS[2]].into_iter().filter(|typed| path.contains(typed));
            let said = typed.fold(said, |said, typed| said.replace(typed, ""));
            assert_eq!(tells(&said), None, "{path}: {status} {said}");
        }
    }
    let (_, _, bytes) = hiding.get("/gm0599/convenanten", None).await;
    let page = String::from_utf8_lossy(&bytes).into_owned();
    assert!(page.contains("artikel 5.1, tweede lid, onder h, Woo") && page.contains("Niet openbaar"), "the ground is told: {page}");
}
