//! Where a change feed goes on: the container, the mode, where it began, and the place in each part.

use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom;
use cosmokit_protocol::partition::{EpkRange, FeedRange};
use cosmokit_protocol::resource::Timestamp;
use serde::{Deserialize, Serialize};

use super::lane::Lane;
use crate::dataflow::ContinuationToken;
use crate::dataflow::continuation::unfit;
use crate::error::Result;

/// What tokens of change feeds begin with.
const KIND: &str = "cf1.";
const WHAT: &str = "the change feed";

/// Parts that a token may have; a container has far fewer partitions.
const MAX_PARTS: usize = 100_000;

/// The state of a change feed between two pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeedState {
    /// The container, by resource id: one that was created again is another.
    rid: String,
    mode: Mode,
    start: Start,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mode {
    Latest,
    All,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Start {
    Beginning,
    Now,
    Time(i64),
}

/// One part and its place; without a place it has not been begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part(EpkRange, Option<String>);

impl ContinuationToken {
    /// The token of a change feed whose places were kept elsewhere: the resource id of the container, the mode, where
    /// the feed began, and for each part of it the etag behind which it goes on, if it has one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of_change_feed<'a>(
        container_rid: &str,
        mode: ChangeFeedMode,
        start: ChangeFeedStartFrom,
        places: impl IntoIterator<Item = (&'a FeedRange, Option<&'a str>)>,
    ) -> Result<Self> {
        let parts = places
            .into_iter()
            .map(|(range, etag)| Part(range.to_epk_range(), etag.map(str::to_owned)));
        let state = FeedState {
            rid: container_rid.to_owned(),
            mode: Mode::from(mode),
            start: Start::from(start),
            parts: parts.collect(),
        };
        state.encode()
    }
}

impl FeedState {
    pub(super) fn new(
        rid: &str,
        mode: ChangeFeedMode,
        start: ChangeFeedStartFrom,
        lanes: &[Lane],
    ) -> Self {
        let parts = lanes
            .iter()
            .map(|lane| Part(lane.slice.clone(), lane.position.clone()))
            .collect();
        Self {
            rid: rid.to_owned(),
            mode: Mode::from(mode),
            start: Start::from(start),
            parts,
        }
    }

    pub(super) fn encode(&self) -> Result<ContinuationToken> {
        ContinuationToken::encode(KIND, self)
    }

    /// Reads a token for a container and, when the caller asks for one, a mode.
    ///
    /// # Errors
    /// When it is no token of a change feed, or one of another container or mode.
    pub(super) fn decode(
        token: &ContinuationToken,
        rid: &str,
        mode: ChangeFeedMode,
    ) -> Result<Self> {
        let state: Self = token.decode(KIND, WHAT)?;
        if state.rid != rid {
            return Err(unfit(format!(
                "the continuation token belongs to the container {}, and this one is {rid}: it was \
                 deleted and created again, or is another one",
                state.rid
            )));
        }
        if mode == ChangeFeedMode::AllVersionsAndDeletes && state.mode == Mode::Latest {
            return Err(unfit(
                "the continuation token belongs to a change feed of latest versions, and all \
                 versions and deletes are asked for",
            ));
        }
        if state.parts.len() > MAX_PARTS {
            return Err(unfit("the continuation token has too many parts"));
        }
        Ok(state)
    }

    pub(super) fn mode(&self) -> ChangeFeedMode {
        match self.mode {
            Mode::Latest => ChangeFeedMode::LatestVersion,
            Mode::All => ChangeFeedMode::AllVersionsAndDeletes,
        }
    }

    pub(super) fn start(&self) -> ChangeFeedStartFrom {
        match self.start {
            Start::Beginning => ChangeFeedStartFrom::Beginning,
            Start::Now => ChangeFeedStartFrom::Now,
            Start::Time(seconds) => {
                ChangeFeedStartFrom::PointInTime(Timestamp::from_unix_timestamp(seconds))
            }
        }
    }

    /// The parts that lie in `scope`, which must be no larger than all of them.
    ///
    /// # Errors
    /// When the token says nothing about some of the scope.
    pub(super) fn parts_in(&self, scope: &EpkRange) -> Result<Vec<(EpkRange, Option<String>)>> {
        let mut parts: Vec<(EpkRange, Option<String>)> = self
            .parts
            .iter()
            .filter_map(|Part(range, place)| Some((range.intersect(scope)?, place.clone())))
            .collect();
        parts.sort_by(|(a, _), (b, _)| a.min().cmp(b.min()));
        let mut reached = scope.min().clone();
        for (range, _) in &parts {
            if *range.min() != reached {
                break;
            }
            reached = range.max().clone();
        }
        if reached != *scope.max() {
            return Err(unfit(
                "the continuation token belongs to another part of the container than is asked for; \
                 use the scope that it was made with, or one inside it",
            ));
        }
        Ok(parts)
    }
}

impl From<ChangeFeedMode> for Mode {
    fn from(mode: ChangeFeedMode) -> Self {
        match mode {
            ChangeFeedMode::AllVersionsAndDeletes => Self::All,
            _ => Self::Latest,
        }
    }
}

impl From<ChangeFeedStartFrom> for Start {
    fn from(start: ChangeFeedStartFrom) -> Self {
        match start {
            ChangeFeedStartFrom::Now => Self::Now,
            ChangeFeedStartFrom::PointInTime(time) => Self::Time(time.unix_timestamp()),
            _ => Self::Beginning,
        }
    }
}
