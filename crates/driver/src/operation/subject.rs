//! What an operation is about: the address, and what of it the pipeline needs again.

use cosmokit_protocol::partition::PartitionKey;
use http::HeaderValue;

use crate::error::{CosmosError, Result};
use crate::reference::{
    AccountReference, ContainerReference, ItemReference, ResourceAddress, partition_key_header,
};

/// What an operation is about.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) account: AccountReference,
    pub(crate) address: ResourceAddress,
    pub(crate) container: Option<ContainerReference>,
    pub(crate) partition_key: Option<(PartitionKey, HeaderValue)>,
}

impl Subject {
    /// The items of a container, or those under one partition key.
    pub(super) fn items(
        container: ContainerReference,
        partition_key: Option<PartitionKey>,
    ) -> (Self, Result<()>) {
        let mut check = container.check();
        let partition_key = partition_key.and_then(|key| {
            let header = partition_key_header(&key);
            if header.is_none() && check.is_ok() {
                check = Err(unwritable_key());
            }
            header.map(|header| (key, header))
        });
        let account = container.account().clone();
        let address = container.items().clone();
        (
            Self {
                account,
                address,
                container: Some(container),
                partition_key,
            },
            check,
        )
    }

    /// One item.
    pub(super) fn item(item: ItemReference) -> (Self, Result<()>) {
        let check = item.check();
        let (container, partition_key, address) = item.into_parts();
        (Self::of(container, partition_key, address), check)
    }

    /// The feed that an item is created in.
    pub(super) fn item_feed(item: ItemReference) -> (Self, Result<()>) {
        let check = item.check();
        let (container, partition_key, _) = item.into_parts();
        let address = container.items().clone();
        (Self::of(container, partition_key, address), check)
    }

    fn of(
        container: ContainerReference,
        partition_key: Option<(PartitionKey, HeaderValue)>,
        address: ResourceAddress,
    ) -> Self {
        let account = container.account().clone();
        Self {
            account,
            address,
            container: Some(container),
            partition_key,
        }
    }
}

/// The error for a key that no header can hold.
pub(crate) fn unwritable_key() -> CosmosError {
    CosmosError::builder()
        .with_message("the partition key cannot be written as a header value")
        .build()
}
