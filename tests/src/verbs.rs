//! What an institution can do, one verb an act.

use ledger::envelope::{Parsed, Type};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::possession;
use ledger::words::Hash;
use serde_json::{Value, json};

use crate::door::{Answer, Door};
use crate::elsewhere::identifiers;
use crate::texts::attachment;
use crate::town::{Actor, jwk, kid, log_key, log_seed, proof, registration};

/// Institutions and keys.
impl<D: Door> Actor<'_, D> {
    /// Presents itself with the key that has its name.
    pub fn register(self, kind: &str) -> Answer {
        let mut body = registration(&self.who, kind, &self.who);
        body["identifiers"] = identifiers(self.origin(), &self.who);
        self.say(Type::Registration, body)
    }

    /// Admits another, naming its key.
    pub fn admit(self, who: &str, key: &str) -> Answer {
        self.say(Type::Admission, json!({ "institution": who, "key": kid(key) }))
    }

    /// Adds a key, or puts it in the place of another.
    pub fn add_key(self, key: &str, until: Option<&str>, replaces: Option<&str>) -> Answer {
        let mut body = json!({ "key": jwk(key), "proof": proof(key, &self.who) });
        if let Some(until) = until {
            body["validUntil"] = until.into();
        }
        match replaces {
            None => self.say(Type::KeyAddition, body),
            Some(old) => {
                body["replaces"] = kid(old).to_string().into();
                self.say(Type::KeyRotation, body)
            }
        }
    }

    /// Revokes a key.
    pub fn revoke_key(self, key: &str) -> Answer {
        self.say(Type::KeyRevocation, json!({ "key": kid(key), "reason": "lost" }))
    }

    /// Asks for a new key in the place of those that it lost, signed by that key.
    pub fn request_recovery(self, key: &str) -> Answer {
        self.town.unusual.key = Some(key.to_owned());
        let body = json!({ "institution": self.who, "key": jwk(key) });
        self.say(Type::RecoveryRequest, body)
    }

    /// Vouches for another's new key.
    pub fn vouch(self, who: &str, key: &str, agreement: Option<&str>) -> Answer {
        let mut body = json!({ "institution": who, "key": kid(key) });
        if let Some(agreement) = agreement {
            body["agreement"] = agreement.into();
        }
        self.say(Type::RecoveryVouch, body)
    }

    /// Announces a key of the log, for this origin, with a proof by the key of another name.
    pub fn rotate_log_key(self, origin: &str, name: &str, prover: &str, until: &str) -> Answer {
        self.town.door.hold_log_key(&log_seed(name));
        let line = possession::prove(&log_key(origin, prover));
        let vkey = log_key(origin, name).verifier().to_string();
        self.say(Type::LogKeyRotation, json!({ "logKey": vkey, "proof": line, "oldSignsUntil": until }))
    }

    /// Goes on with the log as it is, after that many entries more were lost; the log's key signed for them.
    pub fn go_on_after_loss(self, more: u32) -> Answer {
        let size = self.town.door.entries(0).len() as u64;
        let lost = Checkpoint::new(self.origin(), size + u64::from(more), Hash::of(&[b"lost"]));
        let note = lost.and_then(|lost| lost.sign(&log_key(self.origin(), "genesis"))).expect("a checkpoint").to_string();
        self.say(Type::Continuation, json!({ "size": size, "lost": [note.trim_end()], "reason": "A fire in the engine room" }))
    }

    /// Takes up other versions of the rules.
    pub fn change_rules(self, rules: u32, holidays: &str, time_zone_data: &str) -> Answer {
        let versions = json!({ "rules": rules, "timeZoneData": time_zone_data, "holidays": holidays });
        self.say(Type::RulesChange, json!({ "versions": versions }))
    }

    /// Objects to a recovery in its name.
    pub fn object_to_recovery(self, key: &str) -> Answer {
        self.say(Type::RecoveryObjection, json!({ "key": kid(key) }))
    }
}

