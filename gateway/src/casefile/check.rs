//! Checks a case file: every receipt, every signature, every attachment, and that nothing in it is other than it follows.

use std::collections::{BTreeMap, BTreeSet};

use ledger::book::Ledger;
use ledger::envelope::Received;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, Signed, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::words::Hash;

use super::container::{self, Files};
use super::files::{TEXTS, attachment_name, files, read, seal_payload};
use super::index::Index;
use super::log_keys::{check_log_keys, trusted};
use super::statements::Item;
use super::{Bundle, Content, MAX_ENTRIES, SEAL, SEAL_TYP, SUMS, made_by};

/// What a check came to.
#[derive(Debug, Default)]
pub struct Checked {
    /// What does not hold, each with the file or entry; empty when all of it does.
    pub faults: Vec<String>,
    /// What a person should know besides.
    pub notes: Vec<String>,
    /// What it is about: agreement and scope.
    pub about: Option<(String, String)>,
    /// The tree that all receipts are under.
    pub checkpoint: Option<Checkpoint>,
    /// The witnesses that saw it.
    pub witnesses: Vec<Signed>,
    /// The keys that the log has had, oldest first; the last one signs now.
    pub log_keys: Vec<VerifierKey>,
    /// How many statements: those about the agreement, those about keys.
    pub statements: (usize, usize),
    /// Whose keys signed, in the order of their names.
    pub signers: BTreeSet<String>,
    /// How many attachments are there, and how many are not.
    pub attachments: (usize, usize),
    /// The summaries, by the names of their files.
    pub summaries: BTreeMap<String, String>,
}

/// Checks the bytes of a case file. `log` names the keys that are trusted for the log of a checkpoint, when it is given the
/// checkpoint and the vkey that the file itself has; its error says why there is none. One of them is enough: the file leads
/// from it to the key that signs now.
pub fn check(bytes: &[u8], log: impl Fn(&Note, &str) -> Result<Vec<VerifierKey>, String>, witnesses: &[VerifierKey]) -> Checked {
    let mut checked = Checked::default();
    let files = match container::read(bytes) {
        Ok(files) => files,
        Err(fault) => {
            checked.faults.push(fault.to_string());
            return checked;
        }
    };
    check_sums(&files, &mut checked);
    match bundle_of(&files) {
        Ok(bundle) => check_bundle(&bundle, &files, log, witnesses, &mut checked),
        Err(fault) => checked.faults.push(fault),
    }
    if checked.faults.is_empty() {
        let written = container::write(&files);
        if let Some(at) = (0..written.len().max(bytes.len())).find(|at| written.get(*at) != bytes.get(*at)) {
            checked.faults.push(format!("byte {at} of the zip itself, outside of what its files hold, is not as it was written"));
        }
    }
    checked
}

/// The list of hashes is complete, and each is that of its file.
fn check_sums(files: &Files, checked: &mut Checked) {
    let Some(sums) = files.get(SUMS).and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return checked.faults.push(format!("{SUMS} is missing, or is no text"));
    };
    let mut listed = BTreeMap::new();
    for (number, line) in sums.lines().enumerate() {
        match line.split_once("  ").and_then(|(hash, name)| Some((name, hash.parse::<Hash>().ok()?))) {
            Some((name, hash)) if listed.insert(name, hash).is_none() && listed.len() <= container::MAX_FILES => {}
            // One is enough to refuse it: a list of nothing but faults would make a report many times its size.
            Some(_) | None => return checked.faults.push(format!("{SUMS}, line {}: no hash and name of one more file", number + 1)),
        }
    }
    for (name, bytes) in files.iter().filter(|(name, _)| ![SUMS, SEAL].contains(&name.as_str())) {
        match listed.remove(name.as_str()) {
            Some(hash) if hash == Hash::of(&[bytes]) => {}
            Some(_) => checked.faults.push(format!("{name}: its bytes are not those whose hash {SUMS} has")),
            None => checked.faults.push(format!("{name}: {SUMS} does not list it")),
        }
    }
    checked.faults.extend(listed.keys().map(|name| format!("{name}: {SUMS} lists it, and it is missing")));
}

