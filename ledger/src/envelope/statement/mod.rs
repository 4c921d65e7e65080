//! The closed list of statements, and the way from bytes to a verified one.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::json::Json;
use super::jws::Received;
use super::key::PublicKey;
use super::refusal::{Fault, Refusal, Rule};
use super::shape::{At, Shape, titled};
use crate::words::{Hash, Instant, Slug, StatementId, Text};

pub mod accession;
pub mod agreement;
pub mod amendment;
pub mod closure;
pub mod annulment;
pub mod completeness;
mod review_gaps;
pub mod consultation;
pub mod continuation;
pub mod dissolution;
pub mod erasure;
pub mod escalation;
pub mod expulsion;
pub mod flag;
pub mod genesis;
pub mod impasse;
pub mod institution;
pub mod log_key;
pub mod mandate;
pub mod ministry;
pub mod needs;
pub mod obligation;
pub mod proposal_answer;
pub mod recurrence;
pub mod review;
pub mod rules_change;
pub mod succession;
pub mod suspension;
pub mod trigger;
pub mod umbrella;
pub mod version;
pub mod withdrawal;
pub mod withheld;
mod body;

use accession::Accession;
use agreement::{Consent, Decline, Proposal};
use amendment::Amendment;
use annulment::Annulment;
use continuation::Continuation;
use dissolution::Dissolution;
use erasure::AttachmentErasure;
use escalation::{BoardOutcome, BreachAnswer, CaseClosure, CaseRuling, MinistryAnswer, SupportRequest};
use expulsion::{Expulsion, ExpulsionView};
use flag::Flag;
use genesis::Genesis;
use impasse::{DisputeRuling, Impasse, ImpassePosition, ImpasseStep, StatutoryDispute};
use institution::{Admission, KeyAddition, KeyRevocation, KeyRotation, RecoveryObjection, RecoveryRequest, RecoveryVouch, Registration};
use log_key::LogKeyRotation;
use mandate::{Mandate, MandateRevocation};
use ministry::{MinistryRouting, StatePosition};
use obligation::{Acceptance, Dispute, DisputeAnswer, DisputeRetraction, Finding, Handover, Release, Report, ReportRuling};
use proposal_answer::ProposalAnswer;
use recurrence::{AgendaAnswer, AgendaProposal};
use review::Review;
use rules_change::RulesChange;
use succession::{InstitutionSuccession, SuccessionAcceptance};
use suspension::{Resumption, Suspension};
use trigger::Event;
use umbrella::{LedgerAcceptance, UmbrellaAnswer, UmbrellaChange};
use version::{CounterProposal, Retraction};
use withdrawal::{Withdrawal, WithdrawalAnswer, WithdrawalRevocation};

/// The name under which the gateway signs; no institution can have it.
pub const GATEWAY: &str = "gateway";

