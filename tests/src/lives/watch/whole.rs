//! From scratch equals step by step: a state is what its log says, whoever folds it and whatever was refused meanwhile.

use ledger::words::Instant;

use crate::audit::Audit;
use crate::door::Entry;

/// That two who folded the same log hold the same, part by part.
pub fn same(one: &Audit, other: &Audit, what: &str) -> Result<(), String> {
    if one.next() != other.next() {
        return Err(format!("{what}: {} and {} entries", one.next(), other.next()));
    }
    if one.flags() != other.flags() {
        return Err(format!("{what}: other flags"));
    }
    if !one.institutions().eq(other.institutions()) {
        return Err(format!("{what}: other institutions"));
    }
    for (one, other) in one.agreements().zip(other.agreements()) {
        if one != other {
            return Err(format!("{what}: {} is\n{one:#?}\nand\n{other:#?}", one.head.id));
        }
    }
    if one.agreements().count() != other.agreements().count() {
        return Err(format!("{what}: other agreements"));
    }
    for agreement in one.agreements() {
        let id = &agreement.head.id;
        if !one.parts(id).eq(other.parts(id)) {
            return Err(format!("{what}: other parts are kept of {id}"));
        }
    }
    Ok(())
}

/// That every agreement is what the shell would make of the parts that it kept.
pub fn is_kept(audit: &Audit) -> Result<(), String> {
    for agreement in audit.agreements() {
        let id = &agreement.head.id;
        match audit.restored(id) {
            Some(restored) if restored == *agreement => {}
            Some(restored) => return Err(format!("what is kept of {id} makes\n{restored:#?}\nand not\n{agreement:#?}")),
            None => return Err(format!("what is kept of {id} makes nothing")),
        }
    }
    Ok(())
}

/// That a log, folded from nothing, gives a state: that which stood at an instant, by what was accepted until then and what the clock must
/// have caused.
pub fn replayed(log: &[Entry], at: Instant, stood: &Audit) -> Result<(), String> {
    let until: Vec<Entry> = log.iter().filter(|entry| entry.at <= at).cloned().collect();
    let audit = Audit::replay(&until, at).map_err(|corruption| format!("as of {at}: {corruption:?}"))?;
    same(&audit, stood, &format!("as of {at}"))
}
