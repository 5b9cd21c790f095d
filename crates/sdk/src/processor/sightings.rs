//! Which leases have expired, without trust in anybody's clock: a lease that this instance has watched for as long as
//! it lasts without a change has expired. Only a lease that is much older by the time of the service than this
//! machine's clock allows is believed to have expired at first sight, so that machines whose clocks differ by less than a
//! lease lasts do not take leases from the living.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use cosmokit_protocol::resource::Timestamp;
use tokio::time::Instant;

use super::lease::Lease;

/// How often a lease's length it must be old to have expired at first sight.
const CLEARLY: u32 = 2;

/// When each lease was seen to change last.
#[derive(Debug)]
pub(super) struct Sightings {
    expiration: Duration,
    seen: HashMap<String, Sighting>,
}

#[derive(Debug)]
struct Sighting {
    etag: String,
    since: Instant,
}

impl Sightings {
    pub(super) fn new(expiration: Duration) -> Self {
        Self {
            expiration,
            seen: HashMap::new(),
        }
    }

    /// Looks at all leases; those that are gone are forgotten.
    pub(super) fn see(&mut self, leases: &[Lease], now: Instant) {
        let mut before = std::mem::take(&mut self.seen);
        for lease in leases {
            let known = before.remove(&lease.id);
            let sighting = known.filter(|known| known.etag == lease.etag);
            let sighting = sighting.unwrap_or_else(|| Sighting {
                etag: lease.etag.clone(),
                since: now,
            });
            self.seen.insert(lease.id.clone(), sighting);
        }
    }

    /// Whether whoever holds a lease has let it expire.
    pub(super) fn has_expired(&self, lease: &Lease, now: Instant, wall: SystemTime) -> bool {
        let watched = self.seen.get(&lease.id);
        let watched = watched.filter(|sighting| sighting.etag == lease.etag);
        let unchanged = watched.map_or(Duration::ZERO, |sighting| {
            now.saturating_duration_since(sighting.since)
        });
        let written = Timestamp::from_unix_timestamp(lease.written_at).to_system_time();
        let age = written.and_then(|written| wall.duration_since(written).ok());
        unchanged >= self.expiration
            || age.is_some_and(|age| age > self.expiration.saturating_mul(CLEARLY))
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use cosmokit_protocol::op::ChangeFeedMode;
    use cosmokit_protocol::partition::FeedRange;

    use super::*;

    const LASTS: Duration = Duration::from_secs(60);

    fn lease(etag: &str, written_at: i64) -> Lease {
        let mut lease = Lease::new("p", FeedRange::full(), ChangeFeedMode::LatestVersion);
        (lease.etag, lease.written_at) = (etag.to_owned(), written_at);
        lease
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_expires_under_ones_eyes_or_long_ago() {
        let began = Instant::now();
        let wall = UNIX_EPOCH + Duration::from_secs(1_000);
        let mut sightings = Sightings::new(LASTS);
        let check = |sightings: &Sightings, lease: &Lease, after: u64, expected: bool| {
            let after = Duration::from_secs(after);
            let is = sightings.has_expired(lease, began + after, wall);
            assert_eq!(is, expected, "{} after {after:?}", lease.etag);
        };
        let first = lease("a", 999);
        sightings.see(std::slice::from_ref(&first), began);
        check(&sightings, &first, 0, false);
        check(&sightings, &first, 59, false);
        check(&sightings, &first, 60, true);
        // A change begins it anew; to be seen again without one does not.
        let second = lease("b", 999);
        sightings.see(std::slice::from_ref(&second), began + LASTS);
        sightings.see(std::slice::from_ref(&second), began + LASTS / 2 * 3);
        check(&sightings, &second, 119, false);
        check(&sightings, &second, 120, true);
        // By the clocks: an interval of difference is allowed for, in both directions.
        sightings.see(&[], began);
        check(&sightings, &lease("c", 881), 0, false);
        check(&sightings, &lease("c", 879), 0, true);
        check(&sightings, &lease("c", 2_000), 0, false);
    }
}
