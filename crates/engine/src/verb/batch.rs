//! Several item operations in one request: a transaction, or bulk.

use std::collections::BTreeMap;

use cosmokit_protocol::{
    op::{
        BatchOperation, TransactionalBatchOperationResult as OperationResult,
        TransactionalBatchResponse,
        batch::{BatchError, parse_batch},
    },
    partition::{EpkRange, PartitionKey},
    session::RangeId,
    status::StatusCode,
    wire::charge::RequestCharge,
};

use super::{
    batch_operation::{dependent, refused, result, stage},
    feed_scope::range_of,
    item_target::header_point,
    item_write::{Done, ItemWrite},
};
use crate::{
    account::{Call, Target},
    refuse,
    request::{AfterFailure, Batch, BatchMode, ContentResponse},
    response::{Facts, Failure, Response},
};

/// Most bytes of documents in one answer.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// 200 or 207 with one result per operation.
///
/// # Errors
/// 400 for a body that is no array of 1 to 100 operations or for a missing key, 413 for one that
/// is too large; 410/1002 for an unknown range; whatever finding the place refuses.
pub(super) fn batch(call: &Call<'_>, input: &Batch) -> Result<Response, Failure> {
    call.require_writable()?;
    let target = call.target(&input.container)?;
    let operations = parse_batch(&input.body).map_err(|error| match error {
        BatchError::TooLarge { .. } => {
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
        }
        _ => refuse::bad_request(error),
    })?;
    match input.mode {
        BatchMode::Atomic => transaction(call, target, input, &operations),
        BatchMode::Bulk(after) => bulk(call, &target, input, (&operations, after)),
    }
}

/// All operations or none, under one LSN.
fn transaction(
    call: &Call<'_>,
    target: Target,
    input: &Batch,
    operations: &[BatchOperation],
) -> Result<Response, Failure> {
    let key = input.partition_key.as_ref();
    let point = header_point(&target.container.rules.key, key)?;
    let key = key.ok_or_else(refuse::key_missing)?;
    let place = call.place(target.container, point)?;
    let mut write = ItemWrite::begin(call, &place)?;
    let mut answer = Answer::new(call.options.content);
    for (index, operation) in operations.iter().enumerate() {
        let staged = stage(&mut write, operation, key).and_then(|done| answer.fits(done));
        match staged {
            Ok(done) => answer.push(&done, write.charge(done.work)),
            Err(failure) => {
                let failure = write.refused(failure);
                let facts = failure.facts().clone();
                let results = (0..operations.len()).map(|at| {
                    if at == index {
                        refused(&failure)
                    } else {
                        dependent()
                    }
                });
                return Ok(respond(results.collect(), facts));
            }
        }
    }
    let committed = write.commit()?;
    let facts = committed.facts(None, answer.charge);
    Ok(respond(answer.results, facts))
}

/// Each operation by itself.
fn bulk(
    call: &Call<'_>,
    target: &Target,
    input: &Batch,
    (operations, after): (&[BatchOperation], AfterFailure),
) -> Result<Response, Failure> {
    let range = match &input.partition_key_range_id {
        Some(id) => range_of(&target.container, id)?,
        None => EpkRange::FULL,
    };
    let mut answer = Answer::new(call.options.content);
    let mut seen = Facts::default();
    let mut tokens = BTreeMap::new();
    let mut stopped = false;
    for operation in operations {
        if stopped {
            answer.results.push(dependent());
            continue;
        }
        let key = input.partition_key.as_ref();
        let facts = match one(call, target, (operation, key, &range), &mut answer) {
            Ok(facts) => facts,
            Err(failure) => {
                stopped = after == AfterFailure::Stop;
                answer.charge += failure.facts().charge;
                answer.results.push(refused(&failure));
                failure.facts().clone()
            }
        };
        call.spend(facts.charge);
        if let (Some(partition), Some(token)) = (&facts.partition, &facts.session_token) {
            let range = RangeId::parse(&partition.range_id).ok();
            tokens.insert(range, token.clone());
            seen = facts;
        }
    }
    let tokens: Vec<String> = tokens.into_values().collect();
    seen.session_token = (!tokens.is_empty()).then(|| tokens.join(","));
    seen.owner = Some(std::sync::Arc::clone(&target.container.owner));
    seen.charge = answer.charge;
    Ok(respond(answer.results, seen))
}

/// One operation of a bulk request, with the key that it or else the request names.
fn one(
    call: &Call<'_>,
    target: &Target,
    (operation, key, range): (&BatchOperation, Option<&PartitionKey>, &EpkRange),
    answer: &mut Answer,
) -> Result<Facts, Failure> {
    let own = match operation.partition_key.as_deref() {
        Some(text) => Some(PartitionKey::from_header(text).map_err(|error| {
            refuse::bad_request(format!("the 'partitionKey' of the operation: {error}"))
        })?),
        None => None,
    };
    let key = own.as_ref().or(key).ok_or_else(refuse::key_missing)?;
    let container = std::sync::Arc::clone(&target.container);
    let point = header_point(&container.rules.key, Some(key))?;
    if !range.contains(&point) {
        return Err(refuse::range_gone(&point.to_hex()));
    }
    let place = call.place(container, point)?;
    let mut write = ItemWrite::begin(call, &place)?;
    let done = stage(&mut write, operation, key)
        .and_then(|done| answer.fits(done))
        .map_err(|failure| write.refused(failure))?;
    let charge = write.charge(done.work);
    let committed = write.commit()?;
    answer.push(&done, charge);
    Ok(committed.facts(None, charge))
}

/// The results so far.
struct Answer {
    content: ContentResponse,
    results: Vec<OperationResult>,
    bytes: usize,
    charge: RequestCharge,
}

impl Answer {
    fn new(content: ContentResponse) -> Self {
        Self {
            content,
            results: Vec::new(),
            bytes: 0,
            charge: RequestCharge::ZERO,
        }
    }

    /// 413/3402 when the answer has no room for what an operation came to.
    fn fits(&mut self, done: Done) -> Result<Done, Failure> {
        let document = done
            .version
            .as_ref()
            .map_or(0, |version| version.body.len());
        if self.content == ContentResponse::Full {
            if self.bytes + document > MAX_ANSWER_BYTES {
                return Err(refuse::answer_too_large());
            }
            self.bytes += document;
        }
        Ok(done)
    }

    fn push(&mut self, done: &Done, charge: RequestCharge) {
        self.charge += charge;
        self.results.push(result(done, self.content, charge));
    }
}

fn respond(results: Vec<OperationResult>, facts: Facts) -> Response {
    let results = TransactionalBatchResponse::new(results);
    let status = StatusCode::from_u16(results.status_code()).unwrap_or(StatusCode::OK);
    let body = serde_json::to_vec(&results).expect("numbers, strings and JSON text serialize");
    Response {
        status,
        body: body.into(),
        facts,
    }
}
