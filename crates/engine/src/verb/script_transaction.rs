//! What scripts do to items: the steps of the verbs of the same names, staged in one write to one
//! logical partition.

use std::sync::Arc;

use cosmokit_protocol::{
    id::{Etag, ResourcePath, ResourceType, Rid},
    op::SqlQuery,
    partition::PartitionKey,
    wire::charge::RequestCharge,
};
use cosmokit_query::{Execution, Program, Progress, QueryError};
use serde_json::value::RawValue;

use super::{
    create_item, delete_item,
    item_target::document_point,
    item_write::{Done, ItemWrite, Present, check_ttl},
    query::{reach::parameters, run as query_run},
    replace_item, upsert_item,
};
use crate::{
    document::Draft,
    metadata::page::{MAX_ROWS, wrong_continuation},
    partition::{log::LogIndex, version::Version},
    refuse,
    request::{Effort, Precondition},
    response::Failure,
    script::{
        conversation::{
            Asked, AskedCondition, AskedKind, Reply, ReplyError, ReplyOptions, ScriptHost,
        },
        functions::ContainerFunctions,
        limits::{FEW_OPERATIONS, MOST_OPERATIONS},
    },
    sql,
    throughput::charge::Work,
};

/// Rows of a page when the script leaves it open.
const DEFAULT_ROWS: usize = 100;
/// Most bytes of a page's rows.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// What a continuation begins with.
const MARK: &str = "row:";

/// A write to one logical partition on behalf of scripts.
pub(super) struct ScriptTransaction<'w, 'a> {
    pub(super) write: &'w mut ItemWrite<'a>,
    key: &'w PartitionKey,
    /// What operations cost so far.
    pub(super) charge: RequestCharge,
    operations: usize,
}

impl<'w, 'a> ScriptTransaction<'w, 'a> {
    /// The operations of scripts become part of `write`, which is to the logical partition of `key`.
    pub(super) fn new(write: &'w mut ItemWrite<'a>, key: &'w PartitionKey) -> Self {
        Self {
            write,
            key,
            charge: RequestCharge::ZERO,
            operations: 0,
        }
    }

    fn attempt(&mut self, asked: &Asked) -> Result<Reply, Failure> {
        let condition = condition(asked.condition.as_ref())?;
        let done = match asked.kind {
            AskedKind::Query => return self.query(asked),
            AskedKind::Read => {
                let present = self.live(&asked.link)?;
                self.spend(Work::Read {
                    bytes: present.body.len(),
                });
                return Ok(reply(raw(&present)));
            }
            AskedKind::Create => {
                let draft = draft(self.write, self.key, asked.document.as_bytes())?;
                create_item::stage(self.write, draft)?
            }
            AskedKind::Upsert => {
                let draft = draft(self.write, self.key, asked.document.as_bytes())?;
                upsert_item::stage(self.write, draft, &condition)?
            }
            AskedKind::Replace => {
                let draft = draft(self.write, self.key, asked.document.as_bytes())?;
                let present = self.live(&asked.link)?;
                replace_item::stage(self.write, draft, &present, &condition)?
            }
            AskedKind::Delete => {
                let present = self.live(&asked.link)?;
                delete_item::stage(self.write, &present, &condition)?
            }
        };
        let Done { version, work, .. } = done;
        self.spend(work);
        Ok(reply(version.as_deref().and_then(raw)))
    }

    fn spend(&mut self, work: Work) {
        self.charge += self.write.charge(work);
    }

    /// The item of a link, by name or by resource id.
    fn live(&self, link: &str) -> Result<Arc<Version>, Failure> {
        let container = self.write.container();
        let missing = || refuse::not_found(format_args!("the item {link:.256}"));
        let path = ResourcePath::parse(link).map_err(refuse::bad_request)?;
        let item = path.id_of(ResourceType::Documents);
        let item = item.ok_or_else(|| {
            refuse::bad_request(format!("{link:.256} is not the link of an item"))
        })?;
        let named = path.container();
        let id = if named == Some(container.rid_text.as_str()) {
            let rid: Option<Rid> = item.parse().ok();
            let ordinal = rid.and_then(|rid| rid.document_ordinal());
            self.write.id_of(ordinal.ok_or_else(missing)?)
        } else if named == Some(&*container.name) {
            Some(item.to_owned())
        } else {
            None
        };
        match self.write.present_id(&id.ok_or_else(missing)?) {
            Present::Live(version) => Ok(version),
            _ => Err(missing()),
        }
    }

    /// One page of a query over the logical partition, with what was staged.
    fn query(&mut self, asked: &Asked) -> Result<Reply, Failure> {
        let query = asked.query.as_ref();
        let query = query.ok_or_else(|| refuse::bad_request("the query has no text"))?;
        let skipped = match asked.continuation.as_deref() {
            None | Some("") => 0,
            Some(text) => text
                .strip_prefix(MARK)
                .and_then(|number| number.parse().ok())
                .ok_or_else(wrong_continuation)?,
        };
        let mut page = RowPage {
            room: room(asked.page_size),
            skipped,
            seen: 0,
            text: vec![b'['],
            has_more: false,
        };
        let items = self.rows(query, &mut page)?;
        self.spend(Work::Query {
            items,
            entries: 0,
            bytes: page.text.len(),
            partitions: 1,
        });
        page.text.push(b']');
        let text = String::from_utf8(page.text).unwrap_or_default();
        let mut reply = reply(RawValue::from_string(text).ok());
        if page.has_more {
            reply.options = ReplyOptions {
                continuation: Some(format!("{MARK}{}", page.seen)),
            };
        }
        Ok(reply)
    }

