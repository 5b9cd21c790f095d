//! How fast actors work, and until when.

use std::time::Duration;

use fastrand::Rng;

use crate::world::{World, sleep};

/// How fast an actor works, and until when.
#[derive(Clone, Debug)]
pub struct Pace {
    world: World,
    until: Duration,
    think: (Duration, Duration),
}

impl Pace {
    /// Works until the world is this old, and thinks between two operations for anything between the two durations.
    pub fn new(world: &World, until: Duration, think: (Duration, Duration)) -> Self {
        Self {
            world: world.clone(),
            until,
            think,
        }
    }

    /// Thinks, and says whether there is time for one more operation.
    ///
    /// # Cancel safety
    /// Dropping the future ends the thought.
    pub async fn goes_on(&self, rng: &mut Rng) -> bool {
        let (least, most) = self.think;
        let width = u64::try_from(most.saturating_sub(least).as_micros()).unwrap_or(u64::MAX);
        let more = Duration::from_micros(rng.u64(0..=width));
        sleep(least + more).await;
        self.world.elapsed() < self.until
    }
}
