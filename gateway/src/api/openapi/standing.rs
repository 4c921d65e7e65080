//! The schemas of what stands open beside promises: talks that are stuck, umbrella agreements that change, what recurs.

use ledger::envelope::statement::recurrence::AgendaDecision;
use ledger::envelope::statement::umbrella::UmbrellaReply;
use ledger::lives::impasse::ImpasseEnd;
use ledger::lives::umbrella::Manner;
use serde_json::{Value, json};

use super::schemas::{code, day, instant, list, named, number, object, open, text};

/// Each by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![("Talks", talks()), ("Impasse", impasse()), ("UmbrellaChange", umbrella_change()), ("Recurrence", recurrence())]
}

/// An entry and its instant.
fn fact() -> Value {
    named("Fact")
}

/// The same, or null where there is none.
fn nullable(schema: Value) -> Value {
    json!({ "oneOf": [schema, { "type": "null" }] })
}

/// Talks under a statute (Woningwet, article 44): terms, and the dispute with the minister.
fn talks() -> Value {
    let dispute = [("by", text()), ("at", fact()), ("case", number()), ("ruled", nullable(fact())), ("takenBack", nullable(fact()))];
    let terms = [("until", instant()), ("expired", nullable(fact())), ("disputeUntil", nullable(instant())), ("missing", nullable(fact()))];
    let dispute = nullable(object("Geschil bij de minister", &dispute));
    object("Overleg volgens de wet", &[&terms[..], &[("dispute", dispute)]].concat())
}

fn impasse() -> Value {
    let positions = json!({ "type": "object", "additionalProperties": fact(), "description": "Where each party gave its position last" });
    let point = object("Geschilpunt", &[("id", text()), ("subject", text())]);
    let point =
        [("point", point), ("by", text()), ("since", fact()), ("until", instant()), ("positions", positions), ("silent", nullable(fact()))];
    let mediation = object("Bemiddeling", &[("mediator", text()), ("until", day()), ("agreed", fact())]);
    let over = object("Einde van de impasse", &[("how", code(&ImpasseEnd::ALL.map(ImpasseEnd::code))), ("at", fact())]);
    let impasse = [
        ("by", text()),
        ("since", fact()),
        ("points", list(object("Punt waarop het overleg vastzit", &point))),
        ("mediation", nullable(mediation)),
        ("over", nullable(over)),
    ];
    object("Impasse", &impasse)
}

fn umbrella_change() -> Value {
    let consent = object("Instemming in het landelijke grootboek", &[("of", text()), ("entry", number()), ("shown", fact())]);
    let replies: Vec<&str> = UmbrellaReply::ALL.iter().map(|reply| reply.code()).collect();
    let answer = open("Antwoord van de regisseur", &[("by", text()), ("at", fact()), ("answer", code(&replies))], &[]);
    let change = [
        ("origin", text()),
        ("umbrella", text()),
        ("entry", number()),
        ("manner", code(&Manner::ALL.map(Manner::code))),
        ("obligations", list(text())),
        ("by", text()),
        ("at", fact()),
    ];
    open(
        "Gewijzigde koepelafspraak",
        &change,
        &[("consent", consent), ("until", instant()), ("silent", fact()), ("answer", answer), ("moot", fact())],
    )
}

fn recurrence() -> Value {
    let breach = ["origin", "agreement", "obligation", "party"].map(|name| (name, text()));
    let breach = [&breach[..], &[("entry", number()), ("due", day()), ("breached", instant())]].concat();
    let decisions: Vec<&str> = AgendaDecision::ALL.iter().map(|decision| decision.code()).collect();
    let answer = open(
        "Antwoord op de voordracht",
        &[("decision", code(&decisions)), ("reason", text()), ("given", fact())],
        &[("agenda", json!({ "type": "object" }))],
    );
    let recurrence = [
        ("hash", text()),
        ("by", text()),
        ("recurs", json!({ "type": "object", "description": "The party, theme, nature or instrument that it has in common" })),
        ("months", number()),
        ("breaches", list(open("Schending die terugkeert", &breach, &[]))),
        ("putForward", fact()),
        ("answerBy", instant()),
    ];
    open("Wat telkens terugkeert", &recurrence, &[("late", fact()), ("answer", answer)])
}
