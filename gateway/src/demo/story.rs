//! The story, from 15 February 2006 to 4 July 2007, week by week.

use std::path::Path;

use anyhow::{Context, ensure};
use ledger::envelope::Type;
use ledger::envelope::statement::genesis::Level;
use ledger::words::{Day, Hash, Instant};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::arrangement::{Completion, KOPPELPROJECT, WIJKCONVENANT, text};
use super::cast::{Letter, Paper};
use super::narrator::{Tally, flags, tell as line};
use super::tamper::change_a_consent;
use super::town::{Due, Town};
use crate::clock::StepClock;
use crate::command::Terminal;
use crate::command::audit::audit_ledger;
use crate::found::{NewLedger, found_ledger};
use crate::host::Host;
use crate::store::Store;

/// What the demo came to.
#[derive(Debug)]
pub struct Outcome {
    statements: u64,
    in_force: usize,
    breaches: usize,
    escalations: usize,
    tampered: u64,
    ledger: String,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { statements, in_force, breaches, escalations, tampered, ledger } = self;
        write!(
            f,
            "demo: {statements} statements, {in_force} agreements in force, {breaches} breaches, {escalations} escalations, \
             tampering detected at entry {tampered} of {ledger}"
        )
    }
}

/// Where the story plays.
pub struct Scene<'a> {
    /// Where the lines go.
    pub terminal: &'a mut Terminal,
    /// The runtime on which the gateway runs.
    pub runtime: &'a Runtime,
    /// The hands of its clock.
    pub clock: StepClock,
    towns: [Town; 2],
    tally: Tally,
    offer: Option<Hash>,
}

const BOSCH: usize = 0;
const ROTTERDAM: usize = 1;

impl<'a> Scene<'a> {
    /// Makes the institutions with their keys, and both ledgers from their registrations.
    pub fn set(terminal: &'a mut Terminal, runtime: &'a Runtime, folder: &Path, store: &Store, start: Instant) -> anyhow::Result<Self> {
        let institutions = folder.join("institutions");
        let towns =
            [Town::new(&institutions, "koppelproject-s-hertogenbosch", 10)?, Town::new(&institutions, "wijkconvenant-rotterdam", 20)?];
        for town in &towns {
            let new = NewLedger {
                origin: town.origin.clone(),
                level: Level::Local,
                owner: town.actor("municipality")?.registers(&town.origin, start)?,
                ministry: Some(town.actor("ministry")?.registers(&town.origin, start)?),
            };
            runtime.block_on(found_ledger(store, &folder.join("gateway-keys"), &new, start))?;
        }
        Ok(Self { terminal, runtime, clock: StepClock::at(start), towns, tally: Tally::default(), offer: None })
    }

    fn now(&self) -> Instant {
        crate::clock::Clock::Step(self.clock.clone()).now()
    }

    fn line(&mut self, town: usize, entry: Option<u64>, text: &str) -> anyhow::Result<()> {
        let (now, name) = (self.now(), self.towns[town].name.clone());
        line(self.terminal, now, &name, entry, text)
    }

    /// An institution says something that must be accepted; one line tells it.
    fn says(&mut self, town: usize, by: &str, kind: Type, body: &Value, papers: &[Paper], text: &str) -> anyhow::Result<Hash> {
        let (entry, hash) = self.towns[town].say(by, self.now(), kind, body, papers)?;
        self.line(town, Some(entry), text)?;
        Ok(hash)
    }

    /// An institution says something that is refused; one line tells by which rule, and what would be accepted.
    fn is_refused(&mut self, town: usize, by: &str, kind: Type, body: &Value, papers: &[Paper], text: &str) -> anyhow::Result<()> {
        let problem = self.towns[town].try_to(by, self.now(), kind, body, papers)?;
        self.line(town, None, &format!("{text}: geweigerd ({}). {}", problem.rule, problem.title_nl))?;
        for fault in problem.faults.iter().take(4) {
            self.line(town, None, &format!("    {} {}", fault.pointer, fault.detail))?;
        }
        Ok(())
    }

