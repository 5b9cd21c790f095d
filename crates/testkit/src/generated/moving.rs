//! One seed in a world that moves: regions behind each other, replicas behind their leaders, items written between
//! queries, partitions that are split and merged while pages are read, each page perhaps by a stranger in another region
//! who has the reader's session token and the continuation, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit::feed::ContinuationToken;
use cosmokit::session::Session;
use cosmokit::{ContainerClient, Result};
use cosmokit_engine::request::ContainerAddress;
use cosmokit_engine::{Lag, Repartition, RepartitionPhase, SplitPoint, WriteMode};
use cosmokit_protocol::wire::region::Region;
use fastrand::Rng;
use futures_util::future::join;
use serde_json::{Value, json};

use super::asking::{Answer, page, refusal};
use super::containers::{DATABASE, INDEXED, Policies};
use super::expected::Expected;
use super::{Disagreement, GeneratedQuery, Played, RowOrder, documents};
use crate::world::{ClientSettings, Lags, World, WorldSettings, sleep};

/// Times that items are written and a query is asked.
const ROUNDS: u32 = 10;
/// Partitions beyond which none is split.
const MAX_PARTITIONS: usize = 9;
/// Pages of one query that are read one by one; what is left is read at once.
const PAGES: usize = 16;

/// Plays the trial of a seed in a world of its own, in virtual time.
///
/// # Errors
/// The first [`Disagreement`].
///
/// # Panics
/// When the world cannot be set up, or inside a tokio runtime.
pub fn play_moving(seed: u64) -> std::result::Result<Played, Box<Disagreement>> {
    let mut rng = Rng::with_seed(seed);
    let settings = settings(seed, &mut rng);
    World::simulate(settings, async |world| {
        let mut trial = Box::pin(Trial::begin(seed, rng, world))
            .await
            .expect("the world takes a container and documents");
        for _ in 0..ROUNDS {
            Box::pin(trial.round()).await?;
        }
        Ok(trial.played)
    })
}

fn settings(seed: u64, rng: &mut Rng) -> WorldSettings {
    let regions = ["East US", "West Europe", "Southeast Asia"];
    let upto = |rng: &mut Rng, most: u64| Lag::Uniform {
        min: Duration::ZERO,
        max: Duration::from_millis(rng.u64(1..most)),
    };
    let lags = Lags {
        links: upto(rng, 400),
        replicas: upto(rng, 50),
    };
    let write_mode = if rng.bool() {
        WriteMode::Single
    } else {
        WriteMode::Multi
    };
    let partitions = NonZeroU32::new(rng.u32(1..6)).unwrap_or(NonZeroU32::MIN);
    let count = rng.usize(1..=regions.len());
    WorldSettings::new(seed)
        .regions(regions.get(..count).unwrap_or(&regions))
        .write_mode(write_mode)
        .lags(lags)
        .account(|account| account.partitions_per_container(partitions))
}

struct Trial {
    seed: u64,
    rng: Rng,
    world: World,
    policies: Policies,
    session: Session,
    container: ContainerClient,
    /// What the reader has written, by id.
    documents: BTreeMap<String, Value>,
    /// Items that no comparison is about: their keys and ids.
    others: BTreeSet<(String, String)>,
    /// Documents that there have been.
    drawn: usize,
    strangers: u64,
    played: Played,
}

impl Trial {
    async fn begin(seed: u64, mut rng: Rng, world: World) -> Result<Self> {
        let policies = Policies::draw(&mut rng);
        let home = pick_region(&mut rng, &world);
        let client = world.connect(&ClientSettings::new(0, home)).await?;
        client.create_database(DATABASE, None).await?;
        let database = client.database_client(DATABASE);
        database.create_container(policies.indexed(), None).await?;
        let session = Session::new();
        let container = database
            .container_client(INDEXED, None)
            .await?
            .in_session(&session);
        let mut trial = Self {
            seed,
            rng,
            world,
            policies,
            session,
            container,
            documents: BTreeMap::new(),
            others: BTreeSet::new(),
            drawn: 0,
            strangers: 0,
            played: Played::default(),
        };
        for _ in 0..trial.rng.usize(10..35) {
            trial.create().await?;
        }
        Ok(trial)
    }

