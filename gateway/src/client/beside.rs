//! A statement with content beside it, as `multipart/form-data`: read from the disk while it is sent, whatever its size.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use ledger::words::Hash;

/// A file that holds the salt and then the content of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaltedFile {
    /// SHA-256 of the file.
    pub hash: Hash,
    /// Where it is.
    pub path: PathBuf,
}

impl SaltedFile {
    /// The name that such a file has in a folder of them.
    pub fn name(hash: &Hash) -> String {
        format!("{hash}.attachment")
    }
}

/// The boundary of the parts: a hash of the statement, which itself names the hashes of all content. So it stands in none of it,
/// but by a chance of one in 2^256.
pub(super) fn boundary(statement: &[u8]) -> String {
    Hash::of(&[b"boundary", statement]).to_string()
}

/// The whole body. Files are opened here and read as they are sent.
pub(super) fn body(statement: &[u8], media_type: &str, files: &[SaltedFile]) -> io::Result<Box<dyn Read>> {
    let boundary = boundary(statement);
    let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"statement\"\r\nContent-Type: {media_type}\r\n\r\n");
    let mut body: Box<dyn Read> = Box::new(Cursor::new([head.as_bytes(), statement].concat()));
    for SaltedFile { hash, path } in files {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"{hash}\"; filename=\"{hash}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body = Box::new(body.chain(Cursor::new(head)).chain(File::open(path)?));
    }
    Ok(Box::new(body.chain(Cursor::new(format!("\r\n--{boundary}--\r\n")))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_stand_between_boundaries_and_nothing_is_added_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"salt and\r\ncontent").unwrap();
        let hash = Hash::of(&[b"salt and\r\ncontent"]);
        let mut sent = String::new();
        body(b"a.b.c", "application/jose", &[SaltedFile { hash, path }]).unwrap().read_to_string(&mut sent).unwrap();
        let boundary = boundary(b"a.b.c");
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"statement\"\r\nContent-Type: application/jose\r\n\r\na.b.c\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"{hash}\"; filename=\"{hash}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\nsalt and\r\ncontent\r\n--{boundary}--\r\n"
        );
        assert_eq!(sent, expected);
        assert!(boundary.len() <= 70, "RFC 2046 s5.1.1");
    }
}
