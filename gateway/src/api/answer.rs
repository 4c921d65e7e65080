//! Small helpers that every route shares: which ledger, as of when, and lives as JSON.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Problem;
use crate::listing::{AsOf, Listed, ListingFault};
use crate::reading::Served;
use crate::sequencer::LedgerHandle;
use crate::store::part_json;

/// What came after the question mark, in order.
pub(super) type Pairs = axum::extract::Query<Vec<(String, String)>>;

/// A ledger by the name in the path.
pub(super) fn ledger<'a>(served: &'a Served, name: &str) -> Result<&'a LedgerHandle, Problem> {
    served.ledger(name).ok_or_else(|| {
        let known: Vec<&str> = served.ledgers().map(|ledger| ledger.row.name.as_str()).collect();
        Problem::not_found(format!("there is no ledger {name:?} here; there are: {}", known.join(", ")))
    })
}

/// A parameter that does not fit.
pub(super) fn invalid(name: &str, accepted: &str) -> Problem {
    let mut problem = Problem::new(StatusCode::BAD_REQUEST, "Invalid parameter", format!("{name} does not fit"));
    problem.body["faults"] = json!([{ "parameter": name, "accepted": accepted }]);
    problem
}

impl From<ListingFault> for Problem {
    fn from(fault: ListingFault) -> Self {
        match fault {
            ListingFault::Future { now, .. } => {
                let mut problem = invalid("asOf", &format!("an instant that has come: {now} or earlier"));
                problem.body["detail"] = fault.to_string().into();
                problem
            }
            ListingFault::TooMuchDue => {
                let mut problem = invalid("asOf", "an instant nearer to an entry of the ledger");
                problem.body["detail"] = fault.to_string().into();
                problem
            }
            ListingFault::Cursor => invalid("cursor", "the `next` of an earlier answer to the same question"),
            ListingFault::Unavailable(unavailable) => unavailable.into(),
            ListingFault::Store(fault) => fault.into(),
        }
    }
}

/// The entry that changed something last; null when the clock has, and no entry says so yet.
pub(super) fn entry_json(entry: u64, as_of: AsOf) -> Value {
    if entry < as_of.size { entry.into() } else { Value::Null }
}

/// A part of an agreement: its life, with the agreement and the entry that changed it last.
pub(super) fn part_item(listed: &Listed) -> Value {
    let mut value: Value = serde_json::from_str(&part_json(&listed.part)).expect("a part is plain JSON");
    value["agreement"] = listed.agreement.to_string().into();
    value["isOpen"] = listed.is_open.into();
    value["lastEntry"] = json!(listed.entry);
    value
}

/// A page of items, as of when, and where the next one begins.
pub(super) fn page(items: Vec<Value>, next: Option<String>, as_of: AsOf) -> axum::Json<Value> {
    axum::Json(json!({ "items": items, "next": next, "asOf": as_of.at, "size": as_of.size }))
}
