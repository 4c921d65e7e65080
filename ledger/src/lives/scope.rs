//! What a mandate covers: acts, agreements, themes, areas, money; and that one which is passed on covers no more.

use super::stake::Stake;
use crate::envelope::Kid;
use crate::envelope::refusal::{Fault, Rule};
use crate::envelope::statement::agreement::{Proposal, Theme};
use crate::envelope::statement::mandate::{Mandate, MandatedAct};
use crate::words::{CbsCode, Slug};

/// What an act on behalf of another asks of a mandate.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The act.
    pub act: MandatedAct,
    /// The agreement that it is about, or the text of it that it puts forward.
    pub text: &'a Proposal,
    /// What the principal comes to owe in money by it, or gives up.
    pub stake: Stake,
}

/// What a mandate does not cover of an act that is signed with this key; nothing when it covers all of it.
pub(super) fn misses(mandate: &Mandate, signed_with: &Kid, asked: &Asked<'_>) -> Vec<String> {
    let text = asked.text;
    let key = mandate.key.filter(|key| key != signed_with).map(|key| format!("it is for the function that signs with {key}"));
    let act = (!mandate.acts.contains(&asked.act)).then(|| format!("it does not cover the act {}", asked.act));
    let agreement = mandate.agreements.as_ref().filter(|list| !list.contains(&text.agreement));
    let agreement = agreement.map(|_| format!("it does not cover the agreement {}", text.agreement));
    let theme = mandate.themes.as_ref().and_then(|list| text.themes.iter().find(|theme| !list.contains(theme)));
    let theme = theme.map(|theme| format!("it does not cover the theme {theme}"));
    let area = mandate.neighbourhoods.as_ref().and_then(|areas| outside(areas, text));
    let money = mandate.amount.as_ref().and_then(|most| asked.stake.exceeds(most));
    [key, act, agreement, theme, area, money].into_iter().flatten().collect()
}

/// Whether a mandate is for an agreement: by its agreements, themes and areas, whatever acts and money it is for.
pub(super) fn reaches(mandate: &Mandate, text: &Proposal) -> bool {
    mandate.agreements.as_ref().is_none_or(|list| list.contains(&text.agreement))
        && mandate.themes.as_ref().is_none_or(|list| text.themes.iter().all(|theme| list.contains(theme)))
        && mandate.neighbourhoods.as_ref().is_none_or(|areas| outside(areas, text).is_none())
}

/// Where an agreement holds that lies in none of these areas. One that names no neighbourhood holds everywhere.
fn outside(areas: &[CbsCode], text: &Proposal) -> Option<String> {
    if text.neighbourhoods.is_empty() {
        return Some(format!("it is for some areas only, and {} is for all", text.agreement));
    }
    let lies_in = |code: &CbsCode| areas.iter().any(|area| area.holds(code));
    text.neighbourhoods.iter().find(|n| !lies_in(&n.code)).map(|n| format!("it does not cover the neighbourhood {}", n.code))
}

/// Where one mandate would be wider than the one that it derives from.
pub(super) fn wider(body: &Mandate, source: &Mandate) -> Vec<Fault> {
    let act = body.acts.iter().any(|act| !source.acts.contains(act)).then_some("acts");
    let agreements = adds(body.agreements.as_deref(), source.agreements.as_deref(), PartialEq::eq).then_some("agreements");
    let themes = adds(body.themes.as_deref(), source.themes.as_deref(), PartialEq::eq).then_some("themes");
    let areas = adds(body.neighbourhoods.as_deref(), source.neighbourhoods.as_deref(), CbsCode::holds).then_some("neighbourhoods");
    let amount = source.amount.is_some_and(|most| body.amount.is_none_or(|amount| amount > most)).then_some("amount");
    let start = source.start_date.is_some_and(|first| body.start_date.is_none_or(|start| start < first));
    // The source holds now, so its first day has come: one that begins with its acceptance is not earlier.
    let start = (start && body.start_date.is_some()).then_some("startDate");
    let end = source.end_date.is_some_and(|last| body.end_date.is_none_or(|end| end > last)).then_some("endDate");
    let fault = |name: &str| Fault {
        pointer: format!("/body/{name}"),
        rule: Rule::OutsideMandate,
        detail: format!("{name} is wider than in the mandate that it derives from"),
        accepted: source.covers(),
    };
    [act, agreements, themes, areas, amount, start, end].into_iter().flatten().map(fault).collect()
}

/// Whether a list goes beyond another; `None` is everything.
fn adds<T>(list: Option<&[T]>, source: Option<&[T]>, holds: fn(&T, &T) -> bool) -> bool {
    match (list, source) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(list), Some(source)) => list.iter().any(|one| !source.iter().any(|other| holds(other, one))),
    }
}

impl Mandate {
    /// What it covers, in English: as a refusal says it.
    pub fn covers(&self) -> String {
        let list = |names: Vec<String>| names.join(" ");
        let acts = format!("acts: {}", list(self.acts.iter().map(ToString::to_string).collect()));
        let agreements = self.agreements.as_ref().map(|all| format!("agreements: {}", list(all.iter().map(Slug::to_string).collect())));
        let themes = self.themes.as_ref().map(|all| format!("themes: {}", list(all.iter().map(Theme::to_string).collect())));
        let areas = self.neighbourhoods.as_ref().map(|all| format!("areas: {}", list(all.iter().map(CbsCode::to_string).collect())));
        let amount = self.amount.as_ref().map(|most| format!("up to {most} euro"));
        let start = self.start_date.map(|day| format!("from {day}"));
        let end = self.end_date.map(|day| format!("until {day}"));
        [Some(acts), agreements, themes, areas, amount, start, end].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
