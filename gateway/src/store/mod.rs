//! The database: what is kept, and in which order it becomes durable.
//!
//! `record`, `tile`, `checkpoint` and `attachment` are truth and take inserts only. `head`, `life`,
//! `due`, `signer_key` and `tile_root` are derived from them and can be rebuilt.

mod commit;
mod keep;
mod lives;
mod proofs;
mod read;
mod rows;
mod tiles;

pub use commit::{Commit, Conflict, NewAttachment, NewEntry};
pub use keep::{LedgerRow, Store, StoreFault};
pub use lives::{LifeRow, life_row};
pub use read::{AttachmentRow, PartQuery, PartRow};
pub use rows::{EntryRow, HeadRow, subject_of};