macro_rules! statements {
    ($( $Name:ident = $wire:literal ~ $title:literal, )*) => {
        /// Every type of statement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Type { $( #[doc = $title] $Name, )* }

        /// What a statement says.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body { $( #[doc = $title] $Name($Name), )* }

        impl Type {
            /// Every type, in the order of the list.
            pub const ALL: &'static [Self] = &[ $( Self::$Name, )* ];
            /// The word in the payload.
            pub fn code(self) -> &'static str { match self { $( Self::$Name => $wire, )* } }
            /// The `typ` of the protected header (RFC 8725 section 3.11).
            pub fn typ(self) -> &'static str { match self { $( Self::$Name => concat!("convenant.", $wire, ".v1+jws"), )* } }
            /// The Dutch title.
            pub fn dutch(self) -> &'static str { match self { $( Self::$Name => $title, )* } }
            fn read(self, at: &At<'_>) -> Option<Body> { match self { $( Self::$Name => $Name::read(at).map(Body::$Name), )* } }
            fn body_schema(self) -> Value { match self { $( Self::$Name => $Name::schema(), )* } }
        }

        impl Body {
            /// The type of this body.
            pub fn kind(&self) -> Type { match self { $( Self::$Name(_) => Type::$Name, )* } }
            /// As JSON, without members that are not given.
            pub fn to_json(&self) -> Value {
                let mut value = match self { $( Self::$Name(body) => serde_json::to_value(body), )* }.expect("shapes are plain JSON");
                without_nulls(&mut value);
                value
            }
        }

        $( impl From<$Name> for Body { fn from(body: $Name) -> Self { Self::$Name(body) } } )*
    };
}

statements! {
    Genesis = "genesis" ~ "Begin van het grootboek",
    Registration = "registration" ~ "Aanmelding",
    Admission = "admission" ~ "Toelating",
    KeyAddition = "key-addition" ~ "Sleutel toegevoegd",
    KeyRotation = "key-rotation" ~ "Sleutel vervangen",
    KeyRevocation = "key-revocation" ~ "Sleutel ingetrokken",
    RecoveryRequest = "recovery-request" ~ "Verzoek tot sleutelherstel",
    RecoveryVouch = "recovery-vouch" ~ "Ingestaan voor sleutelherstel",
    RecoveryObjection = "recovery-objection" ~ "Bezwaar tegen sleutelherstel",
    MinistryRouting = "ministry-routing" ~ "Verdeling van ministeries",
    LedgerAcceptance = "ledger-acceptance" ~ "Erkend grootboek",
    LogKeyRotation = "log-key-rotation" ~ "Sleutel van het log vervangen",
    Continuation = "continuation" ~ "Voortzetting na verlies",
    RulesChange = "rules-change" ~ "Wijziging van de regels",
    Mandate = "mandate" ~ "Mandaat",
    MandateRevocation = "mandate-revocation" ~ "Einde van een mandaat",
    InstitutionSuccession = "institution-succession" ~ "Opvolging van een instelling",
    SuccessionAcceptance = "succession-acceptance" ~ "Opvolging aanvaard",
    Proposal = "proposal" ~ "Voorstel",
    CounterProposal = "counter-proposal" ~ "Tegenvoorstel",
    Retraction = "retraction" ~ "Voorstel ingetrokken",
    ProposalAnswer = "proposal-answer" ~ "Antwoord op een voorstel",
    Impasse = "impasse" ~ "Impasse",
    ImpassePosition = "impasse-position" ~ "Standpunt in een impasse",
    ImpasseStep = "impasse-step" ~ "Stap uit een impasse",
    StatutoryDispute = "statutory-dispute" ~ "Geschil voorgelegd aan de minister",
    DisputeRuling = "dispute-ruling" ~ "Uitspraak van de minister in een geschil",
    Amendment = "amendment" ~ "Wijzigingsvoorstel",
    Consent = "consent" ~ "Instemming",
    Decline = "decline" ~ "Weigering",
    Accession = "accession" ~ "Verzoek tot toetreding",
    Suspension = "suspension" ~ "Opschorting",
    Resumption = "resumption" ~ "Hervatting",
    Dissolution = "dissolution" ~ "Ontbinding",
    Event = "event" ~ "Gebeurtenis",
    Report = "report" ~ "Melding",
    Finding = "finding" ~ "Bevinding",
    Acceptance = "acceptance" ~ "Bevestiging",
    Dispute = "dispute" ~ "Betwisting",
    DisputeAnswer = "dispute-answer" ~ "Antwoord op een betwisting",
    DisputeRetraction = "dispute-retraction" ~ "Betwisting ingetrokken",
    ReportRuling = "report-ruling" ~ "Uitspraak over een melding",
    Release = "release" ~ "Ontheffing",
    Handover = "handover" ~ "Overdracht",
    Annulment = "annulment" ~ "Nietigverklaring",
    BreachAnswer = "breach-answer" ~ "Antwoord op een schending",
    CaseRuling = "case-ruling" ~ "Uitspraak in een zaak",
    BoardOutcome = "board-outcome" ~ "Uitkomst bestuurlijk overleg",
    SupportRequest = "support-request" ~ "Hulpvraag",
    MinistryAnswer = "ministry-answer" ~ "Antwoord van het ministerie",
    StatePosition = "state-position" ~ "Standpunt van een rijkspartner",
    CaseClosure = "case-closure" ~ "Afsluiting van een zaak",
    Withdrawal = "withdrawal" ~ "Opzegging",
    WithdrawalAnswer = "withdrawal-answer" ~ "Reactie op een opzegging",
    WithdrawalRevocation = "withdrawal-revocation" ~ "Opzegging ingetrokken",
    Expulsion = "expulsion" ~ "Voorstel tot royement",
    ExpulsionView = "expulsion-view" ~ "Zienswijze",
    Review = "review" ~ "Toets",
    AgendaProposal = "agenda-proposal" ~ "Voordracht voor de agenda",
    AgendaAnswer = "agenda-answer" ~ "Antwoord op een voordracht",
    UmbrellaChange = "umbrella-change" ~ "Koepelafspraak gewijzigd",
    UmbrellaAnswer = "umbrella-answer" ~ "Antwoord op een gewijzigde koepelafspraak",
    AttachmentErasure = "attachment-erasure" ~ "Bijlage gewist",
    Flag = "flag" ~ "Vlag",
}

impl Type {
    /// The type that the payload names.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// JSON Schema (2020-12) of the payload.
    pub fn schema(self) -> Value {
        let member = |schema: Value, title: &str, description: &str| titled(schema, title, description);
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": format!("https://convenant.example.nl/schemas/{}.json", self.code()),
            "title": self.dutch(),
            "type": "object",
            "additionalProperties": false,
            "required": ["type", "ledger", "id", "signedAt", "by", "body"],
            "properties": {
                "type": { "const": self.code(), "title": "soort verklaring" },
                "ledger": member(Text::<3, 255>::schema(), "grootboek", "Origin of the ledger that it is for."),
                "id": member(StatementId::schema(), "kenmerk", "Unique for the institution; the same id with the same payload may be sent again."),
                "signedAt": member(Instant::schema(), "tijdstip van ondertekening", "When it was signed; at most 5 minutes ahead of the ledger."),
                "by": member(Slug::schema(), "door", "The institution that signs."),
                "onBehalfOf": member(Slug::schema(), "namens", "The institution on whose behalf; the signer itself, one whose mandate covers this, or one that went over into the signer."),
                "body": self.body_schema(),
            },
        })
    }
}

