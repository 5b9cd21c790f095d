//! Read a container.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::resource::PartitionStatistics;

use super::metadata_answer::{Document, read};
use crate::{
    account::Call,
    metadata::container::Container,
    partition::{items::Usage, replica_sets::View},
    request::{Populate, ReadContainer},
    response::{Failure, QuotaFacts, QuotaSubject, Response},
};

/// 200 with the document, or 304; 404 when it does not exist, 404/1003 when its database does
/// not.
///
/// # Errors
/// As above.
pub(super) fn read_container(call: &Call<'_>, input: &ReadContainer) -> Result<Response, Failure> {
    let catalog = call.state.catalog.load();
    let located = catalog
        .container(&input.container)
        .map_err(|missing| missing.as_target(&input.container))?;
    let container = located.container;
    let text = match input.populate.partition_statistics {
        Populate::No => container.document.clone(),
        Populate::Yes => with_statistics(call, container),
    };
    let document = Document {
        text: &text,
        etag: &container.etag,
        owner: Some(&container.owner),
    };
    let mut response = read(document, &input.precondition)?;
    if input.populate.quota == Populate::Yes {
        response.facts.quota = Some(quota(call, container));
    }
    Ok(response)
}

/// How much each partition holds in the region of this call.
fn usages(call: &Call<'_>, container: &Container) -> Vec<(String, Usage)> {
    let layout = container.live.layout();
    layout
        .partitions()
        .filter_map(|partition| {
            let usage = |view: View<'_>| view.head().items().usage();
            let replicas = &partition.replicas;
            let usage = match replicas.absent_usage() {
                Some(usage) => usage,
                None => replicas.view(call.region.id, || call.now(), usage)?,
            };
            Some((partition.id.to_string(), usage))
        })
        .collect()
}

fn quota(call: &Call<'_>, container: &Arc<Container>) -> QuotaFacts {
    let usages = usages(call, container);
    QuotaFacts {
        documents: usages.iter().map(|(_, usage)| usage.items).sum(),
        documents_bytes: usages.iter().map(|(_, usage)| usage.bytes).sum(),
        subject: QuotaSubject::Container,
        index_transformation_progress: Some(100),
    }
}

fn with_statistics(call: &Call<'_>, container: &Container) -> Bytes {
    let mut properties = container.properties();
    let rows = usages(call, container).into_iter().map(|(id, usage)| {
        let mut row = PartitionStatistics::default();
        row.id = id;
        row.size_kib = usage.bytes.div_ceil(1024);
        row.document_count = usage.items;
        row
    });
    properties.statistics = Some(rows.collect());
    serde_json::to_vec(&properties)
        .expect("a container document is plain JSON")
        .into()
}