    /// Writes some items, and asks two queries while partitions change.
    async fn round(&mut self) -> std::result::Result<(), Box<Disagreement>> {
        for _ in 0..self.rng.u8(..6) {
            let written = Box::pin(self.write()).await;
            written.expect("a world without losses takes writes");
        }
        let documents: Vec<Value> = self.documents.values().cloned().collect();
        let expected = Expected::draw(&mut self.rng, &self.policies, &documents);
        self.played.queries += 1;
        match &expected.wanted {
            Ok(rows) => self.played.with_rows += u32::from(!rows.is_empty()),
            Err(_) => self.played.refused += 1,
        }
        let (answer, way) = Box::pin(self.read(&expected.query, Between::Nothing)).await;
        self.played.answers += 1;
        expected.check(self.seed, &way, &answer)?;
        Box::pin(self.read_under_writes(&documents)).await
    }

    async fn create(&mut self) -> Result<()> {
        let document = documents::document(&mut self.rng, self.drawn);
        self.drawn += 1;
        let (key, id) = documents::place(&document);
        self.container.create_item(key, id, &document, None).await?;
        self.documents.insert(id.to_owned(), document);
        Ok(())
    }

    /// Creates, replaces or deletes an item.
    async fn write(&mut self) -> Result<()> {
        let known: Vec<&String> = self.documents.keys().collect();
        let choice = known.get(self.rng.usize(..known.len().max(1)));
        let Some(id) = choice
            .map(|id| (*id).clone())
            .filter(|_| self.rng.u8(..3) > 0)
        else {
            return self.create().await;
        };
        let old = self.documents.remove(&id).unwrap_or_default();
        let (key, _) = documents::place(&old);
        if self.rng.u8(..3) == 0 {
            self.container.delete_item(key, &id, None).await?;
            return Ok(());
        }
        let mut new = documents::document(&mut self.rng, self.drawn);
        if let (Some(members), Some(old)) = (new.as_object_mut(), old.as_object()) {
            for name in ["id", "pk", "n"] {
                members.insert(name.to_owned(), old.get(name).cloned().unwrap_or_default());
            }
        }
        self.container.replace_item(key, &id, &new, None).await?;
        self.documents.insert(id, new);
        Ok(())
    }

    /// Items that nobody touches come once each, and in order, whatever happens to others between the pages.
    async fn read_under_writes(
        &mut self,
        documents: &[Value],
    ) -> std::result::Result<(), Box<Disagreement>> {
        let texts = [
            ("SELECT c.id, c.a FROM c", None),
            (
                "SELECT c.id, c.a FROM c WHERE c.n < 1000000 AND IS_DEFINED(c.o)",
                None,
            ),
            ("SELECT c.id, c.a FROM c ORDER BY c.a", Some("a")),
            ("SELECT c.id, c.b FROM c ORDER BY c.b DESC", Some("b")),
            (
                "SELECT c.id, c.n FROM c WHERE c.n < 10 ORDER BY c.n",
                Some("n"),
            ),
        ];
        let choice = texts.get(self.rng.usize(..texts.len())).copied();
        let Some((text, key)) = choice else {
            return Ok(());
        };
        let query = GeneratedQuery {
            text: text.to_owned(),
            parameters: Vec::new(),
            order: key.map_or(RowOrder::Any, |key| RowOrder::By(vec![key])),
        };
        let expected = Expected::of(query, &self.policies, documents);
        let (answer, way) = Box::pin(self.read(&expected.query, Between::Writes)).await;
        while Box::pin(self.clear_one())
            .await
            .expect("an item that was written can be deleted")
        {}
        let still = |row: &Value| {
            row.get("id")
                .and_then(Value::as_str)
                .is_some_and(|id| id.starts_with('d'))
        };
        let answer = answer.map(|rows| rows.into_iter().filter(still).collect());
        self.played.answers += 1;
        let way = format!("{way}, others written in between");
        expected.check(self.seed, &way, &answer)
    }

    /// All rows by pages, while partitions are split and merged.
    async fn read(&mut self, query: &GeneratedQuery, between: Between) -> (Answer, String) {
        let size = [1, 2, 3, 7, 20]
            .get(self.rng.usize(..5))
            .copied()
            .unwrap_or(1);
        let mut way = format!("in a moving world, by {size} rows");
        let mut rows = Vec::new();
        let mut token: Option<ContinuationToken> = None;
        for number in 0.. {
            let wanted = if number < PAGES { size } else { 1_000 };
            let container = match Box::pin(self.reader()).await {
                Ok(container) => container,
                Err(error) => return (Err(refusal(&error)), way),
            };
            let moves = Moves::draw(&mut self.rng);
            let read = page(&container, query, wanted, token.take());
            let (read, change) = join(Box::pin(read), Box::pin(moves.play(&self.world))).await;
            if let Some(change) = change {
                way = format!("{way}, {change} at page {number}");
                self.played.splits += 1;
            }
            match read {
                Ok((read, next)) => {
                    rows.extend(read);
                    let Some(next) = next else { break };
                    token = Some(next);
                    self.played.resumed += 1;
                }
                Err(error) => return (Err(error), way),
            }
            if between == Between::Writes {
                let written = Box::pin(self.disturb()).await;
                written.expect("a world without losses takes writes");
            }
        }
        (Ok(rows), way)
    }

