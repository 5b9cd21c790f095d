//! The operations that a rule can name. Those that the published clients know keep their names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that names no operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no operation; names are such as ReadItem, QueryItem or MetadataReadContainer")]
pub struct UnknownFaultOperationType(String);

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {
        /// What a request wants done, as far as a fault rule tells requests apart. Written as its name in JSON and
        /// read in any case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FaultOperationType {
            $($(#[doc = $doc])+ $name,)+
        }

        impl FaultOperationType {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its place in [`ALL`](Self::ALL).
            pub const fn index(self) -> usize {
                self as usize
            }

            /// The name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

operations! {
    /// Reads one item.
    ReadItem,
    /// Queries items.
    QueryItem,
    /// Creates an item.
    CreateItem,
    /// Creates an item or writes over it.
    UpsertItem,
    /// Writes over an item.
    ReplaceItem,
    /// Deletes an item.
    DeleteItem,
    /// Patches an item.
    PatchItem,
    /// A transactional batch.
    BatchItem,
    /// A page of the change feed.
    ChangeFeedItem,
    /// A page of all items.
    ReadFeedItem,
    /// Deletes all items of a partition key.
    DeleteAllItemsByPartitionKey,
    /// Executes a stored procedure.
    ExecuteStoredProcedure,
    /// Reads the account document.
    MetadataReadDatabaseAccount,
    /// Creates a database.
    MetadataCreateDatabase,
    /// Reads a database.
    MetadataReadDatabase,
    /// Deletes a database.
    MetadataDeleteDatabase,
    /// Lists databases.
    MetadataReadFeedDatabase,
    /// Queries databases.
    MetadataQueryDatabase,
    /// Creates a container.
    MetadataCreateContainer,
    /// Reads a container.
    MetadataReadContainer,
    /// Replaces a container's definition.
    MetadataReplaceContainer,
    /// Deletes a container.
    MetadataDeleteContainer,
    /// Lists containers.
    MetadataReadFeedContainer,
    /// Queries containers.
    MetadataQueryContainer,
    /// Lists partition key ranges.
    MetadataPartitionKeyRanges,
    /// Asks the gateway for a query plan.
    MetadataQueryPlan,
    /// Reads a throughput offer.
    MetadataReadOffer,
    /// Replaces a throughput offer.
    MetadataReplaceOffer,
    /// Lists throughput offers.
    MetadataReadFeedOffer,
    /// Queries throughput offers.
    MetadataQueryOffer,
    /// Reads, lists or queries conflicts, or deletes one.
    Conflict,
    /// A probe of the endpoint.
    Probe,
    /// Anything else: the documents of scripts, users, permissions, keys.
    Other,
}

impl fmt::Display for FaultOperationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FaultOperationType {
    type Err = UnknownFaultOperationType;

    fn from_str(text: &str) -> Result<Self, UnknownFaultOperationType> {
        Self::ALL
            .iter()
            .find(|operation| operation.as_str().eq_ignore_ascii_case(text))
            .copied()
            .ok_or_else(|| UnknownFaultOperationType(text.to_owned()))
    }
}

impl Serialize for FaultOperationType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FaultOperationType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
