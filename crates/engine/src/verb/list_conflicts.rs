//! List the conflicts of a container, or what a query asks of them.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use cosmokit_protocol::id::Rid;

use super::{
    conflict_document::document,
    feed_scope::scope,
    metadata_answer::{Feed, page},
};
use crate::{
    account::Call,
    metadata::{container::Container, query::Selection},
    refuse,
    request::{ContainerAddress, FeedScope, ListConflicts, Paging, QueryConflicts},
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with a page in the order in which the versions were written.
///
/// # Errors
/// 404/1003, 400/1024, 410/1002 for an unknown range, 400 for a foreign continuation.
pub(super) fn list_conflicts(call: &Call<'_>, input: &ListConflicts) -> Result<Response, Failure> {
    let asked = Asked {
        container: &input.container,
        scope: &input.scope,
        paging: &input.paging,
    };
    list(call, &asked, &Selection::ALL, MetadataWork::Read)
}

/// 200 with a page of the rows.
///
/// # Errors
/// As [`list_conflicts`], and 400 for a text that is no query.
pub(super) fn query_conflicts(
    call: &Call<'_>,
    input: &QueryConflicts,
) -> Result<Response, Failure> {
    let asked = Asked {
        container: &input.container,
        scope: &input.scope,
        paging: &input.paging,
    };
    let selection = Selection::of(&input.query);
    list(call, &asked, &selection, MetadataWork::Query)
}

/// Which part of which feed.
struct Asked<'a> {
    container: &'a ContainerAddress,
    scope: &'a FeedScope,
    paging: &'a Paging,
}

fn list(
    call: &Call<'_>,
    asked: &Asked<'_>,
    selection: &Selection<'_>,
    work: MetadataWork,
) -> Result<Response, Failure> {
    let container = call.target(asked.container)?.container;
    let documents = documents(call, &container, asked.scope)?;
    let feed = Feed {
        parent_rid: &container.rid_text,
        array: "Conflicts",
        owner: Some(&container.owner),
        work,
    };
    let rows = documents.into_iter();
    Ok(page(feed, selection.page(call, rows, asked.paging)?))
}

/// The conflicts of items in a scope, by resource id.
fn documents(
    call: &Call<'_>,
    container: &Arc<Container>,
    asked: &FeedScope,
) -> Result<BTreeMap<Rid, Bytes>, Failure> {
    let mut found = BTreeMap::new();
    let Some(points) = scope(container, asked)? else {
        return Ok(found);
    };
    let layout = container.live.layout();
    for partition in layout.overlapping(&points) {
        call.admit(container, partition)?;
        let region = call.region.id;
        let seen = partition
            .replicas
            .view(region, || call.now(), |view| view.conflicts().clone());
        let conflicts =
            seen.ok_or_else(|| refuse::account_not_in_region(call.region.region.display_name()))?;
        for (number, record) in conflicts.records() {
            let point = record.version.name.effective_partition_key();
            if points.contains(&point) {
                let (rid, document) = document(container, number, record)?;
                found.insert(rid, document);
            }
        }
    }
    Ok(found)
}
