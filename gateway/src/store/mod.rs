//! The database: what is kept, and in which order it becomes durable.
//!
//! `record`, `tile`, `checkpoint` and `attachment` are truth and take inserts only. `change` and `tile_root` are written
//! with them. Everything else is derived from them: it is in a database of its own, follows a moment later (`settle`),
//! and can be rebuilt.

mod alone;
mod chunks;
mod commit;
mod cosigned;
mod folding;
mod journal;
mod keep;
mod lives;
mod past;
mod present;
mod proofs;
mod read;
mod rows;
mod search;
mod settle;
mod sight;
mod tiles;
mod witness;

pub use alone::{Alone, NotAlone};
pub use commit::{Commit, Conflict, NewAttachment, NewEntry};
pub use cosigned::CosignedCheckpoint;
pub use journal::{EntryChange, LifeChange};
pub use keep::{LedgerRow, Store, StoreFault, derived_path};
pub use lives::{LifeRow, assemble, life_row, part_json, part_of};
pub use past::EntryFact;
pub use present::{Counted, PresentRow, Subjects, Tally};
pub use read::AttachmentRow;
pub use rows::{EntryRow, HeadRow, StoredEntry, subject_of};
pub use search::{Found, Place, Search, overlap};
pub use settle::{Consequence, Progress, StatementRow, Unsettled};
pub use sight::{WithheldRow, withheld_of};
pub use witness::{Decided, RefusedCheckpoint, WitnessStore};
