//! Whoever plays in a campaign.

use super::{Citizen, Claimant, Follower, Pace, Rival, Rogue, Traveller};

/// Whoever plays in a campaign.
#[derive(Debug)]
#[non_exhaustive]
pub enum Player {
    /// Writes items of its own and reads everybody's.
    Citizen(Citizen),
    /// Competes for items.
    Rival(Rival),
    /// Competes for values of a unique key.
    Claimant(Claimant),
    /// Takes its session from region to region.
    Traveller(Traveller),
    /// Sends tokens that no account gave out.
    Rogue(Rogue),
    /// Reads the change feed.
    Follower(Follower),
}

impl Player {
    /// Works as long as there is time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation under way pending in the history.
    pub async fn work(&mut self, pace: &Pace) {
        match self {
            Self::Citizen(citizen) => citizen.work(pace).await,
            Self::Rival(rival) => rival.work(pace).await,
            Self::Claimant(claimant) => claimant.work(pace).await,
            Self::Traveller(traveller) => traveller.work(pace).await,
            Self::Rogue(rogue) => rogue.work(pace).await,
            Self::Follower(follower) => follower.work(pace).await,
        }
    }

    /// Whether it asks for nothing that an account must refuse.
    pub fn is_honest(&self) -> bool {
        !matches!(self, Self::Rogue(_))
    }
}
