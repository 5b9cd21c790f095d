//! The address of an item: container, partition key, id.

use std::sync::Arc;

use cosmokit_protocol::id::link::encode_segment;
use cosmokit_protocol::partition::PartitionKey;
use http::HeaderValue;

use super::address::{ResourceAddress, SigningLink, push_rid, refuse_id};
use super::database::check_id;
use super::{AccountReference, ContainerReference};
use crate::error::Result;
use crate::operation::unwritable_key;

/// An item, by id or by resource id, with the partition key it lives under.
#[derive(Clone, Debug)]
pub struct ItemReference {
    container: ContainerReference,
    partition_key: PartitionKey,
    partition_key_header: Option<HeaderValue>,
    address: ResourceAddress,
    addressing: Addressing,
    refusal: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Addressing {
    /// By an id that stands in the path as it is.
    PlainName,
    /// By an id that the path holds escaped.
    Name(Arc<str>),
    Rid,
}

impl ItemReference {
    /// The item with this id. Of an item that is about to be created, the id decides nothing: the
    /// document's own does.
    pub fn from_name(
        container: &ContainerReference,
        partition_key: impl Into<PartitionKey>,
        id: impl AsRef<str>,
    ) -> Self {
        let id = id.as_ref();
        let segment = encode_segment(id);
        let plain = segment == id;
        let path = [container.items().path.path(), "/", &segment].concat();
        let link = if plain && matches!(container.address().link, SigningLink::Path) {
            SigningLink::Path
        } else {
            SigningLink::Text(Arc::from(format!(
                "{}/docs/{id}",
                container.address().link()
            )))
        };
        let addressing = if plain {
            Addressing::PlainName
        } else {
            Addressing::Name(Arc::from(id))
        };
        Self::new(
            container,
            partition_key.into(),
            path,
            link,
            addressing,
            refuse_id(id),
        )
    }

    /// The item with this resource id, in a container that is referred to by resource id.
    pub fn from_rid(
        container: &ContainerReference,
        partition_key: impl Into<PartitionKey>,
        rid: impl AsRef<str>,
    ) -> Self {
        let rid = rid.as_ref();
        let mut path = [container.items().path.path(), "/"].concat();
        push_rid(&mut path, rid);
        let link = SigningLink::Text(Arc::from(rid.to_ascii_lowercase()));
        let refusal = if container.is_by_name() {
            Some("names and resource ids cannot be mixed in one address")
        } else {
            refuse_id(rid)
        };
        Self::new(
            container,
            partition_key.into(),
            path,
            link,
            Addressing::Rid,
            refusal,
        )
    }

    fn new(
        container: &ContainerReference,
        partition_key: PartitionKey,
        path: String,
        link: SigningLink,
        addressing: Addressing,
        refusal: Option<&'static str>,
    ) -> Self {
        Self {
            container: container.clone(),
            partition_key_header: partition_key_header(&partition_key),
            partition_key,
            address: ResourceAddress::from_encoded(path, link),
            addressing,
            refusal,
        }
    }

    /// The container that the item is in.
    pub fn container(&self) -> &ContainerReference {
        &self.container
    }

    /// The account that the item is in.
    pub fn account(&self) -> &AccountReference {
        self.container.account()
    }

    /// The partition key that the item lives under.
    pub fn partition_key(&self) -> &PartitionKey {
        &self.partition_key
    }

    /// The id, unless the reference was made from a resource id.
    pub fn name(&self) -> Option<&str> {
        match &self.addressing {
            Addressing::PlainName => self.last_segment(),
            Addressing::Name(name) => Some(name),
            Addressing::Rid => None,
        }
    }

    /// The resource id, unless the reference was made from an id.
    pub fn rid(&self) -> Option<&str> {
        match &self.addressing {
            Addressing::Rid => self.last_segment(),
            Addressing::PlainName | Addressing::Name(_) => None,
        }
    }

    pub(crate) fn into_parts(
        self,
    ) -> (
        ContainerReference,
        Option<(PartitionKey, HeaderValue)>,
        ResourceAddress,
    ) {
        let partition_key = self
            .partition_key_header
            .map(|header| (self.partition_key, header));
        (self.container, partition_key, self.address)
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.container.check()?;
        check_id(
            "item",
            self.name().or(self.rid()).unwrap_or_default(),
            self.refusal,
        )?;
        if self.partition_key_header.is_some() {
            Ok(())
        } else {
            Err(unwritable_key())
        }
    }

    fn last_segment(&self) -> Option<&str> {
        self.address.path.path().rsplit('/').next()
    }
}

/// The `x-ms-documentdb-partitionkey` value of a key, built once per reference.
pub(crate) fn partition_key_header(key: &PartitionKey) -> Option<HeaderValue> {
    HeaderValue::try_from(key.to_header()).ok()
}
