//! What institutions propose to each other: the text of an agreement, and the yes or no to it.

use super::accession::AccessionRule;
use super::consultation::Consultation;
use super::expulsion::ExpulsionClause;
use super::impasse::Statute;
use super::review::ScheduledReview;
use super::suspension::SuspensionPower;
use super::trigger::{Delay, Trigger};
use super::umbrella::{Umbrella, UmbrellaClause};
use super::withheld::WithheldGround;
use crate::envelope::shape::{Count, List, shape};
use crate::words::{CbsCode, Day, Decimal, Hash, Rhythm, Slug, Text};

/// A number of days for a term.
pub type DayCount = Count<1, 366>;

shape! {
    /// Content beside the log, bound by its salted hash.
    "Bijlage" struct Attachment {
        /// SHA-256 of the 32 bytes of salt followed by the content.
        hash: Hash = "hash",
        /// Media type of the content.
        media_type: Text<3, 100> = "soort bestand",
        /// Size of the content in bytes.
        size_bytes: Count<1, 1_073_741_824> = "grootte in bytes",
    }
}

shape! {
    /// Policy themes of the letter (L28).
    "Thema" enum Theme {
        Housing = "housing" ~ "wonen",
        Safety = "safety" ~ "veiligheid",
        PhysicalDesign = "physical-design" ~ "fysieke inrichting",
        Welfare = "welfare" ~ "welzijn",
        Integration = "integration" ~ "integratie",
        Education = "education" ~ "onderwijs en kinderopvang",
        SocialInfrastructure = "social-infrastructure" ~ "sociale infrastructuur",
    }
}

shape! {
    /// The approach for a neighbourhood (L23).
    "Aanpak" enum Approach {
        Maintenance = "maintenance" ~ "onderhoud",
        Opportunity = "opportunity" ~ "kansgedreven",
        SocialSafety = "social-safety" ~ "sociale veiligheid",
        SocialRecovery = "social-recovery" ~ "sociale herovering",
    }
}

shape! {
    /// What the parties want to reach.
    "Doel" struct Goal {
        /// Id within the agreement.
        id: Slug = "kenmerk",
        /// The goal in words.
        title: Text<3, 300> = "doel",
    }
}

shape! {
    /// A neighbourhood, district or municipality with its CBS code.
    "Buurt" struct Neighbourhood {
        /// CBS code.
        code: CbsCode = "CBS-code",
        /// The year of the CBS list that the code is from; codes change each year.
        reference_year: Count<1995, 2200> = "peiljaar",
        /// Its name.
        name: Text<1, 120> = "naam",
    }
}

shape! {
    /// What a party says that it is able to, whatever of it it promises (L53).
    "Verklaard vermogen" struct DeclaredCapacity {
        /// What it has, such as room to invest.
        indicator: Text<1, 120> = "indicator",
        /// How much of it, over the period of the agreement, or in all where that has no last day.
        value: Decimal = "waarde",
        /// In what it is counted; what the party promises in the same unit is set beside it.
        unit: Text<1, 40> = "eenheid",
    }
}

shape! {
    /// One who takes part.
    "Partij" struct Party {
        /// The institution.
        institution: Slug = "instelling",
        /// What it is there for; social recovery asks this of each party (L25).
        role: Option<Text<3, 300>> = "rol",
        /// What it says that it is able to (L53).
        capacity: Option<List<DeclaredCapacity, 1, 8>> = "verklaard vermogen",
    }
}

shape! {
    /// First and last day of the agreement, both inclusive (L14).
    "Looptijd" struct Period {
        /// First day.
        start_date: Day = "begindatum",
        /// Last day; when not given the agreement is open-ended, and has a review that recurs without end, at least every four years.
        end_date: Option<Day> = "einddatum",
    }
}

impl Period {
    /// Up to which day rhythms are looked at: the last one, or where a rhythm without end stops being computed.
    pub fn horizon(&self) -> Day {
        self.end_date.unwrap_or_else(|| Rhythm::horizon(self.start_date))
    }

    /// Whether a rhythm has due dates in it without end.
    pub fn is_endless(&self, rhythm: &Rhythm) -> bool {
        self.end_date.is_none() && rhythm.is_endless()
    }
}

