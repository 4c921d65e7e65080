//! What the clock caused, in plain Dutch, read from the records that the API serves.

use anyhow::Context as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::statement::flag::{Cause, Leaving, Names, Rung, Subject};
use ledger::envelope::{Body, Parsed};
use ledger::words::{Day, Instant, Slug};

use super::town::Town;
use crate::command::{Terminal, shown};

/// What the records have shown so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) breaches: usize,
    pub(super) escalations: usize,
    pub(super) in_force: usize,
}

/// Tells one line: the day, the ledger, the entry that shows it.
pub(super) fn tell(terminal: &mut Terminal, at: Instant, ledger: &str, entry: Option<u64>, text: &str) -> anyhow::Result<()> {
    let entry = entry.map(|entry| format!("#{entry}")).unwrap_or_default();
    Ok(terminal.line(&format!("{}  {ledger:<6}  {entry:>5}  {}", Day::of(at), shown(text)))?)
}

/// One line about an entry of the clock.
pub(super) struct FlagLine {
    pub(super) at: Instant,
    pub(super) ledger: String,
    pub(super) entry: u64,
    pub(super) text: String,
}

/// The clock's entries that were added since the last time.
pub(super) fn flags(town: &mut Town, tally: &mut Tally) -> anyhow::Result<Vec<FlagLine>> {
    let mut lines = Vec::new();
    loop {
        let page = town.client()?.records(&town.name, town.told, 1000)?;
        for record in &page.records {
            town.told = record.entry + 1;
            let parsed = Parsed::parse(&URL_SAFE_NO_PAD.decode(&record.jws)?)?;
            match &parsed.statement().body {
                Body::Flag(flag) => {
                    let at = record.accepted_at.context("a record without its instant")?;
                    let text = flag_text(town, &flag.cause, tally);
                    let text = text.map(|text| match flag.cause.subject() {
                        Subject::Agreement(agreement) => town.labelled(agreement.as_str(), &text),
                        Subject::Institution(_) => text,
                    });
                    lines.extend(text.map(|text| FlagLine { at, ledger: town.name.clone(), entry: record.entry, text }));
                }
                Body::SupportRequest(_) => tally.escalations += 1,
                // What was not kept throughout is a breach when somebody finds it; no flag follows.
                Body::Finding(_) => tally.breaches += 1,
                _ => {}
            }
        }
        if town.told >= page.size {
            return Ok(lines);
        }
    }
}

fn name(town: &Town, id: &Slug) -> String {
    town.actors.get(id.as_str()).map_or_else(|| id.to_string(), |actor| actor.name.clone())
}

fn names(town: &Town, ids: &Names) -> String {
    ids.iter().map(|id| name(town, id)).collect::<Vec<_>>().join(", ")
}

