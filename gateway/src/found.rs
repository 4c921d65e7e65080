//! Founding a ledger: its keys, its genesis, and the first commit. Only `init` and the demo call this.

use std::path::Path;

use ledger::book::{Change, Ledger, found};
use ledger::envelope::shape::{Count, List};
use ledger::envelope::statement::genesis::{Genesis, Level, Versions};
use ledger::envelope::{Body, GATEWAY, Parsed, Refusal, Rule, Statement, sign_compact};
use ledger::lives::rules::RULES_VERSION;
use ledger::lives::{Institution, Moment};
use ledger::words::{CALENDAR_VERSION, Instant, TZDB_VERSION};

use crate::keys::{KeyFault, make_keys};
use crate::sequencer::{Founding, found_log};
use crate::store::{EntryChange, LedgerRow, Store, StoreFault};

/// What a new ledger is made of.
#[derive(Debug, Clone)]
pub struct NewLedger {
    /// Its origin: a scheme-less URL whose last part is its name.
    pub origin: String,
    /// Municipal or national.
    pub level: Level,
    /// The owner's self-signed registration, a compact JWS.
    pub owner: String,
    /// The ministry's; `None` when the ministry is the owner.
    pub ministry: Option<String>,
}

/// Why a ledger was not founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundFault {
    /// The genesis does not fit.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// There is one of that name.
    #[error("there is a ledger {0} in this database already")]
    Exists(String),
}

impl NewLedger {
    /// The name in paths.
    pub fn name(&self) -> &str {
        self.origin.rsplit('/').next().unwrap_or(&self.origin)
    }

    fn genesis(&self, log_key: String, statement_key: ledger::envelope::PublicKey, versions: &Versions) -> Result<Genesis, Refusal> {
        let registration = |jws: &str| ledger::book::founding::self_signed(jws.as_bytes(), &self.origin);
        let owner = registration(&self.owner)?.institution;
        let ministry = self.ministry.as_deref().map(registration).transpose()?.map_or_else(|| owner.clone(), |r| r.institution);
        let text = |what: &str| Refusal::new(Rule::WrongValue, format!("{what} does not fit"), "");
        let signed: Result<Vec<_>, _> = [Some(&self.owner), self.ministry.as_ref()].into_iter().flatten().map(|jws| jws.parse()).collect();
        Ok(Genesis {
            level: self.level,
            log_key: log_key.parse().map_err(|_| text("the log key"))?,
            statement_key,
            owner,
            ministry,
            registrations: List(signed.map_err(|_| text("a registration"))?),
            versions: versions.clone(),
        })
    }
}

/// The newest versions that this program has: by these a new ledger goes.
pub fn newest_versions() -> Versions {
    let (time_zone_data, holidays) = (TZDB_VERSION.parse(), CALENDAR_VERSION.parse());
    let (time_zone_data, holidays) = (time_zone_data.expect("a short word"), holidays.expect("a short word"));
    Versions { rules: Count(RULES_VERSION), time_zone_data, holidays }
}

/// Makes a ledger with its keys and its genesis at an instant, by the newest versions.
pub async fn found_ledger(store: &Store, keys: &Path, new: &NewLedger, at: Instant) -> Result<LedgerRow, FoundFault> {
    found_ledger_by(&newest_versions(), store, keys, new, at).await
}

/// The same by other versions: as an older program did.
pub async fn found_ledger_by(
    versions: &Versions,
    store: &Store,
    keys: &Path,
    new: &NewLedger,
    at: Instant,
) -> Result<LedgerRow, FoundFault> {
    let name = new.name().to_owned();
    if store.ledgers().await?.iter().any(|row| row.name == name) {
        return Err(FoundFault::Exists(name));
    }
    // Everything that may be refused is checked before a key or a row is made.
    let probe = ledger::envelope::SigningKey::from_seed(&[7; 32]);
    new.genesis(format!("{}+probe", new.origin), probe.public(), versions)?;
    let (log, statements) = make_keys(keys, &name, &new.origin)?;
    let genesis = new.genesis(log.verifier().to_string(), statements.public(), versions)?;
    let origin = || new.origin.parse().map_err(|_| Refusal::new(Rule::OtherLedger, "this origin cannot name a ledger", "host/name"));
    let statement = Statement {
        ledger: origin()?,
        id: "genesis".parse().expect("a plain word"),
        signed_at: at,
        by: GATEWAY.parse().expect("a plain word"),
        on_behalf_of: None,
        body: Body::from(genesis),
    };
    let jws = sign_compact(&statements, statement.body.kind().typ(), &statement.to_payload());
    let verified = Parsed::parse(&jws)?.verify(&statements.public())?;
    let moment = Moment { entry: 0, at };
    let (facts, institutions): (Ledger, _) = found(&verified, moment)?;
    let founding = Founding { parsed: (*verified).clone(), moment, change: EntryChange::new(0, &founding_changes(institutions)) };
    Ok(found_log(store, &name, facts, log, founding).await?)
}

/// What a genesis changes: the institutions that it admits, and whose keys theirs are.
pub fn founding_changes(institutions: Vec<Institution>) -> Vec<Change> {
    let keys = |institution: &Institution| -> Vec<Change> {
        let keys = institution.admitted.iter().flat_map(|admitted| &admitted.keys);
        keys.map(|key| Change::Key(key.kid, institution.id.clone())).collect()
    };
    let owned: Vec<Change> = institutions.iter().flat_map(keys).collect();
    institutions.into_iter().map(|institution| Change::Institution(Box::new(institution))).chain(owned).collect()
}
