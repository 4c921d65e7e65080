//! Whole lives in memory, thousands of them: after each entry nobody is out without a recorded way out, every clause that is not finally
//! met has a bound debtor, no minister's statement changed a local agreement; and from scratch equals step by step.
//!
//! `CONVENANT_LIVES_SEEDS=N` lives so many, and `CONVENANT_LIVES_SEED=S` one again that has failed.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use harness::dice::Dice;
use harness::lives::coverage::Coverage;
use harness::lives::watch::{Watch, whole};
use harness::lives::{LEANINGS, Life, Setting, Told};
use harness::memory::Memory;
use harness::{Audit, Door, Town};
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Parsed, Type};
use ledger::words::Instant;

/// Lives when nothing else is asked for, and the acts of each; others answer them at once, which comes on top.
const LIVES: u64 = 1_000;
const ACTS: u64 = 20;
/// Ledgers in which lives begin.
const BEGINNINGS: u64 = 24;
/// So often the ledger and the one who watches it are compared as a whole.
const EVERY: u64 = 10;
/// One life in so many is told again from its genesis: to its end, and to instants of its past.
const SCRATCH: u64 = 4;
/// Days that pass after an act, in a quick life and in a slow one.
const PAUSES: [&[i64]; 3] = [&[0, 0, 1, 2, 5], &[0, 1, 3, 7, 14], &[0, 2, 6, 15, 40]];

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

/// A ledger with what was said before a life begins, and somebody who has watched that: a local one, by the newest rules or by the first, or a national one.
fn beginning(number: u64) -> (Life<Memory>, Watch) {
    let at = |text: &str| -> Instant { text.parse().unwrap() };
    let (town, setting) = match number % 6 {
        0 => (Town::national(at("2007-01-02T09:00:00Z")), Setting::National),
        1 => (Town::by_first_rules(at("2006-01-02T09:00:00Z")), Setting::Local),
        _ => (Town::in_memory(at("2006-01-02T09:00:00Z")), Setting::Local),
    };
    let mut life = Life::new(town, setting, number);
    life.settle_in();
    if number % 6 == 2 {
        life.get_stuck();
    }
    let watch = Watch::begin(&life.town.door, setting).unwrap();
    (life, watch)
}

/// One life; gives what it came to, or what is wrong.
fn live(life: &mut Life<Memory>, mut watch: Watch, seed: u64) -> Result<Coverage, String> {
    let mut stood: Vec<(Instant, Audit)> = Vec::new();
    let pauses = PAUSES[(seed / LEANINGS.len() as u64 % 3) as usize];
    for n in 0..ACTS {
        life.act();
        watch.see(&life.town.door)?;
        if life.dice.roll(ACTS) == 0 {
            stood.push((life.town.door.now(), life.town.door.audit().clone()));
        }
        let before = life.town.door.now();
        life.pass(pauses);
        // What is said at the very instant is of that instant as well.
        stood.retain(|(at, _)| *at < before || *at < life.town.door.now());
        watch.see(&life.town.door)?;
        if n % EVERY == 0 {
            whole::same(life.town.door.audit(), watch.audit(), "step by step")?;
        }
    }
    let (log, now) = (life.town.door.log(), life.town.door.now());
    whole::same(life.town.door.audit(), watch.audit(), "step by step")?;
    whole::is_kept(life.town.door.audit())?;
    if seed.is_multiple_of(SCRATCH) {
        whole::replayed(log, now, life.town.door.audit())?;
        stood.iter().try_for_each(|(at, audit)| whole::replayed(log, *at, audit))?;
    }
    let mut coverage = Coverage { ways_out: watch.ways_out().clone(), ..Coverage::default() };
    coverage.see(life);
    Ok(coverage)
}

/// The same; who sees it fail is told the acts and how to see them again.
fn told(beginnings: &[(Life<Memory>, Watch)], seed: u64) -> Result<Coverage, Failed> {
    let (mut life, watch) = beginnings[(seed % BEGINNINGS) as usize].clone();
    // Seeds that lie apart: dice of neighbours would throw each other's numbers.
    life.dice = Dice(Dice(seed).roll(u64::MAX));
    life.leaning = LEANINGS[(seed % LEANINGS.len() as u64) as usize];
    let outcome = catch_unwind(AssertUnwindSafe(|| live(&mut life, watch, seed)));
    let wrong = match outcome {
        Ok(Ok(coverage)) => return Ok(coverage),
        Ok(Err(wrong)) => wrong,
        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned()),
    };
    let acts: Vec<String> = life.told.iter().map(line).collect();
    let again = format!("life {seed}; again with: CONVENANT_LIVES_SEED={seed} cargo test --workspace --test it lives");
    Err(Failed { seed, whole: format!("{}\n{wrong}\n{again}", acts.join("\n")), wrong })
}