fn flag_text(town: &Town, cause: &Cause, tally: &mut Tally) -> Option<String> {
    Some(match cause {
        Cause::InForce { agreement } => {
            tally.in_force += 1;
            let title = town.deal(agreement.as_str()).map_or(agreement.as_str(), |deal| &deal.title);
            format!("«{title}» is van kracht")
        }
        Cause::Resumed { .. } => "de opschorting is voorbij; de termijnen lopen weer".to_owned(),
        Cause::Overdue { obligation, due, .. } => format!("te laat: {obligation}, termijn {due}"),
        Cause::Breached { obligation, due, case, attributed_to, .. } => {
            tally.breaches += 1;
            let whose = attributed_to.as_ref().map(|who| format!(", toegerekend aan {}", name(town, who))).unwrap_or_default();
            format!("geschonden: {obligation}, termijn {due}{whose}; zaak {}, de partij krijgt bericht", case.0)
        }
        Cause::ConditionLapsed { obligation, .. } => format!("voorwaarde vervallen: {obligation}"),
        // Hundreds; the ending counts them.
        Cause::TacitlyAccepted { .. } => return None,
        Cause::BreachUnanswered { case, silent, .. } => format!("zaak {}: {} antwoordt niet", case.0, names(town, silent)),
        Cause::CaseRaised { case, to, because, silent, .. } => {
            tally.escalations += usize::from(*to == Rung::Level3);
            let silent = if because.names_silent_decider() { format!(" ({})", names(town, silent)) } else { String::new() };
            format!("zaak {} gaat naar {}: {}{silent}", case.0, to.dutch(), because.dutch())
        }
        Cause::MandateLapsed { party, .. } => format!("{} heeft geen mandaat meer voor dit convenant", name(town, party)),
        Cause::GoneQuiet { party, cause, .. } => format!("{} is stilgevallen: {}", name(town, party), cause.dutch()),
        Cause::WithdrawalUnanswered { party, silent, .. } => {
            format!("opzegging van {}: geen reactie van {}", name(town, party), names(town, silent))
        }
        Cause::WithdrawalEnded { party, outcome: Leaving::Withdrawn, .. } => {
            format!("{} is uitgetreden; het plan is uitgevoerd", name(town, party))
        }
        Cause::WithdrawalEnded { party, open, .. } => {
            format!(
                "{} blijft gebonden: niet geregeld is {}",
                name(town, party),
                open.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            )
        }
        Cause::ReportUnanswered { silent, .. } => format!("melding niet beantwoord door {}", names(town, silent)),
        Cause::DisputeUnanswered { silent, .. } => format!("betwisting niet beantwoord door {}", names(town, silent)),
        Cause::RulingMissing { silent, case, .. } => format!("geen uitspraak door {}; zaak {}", names(town, silent), case.0),
        Cause::MinistryLate { case, .. } => format!("zaak {}: het ministerie is te laat", case.0),
        Cause::PositionsMissing { case, silent, .. } => format!("zaak {}: geen standpunt van {}", case.0, names(town, silent)),
        Cause::FollowUpMissing { case, .. } => format!("zaak {}: de gemeente meldt geen opvolging", case.0),
        Cause::Acceded { party, .. } => format!("{} is toegetreden", name(town, party)),
        Cause::ExpulsionUnanswered { party, .. } => format!("geen zienswijze van {}", name(town, party)),
        Cause::ImpasseUnanswered { silent, points, .. } => {
            let points = points.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("impasse: geen standpunt van {} over {points}", names(town, silent))
        }
        Cause::TalksExpired { unsigned, .. } => {
            format!("zes maanden overleg zonder overeenstemming; niet getekend: {}", names(town, unsigned))
        }
        Cause::DisputeMissing { silent, .. } => format!("het geschil is niet voorgelegd aan de minister door {}", names(town, silent)),
        Cause::ReviewOverdue { review, silent, .. } => format!("toets {review} is niet op tijd vastgelegd door {}", names(town, silent)),
        Cause::UmbrellaUnanswered { umbrella, silent, .. } => {
            format!("{} heeft niet geantwoord op de gewijzigde koepelafspraak {umbrella}", names(town, silent))
        }
        Cause::EndsWithoutSuccessor { last_day, .. } => format!("loopt af op {last_day}, en er is geen opvolger getekend"),
        Cause::ProposalUnanswered { silent, .. } => format!("{} heeft niet geantwoord op het voorstel", names(town, silent)),
        Cause::OfferLapsed { silent, .. } => format!("voorstel vervallen; geen antwoord van {}", names(town, silent)),
        Cause::Ended { outcome, .. } => {
            tally.in_force -= 1;
            format!("de overeenkomst is beëindigd: {}", outcome.dutch())
        }
        Cause::UnderStrength { weakness, .. } => format!("gebrek: {}", weakness.dutch()),
        Cause::NoValidKey { institution } => format!("{} heeft geen geldige sleutel", name(town, institution)),
        Cause::RecoveryCompleted { institution, .. } => format!("{} heeft een nieuwe sleutel", name(town, institution)),
        Cause::AgendaUnanswered { institution, .. } => format!("geen antwoord op een voordracht van {}", name(town, institution)),
    })
}
