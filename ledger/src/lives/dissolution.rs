//! Dissolution: all parties end an agreement together, and say of each obligation what becomes of it. Where they name a successor, it
//! ends when that comes into force ([`super::succession`]).

use super::agreement::Agreement;
use super::moment::Moment;
use super::offer::OfferKind;
use super::plan;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::dissolution::{Dissolution, Remainder, RemainderItem};
use crate::envelope::statement::flag::Ending;
use crate::words::{Day, Hash, Slug};

impl Agreement {
    /// A party proposes to end the agreement; it ends when all the others consent to exactly this plan.
    pub fn dissolve(&mut self, by: &Slug, body: &Dissolution, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.in_force()?;
        self.bound_party(by)?;
        self.check_dissolution(body)?;
        let all = self.bound_except(&[]);
        self.offer_or_apply(OfferKind::Dissolution(Box::new(body.clone())), hash, by, all, moment)
    }

    pub(super) fn check_dissolution(&self, body: &Dissolution) -> Result<(), Refusal> {
        self.in_force()?;
        self.check_in_force(&body.version)?;
        if self.bound().count() < 2 {
            // Who is left alone does not release itself, nor end what it promised to others.
            return Err(Refusal::at("/by", Rule::OwnObligation, "nobody else is bound by this agreement", "its last day"));
        }
        let unmet: Vec<Slug> = self.all_unmet().cloned().collect();
        let named = body.plan.iter().map(|item| &item.obligation);
        let unfit = |i: usize| self.remainder_fault(body, &body.plan[i]);
        let whose = self.head.id.as_str();
        let dispositions = if body.successor.is_some() { "release, stays-due or continues" } else { "release or stays-due" };
        Refusal::from_faults(plan::faults(&unmet, named, whose, dispositions, unfit)).map_or(Ok(()), Err)
    }

    fn remainder_fault(&self, body: &Dissolution, item: &RemainderItem) -> plan::Unfit {
        match (item.disposition, &item.continues_as) {
            (Remainder::Release | Remainder::StaysDue, Some(_)) => {
                Some(("only what continues is an obligation of the successor".into(), "continues, or no continuesAs".into()))
            }
            (Remainder::Continues, _) if body.successor.is_none() => {
                Some(("there is no successor in which it could continue".into(), "release, stays-due, or a successor".into()))
            }
            (Remainder::Continues, None) => Some((
                format!("it is not said as what {} continues", item.obligation),
                "continuesAs: an obligation of the successor".into(),
            )),
            (Remainder::Continues, Some(_)) if self.is_handed_over(&item.obligation) => {
                Some(("nothing of it is still to come".into(), "stays-due or release".into()))
            }
            (Remainder::StaysDue, None) => self
                .waits_for_what_continues(body, &item.obligation)
                .map(|first| (format!("it waits for {first}, which goes on elsewhere"), "continues or release".into())),
            (Remainder::Continues, Some(_)) => None,
            // Released before, and only a report on it waits: that is answered.
            (Remainder::Release, None) => {
                let release = plan::release(&body.agreement, &item.obligation, &body.reason);
                self.check_release(&release).err().map(|refusal| (refusal.faults()[0].detail.clone(), "stays-due".into()))
            }
        }
    }

    /// The obligation that a conditional one waits for, where the plan lets that go on in the successor: here it would lapse.
    fn waits_for_what_continues(&self, body: &Dissolution, id: &Slug) -> Option<Slug> {
        let first = self.clauses.get(id)?.awaits()?.obligation()?;
        let goes_on = |item: &&RemainderItem| item.disposition == Remainder::Continues && self.stems_from(&item.obligation, first);
        body.plan.iter().find(goes_on).map(|item| item.obligation.clone())
    }

    /// Everyone has consented. What is released is settled with its cases; what stays due goes on as after the last day.
    pub(super) fn carry_out_dissolution(&mut self, by: &Slug, body: &Dissolution, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.check_dissolution(body)?;
        for item in body.plan.iter() {
            match item.disposition {
                Remainder::Release => self.carry_out_release(&plan::release(&body.agreement, &item.obligation, &body.reason), moment)?,
                Remainder::StaysDue | Remainder::Continues => {}
            }
        }
        // What stood still and stays due falls due again, as on any resumption: nothing disappears with the end.
        self.resume_on(Day::of(moment.at), moment);
        self.end(Ending::Dissolved, moment.at, moment);
        self.supersede_waiting(hash, by, moment);
        Ok(())
    }
}
