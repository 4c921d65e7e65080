//! A policy as a file that others can use: what `Policy::parse` reads, without comments, in a fixed order.

use super::{Group, LogLine, Member, Policy, WitnessLine};

impl Policy {
    /// The policy that asks for no witnesses.
    pub fn unwitnessed() -> Self {
        Self { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: None }
    }

    /// The same witnesses and quorum, for these logs.
    #[must_use]
    pub fn with_logs(self, logs: Vec<LogLine>) -> Self {
        Self { logs, ..self }
    }

    /// The text of a tlog-policy file: logs, witnesses, groups, quorum, each in the order in which they were read. Reading it
    /// gives the same policy. Bytes, since names may be any.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for LogLine { key, url } in &self.logs {
            line(&mut text, &[b"log", key.to_string().as_bytes()], url.as_deref());
        }
        for WitnessLine { name, key, url } in &self.witnesses {
            line(&mut text, &[b"witness", name, key.to_string().as_bytes()], url.as_deref());
        }
        for Group { name, least, members } in &self.groups {
            let least = least.to_string();
            let head: [&[u8]; 3] = [b"group", name, least.as_bytes()];
            line(&mut text, &head.into_iter().chain(members.iter().map(|member| self.name_of(*member))).collect::<Vec<_>>(), None);
        }
        line(&mut text, &[b"quorum", self.quorum.map_or(b"none", |quorum| self.name_of(quorum))], None);
        text
    }

    fn name_of(&self, member: Member) -> &[u8] {
        match member {
            Member::Witness(place) => &self.witnesses[place].name,
            Member::Group(place) => &self.groups[place].name,
        }
    }
}

fn line(text: &mut Vec<u8>, items: &[&[u8]], url: Option<&str>) {
    text.extend(items.join(&b' '));
    if let Some(url) = url {
        text.push(b' ');
        text.extend(url.as_bytes());
    }
    text.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::note::{Cosigner, NoteSigner};

    #[test]
    fn what_is_written_reads_as_the_same_policy() {
        let witness = |seed| Cosigner::from_seed("w.example", &[seed; 32]).unwrap().verifier().clone();
        let log = NoteSigner::from_seed("l.example/gm1", &[9; 32]).unwrap().verifier().clone();
        let (a, b, c) = (witness(1), witness(2), witness(3));
        let file = format!(
            "# ours\nwitness a {a} https://a.example\ngroup one any a\nlog\t{log}  https://l.example/gm1\nwitness b {b}\nwitness \u{e9} {c}\n\
             group two all b \u{e9} one\nquorum two\n\n"
        );
        let policy = Policy::parse(file.as_bytes()).unwrap();
        let written = policy.encode();
        assert_eq!(Policy::parse(&written).unwrap(), policy);
        let expected = format!(
            "log {log} https://l.example/gm1\nwitness a {a} https://a.example\nwitness b {b}\nwitness \u{e9} {c}\n\
             group one 1 a\ngroup two 3 b \u{e9} one\nquorum two\n"
        );
        assert_eq!(String::from_utf8(written).unwrap(), expected);
        let other = policy.with_logs(Vec::new());
        assert!(other.logs().is_empty() && !other.is_met(&[b]) && other.witnesses().len() == 3);
        assert_eq!(Policy::unwitnessed().encode(), b"quorum none\n");
        assert_eq!(Policy::parse(b"quorum none").unwrap(), Policy::unwitnessed());
    }
}
