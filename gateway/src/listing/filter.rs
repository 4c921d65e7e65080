//! What a list is asked for: which collection, which conditions, which page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::statement::agreement::{Proposal, Theme};
use ledger::lives::Reader;
use ledger::lives::obstacle;
use ledger::lives::parts::Part;
use ledger::words::{Bwb, CbsCode, Day, Instant, Slug};

use super::ListingFault;
use super::agreement::AgreementView;
use crate::store::{Place, Search, overlap};

/// What can be listed of all agreements together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// Who, and in which state.
    Agreements,
    /// Who does what when.
    Obligations,
    /// Due dates.
    Instances,
    /// What debtors say that they did.
    Reports,
    /// Acts that wait for consent.
    Offers,
    /// Due dates that were breached, whatever became of them.
    Breaches,
    /// Cases.
    Cases,
    /// Withdrawals.
    Withdrawals,
    /// Cases that name a rule which is in the way, by the ministry that answers for it (L40).
    Obstacles,
}

impl Collection {
    /// Those of parts as they are, by the word in a path; of obstacles there is a register.
    pub const ALL: [(&'static str, Self); 8] = [
        ("agreements", Self::Agreements),
        ("obligations", Self::Obligations),
        ("instances", Self::Instances),
        ("reports", Self::Reports),
        ("offers", Self::Offers),
        ("breaches", Self::Breaches),
        ("cases", Self::Cases),
        ("withdrawals", Self::Withdrawals),
    ];

    /// The one with this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, collection)| *collection)
    }

    /// The words for where its items stand.
    pub fn states(self) -> &'static [&'static str] {
        match self {
            Self::Agreements => &[
                "proposed",
                "signed",
                "in-force",
                "suspended",
                "completed",
                "expired",
                "dissolved",
                "succeeded",
                "lapsed",
                "declined",
                "retracted",
            ],
            Self::Obligations => &["waiting", "conditional", "running", "lapsed", "released", "handed-over"],
            Self::Instances | Self::Breaches => &["open", "overdue", "breached", "fulfilled", "cured", "released", "handed-over"],
            Self::Reports => {
                &["awaiting-acceptance", "unanswered", "disputed", "for-ruling", "ruling-missing", "accepted", "rejected", "overtaken"]
            }
            Self::Offers => &["open", "waiting", "agreed", "declined", "lapsed", "superseded", "retracted", "overtaken"],
            Self::Cases => &["notice", "level-1", "level-2", "last-chance", "level-3", "answered", "closed"],
            Self::Obstacles => &obstacle::Standing::CODES,
            Self::Withdrawals => &["running", "unresolved", "withdrawn", "revoked", "overtaken"],
        }
    }

    /// The kind of part.
    pub(super) fn part(self) -> &'static str {
        match self {
            Self::Agreements => "head",
            Self::Obligations => "obligation",
            Self::Instances => "instance",
            Self::Reports => "report",
            Self::Offers => "offer",
            Self::Breaches => "breach",
            Self::Cases => "case",
            Self::Withdrawals => "withdrawal",
            Self::Obstacles => "obstacle",
        }
    }

    /// The kind of part that its items are read as.
    pub(super) fn read_as(self) -> &'static str {
        match self {
            Self::Breaches => Self::Instances.part(),
            Self::Obstacles => Self::Cases.part(),
            other => other.part(),
        }
    }

    /// The parts of an agreement that it lists; a breach is its due date once more, open until all is settled.
    pub fn select(self, part: Part, is_open: bool) -> Option<(Part, bool)> {
        match (self, &part) {
            (Self::Agreements, Part::Head(_))
            | (Self::Obligations, Part::Clause(_))
            | (Self::Instances, Part::Instance(_))
            | (Self::Reports, Part::Claim(_))
            | (Self::Offers, Part::Offer(_))
            | (Self::Cases, Part::Case(_))
            | (Self::Withdrawals, Part::Leave(_)) => Some((part, is_open)),
            (Self::Breaches, Part::Instance(instance)) => {
                let open = instance.breaches.iter().any(|breach| breach.settled.is_none());
                (!instance.breaches.is_empty()).then_some((part, open))
            }
            (Self::Obstacles, Part::Case(case)) => case.obstacle().is_some().then_some((part, is_open)),
            (Self::Agreements | Self::Obligations | Self::Instances | Self::Reports, _) => None,
            (Self::Offers | Self::Breaches | Self::Cases | Self::Withdrawals | Self::Obstacles, _) => None,
        }
    }
}

/// Conditions, all of which hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this agreement.
    pub agreement: Option<Slug>,
    /// Of agreements that hold in this area: in it, in a part of it, or in what it is a part of.
    pub neighbourhood: Option<CbsCode>,
    /// Agreements: that it is a party to. Obstacles: the ministry that answers. Else what it promised, reported, offered or left; cases against it.
    pub party: Option<Slug>,
    /// Of agreements to which this is a party.
    pub member: Option<Slug>,
    /// Of agreements with this theme.
    pub theme: Option<Theme>,
    /// Of agreements that bring along this umbrella agreement: the origin of its ledger, a slash, and its id there (L44).
    pub umbrella: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Only open or only final ones.
    pub is_open: Option<bool>,
    /// Obstacles: in a regulation with this BWB id.
    pub bwb: Option<Bwb>,
    /// Late, or with a term that ends, at or after this instant; agreements: that end.
    pub due_from: Option<Instant>,
    /// The same before this instant.
    pub due_until: Option<Instant>,
}

