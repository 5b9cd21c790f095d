//! One seed: documents, two accounts, and queries that are asked in every way.

use std::fmt;
use std::num::NonZeroU32;

use cosmokit::feed::{ContinuationToken, QueryPageIterator};
use cosmokit::models::{ContainerProperties, PartitionKeyDefinition};
use cosmokit::options::{MaxItemCountHint, QueryOptions, QueryPlanMode};
use cosmokit::{ContainerClient, FeedScope, Query, Result};
use cosmokit_engine::SplitPoint;
use cosmokit_engine::request::ContainerAddress;
use fastrand::Rng;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{GeneratedQuery, RowOrder, documents, grammar, reference, rows};
use crate::LocalAccount;

/// Queries of a trial.
const QUERIES: u32 = 12;
/// Names of the database and of the containers: with all indexes, and without any that a query does not insist on.
const DATABASE: &str = "db";
const INDEXED: &str = "indexed";
const BARE: &str = "bare";
/// Pages that a query has at most when it is read page by page; what is left is read at once.
const PAGES: usize = 12;

/// What a trial did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Queries that were asked.
    pub queries: u32,
    /// Those that have rows.
    pub with_rows: u32,
    /// Those that are refused, everywhere.
    pub refused: u32,
    /// Answers that were compared.
    pub answers: u32,
    /// Pages that a new client read from a token.
    pub resumed: u32,
    /// Splits between pages.
    pub splits: u32,
}

impl std::ops::AddAssign for Played {
    fn add_assign(&mut self, other: Self) {
        self.queries += other.queries;
        self.with_rows += other.with_rows;
        self.refused += other.refused;
        self.answers += other.answers;
        self.resumed += other.resumed;
        self.splits += other.splits;
    }
}

/// Two answers to one query that differ.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The seed of the trial.
    pub seed: u64,
    /// How the query was asked.
    pub way: String,
    /// The query.
    pub query: GeneratedQuery,
    /// What the reference gives.
    pub wanted: String,
    /// What was answered.
    pub found: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            way,
            query,
            wanted,
            found,
        } = self;
        writeln!(f, "{way}\n  {}", query.text)?;
        for (name, value) in &query.parameters {
            writeln!(f, "  {name} = {value}")?;
        }
        write!(
            f,
            "  wanted {wanted}\n  found  {found}\nplay it again: just queries {seed}"
        )
    }
}

impl std::error::Error for Disagreement {}

/// An answer: rows, or the status of a refusal and what it says.
type Answer = std::result::Result<Vec<Value>, (u16, String)>;

/// Plays the trial of a seed.
///
/// # Errors
/// The first [`Disagreement`].
///
/// # Panics
/// When an account cannot be set up.
///
/// # Cancel safety
/// May be dropped at any point.
pub async fn play(seed: u64) -> std::result::Result<Played, Box<Disagreement>> {
    let mut rng = Rng::with_seed(seed);
    let count = rng.usize(20..60);
    let documents: Vec<Value> = (0..count)
        .map(|number| documents::document(&mut rng, number))
        .collect();
    let partitions = rng.u32(2..9);
    let one = Stage::set(1, &documents)
        .await
        .expect("the account takes the documents");
    let many = Stage::set(partitions, &documents)
        .await
        .expect("the account takes the documents");
    let mut trial = Trial {
        seed,
        rng,
        documents,
        one,
        many,
        played: Played::default(),
    };
    for _ in 0..QUERIES {
        Box::pin(trial.ask_one()).await?;
    }
    Ok(trial.played)
}

/// An account with two containers of the same documents.
struct Stage {
    local: LocalAccount,
    indexed: ContainerClient,
    bare: ContainerClient,
}