    /// Steps the clock, stopping at each instant at which something falls due: the gateway logs that by itself,
    /// and we read it back.
    fn advance(&mut self, host: &Host, to: Instant) -> anyhow::Result<()> {
        while let Some(due) = self.settled(host)?.filter(|due| *due <= to) {
            self.clock.set(due);
        }
        self.clock.set(to);
        self.settled(host)?;
        self.read_flags()
    }

    /// Tells what the clock caused in both ledgers, in the order in which it happened.
    fn read_flags(&mut self) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        for town in &mut self.towns {
            lines.extend(flags(town, &mut self.tally)?);
        }
        lines.sort_by_key(|line| line.at);
        lines.iter().try_for_each(|flag| line(self.terminal, flag.at, &flag.ledger, Some(flag.entry), &flag.text))
    }

    /// Waits until everything that is due now is in the logs; gives the instant at which the next thing is.
    fn settled(&self, host: &Host) -> anyhow::Result<Option<Instant>> {
        let now = self.now();
        let mut next = None::<Instant>;
        for town in &self.towns {
            let handle = host.ledger(&town.name).context("the ledger is served")?;
            let due = self.runtime.block_on(async {
                loop {
                    handle.settled().await?;
                    match host.store.earliest_due(handle.row.id).await? {
                        Some(due) if due <= now => tokio::time::sleep(std::time::Duration::from_micros(500)).await,
                        due => return anyhow::Ok(due),
                    }
                }
            })?;
            next = next.into_iter().chain(due).min();
        }
        Ok(next)
    }
}

/// Tells the whole story against a running gateway, and ends with the audit.
pub fn tell(mut scene: Scene<'_>, host: &Host, url: &str, database: &Path) -> anyhow::Result<Outcome> {
    for town in &mut scene.towns {
        town.connect(url)?;
    }
    scene.opening()?;
    let (mut day, last): (Day, Day) = (parse("2006-03-01")?, parse("2007-07-04")?);
    while day <= last {
        // Each Wednesday at nine in the morning, the last day of the weekly duties.
        scene.advance(host, day.start().plus_millis(9 * 3_600_000))?;
        for town in [BOSCH, ROTTERDAM] {
            scene.routine(town, day)?;
        }
        scene.turn_of(&day.to_string())?;
        day = day.plus_days(7);
    }
    scene.ending(database)
}

fn parse(day: &str) -> anyhow::Result<Day> {
    day.parse().map_err(|_| anyhow::anyhow!("{day} is no day"))
}

fn details(town: usize) -> &'static Completion {
    if town == BOSCH { &KOPPELPROJECT } else { &WIJKCONVENANT }
}

