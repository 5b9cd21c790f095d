//! What an operation is about: the address, and what of it the pipeline needs again.

use std::sync::Arc;

use cosmokit_protocol::id::link::encode_segment;
use cosmokit_protocol::partition::PartitionKey;
use http::HeaderValue;

use crate::error::{CosmosError, Result};
use crate::reference::{
    AccountReference, ContainerReference, ItemReference, ResourceAddress, SigningLink, check_id,
    partition_key_header, refuse_id,
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

    /// The conflict feed of a container.
    pub(super) fn conflicts(container: ContainerReference) -> (Self, Result<()>) {
        let check = container.check();
        let address = container.address().feed("conflicts");
        (Self::of(container, None, address), check)
    }

    /// One conflict.
    pub(super) fn conflict(
        container: ContainerReference,
        partition_key: PartitionKey,
        id: &str,
    ) -> (Self, Result<()>) {
        let feed = container.address().feed("conflicts");
        let path = [feed.path.path(), "/", &encode_segment(id)].concat();
        let link = if container.is_by_name() {
            [container.address().link(), "/conflicts/", id].concat()
        } else {
            id.to_ascii_lowercase()
        };
        let address = ResourceAddress::from_encoded(path, SigningLink::Text(Arc::from(link)));
        let (mut subject, check) = Self::items(container, Some(partition_key));
        subject.address = address;
        let check = check.and_then(|()| check_id("conflict", id, refuse_id(id)));
        (subject, check)
    }
}

/// The error for a key that no header can hold.
pub(crate) fn unwritable_key() -> CosmosError {
    CosmosError::builder()
        .with_message("the partition key cannot be written as a header value")
        .build()
}
