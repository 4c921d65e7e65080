//! Each life as a table: what every event does in every state, and what is refused there. A new state breaks the build.

use harness::memory::Memory;
use harness::story::tell;
use harness::{Answer, Door, Town, words};
use ledger::lives::escalation::CaseStage;
use ledger::lives::obligation::Standing;
use ledger::lives::parts::{Part, PartId};
use ledger::lives::report::Stage;

const HOMES: &str = "text homes\n  parties municipality corporation police welfare\n  \
                     obligation it by corporation for welfare effort on 2006-06-01\nin force: homes\n";

/// A state: its name, and the lines that lead to it.
type Row = (&'static str, &'static str);
/// An event: its name, and the lines that make it happen; `clock DAY` turns the clock.
type Column = (&'static str, &'static str);

/// Says the lines of an event; the rule that refused one of them, if one did.
fn happen(town: &mut Town<Memory>, lines: &str) -> Option<String> {
    for line in lines.split("; ") {
        let all: Vec<&str> = line.split_whitespace().collect();
        town.answer = None;
        match all.as_slice() {
            ["clock", day] => town.door.advance(day.parse::<ledger::words::Day>().unwrap().start().plus_millis(12 * 3_600_000), true),
            [who, act @ ..] => words::act(town, who, act).unwrap(),
            [] => {}
        }
        if let Some(Answer::Refused(said)) = &town.answer {
            return Some(said[0].code.clone());
        }
    }
    None
}

fn part(town: &Town<Memory>, id: &PartId) -> Part {
    let agreement = "homes".parse().unwrap();
    town.door.audit().part(&agreement, id).unwrap_or_else(|| panic!("there is no {id}")).clone()
}

/// Every state by every event, as text: one line a state, `!` before the rule of a refusal.
fn table(rows: &[Row], columns: &[Column], state: impl Fn(&Town<Memory>) -> String) -> String {
    let mut text = String::new();
    for (name, before) in rows {
        let begin = Town::in_memory("2006-01-02T09:00:00Z".parse().unwrap());
        let story = tell(begin, &format!("{HOMES}{}", before.replace("; ", "\n"))).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(state(&story.town), *name, "the lines lead to another state");
        text.push_str(&format!("{name}\n"));
        for (event, lines) in columns {
            let mut town = story.town.clone();
            let cell = happen(&mut town, lines).map_or_else(|| state(&town), |rule| format!("!{rule}"));
            text.push_str(&format!("  {event}: {cell}\n"));
        }
    }
    text
}

/// Compares with the table that is kept beside this file; `UPDATE=1` writes it, and a person reads what changed.
fn same(name: &str, is: &str) {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/tables/{name}.txt"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, is).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == is, "{} says otherwise:\n{is}", path.display());
}

fn all_named<'a>(codes: &[&str], rows: impl Iterator<Item = &'a Row>) {
    let rows: Vec<&str> = rows.map(|(name, _)| name.split_whitespace().next().unwrap()).collect();
    codes.iter().for_each(|code| assert!(rows.contains(code), "no row for {code}"));
}

/// The word for each standing; a new one does not compile until it has a row.
const fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Overdue { .. } => "overdue",
        Standing::Breached { .. } => "breached",
        Standing::Fulfilled { .. } => "fulfilled",
        Standing::Cured { .. } => "cured",
        Standing::Released { .. } => "released",
        Standing::HandedOver { .. } => "handed-over",
    }
}

#[test]
fn a_due_date_in_every_state() {
    let rows: [Row; 10] = [
        ("open", ""),
        ("open reported", "corporation reports it 2006-06-01 as r"),
        ("overdue", "day 2006-06-02"),
        ("overdue reported", "day 2006-06-02; corporation reports it 2006-06-01 as r"),
        ("breached", "day 2006-06-03"),
        ("breached reported", "day 2006-06-03; corporation reports it 2006-06-01 as r"),
        ("fulfilled", "corporation reports it 2006-06-01 as r; welfare accepts r"),
        ("cured", "day 2006-06-03; corporation reports it 2006-06-01 as r; welfare accepts r"),
        ("released", "welfare releases it 2006-06-01 as free; municipality consents to free"),
        ("handed-over", "corporation hands it to police anew that as over; police consents to over"),
    ];
    let columns: [Column; 8] = [
        ("report", "corporation reports it 2006-06-01"),
        ("report by another", "police reports it 2006-06-01"),
        ("report accepted", "welfare accepts r"),
        ("report turned down", "welfare disputes r; corporation concedes r"),
        ("release", "welfare releases it 2006-06-01 as out; municipality consents to out"),
        ("handover", "corporation hands it to police anew new as h; police consents to h"),
        ("finding", "welfare found it broken on 2006-03-01"),
        ("clock", "clock 2006-06-07"),
    ];
    all_named(&["open", "overdue", "breached", "fulfilled", "cured", "released", "handed-over"], rows.iter());
    let state = |town: &Town<Memory>| {
        let Part::Instance(instance) = part(town, &PartId::Instance("it".parse().unwrap(), "2006-06-01".parse().unwrap())) else {
            unreachable!()
        };
        let reported = if instance.claim.is_some() { " reported" } else { "" };
        format!("{}{reported}", standing(&instance.standing))
    };
    same("instance", &table(&rows, &columns, state));
}

