//! Rogues: clients whose session tokens no account gave out.

use cosmokit::options::SessionToken;

use super::Pace;
use crate::actor::Actor;
use crate::history::ItemKey;

/// A rogue. It reads with tokens that are inflated, of other ranges, or no tokens at all; others must not notice.
#[derive(Debug)]
pub struct Rogue {
    actor: Actor,
    keys: Vec<ItemKey>,
}

impl Rogue {
    /// A rogue that reads these items.
    pub fn new(actor: Actor, keys: Vec<ItemKey>) -> Self {
        Self { actor, keys }
    }

    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history.
    pub async fn work(&mut self, pace: &Pace) {
        while pace.goes_on(self.actor.rng()).await {
            let count = self.keys.len().max(1);
            let Some(key) = self.keys.get(self.actor.rng().usize(0..count)) else {
                break;
            };
            let key = key.clone();
            let token = self.token();
            self.actor.read_with_token(&key, token).await;
        }
    }

    fn token(&mut self) -> SessionToken {
        let rng = self.actor.rng();
        let range = rng.u32(0..6);
        let (lsn, version) = (rng.u64(0..1 << 50), rng.i64(-1..1 << 20));
        let region = rng.u32(0..100);
        let text = match rng.u8(0..6) {
            0 => format!("{range}:{lsn}"),
            1 => format!("{range}:{version}#{lsn}"),
            2 => format!("{range}:{version}#{lsn}#{region}={lsn}"),
            3 => format!("{range}:-1#9007199254740991#{region}=9007199254740991"),
            4 => format!("{range}:1#1,{range}:1#{lsn},999999:1#1"),
            _ => "not a token".to_owned(),
        };
        SessionToken::from(text)
    }
}
