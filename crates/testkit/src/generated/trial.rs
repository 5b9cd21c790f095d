//! One seed: documents, two accounts, and queries that are asked in every way.

use std::fmt;
use std::num::NonZeroU32;

use cosmokit::feed::ContinuationToken;
use cosmokit::options::{QueryOptions, QueryPlanMode};
use cosmokit::{ContainerClient, Result};
use cosmokit_engine::SplitPoint;
use cosmokit_engine::request::ContainerAddress;
use fastrand::Rng;
use serde_json::Value;

use super::asking::{Answer, PageAnswer, needs_an_index, page, refusal, whole};
use super::containers::{BARE, DATABASE, INDEXED, PARTIAL, Policies};
use super::elsewhere::{Elsewhere, PageQuestion};
use super::expected::Expected;
use super::{GeneratedQuery, documents};
use crate::{LocalAccount, Wire};

/// Queries of a trial.
const QUERIES: u32 = 12;
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
    Box::pin(Trial::play(seed, None)).await
}

/// Plays the trial of a seed, in which `elsewhere` reads the pages of queries that are read page by page: in processes of
/// their own, over HTTP.
///
/// # Errors
/// The first [`Disagreement`].
///
/// # Panics
/// When an account cannot be set up.
///
/// # Cancel safety
/// May be dropped at any point.
pub async fn play_elsewhere(
    seed: u64,
    elsewhere: Elsewhere<'_>,
) -> std::result::Result<Played, Box<Disagreement>> {
    Box::pin(Trial::play(seed, Some(elsewhere))).await
}

/// An account with containers of the same documents.
struct Stage {
    local: LocalAccount,
    indexed: ContainerClient,
    partial: ContainerClient,
    bare: ContainerClient,
}

impl Stage {
    async fn set(
        wire: Wire,
        partitions: u32,
        policies: &Policies,
        documents: &[Value],
    ) -> Result<Self> {
        let partitions = NonZeroU32::new(partitions).unwrap_or(NonZeroU32::MIN);
        let local = LocalAccount::builder()
            .over(wire)
            .partitions_per_container(partitions)
            .start()
            .await?;
        local.client().create_database(DATABASE, None).await?;
        let database = local.client().database_client(DATABASE);
        for properties in [policies.indexed(), policies.partial(), policies.bare()] {
            database.create_container(properties, None).await?;
        }
        let stage = Self {
            indexed: database.container_client(INDEXED, None).await?,
            partial: database.container_client(PARTIAL, None).await?,
            bare: database.container_client(BARE, None).await?,
            local,
        };
        for document in documents {
            let (key, id) = documents::place(document);
            for container in [&stage.indexed, &stage.partial, &stage.bare] {
                container.create_item(key, id, document, None).await?;
            }
        }
        Ok(stage)
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

struct Trial<'e> {
    seed: u64,
    rng: Rng,
    policies: Policies,
    documents: Vec<Value>,
    one: Stage,
    many: Stage,
    elsewhere: Option<Elsewhere<'e>>,
    played: Played,
}

impl<'e> Trial<'e> {
    async fn play(
        seed: u64,
        elsewhere: Option<Elsewhere<'e>>,
    ) -> std::result::Result<Played, Box<Disagreement>> {
        let mut rng = Rng::with_seed(seed);
        let count = rng.usize(20..60);
        let documents: Vec<Value> = (0..count)
            .map(|number| documents::document(&mut rng, number))
            .collect();
        let policies = Policies::draw(&mut rng);
        let partitions = rng.u32(2..9);
        let wire = match elsewhere {
            Some(_) => Wire::Http1,
            None => Wire::InProcess,
        };
        let one = Stage::set(Wire::InProcess, 1, &policies, &documents)
            .await
            .expect("the account takes the documents");
        let many = Stage::set(wire, partitions, &policies, &documents)
            .await
            .expect("the account takes the documents");
        let mut trial = Trial {
            seed,
            rng,
            policies,
            documents,
            one,
            many,
            elsewhere,
            played: Played::default(),
        };
        for _ in 0..QUERIES {
            Box::pin(trial.ask_one()).await?;
        }
        Ok(trial.played)
    }

    async fn ask_one(&mut self) -> std::result::Result<(), Box<Disagreement>> {
        let expected = Expected::draw(&mut self.rng, &self.policies, &self.documents);
        let query = &expected.query;
        self.played.queries += 1;
        match &expected.wanted {
            Ok(rows) => self.played.with_rows += u32::from(!rows.is_empty()),
            Err(_) => self.played.refused += 1,
        }
        let plain = QueryOptions::default();
        let gateway = plain
            .clone()
            .with_query_plan_mode(QueryPlanMode::GatewayOnly);
        for (way, container, options) in [
            ("one partition", &self.one.indexed, &plain),
            ("several partitions", &self.many.indexed, &plain),
            (
                "several partitions, planned by the gateway",
                &self.many.indexed,
                &gateway,
            ),
        ] {
            let answer = whole(container, query, options.clone()).await;
            self.played.answers += 1;
            expected.check(self.seed, way, &answer)?;
        }
        let scan = plain.with_enable_scan(true);
        for (way, container) in [
            ("one partition, no index", &self.one.bare),
            ("several partitions, no index", &self.many.bare),
            ("one partition, some indexes", &self.one.partial),
            ("several partitions, some indexes", &self.many.partial),
        ] {
            let answer = whole(container, query, scan.clone()).await;
            if !needs_an_index(&answer) {
                self.played.answers += 1;
                expected.check(self.seed, way, &answer)?;
            }
        }
        let (size, splits_at) = (
            [1, 2, 3, 7, 20]
                .get(self.rng.usize(..5))
                .copied()
                .unwrap_or(1),
            self.rng.usize(..PAGES),
        );
        let (answer, way) = self.by_pages(query, size, splits_at).await;
        self.played.answers += 1;
        expected.check(self.seed, &way, &answer)
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
            match Box::pin(self.page(query, rows_wanted, token.take())).await {
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

    /// One page, read by a new client or a new process.
    async fn page(
        &self,
        query: &GeneratedQuery,
        rows: u32,
        token: Option<ContinuationToken>,
    ) -> PageAnswer {
        let local = &self.many.local;
        if let Some(elsewhere) = self.elsewhere {
            let question = PageQuestion::of(local, query, rows, token.as_ref());
            return elsewhere(question).await.answer();
        }
        let container = stranger(local).await.map_err(|error| refusal(&error))?;
        page(&container, query, rows, token).await
    }
}

/// The container, for a client that knows nothing yet.
async fn stranger(local: &LocalAccount) -> Result<ContainerClient> {
    let client = local.new_client().await?;
    client
        .database_client(DATABASE)
        .container_client(INDEXED, None)
        .await
}
