//! Every operation: its path, what it is asked with, and what it answers.

use super::super::casefile::CASE_FILE;
use super::super::events::EVENTS;
use super::super::lives::{LISTS, OF_ONE, ONE, PAGES};
use super::super::log::{CHECKPOINTS, RECORDS};
use super::super::obstacles::OBSTACLES;
use super::super::overview::{ATTENTION, COUNTS, NEIGHBOURHOODS};
use super::super::query::Key;
use super::super::withheld::WITHHELD;
use crate::events::BATCH;

/// An operation of the API: a POST when it takes a body, else a GET.
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) keys: &'static [Key],
    pub(super) body: Option<Body>,
    /// Status, description, media type, name of the schema.
    pub(super) answers: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

/// What is sent: media types and names of their schemas.
pub(super) struct Body {
    pub(super) description: &'static str,
    pub(super) forms: &'static [(&'static str, &'static str)],
}

impl Operation {
    /// Whether its answer depends on who reads, and so takes a token.
    pub(super) fn has_reader(&self) -> bool {
        let same_for_all = ["submitStatements", "listLedgers", "getLedger", "getCheckpoint", "getTrust"];
        !same_for_all.contains(&self.id)
    }

    /// The problems that it can answer with.
    pub(super) fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = vec![
            ("406", "The answer has another form than is accepted"),
            ("503", "No answer now; Retry-After says when. Of a statement: signed by the gateway, that it came"),
        ];
        if !self.keys.is_empty() || self.path.contains('{') || self.body.is_some() {
            problems.push(("400", "Invalid: every fault, with what would be accepted"));
        }
        if self.has_reader() {
            problems.push(("401", "The token proves nothing; what would be accepted"));
        }
        if self.path.contains('{') {
            problems.push(("404", "There is nothing of this name"));
        }
        if self.path.contains("/attachments/") {
            problems.push(("410", "It was erased: erasedBy is the entry that says on what ground"));
        }
        if self.body.is_some() {
            problems.push(("403", "The signer may not do this; signed by the gateway"));
            problems.push(("409", "It does not fit what stands; signed by the gateway"));
            problems.push(("413", "Too large"));
            problems.push(("415", "Another media type than is taken"));
        }
        problems
    }
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

macro_rules! get {
    ($path:literal, $id:literal, $tag:literal, $summary:literal, $keys:expr, $form:expr, $schema:literal) => {
        Operation {
            path: $path,
            id: $id,
            tag: $tag,
            summary: $summary,
            keys: $keys,
            body: None,
            answers: &[("200", $summary, $form, $schema)],
        }
    };
}

