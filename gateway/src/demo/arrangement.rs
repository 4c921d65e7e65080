//! From what the letter says to a complete text: goals, themes, neighbourhoods, strength, creditors, evidence.

use serde_json::{Value, json};

use super::letter::{Arrangement, Promise};

/// What the letter leaves open for one promise.
pub(super) struct Detail {
    pub(super) id: &'static str,
    pub(super) goal: &'static str,
    pub(super) evidence: &'static str,
    pub(super) instrument: &'static str,
    /// Whether silence of the others counts: agreed for what recurs often.
    pub(super) tacit: bool,
}

/// What the letter leaves open for an arrangement; promises in the letter's order.
pub(super) struct Completion {
    pub(super) goals: &'static [(&'static str, &'static str)],
    pub(super) themes: &'static [&'static str],
    pub(super) neighbourhood: (&'static str, &'static str),
    pub(super) approach: &'static str,
    pub(super) roles: &'static [(&'static str, &'static str)],
    pub(super) promises: &'static [Detail],
}

const fn detail(id: &'static str, goal: &'static str, evidence: &'static str, instrument: &'static str, tacit: bool) -> Detail {
    Detail { id, goal, evidence, instrument, tacit }
}

/// Koppelproject wijkagent en opbouwwerker, 's-Hertogenbosch.
pub(super) static KOPPELPROJECT: Completion = Completion {
    goals: &[("signalen", "Sociale problemen en onveiligheid worden vroeg gezien"), ("opvolging", "Elk signaal krijgt een vervolg")],
    themes: &["safety", "welfare", "social-infrastructure"],
    neighbourhood: ("WK079602", "Wijk in 's-Hertogenbosch"),
    approach: "social-safety",
    roles: &[
        ("municipality", "Regie en terugkoppeling door het leefbaarheidsteam"),
        ("police", "Oog en oor in de buurt"),
        ("welfare", "Opbouwwerk in de buurt"),
    ],
    promises: &[
        detail("wijkagent-koppel", "signalen", "Weekstaat van de rondes", "preventive", true),
        detail("opbouwwerker-koppel", "signalen", "Weekstaat van de rondes", "preventive", true),
        detail("werkoverleg", "signalen", "Verslag van het werkoverleg", "curative", false),
        detail("signalen-door", "opvolging", "Lijst van doorgegeven signalen", "repressive", true),
        detail("terugkoppeling", "opvolging", "Overzicht van de opvolging", "curative", true),
    ],
};

/// Wijkconvenant sociale herovering, Rotterdam.
pub(super) static WIJKCONVENANT: Completion = Completion {
    goals: &[
        ("veilig", "Bewoners voelen zich weer veilig in hun wijk"),
        ("kansen", "Jongeren in de wijk krijgen kansen"),
        ("zeggenschap", "Bewoners beslissen mee over hun wijk"),
    ],
    themes: &["housing", "safety", "education", "welfare"],
    neighbourhood: ("WK059908", "Wijk in Rotterdam"),
    approach: "social-recovery",
    roles: &[
        ("municipality", "Regie, aanspreekpunt en wijkbudget"),
        ("corporation", "Investeren in woningen en een buurtregisseur"),
        ("police", "Veiligheid in de openbare ruimte"),
        ("school", "Opvang voor en na schooltijd"),
        ("welfare", "Begeleiding van jongeren"),
        ("residents", "Stem van de wijk"),
    ],
    promises: &[
        detail("aanspreekpunt", "zeggenschap", "Besluit tot aanwijzing", "preventive", false),
        detail("investering", "veilig", "Verantwoording van de investering", "curative", false),
        detail("buurtregisseur", "veilig", "Maandverslag van de buurtregisseur", "preventive", false),
        detail("wijkagent", "veilig", "Weekstaat van de wijkagent", "repressive", true),
        detail("opvang", "kansen", "Rooster van de opvang", "preventive", false),
        detail("jongeren", "kansen", "Voortgang van de begeleiding", "curative", true),
        detail("wijkbudget", "zeggenschap", "Uitslag van de bewonersstemming", "preventive", false),
    ],
};

/// The complete text, ready to be proposed.
pub(super) fn text(letter: &Arrangement, completion: &Completion, analysis: &Value) -> Value {
    let (code, name) = completion.neighbourhood;
    let role = |id: &str| completion.roles.iter().find(|(party, _)| *party == id).map(|(_, role)| *role);
    let obligations: Vec<Value> =
        letter.obligations.iter().zip(completion.promises).map(|(promise, detail)| obligation(promise, detail)).collect();
    json!({
        "agreement": letter.id,
        "title": letter.title,
        "goals": completion.goals.iter().map(|(id, title)| json!({ "id": id, "title": title })).collect::<Vec<_>>(),
        "themes": completion.themes,
        "neighbourhoods": [{ "code": code, "referenceYear": 2006, "name": name }],
        "approach": completion.approach,
        "analysis": analysis,
        "parties": letter.parties.iter().map(|party| json!({ "institution": party.id, "role": role(&party.id) })).collect::<Vec<_>>(),
        "director": "municipality",
        // Four years from 1 March 2006, as the rules read the letter.
        "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" },
        "obligations": obligations,
        "withdrawal": { "noticeMonths": 6, "objectionDays": 28 },
        "ladder": {},
    })
}

fn obligation(promise: &Promise, detail: &Detail) -> Value {
    let when = match (&promise.when.by, &promise.when.rrule) {
        (Some(date), _) => json!({ "kind": "date", "date": date }),
        (None, rule) => json!({ "kind": "rhythm", "rule": rule }),
    };
    let mut obligation = json!({
        "id": detail.id,
        "debtor": promise.debtor,
        "what": promise.what,
        "when": when,
        "strength": if promise.target.is_some() { "result" } else { "effort" },
        "evidence": [{ "kind": "verslag", "title": detail.evidence }],
        "goals": [detail.goal],
        "nature": promise.kind.as_deref().unwrap_or("service"),
        "instrument": detail.instrument,
        "tacitAcceptance": detail.tacit,
    });
    if let Some(target) = &promise.target {
        obligation["target"] = json!({ "indicator": target.indicator, "value": target.value.to_string(), "unit": target.unit });
    }
    obligation
}
