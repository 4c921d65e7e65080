//! The consultation that a text came from (L17): which body, when, who took part, what residents said. No persons.

use super::agreement::Attachment;
use crate::envelope::shape::{List, shape};
use crate::words::{Day, Slug, Text};

shape! {
    /// The consultation of partners and neighbourhood in which a text was made.
    "Overleg" struct Consultation {
        /// The day on which it was held; the last one, if there were several.
        held_on: Day = "gehouden op",
        /// Which body: a name of a meeting, not of persons.
        body: Text<3, 200> = "overlegvorm",
        /// The institutions that took part.
        institutions: Option<List<Slug, 1, 60>> = "instellingen",
        /// Residents' organisations that took part and are not registered here, by their public names.
        residents_organisations: Option<List<Text<2, 120>, 1, 20>> = "bewonersorganisaties",
        /// What residents said, in a few words: no names of persons.
        residents_input: Option<Text<3, 1_000>> = "inbreng van bewoners",
        /// The minutes, beside the log.
        minutes: Option<Attachment> = "verslag",
    }
}