/// Successions of institutions, and mandates. One that is accepted, passed on or ended is named as a story named it.
impl<D: Door> Actor<'_, D> {
    /// Says that an institution, mostly itself, goes over into another.
    pub fn go_over(self, institution: &str, successor: &str, kind: &str, date: &str) -> Answer {
        let body = json!({ "institution": institution, "successor": successor, "kind": kind, "date": date, "deed": attachment() });
        self.say(Type::InstitutionSuccession, body)
    }

    /// Takes the place of an institution by a succession that a story named.
    pub fn take_place(self, institution: &str, succession: &str) -> Answer {
        let succession = self.hash_of(succession);
        self.say(Type::SuccessionAcceptance, json!({ "institution": institution, "succession": succession }))
    }

    /// Lets another institution sign, on these terms: `acts=A,B`, and where given `of=PRINCIPAL`, `agreements=A,B`, `themes=A,B`,
    /// `areas=A,B`, `amount=N`, `from=DATE`, `until=DATE`, `key=NAME`, `under=NAME`, and `may-pass-on`.
    pub fn mandate(self, holder: &str, terms: &[&str]) -> Result<Answer, String> {
        let mut body = json!({ "principal": self.who, "holder": holder, "function": "Wijkregisseur" });
        for term in terms {
            let (name, value) = term.split_once('=').unwrap_or((term, ""));
            let list = || Value::from(value.split(',').collect::<Vec<_>>());
            match name {
                "of" => body["principal"] = value.into(),
                "acts" | "agreements" | "themes" => body[name] = list(),
                "areas" => body["neighbourhoods"] = list(),
                "amount" => body["amount"] = value.into(),
                "from" => body["startDate"] = value.into(),
                "until" => body["endDate"] = value.into(),
                "key" => body["key"] = kid(value).to_string().into(),
                "under" => body["under"] = self.hash_of(value).into(),
                "may-pass-on" => body["mayPassOn"] = true.into(),
                _ => return Err(format!("a mandate has no {name}")),
            }
        }
        Ok(self.say(Type::Mandate, body))
    }

    /// Ends a mandate that a principal gave, or that was passed on in its name.
    pub fn end_mandate(self, mandate: &str, principal: &str) -> Answer {
        let mandate = self.hash_of(mandate);
        self.say(Type::MandateRevocation, json!({ "principal": principal, "mandate": mandate }))
    }
}

/// Offers, and the answers to them. Offers are named as a story named them.
impl<D: Door> Actor<'_, D> {
    /// Puts a text to its parties.
    pub fn propose(self, text: Value) -> Answer {
        self.say(Type::Proposal, text)
    }

    /// Proposes a change of the version that a story named.
    pub fn amend(self, version: &str, changes: Vec<Value>) -> Answer {
        let version = self.hash_of(version);
        self.on(Type::Amendment, json!({ "version": version, "changes": changes, "reason": attachment() }))
    }

    /// The same, naming the consultation that it came from.
    pub fn amend_after(self, version: &str, changes: Vec<Value>, day: &str) -> Answer {
        let (version, held) = (self.hash_of(version), json!({ "heldOn": day, "body": "Bewonersavond", "minutes": attachment() }));
        self.on(Type::Amendment, json!({ "version": version, "changes": changes, "reason": attachment(), "consultation": held }))
    }

    /// Puts another text in the place of the version of this name.
    pub fn counter(self, version: &str, text: Value) -> Answer {
        let replaces = self.hash_of(version);
        self.say(Type::CounterProposal, json!({ "replaces": replaces, "text": text, "reason": attachment() }))
    }

    /// Takes back the version that it put on the table.
    pub fn take_back(self, version: &str) -> Answer {
        let version = self.hash_of(version);
        self.on(Type::Retraction, json!({ "version": version, "reason": attachment() }))
    }

    /// Answers a proposal as the municipality: `negotiating` or `refused`.
    pub fn answer_proposal(self, version: &str, answer: &str, reason: bool) -> Answer {
        let mut body = json!({ "version": self.hash_of(version), "answer": answer });
        if reason {
            body["reason"] = attachment();
        }
        self.on(Type::ProposalAnswer, body)
    }

    /// Records a review that the text sets.
    pub fn record_review(self, review: &str, due: Option<&str>, day: &str, outcome: &str) -> Answer {
        let mut body = json!({ "review": review, "heldOn": day, "outcome": outcome, "findings": attachment() });
        if let Some(due) = due {
            body["due"] = due.into();
        }
        self.on(Type::Review, body)
    }

    /// Shows that an umbrella agreement changes, and a consent to it.
    pub fn show_umbrella_change(self, change: Value, consent: Option<Value>) -> Answer {
        let mut body = json!({ "umbrella": change });
        if let Some(consent) = consent {
            body["consent"] = consent;
        }
        self.on(Type::UmbrellaChange, body)
    }

    /// Says as the one that directs what comes of it: `adapt` or `keep`.
    pub fn answer_umbrella(self, change: &Value, answer: &str) -> Answer {
        let body = json!({ "origin": change["origin"], "entry": change["entry"], "answer": answer, "reason": attachment() });
        self.on(Type::UmbrellaAnswer, body)
    }

    /// Proposes a change that follows from a review.
    pub fn amend_by_review(self, version: &str, changes: Vec<Value>, review: &str) -> Answer {
        let version = self.hash_of(version);
        self.on(Type::Amendment, json!({ "version": version, "changes": changes, "reason": attachment(), "review": review }))
    }

    /// Agrees with exactly this offer.
    pub fn consent(self, offer: &str) -> Answer {
        let to = self.hash_of(offer);
        self.on(Type::Consent, json!({ "to": to }))
    }

    /// Says no to an offer.
    pub fn decline(self, offer: &str) -> Answer {
        let to = self.hash_of(offer);
        self.on(Type::Decline, json!({ "to": to, "reason": attachment() }))
    }

    /// Offers to release an obligation, or some of its due dates.
    pub fn release(self, obligation: &str, dues: &[&str]) -> Answer {
        let mut body = json!({ "obligation": obligation, "reason": attachment() });
        if !dues.is_empty() {
            body["instances"] = dues.into();
        }
        self.on(Type::Release, body)
    }

    /// Offers what is not yet due to another party.
    pub fn hand_over(self, obligation: &str, to: &str, successor: &str) -> Answer {
        self.on(Type::Handover, json!({ "obligation": obligation, "to": to, "successor": successor, "reason": attachment() }))
    }
}

