//! Replace a container's document.

use std::sync::Arc;

use cosmokit_protocol::status::StatusCode;

use super::metadata_answer::{Document, check, written};
use crate::{
    account::Call,
    metadata::{
        catalog::Catalog,
        container::{Container, Description, read_document},
        database::Database,
    },
    refuse,
    request::ReplaceContainer,
    response::{Failure, Response},
    throughput::charge::MetadataWork,
};

/// 200 with the stored document; 400 when something changes that cannot, 412 when the condition
/// fails. The items stay.
///
/// # Errors
/// As above, and as for a read.
pub(super) fn replace_container(
    call: &Call<'_>,
    input: &ReplaceContainer,
) -> Result<Response, Failure> {
    call.require_writable()?;
    let properties = read_document(&input.body)?;
    let at = call.now();
    let container = call.state.catalog.update(|catalog: &mut Catalog| {
        let located = catalog
            .container(&input.container)
            .map_err(|missing| missing.as_target(&input.container))?;
        let stored = Arc::clone(located.container);
        let mut database = Database::clone(located.database);
        check(&input.precondition, &stored.etag)?;
        properties
            .validate_replacement_of(&stored.properties())
            .map_err(refuse::bad_request)?;
        let description = Description {
            rid: stored.rid,
            etag: call.next_etag(at),
            at,
        };
        let live = Arc::clone(&stored.live);
        let container = Arc::new(Container::new(
            &database.header,
            properties,
            description,
            live,
        ));
        database.put(Arc::clone(&container));
        catalog.put_database(database);
        Ok(container)
    })?;
    let document = Document {
        text: &container.document,
        etag: &container.etag,
        owner: Some(&container.owner),
    };
    Ok(written(
        call,
        StatusCode::OK,
        document,
        MetadataWork::Replace,
    ))
}
