//! The words of a story: from a line to the verb of an actor.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::door::Door;
use crate::national::log_key;
use crate::town::Town;

/// Reads what is unusual about an act from the end of its line: `as NAME`, `with id ID`, `with key KEY`,
/// `on behalf of WHO`, `in the name of WHO`, `signed at INSTANT`.
pub fn unusual<D: Door>(town: &mut Town<D>, words: &[&str]) -> Result<(), String> {
    match words {
        [] => return Ok(()),
        ["as", name, ..] => town.unusual.name = Some((*name).to_owned()),
        ["with", "id", id, ..] => town.unusual.id = Some((*id).to_owned()),
        ["with", "key", key, ..] => town.unusual.key = Some((*key).to_owned()),
        ["on", "behalf", "of", who, ..] => town.unusual.on_behalf_of = Some((*who).to_owned()),
        ["in", "the", "name", "of", who, ..] => town.unusual.by = Some((*who).to_owned()),
        ["signed", "at", at, ..] => town.unusual.signed_at = Some(at.parse().map_err(str::to_owned)?),
        _ => return Err(format!("this cannot be said of an act: {}", words.join(" "))),
    }
    let taken = match words[0] {
        "as" => 2,
        "on" => 4,
        "in" => 5,
        _ => 3,
    };
    unusual(town, &words[taken..])
}

/// Splits a line where what is unusual about it begins.
pub(crate) fn split<'a, 'b>(words: &'a [&'b str]) -> (&'a [&'b str], &'a [&'b str]) {
    let begins = |i: &usize| {
        let rest = &words[*i..];
        matches!(rest, ["as", _, ..] | ["with", "id" | "key", ..] | ["on", "behalf", ..] | ["in", "the", "name", ..] | ["signed", "at", ..])
    };
    words.split_at((0..words.len()).find(begins).unwrap_or(words.len()))
}

