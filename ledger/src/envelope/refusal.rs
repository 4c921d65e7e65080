//! Every reason to say no: a closed list, each with what the party is told.

use std::fmt;

/// What kind of answer a refusal is; the HTTP shell turns it into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The bytes are not what was asked for (400).
    Invalid,
    /// The signature, the key or the institution does not allow it (403).
    Forbidden,
    /// What the statement speaks of is not in this ledger (404).
    Unknown,
    /// It does not fit what is in the ledger now (409).
    Conflict,
    /// It is too large (413).
    TooLarge,
}

macro_rules! rules {
    ($( $(#[$doc:meta])* $name:ident $code:literal $source:literal $class:ident $nl:literal $en:literal )*) => {
        /// A rule that can refuse a statement. `code` is stable and appears in answers and metrics.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $( $(#[$doc])* #[doc = $en] $name, )* }

        impl Rule {
            /// Every rule, in the order of the list.
            pub const ALL: &'static [Rule] = &[ $( Rule::$name, )* ];
            /// The stable name in answers, metrics and the published list of problem types.
            pub fn code(self) -> &'static str { match self { $( Rule::$name => $code, )* } }
            /// Where the rule comes from: an L-number of the letter, or a section of the signing or log format.
            pub fn source(self) -> &'static str { match self { $( Rule::$name => $source, )* } }
            /// What kind of answer it is.
            pub fn class(self) -> Class { match self { $( Rule::$name => Class::$class, )* } }
            /// One Dutch sentence for the party.
            pub fn dutch(self) -> &'static str { match self { $( Rule::$name => $nl, )* } }
            /// One English sentence for the party.
            pub fn english(self) -> &'static str { match self { $( Rule::$name => $en, )* } }
        }
    };
}

rules! {
    // --- form: the bytes themselves ---
    MalformedJson "malformed-json" "signing" Invalid "De inhoud is geen geldige JSON." "The content is not valid JSON."
    DuplicateMember "duplicate-member" "signing 4" Invalid "Een veld komt dubbel voor." "A member occurs twice."
    MissingMember "missing-member" "signing" Invalid "Een verplicht veld ontbreekt." "A required member is missing."
    UnknownMember "unknown-member" "signing" Invalid "Een veld is hier niet bekend." "A member is not known here."
    WrongValue "wrong-value" "signing" Invalid "Een waarde heeft niet de verwachte vorm." "A value does not have the expected form."
    TooLarge "too-large" "limits" TooLarge "Het bericht is te groot." "The message is too large."
    MalformedJws "malformed-jws" "RFC 7515" Invalid "Dit is geen JWS met één ondertekenaar." "This is not a JWS with one signer."
    NotBase64url "not-base64url" "signing 5" Invalid "Een deel van de JWS is geen zuivere base64url." "A part of the JWS is not clean base64url."
    HeaderRefused "header-refused" "signing 2, 3" Invalid "De kop van de JWS bevat iets dat niet mag." "The JWS header holds something that is not allowed."
    AlgorithmRefused "algorithm-refused" "signing 1" Forbidden "Het algoritme past niet bij de geregistreerde sleutel." "The algorithm is not that of the registered key."
    TypeMismatch "type-mismatch" "signing 6" Invalid "Het type in de kop past niet bij de inhoud." "The type in the header does not fit the content."
    OtherLedger "other-ledger" "signing 6" Invalid "Deze verklaring is voor een ander grootboek." "This statement is for another ledger."
    SignatureInvalid "signature-invalid" "signing 7" Forbidden "De handtekening klopt niet." "The signature does not verify."
    IdConflict "id-conflict" "signing 6" Conflict "Dit kenmerk is al gebruikt voor een andere verklaring." "This id was used for another statement."
    SignedInFuture "signed-in-future" "signing 8" Invalid "Het tijdstip van ondertekening ligt in de toekomst." "The time of signing lies in the future."
    // --- keys and institutions ---
    UnknownKey "unknown-key" "signing" Forbidden "Deze sleutel is niet geregistreerd." "This key is not registered."
    KeyNotValid "key-not-valid" "signing 8" Forbidden "Deze sleutel is niet meer of nog niet geldig." "This key is not valid at the instant of acceptance."
    KeyTaken "key-taken" "signing" Conflict "Deze sleutel is al in gebruik." "This key is in use already."
    KeyUnfit "key-unfit" "signing 7" Invalid "Deze sleutel is niet bruikbaar." "This key cannot be used."
    ProofOfPossession "proof-of-possession" "signing" Forbidden "Het bewijs van bezit van de nieuwe sleutel klopt niet." "The proof of possession of the new key does not verify."
    NotAdmitted "not-admitted" "signing" Forbidden "Deze instelling is nog niet toegelaten." "This institution has not been admitted."
    InstitutionTaken "institution-taken" "signing" Conflict "Er is al een instelling met dit kenmerk." "There is an institution with this id already."
    UnknownInstitution "unknown-institution" "signing" Unknown "Deze instelling is hier niet bekend." "This institution is not known here."
    OwnerOnly "owner-only" "signing" Forbidden "Alleen de eigenaar van het grootboek mag dit." "Only the owner of the ledger may do this."
    GatewayOnly "gateway-only" "log" Forbidden "Alleen de poort zelf mag dit vastleggen." "Only the gateway itself may record this."
    OnBehalf "on-behalf" "L05" Forbidden "Een instelling tekent alleen voor zichzelf." "An institution signs for itself only."
    OutsideMandate "outside-mandate" "L05" Forbidden "Geen mandaat dekt deze handeling." "No mandate covers this act."
    MandateUnfit "mandate-unfit" "L05" Conflict "Zo kan dit mandaat niet worden gegeven." "This mandate cannot be given like this."
    UnknownMandate "unknown-mandate" "L05" Unknown "Dit mandaat is hier niet van kracht." "This mandate does not stand here."
    LastKey "last-key" "L01" Conflict "Dit is de laatste geldige sleutel: vervang haar in plaats van haar in te trekken." "This is the last valid key: rotate it instead of revoking it."
    RotationRuns "rotation-runs" "log" Conflict "De vorige vervanging van de sleutel van het log is nog niet voorbij." "The rotation of the log's key before this one is not over."
    KeyNotHeld "key-not-held" "log" Conflict "De poort heeft deze sleutel niet." "The gateway does not hold this key."
    NothingLost "nothing-lost" "log" Conflict "Dit grootboek is niet teruggezet op een oudere stand: er is niets om vanaf verder te gaan." "This ledger was not put back to an older state: there is nothing to go on from."
    UnknownVersions "unknown-versions" "domain 7" Conflict "Deze versie van de regels of van de feestdagen kent dit programma niet." "This program does not know this version of the rules or of the holidays."
    VersionsGoBack "versions-go-back" "domain 7" Conflict "Een versie van de regels gaat nooit terug." "A version of the rules never goes back."
    RecoveryUnfit "recovery-unfit" "signing" Conflict "Dit past niet bij het herstel van een sleutel." "This does not fit the recovery of a key."
    // --- agreement ---
    Incomplete "incomplete" "L07, L08" Invalid "Het voorstel is niet volledig." "The proposal is not complete."
    NeedsAnalysis "needs-analysis" "L25" Invalid "Sociale herovering vraagt een analyse en een rolverdeling." "Social recovery needs an analysis and a role for each party."
    RhythmRefused "rhythm-refused" "L07" Invalid "Dit ritme kan niet worden gevolgd." "This rhythm cannot be followed."
    GroundFixed "ground-fixed" "Woo 3.3" Conflict "Of een overeenkomst geheim is, en op welke grond, ligt vast in het eerste voorstel." "Whether an agreement is withheld, and on which ground, is settled by its first proposal."
    StatuteUnfit "statute-unfit" "domain 3" Conflict "Dit past niet bij de wettelijke grondslag van de tekst." "This does not fit the statute of the text."
    ImpasseUnfit "impasse-unfit" "L52" Conflict "Dit past niet bij de stand van het overleg." "This does not fit the state of the talks."
    SuccessionUnfit "succession-unfit" "domain" Conflict "Deze opvolging past niet." "This succession does not fit."
    Succeeded "succeeded" "domain" Conflict "Deze instelling is opgevolgd door een andere." "This institution was succeeded by another."
    SuccessorUnfit "successor-unfit" "L13" Conflict "Deze overeenkomst is niet de opvolger." "This agreement is not the successor."
    Withheld "withheld" "Woo 3.3" Conflict "Dit zou openbaar maken wat geheim is." "This would make public what is withheld."
    AgreementTaken "agreement-taken" "L07" Conflict "Er is al een overeenkomst met dit kenmerk." "There is an agreement with this id already."
    UnknownAgreement "unknown-agreement" "L07" Unknown "Deze overeenkomst is hier niet bekend." "This agreement is not known here."
    NotAParty "not-a-party" "L01" Forbidden "De instelling is geen partij bij deze overeenkomst." "The institution is not a party to this agreement."
    AgreementState "agreement-state" "L01" Conflict "Dit past niet bij de stand van de overeenkomst." "This does not fit the state of the agreement."
    UnknownOffer "unknown-offer" "L01" Unknown "Er ligt geen voorstel met precies deze inhoud." "There is no offer with exactly this content."
    SupersededVersion "superseded-version" "L17" Conflict "Dit is niet de versie die nu op tafel ligt." "This is not the version that is on the table now."
    NotTheProposer "not-the-proposer" "L01" Forbidden "Alleen wie deze tekst voorstelde kan hem intrekken." "Only the one who put this text forward can take it back."
    NotAsked "not-asked" "L01" Forbidden "Van deze instelling is hier geen instemming gevraagd." "This institution was not asked for its consent here."
    AlreadyGiven "already-given" "L01" Conflict "Dit is al gegeven." "This has been given already."
    SuspensionUnfit "suspension-unfit" "L01" Conflict "Zo kan de overeenkomst niet worden opgeschort." "The agreement cannot be suspended like this."
    AccessionUnfit "accession-unfit" "L04" Conflict "Zo kan deze instelling niet toetreden." "The institution cannot join like this."
    UnknownReview "unknown-review" "L47" Unknown "Deze toets staat niet in de overeenkomst." "This review is not in the agreement."
    ReviewUnfit "review-unfit" "L47" Conflict "Dit past niet bij deze toets." "This does not fit the review."
    // --- obligations ---
    UnknownObligation "unknown-obligation" "L07" Unknown "Deze afspraak staat niet in de overeenkomst." "This obligation is not in the agreement."
    UnknownEvent "unknown-event" "L07" Unknown "Geen afspraak wacht op deze gebeurtenis." "No obligation waits for this event."
    InstanceState "instance-state" "L07" Conflict "Dit past niet bij de stand van de afspraak." "This does not fit the state of the obligation."
    NotTheDebtor "not-the-debtor" "L07" Forbidden "Alleen wie de afspraak moet nakomen mag dit." "Only the debtor of the obligation may do this."
    NotACreditor "not-a-creditor" "L07" Forbidden "Alleen aan wie de afspraak is beloofd mag dit." "Only a creditor of the obligation may do this."
    OwnObligation "own-obligation" "L54" Forbidden "Niemand beslist over zijn eigen afspraak." "Nobody decides on its own obligation."
    EvidenceIncomplete "evidence-incomplete" "L07" Conflict "De onderbouwing is niet volledig." "The evidence is not complete."
    BelowTarget "below-target" "L46" Conflict "De afgesproken waarde is niet gehaald." "The agreed value has not been reached."
    TooEarly "too-early" "L07" Conflict "Dit kan nu nog niet." "It is too early for this."
    TooLate "too-late" "L07" Conflict "De termijn hiervoor is voorbij." "The term for this has passed."
    NotYoursToDecide "not-yours-to-decide" "L54" Forbidden "Deze instelling beslist hier niet." "This institution does not decide here."
    NothingToDecide "nothing-to-decide" "L35" Conflict "Er is hier nu niets te beslissen." "There is nothing to decide here now."
    // --- leaving ---
    NoticeTooShort "notice-too-short" "L01" Conflict "De opzegtermijn is te kort." "The notice term is too short."
    PlanIncomplete "plan-incomplete" "L01" Conflict "Het plan slaat afspraken over." "The plan skips obligations."
    PlanUnfit "plan-unfit" "L01" Conflict "Het plan kan zo niet worden uitgevoerd." "The plan cannot be carried out like this."
    WithdrawalState "withdrawal-state" "L01" Conflict "Dit past niet bij de stand van de opzegging." "This does not fit the state of the withdrawal."
    ExpulsionUnfit "expulsion-unfit" "L01" Conflict "Zo kan deze partij niet worden geroyeerd." "The party cannot be expelled like this."
    // --- the ladder ---
    UnknownCase "unknown-case" "L35" Unknown "Er loopt geen zaak met dit nummer." "There is no open case with this number."
    CaseState "case-state" "L35" Conflict "Dit past niet bij de stand van de zaak." "This does not fit the state of the case."
    MunicipalityOnly "municipality-only" "L39" Forbidden "Alleen de gemeente mag dit." "Only the municipality may do this."
    MinistryOnly "ministry-only" "L36" Forbidden "Alleen het ministerie mag dit." "Only the ministry may do this."
    ActUnfit "act-unfit" "L36, L39" Invalid "Deze handeling vraagt andere gegevens." "This act needs other members."
    MinistryMayNot "ministry-may-not" "L36" Forbidden "Het ministerie wijzigt geen lokale overeenkomst." "The ministry does not change a local agreement."
    // --- other ledgers ---
    LedgerNotAccepted "ledger-not-accepted" "L44" Forbidden "Ontvangstbewijzen van dat grootboek worden hier niet erkend." "Receipts of that ledger are not accepted here."
    ReceiptUnfit "receipt-unfit" "L44" Invalid "Het ontvangstbewijs klopt niet of is van iets anders." "The receipt does not hold, or is of something else."
    // --- what recurs ---
    NationalOnly "national-only" "L37" Forbidden "Dit kan alleen in het landelijke grootboek." "This is done in the national ledger only."
    RecurrenceUnfit "recurrence-unfit" "L37" Invalid "De bronnen laten niet zien dat dit terugkeert." "The sources do not show that this recurs."
    // --- attachments and the clock ---
    AttachmentMissing "attachment-missing" "log" Invalid "Een bijlage waarnaar wordt verwezen is niet meegestuurd." "An attachment that is referred to was not sent along."
    AttachmentUnfit "attachment-unfit" "log" Invalid "Een bijlage past niet bij de verklaring." "An attachment does not fit the statement."
    AttachmentErased "attachment-erased" "GDPR 17" Conflict "Deze bijlage is gewist en komt niet terug." "This attachment was erased and does not come back."
    UnknownAttachment "unknown-attachment" "GDPR 17" Unknown "Bij deze regel is geen bijlage met deze hash ingediend." "No attachment with this hash was filed with this entry."
    NotTheFiler "not-the-filer" "GDPR 17" Forbidden "Alleen wie de bijlage indiende of de eigenaar van het grootboek mag haar wissen." "Only who filed the attachment or the owner of the ledger may erase it."
    FlagStands "flag-stands" "domain 8" Conflict "De vlag klopt: ook met wat hier wordt gesteld was de afspraak geschonden." "The flag stands: with what is said here the obligation was breached as well."
    FlagUnfit "flag-unfit" "log" Conflict "Deze vlag volgt niet uit het grootboek." "This flag does not follow from the ledger."
}

/// One fault, with its place in the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// RFC 6901 JSON pointer into the payload; empty for the whole.
    pub pointer: String,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What is wrong, in English.
    pub detail: String,
    /// What would be accepted, in English.
    pub accepted: String,
}

/// The RFC 6901 pointer to a member of the object at `parent`; names come from outside, so they are escaped.
pub fn member_pointer(parent: &str, member: &str) -> String {
    format!("{parent}/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// These in a row, for a sentence.
pub(crate) fn list<T: ToString>(these: impl IntoIterator<Item = T>) -> String {
    Vec::from_iter(these.into_iter().map(|this| this.to_string())).join(", ")
}

/// What would be accepted: one of these; where there are none, what is said then.
pub(crate) fn one_of<T: ToString>(these: impl IntoIterator<Item = T>, or_else: &str) -> String {
    let listed = list(these);
    if listed.is_empty() { or_else.to_owned() } else { format!("one of: {listed}") }
}

/// What is said where it takes the word of those who decide, and they are not there.
pub(crate) const NOBODY_DECIDES: &str = "nobody who decides on it is bound any more";

/// A statement was refused; nothing was recorded. The first fault decides the answer's class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// All faults that were found, at least one.
    faults: Vec<Fault>,
}

impl Refusal {
    /// A refusal with one fault that concerns the statement as a whole.
    pub fn new(rule: Rule, detail: impl Into<String>, accepted: impl Into<String>) -> Self {
        Self::at("", rule, detail, accepted)
    }

    /// A refusal with one fault at a place in the payload.
    pub fn at(pointer: impl Into<String>, rule: Rule, detail: impl Into<String>, accepted: impl Into<String>) -> Self {
        let (pointer, detail, accepted) = (pointer.into(), detail.into(), accepted.into());
        Self::of(vec![Fault { pointer, rule, detail, accepted }])
    }

    /// A refusal for all of these faults; `None` if there are none.
    pub fn from_faults(faults: Vec<Fault>) -> Option<Self> {
        (!faults.is_empty()).then(|| Self::of(faults))
    }

    fn of(faults: Vec<Fault>) -> Self {
        // Whoever is refused is told what would be accepted.
        debug_assert!(faults.iter().all(|fault| !fault.accepted.is_empty() && !fault.accepted.ends_with([':', ' '])), "{faults:?}");
        Self { faults }
    }

    /// These faults and then those of another refusal.
    pub fn and(mut self, other: &Self) -> Self {
        self.faults.extend(other.faults.iter().cloned());
        self
    }

    /// The same, where what does not fit was said elsewhere, and this place names it.
    pub fn at_place(mut self, pointer: &str) -> Self {
        self.faults.iter_mut().for_each(|fault| pointer.clone_into(&mut fault.pointer));
        self
    }

    /// The same, where a member stands elsewhere in this type than in most.
    pub fn with_place(mut self, usual: &str, here: &str) -> Self {
        let usual = self.faults.iter_mut().filter(|fault| fault.pointer == usual);
        usual.for_each(|fault| here.clone_into(&mut fault.pointer));
        self
    }

    /// The rule of the first fault.
    pub fn rule(&self) -> Rule {
        self.faults[0].rule
    }

    /// All faults, at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule().code())?;
        for fault in &self.faults {
            write!(f, "; {}{}{}", fault.pointer, if fault.pointer.is_empty() { "" } else { ": " }, fault.detail)?;
            if !fault.accepted.is_empty() {
                write!(f, " (accepted: {})", fault.accepted)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_every_sentence_ends() {
        let mut seen = std::collections::HashSet::new();
        for rule in Rule::ALL {
            assert!(seen.insert(rule.code()), "{} twice", rule.code());
            assert!(rule.code().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            assert!(rule.dutch().ends_with('.') && rule.english().ends_with('.'), "{}", rule.code());
        }
    }
}