    /// Writes an item that no comparison is about, or takes it away.
    async fn disturb(&mut self) -> Result<()> {
        let id = format!("x{}", self.rng.u8(..4));
        let key = documents::key(&mut self.rng);
        let mut document = documents::document(&mut self.rng, 0);
        if let Some(members) = document.as_object_mut() {
            members.insert("id".to_owned(), json!(id));
            members.insert("pk".to_owned(), json!(key));
        }
        self.container
            .upsert_item(&key, &id, &document, None)
            .await?;
        self.others.insert((key, id));
        if self.rng.bool() {
            self.clear_one().await?;
        }
        Ok(())
    }

    /// Takes away one of the items that no comparison is about; whether there was one.
    async fn clear_one(&mut self) -> Result<bool> {
        let Some((key, id)) = self.others.pop_first() else {
            return Ok(false);
        };
        self.container.delete_item(&key, &id, None).await?;
        Ok(true)
    }

    /// Who reads the next page: the writer, or a stranger in some region with what the writer's session has seen.
    async fn reader(&mut self) -> Result<ContainerClient> {
        if self.rng.bool() {
            return Ok(self.container.clone());
        }
        self.strangers += 1;
        let home = pick_region(&mut self.rng, &self.world);
        let settings = ClientSettings::new(self.strangers, home);
        let client = self.world.connect(&settings).await?;
        let session = Session::new();
        for entry in self.session.export() {
            session.import(&entry);
        }
        let database = client.database_client(DATABASE);
        let container = database.container_client(INDEXED, None).await?;
        Ok(container.in_session(&session))
    }
}

/// What happens between two pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Nothing,
    Writes,
}

fn pick_region(rng: &mut Rng, world: &World) -> Region {
    let regions = world.regions();
    let choice = regions.get(rng.usize(..regions.len().max(1)));
    choice.cloned().unwrap_or(Region::EAST_US)
}

/// What becomes of the partitions while a page is read.
#[derive(Clone, Copy, Debug)]
struct Moves {
    kind: Kind,
    /// Which partition, modulo their count.
    at: usize,
    /// Before each step.
    pauses: [Duration; 3],
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    None,
    Split,
    Merge,
    Abort,
}

impl Moves {
    fn draw(rng: &mut Rng) -> Self {
        let pause = |rng: &mut Rng| Duration::from_micros(rng.u64(0..40_000));
        Self {
            kind: match rng.u8(..6) {
                0 => Kind::Split,
                1 => Kind::Merge,
                2 => Kind::Abort,
                _ => Kind::None,
            },
            at: rng.usize(..64),
            pauses: [pause(rng), pause(rng), pause(rng)],
        }
    }

    /// Begins, copies and completes, with time in between; what was done, when something was.
    async fn play(self, world: &World) -> Option<&'static str> {
        let [before, copying, publishing] = self.pauses;
        sleep(before).await;
        let mut repartition = self.begin(world)?;
        sleep(copying).await;
        repartition.step();
        sleep(publishing).await;
        if matches!(self.kind, Kind::Abort) {
            repartition.abort();
            return Some("a split given up");
        }
        while repartition.step() != RepartitionPhase::Completed {}
        Some(if matches!(self.kind, Kind::Merge) {
            "a merge"
        } else {
            "a split"
        })
    }

    fn begin(self, world: &World) -> Option<Repartition> {
        let address = ContainerAddress::new(DATABASE, INDEXED);
        let partitions = world.account().partitions(&address).ok()?;
        let ids: Vec<String> = partitions.iter().map(|it| it.id.to_string()).collect();
        let begun = match self.kind {
            Kind::None => return None,
            Kind::Split | Kind::Abort if ids.len() >= MAX_PARTITIONS => return None,
            Kind::Split | Kind::Abort => {
                let id = ids.get(self.at % ids.len().max(1))?;
                world
                    .account()
                    .begin_split(&address, id, &SplitPoint::Middle)
            }
            Kind::Merge => {
                let [one, two] = ids
                    .windows(2)
                    .nth(self.at % ids.len().saturating_sub(1).max(1))?
                else {
                    return None;
                };
                world.account().begin_merge(&address, [one, two])
            }
        };
        begun.ok()
    }
}
