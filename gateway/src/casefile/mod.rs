//! Case files: everything that shows how an agreement, an obligation, a breach or a case stands, in one zip that anyone
//! can check without a network and without this program.
//!
//! A [`Bundle`] is what cannot be computed: receipts under one checkpoint, those that lead from key to key of the log, and
//! the content beside it. All else in the zip follows from it ([`files`]), so whoever checks a case file writes those files
//! again and compares. The gateway signs the list of hashes ([`SEAL`]): it answers for having left nothing out, which
//! receipts alone cannot show.

mod scope;
mod selection;
mod statements;
mod container;
mod files;
mod index;
mod log_keys;
mod check;
mod collect;

pub use check::{Checked, check};
pub use collect::{CollectFault, collect};
pub use container::ContainerFault;
pub use files::files;
pub use scope::Scope;

use std::collections::BTreeMap;

use ledger::words::{Hash, Slug};

/// The version of the layout, in `casefile.json`.
pub const FORMAT: &str = "convenant/case-file/v1";
/// The `typ` of the signature over the list of hashes.
pub const SEAL_TYP: &str = "convenant.case-file.v1+jws";
/// The list of hashes, as `sha256sum` writes it.
pub const SUMS: &str = "SHA256SUMS";
/// A compact JWS by the gateway's statement key: what the file is about, and the hash of the list of hashes.
pub const SEAL: &str = "SHA256SUMS.jws";
/// At most this many entries are in one file.
pub const MAX_ENTRIES: usize = 5_000;
/// At most this many bytes are in one file.
pub const MAX_BYTES: usize = 48 * 1024 * 1024;

/// What a case file is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The agreement that it is about.
    pub agreement: Slug,
    /// How much of it.
    pub scope: Scope,
    /// The vkey of the log that the genesis names.
    pub log_key: String,
    /// The version of the program that wrote it: its texts are compared only with those of the same version.
    pub made_by: String,
    /// The texts of the receipts, by entry, all under one checkpoint.
    pub receipts: BTreeMap<u64, String>,
    /// The texts of the receipts of the entries that name a later key of the log, each under the first checkpoint that holds it:
    /// the key before it signed that one as well.
    pub announcements: BTreeMap<u64, String>,
    /// Content beside the log, by its salted hash; what was erased is not here.
    pub attachments: BTreeMap<Hash, Content>,
}

/// Content beside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// 32 bytes.
    pub salt: Vec<u8>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// The version that this program writes into a case file.
pub fn made_by() -> String {
    concat!("convenant ", env!("CARGO_PKG_VERSION")).into()
}