impl Stage {
    async fn set(partitions: u32, documents: &[Value]) -> Result<Self> {
        let partitions = NonZeroU32::new(partitions).unwrap_or(NonZeroU32::MIN);
        let local = LocalAccount::builder()
            .partitions_per_container(partitions)
            .start()
            .await?;
        local.client().create_database(DATABASE, None).await?;
        let database = local.client().database_client(DATABASE);
        for properties in [indexed(), bare()] {
            database.create_container(properties, None).await?;
        }
        let containers = (
            database.container_client(INDEXED, None).await?,
            database.container_client(BARE, None).await?,
        );
        let (indexed, bare) = containers;
        for document in documents {
            let text = |name: &str| {
                document
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            for container in [&indexed, &bare] {
                container
                    .create_item(text("pk"), text("id"), document, None)
                    .await?;
            }
        }
        Ok(Self {
            local,
            indexed,
            bare,
        })
    }

    /// Splits one of the partitions; whether there was one to split.
    fn split(&self, rng: &mut Rng) -> bool {
        let address = ContainerAddress::new(DATABASE, INDEXED);
        let Ok(partitions) = self.local.account().partitions(&address) else {
            return false;
        };
        let place = rng.usize(..partitions.len().max(1));
        partitions.get(place).is_some_and(|partition| {
            let id = partition.id.to_string();
            self.local
                .account()
                .split(&address, &id, &SplitPoint::Middle)
                .is_ok()
        })
    }
}

/// A container with an index on every path, and those of two keys that queries order by.
fn indexed() -> ContainerProperties {
    let composite = |key: &str, order: &str| json!([{"path": format!("/{key}")}, {"path": "/n", "order": order}]);
    let composites: Vec<Value> = documents::MIXED
        .iter()
        .flat_map(|key| [composite(key, "ascending"), composite(key, "descending")])
        .collect();
    properties(
        INDEXED,
        &json!({"includedPaths": [{"path": "/*"}], "compositeIndexes": composites}),
    )
}

/// A container in which every query is a scan.
fn bare() -> ContainerProperties {
    properties(BARE, &json!({"indexingMode": "none", "automatic": false}))
}

fn properties(name: &str, policy: &Value) -> ContainerProperties {
    let document = json!({"id": name, "partitionKey": {"paths": ["/pk"], "version": 2}, "indexingPolicy": policy});
    serde_json::from_value(document).expect("the policies are well formed")
}

struct Trial {
    seed: u64,
    rng: Rng,
    documents: Vec<Value>,
    one: Stage,
    many: Stage,
    played: Played,
}

impl Trial {
    async fn ask_one(&mut self) -> std::result::Result<(), Box<Disagreement>> {
        let mut query = grammar::query(&mut self.rng);
        let mut wanted = self.reference(&query);
        if self.rng.u8(..8) == 0 {
            // What is still a query is another one, of which it is not known how its rows are compared.
            let mangled = grammar::mangled(&mut self.rng, &query);
            let refused = self.reference(&mangled);
            if refused.is_err() {
                (query, wanted) = (mangled, refused);
            }
        }
        let all = match &query.order {
            RowOrder::SomeOf(text) => self.reference(&GeneratedQuery {
                text: text.clone(),
                ..query.clone()
            }),
            _ => Ok(Vec::new()),
        };
        self.played.queries += 1;
        match &wanted {
            Ok(rows) => self.played.with_rows += u32::from(!rows.is_empty()),
            Err(_) => self.played.refused += 1,
        }
        let expected = Expected {
            query: &query,
            wanted,
            all: all.unwrap_or_default(),
        };
        let (one, many) = (self.one.indexed.clone(), self.many.indexed.clone());
        self.check(
            &expected,
            "one partition",
            &whole(&one, &query, QueryOptions::default()).await,
        )?;
        let gateway = QueryOptions::default().with_query_plan_mode(QueryPlanMode::GatewayOnly);
        self.check(
            &expected,
            "several partitions",
            &whole(&many, &query, QueryOptions::default()).await,
        )?;
        self.check(
            &expected,
            "several partitions, planned by the gateway",
            &whole(&many, &query, gateway).await,
        )?;
        for (way, container) in [
            ("one partition, no index", self.one.bare.clone()),
            ("several partitions, no index", self.many.bare.clone()),
        ] {
            let answer = whole(
                &container,
                &query,
                QueryOptions::default().with_enable_scan(true),
            )
            .await;
            if !needs_an_index(&answer) {
                self.check(&expected, way, &answer)?;
            }
        }
        let (size, splits_at) = (
            [1, 2, 3, 7, 20]
                .get(self.rng.usize(..5))
                .copied()
                .unwrap_or(1),
            self.rng.usize(..PAGES),
        );
        let (answer, way) = self.by_pages(&query, size, splits_at).await;
        self.check(&expected, &way, &answer)
    }

    fn reference(&self, query: &GeneratedQuery) -> Answer {
        let key: PartitionKeyDefinition = "/pk".into();
        reference::rows(query, &indexed(), &key, &self.documents)
            .map_err(|error| (400, error.to_message()))
    }