shape! {
    /// How strong a promise is (L46).
    "Soort verplichting" enum Strength {
        Result = "result" ~ "resultaat",
        Effort = "effort" ~ "inspanning",
    }
}

shape! {
    /// Whether something is reached by a day, or kept all the time until it.
    "Wijze" enum Mode {
        Achieve = "achieve" ~ "bereiken",
        Maintain = "maintain" ~ "in stand houden",
    }
}

shape! {
    /// What is promised.
    "Aard" enum Nature {
        Service = "service" ~ "dienst",
        Funding = "funding" ~ "financiering",
        Capacity = "capacity" ~ "inzet van mensen",
        ResidentsDecide = "residents-decide" ~ "bewoners beslissen",
    }
}

shape! {
    /// Whether a promise is about what is to be reached in the neighbourhood, or about how the parties work together (L45).
    "Inhoud of proces" enum Aspect {
        Content = "content" ~ "inhoud",
        Process = "process" ~ "proces",
    }
}

shape! {
    /// What kind of instrument a promise is (L26).
    "Instrument" enum Instrument {
        Preventive = "preventive" ~ "preventief",
        Curative = "curative" ~ "curatief",
        Repressive = "repressive" ~ "repressief",
    }
}

shape! {
    /// When a promise is due.
    "Wanneer" union When by "kind" {
        /// Once, on this day at the latest.
        Date { /// The last day on which it is in time.
            date: Day = "uiterste dag", } = "date" ~ "op een datum",
        /// Again and again; each occurrence after the start date is the last day of a period.
        Rhythm { /// An RFC 5545 RRULE.
            rule: Rhythm = "ritme", } = "rhythm" ~ "volgens een ritme",
        /// Once, so long after a trigger; conditional until it comes, and lapsed when it can no longer come.
        AfterEvent { /// What must come first.
            trigger: Trigger = "aanleiding", /// How long after it.
            within: Delay = "termijn", } = "after-event" ~ "na een gebeurtenis",
    }
}

shape! {
    /// A number by which one sees whether a promise is kept.
    "Streefwaarde" struct Target {
        /// What is counted.
        indicator: Text<1, 120> = "indicator",
        /// The number to reach, as a decimal string.
        value: Decimal = "waarde",
        /// In what it is counted.
        unit: Text<1, 40> = "eenheid",
    }
}

/// Whether a unit is the euro.
pub fn is_euro(unit: &str) -> bool {
    ["EUR", "euro", "euros", "€"].iter().any(|euro| euro.eq_ignore_ascii_case(unit))
}

shape! {
    /// A kind of evidence that each report must bring.
    "Vereiste onderbouwing" struct EvidenceRule {
        /// Id that a report's evidence names.
        kind: Slug = "kenmerk",
        /// The evidence in words.
        title: Text<3, 200> = "onderbouwing",
    }
}

shape! {
    /// A part of what a promise costs, and the promise of money that covers it (L09).
    "Dekking" struct FundingShare {
        /// The obligation of nature funding that pays it.
        obligation: Slug = "financiering",
        /// How much of it, in the unit of that obligation's target.
        amount: Decimal = "bedrag",
    }
}

shape! {
    /// People who are freed for the work (L12): a function and never a person.
    "Inzet van mensen" struct StaffCapacity {
        /// The function.
        function: Text<3, 200> = "functie",
        /// How much of a full-time post, in fte.
        fte: Decimal = "fte",
    }
}

shape! {
    /// What one party pays of a budget (L33).
    "Aandeel in een begroting" struct BudgetShare {
        /// The party that pays.
        party: Slug = "partij",
        /// Its part of the whole, in percent; the shares of a budget make 100.
        percent: Decimal = "procent",
        /// Its promise of money: an obligation of nature funding in euros that, over all its due dates, promises at least this part.
        obligation: Slug = "financiering",
    }
}

shape! {
    /// What something costs as a whole, and who pays which part of it (L33).
    "Begroting" struct Budget {
        /// Id within the agreement.
        id: Slug = "kenmerk",
        /// What it is for.
        title: Text<3, 300> = "waarvoor",
        /// The whole, in euros.
        total: Decimal = "totaal",
        /// Who pays which part.
        shares: List<BudgetShare, 1, 20> = "aandelen",
    }
}

