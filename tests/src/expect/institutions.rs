//! Where institutions stand: their keys, their mandates, into whom they go over, what recurs at a ministry.

use ledger::lives::Institution;
use ledger::words::Slug;

use super::slug;
use crate::door::Door;
use crate::story::Story;

pub(super) fn institution<'a, D: Door>(story: &'a Story<D>, who: &str) -> Result<&'a Institution, String> {
    story.audit.book().institution(&slug(who)?).ok_or_else(|| format!("there is no {who}"))
}

pub(super) fn current_log_key<D: Door>(story: &Story<D>) -> Result<String, String> {
    let last = institution(story, "municipality")?.log_keys.last();
    last.map(|key| key.log_key.clone()).ok_or_else(|| "it is that of the genesis".to_owned())
}

/// Where an institution stands: `unknown`, `registered`, `admitted`, `keyless` or `recovering`.
pub(super) fn standing<D: Door>(story: &Story<D>, who: &str) -> Result<&'static str, String> {
    let Ok(institution) = institution(story, who) else { return Ok("unknown") };
    if institution.successor().is_some() {
        return Ok("succeeded");
    }
    let admitted = institution.admitted.as_ref();
    Ok(match admitted.map(|admitted| (admitted.recovery.is_some(), admitted.no_valid_key.is_some())) {
        None => "registered",
        Some((true, _)) => "recovering",
        Some((false, true)) => "keyless",
        Some((false, false)) => "admitted",
    })
}

/// Where a mandate stands now, as the code of its standing.
pub(super) fn mandate<D: Door>(story: &Story<D>, name: &str) -> Result<&'static str, String> {
    let hash = story.town.named.get(name).ok_or_else(|| format!("nothing is named {name}"))?;
    let mut found = story.audit.institutions().filter_map(|principal| Some((principal, principal.mandate(hash)?)));
    let (principal, given) = found.next().ok_or_else(|| format!("{name} is no mandate"))?;
    Ok(principal.mandate_standing(given, story.town.door.now()).code())
}

/// Where something that recurs stands: `waits until INSTANT`, the decision, or the decision and its day; `late` before it when the
/// ministry was.
pub(super) fn recurrence<D: Door>(story: &Story<D>, name: &str) -> Result<String, String> {
    let hash = story.town.named.get(name).ok_or_else(|| format!("nothing is named {name}"))?;
    let mut items = story.audit.institutions().flat_map(|ministry| &ministry.recurrences);
    let item = items.find(|item| item.hash == *hash).ok_or_else(|| format!("{name} was not put forward"))?;
    let standing = match &item.answer {
        None => format!("waits until {}", item.answer_by),
        Some(given) => match &given.agenda {
            None => given.decision.to_string(),
            Some(agenda) => format!("{} on {}", given.decision, agenda.day),
        },
    };
    Ok(if item.late.is_some() { format!("late {standing}") } else { standing })
}

/// Into whom an institution goes over, or went over.
pub(super) fn goes_over<D: Door>(story: &Story<D>, who: &str, is_accepted: bool) -> Result<Slug, String> {
    let succession = institution(story, who)?.succession.clone().filter(|succession| succession.accepted.is_some() == is_accepted);
    Ok(succession.ok_or_else(|| format!("{who} does not"))?.successor)
}

pub(super) fn keyless<D: Door>(story: &Story<D>, who: &str) -> Result<bool, String> {
    Ok(institution(story, who)?.admitted.as_ref().is_some_and(|admitted| admitted.no_valid_key.is_some()))
}
