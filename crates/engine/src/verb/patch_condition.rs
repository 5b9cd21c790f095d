//! The condition of a patch: SQL from `FROM` on, which must hold for the item as it is.

use crate::{feature::Feature, partition::version::Version, refuse, response::Failure};

/// 412/1110 when the condition does not hold.
///
/// # Errors
/// 501: this version evaluates no conditions, and a patch whose condition nobody looked at must
/// not be carried out.
pub(super) fn check_condition(_condition: &str, _present: &Version) -> Result<(), Failure> {
    Err(refuse::not_implemented(Feature::PatchCondition))
}
