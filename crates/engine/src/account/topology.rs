//! The regions of an account: an immutable snapshot, swapped as a whole.

use cosmokit_protocol::{
    session::RegionId,
    wire::{consistency::ConsistencyLevel, region::Region},
};

use super::WriteMode;

/// A region that the account is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRegion {
    /// Its name.
    pub region: Region,
    /// Its number in session tokens; never given to another region of the account.
    pub id: RegionId,
}

/// Regions in order of priority, and what the account does with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    regions: Vec<AccountRegion>,
    write_mode: WriteMode,
    consistency: ConsistencyLevel,
}

/// Numbers for regions that have no published one begin here.
const FIRST_PRIVATE_ID: u32 = 1_000;

impl Topology {
    /// Regions in this order; the first takes writes in single-write mode.
    pub(crate) fn new(
        regions: Vec<Region>,
        write_mode: WriteMode,
        consistency: ConsistencyLevel,
    ) -> Self {
        let numbered = |(private, region): (u32, Region)| {
            let id = RegionId(region.id().unwrap_or(private));
            AccountRegion { region, id }
        };
        let regions = (FIRST_PRIVATE_ID..).zip(regions).map(numbered).collect();
        Self {
            regions,
            write_mode,
            consistency,
        }
    }

    /// A topology that was kept.
    pub(crate) fn restored(
        regions: Vec<AccountRegion>,
        write_mode: WriteMode,
        consistency: ConsistencyLevel,
    ) -> Self {
        Self {
            regions,
            write_mode,
            consistency,
        }
    }

    /// All regions, in order of priority. Each can be read.
    pub fn regions(&self) -> &[AccountRegion] {
        &self.regions
    }

    /// The regions that take writes.
    pub fn writable(&self) -> &[AccountRegion] {
        match self.write_mode {
            WriteMode::Multi => &self.regions,
            WriteMode::Single => self.regions.get(..1).unwrap_or_default(),
        }
    }

    /// Whether one region takes writes or all do.
    pub fn write_mode(&self) -> WriteMode {
        self.write_mode
    }

    /// The account's default consistency level.
    pub fn consistency(&self) -> ConsistencyLevel {
        self.consistency
    }

    /// The account's entry for a region.
    pub fn find(&self, region: &Region) -> Option<&AccountRegion> {
        self.regions.iter().find(|entry| entry.region == *region)
    }

    /// Whether a region takes writes.
    pub fn is_writable(&self, id: RegionId) -> bool {
        self.writable().iter().any(|entry| entry.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_region_writes_unless_all_do() {
        let regions = || vec![Region::new("East US"), Region::new("My Lab")];
        let single = Topology::new(regions(), WriteMode::Single, ConsistencyLevel::Session);
        let multi = Topology::new(regions(), WriteMode::Multi, ConsistencyLevel::Session);
        let ids: Vec<_> = single.regions().iter().map(|entry| entry.id).collect();
        assert_ne!(ids[0], ids[1]);
        assert!(single.is_writable(ids[0]) && !single.is_writable(ids[1]));
        assert!(multi.is_writable(ids[0]) && multi.is_writable(ids[1]));
        assert_eq!(
            single.find(&Region::new("eastus")),
            single.regions().first()
        );
        assert_eq!(single.find(&Region::new("West US")), None);
    }
}
