//! What an institution may read, before and after an audit: what began or ended meanwhile was read by half.

use std::collections::BTreeSet;

use crate::client::{Client, Error};

/// The agreements that are withheld from others and not from this reader, each by the entry of its proposal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::command) struct Rights(BTreeSet<u64>);

/// The rights of whom the client reads as. Anybody has none, and so nothing to lose.
pub(in crate::command) fn of(client: &Client, ledger: &str) -> Result<Rights, Error> {
    if client.reader().is_none() {
        return Ok(Rights::default());
    }
    let listed = client.items(ledger, "withheld-agreements")?;
    Ok(Rights(listed.iter().filter(|item| item["agreement"].is_string()).filter_map(|item| item["entry"].as_u64()).collect()))
}

impl Rights {
    /// Whether each agreement of the first so many entries could be read then as now.
    pub(in crate::command) fn hold_since(&self, before: &Self, size: u64) -> bool {
        self.0.range(..size).eq(before.0.range(..size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_after_the_checkpoint_changes_nothing() {
        let rights = |entries: &[u64]| Rights(entries.iter().copied().collect());
        assert!(rights(&[3, 9, 12]).hold_since(&rights(&[3, 9]), 12));
        assert!(!rights(&[3, 9, 11]).hold_since(&rights(&[3, 9]), 12));
        assert!(!rights(&[3]).hold_since(&rights(&[3, 9]), 12));
    }
}
