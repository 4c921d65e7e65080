//! Proof that whoever runs a log holds the key that is to sign for it: a signature line over a text that is no checkpoint.
//!
//! ```text
//! convenant/log-key/v1
//! <origin>
//! <the new vkey>
//! ```

use super::note::{KeyKind, Note, NoteFault, NoteSigner, Signature, VerifierKey};

/// What the new key signs. A checkpoint has a size in its second line, so that neither passes for the other.
fn text(key: &VerifierKey) -> String {
    format!("convenant/log-key/v1\n{}\n{key}\n", key.name())
}

/// The signature line by which a key shows that it is held, without its line feed.
pub fn prove(signer: &NoteSigner) -> String {
    signer.sign(&text(signer.verifier())).to_string()
}

/// Verifies such a line.
pub fn check(key: &VerifierKey, line: &str) -> Result<(), NoteFault> {
    // A cosignature covers a time as well: only a key of a log can show this.
    if key.kind() != KeyKind::Note {
        return Err(NoteFault::NoTrustedSignature);
    }
    Note::new(text(key), vec![Signature::parse(line)?])?.verify(std::slice::from_ref(key)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_holder_of_the_very_key_proves_it_and_only_for_its_origin() {
        let signer = |name: &str, seed| NoteSigner::from_seed(name, &[seed; 32]).unwrap();
        let (held, other, elsewhere) = (signer("l.example/gm1", 1), signer("l.example/gm1", 2), signer("l.example/gm2", 1));
        let line = prove(&held);
        assert_eq!(check(held.verifier(), &line), Ok(()));
        assert_eq!(check(other.verifier(), &line), Err(NoteFault::NoTrustedSignature));
        assert_eq!(check(elsewhere.verifier(), &line), Err(NoteFault::NoTrustedSignature));
        let forged = Signature::parse(&elsewhere.sign("convenant/log-key/v1\n").to_string()).unwrap();
        assert_eq!(check(elsewhere.verifier(), &forged.to_string()), Err(NoteFault::BadSignature { name: "l.example/gm2".into() }));
        assert_eq!(check(held.verifier(), "l.example/gm1"), Err(NoteFault::SignatureLine));
        assert_eq!(check(held.verifier(), &format!("{line}\n{line}")), Err(NoteFault::SignatureBase64));
        assert!(super::super::checkpoint::Checkpoint::parse(&text(held.verifier())).is_err(), "it is no checkpoint");
    }
}
