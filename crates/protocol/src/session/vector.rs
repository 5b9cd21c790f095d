//! The vector form of one partition's position: version, global LSN, one local LSN per region.
//!
//! Regions are kept sorted and unique; the number of them never passes [`MAX_REGIONS`].

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::error::SegmentFault;
use super::number::{Lsn, RegionId, decimal};

/// Regions one token may list. Of a larger union the lowest region ids are kept.
pub const MAX_REGIONS: usize = 64;

/// The highest version accepted, 2^31. A higher one would beat every honest token for ever.
pub const MAX_VERSION: i64 = 1 << 31;

/// How far one region has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RegionProgress {
    /// The region.
    pub region: RegionId,
    /// Its local LSN; `None` (`-1` on the wire) when no progress is known, below every LSN.
    pub lsn: Option<Lsn>,
}

/// The position of one partition: `version#globalLSN[#region=localLSN]*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VectorToken {
    version: i64,
    global: Lsn,
    regions: Vec<RegionProgress>,
}

impl VectorToken {
    /// A token without regions.
    ///
    /// `version` is the configuration number of the partition; it rises when regions are added,
    /// removed or failed over. -1 means that none was assigned yet, as right after a split.
    ///
    /// # Errors
    /// [`SegmentFault::Version`] when `version` is below -1 or above [`MAX_VERSION`].
    pub fn new(version: i64, global: Lsn) -> Result<Self, SegmentFault> {
        if !(-1..=MAX_VERSION).contains(&version) {
            return Err(SegmentFault::Version);
        }
        Ok(Self {
            version,
            global,
            regions: Vec::new(),
        })
    }

    /// The same token with these regions in place of its own, in any order.
    ///
    /// # Errors
    /// [`SegmentFault::DuplicateRegion`] or [`SegmentFault::TooManyRegions`].
    pub fn with_regions(
        self,
        regions: impl IntoIterator<Item = RegionProgress>,
    ) -> Result<Self, SegmentFault> {
        // One more than allowed is enough to see that there are too many.
        let taken = regions.into_iter().take(MAX_REGIONS + 1);
        self.with_unsorted(taken.collect())
    }

    fn with_unsorted(mut self, mut regions: Vec<RegionProgress>) -> Result<Self, SegmentFault> {
        if regions.len() > MAX_REGIONS {
            return Err(SegmentFault::TooManyRegions);
        }
        regions.sort_unstable_by_key(|entry| entry.region);
        if !regions.is_sorted_by(|a, b| a.region < b.region) {
            return Err(SegmentFault::DuplicateRegion);
        }
        self.regions = regions;
        Ok(self)
    }

    /// Reads `version#globalLSN[#region=localLSN]*`. Empty region entries are skipped.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(text: &str) -> Result<Self, SegmentFault> {
        let mut parts = text.split('#');
        let version = match parts.next().unwrap_or_default() {
            "-1" => -1,
            digits => decimal(digits, MAX_VERSION.unsigned_abs())
                .and_then(|version| i64::try_from(version).ok())
                .ok_or(SegmentFault::Version)?,
        };
        let global = parts
            .next()
            .and_then(Lsn::parse)
            .ok_or(SegmentFault::GlobalLsn)?;
        let mut regions = Vec::new();
        for entry in parts.filter(|entry| !entry.is_empty()) {
            if regions.len() == MAX_REGIONS {
                return Err(SegmentFault::TooManyRegions);
            }
            regions.push(parse_region(entry)?);
        }
        Self::new(version, global)?.with_unsorted(regions)
    }

    /// The configuration number, -1 when none was assigned.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The position all regions agree on numbering by.
    pub fn global_lsn(&self) -> Lsn {
        self.global
    }

    /// The regions, sorted by id.
    pub fn regions(&self) -> &[RegionProgress] {
        &self.regions
    }

    /// The local LSN of a region; `None` when it is not listed or has no known progress.
    pub fn local_lsn(&self, region: RegionId) -> Option<Lsn> {
        let at = self
            .regions
            .binary_search_by_key(&region, |entry| entry.region)
            .ok()?;
        self.regions.get(at)?.lsn
    }

    /// Whether a replica at this position has everything that `other` saw.
    ///
    /// The higher version is more recent, whatever the LSNs. With equal versions the global LSN
    /// must not be below, and every region of `other` must be listed here and not be below.
    pub fn is_at_least_as_recent(&self, other: &Self) -> bool {
        match self.version.cmp(&other.version) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => self.global >= other.global && covers(&self.regions, &other.regions),
        }
    }

    /// Takes in what `other` saw; returns whether anything changed.
    ///
    /// Equal versions: maximum of the global LSNs, union of the regions, maximum each. Different
    /// versions: version, global LSN and regions of the higher; regions both list take the
    /// maximum. Idempotent and commutative; associative within one version only, so fold more
    /// than two tokens through [`RangeProgress`](super::RangeProgress).
    pub fn merge(&mut self, other: &Self) -> bool {
        match self.version.cmp(&other.version) {
            Ordering::Equal => self.join(other),
            Ordering::Greater => raise_common(&mut self.regions, &other.regions),
            Ordering::Less => {
                let lower = std::mem::replace(self, other.clone());
                raise_common(&mut self.regions, &lower.regions);
                true
            }
        }
    }

    fn join(&mut self, other: &Self) -> bool {
        let global_rises = other.global > self.global;
        if global_rises {
            self.global = other.global;
        }
        raise_union(&mut self.regions, &other.regions) || global_rises
    }

    /// Raises regions that are listed here; used with what other versions knew.
    pub(super) fn raise_listed(&mut self, known: &[RegionProgress]) -> bool {
        raise_common(&mut self.regions, known)
    }
}

