//! `convenant token`: prove to a ledger which institution reads; and the options with which other tools do the same.

use std::path::PathBuf;

use anyhow::Context as _;
use ledger::words::Slug;

use super::key::read_private;
use super::{Exit, Terminal};
use crate::client::ReaderKey;
use crate::clock::{Clock, SystemClock};

/// Make a token with which an institution reads what is withheld from the public: for one request, within a minute
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Send it as a header: Authorization: Bearer TOKEN. `read`, `follow`, `audit` and `monitor` make their own with --key and --as."
)]
pub struct Token {
    /// A private JWK of the institution, whose key is registered and valid
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The institution that reads
    #[arg(long = "as", value_name = "INSTITUTION", value_parser = slug)]
    institution: Slug,
    /// Origin of the ledger that is read, such as convenant.example.nl/gm0796
    #[arg(long, value_name = "ORIGIN")]
    ledger: String,
}

impl Token {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let Self { key, institution, ledger: origin } = self;
        let key = read_private(&key, terminal)?;
        let reader = ReaderKey { key, institution, origin, clock: Clock::System(SystemClock::default()) };
        terminal.line(&reader.token())?;
        Ok(Exit::Done)
    }
}

/// As whom a tool reads; as anybody when not given.
#[derive(Debug, clap::Args)]
pub(super) struct ReadsAs {
    /// A private JWK of the institution that reads, for what is withheld from the public
    #[arg(long, value_name = "FILE", requires = "institution")]
    key: Option<PathBuf>,
    /// The institution that reads
    #[arg(long = "as", id = "institution", value_name = "INSTITUTION", requires = "key", value_parser = slug)]
    institution: Option<Slug>,
}

impl ReadsAs {
    /// The key of the reader of the ledger with this origin; `None` when anybody reads.
    pub(super) fn key(&self, origin: &str, terminal: &mut Terminal) -> anyhow::Result<Option<ReaderKey>> {
        let (Some(file), Some(institution)) = (&self.key, &self.institution) else { return Ok(None) };
        let (key, clock) = (read_private(file, terminal)?, Clock::System(SystemClock::default()));
        Ok(Some(ReaderKey { key, institution: institution.clone(), origin: origin.to_owned(), clock }))
    }

    /// The same where the origin of the ledger follows from its address, unless it was given.
    pub(super) fn key_for(
        &self,
        url: &str,
        ledger: &str,
        origin: Option<&str>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Option<ReaderKey>> {
        let host = || {
            let host = url.split_once("://").map(|(_, host)| host.trim_end_matches('/'));
            host.map(|host| format!("{host}/{ledger}")).context("the address has no host; --origin names the ledger")
        };
        let origin = origin.map_or_else(host, |origin| Ok(origin.to_owned()))?;
        self.key(&origin, terminal)
    }
}

fn slug(text: &str) -> Result<Slug, &'static str> {
    text.parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::{Captured, arguments};
    use ledger::envelope::{SigningKey, Token as Parsed};

    fn key_file(folder: &tempfile::TempDir) -> String {
        let file = folder.path().join("school.private.jwk");
        std::fs::write(&file, SigningKey::from_seed(&[5; 32]).to_jwk()).unwrap();
        file.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_token_is_for_one_ledger_and_another_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = key_file(&folder);
        let made = || {
            let mut captured = Captured::new();
            let words = ["--key", &file, "--as", "school", "--ledger", "l.example/gm0001"];
            arguments::<Token>(&words).unwrap().run(&mut captured.terminal).unwrap();
            Parsed::parse(captured.out().trim()).unwrap()
        };
        let (one, other) = (made(), made());
        assert_eq!((one.issuer.as_str(), one.audience.as_str()), ("school", "l.example/gm0001"));
        assert_ne!(one.id, other.id);
        let now = SystemClock::default().now();
        assert_eq!(one.verify(&SigningKey::from_seed(&[5; 32]).public(), "l.example/gm0001", now), Ok(()));
    }

    #[test]
    fn the_origin_is_that_of_the_address_unless_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let file = key_file(&folder);
        let mut captured = Captured::new();
        let reads = arguments::<ReadsAs>(&["--key", &file, "--as", "school"]).unwrap();
        let mut origin = |given| reads.key_for("https://l.example/", "gm0001", given, &mut captured.terminal).unwrap().unwrap().origin;
        assert_eq!((origin(None).as_str(), origin(Some("m.example/x")).as_str()), ("l.example/gm0001", "m.example/x"));
        assert!(arguments::<ReadsAs>(&["--as", "school"]).is_err() && arguments::<ReadsAs>(&["--key", &file]).is_err());
        assert!(arguments::<ReadsAs>(&[]).unwrap().key("x", &mut captured.terminal).unwrap().is_none());
    }
}
