//! Finding items: from an address and a partition key to a place and a version.

use std::sync::Arc;

use cosmokit_protocol::{
    id::{Rid, RidKind},
    partition::{
        EffectivePartitionKey, PartitionKey, PartitionKeyDefinition, PartitionKeyValue,
        PartitionKeyVersion,
    },
};

use crate::{
    account::{Call, Place},
    clock::Timestamp,
    document::Draft,
    expiry::is_expired,
    metadata::{catalog::Addressing, container::Container},
    partition::{
        item_key::KeyProbe,
        items::{Items, Slot},
        version::Version,
    },
    refuse,
    request::ItemAddress,
    response::Failure,
};

/// Longest partition key value in bytes, for containers with the second version of hashing.
const MAX_KEY_BYTES: usize = 2048;
/// The same for the first version.
const MAX_KEY_BYTES_V1: usize = 101;

/// An item's place, and what it is called there.
#[derive(Debug)]
pub(super) struct ItemTarget<'a> {
    pub(super) place: Place,
    pub(super) label: ItemLabel<'a>,
}

/// What an address calls an item.
#[derive(Clone, Copy, Debug)]
pub(super) enum ItemLabel<'a> {
    /// Its id.
    Id(&'a str),
    /// The number in its resource id.
    Ordinal(u64),
    /// A resource id that no item of the container can have.
    Foreign,
}

/// Finds the place of an addressed item.
///
/// # Errors
/// 404/1003, 400/1024, 400 without a partition key, 400/1001 with one of the wrong shape.
pub(super) fn locate<'a>(
    call: &Call<'_>,
    address: &'a ItemAddress,
    key: Option<&PartitionKey>,
) -> Result<ItemTarget<'a>, Failure> {
    let target = call.target(&address.container)?;
    let point = header_point(&target.container.rules.key, key)?;
    let label = match target.addressing {
        Addressing::Name => ItemLabel::Id(&address.item),
        Addressing::Rid => rid_label(&target.container, &address.item)?,
    };
    Ok(ItemTarget {
        place: call.place(target.container, point)?,
        label,
    })
}

fn rid_label(container: &Container, item: &str) -> Result<ItemLabel<'static>, Failure> {
    let rid: Rid = item
        .parse()
        .ok()
        .filter(|rid: &Rid| rid.kind() == RidKind::Document)
        .ok_or_else(|| {
            refuse::bad_request(format!("{item:.64} is not the resource id of an item"))
        })?;
    let is_ours = rid.container_rid() == Some(container.rid);
    Ok(match rid.document_ordinal() {
        Some(ordinal) if is_ours => ItemLabel::Ordinal(ordinal),
        _ => ItemLabel::Foreign,
    })
}

/// The point of a key that came in the header.
///
/// # Errors
/// 400 when it is missing or too long, 400/1001 when it has the wrong number of values.
pub(crate) fn header_point(
    definition: &PartitionKeyDefinition,
    key: Option<&PartitionKey>,
) -> Result<EffectivePartitionKey, Failure> {
    let key = key.ok_or_else(refuse::key_missing)?;
    if key.is_empty() && !definition.system_key() {
        return Err(refuse::key_mismatch("the partition key holds no value"));
    }
    check_length(definition, key)?;
    EffectivePartitionKey::of(key, definition).map_err(refuse::key_mismatch)
}

/// The point of a document, checked against the key in the header.
///
/// # Errors
/// As [`header_point`], and 400/1001 when header and document disagree.
pub(super) fn document_point(
    definition: &PartitionKeyDefinition,
    key: Option<&PartitionKey>,
    draft: &Draft,
) -> Result<EffectivePartitionKey, Failure> {
    let point = header_point(definition, key)?;
    let in_document = definition
        .extract(draft.text())
        .map_err(refuse::bad_request)?;
    let is_without_key = || {
        in_document
            .values()
            .iter()
            .all(PartitionKeyValue::is_undefined)
    };
    let agree = match key {
        Some(key) if key.is_empty() => is_without_key(),
        Some(key) => *key == in_document,
        None => false,
    };
    if !agree {
        return Err(refuse::key_mismatch(
            "the partition key in the header is not the one in the document",
        ));
    }
    Ok(point)
}

fn check_length(definition: &PartitionKeyDefinition, key: &PartitionKey) -> Result<(), Failure> {
    let limit = match definition.version() {
        PartitionKeyVersion::V1 => MAX_KEY_BYTES_V1,
        _ => MAX_KEY_BYTES,
    };
    let longest = key
        .values()
        .iter()
        .filter_map(|value| value.as_str())
        .map(str::len)
        .max();
    match longest {
        Some(bytes) if bytes > limit => Err(refuse::bad_request(format!(
            "a partition key value has {bytes} bytes and the limit is {limit} bytes"
        ))),
        _ => Ok(()),
    }
}

impl ItemTarget<'_> {
    /// The addressed item among these, expired or not.
    pub(super) fn find<'i>(&self, items: &'i Items) -> Option<&'i Slot> {
        match self.label {
            ItemLabel::Id(id) => items.get(&KeyProbe::new(&self.place.point, id)),
            ItemLabel::Foreign => None,
            ItemLabel::Ordinal(ordinal) => {
                let version = items.by_ordinal(ordinal)?;
                let probe = KeyProbe::new(&self.place.point, version.name.id());
                items
                    .get(&probe)
                    .filter(|slot| Arc::ptr_eq(&slot.version, version))
            }
        }
    }
}

/// Whether clients can see a version at `now`.
pub(super) fn is_visible(container: &Container, version: &Version, now: Timestamp) -> bool {
    !is_expired(container.rules.ttl, version.ttl, version.at, now)
}
