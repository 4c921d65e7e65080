//! What one institution can do alone, whatever it says and however long it waits, never frees it (L01).

use harness::dice::Dice;
use harness::memory::Memory;
use harness::story::tell;
use harness::texts;
use harness::verbs::false_because;
use harness::{Answer, Door, Town};
use ledger::envelope::Parsed;
use ledger::envelope::statement::flag::{Cause, Ending};
use ledger::envelope::statement::mandate::MandatedAct;
use ledger::lives::agreement::{Agreement, State};
use ledger::lives::obligation::Settled;
use ledger::lives::offer::OfferKind;
use ledger::lives::suspension::Pause;
use ledger::words::{Day, Hash, Slug};
use serde_json::{Value, json};

/// Sequences; each of a dozen acts, valid and invalid, with the clock running in between.
const SEQUENCES: u64 = 10_000;
const ACTS: u64 = 12;

fn base() -> Town<Memory> {
    base_with("")
}

/// With a further obligation.
fn base_with(further: &str) -> Town<Memory> {
    let text = format!(
        "text homes\n  parties municipality corporation police\n  obligation upkeep by corporation effort every FREQ=MONTHLY\n  \
                obligation paint by corporation effort on 2006-06-01\n  obligation tidy by corporation effort on 2006-05-01 tacit\n  \
                obligation guard by corporation effort after event unrest by police within 5 days\n  \
                obligation more by corporation effort after fulfilment paint within 5 days\n  \
                obligation light by corporation effort on 2010-02-26 kept\n  \
                obligation grant by municipality result 10 euro on 2006-05-01 money\n  \
                obligation play by corporation effort on 2006-05-08 costs 10 from grant=10\n  \
                set /suspension {{\"holder\":\"corporation\",\"maxDays\":100}}\n  \
                set /expulsion {{\"majority\":\"more-than-half\"}}\n{further}in force: homes\n"
    );
    tell(Town::in_memory("2006-01-02T09:00:00Z".parse().unwrap()), &text).unwrap().town
}

/// The same, where all others let it sign whatever can be signed in their name.
fn trusted() -> Town<Memory> {
    // Something that it may well report on for another.
    let patrol = "  obligation patrol by police effort every FREQ=MONTHLY\n";
    let (mut town, acts) = (base_with(patrol), MandatedAct::ALL.iter().map(|act| act.code()).collect::<Vec<_>>().join(","));
    for principal in ["municipality", "police"] {
        let answer = town.actor(principal).mandate("corporation", &[&format!("acts={acts}")]).unwrap();
        assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}");
    }
    town
}

