//! On which ground an agreement is withheld from the public: the closed list of the Wet open overheid.

use crate::envelope::shape::shape;

shape! {
    /// A ground of the Woo (BWBR0045754) on which information is not made public: articles 5.1(1), 5.1(2), 5.1(5) and
    /// 5.2(1), written as decisions on publication write them. It covers the agreement as a whole.
    "Grond voor geheimhouding" enum WithheldGround {
        Crown = "5.1.1a" ~ "eenheid van de Kroon (artikel 5.1, eerste lid, onder a, Woo)",
        StateSecurity = "5.1.1b" ~ "veiligheid van de Staat (artikel 5.1, eerste lid, onder b, Woo)",
        ConfidentialBusinessData = "5.1.1c" ~ "vertrouwelijk meegedeelde bedrijfs- en fabricagegegevens (artikel 5.1, eerste lid, onder c, Woo)",
        SpecialPersonalData = "5.1.1d" ~ "bijzondere of strafrechtelijke persoonsgegevens (artikel 5.1, eerste lid, onder d, Woo)",
        PersonalNumbers = "5.1.1e" ~ "nummers die personen identificeren (artikel 5.1, eerste lid, onder e, Woo)",
        ForeignRelations = "5.1.2a" ~ "betrekkingen met andere landen en internationale organisaties (artikel 5.1, tweede lid, onder a, Woo)",
        FinancialInterests = "5.1.2b" ~ "economische of financiële belangen van de overheid (artikel 5.1, tweede lid, onder b, Woo)",
        Prosecution = "5.1.2c" ~ "opsporing en vervolging van strafbare feiten (artikel 5.1, tweede lid, onder c, Woo)",
        Inspection = "5.1.2d" ~ "inspectie, controle en toezicht door bestuursorganen (artikel 5.1, tweede lid, onder d, Woo)",
        PrivateLife = "5.1.2e" ~ "eerbiediging van de persoonlijke levenssfeer (artikel 5.1, tweede lid, onder e, Woo)",
        CompetitiveData = "5.1.2f" ~ "andere concurrentiegevoelige bedrijfs- en fabricagegegevens (artikel 5.1, tweede lid, onder f, Woo)",
        Environment = "5.1.2g" ~ "bescherming van het milieu waarop de informatie betrekking heeft (artikel 5.1, tweede lid, onder g, Woo)",
        Protection = "5.1.2h" ~ "beveiliging van personen en bedrijven en voorkomen van sabotage (artikel 5.1, tweede lid, onder h, Woo)",
        Functioning = "5.1.2i" ~ "goed functioneren van de overheid (artikel 5.1, tweede lid, onder i, Woo)",
        OtherInterest = "5.1.5" ~ "onevenredige benadeling van een ander belang (artikel 5.1, vijfde lid, Woo)",
        PolicyViews = "5.2.1" ~ "persoonlijke beleidsopvattingen voor intern beraad (artikel 5.2, eerste lid, Woo)",
    }
}
