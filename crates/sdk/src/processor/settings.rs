//! What a processor was told to do, checked.

use std::time::Duration;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{CosmosError, MaxItemCountHint};
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom as Start;

use super::lease::Holder;

/// The longest name of a processor or instance, in bytes: ids of lease documents hold names and at most 255 bytes.
pub(super) const MAX_NAME_BYTES: usize = 100;

/// Characters that no id of an item may have.
const UNFIT_FOR_IDS: [char; 4] = ['/', '\\', '?', '#'];

/// What a processor was told to do.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) name: String,
    /// This instance, and this run of it.
    pub(super) me: Holder,
    pub(super) mode: ChangeFeedMode,
    pub(super) start: Start,
    pub(super) max_item_count: MaxItemCountHint,
    pub(super) poll_delay: Duration,
    pub(super) intervals: Intervals,
    /// The most leases that this instance holds; 0 stands for no limit.
    pub(super) max_leases: usize,
    pub(super) checkpoints: Checkpoints,
    pub(super) retry_delays: (Duration, Duration),
    pub(super) operation: OperationOptions,
}

/// How leases are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intervals {
    pub(super) acquire: Duration,
    pub(super) renew: Duration,
    pub(super) expiration: Duration,
}

/// Who says that changes have been handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checkpoints {
    /// The processor, when the handler returns `Ok`.
    Automatic,
    /// The handler, by the context's `checkpoint`.
    Manual,
}

impl Settings {
    /// # Errors
    /// What cannot work, by the name of the choice.
    pub(super) fn check(&self) -> crate::Result<()> {
        check_name("processor name", &self.name)?;
        check_name("instance name", &self.me.name)?;
        let Intervals {
            acquire,
            renew,
            expiration,
        } = self.intervals;
        if acquire.is_zero() || renew.is_zero() {
            return Err(refusal(
                "the lease acquire and renew intervals must be longer than nothing",
            ));
        }
        if renew.saturating_mul(2) > expiration {
            return Err(refusal(format!(
                "a lease that is renewed every {renew:?} must last for twice as long at least, and the lease \
                 expiration interval is {expiration:?}"
            )));
        }
        if self.retry_delays.0.is_zero() || self.retry_delays.0 > self.retry_delays.1 {
            return Err(refusal(
                "the first retry delay must be longer than nothing and no longer than the longest",
            ));
        }
        if self.mode == ChangeFeedMode::AllVersionsAndDeletes && self.start != Start::Now {
            return Err(refusal(
                "all versions and deletes can be followed from now on only; use ChangeFeedStartFrom::Now",
            ));
        }
        Ok(())
    }
}

/// # Errors
/// When a name is empty, too long, or cannot stand in an id.
pub(super) fn check_name(what: &str, name: &str) -> crate::Result<()> {
    let is_fit = !name.trim().is_empty()
        && name.len() <= MAX_NAME_BYTES
        && !name.contains(UNFIT_FOR_IDS)
        && !name.contains(char::is_control);
    if is_fit {
        return Ok(());
    }
    Err(refusal(format!(
        "the {what} {name:?} must have 1 to {MAX_NAME_BYTES} bytes and none of / \\ ? #"
    )))
}

/// The error for a choice that cannot work: status 400.
pub(super) fn refusal(why: impl Into<std::borrow::Cow<'static, str>>) -> CosmosError {
    CosmosError::builder().with_message(why).build()
}
