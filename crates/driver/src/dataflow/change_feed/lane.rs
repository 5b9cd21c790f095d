//! One lane of a change feed: a part of the container that lies in one partition as far as is known, and how far
//! it has been read.

use bytes::Bytes;
use cosmokit_protocol::partition::EpkRange;
use cosmokit_protocol::resource::Timestamp;
use serde::Deserialize;

use crate::clock::Instant;

/// One lane.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) id: u64,
    pub(super) slice: EpkRange,
    /// The etag behind which it goes on; `None` before the first answer.
    pub(super) position: Option<String>,
    pub(super) state: LaneState,
}

/// What a lane does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LaneState {
    /// It waits for its turn.
    Idle,
    /// It is being read, or a page of it has not been handed out.
    Busy,
    /// It has nothing new, and is asked again at this time.
    CaughtUp(Instant),
    /// It has come to the end time.
    Ended,
}

impl Lane {
    pub(super) fn new(id: u64, slice: EpkRange, position: Option<String>) -> Self {
        Self {
            id,
            slice,
            position,
            state: LaneState::Idle,
        }
    }

    /// Whether it may be asked now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        match self.state {
            LaneState::Idle => true,
            LaneState::CaughtUp(next) => next <= now,
            LaneState::Busy | LaneState::Ended => false,
        }
    }
}

/// The times in an entry, in whichever form it comes.
#[derive(Deserialize)]
struct Times {
    #[serde(default)]
    metadata: Option<MetadataTime>,
    #[serde(default)]
    current: Option<DocumentTime>,
    #[serde(rename = "_ts", default)]
    ts: Option<i64>,
}

#[derive(Deserialize)]
struct MetadataTime {
    #[serde(default)]
    crts: Option<i64>,
}

#[derive(Deserialize)]
struct DocumentTime {
    #[serde(rename = "_ts", default)]
    ts: Option<i64>,
}

/// How many entries at the beginning of a page are not behind `end`. An entry without a time is not.
pub(super) fn entries_until(entries: &[Bytes], end: Timestamp) -> usize {
    let is_behind = |entry: &Bytes| {
        let Ok(times) = serde_json::from_slice::<Times>(entry) else {
            return false;
        };
        let crts = times.metadata.and_then(|metadata| metadata.crts);
        let document = times.current.and_then(|document| document.ts);
        crts.or(document)
            .or(times.ts)
            .is_some_and(|at| at > end.unix_timestamp())
    };
    entries.iter().position(is_behind).unwrap_or(entries.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_every_form_end_at_a_time() {
        let check = |entries: &[&str], expected: usize| {
            let entries: Vec<Bytes> = entries
                .iter()
                .map(|text| Bytes::copy_from_slice(text.as_bytes()))
                .collect();
            assert_eq!(
                entries_until(&entries, Timestamp::from_unix_timestamp(10)),
                expected,
                "{entries:?}"
            );
        };
        check(&[], 0);
        check(&[r#"{"current":{"id":"a"},"metadata":{"crts":10}}"#], 1);
        check(
            &[
                r#"{"current":{},"metadata":{"crts":9}}"#,
                r#"{"current":{},"metadata":{"crts":11}}"#,
            ],
            1,
        );
        check(
            &[r#"{"current":{"_ts":11}}"#, r#"{"current":{"_ts":9}}"#],
            0,
        );
        check(&[r#"{"id":"a","_ts":10}"#, r#"{"id":"b","_ts":11}"#], 1);
        check(&[r#"{"id":"a"}"#, "[1]"], 2);
    }
}