/// A payload has no member that is not given: takes those out that a shape writes as null.
pub fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A signed act: who says what to which ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Origin of the ledger that it is for.
    pub ledger: Text<3, 255>,
    /// Unique for the institution.
    pub id: StatementId,
    /// When it was signed, by the signer's clock.
    pub signed_at: Instant,
    /// The institution that signs.
    pub by: Slug,
    /// On whose behalf, when it says so: the one that acts, where a mandate covers it.
    pub on_behalf_of: Option<Slug>,
    /// What it says.
    pub body: Body,
}

impl Statement {
    /// In whose name it is signed, where that is not its signer's own.
    pub fn principal(&self) -> Option<&Slug> {
        self.on_behalf_of.as_ref().filter(|party| **party != self.by)
    }

    /// In whose name it is signed: its signer's own, where it names nobody else.
    pub fn acts_for(&self) -> &Slug {
        self.on_behalf_of.as_ref().unwrap_or(&self.by)
    }

    /// The payload bytes that a tool signs.
    pub fn to_payload(&self) -> Vec<u8> {
        let mut payload = json!({
            "type": self.body.kind().code(),
            "ledger": self.ledger,
            "id": self.id,
            "signedAt": self.signed_at,
            "by": self.by,
            "onBehalfOf": self.on_behalf_of,
            "body": self.body.to_json(),
        });
        without_nulls(&mut payload);
        payload.to_string().into_bytes()
    }

    /// Reads a payload; all faults at once, each with its place.
    pub fn from_payload(payload: &[u8]) -> Result<Self, Refusal> {
        let json = Json::parse(payload).map_err(|fault| Refusal::from_faults(vec![fault]).expect("one fault"))?;
        let faults = RefCell::new(Vec::new());
        let statement = read_statement(&At::root(&json, &faults));
        faults.borrow_mut().extend(text_gaps(&json));
        faults.borrow_mut().extend(statement.iter().flat_map(|statement| needs::faults(&statement.body)));
        match (statement, Refusal::from_faults(faults.into_inner())) {
            (Some(statement), None) => Ok(statement),
            (_, Some(refusal)) => Err(refusal),
            (None, None) => Err(Refusal::new(Rule::WrongValue, "the statement could not be read", "a statement")),
        }
    }
}

