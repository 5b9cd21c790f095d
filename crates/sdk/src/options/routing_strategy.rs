//! In which order a client prefers the regions of an account.

use cosmokit_protocol::wire::region::{Region, proximity_order};
use serde::{Deserialize, Serialize};

/// In which order a client prefers the regions of an account. It never forbids a region.
///
/// ```
/// use cosmokit::RoutingStrategy;
/// use cosmokit::options::Region;
///
/// let near = RoutingStrategy::ProximityTo(Region::EAST_US);
/// let fixed = RoutingStrategy::PreferredRegions(vec![Region::WEST_EUROPE, Region::NORTH_EUROPE]);
/// # let _ = (near, fixed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RoutingStrategy {
    /// The nearest region first, by great-circle distance from this one. With a region that is not known, the
    /// account's own order counts.
    ProximityTo(Region),
    /// This order; regions that are not named come after it, in the account's order.
    PreferredRegions(Vec<Region>),
}

impl Default for RoutingStrategy {
    /// The account's own order.
    fn default() -> Self {
        Self::PreferredRegions(Vec::new())
    }
}

impl RoutingStrategy {
    /// The regions, most preferred first.
    pub(crate) fn into_preferred_regions(self) -> Vec<Region> {
        match self {
            Self::ProximityTo(region) => proximity_order(&region),
            Self::PreferredRegions(regions) => regions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_begins_at_home_and_unknown_places_leave_the_accounts_order() {
        let near = |name: &str| RoutingStrategy::ProximityTo(name.into()).into_preferred_regions();
        assert_eq!(near("West Europe").first(), Some(&Region::WEST_EUROPE));
        assert!(near("West Europe").len() > 20);
        assert_eq!(near("my own cellar"), []);
        assert_eq!(RoutingStrategy::default().into_preferred_regions(), []);
        let fixed = vec![Region::NORTH_EUROPE, Region::EAST_US];
        assert_eq!(
            RoutingStrategy::PreferredRegions(fixed.clone()).into_preferred_regions(),
            fixed
        );
    }
}
