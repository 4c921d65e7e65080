//! Stories: text that people can read, told to a ledger line by line.

use std::collections::BTreeMap;

use ledger::envelope::Type;
use ledger::envelope::statement::flag::Cause;
use ledger::words::{Day, Instant};
use serde_json::json;

use crate::Memory;
use crate::audit::Audit;
use crate::door::{Answer, Door};
use crate::elsewhere::{ELSEWHERE, Elsewhere, agenda_proposal, log_key};
use crate::national::{receipt, umbrella};
use crate::town::Town;
use crate::{expect, texts, verbs, words};

/// A story that is being told.
#[derive(Clone)]
pub struct Story<D> {
    /// Those who act in it.
    pub town: Town<D>,
    /// What its entries amount to, folded by somebody who only reads them.
    pub audit: Audit,
    /// Entries from before the line that is looked at.
    pub before: u64,
    /// What happens meanwhile in the national ledger, where the story looks there.
    national: Option<Box<Story<Memory>>>,
    texts: BTreeMap<String, Vec<String>>,
    /// Ledgers beside this one, by their names.
    elsewhere: BTreeMap<String, Elsewhere>,
}

/// Tells a story; the error names the line.
pub fn tell<D: Door>(town: Town<D>, text: &str) -> Result<Story<D>, String> {
    let mut story = begin(town)?;
    story.go_on(text)?;
    Ok(story)
}

/// Before the first line.
///
/// # Errors
/// If what the town did so far does not follow from the rules.
pub fn begin<D: Door>(town: Town<D>) -> Result<Story<D>, String> {
    let entries = town.door.entries(0);
    let mut audit = Audit::begin(&entries[0]).map_err(|corruption| format!("{corruption:?}"))?;
    entries[1..].iter().try_for_each(|entry| audit.fold(entry)).map_err(|corruption| format!("{corruption:?}"))?;
    Ok(Story { town, before: audit.next(), audit, national: None, texts: BTreeMap::new(), elsewhere: BTreeMap::new() })
}

