//! Reads many items by id and partition key: alone by point reads, together by one query for each partition and
//! chunk. What comes back is matched by id and key, so that the caller gets it in the order that was asked for.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::op::SqlQuery;
use cosmokit_protocol::partition::{
    EffectivePartitionKey, FeedRange, PartitionKey, PartitionKeyDefinition, PartitionKeyValue,
};
use cosmokit_protocol::session::SessionToken;
use cosmokit_protocol::value::path::PropertyPath;
use cosmokit_protocol::wire::charge::RequestCharge;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::cache::{RangeRefresh, ResolvedContainer};
use crate::dataflow::{FeedScope, QueryPager, QueryRequest};
use crate::diagnostics::{DiagnosticsContext, Recorder};
use crate::error::{CosmosError, Result};
use crate::operation::CosmosOperation;
use crate::pipeline::Terms;
use crate::reference::{ContainerReference, ItemReference};

/// Requests on their way at the same time, unless said otherwise.
const CONCURRENCY: NonZeroU32 = NonZeroU32::new(16).expect("16 is not 0");
/// Items of one partition that are still read one by one: a query costs more than that many point reads.
const MAX_POINT_READS: usize = 2;
/// Items that one query asks for.
const CHUNK: usize = 500;

/// Many items by id and partition key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadManyRequest {
    /// The container.
    pub container: ContainerReference,
    /// Key and id of each item.
    pub items: Vec<(PartitionKey, String)>,
    /// A session token of another process, instead of what this driver has seen itself.
    pub session_token: Option<SessionToken>,
    /// How many requests may be on their way at the same time. Default: 16.
    pub max_concurrency: NonZeroU32,
}

/// Many items, in the order that was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadManyAnswer {
    /// The items as JSON text; `None` for one that is not there.
    pub items: Vec<Option<Bytes>>,
    /// What all requests cost together.
    pub request_charge: RequestCharge,
    /// Every attempt that was made.
    pub diagnostics: Arc<DiagnosticsContext>,
}

impl ReadManyRequest {
    /// Items of a container.
    pub fn new(container: ContainerReference, items: Vec<(PartitionKey, String)>) -> Self {
        Self {
            container,
            items,
            session_token: None,
            max_concurrency: CONCURRENCY,
        }
    }

    pub(crate) async fn run(self, terms: Terms) -> Result<ReadManyAnswer> {
        let container = terms.container(&self.container).await?;
        let groups = self.groups(&terms, &container).await?;
        let recorder = terms.core.page_recorder("read_many_items", &self.container);
        let mut found = Found {
            definition: container.partition_key_definition(),
            by_name: HashMap::with_capacity(self.items.len()),
            recorder,
        };
        let mut reads = groups.into_iter().map(|group| self.read(&terms, group));
        let mut running: FuturesUnordered<BoxFuture<'_, Result<Part>>> = FuturesUnordered::new();
        let room = usize::try_from(self.max_concurrency.get()).unwrap_or(usize::MAX);
        loop {
            while running.len() < room
                && let Some(read) = reads.next()
            {
                running.push(read);
            }
            let Some(part) = running.next().await else {
                break;
            };
            match part {
                Ok(part) => found.take(part)?,
                Err(error) => return Err(terms.core.conclude_failure(error, found.recorder)),
            }
        }
        let names = self.items.iter();
        let items = names
            .map(|(key, id)| found.by_name.get(&(key.clone(), id.clone())).cloned())
            .collect();
        let status = cosmokit_protocol::status::CosmosStatus::new(http::StatusCode::OK);
        let diagnostics = terms.core.conclude_success(found.recorder, status);
        Ok(ReadManyAnswer {
            items,
            request_charge: diagnostics.total_request_charge(),
            diagnostics,
        })
    }