/// The word for each stage of a report; a new one does not compile until it has a row.
const fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Awaiting { .. } => "awaiting",
        Stage::Unanswered { .. } => "unanswered",
        Stage::Disputed { .. } => "disputed",
        Stage::ForRuling { .. } => "for-ruling",
        Stage::RulingMissing { by: None, .. } => "ruling-missing",
        Stage::RulingMissing { by: Some(_), .. } => "ruling-missing disputed",
        Stage::Accepted { .. } => "accepted",
        Stage::Rejected { .. } => "rejected",
        Stage::Overtaken { .. } => "overtaken",
    }
}

#[test]
fn a_report_in_every_state() {
    let rows: [Row; 9] = [
        ("awaiting", "corporation reports it 2006-06-01 as r"),
        ("unanswered", "corporation reports it 2006-06-01 as r; day 2006-03-16"),
        ("disputed", "corporation reports it 2006-06-01 as r; welfare disputes r"),
        ("for-ruling", "corporation reports it 2006-06-01 as r; welfare disputes r; corporation maintains r"),
        ("ruling-missing", "corporation reports it 2006-06-01 as r; day 2006-03-31"),
        ("ruling-missing disputed", "corporation reports it 2006-06-01 as r; welfare disputes r; day 2006-03-31"),
        ("accepted", "corporation reports it 2006-06-01 as r; welfare accepts r"),
        ("rejected", "corporation reports it 2006-06-01 as r; welfare disputes r; corporation concedes r"),
        ("overtaken", "corporation reports it 2006-06-01 as r; welfare releases it 2006-06-01 as out; municipality consents to out"),
    ];
    let columns: [Column; 10] = [
        ("accepted", "welfare accepts r"),
        ("accepted by the debtor", "corporation accepts r"),
        ("disputed", "welfare disputes r"),
        ("maintained", "corporation maintains r"),
        ("conceded", "corporation concedes r"),
        ("dispute taken back", "welfare retracts r"),
        ("found fulfilled", "municipality rules r fulfilled"),
        ("found not fulfilled", "municipality rules r not-fulfilled"),
        ("released", "welfare releases it 2006-06-01 as free; municipality consents to free"),
        ("clock", "clock 2006-04-03"),
    ];
    all_named(&["awaiting", "unanswered", "disputed", "for-ruling", "ruling-missing", "accepted", "rejected", "overtaken"], rows.iter());
    let state = |town: &Town<Memory>| {
        let Part::Claim(claim) = part(town, &PartId::Claim(town.named["r"])) else { unreachable!() };
        stage(&claim.stage).to_owned()
    };
    same("report", &table(&rows, &columns, state));
}

/// The word for each stage of a case; a new one does not compile until it has a row.
const fn case_stage(stage: &CaseStage) -> &'static str {
    match stage {
        CaseStage::Notice { ruling_until: None, .. } => "notice",
        CaseStage::Notice { ruling_until: Some(_), .. } => "notice contested",
        CaseStage::Level1 { .. } => "level-1",
        CaseStage::Level2 { .. } => "level-2",
        CaseStage::LastChance { .. } => "last-chance",
        CaseStage::Level3 { .. } => "level-3",
        CaseStage::Answered { .. } => "answered",
        CaseStage::Closed { .. } => "closed",
    }
}

#[test]
fn a_case_in_every_state() {
    let rows: [Row; 8] = [
        ("notice", "day 2006-06-03"),
        ("notice contested", "day 2006-06-03; corporation answers case 1 contested"),
        ("level-1", "day 2006-06-21"),
        ("level-2", "day 2006-06-21; municipality finds case 1 up"),
        ("last-chance", "day 2006-06-21; municipality finds case 1 up; municipality reaches in case 1 up"),
        ("level-3", "day 2006-06-21; municipality asks help in case 1 extra-powers asked"),
        ("answered", "day 2006-06-21; municipality asks help in case 1 extra-powers asked; ministry decides case 1 no-action"),
        ("closed", "day 2006-06-21; municipality finds case 1 settled"),
    ];
    let columns: [Column; 17] = [
        ("acknowledged", "corporation answers case 1 acknowledged"),
        ("contested", "corporation answers case 1 contested"),
        ("upheld", "municipality finds case 1 upheld"),
        ("excused", "municipality finds case 1 excused 2006-12-01"),
        ("settled", "municipality finds case 1 settled"),
        ("settled by the debtor", "corporation finds case 1 settled"),
        ("new date", "municipality finds case 1 new-date 2006-12-01 as d; welfare consents to d"),
        ("up", "municipality finds case 1 up"),
        ("boards settle", "municipality reaches in case 1 settled as b; corporation consents to b"),
        ("boards up", "municipality reaches in case 1 up"),
        ("help asked", "municipality asks help in case 1 extra-powers asked"),
        ("answer of the ministry", "ministry decides case 1 no-action"),
        ("referred", "ministry decides case 1 refer to=education"),
        ("followed up", "municipality closes case 1"),
        ("put right", "corporation reports it 2006-06-01 as late; welfare accepts late"),
        ("released", "welfare releases it 2006-06-01 as free; municipality consents to free"),
        ("clock", "clock 2006-09-15"),
    ];
    all_named(&["notice", "level-1", "level-2", "last-chance", "level-3", "answered", "closed"], rows.iter());
    let state = |town: &Town<Memory>| {
        let Part::Case(case) = part(town, &PartId::Case(1)) else { unreachable!() };
        case_stage(&case.stage).to_owned()
    };
    same("case", &table(&rows, &columns, state));
}