/// Standing still.
impl<D: Door> Actor<'_, D> {
    /// Suspends until a day, on a ground: `all-parties` or `power`.
    pub fn suspend(self, until: &str, ground: &str) -> Answer {
        self.on(Type::Suspension, json!({ "until": until, "ground": ground, "reason": attachment() }))
    }

    /// Resumes before that day.
    pub fn resume(self) -> Answer {
        self.on(Type::Resumption, json!({ "reason": attachment() }))
    }
}

/// Ending together.
impl<D: Door> Actor<'_, D> {
    /// Proposes to end the version that a story named, with a plan of obligation and disposition (`release`, `stays-due`).
    pub fn dissolve(self, version: &str, plan: &[(&str, &str)]) -> Answer {
        let version = self.hash_of(version);
        let plan: Vec<Value> = plan.iter().map(|(id, what)| json!({ "obligation": id, "disposition": what })).collect();
        self.on(Type::Dissolution, json!({ "version": version, "plan": plan, "reason": attachment() }))
    }

    /// The same, with the agreement that comes in its place: its version, or another text of it (`ID~N`). A disposition
    /// `continues:ID` names the obligation there.
    pub fn succeed(self, version: &str, successor: &str, plan: &[(&str, &str)]) -> Answer {
        let line = |(id, what): &(&str, &str)| match what.split_once(':') {
            Some((disposition, to)) => json!({ "obligation": id, "disposition": disposition, "continuesAs": to }),
            None => json!({ "obligation": id, "disposition": what }),
        };
        let plan: Vec<Value> = plan.iter().map(line).collect();
        let agreement = successor.split('~').next().unwrap_or(successor);
        let named = json!({ "agreement": agreement, "version": self.hash_of(successor) });
        let version = self.hash_of(version);
        self.on(Type::Dissolution, json!({ "version": version, "plan": plan, "successor": named, "reason": attachment() }))
    }
}

/// Putting out.
impl<D: Door> Actor<'_, D> {
    /// Proposes to put a party out, with a plan of obligation and disposition (`release`, `stays-due`, `hand-over:WHO:SUCCESSOR`).
    pub fn expel(self, party: &str, plan: &[(&str, &str)]) -> Answer {
        let disposition = |text: &str| match text.splitn(3, ':').collect::<Vec<_>>()[..] {
            [kind, to, successor] => json!({ "kind": kind, "to": to, "successor": successor }),
            _ => json!({ "kind": text }),
        };
        let plan: Vec<Value> = plan.iter().map(|(id, what)| json!({ "obligation": id, "disposition": disposition(what) })).collect();
        self.on(Type::Expulsion, json!({ "party": party, "plan": plan, "reason": attachment() }))
    }

    /// Gives its view on the proposal to put it out.
    pub fn give_view(self, offer: &str) -> Answer {
        let to = self.hash_of(offer);
        self.on(Type::ExpulsionView, json!({ "to": to, "view": attachment() }))
    }
}

/// Joining.
impl<D: Door> Actor<'_, D> {
    /// Asks to join the version that a story named, from a day on, and takes on these obligations.
    pub fn accede(self, version: &str, day: &str, obligations: Vec<Value>) -> Answer {
        let version = self.hash_of(version);
        let body = json!({ "version": version, "effectiveDate": day, "obligations": obligations, "reason": attachment() });
        self.on(Type::Accession, body)
    }
}

