//! One voyage of a crew, from a seed.

use std::collections::BTreeSet;
use std::time::Duration;

use cosmokit::models::{ChangeFeedPolicy, ContainerProperties};
use cosmokit::options::{ChangeFeedMode, Region};
use cosmokit::{ContainerClient, CosmosClient};
use cosmokit_engine::Lag;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_server::Gateway;
use futures_util::future::{join, join_all};

use super::mate::Mate;
use super::writer::Writer;
use super::{Entry, Journal, LeaseVersion, Ledger};
use crate::actor::DATABASE;
use crate::schedule::{Menu, Schedule, heal};
use crate::world::{ClientSettings, Front, Lags, World, WorldSettings, sleep};

/// The container that is followed, and split and merged.
pub(super) const ITEMS: &str = "items";

/// The container of leases.
pub(super) const LEASES: &str = "leases";

/// The name of the processor.
pub(super) const PROCESSOR: &str = "crew";

/// For how long containers keep all versions: longer than any voyage.
const RETENTION: Duration = Duration::from_secs(7 * 24 * 3_600);

/// How long after the last trouble everything must have been handled: longer than a client waits for an answer that
/// does not come, and leases last.
const PATIENCE: Duration = Duration::from_secs(300);

/// Clients that are no instances.
const OWNER: u64 = 0;
const WRITERS: u64 = 10;

/// A crew, and what may happen to it.
#[derive(Clone, Debug)]
pub struct Voyage {
    /// What the crew follows.
    pub mode: ChangeFeedMode,
    /// The account's level.
    pub level: ConsistencyLevel,
    /// The account's regions.
    pub regions: &'static [&'static str],
    /// The instances.
    pub crew: u64,
    /// What may happen to the account.
    pub menu: Menu,
    /// For how long it may, and writers write and instances come and go.
    pub length: Duration,
}

/// What was written down on a voyage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoyageLog {
    /// What writers and instances did.
    pub entries: Vec<Entry>,
    /// Every version of every lease, those of one lease in their order.
    pub leases: Vec<LeaseVersion>,
}

impl Voyage {
    /// Three instances in one region whose partitions split and merge.
    pub fn calm(mode: ChangeFeedMode) -> Self {
        Self {
            mode,
            level: ConsistencyLevel::Session,
            regions: &["East US"],
            crew: 3,
            menu: Menu {
                repartitions: 6,
                ..Menu::NOTHING
            },
            length: Duration::from_secs(30),
        }
    }

    /// Three instances over three regions, and everything that may happen to an account without losing acknowledged
    /// writes.
    pub fn stormy(mode: ChangeFeedMode) -> Self {
        Self {
            regions: &["East US", "West Europe", "Southeast Asia"],
            menu: Menu {
                losses: 2,
                clock_jumps: 1,
                repartitions: 6,
                faults: 3,
                lags: 2,
                outages: 1,
                failovers: 2,
                budgets: 1,
                ..Menu::NOTHING
            },
            ..Self::calm(mode)
        }
    }

    /// Plays it from a seed.
    ///
    /// # Panics
    /// When the world cannot be set up.
    pub fn run(&self, seed: u64) -> VoyageLog {
        self.play(self.settings(seed), seed)
    }

    /// Plays it from a seed with somebody before the account, whom the judge should find out.
    ///
    /// # Panics
    /// When the world cannot be set up.
    pub fn run_behind(
        &self,
        seed: u64,
        front: impl FnOnce(&Gateway) -> Front + 'static,
    ) -> VoyageLog {
        self.play(self.settings(seed).front(front), seed)
    }

    fn settings(&self, seed: u64) -> WorldSettings {
        let uniform = |min: u64, max: u64| Lag::Uniform {
            min: Duration::from_millis(min),
            max: Duration::from_millis(max),
        };
        WorldSettings::new(seed)
            .campaign("crew")
            .level(self.level)
            .regions(self.regions)
            .lags(Lags {
                links: uniform(5, 60),
                replicas: uniform(0, 20),
            })
    }

