//! Answers about databases, containers, offers and named resources.
//!
//! They carry no session token: the service's is one of its master partition, and a client that
//! filed it under a container's partition 0 would ask that partition for a position it never had.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{
    id::Etag,
    status::StatusCode,
    wire::{charge::RequestCharge, consistency::ConsistencyLevel},
};

use crate::{
    account::Call,
    metadata::{envelope::envelope, page::Page},
    precondition::{ReadVerdict, WriteVerdict, on_read, on_write},
    refuse,
    request::{ContentResponse, Precondition},
    response::{Facts, Failure, OwnerFacts, Response},
    throughput::charge::{MetadataWork, Work, charge},
};

/// A metadata document, its etag, and what owns it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a> {
    pub(super) text: &'a Bytes,
    pub(super) etag: &'a Etag,
    pub(super) owner: Option<&'a Arc<OwnerFacts>>,
}

/// Facts of an answer about one document.
pub(super) fn facts(document: Document<'_>, work: MetadataWork) -> Facts {
    Facts {
        charge: cost(work),
        etag: Some(document.etag.clone()),
        owner: document.owner.map(Arc::clone),
        ..Facts::default()
    }
}

/// The answer to a read: 200, or 304 when the condition says "unchanged".
///
/// # Errors
/// 412 when the condition fails.
pub(super) fn read(document: Document<'_>, condition: &Precondition) -> Result<Response, Failure> {
    let facts = facts(document, MetadataWork::Read);
    match on_read(condition, document.etag.as_str()) {
        ReadVerdict::Serve => Ok(Response {
            status: StatusCode::OK,
            body: document.text.clone(),
            facts,
        }),
        ReadVerdict::NotModified => Ok(Response {
            status: StatusCode::NOT_MODIFIED,
            body: Bytes::new(),
            facts,
        }),
        ReadVerdict::Failed => Err(refuse::precondition_failed().with_facts(facts)),
    }
}

/// The answer to a create or replace.
pub(super) fn written(
    call: &Call<'_>,
    status: StatusCode,
    document: Document<'_>,
    work: MetadataWork,
) -> Response {
    let body = match call.options.content {
        ContentResponse::Full => document.text.clone(),
        ContentResponse::Minimal => Bytes::new(),
    };
    Response {
        status,
        body,
        facts: facts(document, work),
    }
}

/// The answer to a delete.
pub(super) fn deleted(owner: Option<&Arc<OwnerFacts>>) -> Response {
    let facts = Facts {
        charge: cost(MetadataWork::CreateOrDelete),
        owner: owner.map(Arc::clone),
        ..Facts::default()
    };
    Response {
        status: StatusCode::NO_CONTENT,
        body: Bytes::new(),
        facts,
    }
}

/// 412 when a condition fails on a document that is to be changed.
///
/// # Errors
/// 412.
pub(super) fn check(condition: &Precondition, etag: &Etag) -> Result<(), Failure> {
    match on_write(condition, etag.as_str()) {
        WriteVerdict::Proceed => Ok(()),
        WriteVerdict::Failed => Err(refuse::precondition_failed()),
    }
}

/// Which feed a page belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed<'a> {
    /// Resource id of the parent; empty for the account.
    pub(super) parent_rid: &'a str,
    /// Name of the array.
    pub(super) array: &'a str,
    pub(super) owner: Option<&'a Arc<OwnerFacts>>,
    pub(super) work: MetadataWork,
}

/// The answer with a page of documents.
pub(super) fn page(feed: Feed<'_>, page: Page<Bytes>) -> Response {
    let facts = Facts {
        charge: cost(feed.work),
        item_count: u64::try_from(page.rows.len()).ok(),
        continuation: page.continuation,
        owner: feed.owner.map(Arc::clone),
        ..Facts::default()
    };
    let body = envelope(feed.parent_rid, feed.array, &page.rows);
    Response {
        status: StatusCode::OK,
        body,
        facts,
    }
}

/// What work on metadata costs: the same at every level.
fn cost(work: MetadataWork) -> RequestCharge {
    charge(Work::Metadata(work), ConsistencyLevel::Session)
}
