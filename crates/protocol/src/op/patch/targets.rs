//! Which places of a document no patch may touch.

use super::pointer::Pointer;
use super::{PatchError, PatchOperation, PatchReason};
use crate::partition::PartitionKeyDefinition;
use crate::resource::SystemProperties;

/// Checks that every path is a pointer and none names the id, a system property or the partition key.
///
/// The partition key is also touched by writing what it stands in, or something inside it.
///
/// # Errors
/// [`PatchError::Operation`] for the first operation with such a path.
pub fn check_targets(
    operations: &[PatchOperation],
    partition_key: &PartitionKeyDefinition,
) -> Result<(), PatchError> {
    for (at, operation) in operations.iter().enumerate() {
        for path in [Some(operation.path()), operation.from()]
            .into_iter()
            .flatten()
        {
            check_target(path, partition_key).map_err(|reason| PatchError::Operation {
                number: at + 1,
                op: operation.op(),
                path: path.into(),
                reason,
            })?;
        }
    }
    Ok(())
}

fn check_target(path: &str, partition_key: &PartitionKeyDefinition) -> Result<(), PatchReason> {
    let pointer = Pointer::parse(path)?;
    match pointer.segments().next() {
        Some("id") => return Err(PatchReason::Id),
        Some(name) if SystemProperties::ITEM_NAMES.contains(&name) => {
            return Err(PatchReason::SystemProperty);
        }
        _ => {}
    }
    let key_paths = partition_key.property_paths().unwrap_or_default();
    let touches_key = key_paths.iter().any(|key_path| {
        // Equal as far as both go: one is the other, or lies inside it.
        key_path
            .segments()
            .zip(pointer.segments())
            .all(|(key, target)| key == target)
    });
    if touches_key {
        Err(PatchReason::PartitionKey)
    } else {
        Ok(())
    }
}
