//! Finding items whose time to live is over, without looking at the others.
//!
//! Items with their own `ttl` stand in an index by deadline. The rest expire in the order in which
//! they were written, which is the order of the log: a cursor remembers how far the log was looked
//! through, so every entry is looked at once per default. Where a merge broke that order, an index
//! by the time of writing says it.

use std::sync::Arc;

use cosmokit_protocol::resource::TimeToLive;

use super::{items::lives_by_default, log::LogIndex, state::State, version::Version};
use crate::{clock::Timestamp, expiry::is_expired};

/// How far the log was looked through for items that live by the container's default. A hint:
/// one that starts anew finds the same items.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SweepCursor {
    default: TimeToLive,
    looked_at: LogIndex,
}

/// At most `limit` items of `state` that have expired at `now`.
pub(crate) fn expired(
    state: &State,
    default: TimeToLive,
    now: Timestamp,
    limit: usize,
    cursor: &mut SweepCursor,
) -> Vec<Arc<Version>> {
    if default.is_forever() {
        return Vec::new();
    }
    let own = state.items().due(now.secs()).take(limit);
    let mut found: Vec<Arc<Version>> = own.map(Arc::clone).collect();
    if cursor.default != default {
        *cursor = SweepCursor {
            default,
            looked_at: LogIndex::default(),
        };
    }
    let TimeToLive::Seconds(seconds) = default else {
        return found;
    };
    if let Some(second) = now.secs().checked_sub(seconds.into()) {
        let merged = state.items().merged_until(second);
        found.extend(
            merged
                .take(limit.saturating_sub(found.len()))
                .map(Arc::clone),
        );
    }
    for (index, entry) in state
        .log()
        .after(cursor.looked_at.max(state.log().joined()))
    {
        let version = &entry.version;
        if lives_by_default(version) && state.is_latest(index, entry) {
            if found.len() >= limit || !is_expired(default, version.ttl, version.at, now) {
                break;
            }
            found.push(Arc::clone(version));
        }
        cursor.looked_at = index;
    }
    found
}
