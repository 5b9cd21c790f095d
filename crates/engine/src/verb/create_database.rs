//! Create a database.

use cosmokit_protocol::status::StatusCode;

use super::metadata_answer::{Document, written};
use crate::{
    account::Call,
    metadata::{
        catalog::Catalog,
        database::{Database, read_document},
        offer::{Offer, Throughput},
    },
    refuse,
    request::CreateDatabase,
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 201 with the stored document; 409 when the id is taken.
///
/// # Errors
/// As above; 400 for a document or throughput that the service refuses.
pub(super) fn create_database(
    call: &Call<'_>,
    input: &CreateDatabase,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let properties = read_document(&input.body)?;
    let throughput = Throughput::of_headers(&input.throughput)?;
    let at = call.now();
    let header = call.state.catalog.update(|catalog: &mut Catalog| {
        let name = properties.id.as_deref().unwrap_or_default();
        if catalog.database_by_name(name).is_some() {
            return Err(refuse::conflict(format_args!(
                "a database with the id {name:?}"
            )));
        }
        let rid = catalog.next_database_rid()?;
        let database = Database::new(properties, rid, call.next_etag(at), at);
        let header = database.header.clone();
        catalog.put_database(database);
        if let Some(throughput) = throughput {
            let most_ever = throughput.maximum();
            let (offer, etag) = (catalog.next_offer_rid()?, call.next_etag(at));
            catalog.put_offer(Offer {
                rid: offer,
                resource: rid,
                throughput,
                pending: None,
                most_ever,
                etag,
                at,
            });
        }
        Ok(header)
    })?;
    let document = Document {
        text: &header.document,
        etag: &header.etag,
        owner: Some(&header.owner),
    };
    Ok(written(
        call,
        StatusCode::CREATED,
        document,
        MetadataWork::CreateOrDelete,
    ))
}