fn act(town: &mut Town<Memory>, dice: &mut Dice, n: u64) -> Answer {
    let is_trusted = !town.door.audit().institutions().all(|institution| institution.mandates.is_empty());
    let others = if is_trusted && dice.roll(2) == 0 { Some(dice.one(&["patrol", "grant"])) } else { None };
    let obligation = others.unwrap_or_else(|| dice.one(&["upkeep", "paint", "tidy", "guard", "more", "light", "play", "nothing"]));
    let due = dice.one(&["2006-04-01", "2006-05-01", "2006-06-01", "2006-07-01", "2006-05-08", "2010-02-26"]);
    let case = 1 + dice.roll(4) as u32;
    let offer = format!("act-{}", dice.roll(n + 1));
    let date = dice.one(&["2006-03-02", "2006-10-01", "2007-03-01", "2008-01-01"]);
    let plan = dice.one(&["fulfil", "release", "unresolved", "hand-over:police", "hand-over:corporation"]);
    town.unusual.name = Some(format!("act-{n}"));
    if dice.roll(12) == 0 {
        // In another's name, with its own key.
        town.unusual.by = Some(dice.one(&["municipality", "police", "gateway"]).to_owned());
    }
    if is_trusted {
        let other = dice.one(&["municipality", "police", ""]);
        town.unusual.on_behalf_of = (!other.is_empty()).then(|| other.to_owned());
    }
    // The flag of a breach of it, if there is one.
    let is_breach = |cause: &Cause| matches!(cause, Cause::Breached { obligation: id, .. } if id.as_str() == obligation);
    let flag = town.door.audit().flags().iter().rev().find(|(_, flag)| is_breach(&flag.cause)).map_or(1, |(entry, _)| *entry);
    let corporation = town.corporation();
    match dice.roll(49) {
        0 | 1 | 34 | 47 | 48 => {
            let all = ["upkeep", "paint", "tidy", "guard", "more", "light", "play"].map(|id| (id, plan));
            corporation.withdraw(date, &all)
        }
        2 => corporation.withdraw(date, &[("upkeep", plan)]),
        3 => corporation.revoke_withdrawal(),
        4 => corporation.release(obligation, &[]),
        5 => corporation.release(obligation, &[due]),
        6 => corporation.hand_over(obligation, dice.one(&["police", "corporation", "school"]), "elsewhere"),
        7 | 8 => corporation.report(obligation, &[due], None, &["proof"]),
        9 => corporation.report(obligation, &[due], None, &[]),
        10 => corporation.accept(&offer),
        11 => corporation.consent(&offer),
        12 => corporation.rule_on_report(&offer, "fulfilled"),
        13 => corporation.answer_dispute(&offer, "maintained"),
        14 => corporation.answer_breach(case, dice.one(&["acknowledged", "contested", "force-majeure"])),
        15 => corporation.rule_on_case(case, dice.one(&["settled", "excused", "new-date"]), Some(date)),
        16 => corporation.board_outcome(case, dice.one(&["settled", "new-date"]), Some(date)),
        17 => corporation.revoke_key("corporation"),
        18 => corporation.answer_as_ministry(case, "no-action", json!({})),
        19 => corporation.record_event("unrest", due),
        20 => corporation.find(obligation, due),
        21 => corporation.amend("homes", vec![softer(obligation)]),
        22 => corporation.amend("homes", vec![json!({ "kind": "director", "party": "corporation" }), softer(obligation)]),
        23 => corporation.take_position(case, "refuses"),
        24 => match dice.roll(3) {
            0 => corporation.route(&[("housing", "education")]),
            1 => corporation.accept_ledger(&harness::national::log_key(true).verifier().to_string()),
            _ => corporation.request_support(Some(case), "extra-powers", json!({ "asked": "To be let off" })),
        },
        25 | 26 => corporation.suspend(date, dice.one(&["power", "power", "all-parties"])),
        27 => corporation.resume(),
        38 => corporation.expel(dice.one(&["corporation", "police", "municipality"]), &[("grant", "stays-due")]),
        39 => corporation.expel("corporation", &["upkeep", "paint", "tidy", "guard", "more", "light", "play"].map(|id| (id, "release"))),
        40 | 41 => corporation.give_view(&offer),
        37 => corporation.accede("homes", date, vec![softer("other")["obligation"].clone()]),
        35 | 36 => {
            let rest = dice.one(&["release", "stays-due"]);
            let all = ["upkeep", "paint", "tidy", "guard", "more", "light", "play", "grant"].map(|id| (id, rest));
            corporation.dissolve("homes", &all)
        }
        42 => {
            town.unusual.name = Some("homes2".into());
            town.corporation().propose(after_it())
        }
        43 => corporation.consent("homes2"),
        45 => corporation.go_over("corporation", dice.one(&["police", "municipality"]), "merger", "2006-03-01"),
        46 => corporation.take_place(dice.one(&["corporation", "police"]), &offer),
        44 => {
            let to = dice.one(&["continues:light", "release"]);
            let all = ["upkeep", "paint", "tidy", "guard", "more", "light", "play", "grant"].map(|id| (id, to));
            corporation.succeed("homes", "homes2", &all)
        }
        28 => corporation.annul(obligation, due, flag, false_because(&["holiday", due]).unwrap()),
        29 => corporation.annul(obligation, due, flag, false_because(&["reading", date]).unwrap()),
        30 => corporation.annul(obligation, due, flag, false_because(&["clock", "2006-03-02T09:00:00Z", "anew", date]).unwrap()),
        31 => corporation.decline(dice.one(&["homes", &offer])),
        32 => corporation.take_back(dice.one(&["homes", &offer])),
        _ => corporation.close_case(case),
    }
}

