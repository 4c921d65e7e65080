//! The zip around the files: written in one way only, and read strictly within bounds, in memory.
//!
//! Files are stored as they are, in the order of their names, with one date and one mode: the same files give the same
//! bytes, a reader knows what it gets before it reads, and nothing is unpacked that is larger than it was sent.

use std::io::{Cursor, Read as _, Write as _};

use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{MAX_BYTES, MAX_ENTRIES};

/// At most this many files: a receipt, a statement and some content for each entry.
pub(super) const MAX_FILES: usize = 8 * MAX_ENTRIES;
/// The longest name that is read, in bytes.
const MAX_NAME: usize = 128;
/// The size of the record at the end of a zip without a comment.
const END: usize = 22;

/// Files with their names, in the order of these.
pub(super) type Files = std::collections::BTreeMap<String, Vec<u8>>;

/// Why bytes are no case file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContainerFault {
    /// They are no zip.
    #[error("this is no zip that can be read: {0}")]
    Zip(String),
    /// It holds more than is read.
    #[error("it holds {0}, more than is read")]
    TooLarge(String),
    /// A name that is not one of a case file.
    #[error("a file in it is called {0:?}; accepted are names such as receipts/12.tlog-proof")]
    Name(String),
    /// Two files of one name.
    #[error("it holds two files of one name: which of them counts, readers would not agree on")]
    Doubled,
    /// A file that is compressed, encrypted, a folder or a link.
    #[error("{0} is not stored as it is")]
    NotStored(String),
}

/// Writes a zip.
pub(super) fn write(files: &Files) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).expect("names are short, and unique");
        zip.write_all(bytes).expect("memory takes what it is given");
    }
    zip.finish().expect("memory takes what it is given").into_inner()
}

/// Reads a zip. Whether it was written by [`write`] is for the caller to compare.
pub(super) fn read(bytes: &[u8]) -> Result<Files, ContainerFault> {
    if bytes.len() > MAX_BYTES + MAX_BYTES / 4 {
        return Err(ContainerFault::TooLarge(format!("{} bytes", bytes.len())));
    }
    let fault = |error: zip::result::ZipError| ContainerFault::Zip(error.to_string());
    let said = count_said(bytes)?;
    if said > MAX_FILES {
        return Err(ContainerFault::TooLarge(format!("{said} files")));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
    // Of two with one name, the library keeps one.
    if zip.len() != said {
        return Err(ContainerFault::Doubled);
    }
    // Files that are stored as they are and do not lie over one another hold no more than the zip itself.
    let (mut files, mut left) = (Files::new(), bytes.len().min(MAX_BYTES) as u64);
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).map_err(fault)?;
        let name = file.name().map_err(fault)?.into_owned();
        if !is_name(&name) {
            return Err(ContainerFault::Name(name));
        }
        if file.compression() != CompressionMethod::Stored || file.encrypted() || file.is_dir() || file.is_symlink() {
            return Err(ContainerFault::NotStored(name));
        }
        left = left
            .checked_sub(file.size())
            .ok_or_else(|| ContainerFault::TooLarge(format!("more than {} bytes", bytes.len().min(MAX_BYTES))))?;
        let mut content = Vec::new();
        let size = file.size();
        file.by_ref().take(size + 1).read_to_end(&mut content).map_err(|error| ContainerFault::Zip(format!("{name}: {error}")))?;
        if files.insert(name, content).is_some() {
            return Err(ContainerFault::Doubled);
        }
    }
    Ok(files)
}

/// How many files the record at the end speaks of; a zip as it is written here has no comment after it.
fn count_said(bytes: &[u8]) -> Result<usize, ContainerFault> {
    let end = bytes.len().checked_sub(END).map(|at| &bytes[at..]).filter(|end| end.starts_with(b"PK\x05\x06"));
    let end = end.ok_or_else(|| ContainerFault::Zip("it does not end as a zip without a comment does".into()))?;
    Ok(usize::from(u16::from_le_bytes([end[10], end[11]])))
}

/// Letters, digits, `-`, `_` and `.` in at most two steps: nothing that leads out of a folder, on any system.
fn is_name(name: &str) -> bool {
    let is_step = |step: &str| {
        let plain = step.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c));
        plain && !step.is_empty() && !step.starts_with('.') && !step.ends_with('.')
    };
    name.len() <= MAX_NAME && name.split('/').count() <= 2 && name.split('/').all(is_step)
}

#[cfg(test)]
mod tests;
