//! The schemas of what is asked and answered. Lives are described by what every reader needs; they may hold more.

use serde_json::{Map, Value, json};

use crate::listing::Collection;

/// A step of a path.
pub(super) fn path_key(name: &str) -> Value {
    match name {
        "entry" => json!({ "type": "integer", "minimum": 0, "description": "Index of an entry" }),
        "number" => json!({ "type": "integer", "minimum": 1, "description": "Number of a case" }),
        "collection" => {
            let words: Vec<&str> = Collection::ALL[1..].iter().map(|(word, _)| *word).collect();
            json!({ "type": "string", "enum": words })
        }
        "code" => json!({ "type": "string", "pattern": "^(GM\\d{4}|WK\\d{4}[0-9A-Z]{2}|BU\\d{4}[0-9A-Z]{4})$" }),
        "hash" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        _ => json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
    }
}

/// Every schema, by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("Text", json!({ "title": "Tekst", "type": "string" })),
        ("Bytes", json!({ "title": "Inhoud", "type": "string", "format": "binary" })),
        ("CompactJws", json!({ "title": "Ondertekende verklaring", "type": "string" })),
        ("Jws", object("Ondertekende verklaring", &[("payload", text()), ("protected", text()), ("signature", text())])),
        ("Parcel", parcel()),
        ("Form", form()),
        ("Problem", problem()),
        ("Acceptance", acceptance()),
        ("Answers", open("Antwoorden", &[], &[("answers", list(json!({ "type": "object" }))), ("entry", number()), ("receipt", text())])),
    ];
    all.extend(lives());
    all.extend(overviews());
    all.extend(log());
    all.extend(trust());
    all.extend(super::standing::all());
    all
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

pub(super) fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// An entry; null where the clock has caused it and no entry says so yet.
fn entry_or_none() -> Value {
    json!({ "type": ["integer", "null"], "minimum": 0 })
}