/// What cannot be computed, out of the files.
fn bundle_of(files: &Files) -> Result<Bundle, String> {
    let index = files.get("casefile.json").ok_or("casefile.json is missing")?;
    let Index { agreement, scope, log_key, made_by } = Index::read(index).map_err(|fault| format!("casefile.json: {fault}"))?;
    let (mut receipts, mut announcements, mut attachments) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (name, bytes) in files {
        let bad = |what: &str| format!("{name}: {what}");
        let proof = [("receipts/", &mut receipts), ("log-keys/", &mut announcements)].into_iter();
        let proof = proof.filter_map(|(folder, into)| Some((name.strip_prefix(folder)?, folder, into))).next();
        if let Some((rest, folder, into)) = proof {
            let entry = rest.strip_suffix(".tlog-proof").and_then(|number| number.parse::<u64>().ok().filter(|n| n.to_string() == number));
            let text = String::from_utf8(bytes.clone()).map_err(|_| bad("not UTF-8"))?;
            into.insert(entry.ok_or_else(|| bad(&format!("accepted are names such as {folder}12.tlog-proof")))?, text);
        } else if let Some(hash) = name.strip_prefix("attachments/").and_then(|rest| rest.strip_suffix(".content")) {
            let hash: Hash = hash.parse().map_err(|_| bad("accepted are names with a hash"))?;
            let salt = files.get(&format!("attachments/{hash}.salt")).ok_or_else(|| bad("its salt is missing"))?.clone();
            attachments.insert(hash, Content { salt, bytes: bytes.clone() });
        }
    }
    if receipts.len() > MAX_ENTRIES {
        return Err(format!("{} receipts, and at most {MAX_ENTRIES} are read", receipts.len()));
    }
    if announcements.len() > receipts.len() {
        return Err(format!("{} announcements of keys, and each is of one of {} receipts", announcements.len(), receipts.len()));
    }
    Ok(Bundle { agreement, scope, log_key, made_by, receipts, announcements, attachments })
}

fn check_bundle(
    bundle: &Bundle,
    given: &Files,
    log: impl Fn(&Note, &str) -> Result<Vec<VerifierKey>, String>,
    witnesses: &[VerifierKey],
    checked: &mut Checked,
) {
    checked.about = Some((bundle.agreement.to_string(), bundle.scope.to_string()));
    let signed = check_receipts(bundle, given, log, witnesses, checked);
    let (items, keyring, checkpoint) = match read(bundle) {
        Ok(read) => read,
        Err(fault) => return checked.faults.push(fault),
    };
    if let Some((note, trusted)) = signed {
        checked.faults.extend(check_log_keys(bundle, &items, &keyring, &note, &trusted));
    }
    checked.log_keys = keyring.log_keys().map(|keys| keys.all()).unwrap_or_default();
    let keys = items.iter().filter(|item| item.is_about_keys()).count();
    checked.statements = (items.len() - keys, keys);
    checked.signers = items.iter().map(|item| item.parsed.statement().by.to_string()).collect();
    check_attachments(bundle, &items, checked);
    check_seal(bundle, given, &keyring.ledger, checkpoint.size(), checked);
    match files(bundle) {
        Ok(expected) => compare(bundle, &expected, given, checked),
        Err(fault) => checked.faults.push(fault),
    }
    let text = |name: &&str| Some(((*name).to_owned(), String::from_utf8(given.get(*name)?.clone()).ok()?));
    checked.summaries = ["samenvatting.txt", "summary.txt"].iter().filter_map(text).collect();
}

