//! A neighbourhood for its residents: which agreements hold there, who does what by when, and how that stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::envelope::statement::agreement::Proposal;
use ledger::lives::Agreement;
use ledger::lives::agreement::Head;
use ledger::lives::colour::Light;
use ledger::lives::coverage::Coverage;
use ledger::lives::obligation::{Clause, Instance};
use ledger::lives::parts::Part;
use ledger::words::{CbsCode, Day};

use super::filter::cursor;
use super::lists::{FOLDS, Items};
use super::{Collection, Filter, Listing, ListingFault, Paging};
use crate::store::{StoreFault, Subjects};

/// A place where agreements hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbourhood {
    /// Its CBS code.
    pub code: CbsCode,
    /// Its names in the texts.
    pub names: Vec<String>,
    /// How many agreements name it, whatever their state.
    pub agreements: u64,
}

/// What is promised in an agreement that holds in a neighbourhood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromisesOf {
    /// Who, and in which state.
    pub head: Arc<Head>,
    /// The text.
    pub text: Arc<Proposal>,
    /// Its colour.
    pub light: Light,
    /// Who does what by when.
    pub promises: Vec<Promise>,
}

/// Who does what by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Who, what and how often.
    pub clause: Arc<Clause>,
    /// Its due dates that are not final, in their order: late ones and the next one.
    pub open: Vec<Arc<Instance>>,
    /// How it stands, and why.
    pub light: Light,
}

/// How many heads are read at once to find when each agreement was in force.
const HEADS: u32 = 1_000;

/// What is shown to residents.
pub type Resident = Items<PromisesOf>;

impl Listing {
    /// Places by CBS code or by a part of their name, in the order of their codes; all when nothing is asked. Names are
    /// those of now, whatever instant is asked for.
    pub async fn neighbourhoods(&self, search: &str, limit: usize) -> Result<Vec<Neighbourhood>, ListingFault> {
        let wanted = search.trim().to_lowercase();
        let mut places: BTreeMap<String, (Vec<String>, u64)> = BTreeMap::new();
        for (value, agreements) in self.store.places(self.row.id, &self.reader).await? {
            let (code, name) = value.split_once('\n').unwrap_or((&value, ""));
            let place = places.entry(code.to_owned()).or_default();
            place.0.push(name.to_owned());
            place.1 += agreements;
        }
        let fits = |code: &str, names: &[String]| {
            code.to_lowercase().starts_with(&wanted) || names.iter().any(|name| name.to_lowercase().contains(&wanted))
        };
        let found = places.into_iter().filter(|(code, (names, _))| fits(code, names)).take(limit);
        let place = |(code, (names, agreements)): (String, (Vec<String>, u64))| {
            let code = code.parse().map_err(|_| StoreFault::Damaged(format!("facet {code:?} is no CBS code")))?;
            Ok(Neighbourhood { code, names, agreements })
        };
        found.map(place).collect()
    }

    /// The agreements that hold in an area, in the order of their ids, with what is promised in them.
    pub async fn promises(&self, area: &CbsCode, paging: &Paging) -> Result<Resident, ListingFault> {
        let after = paging.subject("agreement")?;
        let limit = paging.limit.min(FOLDS);
        let area_now = Some(area.clone()).filter(|_| !self.is_past);
        let wanted = Subjects { reader: self.reader.clone(), after, area: area_now, member: None, calls: false, limit };
        let subjects = self.store.agreements(self.row.id, &wanted).await?;
        let filter = Filter { neighbourhood: Some(area.clone()), ..Filter::default() };
        let lives = self.open_lives(&subjects).await?;
        let items = lives.into_iter().map(|(life, _)| life).filter(|life| filter.fits_text(&life.text)).map(|life| promises(&life));
        let items = items.collect();
        let next = subjects.last().filter(|_| subjects.len() >= limit as usize).map(|last| cursor(None, last, ""));
        Ok(Items { items, next })
    }

    /// On which days an agreement was in force in an area, in a part of it, or in what it is a part of, and on which none was (L13):
    /// of those that the reader may read, up to the instant that is asked for.
    pub async fn coverage(&self, area: &CbsCode) -> Result<Coverage, ListingFault> {
        // What was in force when stays so: the heads of now tell it of any instant before.
        let filter = Filter { neighbourhood: Some(area.clone()), ..Filter::default() };
        let (mut in_force, mut next) = (Vec::new(), None);
        loop {
            let page = self.list_now(Collection::Agreements, &filter, &Paging::after(next, HEADS)).await?;
            in_force.extend(page.items.iter().filter_map(|listed| match &listed.part {
                Part::Head(head) => head.days_in_force(self.as_of.at),
                _ => None,
            }));
            next = page.next;
            if next.is_none() {
                return Ok(Coverage::of(in_force, Day::of(self.as_of.at)));
            }
        }
    }
}

fn promises(life: &Agreement) -> PromisesOf {
    let promise = |clause: &Arc<Clause>| {
        let open = life.instances.values().filter(|instance| instance.obligation == clause.text.id).cloned().collect();
        Promise { clause: clause.clone(), open, light: life.light(clause) }
    };
    let promises = life.clauses.values().map(promise).collect();
    PromisesOf { head: life.head.clone(), text: life.text.clone(), light: life.overall_light(), promises }
}