/// Events and reports.
impl<D: Door> Actor<'_, D> {
    /// Says that an event happened.
    pub fn record_event(self, event: &str, day: &str) -> Answer {
        self.on(Type::Event, json!({ "event": event, "happenedOn": day, "account": attachment() }))
    }

    /// Says that it did what it promised, with evidence of these kinds.
    pub fn report(self, obligation: &str, dues: &[&str], value: Option<&str>, evidence: &[&str]) -> Answer {
        let proof = |kind: &&str| json!({ "form": "referenced", "kind": kind, "hash": "ab".repeat(32), "uri": "https://example.nl/proof" });
        let evidence: Vec<Value> = evidence.iter().map(proof).collect();
        let mut body = json!({ "obligation": obligation, "instances": dues, "evidence": evidence });
        if let Some(value) = value {
            body["value"] = value.into();
        }
        self.on(Type::Report, body)
    }

    /// Found that something was not kept on a day.
    pub fn find(self, obligation: &str, day: &str) -> Answer {
        self.on(Type::Finding, json!({ "obligation": obligation, "day": day, "account": attachment() }))
    }

    /// Accepts a report.
    pub fn accept(self, report: &str) -> Answer {
        let report = self.hash_of(report);
        self.on(Type::Acceptance, json!({ "report": report }))
    }

    /// Disputes a report.
    pub fn dispute(self, report: &str) -> Answer {
        let report = self.hash_of(report);
        self.on(Type::Dispute, json!({ "report": report, "reason": attachment() }))
    }

    /// Answers a dispute: `maintained` or `conceded`.
    pub fn answer_dispute(self, report: &str, answer: &str) -> Answer {
        let report = self.hash_of(report);
        self.on(Type::DisputeAnswer, json!({ "report": report, "answer": answer, "reason": attachment() }))
    }

    /// Takes its dispute back.
    pub fn retract(self, report: &str) -> Answer {
        let report = self.hash_of(report);
        self.on(Type::DisputeRetraction, json!({ "report": report }))
    }

    /// Rules on a report: `fulfilled` or `not-fulfilled`.
    pub fn rule_on_report(self, report: &str, finding: &str) -> Answer {
        let report = self.hash_of(report);
        self.on(Type::ReportRuling, json!({ "report": report, "finding": finding, "reason": attachment() }))
    }
}

/// Cases and the ladder.
impl<D: Door> Actor<'_, D> {
    /// Answers the notice of a breach.
    pub fn answer_breach(self, case: u32, answer: &str) -> Answer {
        self.on(Type::BreachAnswer, json!({ "case": case, "answer": answer, "reason": attachment() }))
    }

    /// Rules on a case; `date` for a new date.
    pub fn rule_on_case(self, case: u32, finding: &str, date: Option<&str>) -> Answer {
        self.on(Type::CaseRuling, json!({ "case": case, "finding": dated(finding, date), "reason": attachment() }))
    }

    /// Signs the outcome of the board consultation.
    pub fn board_outcome(self, case: u32, outcome: &str, date: Option<&str>) -> Answer {
        self.on(Type::BoardOutcome, json!({ "case": case, "outcome": dated(outcome, date), "minutes": attachment() }))
    }

    /// Asks the State for help, with what this kind of request needs.
    pub fn request_support(self, case: Option<u32>, kind: &str, details: Value) -> Answer {
        let mut body = with(json!({ "kind": kind, "problem": attachment(), "tried": attachment() }), details);
        if let Some(case) = case {
            body["case"] = case.into();
        }
        self.on(Type::SupportRequest, body)
    }

    /// The ministry's answer, with what this act needs.
    pub fn answer_as_ministry(self, case: u32, act: &str, details: Value) -> Answer {
        self.on(Type::MinistryAnswer, with(json!({ "case": case, "act": act, "reason": attachment() }), details))
    }

    /// Takes a position in a case, as a State partner.
    pub fn take_position(self, case: u32, stance: &str) -> Answer {
        self.on(Type::StatePosition, json!({ "case": case, "stance": stance, "reason": attachment() }))
    }

    /// Says which ministry is accountable for which theme.
    pub fn route(self, routes: &[(&str, &str)]) -> Answer {
        let routes: Vec<Value> = routes.iter().map(|(theme, ministry)| json!({ "theme": theme, "ministry": ministry })).collect();
        self.say(Type::MinistryRouting, json!({ "routes": routes }))
    }

    /// Accepts receipts of the ledger with this key.
    pub fn accept_ledger(self, log_key: &str) -> Answer {
        self.say(Type::LedgerAcceptance, json!({ "logKey": log_key }))
    }

    /// Answers what was put forward for the agenda; on a day when it is put on it.
    pub fn answer_agenda(self, proposal: &str, decision: &str, day: Option<&str>) -> Answer {
        let mut body = json!({ "to": self.hash_of(proposal), "decision": decision, "reason": attachment() });
        if let Some(day) = day {
            body["agenda"] = json!({ "meeting": "The consultation with the cities", "day": day });
        }
        self.say(Type::AgendaAnswer, body)
    }

    /// What was done with the ministry's answer.
    pub fn close_case(self, case: u32) -> Answer {
        self.on(Type::CaseClosure, json!({ "case": case, "done": attachment() }))
    }
}

