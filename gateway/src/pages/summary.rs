//! The summary of a case file, as plain text: the words of the pages, and nothing that is not in the signed statements.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::statement::agreement::Proposal;
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, GATEWAY};
use ledger::words::{Day, Hash, Instant, Slug};

use super::dossier::{At, Dossier, PointAtIssue};
use super::names::Names;
use super::told::visible;
use super::words::{Arg, Language, Phrase, Words};
use super::{dates, say, when};

/// What a case file is about.
pub(crate) enum About<'a> {
    /// The whole agreement.
    Agreement,
    /// One obligation.
    Obligation(&'a Slug),
    /// One breach.
    Breach(&'a Slug, Day),
    /// One case.
    Case(u32),
}

/// What a summary is made of.
pub(crate) struct Told<'a> {
    /// The ledger.
    pub(crate) origin: &'a str,
    /// How many entries it had.
    pub(crate) size: u64,
    /// What the file is about.
    pub(crate) about: About<'a>,
    /// The text that was tabled last, with its entry.
    pub(crate) text: Option<(u64, &'a Proposal)>,
    /// Of these obligations only; of all when empty.
    pub(crate) only: BTreeSet<Slug>,
    /// Names of institutions.
    pub(crate) names: BTreeMap<Slug, String>,
    /// Every entry, in order.
    pub(crate) deeds: Vec<Deed<'a>>,
    /// The file of each attachment that is there.
    pub(crate) attachments: BTreeMap<Hash, String>,
}

/// One entry.
pub(crate) struct Deed<'a> {
    /// Its number.
    pub(crate) entry: u64,
    /// When it was accepted.
    pub(crate) at: Instant,
    /// Who signed it.
    pub(crate) by: &'a Slug,
    /// In whose name, where that is not its own.
    pub(crate) on_behalf_of: Option<&'a Slug>,
    /// What it says.
    pub(crate) body: &'a Body,
    /// Whether it is here for the keys alone.
    pub(crate) keys: bool,
}

/// The languages in which a summary is written: the name of its file, and its text.
pub(crate) fn write(told: &Told<'_>) -> [(&'static str, String); 2] {
    let in_language = |language| Summary { words: Words { language }, names: Names::known(told.names.clone()), told }.text();
    [("samenvatting.txt", in_language(Language::Dutch)), ("summary.txt", in_language(Language::English))]
}

struct Summary<'a> {
    words: Words,
    names: Names,
    told: &'a Told<'a>,
}