/// A text that comes in its place: a proposal is everybody's to make.
fn after_it() -> Value {
    let light = "obligation light by corporation effort on 2010-02-26";
    let lines = ["parties municipality corporation police", "period 2006-03-02 2010-12-31", "set /predecessors [\"homes\"]", light];
    texts::proposal("homes2", &lines.map(ToOwned::to_owned)).unwrap()
}

/// The same promise, due at the very end: what one who wants to be free would propose.
fn softer(obligation: &str) -> Value {
    json!({ "kind": "obligation", "obligation": {
        "id": obligation, "debtor": "corporation", "what": "Something that is hardly anything at all", "strength": "effort",
        "when": { "kind": "date", "date": "2010-02-26" }, "evidence": [{ "kind": "proof", "title": "A proof of it" }], "goals": ["liveable"],
        "tacitAcceptance": true } })
}

/// What sequences came to, so that none of it is true of nothing.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    unresolved: usize,
    suspended: usize,
    annulments: usize,
    dissolutions: usize,
    successions: usize,
    for_others: usize,
}

fn ends_with_successor(kind: &OfferKind) -> bool {
    matches!(kind, OfferKind::Dissolution(body) if body.successor.is_some())
}

/// One sequence of acts, and what must hold after it.
fn sequence(town: &Town<Memory>, version: Hash, seed: u64, tally: &mut Tally) {
    let (mut town, mut dice) = (town.clone(), Dice(seed));
    for n in 0..ACTS {
        match act(&mut town, &mut dice, n) {
            Answer::Accepted(_) | Answer::Repeat(_) => tally.accepted += 1,
            Answer::Refused(_) => tally.refused += 1,
        }
        let days = [0, 0, 1, 5, 20, 60][dice.roll(6) as usize];
        let to = town.door.now().plus_millis(days * 24 * 3_600_000);
        town.door.advance(to, dice.roll(4) > 0);
    }
    let agreement = town.door.audit().agreements().find(|agreement| agreement.head.id.as_str() == "homes").unwrap();
    assert_eq!(agreement.head.version, version, "seed {seed}: another text without anybody's word");
    check_bound(agreement, seed);
    check_suspension(agreement, seed, tally);
    let breaches = || agreement.instances.values().flat_map(|instance| &instance.breaches);
    let annulled = breaches().any(|breach| breach.settled.as_ref().is_some_and(|settlement| settlement.how == Settled::Annulled));
    assert!(!annulled, "seed {seed}: a breach annulled without anybody's word");
    tally.annulments += usize::from(agreement.offers.values().any(|offer| offer.kind.code() == "annulment"));
    tally.dissolutions += usize::from(agreement.offers.values().any(|offer| offer.kind.code() == "dissolution"));
    tally.successions += usize::from(agreement.offers.values().any(|offer| ends_with_successor(&offer.kind)));
    tally.unresolved += usize::from(agreement.leaves.values().any(|leave| leave.stage.code() == "unresolved"));
}