/// Does what a line says.
pub fn act<D: Door>(town: &mut Town<D>, who: &str, words: &[&str]) -> Result<(), String> {
    let (words, rest) = split(words);
    unusual(town, rest)?;
    let umbrellas = town.umbrellas.clone();
    let reference = |name: &str| umbrellas.get(name).cloned().ok_or_else(|| format!("there is no receipt {name}"));
    let actor = town.actor(who);
    let number = |text: &str| text.parse::<u32>().map_err(|_| format!("{text} is no number"));
    let dues = |text: &'_ str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    _ = match words {
        ["registers", "as", kind] | ["registers", kind] => actor.register(kind),
        ["admits", other] => actor.admit(other, other),
        ["admits", other, "key", key] => actor.admit(other, key),
        ["adds", "key", key] => actor.add_key(key, None, None),
        ["adds", "key", key, "until", until] => actor.add_key(key, Some(until), None),
        ["rotates", "key", old, "to", key] => actor.add_key(key, None, Some(old)),
        ["rotates", "key", old, "to", key, "until", until] => actor.add_key(key, Some(until), Some(old)),
        ["revokes", "key", key] => actor.revoke_key(key),
        ["asks", "recovery", key] => actor.request_recovery(key),
        ["vouches", "for", other, key] => actor.vouch(other, key, None),
        ["vouches", "for", other, key, "in", agreement] => actor.vouch(other, key, Some(agreement)),
        ["rotates", "log", "key", "to", key, "until", until] => {
            let origin = actor.origin();
            actor.rotate_log_key(origin, key, key, until)
        }
        ["rotates", "log", "key", "to", key, "until", until, "proved", "by", prover] => {
            let origin = actor.origin();
            actor.rotate_log_key(origin, key, prover, until)
        }
        ["rotates", "log", "key", "to", key, "of", origin, "until", until] => actor.rotate_log_key(origin, key, key, until),
        ["goes", "on", "after", "losing", more] => actor.go_on_after_loss(number(more)?),
        ["takes", "up", "rules", rules, "holidays", table] => actor.change_rules(number(rules)?, table, "2026a"),
        ["takes", "up", "rules", rules, "holidays", table, "zones", zones] => actor.change_rules(number(rules)?, table, zones),
        ["goes", "over", "into", successor, kind, date] => actor.go_over(who, successor, kind, date),
        ["says", "that", other, "went", "over", "into", successor, kind, date] => actor.go_over(other, successor, kind, date),
        ["takes", "the", "place", "of", other, "by", succession] => actor.take_place(other, succession),
        ["mandates", holder, terms @ ..] => actor.mandate(holder, terms)?,
        ["ends", "mandate", mandate, "of", principal] => actor.end_mandate(mandate, principal),
        ["objects", "to", "recovery", key] => actor.object_to_recovery(key),
        ["consents", "to", offer] | ["signs", offer] => actor.consent(offer),
        ["declines", offer] => actor.decline(offer),
        ["negotiates", version] => actor.answer_proposal(version, "negotiating", false),
        ["refuses", version] => actor.answer_proposal(version, "refused", true),
        ["refuses", version, "without", "reason"] => actor.answer_proposal(version, "refused", false),
        ["is", "stuck", "in", version, "on", points] => actor.declare_impasse(version, points),
        ["takes", "its", "stand", "on", points] => actor.take_stand(points, None),
        ["takes", "its", "stand", "on", points, "and", "adds", more] => actor.take_stand(points, Some(more)),
        ["offers", "mediation", "until", day] => {
            actor.step_out(json!({ "kind": "mediation", "mediator": "The housing board", "until": day }))
        }
        ["offers", "to", "go", "on"] => actor.step_out(json!({ "kind": "overcome" })),
        ["puts", version, "to", "the", "minister", "with", parties] => actor.put_to_minister(version, parties),
        ["rules", "in", "case", case, "on", points] => actor.rule_on_dispute(number(case)?, points),
        ["reviews", review, "held", "on", day, outcome] => actor.record_review(review, None, day, outcome),
        ["reviews", review, "of", due, "held", "on", day, outcome] => actor.record_review(review, Some(due), day, outcome),
        ["takes", "back", version] => actor.take_back(version),
        ["suspends", "until", day] => actor.suspend(day, "all-parties"),
        ["suspends", "by", "power", "until", day] => actor.suspend(day, "power"),
        ["resumes"] => actor.resume(),
        ["ends", version, "with", successor, plan @ ..] => actor.succeed(version, successor, &pairs(plan)?),
        ["dissolves", version, plan @ ..] => actor.dissolve(version, &pairs(plan)?),
        ["releases", obligation] => actor.release(obligation, &[]),
        ["releases", obligation, list] => actor.release(obligation, &refs(&dues(list))),
        ["hands", obligation, "to", other, "anew", successor] => actor.hand_over(obligation, other, successor),
        ["records", event, "on", day] => actor.record_event(event, day),
        ["reports", obligation, list, how @ ..] => {
            let dues = dues(list);
            let (value, evidence) = match how {
                [] => (None, vec!["proof"]),
                ["value", value] => (Some(*value), vec!["proof"]),
                ["without", "evidence"] => (None, vec![]),
                ["evidence", kinds] => (None, kinds.split(',').collect()),
                _ => return Err(format!("a report has no {}", how.join(" "))),
            };
            actor.report(obligation, &refs(&dues), value, &evidence)
        }
        ["found", obligation, "broken", "on", day] => actor.find(obligation, day),
        ["accepts", report] => actor.accept(report),
        ["disputes", report] => actor.dispute(report),
        ["maintains", report] => actor.answer_dispute(report, "maintained"),
        ["concedes", report] => actor.answer_dispute(report, "conceded"),
        ["retracts", report] => actor.retract(report),
        ["rules", report, finding] => actor.rule_on_report(report, finding),
        ["answers", "proposal", proposal, decision] => actor.answer_agenda(proposal, decision, None),
        ["answers", "proposal", proposal, decision, "on", day] => actor.answer_agenda(proposal, decision, Some(day)),
        ["answers", "case", case, answer] => actor.answer_breach(number(case)?, answer),
        ["finds", "case", case, finding] => actor.rule_on_case(number(case)?, finding, None),
        ["finds", "case", case, finding, date] => actor.rule_on_case(number(case)?, finding, Some(date)),
        ["reaches", "in", "case", case, outcome] => actor.board_outcome(number(case)?, outcome, None),
        ["reaches", "in", "case", case, outcome, date] => actor.board_outcome(number(case)?, outcome, Some(date)),
        ["asks", "help", "in", "case", case, kind, more @ ..] => {
            let details = details(&umbrellas, more)?;
            actor.request_support(Some(number(case)?), kind, details)
        }
        ["shows", change] => actor.show_umbrella_change(reference(change)?, None),
        ["shows", change, "with", consent] => actor.show_umbrella_change(reference(change)?, Some(reference(consent)?)),
        ["answers", "umbrella", change, answer] => actor.answer_umbrella(&reference(change)?, answer),
        ["asks", "help", kind, more @ ..] => actor.request_support(None, kind, details(&umbrellas, more)?),
        ["decides", "case", case, act, more @ ..] => actor.answer_as_ministry(number(case)?, act, details(&umbrellas, more)?),
        ["takes", "position", "in", "case", case, stance] => actor.take_position(number(case)?, stance),
        ["routes", routes @ ..] => {
            let routes: Option<Vec<(&str, &str)>> = routes.iter().map(|route| route.split_once('=')).collect();
            actor.route(&routes.ok_or("a route is theme=ministry")?)
        }
        ["accepts", "ledger", "national"] => actor.accept_ledger(&log_key(true).verifier().to_string()),
        ["accepts", "ledger", key] => actor.accept_ledger(key),
        ["closes", "case", case] => actor.close_case(number(case)?),
        ["expels", party, plan @ ..] => actor.expel(party, &pairs(plan)?),
        ["gives", "its", "view", "on", offer] => actor.give_view(offer),
        ["withdraws", "on", date, plan @ ..] => actor.withdraw(date, &pairs(plan)?),
        ["agrees", "to", "withdrawal", "of", other] => actor.answer_withdrawal(other, "consent", false),
        ["objects", "to", "withdrawal", "of", other] => actor.answer_withdrawal(other, "objection", true),
        ["objects", "without", "reason", "to", "withdrawal", "of", other] => actor.answer_withdrawal(other, "objection", false),
        ["revokes", "withdrawal"] => actor.revoke_withdrawal(),
        ["erases", "the", "reason", "on", ground] => actor.erase(None, ground),
        ["erases", "the", "reason", "of", "entry", entry, "on", ground] => actor.erase(Some(number(entry)?), ground),
        _ => return Err(format!("nobody can do this: {}", words.join(" "))),
    };
    Ok(())
}