/// What makes a flag false, in the words of a story: `holiday DATE`, `reading DATE`, `clock INSTANT anew DATE`,
/// `lost-report INSTANT anew DATE`.
pub fn false_because(words: &[&str]) -> Result<Value, String> {
    Ok(match words {
        ["holiday", date] => json!({ "kind": "holiday", "date": date }),
        ["reading", due] => json!({ "kind": "reading", "due": due }),
        ["clock", at, "anew", date] => json!({ "kind": "clock", "acceptedAt": at, "date": date }),
        ["lost-report", at, "anew", date] => json!({ "kind": "lost-report", "report": "1e".repeat(32), "acceptedAt": at, "date": date }),
        _ => return Err(format!("this makes no flag false: {}", words.join(" "))),
    })
}

/// False flags.
impl<D: Door> Actor<'_, D> {
    /// Offers to annul the flag of a breach, which is entry number so much.
    pub fn annul(self, obligation: &str, due: &str, entry: u64, because: Value) -> Answer {
        self.on(
            Type::Annulment,
            json!({ "obligation": obligation, "due": due, "entry": entry, "because": because, "reason": attachment() }),
        )
    }
}

/// Leaving.
impl<D: Door> Actor<'_, D> {
    /// Gives notice, with a plan of obligation and disposition (`fulfil`, `hand-over:WHO`, `release`, `unresolved`).
    pub fn withdraw(self, effective_date: &str, plan: &[(&str, &str)]) -> Answer {
        let disposition = |text: &str| match text.split_once(':') {
            Some((kind, to)) => json!({ "kind": kind, "to": to }),
            None => json!({ "kind": text }),
        };
        let plan: Vec<Value> = plan.iter().map(|(id, what)| json!({ "obligation": id, "disposition": disposition(what) })).collect();
        self.on(Type::Withdrawal, json!({ "effectiveDate": effective_date, "reason": attachment(), "plan": plan }))
    }

    /// Answers another's notice: `consent` or `objection`, which needs a reason.
    pub fn answer_withdrawal(self, party: &str, answer: &str, reason: bool) -> Answer {
        let mut body = json!({ "party": party, "answer": answer });
        if reason {
            body["reason"] = attachment();
        }
        self.on(Type::WithdrawalAnswer, body)
    }

    /// Takes its notice back.
    pub fn revoke_withdrawal(self) -> Answer {
        self.on(Type::WithdrawalRevocation, json!({}))
    }
}

fn with(mut body: Value, more: Value) -> Value {
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}

fn dated(kind: &str, date: Option<&str>) -> Value {
    match date {
        Some(date) => json!({ "kind": kind, "date": date }),
        None => json!({ "kind": kind }),
    }
}

/// Content beside the log.
impl<D: Door> Actor<'_, D> {
    /// Has the reason that stands beside the log erased: of the entry that named it first, or of another, without a receipt.
    pub fn erase(self, entry: Option<u32>, ground: &str) -> Answer {
        let reason = attachment()["hash"].clone();
        let names = |bytes: &[u8]| {
            let parsed = Parsed::parse(bytes).expect("an entry is a statement");
            parsed.statement().body.attachments().iter().any(|attachment| reason == attachment.hash.to_string())
        };
        let first = || self.town.door.entries(0).iter().position(|entry| names(&entry.bytes)).unwrap_or(1) as u32;
        let entry = entry.unwrap_or_else(first);
        let body = json!({ "entry": entry, "attachment": reason, "ground": ground, "basis": "Selectielijst gemeenten 2020, 5.1" });
        self.on(Type::AttachmentErasure, body)
    }
}
