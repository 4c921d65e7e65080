//! The paths of tiles: for every tile one spelling, and any other is refused (tlog-tiles, "Merkle Tree").

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{Kind, MAX_LEVEL, Tile, WIDTH};
use crate::log::text::parse_decimal;

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
        }
        let digits = self.index.to_string();
        // Groups of three from the right, all but the last marked: no file has the name of a directory.
        let digits = format!("{digits:0>0$}", digits.len().div_ceil(3) * 3);
        let (leading, last) = digits.split_at(digits.len() - 3);
        for group in 0..leading.len() / 3 {
            write!(f, "x{}/", &leading[group * 3..group * 3 + 3])?;
        }
        f.write_str(last)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for Tile {
    type Err = PathFault;

    /// Reads a path below the log's prefix, without a leading slash: only as it is written by `Display`.
    fn from_str(text: &str) -> Result<Self, PathFault> {
        let (kind, rest) = text.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(PathFault::Shape)?;
        let kind = match kind {
            "entries" => Kind::Entries,
            level => match parse_decimal(level) {
                Some(level) if level <= u64::from(MAX_LEVEL) => Kind::Hashes(level as u8),
                _ => return Err(PathFault::Level),
            },
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, WIDTH),
            Some((index, width)) => match parse_decimal(width) {
                Some(width @ 1..=255) => (index, width as u16),
                _ => return Err(PathFault::Width),
            },
        };
        let tile = Self { kind, index: parse_index(index)?, width };
        // Whatever else could be spelled in two ways (a leading `x000`) is refused here.
        if tile.to_string() == text { Ok(tile) } else { Err(PathFault::Index) }
    }
}

fn parse_index(text: &str) -> Result<u64, PathFault> {
    let (leading, last) = match text.rsplit_once('/') {
        Some((leading, last)) => (Some(leading), last),
        None => (None, text),
    };
    let marked = leading.into_iter().flat_map(|leading| leading.split('/')).map(|group| group.strip_prefix('x'));
    let mut index: u64 = 0;
    for group in marked.chain([Some(last)]) {
        let group = group.ok_or(PathFault::Index)?;
        if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PathFault::Index);
        }
        let group: u64 = group.parse().map_err(|_| PathFault::Index)?;
        index = index.checked_mul(1000).and_then(|index| index.checked_add(group)).ok_or(PathFault::Index)?;
    }
    Ok(index)
}

/// Why a path names no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathFault {
    /// It does not begin as the path of a tile does.
    #[error("not tile/<L>/<N> or tile/entries/<N>")]
    Shape,
    /// The level is not 0 to 63.
    #[error("the level is not a number from 0 to 63 without leading zeros")]
    Level,
    /// The index is not written in groups of three digits, all but the last with `x`, or is too large.
    #[error("the index is not written as in x001/x234/067")]
    Index,
    /// The width of a partial tile is not 1 to 255.
    #[error("the width is not a number from 1 to 255 without leading zeros")]
    Width,
}
