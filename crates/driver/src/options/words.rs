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