impl Scene<'_> {
    fn opening(&mut self) -> anyhow::Result<()> {
        let now = self.now();
        for town in [BOSCH, ROTTERDAM] {
            let admitted = self.towns[town].admit_everyone(now)?;
            self.line(town, None, &format!("{admitted} instellingen melden zich aan; de gemeente laat hen toe"))?;
        }
        for town in [BOSCH, ROTTERDAM] {
            let paper = Paper::new("Analyse van de buurt: waar de problemen samenkomen, wie wat doet, en in welke volgorde.");
            let complete = text(&self.towns[town].letter, details(town), &paper.reference());
            if town == ROTTERDAM {
                let mut gaps = complete.clone();
                gaps["director"] = "wijkraad".into();
                gaps["obligations"][1]["debtor"] = "belegger".into();
                gaps["obligations"][1].as_object_mut().map(|obligation| obligation.remove("target"));
                gaps.as_object_mut().map(|text| text.remove("analysis"));
                self.is_refused(town, "municipality", Type::Proposal, &gaps, &[], "een voorstel met gaten")?;
            }
            let (entry, signatures) = self.towns[town].agree(now, &complete, paper)?;
            let title = self.towns[town].letter.title.clone();
            self.line(town, Some(entry), &format!("voorstel «{title}»; {signatures} partijen ondertekenen precies deze tekst"))?;
        }
        Ok(())
    }

    /// Who keeps its word reports in the last week of each period; what is not accepted by silence is accepted by a creditor.
    fn routine(&mut self, town: usize, today: Day) -> anyhow::Result<()> {
        let mut letters = Vec::new();
        for due in self.towns[town].open_instances()? {
            let in_time = !due.claimed && due.period_start <= today && due.due.days_since(today) < 7;
            if in_time && !is_neglected(town, &due, today) {
                letters.extend(self.report(town, &due.obligation, &[due.due])?);
            }
        }
        self.towns[town].say_all(letters)
    }

    /// A report on due dates, and its acceptance where silence does not count.
    fn report(&self, town: usize, obligation: &str, dues: &[Day]) -> anyhow::Result<Vec<Letter>> {
        let (debtor, detail) = debtor_of(&self.towns[town], details(town), obligation)?;
        let paper =
            Paper::new(&format!("{} over de termijnen {}.", detail.0, dues.iter().map(Day::to_string).collect::<Vec<_>>().join(", ")));
        let evidence = json!([{ "form": "attached", "kind": "verslag", "attachment": paper.reference() }]);
        let mut body =
            json!({ "agreement": self.towns[town].letter.id, "obligation": obligation, "instances": dues, "evidence": evidence });
        if let Some(target) = detail.2 {
            body["value"] = target.to_string().into();
        }
        let report = self.towns[town].sign(&debtor, self.now(), Type::Report, &body, &[paper])?;
        let acceptance = json!({ "agreement": self.towns[town].letter.id, "report": report.hash });
        let creditor = if debtor == "municipality" { "police" } else { "municipality" };
        let accepted = (!detail.1).then(|| self.towns[town].sign(creditor, self.now(), Type::Acceptance, &acceptance, &[])).transpose()?;
        Ok([Some(report), accepted].into_iter().flatten().collect())
    }
}

