//! Talks that are stuck: what parties do, and what a story sees of it.

use ledger::envelope::Type;
use ledger::lives::Agreement;
use ledger::lives::head::State;
use serde_json::{Value, json};

use crate::door::{Answer, Door};
use crate::texts::attachment;
use crate::town::Actor;

impl<D: Door> Actor<'_, D> {
    /// Says that the talks are stuck on these points.
    pub fn declare_impasse(self, version: &str, points: &str) -> Answer {
        let version = self.hash_of(version);
        self.on(Type::Impasse, json!({ "version": version, "points": divided(points), "reason": attachment() }))
    }

    /// Gives its position on points, and names others.
    pub fn take_stand(self, points: &str, adds: Option<&str>) -> Answer {
        let position = |point| json!({ "point": point, "position": format!("What {} wants of {point}", self.who) });
        let positions: Vec<Value> = points.split(',').chain(adds.iter().flat_map(|adds| adds.split(','))).map(position).collect();
        let mut body = json!({ "positions": positions, "paper": attachment() });
        if let Some(adds) = adds {
            body["adds"] = divided(adds);
        }
        self.on(Type::ImpassePosition, body)
    }

    /// Offers a step out of the impasse.
    pub fn step_out(self, step: Value) -> Answer {
        self.on(Type::ImpasseStep, json!({ "step": step }))
    }

    /// Puts the dispute to the minister, with an address of each of these.
    pub fn put_to_minister(self, version: &str, parties: &str) -> Answer {
        let version = self.hash_of(version);
        let address = |party| json!({ "institution": party, "address": format!("Postbus 1, 7400 AA Deventer ({party})") });
        let addresses: Vec<Value> = parties.split(',').map(address).collect();
        let paper = |title: &str| json!({ "title": title, "date": "2006-01-16", "document": attachment() });
        let (policy, works) = (paper("The housing policy 2006"), paper("The works that the corporation intends"));
        self.on(Type::StatutoryDispute, json!({ "version": version, "addresses": addresses, "policy": policy, "works": works }))
    }

    /// Rules on these points as the minister.
    pub fn rule_on_dispute(self, case: u32, points: &str) -> Answer {
        let ruling = |point| json!({ "point": point, "ruling": format!("What is decided of {point}") });
        let rulings: Vec<Value> = points.split(',').map(ruling).collect();
        self.on(Type::DisputeRuling, json!({ "case": case, "rulings": rulings, "reason": attachment() }))
    }
}

/// Points of an impasse, by their ids.
fn divided(points: &str) -> Value {
    points.split(',').map(|point| json!({ "id": point, "subject": format!("What becomes of {point}") })).collect()
}

/// Where the impasse stands: `none`, `open on A,B`, `over HOW`; with mediation `open on A,B with mediation until DAY`.
pub(crate) fn impasse(agreement: &Agreement) -> String {
    let Some(stuck) = agreement.head.impasse.as_ref() else { return "none".to_owned() };
    let points: Vec<&str> = stuck.points.iter().map(|point| point.point.id.as_str()).collect();
    let mediation = stuck.mediation.as_ref().map(|mediation| format!(" with mediation until {}", mediation.until)).unwrap_or_default();
    stuck.over.as_ref().map_or(format!("open on {}{mediation}", points.join(",")), |over| format!("over {}", over.how.code()))
}

/// The furthest that talks under a statute have come.
pub(crate) fn furthest(agreement: &Agreement) -> Result<&'static str, String> {
    let head = &agreement.head;
    let talks = head.talks.as_ref().ok_or("there is no statute")?;
    let dispute = talks.dispute.as_ref().filter(|dispute| dispute.taken_back.is_none());
    Ok(match &head.state {
        State::Signed { .. } | State::InForce { .. } | State::Suspended { .. } | State::Ended { .. } => "signed",
        _ if dispute.is_some_and(|dispute| dispute.ruled.is_some()) => "ruled",
        _ if dispute.is_some() => "submitted",
        _ if talks.expired.is_some() => "expired",
        _ => head.impasse.as_ref().map_or("open", |stuck| stuck.over.as_ref().map_or("stuck", |over| over.how.code())),
    })
}

/// Where the talks under a statute stand: `none`, `running until INSTANT`, `to submit`, `with the minister`, `ruled`.
pub(crate) fn dispute(agreement: &Agreement) -> String {
    let Some(talks) = agreement.head.talks.as_ref() else { return "none".to_owned() };
    match (&talks.dispute, talks.expired) {
        (Some(dispute), _) if dispute.ruled.is_some() => "ruled".to_owned(),
        (Some(dispute), _) if dispute.taken_back.is_some() => "taken back".to_owned(),
        (Some(_), _) => "with the minister".to_owned(),
        (None, Some(_)) => "to submit".to_owned(),
        (None, None) => format!("running until {}", talks.until),
    }
}
