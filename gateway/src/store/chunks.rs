//! Rows by the many: inserts of a few fixed sizes, so that each is prepared once and found again.

/// The sizes, largest first. With at most 16 values a row they stay under the 32,766 that SQLite binds.
const SIZES: [usize; 5] = [1024, 256, 64, 16, 4];

/// Cuts rows into chunks whose sizes come from a short list; only the last few rows go one by one.
pub(super) fn in_chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len()).unwrap_or(1);
        let (chunk, rest) = rows.split_at_checked(size)?;
        rows = rest;
        Some(chunk)
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
            assert!(in_chunks(&rows).all(|chunk| chunk.len() == 1 || SIZES.contains(&chunk.len())));
        }
    }
}
