//! How a ledger begins: its genesis, and the owner and ministry that it names.

use serde::{Deserialize, Serialize};

use crate::envelope::refusal::list;
use crate::envelope::statement::genesis::{Genesis, Level, Versions};
use crate::envelope::statement::institution::{Kind, Registration};
use crate::envelope::{Body, GATEWAY, Parsed, PublicKey, Refusal, Rule, Verified};
use crate::lives::{Institution, Moment};
use crate::words::Slug;

/// What holds for a ledger as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Its origin: the scheme-less URL under which it is served.
    pub origin: String,
    /// Municipal or national.
    pub level: Level,
    /// The institution that owns it.
    pub owner: Slug,
    /// The ministry that cases reach.
    pub ministry: Slug,
    /// The key that signs checkpoints, as a vkey.
    pub log_key: String,
    /// The key that signs the gateway's statements.
    pub statement_key: PublicKey,
    /// By which rules.
    pub versions: Versions,
}

/// Reads a genesis: the ledger, and the institutions that it admits.
pub fn found(statement: &Verified, moment: Moment) -> Result<(Ledger, Vec<Institution>), Refusal> {
    let Body::Genesis(genesis) = &statement.statement().body else {
        return Err(Refusal::at("/type", Rule::GatewayOnly, "the first entry is no genesis", "a genesis"));
    };
    let origin = statement.statement().ledger.to_string();
    if moment.entry != 0 {
        return Err(Refusal::at("/type", Rule::GatewayOnly, "a genesis after the first entry", "another statement"));
    }
    if statement.statement().by.as_str() != GATEWAY || statement.received().header().kid != genesis.statement_key.thumbprint() {
        return Err(Refusal::at("/by", Rule::GatewayOnly, "the genesis is not signed by the gateway's statement key", GATEWAY));
    }
    if !genesis.log_key.to_string().starts_with(&format!("{origin}+")) {
        return Err(Refusal::at("/body/logKey", Rule::OtherLedger, "the name of the log key is not the origin", origin));
    }
    let institutions = registered(genesis, &origin, moment)?;
    let ledger = Ledger {
        origin,
        level: genesis.level,
        owner: genesis.owner.clone(),
        ministry: genesis.ministry.clone(),
        log_key: genesis.log_key.to_string(),
        statement_key: genesis.statement_key.clone(),
        versions: genesis.versions.clone(),
    };
    Ok((ledger, institutions))
}

fn registered(genesis: &Genesis, origin: &str, moment: Moment) -> Result<Vec<Institution>, Refusal> {
    let mut institutions = Vec::new();
    for (i, signed) in genesis.registrations.iter().enumerate() {
        let pointer = format!("/body/registrations/{i}");
        let registration = self_signed(signed.to_string().as_bytes(), origin)
            .map_err(|refusal| Refusal::at(&pointer, refusal.rule(), refusal.to_string(), "a self-signed registration for this ledger"))?;
        let key = registration.key.thumbprint();
        let mut institution = Institution::new(registration.institution.clone());
        institution.register(&registration, moment)?;
        institution.admit(&key, moment)?;
        institutions.push(institution);
    }
    let expected = if genesis.owner == genesis.ministry { vec![&genesis.owner] } else { vec![&genesis.owner, &genesis.ministry] };
    if institutions.iter().map(|institution| &institution.id).ne(expected.iter().copied()) {
        let accepted = format!("registrations of: {}", list(expected));
        return Err(Refusal::at("/body/registrations", Rule::UnknownInstitution, "these are not those of owner and ministry", accepted));
    }
    let kind_is = |institution: &Institution, kind: Kind| institution.admitted.as_ref().is_some_and(|admitted| admitted.kind == kind);
    if !kind_is(&institutions[0], genesis.level.owner_kind()) || !kind_is(&institutions[institutions.len() - 1], Kind::Ministry) {
        let accepted = format!("an owner of kind {} and a ministry", genesis.level.owner_kind());
        return Err(Refusal::at("/body/owner", Rule::WrongValue, "owner or ministry is of another kind", accepted));
    }
    Ok(institutions)
}

/// A registration that is signed by the very key that it brings along, for this ledger.
pub fn self_signed(bytes: &[u8], origin: &str) -> Result<Registration, Refusal> {
    let parsed = Parsed::parse(bytes)?;
    let Body::Registration(registration) = parsed.statement().body.clone() else {
        return Err(Refusal::at("/type", Rule::WrongValue, "this is no registration", "a registration"));
    };
    if parsed.statement().ledger.to_string() != origin || parsed.statement().by != registration.institution {
        return Err(Refusal::at("/ledger", Rule::OtherLedger, "the registration is for another ledger, or by another", origin));
    }
    let key = registration.key.clone();
    parsed.verify(&key)?;
    Ok(registration)
}
