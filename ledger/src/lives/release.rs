//! Release: all creditors and the director set the debtor free of a due date, or of a whole obligation.

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Course, Settled, Standing, days};
use super::offer::OfferKind;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::obligation::Release;
use crate::words::{Day, Hash, Slug};

impl Agreement {
    /// Offers a release: all creditors and the director must sign it.
    pub fn release(&mut self, by: &Slug, body: &Release, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.owing_party(by)?;
        let clause = self.clause(&body.obligation)?.clone();
        self.check_release(body)?;
        let mut needs = self.creditors(&clause);
        needs.extend(self.deciders(std::slice::from_ref(&clause.debtor)).0);
        self.offer_or_apply(OfferKind::Release(body.clone()), hash, by, needs, moment)
    }

    pub(super) fn check_release(&self, body: &Release) -> Result<Vec<Day>, Refusal> {
        let open = self.open_dues(&body.obligation);
        let Some(asked) = &body.instances else {
            let released = matches!(self.clauses[&body.obligation].course, Course::Released { .. });
            if released || self.is_finally_met(&body.obligation) {
                let accepted = "an obligation of which something is due";
                return Err(Refusal::at("/body/obligation", Rule::InstanceState, "nothing of it is due any more", accepted));
            }
            // A report that waits says that it was done: it goes on to its answer, and is not overtaken by a general release.
            let reported = |due: &Day| self.instances[&(body.obligation.clone(), *due)].claim.is_some();
            return Ok(open.into_iter().filter(|due| !reported(due)).collect());
        };
        if let Some((i, due)) = asked.iter().enumerate().find(|(_, due)| !open.contains(due)) {
            return Err(Refusal::at(
                format!("/body/instances/{i}"),
                Rule::InstanceState,
                format!("{due} is not open"),
                format!("among: {}", days(&open)),
            ));
        }
        Ok(asked.to_vec())
    }

    pub(super) fn carry_out_release(&mut self, body: &Release, moment: Moment) -> Result<(), Refusal> {
        let dues = self.check_release(body)?;
        if body.instances.is_none() {
            self.clause_mut(&body.obligation).course = Course::Released { at: moment };
        }
        for due in dues {
            self.drop_claim_on(&body.obligation, due, moment);
            self.settle(&body.obligation, due, |_| (Standing::Released { at: moment }, Settled::Released), moment);
        }
        Ok(())
    }
}