fn parse_region(entry: &str) -> Result<RegionProgress, SegmentFault> {
    let (region, lsn) = entry.split_once('=').ok_or(SegmentFault::RegionEntry)?;
    let region = RegionId::parse(region).ok_or(SegmentFault::RegionId)?;
    let lsn = match lsn.strip_prefix('-') {
        // Any negative number says the same: no progress known.
        Some(magnitude) => {
            let magnitude = Lsn::parse(magnitude).ok_or(SegmentFault::LocalLsn)?;
            (magnitude == Lsn::ZERO).then_some(Lsn::ZERO)
        }
        None => Some(Lsn::parse(lsn).ok_or(SegmentFault::LocalLsn)?),
    };
    Ok(RegionProgress { region, lsn })
}

/// Whether every entry of `needed` is in `have` and not behind. Both sorted.
fn covers(have: &[RegionProgress], needed: &[RegionProgress]) -> bool {
    let mut have = have.iter();
    needed.iter().all(|need| {
        have.find(|entry| entry.region >= need.region)
            .is_some_and(|entry| entry.region == need.region && entry.lsn >= need.lsn)
    })
}

/// Raises entries of `target` that `source` lists higher. Both sorted.
fn raise_common(target: &mut [RegionProgress], source: &[RegionProgress]) -> bool {
    let mut changed = false;
    let mut source = source.iter().peekable();
    for entry in target {
        while source.next_if(|seen| seen.region < entry.region).is_some() {}
        if let Some(seen) = source.next_if(|seen| seen.region == entry.region)
            && seen.lsn > entry.lsn
        {
            entry.lsn = seen.lsn;
            changed = true;
        }
    }
    changed
}

/// Makes `target` the union of both with the maximum of each, the lowest [`MAX_REGIONS`] ids of
/// it. Both sorted. Allocates only when `source` lists a region that `target` does not.
pub(super) fn raise_union(target: &mut Vec<RegionProgress>, source: &[RegionProgress]) -> bool {
    let mut changed = raise_common(target, source);
    for seen in source {
        let Err(at) = target.binary_search_by_key(&seen.region, |entry| entry.region) else {
            continue;
        };
        if at < MAX_REGIONS {
            target.insert(at, *seen);
            changed = true;
        }
    }
    target.truncate(MAX_REGIONS);
    changed
}

impl FromStr for VectorToken {
    type Err = SegmentFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for VectorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.version, self.global)?;
        for RegionProgress { region, lsn } in &self.regions {
            match lsn {
                Some(lsn) => write!(f, "#{region}={lsn}")?,
                None => write!(f, "#{region}=-1")?,
            }
        }
        Ok(())
    }
}