/// What a request or an act needs besides: `whom=A,B`, `partners=A,B`, `obstacle=MINISTRY`, `umbrella=NAME`, `to=MINISTRY`,
/// `from=DATE`, `agenda=DATE`, `ground=GROUND`, and `asked`, `instrument`, `rule`, `measure` by their name alone.
fn details(umbrellas: &BTreeMap<String, Value>, words: &[&str]) -> Result<Value, String> {
    let mut details = json!({});
    let rule = || json!({ "bwb": "BWBR0005181", "article": "44" });
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let list = || Value::from(value.split(',').collect::<Vec<_>>());
        match name {
            "whom" | "partners" => details[name] = list(),
            "ground" => details["ground"] = value.into(),
            "obstacle" => {
                let (effect, change) = ("Plans wait for years", "Let the city decide itself");
                details["obstacle"] = json!({ "rule": rule(), "effect": effect, "change": change, "ministry": value });
            }
            "umbrella" => details["umbrella"] = umbrellas.get(value).ok_or_else(|| format!("there is no umbrella {value}"))?.clone(),
            "to" => details["referTo"] = value.into(),
            "from" => details["takesEffect"] = value.into(),
            "agenda" => details["agenda"] = json!({ "meeting": "The consultation with the cities", "day": value }),
            "asked" | "measure" => details[name] = "That it is made possible here".into(),
            "instrument" => details["instrument"] = "The specific grant".into(),
            "rule" => details["rule"] = rule(),
            _ => return Err(format!("nothing is called {name}")),
        }
    }
    Ok(details)
}

fn pairs<'a>(plan: &[&'a str]) -> Result<Vec<(&'a str, &'a str)>, String> {
    plan.iter().map(|item| item.split_once('=').ok_or_else(|| format!("a plan is obligation=disposition, not {item}"))).collect()
}

fn refs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
