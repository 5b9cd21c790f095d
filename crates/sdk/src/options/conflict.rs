//! Options of the calls about one conflict.

use super::operation_options_only;

operation_options_only! {
    /// Options of [`ContainerClient::read_conflict`](crate::ContainerClient::read_conflict) and
    /// [`ContainerClient::delete_conflict`](crate::ContainerClient::delete_conflict).
    ConflictOptions;
}
