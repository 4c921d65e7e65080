//! Rows by the many: inserts of not too many sizes, so that each is prepared once and found again.

/// The sizes of many rows, largest first. With at most 16 values a row they stay under the 32,766 that SQLite binds.
/// Fewer than the last go together: each insert is a way to the connection's thread and back, and the batch in flight
/// waits for it.
const SIZES: [usize; 3] = [1024, 256, 64];

/// So many statements a connection must remember, for all sizes of a few inserts to be among them.
pub(super) const PREPARED: usize = 512;

/// Cuts rows into chunks.
pub(super) fn in_chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len()).unwrap_or(rows.len());
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_chunk_in_order() {
        for count in [0, 1, 3, 4, 5, 21, 64, 100, 1023, 1024, 2500] {
            let rows: Vec<usize> = (0..count).collect();
            assert_eq!(in_chunks(&rows).flatten().copied().collect::<Vec<_>>(), rows);
            assert!(in_chunks(&rows).all(|chunk| chunk.len() < 64 || SIZES.contains(&chunk.len())));
        }
    }
}
