//! Read the items of a container, page by page.

use std::sync::Arc;

use cosmokit_protocol::{
    resource::TimeToLive, status::StatusCode, wire::consistency::ConsistencyLevel,
};

use super::{
    answer::{Standpoint, position},
    feed_scope::{scope, session_token},
    feed_token::{FeedToken, Part},
    item_target::is_visible,
};
use crate::{
    account::Call,
    consistency::read::EffectiveRead,
    metadata::{
        container::Container,
        envelope::envelope,
        page::{size, wrong_continuation},
    },
    partition::{partition::Partition, state::State, version::Version},
    refuse,
    request::ListItems,
    response::{Facts, Failure, Response},
    throughput::charge::{Work, charge},
};

/// Most bytes of a page's items; a page with one larger item has that item.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Items of a narrow scope that are sorted for a page; above that the partition is walked.
const MAX_SORTED: usize = 10_000;

/// 200 with a page, and a continuation when more is left.
///
/// # Errors
/// 404/1003, 400/1024; 410/1002 for an unknown range; 404/1002 when no replica has what the
/// session token asks for; 400 for a foreign continuation.
pub(super) fn list_items(call: &Call<'_>, input: &ListItems) -> Result<Response, Failure> {
    let container = call.target(&input.container)?.container;
    let read = call.effective_read()?;
    let Some(scope) = scope(&container, &input.scope)? else {
        return Ok(respond(&container, &PageBuilder::new(0), None, read.level));
    };
    let left = match input.paging.continuation.as_deref() {
        None | Some("") => vec![Part {
            range: scope,
            after: None,
        }],
        Some(text) => FeedToken::parse(text)
            .filter(|token| token.container == container.rid)
            .ok_or_else(wrong_continuation)?
            .parts(&scope),
    };
    let mut page = PageBuilder::new(size(&input.paging));
    let left = fill(call, &container, read, left, &mut page)?;
    let continuation = FeedToken::of(container.rid, &left).map(|token| token.to_string());
    Ok(respond(&container, &page, continuation, read.level))
}

/// A page being filled, and what was looked at for it.
struct PageBuilder {
    room: usize,
    bytes: usize,
    items: Vec<Arc<Version>>,
    looked_at: Vec<(Arc<Partition>, Standpoint)>,
}

impl PageBuilder {
    fn new(room: usize) -> Self {
        Self {
            room,
            bytes: 0,
            items: Vec::new(),
            looked_at: Vec::new(),
        }
    }

    /// Whether an item fits; the first always does.
    fn has_room_for(&self, version: &Version) -> bool {
        self.items.is_empty()
            || (self.items.len() < self.room && self.bytes + version.body.len() <= MAX_PAGE_BYTES)
    }

    fn push(&mut self, version: &Arc<Version>) {
        self.bytes += version.body.len();
        self.items.push(Arc::clone(version));
    }
}

/// Reads parts in order until the page is full; returns what is left.
fn fill(
    call: &Call<'_>,
    container: &Container,
    read: EffectiveRead,
    left: Vec<Part>,
    page: &mut PageBuilder,
) -> Result<Vec<Part>, Failure> {
    let layout = container.live.layout();
    let mut work: Vec<(Arc<Partition>, Part)> = Vec::new();
    for Part { range, after } in left {
        for partition in layout.overlapping(&range) {
            if let Some(range) = partition.range.intersect(&range) {
                work.push((Arc::clone(partition), Part { range, after }));
            }
        }
    }
    let mut work = work.into_iter();
    while let Some((partition, part)) = work.next() {
        call.admit(container, &partition)?;
        let state = snapshot(call, &partition, read, page)?;
        if let Some(stopped) = fill_from(call, container, &state, (&partition, part), page) {
            let rest = work.map(|(_, part)| part);
            return Ok(std::iter::once(stopped).chain(rest).collect());
        }
    }
    Ok(Vec::new())
}

/// A state to read at leisure, from a replica that may answer.
fn snapshot(
    call: &Call<'_>,
    partition: &Arc<Partition>,
    read: EffectiveRead,
    page: &mut PageBuilder,
) -> Result<State, Failure> {
    let replicas = call.replicas(partition)?;
    let seen = call.serve(partition, &replicas, read, |replica, state| {
        (Standpoint::of(replica, state), state.clone())
    })?;
    let (standpoint, state) = seen.ok_or_else(refuse::session_not_available)?;
    page.looked_at.push((Arc::clone(partition), standpoint));
    Ok(state)
}

/// Reads one part of one partition; returns where it stopped when the page is full.
fn fill_from(
    call: &Call<'_>,
    container: &Container,
    state: &State,
    (partition, part): (&Partition, Part),
    page: &mut PageBuilder,
) -> Option<Part> {
    let now = (container.rules.ttl != TimeToLive::Forever).then(|| call.now());
    let visible = |version: &Version| now.is_none_or(|now| is_visible(container, version, now));
    let mut after = part.after;
    let mut take = |version: &Arc<Version>| {
        if !visible(version) {
            return true;
        }
        if !page.has_room_for(version) {
            return false;
        }
        after = Some(version.ordinal);
        page.push(version);
        true
    };
    let finished = if partition.range == part.range {
        state.items().after(part.after).all(&mut take)
    } else if let Some(sorted) = few(state, &part) {
        sorted.into_iter().all(&mut take)
    } else {
        let inside = |version: &&Arc<Version>| {
            let point = version.name.effective_partition_key();
            part.range.contains(&point)
        };
        state
            .items()
            .after(part.after)
            .filter(inside)
            .all(&mut take)
    };
    (!finished).then_some(Part {
        range: part.range,
        after,
    })
}

/// The items of a narrow part in the order of insertion, when they are few enough to sort.
fn few<'s>(state: &'s State, part: &Part) -> Option<Vec<&'s Arc<Version>>> {
    let inside = state
        .items()
        .in_range(&part.range)
        .map(|slot| &slot.version);
    let mut found: Vec<_> = inside.take(MAX_SORTED + 1).collect();
    if found.len() > MAX_SORTED {
        return None;
    }
    found.retain(|version| part.after.is_none_or(|after| version.ordinal > after));
    found.sort_unstable_by_key(|version| version.ordinal);
    Some(found)
}

fn respond(
    container: &Container,
    page: &PageBuilder,
    continuation: Option<String>,
    level: ConsistencyLevel,
) -> Response {
    let bodies = page.items.iter().map(|version| &version.body);
    let body = envelope(&container.rid_text, "Documents", bodies);
    let work = Work::Page {
        bytes: page.bytes,
        partitions: page.looked_at.len(),
    };
    let mut facts = Facts {
        charge: charge(work, level),
        item_count: u64::try_from(page.items.len()).ok(),
        continuation,
        session_token: session_token(&page.looked_at),
        owner: Some(Arc::clone(&container.owner)),
        ..Facts::default()
    };
    if let [(partition, standpoint)] = page.looked_at.as_slice() {
        facts.partition = Some(Arc::clone(&partition.facts));
        facts.position = Some(position(*standpoint, None));
    }
    Response {
        status: StatusCode::OK,
        body,
        facts,
    }
}
