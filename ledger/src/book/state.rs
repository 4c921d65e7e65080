//! What statements about the State name must be there: ministries that are admitted, State partners, the table of themes.

use super::desk::Book;
use super::verdict::Stop;
use crate::envelope::refusal::list;
use crate::envelope::statement::institution::Kind;
use crate::envelope::statement::ministry::Route;
use crate::envelope::{Body, Refusal, Rule};
use crate::lives::{Agreement, Moment};
use crate::words::Slug;

/// Kinds of institution that can be a State partner.
const STATE: [Kind; 3] = [Kind::Ministry, Kind::Police, Kind::Other];

impl Book {
    /// That those whom a statement names for the State are admitted and of the right kind.
    pub(super) fn check_state(&self, body: &Body) -> Result<(), Stop> {
        match body {
            Body::SupportRequest(body) => {
                self.check_partners(body.partners.iter().flat_map(|list| list.iter()))?;
                let ministry = body.obstacle.as_ref().map(|obstacle| &obstacle.ministry);
                ministry.map_or(Ok(()), |ministry| self.check_kind(ministry, &[Kind::Ministry], "/body/obstacle/ministry"))
            }
            Body::MinistryAnswer(body) => {
                self.check_partners(body.partners.iter().flat_map(|list| list.iter()))?;
                body.refer_to.as_ref().map_or(Ok(()), |ministry| self.check_kind(ministry, &[Kind::Ministry], "/body/referTo"))
            }
            Body::MinistryRouting(body) => body.routes.iter().enumerate().try_for_each(|(i, route)| {
                let pointer = format!("/body/routes/{i}");
                if body.routes[..i].iter().any(|earlier| earlier.theme == route.theme) {
                    return Err(Refusal::at(pointer, Rule::ActUnfit, "a theme occurs twice", "each theme once").into());
                }
                self.check_kind(&route.ministry, &[Kind::Ministry], &format!("{pointer}/ministry"))
            }),
            _ => Ok(()),
        }
    }

    fn check_partners<'a>(&self, mut partners: impl Iterator<Item = &'a Slug>) -> Result<(), Stop> {
        let mut i = 0;
        partners.try_for_each(|partner| {
            i += 1;
            self.check_kind(partner, &STATE, &format!("/body/partners/{}", i - 1))
        })
    }

    fn check_kind(&self, id: &Slug, kinds: &[Kind], pointer: &str) -> Result<(), Stop> {
        let admitted = self.known_institution(id, pointer)?.admitted.as_ref();
        if admitted.is_some_and(|admitted| kinds.contains(&admitted.kind)) {
            return Ok(());
        }
        Err(Refusal::at(
            pointer,
            Rule::UnknownInstitution,
            format!("{id} cannot be that"),
            format!("an admitted institution of kind {}", list(kinds)),
        )
        .into())
    }

    /// After each entry: a case that has reached the State gets its accountable ministry, by the table as it stands now.
    pub(super) fn route(&self, agreement: &mut Agreement, moment: Moment) -> Result<(), Stop> {
        if !agreement.awaits_routing() {
            return Ok(());
        }
        let ministry = self.known_institution(&self.ledger().ministry, "/body/agreement")?;
        let routes: Vec<Route> = ministry.routing.clone();
        agreement.route_cases(&routes, moment);
        Ok(())
    }
}