    /// How many items were looked at.
    fn rows(&self, query: &SqlQuery, page: &mut RowPage) -> Result<usize, Failure> {
        let (call, container) = (self.write.call(), self.write.container());
        let wrong = |error: QueryError| query_run::wrong(&error);
        let program = Program::compile(&query.query, &container.rules.schema).map_err(wrong)?;
        let arguments = program.arguments(parameters(query));
        let functions = ContainerFunctions::new(call, container.rid);
        let steps = query_run::steps(call.options.effort);
        let environment = sql::environment_with(call, steps, &functions);
        let mut execution = Execution::new(&program, &arguments, environment).map_err(wrong)?;
        let items = self.write.items_of_key();
        let mut looked = 0;
        for version in items {
            looked += 1;
            let progress = execution.push(&version.body, &mut |row| page.row(row));
            let progress = progress.map_err(|error| wrong(error.into()))?;
            if page.has_more || progress == Progress::Complete {
                break;
            }
        }
        if !page.has_more {
            let finished = execution.finish(&mut |row| page.row(row));
            finished.map_err(|error| wrong(error.into()))?;
        }
        Ok(looked)
    }
}

impl ScriptHost for ScriptTransaction<'_, '_> {
    fn perform(&mut self, asked: &Asked) -> Result<Reply, Failure> {
        self.operations += 1;
        if self.operations > FEW_OPERATIONS && self.write.call().options.effort == Effort::Little {
            return Err(refuse::script_timeout());
        }
        if self.operations > MOST_OPERATIONS || self.write.staged() >= LogIndex::MAX_CHANGES {
            return Err(refuse::too_many_operations());
        }
        match self.attempt(asked) {
            Err(failure) if failure.is_out_of_steps() => Err(refuse::script_timeout()),
            Err(failure) => Ok(refused(&failure)),
            done => done,
        }
    }

    /// A third of the room is kept for scripts that go on without asking.
    fn accepts(&self) -> bool {
        self.operations < MOST_OPERATIONS / 3 * 2
            && self.write.staged() < LogIndex::MAX_CHANGES / 3 * 2
    }
}

/// A document, checked against the partition key.
///
/// # Errors
/// What the service refuses.
pub(super) fn draft(
    write: &ItemWrite<'_>,
    key: &PartitionKey,
    document: &[u8],
) -> Result<Draft, Failure> {
    let container = write.container();
    let draft = Draft::read(document).map_err(|error| refuse::document(&error))?;
    document_point(&container.rules.key, Some(key), &draft)?;
    check_ttl(container, &draft)?;
    Ok(draft)
}

/// Rows of a page as a JSON array in the making.
struct RowPage {
    room: usize,
    skipped: usize,
    /// Rows that were skipped or taken.
    seen: usize,
    text: Vec<u8>,
    has_more: bool,
}

impl RowPage {
    fn row(&mut self, row: &[u8]) {
        if self.seen < self.skipped {
            self.seen += 1;
            return;
        }
        let is_first = self.text.len() == 1;
        let fits = is_first || self.text.len() + row.len() <= MAX_PAGE_BYTES;
        if self.has_more || !fits || self.seen - self.skipped >= self.room {
            self.has_more = true;
            return;
        }
        if !is_first {
            self.text.push(b',');
        }
        self.text.extend_from_slice(row);
        self.seen += 1;
    }
}

/// Rows that a page may have; `-1` is as many as there is room for.
fn room(wanted: Option<f64>) -> usize {
    match wanted {
        Some(wanted) if wanted >= 1.0 => format!("{wanted:.0}").parse().unwrap_or(MAX_ROWS),
        Some(wanted) if wanted < 0.0 => MAX_ROWS,
        _ => DEFAULT_ROWS,
    }
    .min(MAX_ROWS)
}

fn condition(asked: Option<&AskedCondition>) -> Result<Precondition, Failure> {
    let Some(AskedCondition { kind, etag }) = asked else {
        return Ok(Precondition::default());
    };
    let etag = Some(Etag::from(etag.as_str()));
    if kind.eq_ignore_ascii_case("IfMatch") {
        Ok(Precondition {
            if_match: etag,
            if_none_match: None,
        })
    } else if kind.eq_ignore_ascii_case("IfNoneMatch") {
        Ok(Precondition {
            if_match: None,
            if_none_match: etag,
        })
    } else {
        Err(refuse::bad_request(format!(
            "the type of an access condition is IfMatch or IfNoneMatch, not {kind:.64}"
        )))
    }
}

fn raw(version: &Version) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(&version.body).ok()?;
    RawValue::from_string(text.to_owned()).ok()
}

fn reply(result: Option<Box<RawValue>>) -> Reply {
    Reply {
        result,
        ..Reply::default()
    }
}

/// The refusal of an operation in the form in which the service tells scripts.
fn refused(failure: &Failure) -> Reply {
    let message = serde_json::json!({ "Errors": [failure.message()] });
    Reply {
        error: Some(ReplyError {
            number: failure.status().as_u16(),
            message: message.to_string(),
        }),
        ..Reply::default()
    }
}
