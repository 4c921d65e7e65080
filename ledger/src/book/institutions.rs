//! Statements about institutions and their keys, at their place.

use super::desk::Book;
use super::possession::check_possession;
use super::verdict::Stop;
use crate::envelope::statement::institution::RecoveryVouch;
use crate::envelope::{Body, Refusal, Rule};
use crate::lives::{Institution, Moment};
use crate::words::Slug;

impl Book {
    pub(super) fn apply_to_institution(&self, by: &Slug, body: &Body, moment: Moment) -> Result<Institution, Stop> {
        let own = || self.known_institution(by, "/by").cloned();
        let of = |id: &Slug| self.known_institution(id, "/body/institution").cloned();
        let mut institution = match body {
            Body::Registration(body) => {
                self.shelf.institution(&body.institution)?.cloned().unwrap_or_else(|| Institution::new(body.institution.clone()))
            }
            Body::Admission(body) => of(&body.institution)?,
            Body::RecoveryRequest(body) => of(&body.institution)?,
            Body::RecoveryVouch(body) => of(&body.institution)?,
            _ => own()?,
        };
        match body {
            Body::Registration(body) => institution.register(body, moment)?,
            Body::Admission(body) => {
                if *by != self.ledger.owner {
                    return Err(Refusal::at(
                        "/by",
                        Rule::OwnerOnly,
                        format!("{by} does not own this ledger"),
                        self.ledger.owner.to_string(),
                    )
                    .into());
                }
                if let Some(owner) = self.shelf.key(&body.key)? {
                    return Err(Refusal::at(
                        "/body/key",
                        Rule::KeyTaken,
                        format!("this is or was a key of {owner}"),
                        "a registration with a fresh key",
                    )
                    .into());
                }
                institution.admit(&body.key, moment)?;
            }
            Body::KeyAddition(body) => {
                self.check_free(&body.key)?;
                check_possession(body.proof.as_str(), &self.ledger.origin, by, &body.key)?;
                institution.add_key(&body.key, body.valid_until, None, moment)?;
            }
            Body::KeyRotation(body) => {
                self.check_free(&body.key)?;
                check_possession(body.proof.as_str(), &self.ledger.origin, by, &body.key)?;
                institution.add_key(&body.key, body.valid_until, Some(&body.replaces), moment)?;
            }
            Body::KeyRevocation(body) => institution.revoke_key(body, moment)?,
            Body::RecoveryRequest(body) => institution.request_recovery(&body.key, moment)?,
            Body::RecoveryVouch(body) => {
                let authority = self.vouches_as_authority(by, body, moment)?;
                institution.vouch(by, authority, &body.key, moment)?;
            }
            Body::RecoveryObjection(body) => institution.object_to_recovery(&body.key)?,
            Body::LedgerAcceptance(body) => self.accept_ledger(&mut institution, body, moment)?,
            Body::LogKeyRotation(body) => self.ledger().rotate_log_key(&mut institution, body, moment)?,
            Body::Continuation(body) => self.ledger().go_on(&mut institution, body, moment)?,
            Body::RulesChange(body) => self.ledger().change_rules(&mut institution, body, moment)?,
            Body::MinistryRouting(routing) => {
                if *by != self.ledger.ministry {
                    let detail = format!("{by} is not the ministry of this ledger");
                    return Err(Refusal::at("/by", Rule::MinistryOnly, detail, self.ledger.ministry.to_string()).into());
                }
                self.check_state(body)?;
                institution.routing = routing.routes.to_vec();
            }
            _ => return Err(Refusal::at("/type", Rule::GatewayOnly, "a ledger has one genesis", "another statement").into()),
        }
        Ok(institution)
    }

    /// Whether the one who vouches does so as owner (or as ministry for the owner), or as a partner.
    fn vouches_as_authority(&self, by: &Slug, body: &RecoveryVouch, moment: Moment) -> Result<bool, Stop> {
        let authority = if body.institution == self.ledger.owner { &self.ledger.ministry } else { &self.ledger.owner };
        let Some(agreement) = &body.agreement else {
            if by == authority {
                return Ok(true);
            }
            let accepted = format!("the agreement that {by} and {} are both bound by", body.institution);
            return Err(Refusal::at("/body/agreement", Rule::MissingMember, "no agreement is named", accepted).into());
        };
        if by == authority {
            let detail = format!("{by} vouches as the authority, and two others as partners");
            return Err(Refusal::at("/body/agreement", Rule::RecoveryUnfit, detail, "no agreement").into());
        }
        let agreement = self.readable_agreement(agreement, by, moment)?;
        if agreement.text.withheld_ground.is_some() {
            // Who recovers a key is for everybody to check, and this would tell who the parties are.
            let detail = format!("{} is withheld from the public, and this statement is not", agreement.head.id);
            return Err(Refusal::at("/body/agreement", Rule::Withheld, detail, "a public agreement that binds both").into());
        }
        agreement.bound_party(by)?;
        if agreement.bound_party(&body.institution).is_err() || agreement.binding().is_err() {
            let detail = format!("{} does not bind both of you", agreement.head.id);
            return Err(Refusal::at("/body/agreement", Rule::RecoveryUnfit, detail, "an agreement that binds both").into());
        }
        Ok(false)
    }
}