    /// The items by partition, cut into chunks; each item once.
    async fn groups<'a>(
        &'a self,
        terms: &Terms,
        container: &Arc<ResolvedContainer>,
    ) -> Result<Vec<Group<'a>>> {
        let definition = container.partition_key_definition();
        let ranges = terms.ranges(container, RangeRefresh::IfMissing).await?;
        let mut by_range: Vec<Group<'a>> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut seen = std::collections::HashSet::with_capacity(self.items.len());
        for (key, id) in &self.items {
            let point = EffectivePartitionKey::of(key, definition).map_err(|why| {
                CosmosError::builder()
                    .with_message(format!(
                        "the partition key of the item {id:?} does not fit the container's definition"
                    ))
                    .with_source(why)
                    .build()
            })?;
            let Some(owner) = ranges.owner_of(&point) else {
                continue;
            };
            if !seen.insert((key, id)) {
                continue;
            }
            let open = places.get(owner.id()).copied();
            let open = open.filter(|place| by_range.get(*place).is_some_and(Group::has_room));
            let place = open.unwrap_or_else(|| {
                by_range.push(Group {
                    range: FeedRange::from(owner.range()),
                    definition: definition.clone(),
                    items: Vec::new(),
                });
                by_range.len() - 1
            });
            places.insert(owner.id(), place);
            if let Some(group) = by_range.get_mut(place) {
                group.items.push((key, id));
            }
        }
        // Few items are read one by one.
        let (few, many): (Vec<Group<'a>>, Vec<Group<'a>>) = by_range
            .into_iter()
            .partition(|group| group.items.len() <= MAX_POINT_READS);
        let alone = few.into_iter().flat_map(Group::apart);
        Ok(many.into_iter().chain(alone).collect())
    }

    fn read<'a>(&'a self, terms: &Terms, group: Group<'a>) -> BoxFuture<'a, Result<Part>> {
        let terms = terms.clone();
        match group.items.as_slice() {
            [(key, id)] => {
                let key = (*key).clone();
                Box::pin(self.read_one(terms, key, id))
            }
            _ => Box::pin(self.query(terms, group)),
        }
    }

    async fn read_one(&self, terms: Terms, key: PartitionKey, id: &str) -> Result<Part> {
        let item = ItemReference::from_name(&self.container, key.clone(), id);
        let mut operation = CosmosOperation::read_item(item);
        if let Some(token) = &self.session_token {
            operation = operation.with_session_token(token.clone());
        }
        match terms.execute(&operation).await {
            Ok(response) => {
                let diagnostics = response.diagnostics();
                let item = response.into_body().single()?;
                Ok(Part::One(key, id.to_owned(), item, diagnostics))
            }
            // 404/1002 is a replica behind, 404/1003 a container that is gone; only 404 alone says that the item is.
            Err(error)
                if error.status().is_not_found()
                    && error.substatus().is_none_or(|code| code.value() == 0) =>
            {
                Ok(Part::Many(
                    Vec::new(),
                    error.diagnostics().into_iter().collect(),
                ))
            }
            Err(error) => Err(error),
        }
    }

    async fn query(&self, terms: Terms, group: Group<'_>) -> Result<Part> {
        let scope = FeedScope::range(group.range.clone());
        let mut request = QueryRequest::new(self.container.clone(), scope, group.query()?);
        request.session_token.clone_from(&self.session_token);
        let mut pager = QueryPager::open(terms, request).await?;
        let (mut items, mut diagnostics) = (Vec::new(), Vec::new());
        while let Some(page) = pager.next_page().await? {
            let (rows, _, attempts) = page.into_parts();
            items.extend(rows);
            diagnostics.push(attempts);
        }
        Ok(Part::Many(items, diagnostics))
    }
}

/// Items of one partition.
struct Group<'a> {
    range: FeedRange,
    definition: PartitionKeyDefinition,
    items: Vec<(&'a PartitionKey, &'a String)>,
}

impl<'a> Group<'a> {
    fn has_room(&self) -> bool {
        self.items.len() < CHUNK
    }

    fn apart(self) -> impl Iterator<Item = Group<'a>> {
        let (range, definition) = (self.range, self.definition);
        self.items.into_iter().map(move |item| Group {
            range: range.clone(),
            definition: definition.clone(),
            items: vec![item],
        })
    }

    /// The query for the items. It may find others, with the id of one and the key of another; those are left out
    /// when the answer is matched.
    fn query(&self) -> Result<SqlQuery> {
        let ids: Vec<&String> = self.items.iter().map(|(_, id)| *id).collect();
        let mut query = SqlQuery::from("SELECT * FROM c WHERE c.id IN (");
        query = with_list(query, "@i", &ids)?.append_text(")");
        if let Some((path, values)) = self.plain_keys() {
            query = query.append_text(&format!(" AND {path} IN ("));
            query = with_list(query, "@k", &values)?.append_text(")");
        }
        Ok(query)
    }

    /// The first level of the keys, when all of them are values that a query can compare with.
    fn plain_keys(&self) -> Option<(String, Vec<Json>)> {
        let path = self.definition.paths().first()?;
        let path: PropertyPath = path.parse().ok()?;
        let mut expression = String::from("c");
        for name in path.segments() {
            // JSON's escapes are those of the query language.
            expression = format!("{expression}[{}]", json!(name));
        }
        let mut values: Vec<&PartitionKeyValue> = Vec::new();
        for (key, _) in &self.items {
            let value = key.values().first()?;
            if value.is_undefined() {
                return None;
            }
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let values = values
            .iter()
            .map(|value| serde_json::from_str(&value.to_string()));
        Some((expression, values.collect::<Result<_, _>>().ok()?))
    }
}

fn with_list<T: serde::Serialize>(
    mut query: SqlQuery,
    prefix: &str,
    values: &[T],
) -> Result<SqlQuery> {
    for (place, value) in values.iter().enumerate() {
        let name = format!("{prefix}{place}");
        let separator = if place == 0 { "" } else { ", " };
        query = query
            .append_text(separator)
            .append_text(&name)
            .with_parameter(name, value)?;
    }
    Ok(query)
}

/// What one request brought.
enum Part {
    One(PartitionKey, String, Bytes, Arc<DiagnosticsContext>),
    Many(Vec<Bytes>, Vec<Arc<DiagnosticsContext>>),
}

struct Found<'a> {
    definition: &'a PartitionKeyDefinition,
    by_name: HashMap<(PartitionKey, String), Bytes>,
    recorder: Recorder,
}

impl Found<'_> {
    fn take(&mut self, part: Part) -> Result<()> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        match part {
            Part::One(key, id, item, diagnostics) => {
                self.recorder.absorb(&diagnostics);
                self.by_name.insert((key, id), item);
            }
            Part::Many(items, diagnostics) => {
                for attempts in diagnostics {
                    self.recorder.absorb(&attempts);
                }
                for item in items {
                    let named: Named = serde_json::from_slice(&item)?;
                    let key = self.definition.extract(&item).map_err(|why| {
                        CosmosError::builder()
                            .with_message("an item came without its partition key")
                            .with_source(why)
                            .build()
                    })?;
                    self.by_name.insert((key, named.id), item);
                }
            }
        }
        Ok(())
    }
}
