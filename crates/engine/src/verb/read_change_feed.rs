//! Read the change feed: a scan of the log.
//!
//! A page never ends inside an LSN, so no reader sees half of a batch and goes on behind it.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{
    id::Etag, op::ChangeFeedMode, partition::EpkRange, session::Lsn, status::StatusCode,
};

use super::{
    change_entry,
    change_position::{ChangePosition, MAX_PARTS, Progress, etag},
    feed_scope::{feed_facts, scope},
    item_target::is_visible,
    sweep::sweep_partition,
};
use crate::{
    account::Call,
    clock::Timestamp,
    consistency::read::EffectiveRead,
    metadata::{container::Container, envelope::envelope, page::size},
    partition::{
        log::{Entry, LogIndex},
        partition::Partition,
        standpoint::Standpoint,
        state::State,
    },
    refuse,
    request::{ChangeFeedFormat, Paging, ReadChangeFeed},
    response::{Facts, Failure, Response},
    throughput::charge::{Work, charge},
};

/// Bytes of a page's entries beyond which it ends with the LSN.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// 200 with changes or 304 without, both with the etag to go on from.
///
/// # Errors
/// 404/1003, 400/1024; 410/1002 for an unknown range; 404/1002 when no replica has what the
/// session token asks for; 400 for a foreign etag, for too many partitions at once, and, of all
/// versions and deletes, for a container that does not keep them, for a start that the mode does
/// not have, and for a position that has left the retention window.
pub(super) fn read_change_feed(
    call: &Call<'_>,
    input: &ReadChangeFeed,
) -> Result<Response, Failure> {
    let container = call.target(&input.container)?.container;
    let start = Start::of(&container, input)?;
    let read = call.effective_read()?;
    let parts = match scope(&container, &input.scope)? {
        Some(scope) => parts(&container, &scope, &start),
        None => Vec::new(),
    };
    let count: usize = parts.iter().map(|(_, parts)| parts.len()).sum();
    if count > MAX_PARTS {
        return Err(refuse::bad_request(format!(
            "the change feed of {count} partitions is asked for at once, and the limit is \
             {MAX_PARTS}; read it range by range",
        )));
    }
    let mut page = Page::new(input);
    let mut progress = Vec::with_capacity(count);
    for (partition, parts) in parts {
        call.admit(&container, &partition)?;
        if input.mode == ChangeFeedMode::AllVersionsAndDeletes {
            sweep_partition(call, &container, &partition);
        }
        let state = snapshot(call, &container, &partition, read, &mut page)?;
        let reader = Reader {
            container: &container,
            state: &state,
            input,
            now: call.now(),
            parts: &parts,
        };
        let reached = match start {
            Start::Now => state.lsn(),
            Start::From(_) => reader.fill(&mut page)?,
        };
        progress.extend(
            parts
                .into_iter()
                .map(|(range, from)| (range, from.max(reached))),
        );
    }
    Ok(respond(&container, &page, etag(&progress), read))
}

/// Where a reader begins.
enum Start {
    /// Behind what is there now.
    Now,
    /// Behind this position.
    From(ChangePosition),
}

impl Start {
    fn of(container: &Container, input: &ReadChangeFeed) -> Result<Self, Failure> {
        let all_versions = input.mode == ChangeFeedMode::AllVersionsAndDeletes;
        if all_versions && container.rules.retention.is_none() {
            return Err(refuse::bad_request(
                "the container does not keep all versions and deletes; its changeFeedPolicy needs \
                 a retentionDuration above 0",
            ));
        }
        if all_versions && (input.if_none_match.is_none() || input.if_modified_since.is_some()) {
            return Err(refuse::bad_request(
                "the change feed of all versions and deletes starts now (If-None-Match: *) or goes \
                 on from an etag, not from the beginning or a time",
            ));
        }
        match &input.if_none_match {
            Some(etag) if etag.is_any() => Ok(Self::Now),
            Some(etag) => ChangePosition::parse(etag.as_str())
                .map(Self::From)
                .ok_or_else(|| {
                    refuse::bad_request(
                        "the etag in If-None-Match is not one that this change feed has given out",
                    )
                }),
            None => Ok(Self::From(ChangePosition::beginning())),
        }
    }
}

/// The parts to read, in order, by partition: several where a merge has put together what was read
/// up to different LSNs.
fn parts(
    container: &Container,
    scope: &EpkRange,
    start: &Start,
) -> Vec<(Arc<Partition>, Vec<Progress>)> {
    let layout = container.live.layout();
    let mut parts = Vec::new();
    for partition in layout.overlapping(scope) {
        let Some(range) = partition.range.intersect(scope) else {
            continue;
        };
        let progress = match start {
            Start::Now => vec![(range, Lsn::ZERO)],
            Start::From(position) => position.of(&range),
        };
        parts.push((Arc::clone(partition), progress));
    }
    parts
}

