//! What a reader of the change feed asks for.

use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::op::change_feed::ChangeFeedStartFrom;
use cosmokit_protocol::resource::Timestamp;
use cosmokit_protocol::session::SessionToken;
use cosmokit_protocol::wire::header;
use http::HeaderValue;

use crate::dataflow::{ContinuationToken, FeedScope};
use crate::operation::{CosmosOperation, MaxItemCountHint};
use crate::reference::ContainerReference;

/// Partitions that are asked at the same time, unless said otherwise.
const CONCURRENCY: NonZeroU32 = NonZeroU32::new(16).expect("16 is not 0");

/// How long a partition without news is left alone, unless said otherwise.
const POLL_DELAY: Duration = Duration::from_millis(500);

/// What a reader of the change feed asks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChangeFeedRequest {
    /// The container.
    pub container: ContainerReference,
    /// The part of it.
    pub scope: FeedScope,
    /// Where to begin; a continuation has its own place.
    pub start: ChangeFeedStartFrom,
    /// What is shown of an item that changed several times.
    pub mode: ChangeFeedMode,
    /// Where another reader stopped.
    pub continuation: Option<ContinuationToken>,
    /// How many changes a page may have.
    pub max_item_count: MaxItemCountHint,
    /// A session token of another process, instead of what this driver has seen itself.
    pub session_token: Option<SessionToken>,
    /// How long a partition without news is left alone before it is asked again. Default: 500 ms.
    pub poll_delay: Duration,
    /// How many partitions are asked at the same time. Default: 16.
    pub max_concurrency: NonZeroU32,
    /// The feed ends with the last change of this second; without it, it never ends.
    pub end_time: Option<Timestamp>,
}

impl ChangeFeedRequest {
    /// A reader of a part of a container, from a place on.
    pub fn new(
        container: ContainerReference,
        scope: impl Into<FeedScope>,
        start: ChangeFeedStartFrom,
    ) -> Self {
        Self {
            container,
            scope: scope.into(),
            start,
            mode: ChangeFeedMode::LatestVersion,
            continuation: None,
            max_item_count: MaxItemCountHint::ServerDecides,
            session_token: None,
            poll_delay: POLL_DELAY,
            max_concurrency: CONCURRENCY,
            end_time: None,
        }
    }

    /// The operation that asks for the page behind `position`, from wherever it is asked.
    pub(super) fn operation(&self, position: Option<&str>) -> CosmosOperation {
        let mut operation = CosmosOperation::changes(self.container.clone(), self.mode)
            .with_max_item_count(self.max_item_count);
        if let Some(token) = &self.session_token {
            operation = operation.with_session_token(token.clone());
        }
        match (position, self.start) {
            (Some(etag), _) => {
                operation.set_text(http::header::IF_NONE_MATCH, etag.to_owned(), "etag");
            }
            (None, ChangeFeedStartFrom::Now) => {
                let any = HeaderValue::from_static("*");
                operation = operation.with_request_header(http::header::IF_NONE_MATCH, any);
            }
            (None, _) => {}
        }
        // A time still filters behind a position: ranges that were merged may hold older changes.
        if let ChangeFeedStartFrom::PointInTime(time) = self.start
            && let Some(date) = http_date(time)
        {
            operation.set_text(header::IF_MODIFIED_SINCE, date, "start time");
        }
        operation
    }
}

/// A time as HTTP writes it, within the years that it can write; no item is older, and none younger.
fn http_date(time: Timestamp) -> Option<String> {
    const LAST_SECOND_OF_9999: i64 = 253_402_300_799;
    let within = time.unix_timestamp().clamp(0, LAST_SECOND_OF_9999);
    let time = Timestamp::from_unix_timestamp(within).to_system_time()?;
    Some(httpdate::fmt_http_date(time))
}