    fn play(&self, settings: WorldSettings, seed: u64) -> VoyageLog {
        let root = crate::world::Seed::root(seed);
        let schedule = Schedule::draw(root, &self.menu, self.length);
        World::simulate(settings, async |world| {
            let owner = found(&world)
                .await
                .expect("nothing disturbs a world that begins");
            let leases = container(&owner, LEASES).await.expect("it was made");
            let ledger = Ledger::open(&leases).await.expect("it keeps all versions");
            let journal = Journal::default();
            self.sail(&world, &schedule, &journal).await;
            VoyageLog {
                entries: journal.entries(),
                leases: ledger.close().await.expect("the trouble is over"),
            }
        })
    }

    async fn sail(&self, world: &World, schedule: &Schedule, journal: &Journal) {
        self.before_the_first(world, journal).await;
        let until = world.elapsed() + self.length;
        let writing = async {
            let mut writers = Vec::new();
            for number in 0..2 {
                let writer = self.writer(world, number, journal.clone()).await;
                writers.extend(writer);
            }
            join_all(writers.into_iter().map(|writer| writer.work(world, until))).await;
        };
        let crew =
            (1..=self.crew).map(|number| self.mate(world, number, journal).sail(world, until));
        let trouble = async {
            join(writing, schedule.play(world, ITEMS)).await;
            sleep(until.saturating_sub(world.elapsed())).await;
            heal(world);
            journal.note("the trouble is over");
        };
        let (crew, ()) = join(join_all(crew), trouble).await;
        let last = world.elapsed() + PATIENCE;
        while world.elapsed() < last && !is_done(journal) {
            sleep(Duration::from_secs(1)).await;
        }
        join_all(crew.iter().map(cosmokit::ChangeFeedProcessor::stop)).await;
    }

    /// All versions are followed from "now" on: the leases are made before the first change is. Latest versions come
    /// from the beginning, whenever the leases are made.
    async fn before_the_first(&self, world: &World, journal: &Journal) {
        if self.mode == ChangeFeedMode::AllVersionsAndDeletes {
            let first = self.mate(world, self.crew + 1, journal);
            drop(first.sail(world, Duration::ZERO).await);
        }
    }

    fn mate(&self, world: &World, number: u64, journal: &Journal) -> Mate {
        Mate {
            number,
            home: home(world, number),
            mode: self.mode,
            journal: journal.clone(),
            rng: world.seed().split("mate", number).rng(),
        }
    }

    async fn writer(
        &self,
        world: &World,
        number: u64,
        journal: Journal,
    ) -> cosmokit::Result<Writer> {
        let settings = ClientSettings::new(WRITERS + number, home(world, 0));
        let client = world.connect(&settings).await?;
        Ok(Writer {
            items: container(&client, ITEMS).await?,
            keys: (0..3).map(|key| format!("key-{number}-{key}")).collect(),
            journal,
            mode: self.mode,
            rng: world.seed().split("writer", number).rng(),
        })
    }
}

/// Makes the containers.
async fn found(world: &World) -> cosmokit::Result<CosmosClient> {
    let client = world
        .connect(&ClientSettings::new(OWNER, home(world, 0)))
        .await?;
    client.create_database(DATABASE, None).await?;
    for (name, key) in [(ITEMS, "/pk"), (LEASES, "/id")] {
        let policy = ChangeFeedPolicy::default().with_retention_duration(RETENTION);
        let properties = ContainerProperties::new(name, key.into()).with_change_feed_policy(policy);
        let database = client.database_client(DATABASE);
        database.create_container(properties, None).await?;
    }
    Ok(client)
}

async fn container(client: &CosmosClient, name: &str) -> cosmokit::Result<ContainerClient> {
    client
        .database_client(DATABASE)
        .container_client(name, None)
        .await
}

fn home(world: &World, number: u64) -> Region {
    let count = world.regions().len().max(1);
    let at = usize::try_from(number).unwrap_or_default() % count;
    let home = world.regions().get(at).cloned();
    home.unwrap_or_else(|| "nowhere".into())
}

/// Whether everything that was acknowledged has been handled.
fn is_done(journal: &Journal) -> bool {
    let entries = journal.entries();
    let handled: BTreeSet<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Handled { key, number, .. } => Some((key, number)),
            _ => None,
        })
        .collect();
    entries.iter().all(|entry| match entry {
        Entry::Wrote { key, number } => handled.contains(&(key, number)),
        _ => true,
    })
}
