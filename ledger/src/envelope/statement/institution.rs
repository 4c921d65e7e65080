//! What an institution says of itself and of its keys.

use crate::envelope::shape::shape;
use crate::envelope::{Kid, PublicKey};
use crate::words::{Brin, CbsCode, Instant, Kvk, Oin, Rsin, Slug, Text};

/// A compact JWS by a new key, which proves that the institution holds its private half.
pub type Proof = Text<40, 2000>;

shape! {
    /// What kind of institution it is.
    "Soort instelling" enum Kind {
        Municipality = "municipality" ~ "gemeente",
        Ministry = "ministry" ~ "ministerie",
        Police = "police" ~ "politie",
        HousingCorporation = "housing-corporation" ~ "wooncorporatie",
        Welfare = "welfare" ~ "welzijnsinstelling",
        School = "school" ~ "school",
        Healthcare = "healthcare" ~ "zorginstelling",
        Business = "business" ~ "ondernemers",
        Residents = "residents" ~ "bewoners",
        Umbrella = "umbrella" ~ "koepel",
        Other = "other" ~ "andere instelling",
    }
}

shape! {
    /// Public identifiers; an institution may have several, and they may change.
    "Kenmerken" struct Identifiers {
        /// Organisatie-identificatienummer.
        oin: Option<Oin> = "OIN",
        /// Rechtspersonen en Samenwerkingsverbanden Informatienummer.
        rsin: Option<Rsin> = "RSIN",
        /// Number in the trade register.
        kvk: Option<Kvk> = "KvK-nummer",
        /// Number of a school.
        brin: Option<Brin> = "BRIN",
        /// CBS code of a municipality.
        cbs: Option<CbsCode> = "CBS-code",
    }
}

impl Identifiers {
    /// Each of those that are given, on its own.
    pub fn each(self) -> impl Iterator<Item = Self> {
        let Self { oin, rsin, kvk, brin, cbs } = self;
        let none = || Self { oin: None, rsin: None, kvk: None, brin: None, cbs: None };
        let oin = oin.map(|oin| Self { oin: Some(oin), ..none() });
        let rsin = rsin.map(|rsin| Self { rsin: Some(rsin), ..none() });
        let kvk = kvk.map(|kvk| Self { kvk: Some(kvk), ..none() });
        let brin = brin.map(|brin| Self { brin: Some(brin), ..none() });
        let cbs = cbs.map(|cbs| Self { cbs: Some(cbs), ..none() });
        [oin, rsin, kvk, brin, cbs].into_iter().flatten()
    }
}

shape! {
    /// A new institution presents itself, signed by the key that it registers (proof of possession).
    "Aanmelding" struct Registration {
        /// The id that the institution gets in this ledger.
        institution: Slug = "instelling",
        /// Its public name.
        name: Text<1, 200> = "naam",
        /// What kind of institution it is.
        kind: Kind = "soort",
        /// Public identifiers.
        identifiers: Identifiers = "kenmerken",
        /// The public key that signs this statement, as a JWK.
        key: PublicKey = "sleutel",
    }
}

shape! {
    /// The owner of the ledger admits a registered institution, naming its key.
    "Toelating" struct Admission {
        /// The institution that is admitted.
        institution: Slug = "instelling",
        /// RFC 7638 thumbprint of the key that it registered with.
        key: Kid = "sleutel",
    }
}

shape! {
    /// A further key, added with a valid one.
    "Sleutel toevoegen" struct KeyAddition {
        /// The new public key, as a JWK.
        key: PublicKey = "sleutel",
        /// A compact JWS by the new key: proof of possession.
        proof: Proof = "bewijs van bezit",
        /// From this instant on the key is no longer valid.
        valid_until: Option<Instant> = "geldig tot",
    }
}

shape! {
    /// A new key in the place of an old one.
    "Sleutel vervangen" struct KeyRotation {
        /// The new public key, as a JWK.
        key: PublicKey = "sleutel",
        /// A compact JWS by the new key: proof of possession.
        proof: Proof = "bewijs van bezit",
        /// The key that is no longer valid from here on.
        replaces: Kid = "vervangt",
        /// From this instant on the new key is no longer valid.
        valid_until: Option<Instant> = "geldig tot",
    }
}

shape! {
    /// Why a key is revoked.
    "Reden van intrekking" enum KeyReason {
        Lost = "lost" ~ "verloren",
        Compromised = "compromised" ~ "in verkeerde handen",
        Retired = "retired" ~ "buiten gebruik",
    }
}

shape! {
    /// A key of the institution is no longer valid from here on; what it signed stands.
    "Sleutel intrekken" struct KeyRevocation {
        /// The key that is revoked.
        key: Kid = "sleutel",
        /// Why it is revoked.
        reason: KeyReason = "reden",
    }
}

shape! {
    /// An institution that lost its last key presents a new one, signed by that new key.
    "Verzoek tot sleutelherstel" struct RecoveryRequest {
        /// The institution whose key is gone.
        institution: Slug = "instelling",
        /// The new public key, as a JWK.
        key: PublicKey = "sleutel",
    }
}

shape! {
    /// The owner, or an institution that shares an agreement, vouches for the new key.
    "Instaan voor sleutelherstel" struct RecoveryVouch {
        /// The institution whose key is gone.
        institution: Slug = "instelling",
        /// The new key that is vouched for.
        key: Kid = "sleutel",
        /// The agreement that both are bound by; the owner and the ministry need none.
        agreement: Option<Slug> = "overeenkomst",
    }
}

shape! {
    /// The institution objects, with a key that it still has, to a recovery in its name.
    "Bezwaar tegen sleutelherstel" struct RecoveryObjection {
        /// The new key that is not its own.
        key: Kid = "sleutel",
    }
}
