//! `convenant register`: the statement with which an institution presents itself, signed by the key that it registers.

use clap::builder::PossibleValuesParser;
use ledger::envelope::Type;
use ledger::envelope::statement::institution::Kind;
use serde_json::{Map, Value, json};

use super::sign::{Signer, sign_and_write};
use super::{Exit, Terminal};

/// Sign the registration of an institution, with the key that it registers
#[derive(Debug, clap::Args)]
pub struct Register {
    #[command(flatten)]
    signer: Signer,
    /// The id that the institution gets in this ledger
    #[arg(long, value_name = "ID")]
    institution: String,
    /// Its public name
    #[arg(long)]
    name: String,
    /// What kind of institution it is
    #[arg(long, value_parser = PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.code())))]
    kind: String,
    /// Organisatie-identificatienummer
    #[arg(long)]
    oin: Option<String>,
    /// Rechtspersonen en Samenwerkingsverbanden Informatienummer
    #[arg(long)]
    rsin: Option<String>,
    /// Number in the trade register
    #[arg(long)]
    kvk: Option<String>,
    /// Number of a school
    #[arg(long)]
    brin: Option<String>,
    /// CBS code of a municipality, such as GM0796
    #[arg(long)]
    cbs: Option<String>,
}

impl Register {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let key = self.signer.read_key(terminal)?;
        let given = [("oin", self.oin), ("rsin", self.rsin), ("kvk", self.kvk), ("brin", self.brin), ("cbs", self.cbs)];
        let identifiers: Map<String, Value> = given.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into()))).collect();
        let body = json!({
            "institution": self.institution,
            "name": self.name,
            "kind": self.kind,
            "identifiers": identifiers,
            "key": key.public().to_jwk(),
        });
        let payload = self.signer.payload(Type::Registration.code(), &self.institution, body)?;
        sign_and_write(&key, &payload, &[], &[], terminal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::key::make;
    use crate::command::tests::{Captured, arguments};
    use ledger::envelope::Parsed;

    fn register(more: &[&str]) -> (anyhow::Result<Exit>, Captured) {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path(), &"k".parse().unwrap()).unwrap();
        let key = directory.path().join("k.private.jwk");
        let mut words = vec!["--key", key.to_str().unwrap(), "--ledger", "example.nl/l", "--institution", "waterland"];
        words.extend(["--name", "Gemeente Waterland", "--kind", "municipality"]);
        words.extend(more);
        let mut captured = Captured::new();
        let outcome = arguments::<Register>(&words).unwrap().run(&mut captured.terminal);
        (outcome, captured)
    }

    #[test]
    fn a_registration_carries_the_key_that_signs_it() {
        let (outcome, captured) = register(&["--cbs", "GM0852"]);
        outcome.unwrap();
        let parsed = Parsed::parse(captured.out().as_bytes()).unwrap();
        assert_eq!(parsed.statement().by.as_str(), "waterland");
        let own = parsed.own_key().unwrap().clone();
        parsed.verify(&own).unwrap();
    }

    #[test]
    fn identifiers_that_do_not_fit_are_found_before_signing() {
        let (outcome, captured) = register(&["--kvk", "12", "--rsin", "1"]);
        let said = outcome.unwrap_err().to_string();
        assert!(said.contains("/body/identifiers/kvk") && said.contains("/body/identifiers/rsin"), "{said}");
        assert_eq!(captured.out(), "");
    }
}
