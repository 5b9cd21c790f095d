//! Small types that options are made of.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use cosmokit_protocol::wire::region::Region;

/// Whether writes send the stored document back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ContentResponseOnWrite {
    /// The document comes back with the answer.
    Enabled,
    /// Only status and headers come back (`Prefer: return=minimal`): less latency, less traffic.
    #[default]
    Disabled,
}

impl From<bool> for ContentResponseOnWrite {
    fn from(enabled: bool) -> Self {
        if enabled {
            Self::Enabled
        } else {
            Self::Disabled
        }
    }
}

impl From<ContentResponseOnWrite> for bool {
    fn from(content: ContentResponseOnWrite) -> Self {
        content == ContentResponseOnWrite::Enabled
    }
}

impl FromStr for ContentResponseOnWrite {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.to_ascii_lowercase().as_str() {
            "enabled" | "true" | "1" => Ok(Self::Enabled),
            "disabled" | "false" | "0" => Ok(Self::Disabled),
            _ => Err(UnknownWord("enabled or disabled")),
        }
    }
}

/// Whether a write is sent again when an earlier attempt may have been applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteRetryPolicy {
    /// Never: the caller gets an error that says that the write may have been applied.
    Never,
    /// When applying it twice is applying it once: creates, upserts, replaces and deletes, which name their item,
    /// and patches under a condition on the etag. A conflict that the earlier attempt may have caused is resolved by
    /// reading the item back.
    #[default]
    IfIdempotent,
    /// Always: a patch or batch may be applied twice.
    Always,
}

impl FromStr for WriteRetryPolicy {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.to_ascii_lowercase().replace(['_', '-'], "").as_str() {
            "never" => Ok(Self::Never),
            "ifidempotent" => Ok(Self::IfIdempotent),
            "always" => Ok(Self::Always),
            _ => Err(UnknownWord("Never, IfIdempotent or Always")),
        }
    }
}

/// Whether another region is asked as well when one is slow to answer a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AvailabilityStrategy {
    /// A read that has no answer after this time is sent to the next region as well; the first answer counts.
    Hedging(Duration),
    /// One region at a time.
    Disabled,
}

impl AvailabilityStrategy {
    /// When a read is hedged unless something else is wished: after a second, or half of the time it has.
    pub(crate) fn threshold(self, end_to_end: Option<Duration>) -> Option<Duration> {
        match (self, end_to_end) {
            (Self::Disabled, _) => None,
            (Self::Hedging(threshold), Some(all)) if threshold == HEDGE_AFTER => {
                Some(threshold.min(all / 2))
            }
            (Self::Hedging(threshold), _) => Some(threshold),
        }
    }
}

/// When a read is hedged by default.
pub(crate) const HEDGE_AFTER: Duration = Duration::from_secs(1);

/// The error for a word that an option does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord(&'static str);

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for UnknownWord {}

/// How long a whole operation may take, with all its attempts, waits and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndToEndOperationLatencyPolicy {
    timeout: Duration,
}

impl EndToEndOperationLatencyPolicy {
    /// At most this long; then the operation fails with 408/20008.
    pub const fn new(timeout: Duration) -> Self {
        Self { timeout }
    }

    /// How long.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }
}

impl From<Duration> for EndToEndOperationLatencyPolicy {
    fn from(timeout: Duration) -> Self {
        Self::new(timeout)
    }
}

/// Regions that operations are not sent to, unless no other is left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExcludedRegions(Vec<Region>);

impl ExcludedRegions {
    /// None.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// One more.
    pub fn with_region(mut self, region: impl Into<Region>) -> Self {
        self.0.push(region.into());
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The regions.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.0.iter()
    }
}

impl<T: Into<Region>> FromIterator<T> for ExcludedRegions {
    fn from_iter<I: IntoIterator<Item = T>>(regions: I) -> Self {
        Self(regions.into_iter().map(Into::into).collect())
    }
}
