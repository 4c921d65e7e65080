//! A zip is read as it was written, and refused in every other shape.

use super::*;

fn files() -> Files {
    Files::from([("a.txt".to_owned(), b"one".to_vec()), ("b/c.txt".to_owned(), b"two".to_vec())])
}

#[test]
fn the_same_files_give_the_same_bytes_and_come_back() {
    let bytes = write(&files());
    assert_eq!(bytes, write(&files()));
    assert_eq!(read(&bytes), Ok(files()));
}

/// A zip with one file of this name, written without asking whether it is one.
fn named(name: &str) -> Vec<u8> {
    let placeholder = "n".repeat(name.len());
    let zip = write(&Files::from([(placeholder.clone(), b"content".to_vec())]));
    let mut zip = zip;
    let at: Vec<usize> =
        zip.windows(placeholder.len()).enumerate().filter(|(_, window)| *window == placeholder.as_bytes()).map(|(at, _)| at).collect();
    for at in at {
        zip[at..at + name.len()].copy_from_slice(name.as_bytes());
    }
    zip
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        "../evil",
        "/etc/passwd",
        "a/../../b",
        "a\\..\\b",
        "C:evil.tx",
        "a//b.text",
        "a/b/c.text",
        ".hidden",
        "a\u{e9}b.text",
        "a/./b.txt",
        "trailing.",
    ] {
        assert_eq!(read(&named(name)), Err(ContainerFault::Name(name.into())), "{name}");
    }
    let long = "a".repeat(MAX_NAME + 1);
    assert_eq!(read(&named(&long)), Err(ContainerFault::Name(long)));
}

#[test]
fn doubled_names_are_refused() {
    let zip = write(&Files::from([("aaaa".to_owned(), b"one".to_vec()), ("bbbb".to_owned(), b"two".to_vec())]));
    let doubled: Vec<u8> = String::from_utf8_lossy(&zip)
        .contains("bbbb")
        .then(|| {
            let mut zip = zip.clone();
            let places: Vec<usize> = zip.windows(4).enumerate().filter(|(_, window)| *window == b"bbbb").map(|(at, _)| at).collect();
            places.into_iter().for_each(|at| zip[at..at + 4].copy_from_slice(b"aaaa"));
            zip
        })
        .unwrap();
    assert_eq!(read(&doubled), Err(ContainerFault::Doubled));
}

#[test]
fn what_is_larger_than_it_says_or_cut_short_is_refused() {
    let good = write(&files());
    for length in 0..good.len() {
        assert!(read(&good[..length]).is_err(), "cut at {length}");
    }
    assert!(matches!(read(&[good.clone(), b"x".to_vec()].concat()), Err(ContainerFault::Zip(_))));
    // A size in the directory that is beyond what is read, of a file that claims to be compressed: a bomb.
    let mut bomb = good.clone();
    let directory = good.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bomb[directory + 24..directory + 28].copy_from_slice(&u32::MAX.to_le_bytes());
    bomb[directory + 10] = 8;
    assert!(read(&bomb).is_err());
    // Two files over the same bytes: every further one costs the sender its name, and the reader its content.
    let two = Files::from([("aaaa".to_owned(), vec![b'a'; 4_000]), ("bbbb".to_owned(), vec![b'a'; 4_000])]);
    let mut laid = write(&two);
    let second = laid.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x01\x02").map(|(at, _)| at).nth(1).unwrap();
    laid[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    let begin = laid.windows(4).rposition(|window| window == b"PK\x03\x04").unwrap();
    let length = laid.windows(4).position(|window| window == b"PK\x01\x02").unwrap() - begin;
    laid.drain(begin..begin + length);
    let end = laid.len() - END;
    let directory = u32::try_from(begin).unwrap();
    laid[end + 16..end + 20].copy_from_slice(&directory.to_le_bytes());
    assert_eq!(read(&laid), Err(ContainerFault::TooLarge(format!("more than {} bytes", laid.len()))));
    let many = Files::from_iter((0..MAX_FILES + 1).map(|n| (format!("f{n}"), Vec::new())));
    assert_eq!(read(&write(&many)), Err(ContainerFault::TooLarge(format!("{} files", MAX_FILES + 1))));
    let large = Files::from([("large".to_owned(), vec![0; MAX_BYTES + 1])]);
    assert!(matches!(read(&write(&large)), Err(ContainerFault::TooLarge(_))));
}
