//! The OpenAPI document: it is that of the routes, it keeps the NL API Design Rules, and answers are as it says.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use gateway::api::{VERSION, document};
use harness::gate::Gate;
use harness::site::StorySite;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::door::{signed_agreement, somebody_registers};

/// Each operation with its path and method.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &Value)| {
        let of = |(method, operation): (&String, &Value)| (path.clone(), method.clone(), operation.clone());
        item.as_object().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

#[test]
fn its_paths_are_the_routes_of_the_router() {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../gateway/src/api/mod.rs")).unwrap();
    let routes = source.split(".route(").skip(1).map(|rest| {
        let path = rest.trim_start().trim_start_matches('"').split('"').next().unwrap();
        let method = if rest.split(')').next().unwrap().contains("post(") { "post" } else { "get" };
        (path.to_owned(), method.to_owned())
    });
    let routes: BTreeSet<_> = routes.filter(|(path, _)| path.starts_with("/v1/") && path != "/v1/openapi.json").collect();
    let known: BTreeSet<_> = operations(&document()).into_iter().map(|(path, method, _)| (format!("/v1{path}"), method)).collect();
    assert_eq!(routes, known);
}

#[test]
fn it_keeps_the_design_rules() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], VERSION);
    let numbers: Vec<u32> = VERSION.split('.').map(|part| part.parse().unwrap()).collect();
    assert_eq!(numbers.len(), 3, "semver");
    for member in ["name", "email", "url"] {
        assert!(document["info"]["contact"][member].is_string(), "contact {member}");
    }
    assert!(document["servers"][0]["url"].as_str().unwrap().ends_with(&format!("/v{}", VERSION.split('.').next().unwrap())));
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{place}: its id");
        for step in path.split('/').skip(1) {
            let fits = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(
                !step.is_empty() && (step.starts_with('{') || step.chars().all(fits)),
                "{place}: kebab-case, no extension, no slash at the end"
            );
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap();
            assert!(
                name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric()),
                "{place}: {name}"
            );
            assert!(parameter["in"] != "query" || parameter["description"].is_string(), "{place}: {name} says what it takes");
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(method == "get" && parameters.is_empty() || responses.contains_key("400"), "{place} declares a 400");
        for (status, response) in responses {
            assert!(response["headers"]["API-Version"].is_object(), "{place} {status} declares the version");
            let form = if status.starts_with('2') { None } else { Some("application/problem+json") };
            assert!(form.is_none_or(|form| response["content"][form].is_object()), "{place} {status} is a problem");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["title"].is_string(), "{name} has a Dutch title");
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            let is_date = member.ends_with("Date") || member.ends_with("Datum");
            assert!(!is_date || schema["format"] == "date", "{name}.{member} is a date");
            assert!(!member.contains('-') && !member.contains('_'), "{name}.{member} is camelCase");
        }
    }
}

#[tokio::test]
async fn it_is_open_to_everybody() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let request = Request::builder().uri("/v1/openapi.json").header("origin", "https://else.where").body(Body::empty()).unwrap();
    let response = gate.router.clone().oneshot(request).await.unwrap();
    assert_eq!((response.status(), response.headers()["access-control-allow-origin"].to_str().unwrap()), (StatusCode::OK, "*"));
    assert_eq!(response.headers()["api-version"], VERSION);
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), document());
}

/// A path of a document with what there is in the ledger.
fn filled(path: &str) -> String {
    let id = if path.contains("/institutions/") { "corporation" } else { "wijk" };
    let names =
        [("{ledger}", "gm0599"), ("{id}", id), ("{number}", "1"), ("{collection}", "cases"), ("{code}", "BU05991080"), ("{entry}", "0")];
    names.iter().fold(format!("/v1{path}"), |path, (name, value)| path.replace(name, value))
}

fn validator(document: &Value, place: &str) -> jsonschema::Validator {
    let schema = json!({ "$ref": place, "components": document["components"] });
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// What few ledgers hold is described to the last member: an answer has it, and it fits.
#[test]
fn what_stands_open_in_stories_is_as_it_says() {
    for (story, path, schema, members) in [
        ("statute", "town/agreements/plans", "Agreement", &[("/talks", "Talks"), ("/impasse", "Impasse")][..]),
        ("umbrella-change", "town/agreements/homes", "Agreement", &[("/umbrellaChanges/0", "UmbrellaChange")]),
        ("national-agenda", "national/institutions/ministry", "Institution", &[("/recurrences/0", "Recurrence")]),
    ] {
        let answer: Value = serde_json::from_str(&StorySite::told(story).page(&format!("/v1/ledgers/{path}"))).unwrap();
        let document = document();
        let errors = |name: &str, of: &Value| {
            let validator = validator(&document, &format!("#/components/schemas/{name}"));
            validator.iter_errors(of).map(|error| format!("{} {error}", error.instance_path())).collect::<Vec<_>>()
        };
        assert_eq!(errors(schema, &answer), Vec::<String>::new(), "{path}: {answer:#}");
        for (place, name) in members {
            let member = answer.pointer(place).unwrap_or_else(|| panic!("{path} has {place}: {answer:#}"));
            assert_eq!(errors(name, member), Vec::<String>::new(), "{path}: {member:#}");
            let known = document["components"]["schemas"][name]["properties"].as_object().unwrap();
            let unknown: Vec<_> = member.as_object().unwrap().keys().filter(|key| !known.contains_key(*key)).collect();
            assert!(unknown.is_empty(), "{name} does not say {unknown:?}");
        }
    }
}

#[tokio::test]
async fn answers_are_as_it_says() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    gate.clock.set("2006-09-20T09:00:00Z".parse().unwrap());
    somebody_registers(&gate).await;
    let document = document();
    let validator = |schema: &Value| validator(&document, schema["$ref"].as_str().unwrap());
    let mut checked = 0;
    for (path, _, operation) in operations(&document).into_iter().filter(|(path, method, _)| method == "get" && !path.contains("{hash}")) {
        let at = filled(&path);
        let (status, answer) = gate.send("GET", &at, "", Vec::new()).await;
        assert_eq!(status, StatusCode::OK, "{at}: {answer}");
        let content = operation["responses"]["200"]["content"].as_object().unwrap();
        let (form, said) = content.iter().next().unwrap();
        if form.ends_with("json") {
            let errors: Vec<String> =
                validator(&said["schema"]).iter_errors(&answer).map(|error| format!("{} {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{at}: {errors:#?} in {answer:#}");
        }
        let keys: Vec<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "query")
            .map(|p| p["name"].as_str().unwrap())
            .collect();
        if keys.is_empty() {
            continue;
        }
        let (status, problem) = gate.send("GET", &format!("{at}?unheardOf=1"), "", Vec::new()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{at}");
        assert_eq!(problem["faults"], json!([{ "parameter": "unheardOf", "accepted": format!("one of: {}", keys.join(", ")) }]), "{at}");
        let said = &operation["responses"]["400"]["content"]["application/problem+json"]["schema"];
        assert!(validator(said).is_valid(&problem), "{problem}");
        checked += 1;
    }
    assert!(checked > 12, "only {checked}");
    let full = gate.get("/v1/ledgers/gm0599/attention").await;
    assert!(full["items"].as_array().unwrap().len() > 1, "something to look at: {full}");
}