impl Filter {
    pub(super) fn search(&self, reader: &Reader, collection: Collection, after: Option<Place>, limit: u32) -> Search {
        let of_agreement = collection == Collection::Agreements;
        let member = self.member.as_ref().or(self.party.as_ref().filter(|_| of_agreement));
        Search {
            reader: reader.clone(),
            part: collection.part(),
            subject: self.agreement.as_ref().map(super::agreement::subject),
            area: self.neighbourhood.clone(),
            theme: self.theme.map(Theme::code),
            umbrella: self.umbrella.clone(),
            member: member.map(ToString::to_string),
            party: self.party.as_ref().filter(|_| !of_agreement).map(ToString::to_string),
            state: self.state.clone(),
            is_open: self.is_open,
            bwb: self.bwb.as_ref().map(ToString::to_string),
            due_from: self.due_from,
            due_until: self.due_until,
            after,
            limit,
        }
    }

    /// Whether an agreement fits, as far as its text and parties are concerned.
    pub(super) fn fits_text(&self, text: &Proposal) -> bool {
        let brought = || text.umbrellas.iter().flat_map(|umbrellas| umbrellas.iter());
        let is_member = |who: &Slug| text.parties.iter().any(|party| party.institution == *who);
        self.neighbourhood.as_ref().is_none_or(|area| text.neighbourhoods.iter().any(|place| overlap(&place.code, area)))
            && self.theme.is_none_or(|theme| text.themes.contains(&theme))
            && self.umbrella.as_ref().is_none_or(|name| brought().any(|umbrella| umbrella.name() == *name))
            && self.member.as_ref().is_none_or(is_member)
            && self.agreement.as_ref().is_none_or(|id| *id == text.agreement)
    }

    /// Whether a part of a collection fits, of an agreement that does.
    pub(super) fn fits_part(&self, view: &AgreementView, collection: Collection, part: &Part, is_open: bool) -> bool {
        let text = &view.text.value;
        let line = if let (Collection::Obstacles, Part::Case(case)) = (collection, part) { case.obstacle() } else { None };
        let state = line.map_or(part.state(), |line| line.standing.code());
        let due = if matches!(part, Part::Head(_)) { text.period.end_date.map(Day::end) } else { part.due_at() };
        let about = |who: &Slug| match part {
            Part::Case(_) if line.is_some() => line.is_some_and(|line| line.ministry == who),
            Part::Head(_) => text.parties.iter().any(|party| party.institution == *who),
            Part::Case(case) => case.against.contains(who),
            Part::Text(_) | Part::Clause(_) | Part::Instance(_) | Part::Claim(_) | Part::Offer(_) | Part::Leave(_) => {
                part.party() == Some(who)
            }
        };
        self.party.as_ref().is_none_or(about)
            && self.bwb.as_ref().is_none_or(|bwb| line.is_some_and(|line| line.obstacle.rule.bwb == *bwb))
            && self.state.as_ref().is_none_or(|wanted| wanted == state)
            && self.is_open.is_none_or(|wanted| wanted == is_open)
            && self.due_from.is_none_or(|from| due.is_some_and(|due| due >= from))
            && self.due_until.is_none_or(|until| due.is_some_and(|due| due < until))
    }
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// The `next` of an earlier answer; from the start when not given.
    pub cursor: Option<String>,
    /// At most this many.
    pub limit: u32,
}

impl Paging {
    /// The first page.
    pub fn first(limit: u32) -> Self {
        Self { cursor: None, limit }
    }

    /// The page after one.
    pub fn after(cursor: Option<String>, limit: u32) -> Self {
        Self { cursor, limit }
    }

    pub(super) fn place(&self) -> Result<Option<Place>, ListingFault> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(ListingFault::Cursor)?;
        let [due, subject, key] = text.splitn(3, '\n').collect::<Vec<_>>()[..] else { return Err(ListingFault::Cursor) };
        let due_at = match due {
            "" => None,
            due => Some(due.parse().ok().and_then(Instant::from_millis).ok_or(ListingFault::Cursor)?),
        };
        Ok(Some(Place { due_at, subject: subject.to_owned(), key: key.to_owned() }))
    }

    /// The life after which the page begins.
    pub(super) fn subject(&self, kind: &str) -> Result<Option<String>, ListingFault> {
        let place = self.place()?;
        let fits = place.as_ref().is_none_or(|place| place.subject.split_once('/').is_some_and(|(of, _)| of == kind));
        if fits { Ok(place.map(|place| place.subject)) } else { Err(ListingFault::Cursor) }
    }

    /// Where the next page begins, after these lives; `None` when there are no more.
    pub(super) fn next_subject(&self, subjects: &[String]) -> Option<String> {
        let last = subjects.last().filter(|_| subjects.len() >= self.limit as usize)?;
        Some(cursor(None, last, ""))
    }
}

pub(super) fn cursor(due_at: Option<Instant>, subject: &str, key: &str) -> String {
    let due = due_at.map(|due| due.millis().to_string()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(format!("{due}\n{subject}\n{key}"))
}