shape! {
    /// Who, what, when (L07): one promise.
    "Afspraak" struct Obligation {
        /// Id within the agreement.
        id: Slug = "kenmerk",
        /// Who does it.
        debtor: Slug = "wie",
        /// What is done, so that others can verify it.
        what: Text<10, 2000> = "wat",
        /// By when, or how often.
        when: When = "wanneer",
        /// Whom it is owed to; all other parties when not given.
        creditors: Option<List<Slug, 1, 60>> = "aan wie",
        /// Result or effort.
        strength: Strength = "soort verplichting",
        /// The number to reach; a result obligation needs one.
        target: Option<Target> = "streefwaarde",
        /// What each report must bring.
        evidence: List<EvidenceRule, 1, 8> = "onderbouwing",
        /// Working days between late and breached; 1 when not given.
        grace_working_days: Option<Count<0, 60>> = "respijt in werkdagen",
        /// Whether silence of the creditors counts as acceptance; no when not given.
        tacit_acceptance: Option<bool> = "stilzwijgend aanvaard",
        /// The goals that it serves.
        goals: List<Slug, 1, 20> = "doelen",
        /// What is promised; a service when not given.
        nature: Option<Nature> = "aard",
        /// Whether it is reached by its day, or kept throughout the period that ends on it; reached when not given.
        mode: Option<Mode> = "wijze",
        /// Whether it is about content or about process (L45); neither is said when not given.
        aspect: Option<Aspect> = "inhoud of proces",
        /// What kind of instrument it is.
        instrument: Option<Instrument> = "instrument",
        /// Obligations of this agreement that must be kept first (L11).
        depends_on: Option<List<Slug, 1, 20>> = "hangt af van",
        /// What it costs and its debtor does not pay itself; needs funding that covers it (L08).
        costs: Option<Decimal> = "kosten",
        /// Who pays it (L09).
        funding: Option<List<FundingShare, 1, 20>> = "dekking",
        /// The people whom it frees, where its nature is capacity (L12).
        capacity: Option<StaffCapacity> = "inzet",
        /// The umbrella clause that it carries out (L44).
        umbrella: Option<UmbrellaClause> = "koepelbepaling",
    }
}

impl Obligation {
    /// The obligations that must be kept first: those that pay for it, then the others.
    pub fn prerequisites(&self) -> impl Iterator<Item = &Slug> {
        let funding = self.funding.iter().flat_map(|shares| shares.iter()).map(|share| &share.obligation);
        funding.chain(self.depends_on.iter().flat_map(|list| list.iter()))
    }
}

shape! {
    /// How a party may leave (L01).
    "Opzegging" struct WithdrawalClause {
        /// Months between notice and leaving; 6 when not given.
        notice_months: Option<Count<1, 60>> = "opzegtermijn in maanden",
        /// Days in which the others answer; 28 when not given.
        objection_days: Option<DayCount> = "dagen om te reageren",
    }
}

shape! {
    /// What happens when a promise is not kept, step by step (L35), in days.
    "Escalatieladder" struct Ladder {
        /// For the debtor to answer a notice; 14 when not given.
        answer_days: Option<DayCount> = "antwoord op een melding",
        /// For the debtor to put it right, from the notice; 14 when not given.
        cure_days: Option<DayCount> = "hersteltermijn",
        /// For the director at level 1; 28 when not given.
        level1_days: Option<DayCount> = "niveau 1",
        /// For the board consultation at level 2; 28 when not given.
        level2_days: Option<DayCount> = "niveau 2",
        /// The municipality's last chance before the State (L38); 14 when not given.
        last_chance_days: Option<DayCount> = "laatste kans gemeente",
        /// For the ministry's reasoned answer; 42 when not given.
        ministry_days: Option<DayCount> = "antwoord ministerie",
        /// For State partners that must take a position; 28 when not given.
        positions_days: Option<DayCount> = "standpunt rijkspartners",
        /// For what the municipality does with the ministry's answer; 28 when not given.
        follow_up_days: Option<DayCount> = "opvolging door de gemeente",
    }
}

