//! What is paid together, and what parties said that they are able to, set beside what they promise (L33, L53).

use serde::Serialize;

use super::agreement::Agreement;
use super::report::{Claim, Stage};
use super::stake::times;
use crate::envelope::statement::agreement::{BudgetShare, When, is_euro};
use crate::words::{Decimal, Slug};

/// How a budget stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetStanding {
    /// Its id within the agreement.
    pub id: Slug,
    /// What it is for.
    pub title: String,
    /// The whole, in euros.
    pub total: Decimal,
    /// Who pays which part, in the order of the text.
    pub shares: Vec<ShareStanding>,
}

/// How a share of a budget stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShareStanding {
    /// Who pays it.
    pub party: Slug,
    /// Its part of the whole, in percent.
    pub percent: Decimal,
    /// The same in euros, rounded down to a hundredth of a cent.
    pub amount: Decimal,
    /// The promise of money.
    pub obligation: Slug,
    /// What was reported as paid and accepted of that promise, in euros.
    pub paid: Decimal,
}

/// What a party said that it is able to, beside what it promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapacityStanding {
    /// The party.
    pub party: Slug,
    /// What it has.
    pub indicator: String,
    /// In what it is counted.
    pub unit: String,
    /// How much of it, as it said.
    pub declared: Decimal,
    /// The sum of its promises in that unit, over all their due dates; `None` where one of them goes on without end.
    pub promised: Option<Decimal>,
}

impl Agreement {
    /// How each budget stands, by every report.
    pub fn budgets<'a>(&self, reports: impl Iterator<Item = &'a Claim> + Clone) -> Vec<BudgetStanding> {
        let share = |total: Decimal, share: &BudgetShare| {
            let paid = self.paid(&share.obligation, reports.clone());
            let (party, obligation) = (share.party.clone(), share.obligation.clone());
            ShareStanding { party, percent: share.percent, amount: total.percent(share.percent), obligation, paid }
        };
        let budgets = self.text.budgets.iter().flat_map(|list| list.iter());
        let standing = budgets.map(|budget| BudgetStanding {
            id: budget.id.clone(),
            title: budget.title.to_string(),
            total: budget.total,
            shares: budget.shares.iter().map(|one| share(budget.total, one)).collect(),
        });
        standing.collect()
    }

    /// What was reported as paid, and accepted, of a promise of money and of what others took over of it.
    fn paid<'a>(&self, origin: &Slug, reports: impl Iterator<Item = &'a Claim>) -> Decimal {
        let accepted = reports.filter(|claim| matches!(claim.stage, Stage::Accepted { .. }));
        let values = accepted.filter(|claim| self.stems_from(&claim.obligation, origin)).filter_map(|claim| claim.value);
        Decimal::of_ten_thousandths(values.map(Decimal::ten_thousandths).fold(0, i128::saturating_add))
    }

    /// What each party said that it is able to, beside what it promises: that it promises nothing shows.
    pub fn declared_capacity(&self) -> Vec<CapacityStanding> {
        let parties = self.text.parties.iter();
        let declared =
            parties.flat_map(|party| party.capacity.iter().flat_map(|list| list.iter()).map(move |one| (&party.institution, one)));
        let standing = declared.map(|(party, declared)| {
            let same = |unit: &str| unit.eq_ignore_ascii_case(declared.unit.as_str()) || is_euro(unit) && is_euro(declared.unit.as_str());
            let own = self.text.obligations.iter().filter(|promise| promise.debtor == *party);
            let promised = own.filter_map(|promise| Some((promise, promise.target.as_ref().filter(|target| same(target.unit.as_str()))?)));
            let promised = promised.map(|(promise, target)| {
                let endless = matches!(&promise.when, When::Rhythm { rule } if self.text.period.is_endless(rule));
                let whole = || target.value.ten_thousandths().max(0).saturating_mul(times(&promise.when, &self.text.period) as i128);
                (!endless).then(whole)
            });
            CapacityStanding {
                party: party.clone(),
                indicator: declared.indicator.to_string(),
                unit: declared.unit.to_string(),
                declared: declared.value,
                promised: promised.sum::<Option<i128>>().map(Decimal::of_ten_thousandths),
            }
        });
        standing.collect()
    }
}
