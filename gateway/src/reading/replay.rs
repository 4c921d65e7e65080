//! Tokens that were used: each is good for one request, and is remembered for as long as it lives.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;

use ledger::envelope::Token;
use ledger::words::{Hash, Instant, Slug};

/// At most so many tokens are remembered, each for at most five minutes.
const MOST: usize = 65_536;
/// Of these at most so many of one institution, so that one cannot keep the others from reading.
const MOST_OF_ONE: usize = 8_192;

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// It was used before.
    Used,
    /// So many are alive that this one cannot be remembered.
    Crowded,
}

/// The tokens of all ledgers of this process that were used and are still alive.
#[derive(Debug, Default)]
pub(super) struct Replays(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    used: HashSet<[u8; 16]>,
    expiring: BTreeMap<(i64, [u8; 16]), Slug>,
    of: HashMap<Slug, usize>,
}

impl Replays {
    /// Uses a token whose signature holds. Only those reach it, so that strangers cannot fill it.
    pub(super) fn spend(&self, token: &Token, now: Instant) -> Result<(), Spent> {
        let id = Hash::of(&[token.audience.as_bytes(), b"\n", token.issuer.as_str().as_bytes(), b"\n", token.id.as_bytes()]);
        let id = *id.as_bytes().first_chunk().expect("a hash has 32 bytes");
        let mut memory = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        memory.forget(now.millis().div_euclid(1_000));
        if memory.used.contains(&id) {
            return Err(Spent::Used);
        }
        let of_one = memory.of.get(&token.issuer).copied().unwrap_or(0);
        if memory.used.len() >= MOST || of_one >= MOST_OF_ONE {
            return Err(Spent::Crowded);
        }
        memory.used.insert(id);
        memory.expiring.insert((token.expires, id), token.issuer.clone());
        memory.of.insert(token.issuer.clone(), of_one + 1);
        Ok(())
    }
}

impl Memory {
    /// Forgets what has ended: it is refused for that.
    fn forget(&mut self, now: i64) {
        while let Some(first) = self.expiring.first_entry().filter(|first| first.key().0 <= now) {
            let ((_, id), issuer) = first.remove_entry();
            self.used.remove(&id);
            match self.of.get_mut(&issuer) {
                Some(left) if *left > 1 => *left -= 1,
                Some(_) | None => _ = self.of.remove(&issuer),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::envelope::{SigningKey, read_token};

    fn token(who: &str, id: usize, at: Instant) -> Token {
        let text = read_token(&SigningKey::from_seed(&[1; 32]), &who.parse().unwrap(), "l.example/l", at, &format!("{id:08}"));
        Token::parse(&text).unwrap()
    }

    #[test]
    fn a_token_is_used_once_and_forgotten_when_it_has_ended() {
        let (replays, at) = (Replays::default(), Instant::from_millis(1_141_200_000_000).unwrap());
        let first = token("school", 1, at);
        assert_eq!(replays.spend(&first, at), Ok(()));
        assert_eq!(replays.spend(&first, at), Err(Spent::Used));
        assert_eq!(replays.spend(&token("police", 1, at), at), Ok(()));
        assert_eq!(replays.spend(&first, at.plus_millis(59_999)), Err(Spent::Used));
        assert_eq!(replays.spend(&token("school", 2, at.plus_millis(60_000)), at.plus_millis(60_000)), Ok(()));
        assert_eq!(replays.0.lock().unwrap().used.len(), 1);
        assert_eq!(replays.0.lock().unwrap().of.len(), 1);
    }

    #[test]
    fn one_institution_cannot_crowd_out_the_others() {
        let (replays, at) = (Replays::default(), Instant::from_millis(1_141_200_000_000).unwrap());
        let mut one = token("school", 0, at);
        for id in 0..MOST_OF_ONE {
            one.id = format!("{id:08}");
            assert_eq!(replays.spend(&one, at), Ok(()));
        }
        assert_eq!(replays.spend(&token("school", MOST_OF_ONE, at), at), Err(Spent::Crowded));
        assert_eq!(replays.spend(&token("police", 0, at), at), Ok(()));
        let later = at.plus_millis(60_000);
        assert_eq!(replays.spend(&token("school", MOST_OF_ONE, later), later), Ok(()));
    }
}
