//! What the clock must have caused by an instant, whether or not an entry says so.

use ledger::envelope::statement::flag::Flag;
use ledger::lives::parts::PartChange;
use ledger::lives::{Agreement, Institution, Moment, Rules};

use super::{AsOf, ListingFault};
use crate::store::StoreFault;

/// At most this many flags that are not in the log are worked out for one reader.
pub const MAX_CAUSED: usize = 2_000;

/// Applies every flag that is due to an agreement, as the ledger would if it took an entry at this instant: all of them
/// at the instant itself, at the place after its last entry. Gives the flags and the parts that they changed.
pub(super) fn catch_up(agreement: &mut Agreement, as_of: AsOf, rules: Rules) -> Result<(Vec<Flag>, Vec<PartChange>), ListingFault> {
    let moment = Moment { entry: as_of.size, at: as_of.at };
    let (mut caused, mut changes) = (Vec::new(), Vec::new());
    while let Some(flag) = agreement.next_flag().filter(|flag| flag.due_at <= as_of.at) {
        if caused.len() == MAX_CAUSED {
            return Err(ListingFault::TooMuchDue);
        }
        let applied = agreement.apply_flag(&flag, (rules, moment));
        applied.map_err(|refusal| StoreFault::Damaged(format!("agreement {} as of {}: {refusal}", agreement.head.id, as_of.at)))?;
        agreement.note_settled_plans(as_of.at);
        changes.extend(agreement.take_changes(None));
        caused.push(flag);
    }
    Ok((caused, changes))
}

/// The same for an institution.
pub(super) fn catch_up_institution(institution: &mut Institution, as_of: AsOf) -> Result<Vec<Flag>, ListingFault> {
    let mut caused = Vec::new();
    while let Some(flag) = institution.next_flag().filter(|flag| flag.due_at <= as_of.at) {
        if caused.len() == MAX_CAUSED {
            return Err(ListingFault::TooMuchDue);
        }
        let applied = institution.apply_flag(&flag.cause, Moment { entry: as_of.size, at: as_of.at });
        applied.map_err(|refusal| StoreFault::Damaged(format!("an institution as of {}: {refusal}", as_of.at)))?;
        caused.push(flag);
    }
    Ok(caused)
}
