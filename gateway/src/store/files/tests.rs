//! Files come whole or not at all, are held while they are needed, and leave nothing behind.

use super::*;

const SALT_BYTES: [u8; 32] = [7; 32];

fn at() -> Instant {
    "2006-03-01T09:00:00.000Z".parse().unwrap()
}

fn folder() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(&folder.path().join("x.attachments"));
    (folder, files)
}

/// Every file below a folder.
fn all(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { found.extend(all(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[test]
fn what_came_waits_moves_to_its_place_and_is_read_from_either() {
    let (folder, files) = folder();
    let hash = Hash::of(&[&SALT_BYTES, b"content"]);
    let held = files.put(1, &SALT_BYTES, b"content", at()).unwrap();
    let read = || {
        let (mut file, mut content) = (files.open(1, &hash).unwrap(), String::new());
        assert_eq!(read_salt(&mut file).unwrap(), SALT_BYTES);
        file.read_to_string(&mut content).unwrap();
        content
    };
    assert_eq!((read(), files.waiting(1).unwrap()), ("content".into(), vec![(hash, at())]));
    files.keep(1, &hash).unwrap();
    assert_eq!((read(), files.waiting(1).unwrap()), ("content".into(), vec![]));
    // Again, and while it is there already.
    files.keep(1, &hash).unwrap();
    drop(files.put(1, &SALT_BYTES, b"content", at()).unwrap());
    drop(held);
    assert_eq!(all(folder.path()).len(), 1, "once, whoever sends it again");
    assert!(files.open(2, &hash).is_err(), "another ledger has files of its own");
}

#[test]
fn what_is_not_what_was_announced_or_not_whole_is_not_kept() {
    let (folder, files) = folder();
    let mut incoming = files.begin(1).unwrap();
    incoming.write(&SALT_BYTES).unwrap();
    incoming.write(b"other").unwrap();
    let hash = Hash::of(&[&SALT_BYTES, b"content"]);
    assert!(matches!(incoming.finish(&hash, at()), Err(NotKept::OtherHash(_))));
    let mut half = files.begin(1).unwrap();
    half.write(b"half").unwrap();
    drop(half);
    assert_eq!(all(folder.path()), Vec::<PathBuf>::new());
    // A process that died had no time to remove it.
    fs::write(folder.path().join("x.attachments/1/incoming/dead.part"), b"half").unwrap();
    files.clear_incoming(1, None).unwrap();
    assert_eq!(all(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn whoever_has_it_open_reads_nothing_of_it_once_it_is_wiped() {
    let (folder, files) = folder();
    let content = vec![b'x'; 3 * BLOCK + 17];
    let hash = Hash::of(&[&SALT_BYTES, &content]);
    drop(files.put(1, &SALT_BYTES, &content, at()).unwrap());
    for kept in [false, true] {
        if kept {
            drop(files.put(1, &SALT_BYTES, &content, at()).unwrap());
            files.keep(1, &hash).unwrap();
        }
        let mut open = files.open(1, &hash).unwrap();
        files.wipe(1, &hash).unwrap();
        files.wipe(1, &hash).unwrap();
        let mut left = Vec::new();
        open.read_to_end(&mut left).unwrap();
        assert!(left.iter().all(|byte| *byte == 0));
        assert_eq!(all(folder.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn what_a_statement_on_its_way_names_is_not_removed_and_the_other_way_round() {
    let (_folder, files) = folder();
    let hash = Hash::of(&[&SALT_BYTES, b"content"]);
    let first = files.put(1, &SALT_BYTES, b"content", at()).unwrap();
    let second = files.put(1, &SALT_BYTES, b"content", at()).unwrap();
    drop(first);
    assert!(files.leave(1, &hash).is_none(), "the second still names it");
    drop(second);
    let leaving = files.leave(1, &hash).unwrap();
    assert!(matches!(files.put(1, &SALT_BYTES, b"content", at()), Err(NotKept::Leaving)));
    assert!(files.leave(1, &hash).is_none());
    drop(leaving);
    assert!(files.put(1, &SALT_BYTES, b"content", at()).is_ok());
}
