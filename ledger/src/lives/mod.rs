//! One state machine a file: what the log has made of each institution and each agreement.
//!
//! Transitions check and apply in one place, on a copy that is thrown away when they refuse.

pub mod moment;
pub mod rules;
pub mod log_keys;
pub mod continuation;
pub mod institution;
pub mod institution_succession;
pub mod recovery;
pub mod mandate;
pub mod scope;
pub mod stake;
pub mod interest;
pub mod text;
pub mod head;
pub mod party;
pub mod agreement;
pub mod parts;
pub mod offer;
pub mod version;
pub mod owed;
pub mod succession;
pub mod coverage;
pub mod budget;
pub mod suspension;
mod annulment;
pub mod obligation;
mod due;
mod release;
mod plan;
mod dissolution;
mod accession;
pub mod expulsion;
mod handover;
mod condition;
mod upkeep;
pub mod amendment;
mod dependence;
pub mod review;
pub mod report;
pub mod escalation;
mod ladder;
mod ruling;
pub mod state;
pub mod withdrawal;
pub mod withheld;
pub mod clock;
pub mod matter;
pub mod attention;
pub mod colour;
mod light;

pub use agreement::Agreement;
pub use institution::Institution;
pub use moment::{Fact, Moment};
pub use rules::Rules;
pub use withheld::Reader;
