//! What lives came to: which types were accepted and refused, which flags were raised, who got out and how.

use std::collections::BTreeMap;

use ledger::envelope::Type;

use super::{Life, Seen};
use crate::door::Answer;

/// Counts over lives.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Entries of each type, flags and the genesis included.
    pub accepted: BTreeMap<Type, u64>,
    /// Refusals of each type.
    pub refused: BTreeMap<Type, u64>,
    /// Flags of each cause.
    pub flags: BTreeMap<&'static str, u64>,
    /// Parties that are no longer bound, by how they got out; and ends.
    pub ways_out: BTreeMap<&'static str, u64>,
    /// The rules by which acts of each type were refused.
    pub rules: BTreeMap<String, u64>,
}

impl Coverage {
    /// Adds what was said in a life, and what its clock caused.
    pub fn see<D: Seen>(&mut self, life: &Life<D>) {
        *self.accepted.entry(Type::Genesis).or_default() += 1;
        for told in &life.told {
            match &told.answer {
                Answer::Accepted(_) => *self.accepted.entry(told.kind).or_default() += 1,
                Answer::Repeat(_) => {}
                Answer::Refused(said) => {
                    *self.refused.entry(told.kind).or_default() += 1;
                    *self.rules.entry(format!("{}: {}", told.kind.code(), said[0].code)).or_default() += 1;
                }
            }
        }
        for (_, flag) in life.town.door.audit().flags() {
            *self.accepted.entry(Type::Flag).or_default() += 1;
            *self.flags.entry(flag.cause.code()).or_default() += 1;
        }
    }

    /// Adds what others came to.
    pub fn add(&mut self, other: &Self) {
        fn sum<K: Ord + Clone>(into: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
            from.iter().for_each(|(key, count)| *into.entry(key.clone()).or_default() += count);
        }
        let Self { accepted, refused, flags, ways_out, rules } = other;
        sum(&mut self.accepted, accepted);
        sum(&mut self.refused, refused);
        sum(&mut self.flags, flags);
        sum(&mut self.ways_out, ways_out);
        sum(&mut self.rules, rules);
    }
}
