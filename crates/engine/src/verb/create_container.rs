//! Create a container.

use std::sync::Arc;

use cosmokit_protocol::{
    id::Rid, resource::ContainerProperties, session::RangeId, status::StatusCode,
};

use super::metadata_answer::{Document, written};
use crate::{
    account::Call,
    conflict::policy::ConflictPolicy,
    metadata::{
        catalog::Catalog,
        container::{Container, Description, LiveContainer, read_document},
        database::Database,
        offer::{Offer, Throughput},
    },
    partition::{
        layout::{Layout, initial_count, initial_ranges},
        partition::Partition,
        replica_sets::ReplicaSets,
        replicas::Replicas,
        state::State,
    },
    refuse,
    request::CreateContainer,
    response::{Failure, PartitionFacts, Response},
    throughput::charge::MetadataWork,
};

/// 201 with the stored document; 409 when the id is taken, 404/1003 when the database does not
/// exist.
///
/// # Errors
/// As above; 400 for a document or throughput that the service refuses.
pub(super) fn create_container(
    call: &Call<'_>,
    input: &CreateContainer,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let properties = read_document(&input.body)?;
    let asked = Throughput::of_headers(&input.throughput)?;
    let at = call.now();
    let container = call.state.catalog.update(|catalog: &mut Catalog| {
        let mut database = find_database(catalog, input)?;
        if database.by_name(&properties.id).is_some() {
            return Err(refuse::conflict(format_args!(
                "a container with the id {:?}",
                properties.id
            )));
        }
        let own = own_throughput(catalog, &database, asked);
        let rid = database.next_container_rid()?;
        let live = live(call, own, &properties);
        let description = Description {
            rid,
            etag: call.next_etag(at),
            at,
        };
        let container = Arc::new(Container::new(
            &database.header,
            properties,
            description,
            live,
        ));
        database.put(Arc::clone(&container));
        catalog.put_database(database);
        if let Some(throughput) = own {
            put_offer(call, catalog, rid, throughput)?;
        }
        Ok(container)
    })?;
    call.state.follow_topology(&container);
    let document = Document {
        text: &container.document,
        etag: &container.etag,
        owner: Some(&container.owner),
    };
    Ok(written(
        call,
        StatusCode::CREATED,
        document,
        MetadataWork::CreateOrDelete,
    ))
}

fn find_database(catalog: &Catalog, input: &CreateContainer) -> Result<Database, Failure> {
    let found = catalog.database(&input.database);
    found
        .map(|database| Database::clone(database))
        .ok_or_else(|| refuse::owner_not_found(&input.database))
}

/// The throughput that the container has for itself: as asked, else nothing when the database
/// shares one, else the least.
fn own_throughput(
    catalog: &Catalog,
    database: &Database,
    asked: Option<Throughput>,
) -> Option<Throughput> {
    let shares = catalog.offer_of(&database.header.rid).is_some();
    asked.or((!shares).then_some(Throughput::DEFAULT))
}

fn put_offer(
    call: &Call<'_>,
    catalog: &mut Catalog,
    resource: Rid,
    throughput: Throughput,
) -> Result<(), Failure> {
    let at = call.now();
    let rid = catalog.next_offer_rid()?;
    let most_ever = throughput.maximum();
    let etag = call.next_etag(at);
    catalog.put_offer(Offer {
        rid,
        resource,
        throughput,
        pending: None,
        most_ever,
        etag,
        at,
    });
    Ok(())
}

/// Empty partitions, as many as the throughput asks for, in every region.
fn live(
    call: &Call<'_>,
    throughput: Option<Throughput>,
    properties: &ContainerProperties,
) -> Arc<LiveContainer> {
    let policy = ConflictPolicy::of(properties.conflict_resolution_policy.as_ref());
    let policy = Arc::new(policy);
    let count = match call.state.settings.partitions_per_container {
        Some(count) => count.get(),
        None => initial_count(throughput.map(Throughput::maximum)),
    };
    let partitions = (0_u32..)
        .zip(initial_ranges(count, &properties.partition_key))
        .map(|(number, range)| {
            let facts = PartitionFacts {
                range_id: number.to_string(),
                internal_id: call.state.entropy.guid(),
                physical_id: number.to_string(),
            };
            let seed = call.state.entropy.next();
            let sets = ReplicaSets::new(call.topology, State::default());
            let replicas = Arc::new(Replicas::from_sets(sets.with_policy(&policy), seed));
            Arc::new(Partition::new(
                RangeId::from(number),
                range,
                facts,
                replicas,
            ))
        });
    Arc::new(LiveContainer::new(Layout::first(partitions.collect())))
}