/// A life that failed.
#[derive(Debug)]
struct Failed {
    seed: u64,
    wrong: String,
    whole: String,
}

fn line(told: &Told) -> String {
    let said = Parsed::parse(&told.sent).map(|parsed| String::from_utf8_lossy(&parsed.statement().to_payload()).into_owned());
    format!("{} {} {} -> {:?}", told.at, told.kind.code(), said.unwrap_or_else(|refusal| refusal.to_string()), told.answer)
}

/// Types that lives never have accepted, or never refused, and causes that never come, each with the reason.
const NEVER_ACCEPTED: [(Type, &str); 0] = [];
const NEVER_REFUSED: [(Type, &str); 0] = [];
const NEVER_FLAGGED: [(&str, &str); 0] = [];

/// That what is on the list did not occur, and the rest did.
fn check_covered<K: Ord + std::fmt::Debug>(what: &str, all: impl Iterator<Item = K>, seen: impl Fn(&K) -> bool, never: &BTreeSet<K>) {
    let (occurred, missing): (Vec<K>, Vec<K>) = all.partition(seen);
    let wrong: Vec<&K> = missing.iter().filter(|one| !never.contains(one)).collect();
    assert!(wrong.is_empty(), "never {what}: {wrong:?}");
    let stale: Vec<&K> = occurred.iter().filter(|one| never.contains(one)).collect();
    assert!(stale.is_empty(), "{what}, though listed as never: {stale:?}");
}

#[test]
fn whole_lives_hold_after_every_step() {
    let beginnings: Vec<(Life<Memory>, Watch)> = (0..BEGINNINGS).map(beginning).collect();
    if let Some(seed) = number("CONVENANT_LIVES_SEED") {
        told(&beginnings, seed).unwrap_or_else(|failed| panic!("{}", failed.whole));
        return;
    }
    let lives = number("CONVENANT_LIVES_SEEDS").unwrap_or(LIVES);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let work = |first: u64| {
        let (mut sum, mut failed) = (Coverage::default(), Vec::new());
        for seed in (first..lives).step_by(workers as usize) {
            match told(&beginnings, seed) {
                Ok(coverage) => sum.add(&coverage),
                Err(one) => failed.push(one),
            }
        }
        (sum, failed)
    };
    let (mut sum, mut failed) = (Coverage::default(), Vec::new());
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = (0..workers).map(|first| scope.spawn(move || work(first))).collect();
        for worker in running {
            let (coverage, wrong) = worker.join().unwrap();
            sum.add(&coverage);
            failed.extend(wrong);
        }
    });
    failed.sort_by_key(|failed| failed.whole.len());
    if let Some(shortest) = failed.first() {
        let lines: Vec<String> =
            failed.iter().map(|one| format!("{}: {}", one.seed, one.wrong.lines().next().unwrap_or_default())).collect();
        panic!("{}\n{} of {lives} lives failed:\n{}", shortest.whole, failed.len(), lines.join("\n"));
    }
    println!("accepted: {:?}\nrefused: {:?}\nflags: {:?}\nways out: {:?}", sum.accepted, sum.refused, sum.flags, sum.ways_out);
    let count = |of: &std::collections::BTreeMap<Type, u64>, kind: &Type| of.get(kind).copied().unwrap_or_default();
    let never = |list: &[(Type, &str)]| list.iter().map(|(kind, _)| *kind).collect();
    check_covered("accepted", Type::ALL.iter().copied(), |kind| count(&sum.accepted, kind) > 0, &never(&NEVER_ACCEPTED));
    check_covered("refused", Type::ALL.iter().copied(), |kind| count(&sum.refused, kind) > 0, &never(&NEVER_REFUSED));
    let never: BTreeSet<&str> = NEVER_FLAGGED.iter().map(|(cause, _)| *cause).collect();
    check_covered("flagged", Cause::CODES.iter().copied(), |cause| sum.flags.contains_key(cause), &never);
    let ways = ["withdrawal", "expulsion", "last day", "dissolution", "successor"];
    check_covered("gone", ways.into_iter(), |way| sum.ways_out.get(way).is_some_and(|count| *count > 10), &BTreeSet::new());
}