/// It is bound, and owes what it owed. Only what the others agreed beforehand to accept by silence can be met without
/// them, by a complete report.
fn check_bound(agreement: &Agreement, seed: u64) {
    let who: Slug = "corporation".parse().unwrap();
    let lasts = match &agreement.head.state {
        State::InForce { .. } | State::Suspended { .. } => true,
        State::Ended { outcome, .. } => !matches!(outcome, Ending::Dissolved | Ending::Succeeded),
        State::Proposed | State::Signed { .. } | State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => false,
    };
    assert!(lasts, "seed {seed}: ended without anybody's word");
    assert!(agreement.bound_party(&who).is_ok(), "seed {seed}: out without anybody's word");
    assert_eq!(agreement.bound().count(), 3, "seed {seed}: another out without anybody's word");
    let unmet = agreement.unmet(&who);
    for obligation in ["upkeep", "paint", "guard", "more", "light", "play"] {
        assert!(unmet.iter().any(|id| id.as_str() == obligation), "seed {seed}: free of {obligation}");
    }
}

/// Its power to suspend ends: what it used, with what it has announced, is within what all signed.
fn check_suspension(agreement: &Agreement, seed: u64, tally: &mut Tally) {
    let announced = |pause: &Pause| pause.until.plus_days(1).days_since(Day::of(pause.since.at));
    let days = i64::from(agreement.head.power_days) + agreement.pause().map_or(0, announced);
    assert!(days <= 100, "seed {seed}: suspended for {days} days");
    tally.suspended += usize::from(days > 0);
}

#[test]
fn ten_thousand_sequences_by_one_institution_alone_never_free_it() {
    let town = base();
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let version = town.door.audit().agreements().next().unwrap().head.version;
    let work = |first: u64| {
        let (town, mut tally) = (town.clone(), Tally::default());
        (first..SEQUENCES).step_by(workers as usize).for_each(|seed| sequence(&town, version, seed, &mut tally));
        tally
    };
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = (0..workers).map(|first| scope.spawn(move || work(first))).collect();
        running.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    assert!(sum(|t| t.accepted) > 10_000 && sum(|t| t.refused) > 10_000 && sum(|t| t.unresolved) > 50, "{tallies:?}");
    assert!(sum(|t| t.suspended) > 200 && sum(|t| t.annulments) > 50 && sum(|t| t.dissolutions) > 50, "{tallies:?}");
    assert!(sum(|t| t.successions) > 25, "{tallies:?}");
}

/// With a mandate of everybody else for everything it can sign a great deal, and still not decide on what it owes itself (L05, L54).
#[test]
fn nor_does_one_that_may_sign_for_all_others_free_itself() {
    let (town, mut tally) = (trusted(), Tally::default());
    for seed in 0..SEQUENCES / 5 {
        let (mut town, mut dice) = (town.clone(), Dice(seed));
        for n in 0..ACTS {
            let answer = act(&mut town, &mut dice, n);
            // What cannot be read is nobody's act.
            let for_other = Parsed::parse(&town.sent).is_ok_and(|said| said.statement().on_behalf_of.is_some());
            match answer {
                Answer::Accepted(_) | Answer::Repeat(_) => tally.for_others += usize::from(for_other),
                Answer::Refused(said) => tally.refused += usize::from(said[0].code == "own-obligation"),
            }
            let days = [0, 0, 1, 5, 20, 60][dice.roll(6) as usize];
            let to = town.door.now().plus_millis(days * 24 * 3_600_000);
            town.door.advance(to, dice.roll(4) > 0);
        }
        let agreement = town.door.audit().agreements().find(|agreement| agreement.head.id.as_str() == "homes").unwrap();
        check_bound(agreement, seed);
        let breaches =
            || agreement.instances.values().filter(|instance| instance.debtor.as_str() == "corporation").flat_map(|i| &i.breaches);
        let let_off = |how: Settled| matches!(how, Settled::Annulled | Settled::Excused | Settled::Released | Settled::NewDate);
        let off = breaches().any(|breach| breach.settled.as_ref().is_some_and(|settlement| let_off(settlement.how)));
        assert!(!off, "seed {seed}: let off by its own hand");
    }
    assert!(tally.for_others > 250 && tally.refused > 500, "{tally:?}");
}
