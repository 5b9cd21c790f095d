//! From a routed operation on users, permissions, keys and scripts to the engine's verb with its
//! inputs.

use cosmokit_engine::request::{
    CreateResource, DeleteResource, ExecuteStoredProcedure, ListResources, NamedResourceKind,
    QueryResources, ReadResource, ReplaceResource, ResourceAddress, ResourceFeed, UpsertResource,
    Verb,
};
use cosmokit_engine::response::Failure;

use crate::header::decode;
use crate::route::Operation;
use crate::verb::Inputs;

/// Builds the verb.
///
/// # Errors
/// 400 for a header or a body that cannot be read.
pub(crate) fn resource_verb(
    operation: Operation,
    kind: NamedResourceKind,
    inputs: Inputs<'_>,
) -> Result<Verb, Failure> {
    let headers = inputs.headers;
    let token_lifetime = decode::token_lifetime(headers)?;
    let precondition = decode::precondition(headers)?;
    Ok(match operation {
        Operation::CreateResource(_) => CreateResource {
            feed: feed(kind, &inputs),
            token_lifetime,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::UpsertResource(_) => UpsertResource {
            feed: feed(kind, &inputs),
            precondition,
            token_lifetime,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::ReplaceResource(_) => ReplaceResource {
            resource: resource(kind, &inputs),
            precondition,
            token_lifetime,
            body: inputs.json_text()?,
        }
        .into(),
        Operation::DeleteResource(_) => DeleteResource {
            resource: resource(kind, &inputs),
            precondition,
        }
        .into(),
        Operation::ListResources(_) => ListResources {
            feed: feed(kind, &inputs),
            paging: decode::paging(headers)?,
            token_lifetime,
        }
        .into(),
        Operation::QueryResources(_) => QueryResources {
            feed: feed(kind, &inputs),
            paging: decode::paging(headers)?,
            query: inputs.query()?,
        }
        .into(),
        _ => ReadResource {
            resource: resource(kind, &inputs),
            precondition,
            token_lifetime,
        }
        .into(),
    })
}

/// Builds the verb that runs a stored procedure.
///
/// # Errors
/// 400 for a header or a body that cannot be read.
pub(crate) fn execute_verb(inputs: Inputs<'_>) -> Result<Verb, Failure> {
    Ok(ExecuteStoredProcedure {
        procedure: resource(NamedResourceKind::StoredProcedure, &inputs),
        partition_key: decode::partition_key(inputs.headers)?,
        logging: decode::script_logging(inputs.headers),
        arguments: inputs.json_text()?,
    }
    .into())
}

fn feed(kind: NamedResourceKind, inputs: &Inputs<'_>) -> ResourceFeed {
    match kind {
        NamedResourceKind::User => ResourceFeed::users(inputs.database()),
        NamedResourceKind::Permission => {
            let user = inputs.segment(NamedResourceKind::User.resource_type());
            ResourceFeed::permissions(inputs.database(), user)
        }
        NamedResourceKind::ClientEncryptionKey => {
            ResourceFeed::client_encryption_keys(inputs.database())
        }
        NamedResourceKind::StoredProcedure => ResourceFeed::stored_procedures(inputs.container()),
        NamedResourceKind::Trigger => ResourceFeed::triggers(inputs.container()),
        NamedResourceKind::UserDefinedFunction => {
            ResourceFeed::user_defined_functions(inputs.container())
        }
    }
}

fn resource(kind: NamedResourceKind, inputs: &Inputs<'_>) -> ResourceAddress {
    feed(kind, inputs).of(inputs.segment(kind.resource_type()))
}
