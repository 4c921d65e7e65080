//! What a story expects: refusals, flags, and where parts of an agreement stand.

mod institutions;

use ledger::envelope::Body;
use ledger::envelope::statement::flag::Flag;
use ledger::lives::escalation::Case;
use ledger::lives::head::{State, Stopped};
use ledger::lives::parts::{Part, PartId};
use ledger::lives::review::{ReviewStanding, Turn};
use ledger::words::{Day, Slug};
use serde_json::Value;

use self::institutions::{current_log_key, goes_over, institution, keyless, mandate, recurrence, standing};
use crate::door::{Answer, Door};
use crate::story::Story;
use crate::talks;
use crate::town::{ORIGIN, log_key};

/// Checks one expectation.
pub fn check<D: Door>(story: &Story<D>, words: &[&str]) -> Result<(), String> {
    match words {
        ["refusal", code, more @ ..] => refusal(story, code, more),
        ["repeat"] => same("the answer", matches!(story.town.answer, Some(Answer::Repeat(_))), true),
        ["flag", kind, more @ ..] => flag(story, kind, more, true),
        ["no", "flag", kind, more @ ..] => flag(story, kind, more, false),
        ["agreement", state] => same("the state", agreement(story)?.head.state.code(), *state),
        ["version", number, "by", who] => {
            let versions = &agreement(story)?.head.versions;
            let last = versions.last().map(|version| version.by.to_string()).unwrap_or_default();
            same("the version", (versions.len().to_string(), last), ((*number).to_owned(), (*who).to_owned()))
        }
        ["voided", version, list] => same("voided", voided(story, version)?, sorted(list)),
        ["readers", list] => same("who may read it", readers(story)?, (*list).to_owned()),
        ["no", "answer", "owed"] => same("the answer", answer(story)?, None),
        ["answer", how @ ..] => same("the answer", answer(story)?, Some(how.join(" "))),
        ["waits", "no", matter] => same("who must act", waits(story, matter)?, None),
        ["waits", matter, list] => same("who must act", waits(story, matter)?, Some(sorted(list))),
        ["consultation", day, body] => {
            let held = agreement(story)?.text.consultation.as_ref().map(|held| (held.held_on.to_string(), held.body.to_string()));
            same("the consultation", held, Some(((*day).to_owned(), (*body).to_owned())))
        }
        ["amended", "after", day, body] => {
            let last = agreement(story)?.head.amended.last().and_then(|amended| amended.consultation.as_ref());
            let held = last.map(|held| (held.held_on.to_string(), held.body.to_string()));
            same("the consultation", held, Some(((*day).to_owned(), (*body).to_owned())))
        }
        ["impasse", how @ ..] => same("the impasse", talks::impasse(agreement(story)?), how.join(" ")),
        ["talks", standing] => same("the talks", talks::furthest(agreement(story)?)?, *standing),
        ["dispute", how @ ..] => same("the dispute", talks::dispute(agreement(story)?), how.join(" ")),
        ["turn", id, which, day] => same("the turn", turn(story, id, which)?, (*day).to_owned()),
        ["review", id, standing @ ..] => same("the review", review(story, id)?, standing.join(" ")),
        ["amended", "by", "review", id] => {
            let last = agreement(story)?.head.amended.last().and_then(|amended| amended.review.as_ref());
            same("the review", last.map(ToString::to_string), Some((*id).to_owned()))
        }
        ["succeeded", "by", list] => same("the successors", successors(story)?, sorted(list)),
        ["obligation", id, "continues", "as", to, "in", other] => {
            let course = &part(story, &PartId::Clause(slug(id)?))?["course"];
            same("the course", (text_of(&course["to"]), text_of(&course["agreement"])), ((*to).to_owned(), (*other).to_owned()))
        }
        ["told", list] => same("told", told(story)?, sorted(list)),
        ["declined", "by", who] => same("stopped by", stopped(story)?.by.to_string(), (*who).to_owned()),
        ["case", number, "at", stage] => same("the stage", case(story, number)?.0, (*stage).to_owned()),
        ["case", number, "closed", how] => same("the closing", case(story, number)?.1, (*how).to_owned()),
        ["no", "case", number] => same("a case", case(story, number).is_ok(), false),
        ["report", name, stage] => same("the report", report(story, name)?, (*stage).to_owned()),
        ["offer", name, "open"] => same("the offer", offer(story, name)?, "open".to_owned()),
        ["offer", name, result] => same("the offer", offer(story, name)?, (*result).to_owned()),
        ["withdrawal", "of", who, stage] => same("the withdrawal", withdrawal(story, who)?, (*stage).to_owned()),
        ["unmet", who] => unmet(story, who, ""),
        ["unmet", who, list] => unmet(story, who, list),
        ["debtor", "of", clause, who] => same(
            "the debtor",
            part(story, &PartId::Clause(slug(clause)?))?["debtor"].as_str().unwrap_or_default().to_owned(),
            (*who).to_owned(),
        ),
        ["obligation", id, "on", aspect] => {
            let said = &part(story, &PartId::Clause(slug(id)?))?["text"]["aspect"];
            same("what it is on", said.as_str().unwrap_or("neither"), *aspect)
        }
        ["obligation", id, course] => {
            same("the course", text_of(&part(story, &PartId::Clause(slug(id)?))?["course"]["course"]), (*course).to_owned())
        }
        [id, "at", "no", "risk"] => same("at risk because of", at_risk(story, id)?, String::new()),
        [id, "at", "risk", "because", "of", who] => same("at risk because of", at_risk(story, id)?, (*who).to_owned()),
        ["case", number, "before", who] => same("the ministry", minister(story, number)?, (*who).to_owned()),
        ["umbrella", "change", number, stands @ ..] => same("the change", umbrella_change(story, number)?, stands.join(" ")),
        ["no", "umbrella", "change"] => same("the changes", agreement(story)?.head.umbrella_changes.is_empty(), true),
        ["obstacle", number, standing, "before", who] => {
            same("the obstacle", obstacle(story, number)?, Some(((*standing).to_owned(), (*who).to_owned())))
        }
        ["no", "obstacle", number] => same("the obstacle", obstacle(story, number)?, None),
        ["outcome", "of", "case", number, outcome @ ..] => same("the outcome", outcome_of(story, number)?, outcome.join(" ")),
        ["no", "outcome", "of", "case", number] => same("the outcome", outcome_of(story, number)?, String::new()),
        ["case", number, "against", who] => same("against", against(story, number)?, (*who).to_owned()),
        ["breach", clause, due, "attributed", "to", who] => {
            let instance = instance(story, clause, due)?;
            let last = instance["breaches"].as_array().and_then(|list| list.last()).ok_or("there is no breach")?;
            same("attributed", last["attributed"]["to"].as_str().unwrap_or("nobody").to_owned(), (*who).to_owned())
        }
        ["moved", clause, due, "from", from, "to", to] => same("the move", moved(story, clause, due)?, format!("{from} to {to}")),
        ["unmoved", clause, due] => same("the move", moved(story, clause, due)?, "none".to_owned()),
        ["breach", clause, due, settled] => breach(story, clause, due, settled),
        ["budget", budget, party, amount, "paid", paid] => same("the share", share(story, budget, party)?, format!("{amount} paid {paid}")),
        ["capacity", party, unit, declared, "promised", promised] => {
            let all = agreement(story)?.declared_capacity();
            let one = all.iter().find(|one| one.party.as_str() == *party && one.unit == *unit).ok_or("nothing is declared")?;
            let found = one.promised.map_or("endless".to_owned(), |sum| sum.to_string());
            same("the capacity", format!("{} {found}", one.declared), format!("{declared} {promised}"))
        }
        [who, "goes", "over", "into", successor] => same("where it goes", goes_over(story, who, false)?.as_str(), *successor),
        [who, "succeeded", "by", successor] => same("its successor", goes_over(story, who, true)?.as_str(), *successor),
        ["mandate", name, standing] => same("the mandate", mandate(story, name)?, *standing),
        ["consents", "to", offer, list] => same("who consented", consents(story, offer)?, sorted(list)),
        ["recurrence", name, standing @ ..] => same("where it stands", recurrence(story, name)?, standing.join(" ")),
        ["institution", who, state] => same("the institution", standing(story, who)?, *state),
        ["rules", rules, "holidays", table] => {
            let ledger = story.audit.book().ledger();
            let owner = story.audit.book().institution(&ledger.owner).ok_or("there is no owner")?;
            let versions = ledger.versions_at(owner, u64::MAX);
            same("the rules", (versions.rules.0.to_string(), versions.holidays.to_string()), ((*rules).to_owned(), (*table).to_owned()))
        }
        [clause, due, "late", "from", at] => {
            let late = text_of(&instance(story, clause, due)?["lateFrom"]);
            same("late from", late, (*at).to_owned())
        }
        ["log", "key", name] => same("the key of the log", current_log_key(story)?, log_key(ORIGIN, name).verifier().to_string()),
        [who, "bound"] => same("bound", agreement(story)?.bound_party(&slug(who)?).is_ok(), true),
        [who, "not", "bound"] => same("bound", agreement(story)?.bound_party(&slug(who)?).is_ok(), false),
        ["offer", name, "waits", "for", list] => same("waits for", waits_for(story, name)?, (*list).to_owned()),
        ["weakness", weakness] => same("weaknesses", weaknesses(story)?, (*weakness).to_owned()),
        ["no", "weakness"] => same("weaknesses", weaknesses(story)?, String::new()),
        [who, "expelled"] => same("expelled", expelled(story, who)?, true),
        [who, "withdrawn"] => same("bound", agreement(story)?.bound_party(&slug(who)?).is_ok(), false),
        [who, "quiet"] => same("quiet", quiet(story, who)?, true),
        [who, "heard"] => same("quiet", quiet(story, who)?, false),
        [who, "admitted"] => same("admitted", institution(story, who)?.admitted.is_some(), true),
        [who, "has", "no", "valid", "key"] => same("a key", keyless(story, who)?, true),
        [who, "has", "a", "valid", "key"] => same("a key", keyless(story, who)?, false),
        [clause, due, standing] => same(
            "the standing",
            instance(story, clause, due)?["standing"]["standing"].as_str().unwrap_or_default().to_owned(),
            (*standing).to_owned(),
        ),
        _ => Err("nobody can expect this".into()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: T, expected: T) -> Result<(), String> {
    if is == expected { Ok(()) } else { Err(format!("{what} is {is:?}")) }
}

fn sorted(list: &str) -> Vec<String> {
    let mut names: Vec<String> = list.split(',').map(str::to_owned).collect();
    names.sort();
    names
}

/// Whose consents to a version are void, as the offer that was superseded keeps them.
fn voided<D: Door>(story: &Story<D>, version: &str) -> Result<Vec<String>, String> {
    let hash = story.town.named.get(version).ok_or_else(|| format!("nothing is named {version}"))?;
    let offer = part(story, &PartId::Offer(*hash))?;
    same("the offer", offer["result"]["result"].as_str().unwrap_or("open"), "superseded")?;
    Ok(offer["consents"].as_object().into_iter().flatten().map(|(who, _)| who.clone()).collect())
}

fn successors<D: Door>(story: &Story<D>) -> Result<Vec<String>, String> {
    Ok(agreement(story)?.head.succession.successors.keys().map(ToString::to_string).collect())
}

/// Who may read the agreement, in the order of their ids.
fn readers<D: Door>(story: &Story<D>) -> Result<String, String> {
    let withheld = agreement(story)?.withheld();
    Ok(withheld.map_or("everybody".to_owned(), |withheld| withheld.readers.iter().map(Slug::as_str).collect::<Vec<_>>().join(",")))
}

fn stopped<D: Door>(story: &Story<D>) -> Result<&Stopped, String> {
    match &agreement(story)?.head.state {
        State::Declined(stopped) | State::Retracted(stopped) => Ok(stopped),
        other => Err(format!("it is {}", other.code())),
    }
}

/// Who must be told: that it was declined or retracted, or else that its consent is void.
fn told<D: Door>(story: &Story<D>) -> Result<Vec<String>, String> {
    if let Ok(stopped) = stopped(story) {
        return Ok(stopped.told.iter().map(ToString::to_string).collect());
    }
    let parties = &agreement(story)?.head.parties;
    Ok(parties.iter().filter(|(_, party)| party.voided.is_some()).map(|(who, _)| who.to_string()).collect())
}

fn slug(text: &str) -> Result<Slug, String> {
    text.parse().map_err(str::to_owned)
}

fn agreement<D: Door>(story: &Story<D>) -> Result<&ledger::lives::Agreement, String> {
    let id = slug(&story.town.agreement)?;
    story.audit.book().agreement(&id).ok_or_else(|| format!("there is no agreement {id}"))
}

/// Who consented to an offer: those for whom it was signed.
fn consents<D: Door>(story: &Story<D>, offer: &str) -> Result<Vec<String>, String> {
    let hash = story.town.named.get(offer).ok_or_else(|| format!("nothing is named {offer}"))?;
    let part = part(story, &PartId::Offer(*hash))?;
    Ok(part["consents"].as_object().into_iter().flatten().map(|(who, _)| who.clone()).collect())
}

/// What a party pays of a budget, and has paid, by every report.
fn share<D: Door>(story: &Story<D>, budget: &str, party: &str) -> Result<String, String> {
    let agreement = agreement(story)?;
    let reports = story.audit.parts(&agreement.head.id).filter_map(|change| match &change.part {
        Part::Claim(claim) => Some(&**claim),
        _ => None,
    });
    let all = agreement.budgets(reports);
    let budget = all.iter().find(|one| one.id.as_str() == budget).ok_or("there is no such budget")?;
    let share = budget.shares.iter().find(|share| share.party.as_str() == party).ok_or("it pays nothing of it")?;
    Ok(format!("{} paid {}", share.amount, share.paid))
}

fn expelled<D: Door>(story: &Story<D>, who: &str) -> Result<bool, String> {
    let who = agreement(story)?.head.parties.get(&slug(who)?).ok_or("no such party")?;
    Ok(who.expelled.is_some() && !who.takes_part())
}

fn quiet<D: Door>(story: &Story<D>, who: &str) -> Result<bool, String> {
    let who = agreement(story)?.head.parties.get(&slug(who)?).ok_or("no such party")?;
    Ok(who.quiet.is_some())
}

fn part<D: Door>(story: &Story<D>, id: &PartId) -> Result<Value, String> {
    let part: &Part = story.audit.part(&slug(&story.town.agreement)?, id).ok_or_else(|| format!("there is no {} {id}", id.kind()))?;
    serde_json::to_value(part).map(|value| value["value"].clone()).map_err(|error| error.to_string())
}

fn instance<D: Door>(story: &Story<D>, clause: &str, due: &str) -> Result<Value, String> {
    let due: Day = due.parse().map_err(str::to_owned)?;
    part(story, &PartId::Instance(slug(clause)?, due))
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The answer that the municipality owes or owed to whoever proposed; `None` when it owed none.
fn answer<D: Door>(story: &Story<D>) -> Result<Option<String>, String> {
    let owed = agreement(story)?.head.owed_answer.as_ref();
    Ok(owed.map(|owed| match (&owed.given, owed.silent) {
        (Some(given), _) => format!("{}{}", given.how.code(), if given.late { " late" } else { "" }),
        (None, Some(_)) => "missing".to_owned(),
        (None, None) => "owed".to_owned(),
    }))
}

/// Where a review stands, and whether it was late.
fn review<D: Door>(story: &Story<D>, id: &str) -> Result<String, String> {
    let (agreement, id) = (agreement(story)?, slug(id)?);
    let scheduled = agreement.text.reviews.iter().flat_map(|list| list.iter()).find(|review| review.id == id);
    let standing = agreement.head.review_standing(scheduled.ok_or("the text has no such review")?);
    let held_late = agreement.head.reviews.get(&id).is_some_and(|review| review.held.is_some() && review.overdue.is_some());
    let held_late = held_late && standing != ReviewStanding::Overdue;
    Ok(format!("{}{}", standing.code(), if held_late { " late" } else { "" }))
}

/// The last day of a turn of a review that recurs, the one that is overdue or coming; or how many were missed.
fn turn<D: Door>(story: &Story<D>, id: &str, which: &str) -> Result<String, String> {
    let turns = agreement(story)?.head.reviews.get(&slug(id)?).and_then(|review| review.turns.clone()).ok_or("it has no turns")?;
    let day = |turn: Option<Turn>| turn.map_or("none".to_owned(), |turn| turn.due.to_string());
    match which {
        "overdue" => Ok(day(turns.overdue)),
        "coming" => Ok(day(turns.coming)),
        "missed" => Ok(turns.missed.to_string()),
        which => Err(format!("a turn is not {which}")),
    }
}

/// Who must act in a matter of the agreement; `None` when it is no matter.
fn waits<D: Door>(story: &Story<D>, matter: &str) -> Result<Option<Vec<String>>, String> {
    let attention = agreement(story)?.attention();
    let found = attention.iter().find(|attention| attention.matter.code() == matter);
    Ok(found.map(|found| found.who.iter().map(ToString::to_string).collect()))
}

/// Those that an obligation is at risk because of, each once.
fn at_risk<D: Door>(story: &Story<D>, id: &str) -> Result<String, String> {
    let clause = part(story, &PartId::Clause(slug(id)?))?;
    let mut who: Vec<String> = clause["atRisk"].as_array().into_iter().flatten().map(|risk| text_of(&risk["becauseOf"])).collect();
    who.sort();
    who.dedup();
    Ok(who.join(","))
}

/// The accountable ministry, and those listed with it: `A with B,C`.
fn minister<D: Door>(story: &Story<D>, number: &str) -> Result<String, String> {
    let case = part(story, &PartId::Case(number.parse().map_err(|_| "a case has a number")?))?;
    let with: Vec<String> = case["minister"]["with"].as_array().into_iter().flatten().map(text_of).collect();
    let accountable = text_of(&case["minister"]["accountable"]);
    Ok(if with.is_empty() { accountable } else { format!("{accountable}+{}", with.join("+")) })
}

/// How an umbrella agreement changes, whom it concerns here, how sure that is, and what comes of it.
fn umbrella_change<D: Door>(story: &Story<D>, number: &str) -> Result<String, String> {
    let place = number.parse::<usize>().map_err(|_| "changes are counted from 1")?;
    let changes = &agreement(story)?.head.umbrella_changes;
    let change = place.checked_sub(1).and_then(|place| changes.get(place)).ok_or("there is no such change")?;
    let obligations = change.obligations.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let consent = change.consent.as_ref().map(|consent| format!(" consented by {}", consent.of)).unwrap_or_default();
    let silent = if change.silent.is_some() { " silent" } else { "" };
    let answer = change.answer.as_ref().map(|answer| format!(" answered {}", answer.answer.code())).unwrap_or_default();
    Ok(format!("{} of {obligations}{consent}{silent}{answer}", change.manner.code()))
}

/// Where the obstacle of a case stands, and who answers for it.
fn obstacle<D: Door>(story: &Story<D>, number: &str) -> Result<Option<(String, String)>, String> {
    let case = part(story, &PartId::Case(number.parse().map_err(|_| "a case has a number")?))?;
    let case: Case = serde_json::from_value(case).map_err(|error| error.to_string())?;
    Ok(case.obstacle().map(|line| (line.standing.code().to_owned(), line.ministry.to_string())))
}

/// What a ministry answered, and from when on; empty where it has not.
fn outcome_of<D: Door>(story: &Story<D>, number: &str) -> Result<String, String> {
    let answer = &part(story, &PartId::Case(number.parse().map_err(|_| "a case has a number")?))?["stateAnswer"];
    let from = answer["takesEffect"].as_str().map(|day| format!(" from {day}")).unwrap_or_default();
    Ok(answer["act"].as_str().map(|act| format!("{act}{from}")).unwrap_or_default())
}

fn against<D: Door>(story: &Story<D>, number: &str) -> Result<String, String> {
    let case = part(story, &PartId::Case(number.parse().map_err(|_| "a case has a number")?))?;
    Ok(case["against"].as_array().into_iter().flatten().map(text_of).collect::<Vec<_>>().join(","))
}

/// The last new date of an instance, and the one before it.
fn moved<D: Door>(story: &Story<D>, clause: &str, due: &str) -> Result<String, String> {
    let instance = instance(story, clause, due)?;
    let last = instance["moves"].as_array().and_then(|moves| moves.last());
    let day = |last: &Value, name: &str| last[name].as_str().unwrap_or_default().to_owned();
    Ok(last.map_or("none".to_owned(), |last| format!("{} to {}", day(last, "from"), day(last, "to"))))
}

fn breach<D: Door>(story: &Story<D>, clause: &str, due: &str, settled: &str) -> Result<(), String> {
    let instance = instance(story, clause, due)?;
    let last = instance["breaches"].as_array().and_then(|list| list.last()).ok_or("there is no breach")?;
    same("the breach", last["settled"]["how"].as_str().unwrap_or("unsettled").to_owned(), settled.to_owned())
}

/// The stage of a case, and how it was closed.
fn case<D: Door>(story: &Story<D>, number: &str) -> Result<(String, String), String> {
    let number = number.parse().map_err(|_| "a case has a number")?;
    let id = slug(&story.town.agreement)?;
    match story.audit.part(&id, &PartId::Case(number)) {
        Some(Part::Case(case)) => {
            let value = serde_json::to_value(case).map_err(|error| error.to_string())?;
            Ok((case.stage.code().to_owned(), value["stage"]["how"].as_str().unwrap_or_default().to_owned()))
        }
        _ => Err(format!("there is no case {number}")),
    }
}

fn report<D: Door>(story: &Story<D>, name: &str) -> Result<String, String> {
    let hash = story.town.named.get(name).ok_or_else(|| format!("nothing is named {name}"))?;
    match story.audit.part(&slug(&story.town.agreement)?, &PartId::Claim(*hash)) {
        Some(Part::Claim(claim)) => Ok(claim.stage.code().to_owned()),
        _ => Err(format!("{name} is no report")),
    }
}

fn offer<D: Door>(story: &Story<D>, name: &str) -> Result<String, String> {
    let hash = story.town.named.get(name).ok_or_else(|| format!("nothing is named {name}"))?;
    match story.audit.part(&slug(&story.town.agreement)?, &PartId::Offer(*hash)) {
        Some(Part::Offer(offer)) => Ok(offer.state().to_owned()),
        _ => Err(format!("{name} is no offer")),
    }
}

/// Who has not answered an offer yet, in the order of their ids; `nobody` when enough have consented.
fn waits_for<D: Door>(story: &Story<D>, name: &str) -> Result<String, String> {
    let hash = story.town.named.get(name).ok_or_else(|| format!("nothing is named {name}"))?;
    let offer = agreement(story)?.offers.get(hash).ok_or_else(|| format!("{name} is no open offer"))?;
    let who: Vec<String> = offer.waits_for().iter().map(ToString::to_string).collect();
    Ok(if offer.is_agreed() { "nobody".to_owned() } else { who.join(",") })
}

fn weaknesses<D: Door>(story: &Story<D>) -> Result<String, String> {
    let weaknesses = &agreement(story)?.head.weaknesses;
    Ok(weaknesses.keys().map(|weakness| weakness.code()).collect::<Vec<_>>().join(","))
}

fn withdrawal<D: Door>(story: &Story<D>, who: &str) -> Result<String, String> {
    let id = slug(&story.town.agreement)?;
    let leaves = story.audit.parts(&id).filter_map(|change| match &change.part {
        Part::Leave(leave) if leave.party.as_str() == who => Some(leave.stage.code().to_owned()),
        _ => None,
    });
    leaves.last().ok_or_else(|| format!("{who} gave no notice"))
}

fn unmet<D: Door>(story: &Story<D>, who: &str, list: &str) -> Result<(), String> {
    let unmet: Vec<String> = agreement(story)?.unmet(&slug(who)?).iter().map(ToString::to_string).collect();
    same("unmet", unmet.join(","), list.to_owned())
}

/// Whether the last act was refused by this rule, in words that hold these: a code, a pointer, a text, or the hash of a named act.
fn refusal<D: Door>(story: &Story<D>, code: &str, more: &[&str]) -> Result<(), String> {
    let Some(Answer::Refused(said)) = &story.town.answer else { return Err(format!("the answer was {:?}", story.town.answer)) };
    let all = || said.iter().map(|said| format!("{} {} {}", said.code, said.pointer, said.detail)).collect::<Vec<_>>().join("\n  ");
    let hash = |word: &str| story.town.named.get(word).map(ToString::to_string);
    let in_detail = |detail: &str, word: &str| detail.contains(word) || hash(word).is_some_and(|hash| detail.contains(&hash));
    let known = |word: &&&str| !said.iter().any(|said| said.code == **word || said.pointer == **word || in_detail(&said.detail, word));
    if said[0].code != code {
        return Err(format!("refused with\n  {}", all()));
    }
    match more.iter().find(known) {
        Some(word) => Err(format!("nothing says {word}:\n  {}", all())),
        None => Ok(()),
    }
}

/// Whether the last line of the story brought a flag, with these members of its cause: `case=1 silent=a,b`.
fn flag<D: Door>(story: &Story<D>, kind: &str, more: &[&str], expected: bool) -> Result<(), String> {
    let recent: Vec<Value> = story.audit.flags().iter().filter(|(entry, _)| *entry >= story.before).map(|(_, flag)| cause(flag)).collect();
    let text = |value: &Value| match value {
        // What is open of an obligation reads `obligation@due`.
        Value::Array(items) => items
            .iter()
            .map(|item| match (&item["obligation"], &item["due"]) {
                (Value::String(obligation), Value::String(due)) => format!("{obligation}@{due}"),
                _ => item.as_str().map_or_else(|| item.to_string(), ToOwned::to_owned),
            })
            .collect::<Vec<_>>()
            .join(","),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fits = |flag: &Value| {
        let member = |word: &&str| word.split_once('=').is_some_and(|(name, value)| flag.get(name).map(text).as_deref() == Some(value));
        flag["kind"] == kind && more.iter().all(member)
    };
    if recent.iter().any(fits) == expected {
        Ok(())
    } else {
        {
            let told: Vec<String> = recent.iter().map(ToString::to_string).collect();
            Err(format!("the flags are\n    {}", told.join("\n    ")))
        }
    }
}

fn cause(flag: &Flag) -> Value {
    let mut body = Body::from(flag.clone()).to_json();
    let mut cause = body["cause"].take();
    cause["dueAt"] = body["dueAt"].take();
    cause
}