impl<D: Door> Story<D> {
    /// Tells more of it; the error names the line.
    ///
    /// # Errors
    /// If something does not go as it is told.
    pub fn go_on(&mut self, text: &str) -> Result<(), String> {
        let lines: Vec<&str> = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim_end()).collect();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            let number = at + 1;
            at += 1;
            let mut block = Vec::new();
            while at < lines.len() && lines[at].starts_with("  ") {
                block.push(lines[at][2..].to_owned());
                at += 1;
            }
            let next = lines[at..].iter().find(|next| !next.is_empty()).copied().unwrap_or_default();
            self.line(line, &block, next).map_err(|error| format!("line {number}: {line}\n  {error}"))?;
        }
        Ok(())
    }

    /// Says one line, whatever comes of it: the answer is in `town.answer`.
    ///
    /// # Errors
    /// If nobody can say it.
    pub fn say(&mut self, line: &str) -> Result<(), String> {
        self.line(line, &[], "expect any answer")
    }

    fn line(&mut self, line: &str, block: &[String], next: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            return Ok(());
        }
        match words.as_slice() {
            ["expect", what @ ..] => return expect::check(self, what),
            _ => self.before = self.audit.next(),
        }
        self.town.answer = None;
        match words.as_slice() {
            [] => {}
            ["text" | "shown", name] => _ = self.texts.insert((*name).to_owned(), block.to_vec()),
            ["ledger", name] => self.tell_elsewhere(name, &block.join("\n"))?,
            [who, "accepts", "ledger", name] if self.elsewhere.contains_key(*name) => {
                let key = log_key(self.elsewhere[*name].origin, true).verifier().to_string();
                self.town.actor(who).accept_ledger(&key);
            }
            [who, "puts", "forward", what, "in", months, "months", "by", shown, rest @ ..] => {
                let lines: Vec<String> = shown.split('+').flat_map(|name| self.texts.get(name).cloned().unwrap_or_default()).collect();
                let body = agenda_proposal(|name| self.elsewhere.get(name), what, months, &lines)?;
                words::unusual(&mut self.town, rest)?;
                self.town.actor(who).say(Type::AgendaProposal, body);
            }
            ["day", day] => {
                self.town.door.advance(noon(day)?, true);
                if let Some(national) = &mut self.national {
                    national.line(line, &[], "")?;
                }
            }
            ["nationally", ..] => self.nationally(line, next)?,
            ["receipt", name] => {
                let national = self.national.as_ref().ok_or("nothing happened nationally")?;
                let last = national.audit.next() - 1;
                let entry = if let Some(Answer::Accepted(entry)) = national.town.answer { entry } else { last };
                let reference = receipt(&national.town, entry, &json!(national.town.agreement), true);
                self.town.umbrellas.insert((*name).to_owned(), reference);
            }
            ["asleep", "until", day] => self.town.door.advance(noon(day)?, false),
            ["instant", at] => self.town.door.advance(at.parse().map_err(str::to_owned)?, true),
            ["umbrella", name, "from", text, how @ ..] => {
                let reference = umbrella(self.text(text)?, self.town.door.now(), how.is_empty());
                self.town.umbrellas.insert((*name).to_owned(), reference);
            }
            ["about", agreement] => self.town.agreement = (*agreement).to_owned(),
            ["again"] => _ = self.town.send_again(),
            ["in", "force:", name] => self.bring_into_force(name)?,
            [who, "uses", "key", name] => self.town.use_key(who, name),
            [who, "proposes", name, rest @ ..] => {
                let text = self.text(name)?;
                words::unusual(&mut self.town, rest)?;
                self.town.unusual.name.get_or_insert_with(|| (*name).to_owned());
                self.town.agreement = (*name).to_owned();
                self.town.actor(who).propose(text);
            }
            [who, "amends", version, "director", party, "consulted", day, rest @ ..] => {
                words::unusual(&mut self.town, rest)?;
                self.town.actor(who).amend_after(version, vec![json!({ "kind": "director", "party": party })], day);
            }
            [who, "amends", version, "period", end, rest @ ..] => {
                let mut change = json!({ "kind": "period" });
                if *end != "none" {
                    change["endDate"] = (*end).into();
                }
                let rest = match rest {
                    ["reviews", "from", text, rest @ ..] => {
                        change["reviews"] = self.text(text)?["reviews"].take();
                        rest
                    }
                    rest => rest,
                };
                words::unusual(&mut self.town, rest)?;
                self.town.actor(who).amend(version, vec![change]);
            }
            [who, "amends", version, "director", party, rest @ ..] => {
                words::unusual(&mut self.town, rest)?;
                self.town.actor(who).amend(version, vec![json!({ "kind": "director", "party": party })]);
            }
            [who, "amends", version, kind @ ("obligation" | "addition"), ids, "from", text, rest @ ..] => {
                let changes = self.obligations(ids, text)?.into_iter();
                let changes = changes.map(|obligation| json!({ "kind": kind, "obligation": obligation })).collect();
                let (review, rest) = match rest {
                    ["by", "review", review, rest @ ..] => (Some(*review), rest),
                    rest => (None, rest),
                };
                words::unusual(&mut self.town, rest)?;
                match review {
                    Some(review) => self.town.actor(who).amend_by_review(version, changes, review),
                    None => self.town.actor(who).amend(version, changes),
                };
            }
            [who, "accedes", "to", version, "on", day, "with", ids, "from", text, rest @ ..] => {
                let obligations = self.obligations(ids, text)?;
                words::unusual(&mut self.town, rest)?;
                self.town.actor(who).accede(version, day, obligations);
            }
            [who, "counters", version, "with", name, rest @ ..] => {
                let text = self.text(name)?;
                words::unusual(&mut self.town, rest)?;
                self.town.unusual.name.get_or_insert_with(|| (*name).to_owned());
                self.town.actor(who).counter(version, text);
            }
            [who, "annuls", clause, due, rest @ ..] => {
                let (because, rest) = words::split(rest);
                words::unusual(&mut self.town, rest)?;
                let (because, entry) = match because {
                    [because @ .., "entry", entry] => (because, entry.parse().map_err(|_| format!("{entry} is no entry"))?),
                    because => (because, self.flag_of_breach(clause, due).unwrap_or(1)),
                };
                let because = verbs::false_because(because)?;
                self.town.actor(who).annul(clause, due, entry, because);
            }
            [who, act @ ..] => words::act(&mut self.town, who, act)?,
        }
        self.catch_up()?;
        self.check_answer(next)
    }

    /// What happens in another ledger; told there from its beginning each time.
    fn tell_elsewhere(&mut self, name: &str, text: &str) -> Result<(), String> {
        let (_, origin) = ELSEWHERE.into_iter().find(|(known, _)| *known == name).ok_or_else(|| format!("there is no ledger {name}"))?;
        let began = self.town.door.entries(0)[0].at;
        let story: Story<Memory> = tell(Town::beside(origin, began), text)?;
        self.elsewhere.insert(name.to_owned(), Elsewhere { origin, entries: story.town.door.log().to_vec() });
        Ok(())
    }

    /// A line of what happens in the national ledger, which begins with the first of them.
    fn nationally(&mut self, line: &str, next: &str) -> Result<(), String> {
        let inside = |line: &str| line.strip_prefix("nationally ").unwrap_or_default().to_owned();
        let mut national = match self.national.take() {
            Some(national) => national,
            None => Box::new(begin(Town::national(self.town.door.now()))?),
        };
        national.texts.clone_from(&self.texts);
        national.line(&inside(line), &[], &inside(next))?;
        self.national = Some(national);
        Ok(())
    }

    /// The entry that flagged the last breach of a due date.
    fn flag_of_breach(&self, clause: &str, due: &str) -> Option<u64> {
        let is_it = |cause: &Cause| match cause {
            Cause::Breached { obligation, due: day, .. } => obligation.as_str() == clause && day.to_string() == due,
            _ => false,
        };
        self.audit.flags().iter().rev().find(|(_, flag)| is_it(&flag.cause)).map(|(entry, _)| *entry)
    }

    /// Those obligations of a text, in the order of their ids in the line.
    fn obligations(&self, ids: &str, text: &str) -> Result<Vec<serde_json::Value>, String> {
        let text = self.text(text)?;
        let named = |id: &str| text["obligations"].as_array().into_iter().flatten().find(|obligation| obligation["id"] == id).cloned();
        ids.split(',').map(named).collect::<Option<_>>().ok_or_else(|| "the text has no such obligation".to_owned())
    }

    fn text(&self, name: &str) -> Result<serde_json::Value, String> {
        let lines = self.texts.get(name).ok_or_else(|| format!("there is no text {name}"))?;
        let lines = lines.iter().map(|line| line.trim().to_owned());
        let (brings, lines): (Vec<String>, Vec<String>) = lines.partition(|line| line.starts_with("brings "));
        let mut text = texts::proposal(name.split('~').next().unwrap_or(name), &lines)?;
        let reference = |line: &String| self.town.umbrellas.get(&line[7..]).cloned().ok_or_else(|| format!("there is no umbrella: {line}"));
        if !brings.is_empty() {
            text["umbrellas"] = brings.iter().map(reference).collect::<Result<_, _>>()?;
        }
        Ok(text)
    }

    /// Proposed by the owner of the ledger and signed by all parties; the clock goes to noon of its first day.
    fn bring_into_force(&mut self, name: &str) -> Result<(), String> {
        let text = self.text(name)?;
        let parties: Vec<String> =
            text["parties"].as_array().into_iter().flatten().filter_map(|p| p["institution"].as_str().map(str::to_owned)).collect();
        let start = text["period"]["startDate"].as_str().unwrap_or_default().to_owned();
        self.town.agreement = name.to_owned();
        self.town.unusual.name = Some(name.to_owned());
        accepted(&self.town.owner().propose(text))?;
        for party in parties {
            accepted(&self.town.actor(&party).consent(name))?;
        }
        self.town.door.advance(noon(&start)?, true);
        Ok(())
    }

    fn catch_up(&mut self) -> Result<(), String> {
        for entry in self.town.door.entries(usize::try_from(self.audit.next()).expect("few entries")) {
            self.audit.fold(&entry).map_err(|corruption| format!("the log does not follow: {corruption:?}"))?;
        }
        Ok(())
    }

    fn check_answer(&self, next: &str) -> Result<(), String> {
        let expects = |what: &str| next.starts_with("expect ") && next[7..].starts_with(what);
        match &self.town.answer {
            _ if expects("any answer") => Ok(()),
            Some(Answer::Refused(_)) if expects("refusal") => Ok(()),
            Some(Answer::Repeat(_)) if expects("repeat") => Ok(()),
            None | Some(Answer::Accepted(_)) if !expects("refusal") && !expects("repeat") => Ok(()),
            answer => Err(format!("the answer was {answer:?}")),
        }
    }
}

fn accepted(answer: &Answer) -> Result<(), String> {
    if matches!(answer, Answer::Accepted(_)) { Ok(()) } else { Err(format!("{answer:?}")) }
}

fn noon(day: &str) -> Result<Instant, String> {
    let day: Day = day.parse().map_err(str::to_owned)?;
    Ok(day.start().plus_millis(12 * 3_600_000))
}