impl Summary<'_> {
    fn text(&self) -> String {
        let title = self.plain("summary-title", &[("what", self.what().into())]);
        let rule = "=".repeat(title.chars().count());
        let told = self.told;
        let at = told.deeds.last().map(|deed| self.instant(deed.at)).unwrap_or_default();
        let lead = [("origin", told.origin.into()), ("size", told.size.into()), ("at", at.into())];
        let mut text = format!("{title}\n{rule}\n\n{}\n{}\n", self.plain("summary-lead", &lead), self.plain("summary-limits", &[]));
        if let Some((entry, proposal)) = &told.text {
            self.parties(proposal, &mut text);
            self.promises(*entry, proposal, &mut text);
        }
        self.disputes(&mut text);
        self.heading("summary-deeds", &mut text);
        told.deeds.iter().filter(|deed| !deed.keys).for_each(|deed| self.deed(deed, &mut text));
        self.heading("summary-keys", &mut text);
        told.deeds.iter().filter(|deed| deed.keys).for_each(|deed| self.deed(deed, &mut text));
        text
    }

    fn what(&self) -> String {
        let title = self.told.text.as_ref().map(|(_, text)| text.title.as_str()).unwrap_or_default();
        let title = ("title", Arg::from(title));
        match &self.told.about {
            About::Agreement => self.plain("summary-agreement", &[title]),
            About::Obligation(id) => self.plain("summary-obligation", &[title, ("obligation", id.as_str().into())]),
            About::Breach(id, due) => {
                let due = dates::day(self.words.language, *due);
                self.plain("summary-breach", &[title, ("obligation", id.as_str().into()), ("due", due.into())])
            }
            About::Case(number) => self.plain("summary-case", &[title, ("case", (*number).into())]),
        }
    }

    fn parties(&self, proposal: &Proposal, text: &mut String) {
        self.heading("summary-parties", text);
        for party in proposal.parties.iter() {
            let name = self.names.get(&party.institution);
            let id = if name == party.institution.as_str() { String::new() } else { format!(" ({})", party.institution) };
            let directs = party.institution == proposal.director;
            let role = if directs { format!(", {}", self.plain("summary-director", &[])) } else { String::new() };
            *text += &format!("- {}{id}{role}\n", visible(name));
        }
    }

    fn promises(&self, entry: u64, proposal: &Proposal, text: &mut String) {
        self.heading("summary-promises", text);
        *text += &format!("{}\n", self.plain("summary-promises-what", &[("entry", entry.into())]));
        let wanted = |id: &Slug| self.told.only.is_empty() || self.told.only.contains(id);
        for obligation in proposal.obligations.iter().filter(|obligation| wanted(&obligation.id)) {
            let (when, rule) = when::when_in(self.words, &obligation.when);
            let rule = rule.map(|rule| format!(" {rule}")).unwrap_or_default();
            let who = visible(self.names.get(&obligation.debtor)).into_owned();
            let what = visible(obligation.what.as_str()).replace('\n', "\n  ");
            *text += &format!("- {}: {who}\n  {what}\n  {}{rule}\n", obligation.id, unmarked(when).trim_end());
        }
    }

    /// What divides the parties of a text that did not come about, and what the minister is told of it: in the file of the whole
    /// agreement, and in that of the dispute.
    fn disputes(&self, text: &mut String) {
        let said = self
            .told
            .deeds
            .iter()
            .map(|deed| (At { entry: deed.entry, at: deed.at, who: deed.on_behalf_of.unwrap_or(deed.by) }, deed.body));
        let here = |dossier: &Dossier<'_>| match &self.told.about {
            About::Agreement => true,
            About::Case(_) => dossier.dispute.is_some(),
            About::Obligation(_) | About::Breach(..) => false,
        };
        Dossier::all(said).iter().filter(|dossier| here(dossier)).for_each(|dossier| self.dispute(dossier, text));
    }

    fn dispute(&self, dossier: &Dossier<'_>, text: &mut String) {
        self.heading("dossier-title", text);
        let name = |who: &Slug| visible(self.names.get(who)).into_owned();
        // What goes on over a line is set in, so that nobody's words pass for another's.
        let told = |text: &str| visible(text).replace('\n', "\n  ");
        let flagged = |wanted: fn(&Cause) -> bool| {
            let flag = |deed: &&Deed<'_>| matches!(deed.body, Body::Flag(flag) if wanted(&flag.cause));
            self.told.deeds.iter().find(flag).map(|deed| deed.at)
        };
        let tabled: Vec<Instant> = self.told.deeds.iter().filter(|deed| deed.body.text().is_some()).map(|deed| deed.at).collect();
        let dated = [
            ("dossier-began", tabled.first().copied()),
            ("dossier-stuck", Some(dossier.stuck.0.at)),
            ("dossier-expired", flagged(|cause| matches!(cause, Cause::TalksExpired { .. }))),
            ("dossier-missing", flagged(|cause| matches!(cause, Cause::DisputeMissing { .. }))),
            ("dossier-submitted", dossier.dispute.map(|(at, _)| at.at)),
        ];
        for (key, at) in dated.into_iter().filter_map(|(key, at)| Some((key, at?))) {
            *text += &format!("{}: {}\n", self.plain(key, &[]), self.instant(at));
        }
        *text += &format!("{}: {}\n", self.plain("dossier-versions", &[]), tabled.len());
        if let Some((at, dispute)) = dossier.dispute {
            *text += &format!("{}: {}\n\n{}\n", self.plain("dossier-submitted-by", &[]), name(at.who), self.plain("dossier-parties", &[]));
            for address in dispute.addresses.iter() {
                *text += &format!("- {}: {}\n", name(&address.institution), told(address.address.as_str()));
            }
            for (key, paper) in [("dossier-policy", &dispute.policy), ("dossier-works", &dispute.works)] {
                let (title, day) = (told(paper.title.as_str()), dates::day(self.words.language, paper.date));
                *text += &format!("{}: {title}, {day}\n", self.plain(key, &[]));
            }
        }
        dossier.points.iter().for_each(|issue| self.point(issue, &name, &told, text));
        if let Some((at, _)) = dossier.ruling {
            *text += &format!("\n{}\n", self.plain("dossier-ruled", &[("who", name(at.who).into()), ("at", self.instant(at.at).into())]));
        }
    }

    fn point(&self, issue: &PointAtIssue<'_>, name: &impl Fn(&Slug) -> String, told: &impl Fn(&str) -> String, text: &mut String) {
        let by = self.plain("dossier-named-by", &[("who", name(issue.by.who).into())]);
        *text += &format!("\n{}: {} ({by})\n", issue.point.id, told(issue.point.subject.as_str()));
        for party in self.told.text.iter().flat_map(|(_, text)| text.parties.iter()).map(|party| &party.institution) {
            let none = || self.plain("dossier-no-position", &[]);
            let position = issue.positions.get(party).map_or_else(none, |said| told(said.text));
            *text += &format!("- {}: {position}\n", name(party));
        }
        if let Some(ruling) = issue.ruling {
            *text += &format!("{}: {}\n", self.plain("dossier-ruling", &[]), told(ruling.text));
        }
    }

    fn deed(&self, deed: &Deed<'_>, text: &mut String) {
        let is_gateway = deed.by.as_str() == GATEWAY;
        let signer = || self.names.get(deed.by);
        let who = match deed.on_behalf_of {
            _ if is_gateway => self.plain("summary-gateway", &[]),
            Some(party) => self.plain("acted-on-behalf", &[("party", self.names.get(party).into()), ("signer", signer().into())]),
            None => signer().to_owned(),
        };
        let args = [("entry", deed.entry.into()), ("at", self.instant(deed.at).into()), ("who", who.into())];
        *text += &format!("{}\n  {}\n", self.plain("summary-entry", &args), unmarked(say::deed_in(self.words, &self.names, deed.body)));
        for attachment in deed.body.attachments() {
            let line = match self.told.attachments.get(&attachment.hash) {
                Some(file) => self.plain("summary-attachment", &[("file", file.as_str().into())]),
                None => self.plain("summary-attachment-gone", &[("hash", attachment.hash.to_string().into())]),
            };
            *text += &format!("  {line}\n");
        }
    }

    fn heading(&self, key: &str, text: &mut String) {
        let heading = self.plain(key, &[]);
        *text += &format!("\n{heading}\n{}\n", "-".repeat(heading.chars().count()));
    }

    fn instant(&self, at: Instant) -> String {
        dates::instant(self.words.language, at)
    }

    fn plain(&self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        unmarked(self.words.with(key, args))
    }
}

/// Without the marks that isolate what was filled in: what is filled in cannot turn a line around by itself, since
/// [`visible`] writes such characters out.
fn unmarked(phrase: Phrase) -> String {
    phrase.into_plain().replace(['\u{2068}', '\u{2069}'], "")
}
