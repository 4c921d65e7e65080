//! What is paid together and by whom (L33), and what parties said that they are able to beside what they promise (L53).

use ledger::lives::budget::{BudgetStanding, CapacityStanding, ShareStanding};
use maud::{Markup, html};

use super::super::names::Names;
use super::super::numbers::decimal;
use super::super::visit::Visit;
use super::super::words::Arg;
use crate::listing::AgreementView;

pub(super) fn show(visit: &Visit, names: &Names, view: &AgreementView) -> Markup {
    let (words, budgets, declared) = (visit.words, view.budgets(), view.life.declared_capacity());
    html! {
        @if !budgets.is_empty() {
            section {
                h2 { (words.say("agreement-budgets")) }
                ul.lines { @for budget in &budgets { li { (paid_together(visit, names, budget)) } } }
            }
        }
        @if !declared.is_empty() {
            section {
                h2 { (words.say("agreement-capacity")) }
                ul.lines { @for one in &declared { li { (able_to(visit, names, one)) } } }
            }
        }
    }
}

fn paid_together(visit: &Visit, names: &Names, budget: &BudgetStanding) -> Markup {
    let words = visit.words;
    let number = |value| decimal(visit.words.language, value);
    html! {
        p { strong { (words.with("budget", &[("title", budget.title.as_str().into()), ("total", number(budget.total).into())])) } }
        ul { @for one in &budget.shares { li { (words.with("budget-share", &share(visit, names, one))) } } }
    }
}

fn share<'a>(visit: &Visit, names: &'a Names, share: &'a ShareStanding) -> [(&'static str, Arg<'a>); 5] {
    let number = |value| decimal(visit.words.language, value);
    [
        ("who", names.get(&share.party).into()),
        ("percent", number(share.percent).into()),
        ("amount", number(share.amount).into()),
        ("paid", number(share.paid).into()),
        ("obligation", share.obligation.as_str().into()),
    ]
}

fn able_to(visit: &Visit, names: &Names, one: &CapacityStanding) -> Markup {
    let number = |value| decimal(visit.words.language, value);
    let mut said = vec![
        ("who", names.get(&one.party).into()),
        ("indicator", one.indicator.as_str().into()),
        ("declared", number(one.declared).into()),
        ("unit", one.unit.as_str().into()),
    ];
    said.extend(one.promised.map(|promised| ("promised", number(promised).into())));
    let key = if one.promised.is_some() { "capacity-declared" } else { "capacity-endless" };
    html! { p { (visit.words.with(key, &said)) } }
}