shape! {
    /// Other terms that the text may change, in days.
    "Termijnen" struct Terms {
        /// To consent to a proposal; 60 when not given.
        consent_days: Option<DayCount> = "instemming",
        /// For a creditor to accept or dispute a report; 14 when not given.
        acceptance_days: Option<DayCount> = "bevestiging",
        /// For the debtor to answer a dispute; 14 when not given.
        dispute_days: Option<DayCount> = "antwoord op een betwisting",
        /// To rule on a dispute or a contested breach; 14 when not given.
        ruling_days: Option<DayCount> = "uitspraak",
        /// To report, after a period has ended, that something was kept throughout it; 14 when not given.
        report_days: Option<DayCount> = "melding na een periode",
        /// Misses in a row after which a party has gone quiet; 3 when not given.
        gone_quiet_misses: Option<Count<1, 52>> = "stilgevallen na zoveel keer",
        /// Whether due dates and terms up to three months move to a working day; yes when not given.
        working_day_rule: Option<bool> = "verschuiven naar een werkdag",
        /// Before the last day a successor must have been signed; 90 when not given (L13).
        successor_days: Option<DayCount> = "opvolger getekend voor het einde",
    }
}

shape! {
    /// The text of an agreement, put to its parties.
    "Voorstel" struct Proposal {
        /// Id of the agreement in this ledger.
        agreement: Slug = "overeenkomst",
        /// Its title.
        title: Text<3, 200> = "titel",
        /// What the parties want to reach.
        goals: List<Goal, 1, 20> = "doelen",
        /// Policy themes.
        themes: List<Theme, 1, 7> = "thema's",
        /// Where it holds; only an agreement in the national ledger can do without.
        neighbourhoods: List<Neighbourhood, 0, 100> = "buurten",
        /// The approach for these neighbourhoods.
        approach: Option<Approach> = "aanpak",
        /// The analysis that social recovery asks for (L25).
        analysis: Option<Attachment> = "analyse",
        /// Who takes part.
        parties: List<Party, 2, 60> = "partijen",
        /// The one party that directs (L15, L16).
        director: Slug = "regisseur",
        /// From when to when.
        period: Period = "looptijd",
        /// Who does what, when.
        obligations: List<Obligation, 1, 200> = "afspraken",
        /// How a party may leave.
        withdrawal: WithdrawalClause = "opzegging",
        /// What happens when a promise is not kept.
        ladder: Ladder = "escalatieladder",
        /// Other terms.
        terms: Option<Terms> = "termijnen",
        /// Who may suspend the agreement without the consent of all; nobody when not given.
        suspension: Option<SuspensionPower> = "bevoegdheid tot opschorting",
        /// Whose consent lets another institution in; that of all parties when not given.
        accession: Option<AccessionRule> = "toetreding",
        /// That a party can be put out by a majority of the others, after a hearing; nobody can when not given.
        expulsion: Option<ExpulsionClause> = "royement",
        /// What is paid together, and by whom (L33).
        budgets: Option<List<Budget, 1, 20>> = "begrotingen",
        /// By when the agreement is reviewed (L47).
        reviews: Option<List<ScheduledReview, 1, 40>> = "toetsmomenten",
        /// The agreements that it succeeds (L13): each public, in force or ended, in this ledger, and made by these parties: its director
        /// and more than half of those that it binds.
        predecessors: Option<List<Slug, 1, 16>> = "opvolger van",
        /// The umbrella agreements that its obligations refer to, each with its receipt (L44).
        umbrellas: Option<List<Umbrella, 1, 4>> = "koepelovereenkomsten",
        /// Ground on which the agreement as a whole is withheld from the public (Woo); public when not given. It stays as the
        /// first proposal says.
        withheld_ground: Option<WithheldGround> = "grond voor geheimhouding",
        /// The consultation that the text came from (L17).
        consultation: Option<Consultation> = "overleg",
        /// The law by which the parties make it, with the terms and the way to the minister that it gives them; it stays as the first
        /// proposal says.
        statute: Option<Statute> = "wettelijke grondslag",
    }
}

impl Proposal {
    /// The content beside the log that it names.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.analysis.iter().chain(self.consultation.iter().flat_map(|held| &held.minutes))
    }
}

shape! {
    /// Yes to an offer: an agreement's version, a release, a handover, an outcome.
    "Instemming" struct Consent {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the exact payload bytes of the statement that is agreed to.
        to: Hash = "waarmee",
    }
}

shape! {
    /// No to an offer or to an agreement's version, with a reason (L22, L32).
    "Weigering" struct Decline {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the exact payload bytes of the statement that is declined.
        to: Hash = "wat",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
