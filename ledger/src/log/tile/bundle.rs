//! The bytes of tiles: hashes one after the other, and entries with their lengths in front (tlog-tiles, "Log entries").

use thiserror::Error;

use crate::words::Hash;

/// The bytes of an entry bundle: for each entry its length as u16 big-endian, then the entry.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BundleFault> {
    let mut bytes = Vec::new();
    for entry in entries.iter().map(AsRef::as_ref) {
        let length = u16::try_from(entry.len()).map_err(|_| BundleFault::EntryTooLong(entry.len()))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Reads an entry bundle of a known width: exactly so many entries and nothing after them.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleFault> {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(BundleFault::Truncated)?;
        entries.push(entry);
        rest = after;
    }
    if !rest.is_empty() {
        return Err(BundleFault::Truncated);
    }
    check_width(width, entries.len())?;
    Ok(entries)
}

/// Reads a tile of hashes of a known width.
pub fn decode_hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, BundleFault> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(BundleFault::Truncated);
    }
    check_width(width, hashes.len())?;
    Ok(hashes.iter().copied().map(Hash).collect())
}

fn check_width(width: u16, found: usize) -> Result<(), BundleFault> {
    if found == usize::from(width) { Ok(()) } else { Err(BundleFault::Width { expected: width, found }) }
}

/// Why bytes are no bundle or no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BundleFault {
    /// An entry is longer than its length can say.
    #[error("an entry of {0} bytes does not fit a bundle")]
    EntryTooLong(usize),
    /// The bytes end within a length, an entry or a hash.
    #[error("the bytes end within an item")]
    Truncated,
    /// There are more or fewer items than the path says.
    #[error("{found} items where the path says {expected}")]
    Width {
        /// What the path says.
        expected: u16,
        /// What there is.
        found: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_lengths_and_entries() {
        let bytes = encode_bundle(&[b"ab".as_slice(), b"", b"c"]).unwrap();
        assert_eq!(bytes, b"\x00\x02ab\x00\x00\x00\x01c");
        assert_eq!(decode_bundle(&bytes, 3).unwrap(), [b"ab".as_slice(), b"", b"c"]);
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(encode_bundle(&[vec![0; 65_536]]), Err(BundleFault::EntryTooLong(65_536)));
        assert_eq!(decode_bundle(b"\x00\x02a", 1), Err(BundleFault::Truncated));
        assert_eq!(decode_bundle(b"\x00\x01a\x00", 1), Err(BundleFault::Truncated));
        assert_eq!(decode_bundle(b"\x00\x01a", 2), Err(BundleFault::Width { expected: 2, found: 1 }));
        assert_eq!(decode_bundle(b"\x00\x00\x00\x00", 1), Err(BundleFault::Width { expected: 1, found: 2 }));
        assert_eq!(decode_hashes(&[0; 63], 2), Err(BundleFault::Truncated));
        assert_eq!(decode_hashes(&[0; 64], 1), Err(BundleFault::Width { expected: 1, found: 2 }));
        assert_eq!(decode_hashes(&[0; 64], 2), Ok(vec![Hash([0; 32]); 2]));
    }
}
