//! Case files that were made to exhaust whoever checks them: each is refused with its reason, in the memory of a few copies of it.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Output};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// All the memory that `verify` may ask for, in kilobytes, the program itself included.
const MEMORY: &str = "1000000";
const MEGABYTE: usize = 1024 * 1024;

fn zip<'a>(files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name, options).unwrap();
        zip.write_all(&content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What `convenant verify` says of a file, with little memory.
fn verify(folder: &Path, bytes: &[u8]) -> String {
    let file = folder.join("case.zip");
    std::fs::write(&file, bytes).unwrap();
    let script = format!("ulimit -v {MEMORY}; exec \"$@\"");
    let Output { status, stdout, stderr } = Command::new("sh")
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_convenant"), "verify"])
        .arg(&file)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8(stdout).unwrap();
    assert_eq!(status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&stderr));
    assert!(said.len() < 100_000, "{} bytes are said of it", said.len());
    said
}

#[test]
fn a_case_file_that_was_made_to_exhaust_its_reader_is_refused_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let says = |bytes: Vec<u8>, what: &str| {
        let said = verify(folder.path(), &bytes);
        assert!(said.contains(what), "{what}: {said}");
    };
    // Two bytes of an index for each value that a reader might keep, and one of the list for each line to complain of.
    let zeros = format!("[{}0]", "0,".repeat(20 * MEGABYTE)).into_bytes();
    says(zip([("casefile.json", zeros.clone())]), "casefile.json: invalid type");
    let index = format!("{{\"entries\":{}}}", String::from_utf8(zeros).unwrap()).into_bytes();
    says(zip([("casefile.json", index)]), "casefile.json: missing field `format`");
    says(zip([("SHA256SUMS", vec![b'\n'; 40 * MEGABYTE])]), "SHA256SUMS, line 1: no hash and name");
    says(zip([("receipts/0.tlog-proof", vec![b'\n'; 40 * MEGABYTE])]), "SHA256SUMS is missing");
    let names: Vec<String> = (0..60_000).map(|number| format!("receipts/{number}.tlog-proof")).collect();
    says(zip(names.iter().map(|name| (name.as_str(), Vec::new()))), "60000 files, more than is read");
    says(zip([("../../evil.sh", b"true".to_vec())]), "a file in it is called \"../../evil.sh\"");
    assert!(!folder.path().join("../../evil.sh").exists());
}