/// The gaps of the text that a proposal is, or that a counter-proposal holds.
fn text_gaps(json: &Json) -> Vec<Fault> {
    let (kind, body) = (json.get("type").and_then(Json::text).and_then(Type::from_code), json.get("body"));
    match (kind, body, body.and_then(|body| body.get("text"))) {
        (Some(Type::Proposal), Some(text), _) => completeness::gaps(text),
        (Some(Type::CounterProposal), _, Some(text)) => {
            let inside = |fault: Fault| Fault { pointer: fault.pointer.replacen("/body", "/body/text", 1), ..fault };
            completeness::gaps(text).into_iter().map(inside).collect()
        }
        _ => Vec::new(),
    }
}

fn read_statement(at: &At<'_>) -> Option<Statement> {
    let known = at.only_members(&["type", "ledger", "id", "signed_at", "by", "on_behalf_of", "body"]);
    if !matches!(at.json, Json::Object(_)) {
        return None;
    }
    let kind = read_type(at);
    let (ledger, id, signed_at) = (at.read_member("ledger"), at.read_member("id"), at.read_member("signed_at"));
    let (by, on_behalf_of) = (at.read_member("by"), at.read_member("on_behalf_of"));
    let body = match (kind, at.json.get("body")) {
        (Some(kind), Some(body)) => kind.read(&at.member("body", body)),
        (_, Some(_)) => None,
        (_, None) => at.member("body", &Json::Null).fault(Rule::MissingMember, "body is missing", "an object"),
    };
    known?;
    Some(Statement { ledger: ledger?, id: id?, signed_at: signed_at?, by: by?, on_behalf_of: on_behalf_of?, body: body? })
}

fn read_type(at: &At<'_>) -> Option<Type> {
    let accepted = || format!("one of: {}", Type::ALL.iter().map(|t| t.code()).collect::<Vec<_>>().join(" "));
    let Some(json) = at.json.get("type") else {
        return at.member("type", &Json::Null).fault(Rule::MissingMember, "type is missing", accepted());
    };
    let at = at.member("type", json);
    let code = at.text("a string")?;
    Type::from_code(code).or_else(|| at.fault(Rule::WrongValue, format!("{code:?} is not in the list"), accepted()))
}

/// A statement whose bytes have been read, and whose signature has not been checked.
#[derive(Debug, Clone)]
pub struct Parsed {
    received: Received,
    statement: Statement,
    hash: Hash,
}

impl Parsed {
    /// Reads a JWS and the statement in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let received = Received::parse(bytes)?;
        let statement = Statement::from_payload(received.payload())?;
        let expected = statement.body.kind().typ();
        if received.header().typ != expected {
            return Err(Refusal::at("/protected/typ", Rule::TypeMismatch, format!("typ is {:?}", received.header().typ), expected));
        }
        let hash = Hash::of(&[received.payload()]);
        Ok(Self { received, statement, hash })
    }

    /// The JWS as it came.
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// What it says, unverified.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// SHA-256 of the payload bytes.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The key that a registration or a request for recovery brings along.
    pub fn own_key(&self) -> Option<&PublicKey> {
        match &self.statement.body {
            Body::Registration(Registration { key, .. }) | Body::RecoveryRequest(RecoveryRequest { key, .. }) => Some(key),
            Body::Genesis(genesis) => Some(&genesis.statement_key),
            _ => None,
        }
    }

    /// Checks the signature with this key.
    pub fn verify(self, key: &PublicKey) -> Result<Verified, Refusal> {
        self.received.verify(key)?;
        Ok(Verified { parsed: self })
    }
}

/// A statement whose signature holds under the key that its header names. Only this reaches a rule.
#[derive(Debug, Clone)]
pub struct Verified {
    parsed: Parsed,
}

impl Verified {
    /// What was read, without the knowledge that its signature holds.
    pub fn into_parsed(self) -> Parsed {
        self.parsed
    }
}

impl std::ops::Deref for Verified {
    type Target = Parsed;
    fn deref(&self) -> &Parsed {
        &self.parsed
    }
}