/// Every receipt verifies, under the one checkpoint. Gives that, and the keys that are trusted for it.
fn check_receipts(
    bundle: &Bundle,
    given: &Files,
    log: impl Fn(&Note, &str) -> Result<Vec<VerifierKey>, String>,
    witnesses: &[VerifierKey],
    checked: &mut Checked,
) -> Option<(Note, Vec<VerifierKey>)> {
    let note = given.get("checkpoint").map(|bytes| Note::parse(bytes).map_err(|fault| fault.to_string()));
    let note = match note.unwrap_or_else(|| Err("it is missing".into())) {
        Ok(note) => note,
        Err(fault) => {
            checked.faults.push(format!("checkpoint: {fault}"));
            return None;
        }
    };
    let given = match log(&note, &bundle.log_key) {
        Ok(given) => given,
        Err(fault) => {
            checked.faults.push(fault);
            return None;
        }
    };
    let trusted = trusted(bundle, given);
    match Checkpoint::open_any(&note, &trusted, witnesses) {
        Ok((checkpoint, signed)) => (checked.checkpoint, checked.witnesses) = (Some(checkpoint), signed),
        Err(fault) => checked.faults.push(format!("checkpoint: {fault}")),
    }
    for (entry, text) in &bundle.receipts {
        let fault = match Receipt::parse(text.as_bytes()) {
            Err(fault) => Some(fault.to_string()),
            Ok(receipt) if receipt.proof().checkpoint != note => Some("it is under another checkpoint than the others".into()),
            Ok(receipt) => receipt.verify_any(&trusted).err().map(|fault| fault.to_string()),
        };
        checked.faults.extend(fault.map(|fault| format!("receipts/{entry}.tlog-proof: {fault}")));
    }
    Some((note, trusted))
}

/// Each attachment is named by a statement, and is what it says.
fn check_attachments(bundle: &Bundle, items: &[Item], checked: &mut Checked) {
    let mut named = BTreeMap::new();
    for item in items {
        named.extend(item.body().attachments().into_iter().map(|attachment| (attachment.hash, u64::from(attachment.size_bytes.0))));
    }
    for (hash, content) in &bundle.attachments {
        let name = attachment_name(hash);
        if Hash::of(&[&content.salt, &content.bytes]) != *hash {
            checked.faults.push(format!("{name}: salt and content do not give the hash that was signed"));
        }
        match named.remove(hash) {
            Some(size) if size == content.bytes.len() as u64 => {}
            Some(size) => checked.faults.push(format!("{name}: {} bytes, and {size} were signed for", content.bytes.len())),
            None => checked.faults.push(format!("{name}: no statement here names it")),
        }
    }
    checked.attachments = (bundle.attachments.len(), named.len());
    if !named.is_empty() {
        checked.notes.push(format!("{} attachments are not in it: erased since, or never kept by the ledger", named.len()));
    }
}

/// The gateway signed the list of hashes, and so answers for what is in the file and what is not.
fn check_seal(bundle: &Bundle, given: &Files, ledger: &Ledger, size: u64, checked: &mut Checked) {
    let seal = given.get(SEAL).ok_or("it is missing".to_owned());
    let outcome = seal.and_then(|seal| {
        let received = Received::parse(seal).map_err(|refusal| refusal.to_string())?;
        if received.header().typ != SEAL_TYP {
            return Err(format!("its typ is {:?}, not {SEAL_TYP}", received.header().typ));
        }
        received.verify(&ledger.statement_key).map_err(|refusal| refusal.to_string())?;
        let expected = seal_payload(bundle, &ledger.origin, size, given.get(SUMS).map(Vec::as_slice).unwrap_or_default());
        if received.payload() == expected { Ok(()) } else { Err(format!("the ledger signed it for another file, or another {SUMS}")) }
    });
    checked.faults.extend(outcome.err().map(|fault| format!("{SEAL}: {fault}")));
}

/// What follows from receipts and attachments is what is there. Texts of another version are vouched for by the seal alone.
fn compare(bundle: &Bundle, expected: &Files, given: &Files, checked: &mut Checked) {
    let same_version = bundle.made_by == made_by();
    let names: BTreeSet<&String> = expected.keys().chain(given.keys()).collect();
    for name in names.into_iter().filter(|name| name.as_str() != SEAL) {
        let is_text = TEXTS.contains(&name.as_str()) || name == SUMS;
        match (expected.get(name), given.get(name)) {
            (Some(expected), Some(given)) if expected == given => {}
            (Some(_), Some(_)) if is_text && !same_version => {}
            (Some(_), Some(_)) => checked.faults.push(format!("{name}: not what follows from the statements in this file")),
            (Some(_), None) => checked.faults.push(format!("{name}: missing")),
            (None, Some(_)) => checked.faults.push(format!("{name}: nothing in a case file is called so, or no statement needs it")),
            (None, None) => {}
        }
    }
    if !same_version {
        let (theirs, ours) = (&bundle.made_by, made_by());
        checked.notes.push(format!("its texts were written by {theirs} and this is {ours}: for them the gateway's signature counts alone"));
    }
}
