//! The owner records that the log goes on from fewer entries than it had signed for.

use super::founding::Ledger;
use crate::envelope::statement::continuation::Continuation;
use crate::envelope::{Refusal, Rule};
use crate::lives::continuation::{LostTree, WentOn};
use crate::lives::log_keys::LogKeys;
use crate::lives::{Institution, Moment};
use crate::log::checkpoint::Checkpoint;
use crate::log::note::Note;

/// At most so often; who loses the end of a log more often should stop.
const MOST: usize = 64;

impl Ledger {
    /// Takes what is gone into the log, at the very place from which it goes on.
    pub(super) fn go_on(&self, owner: &mut Institution, body: &Continuation, moment: Moment) -> Result<(), Refusal> {
        if owner.id != self.owner {
            let detail = "that the log goes on from an older state is said by the owner of the ledger";
            return Err(Refusal::at("/by", Rule::OwnerOnly, detail, self.owner.to_string()));
        }
        if u64::from(body.size.0) != moment.entry {
            let detail = format!("{} entries are named as left, and this would be entry {}", body.size.0, moment.entry);
            return Err(Refusal::at("/body/size", Rule::WrongValue, detail, moment.entry.to_string()));
        }
        if owner.went_on.len() >= MOST {
            return Err(Refusal::at("/type", Rule::TooLarge, format!("the log has gone on so {MOST} times"), "no more"));
        }
        let unread = |fault| {
            let detail = format!("the key of the log cannot be read: {fault}");
            Refusal::at("/body/lost", Rule::KeyUnfit, detail, "a log whose key can be read")
        };
        let keys = self.log_keys(owner).map_err(unread)?;
        let mut lost: Vec<LostTree> = Vec::with_capacity(body.lost.len());
        for (i, note) in body.lost.iter().enumerate() {
            let tree = lost_tree(note.as_str(), &keys, moment.entry, &format!("/body/lost/{i}"))?;
            if lost.contains(&tree) {
                let accepted = "each tree once";
                return Err(Refusal::at(format!("/body/lost/{i}"), Rule::WrongValue, "this tree is named already", accepted));
            }
            lost.push(tree);
        }
        owner.went_on.push(WentOn { since: moment, lost, reason: body.reason.to_string() });
        Ok(())
    }
}

/// A tree that a key of the log signed, and that is of more entries than are left.
fn lost_tree(note: &str, keys: &LogKeys, left: u64, pointer: &str) -> Result<LostTree, Refusal> {
    let accepted = "a checkpoint as the log signed it: three lines, an empty line, and its signatures";
    let note = Note::parse(format!("{note}\n").as_bytes())
        .map_err(|fault| Refusal::at(pointer, Rule::WrongValue, format!("this is no signed note: {fault}"), accepted))?;
    let signed = Checkpoint::open_any(&note, &keys.all(), &[]);
    let (checkpoint, _) = signed.map_err(|fault| {
        let detail = format!("no key of this log signed this as a checkpoint: {fault}");
        Refusal::at(pointer, Rule::SignatureInvalid, detail, accepted)
    })?;
    if checkpoint.size() <= left {
        let detail = format!("this is of {} entries, and {left} are left", checkpoint.size());
        return Err(Refusal::at(pointer, Rule::WrongValue, detail, format!("a checkpoint of more than {left} entries")));
    }
    Ok(LostTree { size: checkpoint.size(), root: checkpoint.root() })
}