/// A state to read at leisure, from a replica that may answer.
fn snapshot(
    call: &Call<'_>,
    container: &Container,
    partition: &Arc<Partition>,
    read: EffectiveRead,
    page: &mut Page,
) -> Result<State, Failure> {
    let (standpoint, state) = call.serve(container, partition, read, |standpoint, state| {
        (standpoint, state.clone())
    })?;
    page.looked_at.push((Arc::clone(partition), standpoint));
    Ok(state)
}

/// A page being filled, and what was looked at for it.
struct Page {
    room: usize,
    bytes: usize,
    entries: Vec<Vec<u8>>,
    looked_at: Vec<(Arc<Partition>, Standpoint)>,
}

impl Page {
    fn new(input: &ReadChangeFeed) -> Self {
        let paging = Paging {
            max_item_count: input.max_item_count,
            continuation: None,
        };
        Self {
            room: size(&paging),
            bytes: 0,
            entries: Vec::new(),
            looked_at: Vec::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= self.room || self.bytes >= MAX_PAGE_BYTES
    }

    fn push(&mut self, entry: Vec<u8>) {
        self.bytes += entry.len();
        self.entries.push(entry);
    }
}

/// Reads parts of one partition.
struct Reader<'a> {
    container: &'a Container,
    state: &'a State,
    input: &'a ReadChangeFeed,
    now: Timestamp,
    parts: &'a [Progress],
}

impl Reader<'_> {
    /// Fills the page from behind where the parts were read, in the order of the log; returns how
    /// far it came.
    fn fill(&self, page: &mut Page) -> Result<Lsn, Failure> {
        let all_versions = self.input.mode == ChangeFeedMode::AllVersionsAndDeletes;
        if all_versions {
            self.parts
                .iter()
                .try_for_each(|part| self.check_window(part))?;
        }
        let from = self.parts.iter().map(|(_, from)| *from).min();
        let from = from.unwrap_or_default();
        let mut reached = from;
        for (index, entry) in self.state.log().after(LogIndex::end_of(from)) {
            let lsn = index.lsn();
            if lsn > reached && page.is_full() {
                return Ok(reached);
            }
            reached = lsn;
            if self.is_asked_for(index, entry) && (all_versions || self.is_latest(index, entry)) {
                page.push(self.written(entry, lsn));
            }
        }
        Ok(from.max(self.state.lsn()))
    }

    /// Whether a part holds the point and was not read up to here.
    fn is_asked_for(&self, index: LogIndex, entry: &Entry) -> bool {
        let point = entry.version.name.effective_partition_key();
        let mut parts = self.parts.iter();
        parts.any(|(range, from)| *from < index.lsn() && range.contains(&point))
    }

    fn is_latest(&self, index: LogIndex, entry: &Entry) -> bool {
        let version = &entry.version;
        let since = self.input.if_modified_since;
        since.is_none_or(|since| version.at.secs() >= since.secs())
            && self.state.is_latest(index, entry)
            && is_visible(self.container, version, self.now)
    }

    fn written(&self, entry: &Entry, lsn: Lsn) -> Vec<u8> {
        match (self.input.mode, self.input.format) {
            (ChangeFeedMode::AllVersionsAndDeletes, _) => {
                change_entry::change(entry, lsn, &self.container.rules.key)
            }
            (_, ChangeFeedFormat::Envelopes) => change_entry::latest(&entry.version, lsn),
            (_, ChangeFeedFormat::Documents) => change_entry::document(&entry.version, lsn),
        }
    }

    /// 400 when changes of a part behind its position have left the retention window, whether or
    /// not they are still in the log.
    fn check_window(&self, (range, from): &Progress) -> Result<(), Failure> {
        let log = self.state.log();
        let window = self.container.rules.retention.unwrap_or_default();
        let oldest = self.now.before(window);
        let mut inside = log
            .after(LogIndex::end_of(*from))
            .filter(|(_, entry)| range.contains(&entry.version.name.effective_partition_key()));
        let has_left = inside
            .next()
            .is_some_and(|(_, entry)| entry.version.at < oldest);
        if *from < log.complete_since(range) || has_left {
            return Err(refuse::beyond_retention(window));
        }
        Ok(())
    }
}

fn respond(container: &Container, page: &Page, etag: Etag, read: EffectiveRead) -> Response {
    let work = Work::Changes {
        bytes: page.bytes,
        partitions: page.looked_at.len(),
    };
    let mut facts = Facts {
        etag: Some(etag),
        ..feed_facts(container, &page.looked_at, charge(work, read.level))
    };
    if page.entries.is_empty() {
        return Response {
            status: StatusCode::NOT_MODIFIED,
            body: Bytes::new(),
            facts,
        };
    }
    facts.item_count = u64::try_from(page.entries.len()).ok();
    Response {
        status: StatusCode::OK,
        body: envelope(&container.rid_text, "Documents", &page.entries),
        facts,
    }
}
