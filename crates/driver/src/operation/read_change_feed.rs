//! Reads the change feed: `GET …/docs` with `A-IM`. 304 says that there is nothing new; the etag of either answer
//! is where to go on.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::wire::header::{self, value};
use http::{HeaderValue, Method};

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "read_change_feed",
    operation: OperationType::ReadFeed,
    method: Method::GET,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a page of the latest versions of changed items, as envelopes. Where it starts is said by
    /// `If-None-Match` (an etag to go on from, `*` for now) or `If-Modified-Since`; without either it is the
    /// beginning. [`CosmosDriver::read_change_feed`](crate::CosmosDriver::read_change_feed) does all that.
    pub fn change_feed(container: ContainerReference) -> Self {
        Self::changes(container, ChangeFeedMode::LatestVersion)
    }

    /// Reads a page of all versions and deletes, from now (`If-None-Match: *`) or from an etag on.
    pub fn change_feed_all_versions_and_deletes(container: ContainerReference) -> Self {
        Self::changes(container, ChangeFeedMode::AllVersionsAndDeletes)
    }

    pub(crate) fn changes(container: ContainerReference, mode: ChangeFeedMode) -> Self {
        let (subject, check) = Subject::items(container, None);
        Self::new(&VERB, subject, check)
            .with_request_header(header::A_IM, HeaderValue::from_static(mode.a_im()))
            .with_request_header(
                header::CHANGEFEED_WIRE_FORMAT_VERSION,
                value::CHANGEFEED_WIRE_FORMAT_2021_09_15,
            )
    }
}