/// Who does an obligation, with its evidence, whether silence counts, and the target.
type Duty = (String, (&'static str, bool, Option<u64>));

fn debtor_of(town: &Town, completion: &'static Completion, obligation: &str) -> anyhow::Result<Duty> {
    let taken_over = obligation == "jongeren-school";
    let id = if taken_over { "jongeren" } else { obligation };
    let at = completion.promises.iter().position(|detail| detail.id == id).with_context(|| format!("no obligation {obligation}"))?;
    let (promise, detail) = (&town.letter.obligations[at], &completion.promises[at]);
    let debtor = if taken_over { "school".to_owned() } else { promise.debtor.clone() };
    Ok((debtor, (detail.evidence, detail.tacit, promise.target.as_ref().map(|target| target.value))))
}

/// The plot: who does not do what was promised, and when.
fn is_neglected(town: usize, due: &Due, today: Day) -> bool {
    let (from, until) = match (town, due.obligation.as_str()) {
        (ROTTERDAM, "buurtregisseur") => ("2006-05-24", "2006-10-03"),
        (ROTTERDAM, "investering") => ("2007-01-01", "2007-12-31"),
        (BOSCH, "opbouwwerker-koppel") => ("2006-11-01", "2006-11-21"),
        (BOSCH, "werkoverleg") => ("2006-05-10", "2006-05-10"),
        _ => return false,
    };
    let today = today.to_string();
    (from..=until).contains(&today.as_str())
}

impl Scene<'_> {
    /// What happens in particular weeks.
    fn turn_of(&mut self, day: &str) -> anyhow::Result<()> {
        match day {
            "2006-05-10" => self.dispute(),
            "2006-05-17" => self.answer_dispute(),
            "2006-05-24" => self.rule(),
            "2006-06-14" => self.acknowledge(),
            "2006-09-06" => self.ministry_oversteps(),
            "2006-09-20" => self.ministry_answers(1, &json!({ "act": "hold-to-account", "whom": ["corporation"] }), "aangesproken"),
            "2006-09-27" => self.municipality_closes(1),
            "2006-10-04" => self.corporation_returns(),
            "2006-10-11" => self.leaves_without_plan(),
            "2006-10-18" => self.leaves_with_plan(),
            "2006-10-25" => self.leaves_unresolved(),
            "2006-11-01" => self.others_answer(),
            "2006-11-22" => self.line(BOSCH, None, "de welzijnsinstelling meldt zich weer, over alle gemiste weken"),
            "2007-02-28" => self.half_an_investment(),
            "2007-03-14" => self.asks_the_state(),
            "2007-04-11" => {
                let act = json!({ "act": "force-breakthrough", "partners": ["police"] });
                self.ministry_answers(2, &act, "forceert een doorbraak: de politie moet een standpunt innemen")
            }
            "2007-04-18" => self.partner_takes_position(),
            "2007-04-25" => self.municipality_closes(2),
            "2007-05-02" => self.invests_after_all(),
            _ => Ok(()),
        }
    }

    fn body(&self, town: usize, rest: &Value) -> Value {
        let mut body = rest.clone();
        body["agreement"] = self.towns[town].letter.id.clone().into();
        body
    }

    fn dispute(&mut self) -> anyhow::Result<()> {
        let week = parse("2006-05-10")?;
        let report = self.report(BOSCH, "werkoverleg", &[week])?.swap_remove(0);
        let hash = report.hash;
        self.towns[BOSCH].say_all(vec![report])?;
        self.offer = Some(hash);
        let reason = Paper::new("Het verslag noemt de signalen van vorige week niet.");
        let body = self.body(BOSCH, &json!({ "report": hash, "reason": reason.reference() }));
        self.says(BOSCH, "police", Type::Dispute, &body, &[reason], "de politie betwist het verslag van het werkoverleg").map(|_| ())
    }

    fn answer_dispute(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("De signalen staan in de bijlage bij het verslag.");
        let body = self.body(BOSCH, &json!({ "report": self.offer, "answer": "maintained", "reason": reason.reference() }));
        self.says(BOSCH, "welfare", Type::DisputeAnswer, &body, &[reason], "de welzijnsinstelling blijft bij haar melding").map(|_| ())
    }

    fn rule(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("De bijlage is volledig; de afspraak is nagekomen.");
        let body = self.body(BOSCH, &json!({ "report": self.offer, "finding": "fulfilled", "reason": reason.reference() }));
        self.says(BOSCH, "municipality", Type::ReportRuling, &body, &[reason], "de regisseur oordeelt: nagekomen").map(|_| ())
    }

    fn acknowledge(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("De functie van buurtregisseur is niet bezet.");
        let body = self.body(ROTTERDAM, &json!({ "case": 1, "answer": "acknowledged", "reason": reason.reference() }));
        self.says(ROTTERDAM, "corporation", Type::BreachAnswer, &body, &[reason], "de wooncorporatie erkent de schending").map(|_| ())
    }

    fn ministry_oversteps(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("Het ministerie wil de afspraak schrappen.");
        let body = self.body(ROTTERDAM, &json!({ "obligation": "buurtregisseur", "reason": reason.reference() }));
        self.is_refused(ROTTERDAM, "ministry", Type::Release, &body, &[reason], "het ministerie wil een afspraak schrappen")
    }

    fn partner_takes_position(&mut self) -> anyhow::Result<()> {
        let case = self.case_at("answered")?;
        let reason = Paper::new("De politie maakt capaciteit vrij zodra de woningen worden opgeknapt.");
        let body = self.body(ROTTERDAM, &json!({ "case": case, "stance": "cooperates", "reason": reason.reference() }));
        let text = format!("zaak {case}: de politie tekent haar standpunt: zij werkt mee");
        self.says(ROTTERDAM, "police", Type::StatePosition, &body, &[reason], &text).map(|_| ())
    }

    fn ministry_answers(&mut self, nth: usize, act: &Value, text: &str) -> anyhow::Result<()> {
        let case = self.case_at("level-3")?;
        let reason = Paper::new("De minister heeft kennisgenomen van wat de gemeente eerst zelf heeft gedaan, en handelt als volgt.");
        let mut body = self.body(ROTTERDAM, act);
        (body["case"], body["reason"]) = (case.into(), reason.reference());
        let text =
            if nth == 1 { format!("zaak {case}: de minister heeft de partij {text}") } else { format!("zaak {case}: de minister {text}") };
        self.says(ROTTERDAM, "ministry", Type::MinistryAnswer, &body, &[reason], &text).map(|_| ())
    }

    fn municipality_closes(&mut self, _nth: usize) -> anyhow::Result<()> {
        let case = self.case_at("answered")?;
        let done = Paper::new("De gemeente heeft met de bestuurder een datum voor herstel vastgelegd.");
        let body = self.body(ROTTERDAM, &json!({ "case": case, "done": done.reference() }));
        self.says(
            ROTTERDAM,
            "municipality",
            Type::CaseClosure,
            &body,
            &[done],
            &format!("zaak {case}: de gemeente sluit af; de afspraak zelf blijft staan"),
        )
        .map(|_| ())
    }

    /// The open case at this stage, as the API shows it.
    fn case_at(&self, stage: &str) -> anyhow::Result<u64> {
        let cases = self.towns[ROTTERDAM].client()?.items(&self.towns[ROTTERDAM].name, "cases?state=open")?;
        let found = cases.iter().find(|case| case["stage"]["stage"] == stage).and_then(|case| case["number"].as_u64());
        found.with_context(|| format!("no case is at {stage}"))
    }

    fn corporation_returns(&mut self) -> anyhow::Result<()> {
        self.report_all(ROTTERDAM, "buurtregisseur")?;
        self.line(
            ROTTERDAM,
            None,
            "de wooncorporatie meldt de achterstallige maanden; de gemeente bevestigt: hersteld, de schending blijft op het record",
        )
    }

    fn report_all(&mut self, town: usize, obligation: &str) -> anyhow::Result<()> {
        let today = Day::of(self.now());
        let open = self.towns[town].open_instances()?;
        let dues: Vec<Day> = open
            .iter()
            .filter(|due| due.obligation == obligation && !due.claimed && due.period_start <= today)
            .map(|due| due.due)
            .collect();
        ensure!(!dues.is_empty(), "{obligation} has open due dates");
        let letters = self.report(town, obligation, &dues)?;
        self.towns[town].say_all(letters)
    }

    fn leaves_without_plan(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("De subsidie is gestopt.");
        let body = self.body(ROTTERDAM, &json!({ "effectiveDate": "2007-04-18", "reason": reason.reference(), "plan": [] }));
        self.is_refused(ROTTERDAM, "welfare", Type::Withdrawal, &body, &[reason], "de welzijnsinstelling zegt op zonder plan")
    }

    fn leaves_with_plan(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("De subsidie is gestopt; de school neemt de begeleiding over.");
        let plan = json!([{ "obligation": "jongeren", "disposition": { "kind": "hand-over", "to": "school" } }]);
        let body = self.body(ROTTERDAM, &json!({ "effectiveDate": "2007-04-18", "reason": reason.reference(), "plan": plan }));
        self.says(ROTTERDAM, "welfare", Type::Withdrawal, &body, &[reason], "de welzijnsinstelling zegt op, met een plan")?;
        let reason = Paper::new("De school kent deze jongeren.");
        let body = self.body(
            ROTTERDAM,
            &json!({ "obligation": "jongeren", "to": "school", "successor": "jongeren-school", "reason": reason.reference() }),
        );
        let offer = self.says(
            ROTTERDAM,
            "welfare",
            Type::Handover,
            &body,
            &[reason],
            "de welzijnsinstelling biedt haar afspraak aan de school aan",
        )?;
        let body = self.body(ROTTERDAM, &json!({ "to": offer }));
        self.says(ROTTERDAM, "school", Type::Consent, &body, &[], "de school neemt de afspraak over").map(|_| ())
    }

    fn leaves_unresolved(&mut self) -> anyhow::Result<()> {
        let reason = Paper::new("De capaciteit is elders nodig.");
        let plan = json!([{ "obligation": "wijkagent", "disposition": { "kind": "unresolved" } }]);
        let body = self.body(ROTTERDAM, &json!({ "effectiveDate": "2007-05-02", "reason": reason.reference(), "plan": plan }));
        self.says(ROTTERDAM, "police", Type::Withdrawal, &body, &[reason], "de politie zegt op, zonder iets te regelen").map(|_| ())
    }

    fn others_answer(&mut self) -> anyhow::Result<()> {
        for by in ["municipality", "corporation", "school"] {
            let body = self.body(ROTTERDAM, &json!({ "party": "welfare", "answer": "consent" }));
            let name = self.towns[ROTTERDAM].actor(by)?.name.clone();
            self.says(
                ROTTERDAM,
                by,
                Type::WithdrawalAnswer,
                &body,
                &[],
                &format!("{name}: akkoord met het vertrek van de welzijnsinstelling"),
            )?;
            let reason = Paper::new("Zonder wijkagent is de aanpak niet sluitend.");
            let body = self.body(ROTTERDAM, &json!({ "party": "police", "answer": "objection", "reason": reason.reference() }));
            self.says(
                ROTTERDAM,
                by,
                Type::WithdrawalAnswer,
                &body,
                &[reason],
                &format!("{name}: bezwaar tegen het vertrek van de politie"),
            )?;
        }
        Ok(())
    }

    fn half_an_investment(&mut self) -> anyhow::Result<()> {
        let paper = Paper::new("Verantwoording: 1,8 miljoen euro.");
        let evidence = json!([{ "form": "attached", "kind": "verslag", "attachment": paper.reference() }]);
        let body = self.body(
            ROTTERDAM,
            &json!({ "obligation": "investering", "instances": ["2007-03-01"], "value": "1800000", "evidence": evidence }),
        );
        self.is_refused(ROTTERDAM, "corporation", Type::Report, &body, &[paper], "de wooncorporatie meldt een investering van 1,8 miljoen")
    }

    fn asks_the_state(&mut self) -> anyhow::Result<()> {
        let case = self.case_at("notice")?;
        let (problem, tried) =
            (Paper::new("De investering blijft uit."), Paper::new("Twee gesprekken met de bestuurder van de corporatie."));
        let body = self
            .body(ROTTERDAM, &json!({ "case": case, "kind": "breakthrough", "partners": ["police"], "ground": "opposition", "problem": problem.reference(), "tried": tried.reference() }));
        let text = format!("zaak {case}: de gemeente vraagt het rijk om een doorbraak, en zegt wat zij zelf probeerde");
        self.says(ROTTERDAM, "municipality", Type::SupportRequest, &body, &[problem, tried], &text).map(|_| ())
    }

    fn invests_after_all(&mut self) -> anyhow::Result<()> {
        self.report_all(ROTTERDAM, "investering")?;
        self.line(ROTTERDAM, None, "de wooncorporatie investeert alsnog 2,5 miljoen; de gemeente bevestigt: hersteld")
    }

    fn ending(mut self, database: &Path) -> anyhow::Result<Outcome> {
        self.read_flags()?;
        let now = self.now();
        let mut statements = 0;
        for town in &self.towns {
            let report = audit_ledger(town.client()?, &town.name, town.vkey.clone().context("a vkey")?, Some(now), |_, _| {})?;
            ensure!(report.is_clean(), "the audit of {} is not clean: {:?}", town.name, report.findings.first().map(ToString::to_string));
            statements += report.entries;
            self.terminal.line(&format!("audit of {}: {} entries, clean", town.name, report.entries))?;
        }
        let tampered = self.runtime.block_on(change_a_consent(database, &self.towns[ROTTERDAM].name))?;
        self.terminal.line("iemand wijzigt buiten de poort om één byte in het databasebestand")?;
        let town = &self.towns[ROTTERDAM];
        let report = audit_ledger(town.client()?, &town.name, town.vkey.clone().context("a vkey")?, Some(now), |_, _| {})?;
        let found = report.findings.first().context("the audit finds nothing")?;
        ensure!(found.index() == tampered, "the audit names entry {}, not {tampered}", found.index());
        self.terminal.line(&format!("audit of {}: {found}", town.name))?;
        let Tally { breaches, escalations, in_force, .. } = self.tally;
        Ok(Outcome { statements, in_force, breaches, escalations, tampered, ledger: town.name.clone() })
    }
}