pub(super) fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn code(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// An object that has these members, all of them.
pub(super) fn object(title: &str, members: &[(&str, Value)]) -> Value {
    open(title, members, &[])
}

/// An object that has these members, and may have those and others.
pub(super) fn open(title: &str, required: &[(&str, Value)], may: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let members: Map<String, Value> = required.iter().chain(may).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let mut schema = json!({ "title": title, "type": "object", "properties": members });
    if !names.is_empty() {
        schema["required"] = json!(names);
    }
    schema
}

/// A page of something, as of when.
fn page(title: &str, of: &str) -> Value {
    let next = json!({ "type": ["string", "null"], "description": "The cursor of the next page; null on the last" });
    object(title, &[("items", list(named(of))), ("next", next), ("asOf", instant()), ("size", number())])
}

fn parcel() -> Value {
    let attachment = object("Bijlage", &[("salt", text()), ("mediaType", text()), ("content", text())]);
    let statement = json!({ "description": "A flattened JWS, or a compact one as a string", "type": ["object", "string"] });
    open(
        "Envelop of reeks",
        &[],
        &[("statement", statement), ("attachments", list(attachment)), ("statements", list(json!({ "type": "object" })))],
    )
}

fn form() -> Value {
    let statement = json!({ "description": "A JWS; before all other parts", "type": "string" });
    let salted = json!({ "description": "Named by its hash: 32 bytes of salt, then the content", "type": "string", "format": "binary" });
    let mut form = object("Verklaring met bijlagen", &[("statement", statement)]);
    form["additionalProperties"] = salted;
    form
}

fn problem() -> Value {
    let fault = open("Fout", &[("accepted", text())], &[("pointer", text()), ("parameter", text()), ("rule", text()), ("detail", text())]);
    let status = json!({ "type": "integer", "minimum": 400, "maximum": 599 });
    let required = [("type", text()), ("title", text()), ("status", status), ("detail", text())];
    let may = ["titleNl", "rule", "source", "refusal", "acknowledgement", "requestId"].map(|name| (name, text()));
    let may: Vec<(&str, Value)> = may.into_iter().chain([("faults", list(fault)), ("erasedBy", number())]).collect();
    open("Probleem", &required, &may)
}

fn acceptance() -> Value {
    let repeat = json!({ "type": "boolean" });
    object("Ontvangst", &[("ledger", text()), ("entry", number()), ("acceptedAt", instant()), ("repeat", repeat), ("receipt", text())])
}

fn lives() -> Vec<(&'static str, Value)> {
    let institution = open(
        "Instelling",
        &[
            ("id", text()),
            ("state", code(&["registered", "admitted", "succeeded"])),
            ("registrations", list(json!({ "type": "object" }))),
            ("lastEntry", entry_or_none()),
        ],
        &[("name", text()), ("kind", text()), ("succession", json!({ "type": "object" })), ("succeeds", list(text()))]
            .into_iter()
            .chain([("recurrences", list(named("Recurrence")))])
            .chain(["keys", "mandates", "mandatesHeld"].map(|name| (name, list(json!({ "type": "object" })))))
            .collect::<Vec<_>>(),
    );
    let life = [("agreement", text()), ("isOpen", json!({ "type": "boolean" })), ("lastEntry", entry_or_none())];
    let head: Vec<(&str, Value)> = life
        .iter()
        .cloned()
        .chain([("id", text()), ("state", json!({ "type": "object" })), ("parties", json!({ "type": "object" }))])
        .collect();
    let card = [("title", text()), ("colour", named("Colour")), ("director", text()), ("neighbourhoods", list(named("Place")))];
    let whole = [("text", json!({ "type": "object" })), ("light", named("Light")), ("asOf", instant()), ("size", number())];
    let lists = ["obligations", "offers", "breaches", "cases", "withdrawals", "attention", "caused"];
    let lists = lists.map(|name| (name, list(json!({ "type": "object" }))));
    let with = |more: &[(&'static str, Value)]| head.iter().cloned().chain(more.iter().cloned()).collect::<Vec<_>>();
    let whole: Vec<(&str, Value)> = whole.into_iter().chain(lists).collect();
    let mut may = ["budgets", "declaredCapacity"].map(|name| (name, list(json!({ "type": "object" })))).to_vec();
    may.extend([("talks", named("Talks")), ("impasse", named("Impasse")), ("umbrellaChanges", list(named("UmbrellaChange")))]);
    let place = object("Buurt", &[("code", text()), ("referenceYear", number()), ("name", text())]);
    let entry = [("entry", number()), ("acceptedAt", instant()), ("type", text()), ("by", text()), ("id", text()), ("record", text())];
    vec![
        ("Institution", institution),
        ("Institutions", page("Instellingen", "Institution")),
        ("Place", place),
        ("AgreementCard", object("Convenant in een lijst", &with(&card))),
        ("Agreements", page("Convenanten", "AgreementCard")),
        ("Agreement", open("Convenant", &with(&whole), &may)),
        ("Part", object("Onderdeel van een convenant", &life)),
        ("Parts", page("Onderdelen van convenanten", "Part")),
        ("Entry", open("Regel in het logboek", &entry, &[("onBehalfOf", text())])),
        ("Entries", page("Regels in het logboek", "Entry")),
    ]
}

fn overviews() -> Vec<(&'static str, Value)> {
    let fact = object("Feit", &[("entry", number()), ("at", instant())]);
    let who = list(text());
    let until = json!({ "type": ["string", "null"], "format": "date-time" });
    let matter = code(&ledger::lives::attention::Matter::CODES);
    let waits = [("matter", matter), ("who", who), ("since", named("Fact")), ("until", until)];
    let place = [("agreement", text()), ("title", text()), ("neighbourhoods", list(text())), ("entry", entry_or_none())];
    let kind = |title: &str| open(title, &[("kind", text())], &[]);
    let sign = [("colour", named("Colour")), ("cause", kind("Oorzaak")), ("consequence", kind("Gevolg")), ("correction", kind("Herstel"))];
    let colours = object("Aantal per kleur", &[("green", number()), ("orange", number()), ("red", number())]);
    let next = json!({ "type": ["string", "null"], "description": "Where the count goes on, in the past; the sum counts" });
    let part = |title: &str| json!({ "title": title, "type": ["object", "null"] });
    let acts: Vec<&str> = ledger::envelope::statement::escalation::MinisterialAct::ALL.iter().map(|act| act.code()).collect();
    let file = [
        ("agreement", text()),
        ("number", number()),
        ("stage", json!({ "type": "object" })),
        ("obligation", part("Afspraak")),
        ("instances", list(json!({ "type": "object" }))),
        ("deeds", list(named("Entry"))),
        ("waits", part("Wat wacht")),
        ("openActs", list(code(&acts))),
        ("asOf", instant()),
        ("size", number()),
    ];
    let law = json!({ "type": "string", "format": "uri", "description": "The regulation on wetten.overheid.nl" });
    let rule = object("Rechtsregel", &[("bwb", text()), ("article", text())]);
    let answer = json!({ "title": "Antwoord van het ministerie", "type": ["object", "null"], "properties": {
        "act": code(&acts), "at": named("Fact"), "rule": rule, "measure": text(), "takesEffect": day(),
    } });
    let obstacle = [
        ("rule", rule.clone()),
        ("law", law),
        ("effect", text()),
        ("change", text()),
        ("ministry", text()),
        ("agreement", text()),
        ("case", number()),
        ("asked", named("Fact")),
        ("state", code(&ledger::lives::obstacle::Standing::CODES)),
        ("late", part("Te laat")),
        ("answer", answer),
        ("closed", part("Gesloten")),
        ("isOpen", json!({ "type": "boolean" })),
        ("lastEntry", entry_or_none()),
    ];
    let coverage =
        [("covered", list(named("Days"))), ("gaps", list(named("Days"))), ("gapDays", number()), ("asOf", instant()), ("size", number())];
    let promise =
        [("obligation", text()), ("who", text()), ("what", text()), ("when", json!({ "type": "object" })), ("light", named("Light"))];
    let promises =
        [("agreement", text()), ("title", text()), ("state", text()), ("light", named("Light")), ("promises", list(named("Promise")))];
    vec![
        ("Fact", fact),
        ("Colour", json!({ "title": "Kleur", "type": "string", "enum": ["green", "orange", "red"] })),
        ("Sign", object("Reden van een kleur", &sign)),
        ("Light", object("Kleur met redenen", &[("colour", named("Colour")), ("signs", list(named("Sign")))])),
        ("Attention", object("Wat aandacht vraagt", &[&waits[..], &place[..]].concat())),
        ("Attentions", page("Alles wat aandacht vraagt", "Attention")),
        ("Counts", object("Tellingen", &[("obligations", colours), ("next", next), ("asOf", instant()), ("size", number())])),
        ("CaseFile", object("Dossier van een zaak", &file)),
        ("Obstacle", object("Belemmering", &obstacle)),
        ("Obstacles", page("Belemmeringen", "Obstacle")),
        ("Neighbourhood", object("Buurt met convenanten", &[("code", text()), ("names", list(text())), ("agreements", number())])),
        ("Neighbourhoods", page("Buurten", "Neighbourhood")),
        ("Days", object("Opeenvolgende dagen", &[("firstDay", day()), ("lastDay", day()), ("days", number())])),
        ("Coverage", object("Dagen met en zonder convenant", &coverage)),
        ("Promise", object("Afspraak voor bewoners", &promise)),
        ("PromisesOf", object("Afspraken van een convenant", &promises)),
        ("Promises", page("Afspraken in een buurt", "PromisesOf")),
    ]
}

fn log() -> Vec<(&'static str, Value)> {
    let words = ["name", "origin", "level", "owner", "ministry", "logKey"].map(|name| (name, text()));
    let ledger: Vec<(&str, Value)> =
        words.into_iter().chain([("size", number()), ("now", instant()), ("witnesses", list(named("Witness")))]).collect();
    let record = [("entry", number()), ("acceptedAt", instant()), ("leaf", text())];
    let withheld = json!({ "type": "boolean", "description": "True where salt and jws are withheld from this reader" });
    let of_record = [("salt", text()), ("jws", text()), ("damaged", text()), ("withheld", withheld)];
    let data = open("Inhoud", &[("ledger", text()), ("entry", number())], &[("by", text()), ("onBehalfOf", text()), ("id", text())]);
    let event = ["specversion", "id", "source", "type", "sequence", "dataref", "datacontenttype"].map(|name| (name, text()));
    let event: Vec<(&str, Value)> = event.into_iter().chain([("time", instant()), ("data", data)]).collect();
    let none = json!({ "type": "null" });
    let grounds: Vec<&str> = ledger::envelope::statement::withheld::WithheldGround::ALL.iter().map(|ground| ground.code()).collect();
    let reason = [("ground", code(&grounds)), ("groundNl", text()), ("owner", text()), ("director", text())];
    let kept: Vec<(&str, Value)> = [("entry", number()), ("acceptedAt", instant())].into_iter().chain(reason).collect();
    let next = json!({ "type": ["string", "null"], "description": "The cursor of the next page; null on the last" });
    vec![
        ("Ledger", object("Grootboek", &ledger)),
        ("Ledgers", object("Grootboeken", &[("items", list(named("Ledger"))), ("next", none)])),
        ("Record", open("Vastlegging", &record, &of_record)),
        ("Records", object("Vastleggingen", &[("records", list(named("Record"))), ("size", number())])),
        ("WithheldAgreement", open("Convenant dat niet openbaar is", &kept, &[("agreement", text())])),
        (
            "WithheldAgreements",
            object("Convenanten die niet openbaar zijn", &[("items", list(named("WithheldAgreement"))), ("next", next)]),
        ),
        ("Event", open("Gebeurtenis (CloudEvents)", &event, &[("subject", text())])),
        ("Events", json!({ "title": "Gebeurtenissen", "type": "array", "items": named("Event") })),
    ]
}

fn trust() -> Vec<(&'static str, Value)> {
    let from = json!({ "type": "integer", "minimum": 0, "description": "It signs for this entry and those after it" });
    let until =
        json!({ "type": ["integer", "null"], "minimum": 0, "description": "From this entry on it does not sign; null while it does" });
    let span = [("from", from), ("until", until)];
    let vkey = json!({ "type": "string", "description": "C2SP signed-note: name+keyid+key" });
    let log_key = [&[("vkey", vkey)][..], &span].concat();
    let receipt = json!({ "type": "string", "description": "Receipt of the entry that names it, signed by the key before it as well" });
    let of_log_key = [("signsUntil", instant()), ("announcement", receipt)];
    let statement_key = [&[("kid", text()), ("key", json!({ "type": "object", "description": "A JWK" }))][..], &span].concat();
    let genesis = [
        ("entry", number()),
        ("acceptedAt", instant()),
        ("leaf", json!({ "type": "string", "description": "The 40 bytes of the entry, base64url" })),
        ("leafHash", json!({ "type": "string", "description": "Its leaf hash (RFC 6962), in hexadecimal" })),
        ("record", json!({ "type": "string", "format": "uri" })),
        ("receipt", json!({ "type": "string", "format": "uri" })),
    ];
    let from = json!({ "type": "integer", "minimum": 0, "description": "The first entry that is judged by them" });
    let versions = [("from", from), ("rules", number()), ("timeZoneData", text()), ("holidays", text())];
    let policy = json!({ "type": "string", "description": "A tlog-policy file (C2SP)" });
    let trust = [
        ("ledger", text()),
        ("origin", text()),
        ("logKeys", list(open("Sleutel van het log", &log_key, &of_log_key))),
        ("statementKeys", list(object("Sleutel van de poort", &statement_key))),
        ("witnesses", list(named("Witness"))),
        ("versions", list(object("Versies van de regels", &versions))),
        ("policy", policy),
        ("genesis", object("Begin", &genesis)),
    ];
    vec![
        ("Witness", object("Getuige", &[("name", text()), ("vkey", text()), ("url", text())])),
        ("Trust", object("Waarop het grootboek te controleren is", &trust)),
    ]
}
