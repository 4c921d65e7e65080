//! Several gateways on one PostgreSQL database: no fork, nothing twice, nothing lost, and what one shows the other shows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![allow(clippy::print_stdout, reason = "the long tier shows its figures")]

mod country;
mod failover;
mod going_on;
mod outage;
mod turns;

use std::sync::Arc;

use gateway::settings::Limits;
use harness::Home;
use harness::gate::{Gate, Signed, Signer, obligation, proposal};
use harness::postgres::TestDatabase;
use ledger::envelope::{SigningKey, Type};
use ledger::words::Hash;
use serde_json::json;

/// When the tests begin.
const AT: &str = "2006-02-15T09:00:00Z";

/// Two gateways on a database of their own; `None` where there is no server, which has been said then.
async fn two() -> Option<[Gate; 2]> {
    let home = Home::on(TestDatabase::migrated()?);
    let one = Gate::open_in(home, AT, &Limits::default()).await;
    let other = one.beside().await;
    Some([one, other])
}

/// The registration of somebody who is not known yet.
fn stranger(number: u16) -> (String, Signed) {
    let name = format!("stranger-{number}");
    let key = Arc::new(SigningKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes()));
    let signer = Signer { id: Box::leak(name.clone().into_boxed_str()), key };
    (name, signer.says(Type::Registration, "r", &signer.registration("other")))
}

/// An agreement in force, of which an obligation is due on 1 April 2006.
async fn agreed(gate: &Gate) {
    let corporation = Signer::new("corporation", 5);
    gate.admit(&corporation, "housing-corporation").await;
    let offer = gate.town.says(Type::Proposal, "p", &proposal("wijk", &[obligation("visits", "2006-04-01")]));
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
}

/// All that is stored is whole, by connections of its own.
async fn is_sound(gate: &Gate) {
    let store = gate.home().open(false).await;
    let ledger = store.ledgers().await.unwrap().remove(0);
    let checked = gateway::checking::check(&store, &ledger, gateway::checking::Share::WHOLE).await.unwrap();
    assert_eq!((checked.entries, checked.damage), (store.size(ledger.id).await.unwrap(), Vec::new()));
    store.close().await;
}
