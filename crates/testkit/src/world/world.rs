//! The world itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit::{AccountEndpoint, AccountReference};
use cosmokit_engine::{Account, WriteMode};
use cosmokit_protocol::wire::region::Region;
use cosmokit_server::Gateway;

use super::{Front, Lags, Losses, Seed, VirtualClock, WorldSettings};
use crate::conduct::Traffic;
use crate::history::{Recorder, Setting};

/// Where clients find the account; nothing listens there.
const ENDPOINT: &str = "http://world.local/";

/// Replicas of a region that follow its leader.
pub(crate) const FOLLOWERS: u8 = 3;

/// An account, its network and the history of what happens. Clones are one and the same world.
///
/// ```
/// use cosmokit_testkit::history::Impact;
/// use cosmokit_testkit::world::{ClientSettings, World, WorldSettings};
///
/// let history = World::simulate(WorldSettings::new(7), async |world| {
///     let home = world.regions()[0].clone();
///     let client = world.connect(&ClientSettings::new(1, home)).await?;
///     client.create_database("shop", None).await?;
///     world.recorder().disturb("the shop is open", Impact::None);
///     Ok::<_, cosmokit::CosmosError>(world.recorder().history())
/// })?;
/// assert_eq!(history.disturbances.len(), 1);
/// # Ok::<(), cosmokit::CosmosError>(())
/// ```
#[derive(Clone)]
pub struct World(Arc<Parts>);

struct Parts {
    seed: Seed,
    clock: VirtualClock,
    account: Account,
    gateway: Gateway,
    front: Front,
    reference: AccountReference,
    regions: Vec<Region>,
    lags: Lags,
    write_mode: WriteMode,
    losses: Losses,
    traffic: Traffic,
    recorder: Recorder,
}

impl World {
    /// Runs a story in a new world, on a tokio runtime of its own whose clock is virtual.
    ///
    /// # Panics
    /// When the settings do not fit together, or when called inside a tokio runtime; use [`start`](Self::start) there.
    pub fn simulate<T>(settings: WorldSettings, story: impl AsyncFnOnce(Self) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without I/O needs nothing of the system");
        runtime.block_on(async {
            let world = Self::start(settings).expect("the settings of the world fit together");
            story(world).await
        })
    }

    /// A new world inside the present tokio runtime, which should be paused and have one thread.
    ///
    /// # Errors
    /// When the settings do not fit together.
    pub fn start(settings: WorldSettings) -> cosmokit::Result<Self> {
        let seed = Seed::root(settings.seed);
        let clock = VirtualClock::start();
        let account = settings
            .account
            .regions(settings.regions.clone())
            .consistency(settings.level)
            .write_mode(settings.write_mode)
            .link_lag(settings.lags.links)
            .clock(Arc::new(clock))
            .seed(seed.split("account", 0).number())
            .build()
            .map_err(crate::builder::unstartable)?;
        for region in &settings.regions {
            for number in 1..=FOLLOWERS {
                account
                    .set_replica_lag(region, number, settings.lags.replicas)
                    .map_err(crate::builder::unstartable)?;
            }
        }
        let gateway = Gateway::builder(account.clone())
            .seed(seed.split("gateway", 0).number())
            .build()
            .map_err(crate::builder::unstartable)?;
        let endpoint: AccountEndpoint = ENDPOINT.parse()?;
        let reference =
            AccountReference::with_authentication_key(endpoint, account.keys().primary.clone());
        let setting = Setting {
            campaign: settings.campaign,
            seed: settings.seed,
            level: settings.level,
            multi_write: settings.write_mode == WriteMode::Multi || settings.switches,
        };
        Ok(Self(Arc::new(Parts {
            seed,
            clock,
            account,
            front: (settings.front.0)(&gateway),
            gateway,
            reference,
            regions: settings.regions,
            lags: settings.lags,
            write_mode: settings.write_mode,
            losses: Losses::default(),
            traffic: Traffic::default(),
            recorder: Recorder::new(setting, move || clock.elapsed()),
        })))
    }

    /// The root of everything random.
    pub fn seed(&self) -> Seed {
        self.0.seed
    }

    /// Virtual time since the world began.
    pub fn elapsed(&self) -> Duration {
        self.0.clock.elapsed()
    }

    /// The account, without HTTP.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// The account as an HTTP service.
    pub fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    /// What clients meet: the gateway, or whoever stands before it.
    pub fn front(&self) -> &Front {
        &self.0.front
    }

    /// Endpoint and key.
    pub fn reference(&self) -> &AccountReference {
        &self.0.reference
    }

    /// The regions that the world began with, in order of priority.
    pub fn regions(&self) -> &[Region] {
        &self.0.regions
    }

    /// The usual lags.
    pub fn lags(&self) -> Lags {
        self.0.lags
    }

    /// Who takes writes when nothing disturbs the account.
    pub fn write_mode(&self) -> WriteMode {
        self.0.write_mode
    }

    /// What the network loses.
    pub fn losses(&self) -> &Losses {
        &self.0.losses
    }

    /// What the clients have sent.
    pub fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    pub(super) fn clock(&self) -> VirtualClock {
        self.0.clock
    }

    /// Where the history is written.
    pub fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("seed", &self.0.seed)
            .field("elapsed", &self.elapsed())
            .finish_non_exhaustive()
    }
}
