//! What another gateway's entries changed, put on the book of this one: no life has to be read again for it.

use ledger::book::{Book, LifeKey, Prior};
use ledger::lives::Agreement;
use ledger::lives::parts::Part;

use super::journal::LifeChange;
use super::keep::StoreFault;
use super::lives::{assemble, part_of};
use super::rows::life_of;
use super::settle::Consequence;

/// Puts on a book what follows from an entry: the lives that it has, the keys, and the id that was used. A life that is not
/// on the book stays away; the derived rows have it once they hold this entry.
pub fn take_over(book: &mut Book, consequence: &Consequence) -> Result<(), StoreFault> {
    let Consequence { statement, change, .. } = consequence;
    for life in &change.lives {
        take_over_life(book, life)?;
    }
    for (kid, owner) in &change.keys {
        book.put_key(*kid, Some(owner.clone()));
    }
    let prior = Prior { entry: statement.entry, hash: statement.payload_hash };
    book.put_id(statement.author.clone(), statement.id.clone(), Some(prior));
    Ok(())
}

fn take_over_life(book: &mut Book, life: &LifeChange) -> Result<(), StoreFault> {
    let key = life_of(&life.subject)?;
    if !book.has(&key) {
        return Ok(());
    }
    match key {
        LifeKey::Institution(id) => {
            for row in &life.rows {
                let institution = serde_json::from_str(&row.body);
                let institution = institution.map_err(|error| StoreFault::Damaged(format!("change of {}: {error}", life.subject)))?;
                book.put_institution(id.clone(), Some(institution));
            }
        }
        LifeKey::Agreement(id) => {
            let agreement = match book.agreement(&id) {
                Some(agreement) => Some(changed(agreement.clone(), life)?),
                // It came to be with this entry, which has all of it.
                None => assemble(&id, open_parts(life)?)?,
            };
            book.put_agreement(id, agreement);
        }
        LifeKey::Key(_) | LifeKey::Id(..) => {}
    }
    Ok(())
}

fn changed(mut agreement: Agreement, life: &LifeChange) -> Result<Agreement, StoreFault> {
    for row in &life.rows {
        if let Some(part) = part_of(&life.subject, row.part, &row.key, &row.body)? {
            agreement.take_over(part, row.is_open);
        }
    }
    Ok(agreement)
}

fn open_parts(life: &LifeChange) -> Result<Vec<Part>, StoreFault> {
    let open = life.rows.iter().filter(|row| row.is_open);
    open.filter_map(|row| part_of(&life.subject, row.part, &row.key, &row.body).transpose()).collect()
}
