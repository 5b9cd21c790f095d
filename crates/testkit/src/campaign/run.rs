//! One run of a campaign, from a seed.

use std::time::Duration;

use cosmokit_engine::{Staleness, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_server::Gateway;
use futures_util::future::{join, join_all};

use super::cast::{self, ITEMS, PARTITIONS};
use crate::actor::Part;
use crate::history::{History, Impact};
use crate::judge::{Scope, StalenessBound};
use crate::schedule::{Menu, Schedule, heal};
use crate::workload::{Pace, Player};
use crate::world::{ClientSettings, Front, Lags, World, WorldSettings, sleep};

/// How long after the last trouble clients may take to notice that it is over: longer than they wait for an answer.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long everybody goes on working after that.
const QUIET: Duration = Duration::from_secs(1);

/// How long replication may take to catch up when nobody writes.
const SETTLING: Duration = Duration::from_secs(30);

/// Actors whose numbers no cast reaches.
const AUDITORS: u32 = 10_000;

/// A campaign: which world, who acts, what may happen to it.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Its name, under which it is replayed.
    pub name: &'static str,
    /// The account's level.
    pub level: ConsistencyLevel,
    /// A weaker level that some actors ask for.
    pub weaker: Option<ConsistencyLevel>,
    /// The account's regions.
    pub regions: &'static [&'static str],
    /// Whether one region takes writes or all do.
    pub write_mode: WriteMode,
    /// The usual lags.
    pub lags: Lags,
    /// What may happen.
    pub menu: Menu,
    /// For how long it may.
    pub length: Duration,
    /// The bound of bounded staleness.
    pub bound: StalenessBound,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was done to the account.
    pub schedule: Schedule,
    /// What happened.
    pub history: History,
}

impl Campaign {
    /// Plays the campaign from a seed.
    ///
    /// # Panics
    /// When the world cannot be set up.
    pub fn run(&self, seed: u64) -> Run {
        let settings = self.settings(seed);
        let root = crate::world::Seed::root(seed);
        let schedule = Schedule::draw(root, &self.menu, self.length);
        self.run_schedule(settings, schedule)
    }

    /// Plays the campaign from a seed with another schedule.
    ///
    /// # Panics
    /// When the world cannot be set up.
    pub fn run_with(&self, seed: u64, schedule: &Schedule) -> Run {
        self.run_schedule(self.settings(seed), schedule.clone())
    }

    /// Plays the campaign from a seed with somebody before the account, whom the judges should find out.
    ///
    /// # Panics
    /// When the world cannot be set up.
    pub fn run_behind(&self, seed: u64, front: impl FnOnce(&Gateway) -> Front + 'static) -> Run {
        let root = crate::world::Seed::root(seed);
        let schedule = Schedule::draw(root, &self.menu, self.length);
        self.run_schedule(self.settings(seed).front(front), schedule)
    }

    fn settings(&self, seed: u64) -> WorldSettings {
        let settings = WorldSettings::new(seed);
        let settings = if self.menu.write_modes > 0 {
            settings.switching_write_mode()
        } else {
            settings
        };
        settings
            .campaign(self.name)
            .level(self.level)
            .regions(self.regions)
            .write_mode(self.write_mode)
            .lags(self.lags)
            .account(|account| {
                account.staleness(Staleness {
                    versions: self.bound.versions.into(),
                    interval: self.bound.age,
                })
            })
    }

    fn run_schedule(&self, settings: WorldSettings, schedule: Schedule) -> Run {
        let history = World::simulate(settings, async |world| {
            self.play(&world, &schedule).await;
            world.recorder().history()
        });
        Run { schedule, history }
    }

    /// Trouble, then quiet, then the auditors.
    async fn play(&self, world: &World, schedule: &Schedule) {
        let mut players = cast::enter(world, self.weaker)
            .await
            .expect("nothing disturbs a world before the schedule begins");
        let busy = pace(world, self.length);
        let work = join_all(players.iter_mut().map(|player| player.work(&busy)));
        join(work, schedule.play(world, ITEMS)).await;
        heal(world);
        sleep(PATIENCE).await;
        let recorder = world.recorder();
        recorder.disturb("the trouble is over", Impact::Healed);
        let calm = pace(world, QUIET);
        let honest = players.iter_mut().filter(|player| player.is_honest());
        join_all(honest.map(|player| player.work(&calm))).await;
        sleep(SETTLING).await;
        recorder.disturb("all is quiet", Impact::Settled);
        for player in &mut players {
            if let Player::Follower(follower) = player {
                // What fails now is in the history, where the judge of progress finds it.
                drop(follower.catch_up().await);
            }
        }
        self.audit(world).await;
    }

    /// One in each region reads everything that the region has.
    async fn audit(&self, world: &World) {
        for (number, home) in (AUDITORS..).zip(world.regions()) {
            let client = ClientSettings::new(number.into(), home.clone()).without_tokens();
            let auditor = world.enter(Part::new(number, client), ITEMS).await;
            let auditor = auditor.expect("the trouble is over");
            for partition in PARTITIONS {
                auditor.list(partition).await;
            }
        }
    }

    /// Judges by this campaign's bounds.
    pub fn scope<'a>(
        &self,
        observers: &'a dyn Fn(&crate::history::Operation) -> bool,
    ) -> Scope<'a> {
        Scope::of(observers).with_staleness(self.bound)
    }
}

fn pace(world: &World, length: Duration) -> Pace {
    let think = (Duration::from_millis(5), Duration::from_millis(120));
    Pace::new(world, world.elapsed() + length, think)
}