/// All of them, in the order of the routes.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/v1/ledgers/{ledger}/statements",
        id: "submitStatements",
        tag: "institutions",
        summary: "Submit one signed statement, or several in order, each with its own answer",
        keys: &[],
        body: Some(Body {
            description: "A JWS, or an envelope with attachments, or a batch; or a form whose first part is the JWS, and whose other parts \
                          are named by the hashes of its attachments: 32 bytes of salt, then the content",
            forms: &[
                ("application/jose+json", "Jws"),
                ("application/jose", "CompactJws"),
                (JSON, "Parcel"),
                ("multipart/form-data", "Form"),
            ],
        }),
        answers: &[
            ("200", "Accepted before, with its first receipt; or a batch, with an answer for each", JSON, "Answers"),
            ("201", "Accepted, with its receipt", JSON, "Acceptance"),
        ],
    },
    get!(
        "/v1/ledgers/{ledger}/receipts/{entry}",
        "getReceipt",
        "institutions",
        "The receipt of an entry, a .tlog-proof",
        CHECKPOINTS,
        TEXT,
        "Text"
    ),
    get!("/v1/ledgers", "listLedgers", "readers", "The ledgers that this gateway serves", &[], JSON, "Ledgers"),
    get!("/v1/ledgers/{ledger}", "getLedger", "readers", "A ledger, and the keys that it is known by", &[], JSON, "Ledger"),
    get!("/v1/ledgers/{ledger}/institutions", "listInstitutions", "readers", "Institutions", PAGES, JSON, "Institutions"),
    get!("/v1/ledgers/{ledger}/institutions/{id}", "getInstitution", "readers", "An institution and its keys", ONE, JSON, "Institution"),
    get!(
        "/v1/ledgers/{ledger}/institutions/{id}/entries",
        "listEntriesOfInstitution",
        "readers",
        "The entries that changed an institution, oldest first",
        PAGES,
        JSON,
        "Entries"
    ),
    get!("/v1/ledgers/{ledger}/agreements", "listAgreements", "readers", "Agreements, with their colour", LISTS, JSON, "Agreements"),
    get!("/v1/ledgers/{ledger}/agreements/{id}", "getAgreement", "readers", "An agreement with what is in it", ONE, JSON, "Agreement"),
    get!(
        "/v1/ledgers/{ledger}/agreements/{id}/entries",
        "listEntriesOfAgreement",
        "readers",
        "The entries that changed an agreement, oldest first",
        PAGES,
        JSON,
        "Entries"
    ),
    get!(
        "/v1/ledgers/{ledger}/agreements/{id}/casefile",
        "getCaseFile",
        "readers",
        "A zip that shows how an agreement, an obligation, a breach or a case stands, and verifies offline",
        CASE_FILE,
        "application/zip",
        "Bytes"
    ),
    get!(
        "/v1/ledgers/{ledger}/agreements/{id}/cases/{number}",
        "getCase",
        "readers",
        "The file of a case: what was done, what waits, and which acts are open to the ministry",
        ONE,
        JSON,
        "CaseFile"
    ),
    get!(
        "/v1/ledgers/{ledger}/agreements/{id}/{collection}",
        "listPartsOfAgreement",
        "readers",
        "Obligations, due dates, reports, offers, breaches, cases or withdrawals of an agreement",
        OF_ONE,
        JSON,
        "Parts"
    ),
    get!(
        "/v1/ledgers/{ledger}/attention",
        "listAttention",
        "readers",
        "What needs attention: who must do what by when",
        ATTENTION,
        JSON,
        "Attentions"
    ),
    get!("/v1/ledgers/{ledger}/counts", "getCounts", "readers", "How many obligations are green, orange and red", COUNTS, JSON, "Counts"),
    get!(
        "/v1/ledgers/{ledger}/neighbourhoods",
        "listNeighbourhoods",
        "readers",
        "Places where agreements hold, by name or CBS code",
        NEIGHBOURHOODS,
        JSON,
        "Neighbourhoods"
    ),
    get!(
        "/v1/ledgers/{ledger}/neighbourhoods/{code}",
        "getNeighbourhood",
        "readers",
        "Agreements that hold in a place, and who does what by when",
        PAGES,
        JSON,
        "Promises"
    ),
    get!(
        "/v1/ledgers/{ledger}/neighbourhoods/{code}/coverage",
        "getCoverage",
        "readers",
        "On which days an agreement was in force in a place, and on which none was",
        ONE,
        JSON,
        "Coverage"
    ),
    get!(
        "/v1/ledgers/{ledger}/withheld-agreements",
        "listWithheldAgreements",
        "readers",
        "Which agreements are withheld from the public: since when, on which ground and by whom",
        WITHHELD,
        JSON,
        "WithheldAgreements"
    ),
    get!(
        "/v1/ledgers/{ledger}/obstacles",
        "listObstacles",
        "readers",
        "Rules that are in the way of local promises: what is asked, of which ministry, and what came of it",
        OBSTACLES,
        JSON,
        "Obstacles"
    ),
    get!(
        "/v1/ledgers/{ledger}/attachments/{hash}",
        "getAttachment",
        "readers",
        "Content beside the log",
        &[],
        "application/octet-stream",
        "Bytes"
    ),
    get!(
        "/v1/ledgers/{ledger}/{collection}",
        "listParts",
        "readers",
        "Obligations, due dates, reports, offers, breaches, cases or withdrawals of all agreements",
        LISTS,
        JSON,
        "Parts"
    ),
    get!(
        "/v1/events",
        "listEvents",
        "followers",
        "What happened in all ledgers after a cursor; Link has the next one",
        EVENTS,
        BATCH,
        "Events"
    ),
    get!(
        "/v1/ledgers/{ledger}/events",
        "listEventsOfLedger",
        "followers",
        "What happened in a ledger after an entry",
        EVENTS,
        BATCH,
        "Events"
    ),
    get!("/v1/ledgers/{ledger}/records", "listRecords", "auditors", "The log, byte for byte", RECORDS, JSON, "Records"),
    get!("/v1/ledgers/{ledger}/checkpoint", "getCheckpoint", "auditors", "The latest checkpoint, a signed note", CHECKPOINTS, TEXT, "Text"),
    get!(
        "/v1/ledgers/{ledger}/trust",
        "getTrust",
        "auditors",
        "What the ledger is trusted by: its keys and from which entry they sign, witnesses, policy, genesis",
        &[],
        JSON,
        "Trust"
    ),
];