    fn check(
        &mut self,
        expected: &Expected<'_>,
        way: &str,
        found: &Answer,
    ) -> std::result::Result<(), Box<Disagreement>> {
        self.played.answers += 1;
        let agree = match (&expected.wanted, found) {
            (Ok(wanted), Ok(found)) => {
                rows::agree(&expected.query.order, wanted, found, &expected.all)
            }
            (Err((wanted, _)), Err((found, _))) => wanted == found,
            _ => false,
        };
        if agree {
            return Ok(());
        }
        Err(Box::new(Disagreement {
            seed: self.seed,
            way: way.to_owned(),
            query: expected.query.clone(),
            wanted: told(&expected.wanted),
            found: told(found),
        }))
    }

    /// All rows, each page read by a client of its own that knows nothing but the token; at one of them, a partition is
    /// split.
    async fn by_pages(
        &mut self,
        query: &GeneratedQuery,
        size: u32,
        splits_at: usize,
    ) -> (Answer, String) {
        let mut way = format!("by {size} rows");
        let mut rows = Vec::new();
        let mut token: Option<ContinuationToken> = None;
        for number in 0.. {
            if number == splits_at && self.many.split(&mut self.rng) {
                self.played.splits += 1;
                way = format!("{way}, split before page {number}");
            }
            // A query of many pages is read to its end at once.
            let rows_wanted = if number < PAGES { size } else { 1_000 };
            match Box::pin(page(&self.many.local, query, rows_wanted, token.take())).await {
                Ok((read, next)) => {
                    rows.extend(read);
                    let Some(next) = next else { break };
                    token = Some(next);
                    self.played.resumed += 1;
                }
                Err(error) => return (Err(error), way),
            }
        }
        (Ok(rows), way)
    }
}

/// What is expected of every answer.
struct Expected<'q> {
    query: &'q GeneratedQuery,
    wanted: Answer,
    /// The rows of the query without its window.
    all: Vec<Value>,
}

fn asked(query: &GeneratedQuery) -> Query {
    let mut asked = Query::from(query.text.as_str());
    for (name, value) in &query.parameters {
        asked = asked
            .with_parameter(name.as_str(), value)
            .expect("a JSON value is a parameter");
    }
    asked
}

fn size(options: QueryOptions, rows: u32) -> QueryOptions {
    options.with_max_item_count(
        NonZeroU32::new(rows)
            .map(MaxItemCountHint::Limit)
            .unwrap_or_default(),
    )
}

async fn whole(
    container: &ContainerClient,
    query: &GeneratedQuery,
    options: QueryOptions,
) -> Answer {
    let scope = FeedScope::full_container();
    let read = async {
        let rows = Box::pin(container.query_items::<Value>(
            asked(query),
            scope,
            Some(size(options, 1_000)),
        ))
        .await?;
        rows.try_collect().await
    };
    read.await.map_err(|error| refusal(&error))
}

/// One page by a client that is new, and the token behind it.
async fn page(
    local: &LocalAccount,
    query: &GeneratedQuery,
    rows: u32,
    token: Option<ContinuationToken>,
) -> std::result::Result<(Vec<Value>, Option<ContinuationToken>), (u16, String)> {
    let read = async {
        let client = local.new_client().await?;
        let container = client
            .database_client(DATABASE)
            .container_client(INDEXED, None)
            .await?;
        let mut options = size(QueryOptions::default(), rows);
        if let Some(token) = token {
            // Through text, as between processes.
            let token = ContinuationToken::from_string(token.as_str());
            options = options.with_continuation_token(token);
        }
        let scope = FeedScope::full_container();
        let rows =
            Box::pin(container.query_items::<Value>(asked(query), scope, Some(options))).await?;
        let mut pages: QueryPageIterator<Value> = rows.into_pages();
        match pages.try_next().await? {
            Some(page) => Ok((page.into_items(), Some(pages.to_continuation_token()?))),
            None => Ok((Vec::new(), None)),
        }
    };
    read.await.map_err(|error| refusal(&error))
}

fn refusal(error: &cosmokit::CosmosError) -> (u16, String) {
    (error.status().status_code().as_u16(), error.to_string())
}

/// Whether a query is refused because it needs an index, as it may be.
fn needs_an_index(answer: &Answer) -> bool {
    let says = |text: &str| {
        text.contains("composite index")
            || text.contains("order-by item is excluded")
            || text.contains("scan")
    };
    matches!(answer, Err((400, text)) if says(text))
}

fn told(answer: &Answer) -> String {
    match answer {
        Ok(rows) => format!(
            "{} rows: {:.1500}",
            rows.len(),
            Value::from(rows.clone()).to_string()
        ),
        Err((status, text)) => format!("{status}: {text:.600}"),
    }
}
