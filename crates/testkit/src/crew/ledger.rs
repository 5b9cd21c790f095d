//! Every version of every lease of a processor, read from the change feed of its lease container.

use cosmokit::feed::{ChangeFeedItem, ChangeFeedPageIterator, ChangeFeedStartFrom};
use cosmokit::options::{ChangeFeedMode, ChangeFeedOptions};
use cosmokit::{ContainerClient, FeedScope};
use futures_util::TryStreamExt as _;
use serde_json::Value;

/// One version of one lease, in the order in which they were written. One that is deleted has no more versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseVersion {
    /// The lease.
    pub token: String,
    /// The bounds of its part, as hash points in hex.
    pub range: (String, String),
    /// Who holds it: the instance and its run.
    pub holder: Option<String>,
    /// The number up to which everything has been handled; 0 before the first checkpoint.
    pub checkpoint: u64,
}

/// Reads the versions of leases from when it is opened.
pub struct Ledger(ChangeFeedPageIterator<ChangeFeedItem<Value>>);

impl Ledger {
    /// Begins to follow a lease container, which must keep all versions.
    ///
    /// # Errors
    /// When its change feed cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn open(leases: &ContainerClient) -> cosmokit::Result<Self> {
        let options = ChangeFeedOptions::default().with_mode(ChangeFeedMode::AllVersionsAndDeletes);
        let (all, now) = (FeedScope::full_container(), ChangeFeedStartFrom::Now);
        let pages = Box::pin(leases.query_change_feed(all, now, Some(options))).await?;
        Ok(Self(pages))
    }

    /// All versions that were written since.
    ///
    /// # Errors
    /// When the change feed cannot be read.
    ///
    /// # Cancel safety
    /// Dropping the future loses the versions that were read.
    pub async fn close(mut self) -> cosmokit::Result<Vec<LeaseVersion>> {
        let mut versions = Vec::new();
        while let Some(page) = self.0.try_next().await? {
            if page.items().is_empty() {
                break;
            }
            let current = page.items().iter().filter_map(ChangeFeedItem::current);
            versions.extend(current.filter_map(LeaseVersion::of));
        }
        Ok(versions)
    }
}

impl LeaseVersion {
    fn of(document: &Value) -> Option<Self> {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
        let owned = |pointer: &str| text(pointer).map(str::to_owned);
        let holder = text("/Owner").map(|owner| {
            let run = text("/properties/cosmokit.run").unwrap_or_default();
            format!("{owner} {run}")
        });
        let checkpoint = text("/ContinuationToken");
        let checkpoint = checkpoint.map_or(Some(0), |etag| etag.trim_matches('"').parse().ok());
        Some(Self {
            token: owned("/LeaseToken")?,
            range: (
                owned("/FeedRange/Range/min")?,
                owned("/FeedRange/Range/max")?,
            ),
            holder,
            checkpoint: checkpoint?,
        })
    }

    /// Whether its part lies in that of another, and is less.
    pub(super) fn is_part_of(&self, other: &Self) -> bool {
        self.range != other.range && other.range.0 <= self.range.0 && self.range.1 <= other.range.1
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger")
    }
}
