//! Where a reader of the change feed starts, with times of `azure_core`.

use azure_core::time::OffsetDateTime;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom as Start;
use cosmokit_protocol::resource::Timestamp;

/// Where a reader of the change feed starts when it has no continuation token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeFeedStartFrom {
    /// With the first change of the container.
    #[default]
    Beginning,
    /// With the first change after this call.
    Now,
    /// With the first change at or after a time, to the second.
    PointInTime(OffsetDateTime),
}

impl From<ChangeFeedStartFrom> for Start {
    fn from(start: ChangeFeedStartFrom) -> Self {
        match start {
            ChangeFeedStartFrom::Beginning => Self::Beginning,
            ChangeFeedStartFrom::Now => Self::Now,
            ChangeFeedStartFrom::PointInTime(time) => Self::PointInTime(Timestamp::from(time)),
        }
    }
}
