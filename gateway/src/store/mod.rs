//! The database: what is kept, and in which order it becomes durable.
//!
//! `record`, `tile`, `checkpoint` are truth and take inserts only; so is `attachment_file`, where an erasure is marked. `change`
//! and `tile_root` are written with them. Content beside the log is a file each (`files`). Everything else is derived from them: it is in a database of its own, follows a moment later (`settle`),
//! and can be rebuilt.

mod abandoned;
mod alone;
mod attachments;
mod checks;
mod chunks;
mod commit;
mod copying;
mod cosigned;
mod db;
mod disk;
mod embedded;
mod files;
mod folding;
mod journal;
mod keep;
mod lives;
mod migrations;
mod log_keys;
mod past;
mod place;
mod present;
mod proofs;
mod read;
mod rechecks;
mod rows;
pub mod schema;
mod search;
mod server;
mod settle;
mod sight;
mod take_over;
mod tiles;
mod turns;
mod witness;

pub use alone::{Alone, NotAlone};
pub use attachments::AttachmentRow;
pub use checks::{Bounds, WholeRow};
pub use commit::{Commit, Conflict, Erased, NewAttachment, NewEntry};
pub use copying::{copy_database, is_erased_in};
pub use cosigned::{CosignedCheckpoint, cosigned_path};
pub use disk::time_sync;
pub use files::{Files, Held, Incoming, NotKept, SALT, read_salt, sync_folder};
pub use journal::{EntryChange, LifeChange};
pub use keep::{LedgerRow, Store, StoreFault, attachments_path, derived_path};
pub use lives::{LifeRow, assemble, life_row, part_json, part_of};
pub use past::EntryFact;
pub use place::{Database, NoDatabase, Server};
pub use present::{Counted, PresentRow, Subjects, Tally};
pub use rechecks::{DueFact, LifePage, LifePlace};
pub use rows::{EntryRow, HeadRow, StoredEntry, subject_of};
pub use search::{Found, Place, Search, overlap};
pub use settle::{Consequence, Progress, StatementRow, Unsettled};
pub use sight::{WithheldRow, withheld_of};
pub use take_over::take_over;
pub use turns::{Turn, Turns};
pub use witness::{Decided, RefusedCheckpoint, WitnessStore};
