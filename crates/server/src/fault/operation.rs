//! What the gateway's operations are called in rules, in the request log and in metrics.

use cosmokit_protocol::wire::fault::FaultOperationType as Name;

use crate::route::Operation;

impl Operation {
    /// The operation's name.
    pub(crate) const fn name(self) -> Name {
        match self {
            Self::ReadItem => Name::ReadItem,
            Self::CreateItem => Name::CreateItem,
            Self::UpsertItem => Name::UpsertItem,
            Self::ReplaceItem => Name::ReplaceItem,
            Self::DeleteItem => Name::DeleteItem,
            Self::PatchItem => Name::PatchItem,
            Self::Batch => Name::BatchItem,
            Self::DeleteByPartitionKey => Name::DeleteAllItemsByPartitionKey,
            Self::ExecuteStoredProcedure => Name::ExecuteStoredProcedure,
            Self::ListItems => Name::ReadFeedItem,
            Self::QueryItems => Name::QueryItem,
            Self::ReadChangeFeed => Name::ChangeFeedItem,
            Self::PlanQuery => Name::MetadataQueryPlan,
            Self::ListPartitionKeyRanges => Name::MetadataPartitionKeyRanges,
            Self::ReadAccount => Name::MetadataReadDatabaseAccount,
            Self::CreateDatabase => Name::MetadataCreateDatabase,
            Self::ReadDatabase => Name::MetadataReadDatabase,
            Self::DeleteDatabase => Name::MetadataDeleteDatabase,
            Self::ListDatabases => Name::MetadataReadFeedDatabase,
            Self::QueryDatabases => Name::MetadataQueryDatabase,
            Self::CreateContainer => Name::MetadataCreateContainer,
            Self::ReadContainer => Name::MetadataReadContainer,
            Self::ReplaceContainer => Name::MetadataReplaceContainer,
            Self::DeleteContainer => Name::MetadataDeleteContainer,
            Self::ListContainers => Name::MetadataReadFeedContainer,
            Self::QueryContainers => Name::MetadataQueryContainer,
            Self::ReadOffer => Name::MetadataReadOffer,
            Self::ReplaceOffer => Name::MetadataReplaceOffer,
            Self::ListOffers => Name::MetadataReadFeedOffer,
            Self::QueryOffers => Name::MetadataQueryOffer,
            Self::Probe => Name::Probe,
            Self::ListConflicts
            | Self::QueryConflicts
            | Self::ReadConflict
            | Self::DeleteConflict => Name::Conflict,
            Self::CreateResource(_)
            | Self::UpsertResource(_)
            | Self::ReadResource(_)
            | Self::ReplaceResource(_)
            | Self::DeleteResource(_)
            | Self::ListResources(_)
            | Self::QueryResources(_)
            | Self::Unsupported(_) => Name::Other,
        }
    }
}
