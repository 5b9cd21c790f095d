//! What one page behind a checkpoint says about how much is left: the number of its first change against the end of the
//! partition's log, which its session token names. No I/O.

use cosmokit_driver::FeedPage;
use cosmokit_protocol::op::{ChangeFeedItem, ChangeFeedMetadata};
use cosmokit_protocol::resource::Timestamp;
use cosmokit_protocol::session::SessionToken;
use serde::Deserialize;

/// What is left in one partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) changes: u64,
    pub(super) oldest: Option<Timestamp>,
}

/// The numbers in a document of the change feed, where its envelope has none.
#[derive(Deserialize)]
struct Numbers {
    #[serde(rename = "_lsn", default)]
    lsn: Option<i64>,
    #[serde(rename = "_ts", default)]
    ts: Option<i64>,
}

/// What a page says that begins with the first change that is left.
pub(super) fn look_at(page: &FeedPage) -> Look {
    let Some(first) = page.items().first() else {
        return Look::default();
    };
    let item = std::str::from_utf8(first)
        .ok()
        .and_then(|text| ChangeFeedItem::<Numbers>::parse(text).ok());
    let Some((current, _, metadata)) = item.map(ChangeFeedItem::into_parts) else {
        return Look {
            changes: 1,
            oldest: None,
        };
    };
    let metadata = metadata.as_ref();
    let lsn = metadata.and_then(|metadata| Some(metadata.lsn()?.value()));
    let lsn = lsn.or_else(|| current.as_ref()?.lsn);
    let crts = metadata.and_then(ChangeFeedMetadata::conflict_resolution_timestamp);
    let crts = crts.and_then(|crts| i64::try_from(crts.as_secs()).ok());
    let oldest = crts.or_else(|| current.as_ref()?.ts);
    Look {
        changes: distance(lsn, page.headers().session_token()),
        oldest: oldest.map(Timestamp::from_unix_timestamp),
    }
}

/// From the first change to the end, both included; at least the one that was seen.
fn distance(first: Option<i64>, token: Option<&SessionToken>) -> u64 {
    let end = token.and_then(|token| token.composite().ok());
    let end = end.and_then(|end| Some(end.segments().first()?.global_lsn()));
    let first = first.and_then(|first| u64::try_from(first).ok());
    match (first, end) {
        (Some(first), Some(end)) => end.saturating_sub(first).saturating_add(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_to_the_end_counts_both_ends() {
        let check = |first: Option<i64>, token: Option<&str>, expected: u64| {
            let token = token.map(SessionToken::from);
            assert_eq!(
                distance(first, token.as_ref()),
                expected,
                "{first:?} {token:?}"
            );
        };
        check(Some(5), Some("0:-1#5"), 1);
        check(Some(5), Some("0:-1#12"), 8);
        check(Some(5), Some("0:1#12#1=9"), 8);
        // A token of a replica that is behind, or none at all: there is the change that was seen.
        check(Some(5), Some("0:-1#3"), 1);
        check(Some(5), None, 1);
        check(None, Some("0:-1#12"), 1);
        check(Some(-1), Some("no token"), 1);
    }
}
