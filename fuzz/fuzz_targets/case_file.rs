//! A case file: nothing holds but what the ledger signed, whatever is done to it, and what is said of it stays small.
#![no_main]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;

use gateway::casefile::check;
use ledger::log::note::{KeyFault, VerifierKey};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

type Files = BTreeMap<String, Vec<u8>>;

/// A case file as a gateway wrote it.
static WHOLE: &[u8] = include_bytes!("../seeds/case_file/whole.zip");
static FILES: LazyLock<Files> = LazyLock::new(|| {
    let mut zip = ZipArchive::new(Cursor::new(WHOLE)).expect("a zip");
    let count = zip.len();
    let read = |place| {
        let mut file = zip.by_index(place).expect("a file");
        let (name, mut content) = (file.name().expect("a name").into_owned(), Vec::new());
        file.read_to_end(&mut content).expect("its content");
        (name, content)
    };
    (0..count).map(read).collect()
});

/// The files after some orders: five bytes (which file, what to do, two for the place, how many bytes), then those bytes.
fn changed(mut orders: &[u8]) -> Files {
    let mut files = FILES.clone();
    while let Some(([which, what, high, low, length], rest)) = orders.split_first_chunk() {
        let (given, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        orders = rest;
        let name = FILES.keys().nth(usize::from(*which) % FILES.len()).expect("one of them");
        let content = files.entry(name.clone()).or_default();
        let at = usize::from(u16::from_be_bytes([*high, *low])) % (content.len() + 1);
        let end = content.len().min(at + given.len());
        match what % 4 {
            0 => content[at..end].copy_from_slice(&given[..end - at]),
            1 => _ = content.splice(at..at, given.iter().copied()),
            2 => _ = content.drain(at..end),
            _ => _ = files.remove(name),
        }
    }
    files
}

fn packed(files: &Files) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), options).expect("a name");
        zip.write_all(content).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // A zip as it comes; else orders for a whole one, which is packed anew, so that the checks behind the zip are met as well.
    let zip = if bytes.starts_with(b"PK") { Cow::Borrowed(bytes) } else { Cow::Owned(packed(&changed(bytes))) };
    let checked = check(&zip, |_, own| own.parse::<VerifierKey>().map(|key| vec![key]).map_err(|fault: KeyFault| fault.to_string()), &[]);
    assert!(!checked.faults.is_empty() || *zip == *WHOLE, "a file that no ledger signed holds");
    let said: usize = checked.faults.iter().map(String::len).sum();
    assert!(said <= 64 * 1024 + 16 * zip.len(), "{said} bytes of faults");
});
