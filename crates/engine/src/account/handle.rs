//! The handle on an account, and the state behind it.

use std::{
    cell::RefCell,
    num::{NonZeroU32, NonZeroU64},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use cosmokit_protocol::{session::RegionId, wire::region::Region};
use tokio::sync::Notify;

use super::{
    AccountBuilder, AccountKeys, Call, QueryMerging, RegionStatus, Throttling, Topology,
    growth::ScalingDue,
};
use crate::{
    clock::{Clock, SteeredClock, Timestamp},
    consistency::write::Awaited,
    durable::{Durable, Living, Looked, Ticket},
    entropy::Entropy,
    kept_rows::RowShelf,
    metadata::catalog::CatalogCell,
    partition::version::VersionTag,
    refuse,
    request::{Request, RequestOptions},
    response::{Failure, Response},
    verb,
};

/// A local account. A handle is one pointer; clones stand for the same account, and the last one
/// that is dropped frees it.
#[derive(Clone, Debug)]
pub struct Account(pub(super) Arc<AccountState>);

/// Everything an account is.
#[derive(Debug)]
pub(crate) struct AccountState {
    name: String,
    keys: AccountKeys,
    pub(super) topology: Arc<ArcSwap<Topology>>,
    /// Held while the topology is changed, until every partition has followed.
    pub(super) changing: Arc<Mutex<()>>,
    /// Told when regions, links or lags have changed, and partitions were split or merged.
    pub(crate) changed: Arc<Notify>,
    pub(crate) catalog: Arc<CatalogCell>,
    pub(crate) settings: Settings,
    pub(crate) clock: SteeredClock,
    pub(crate) entropy: Entropy,
    /// Writes so far: etags are made from it, so no two are alike.
    writes: Arc<AtomicU64>,
    /// Where it stays; `None` in memory.
    pub(crate) durable: Option<Durable>,
    /// Whether clients are kept to the throughput.
    throttles: AtomicBool,
    /// When an offer comes into force that is pending.
    pub(crate) scaling: ScalingDue,
    /// Rows of queries that wait for the next page.
    pub(crate) rows: RowShelf,
}

/// What the builder decided for later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Partitions of a new container; by its throughput when `None`.
    pub(crate) partitions_per_container: Option<NonZeroU32>,
    /// Whether clients are kept to the throughput, at first.
    pub(crate) throttling: Throttling,
    /// Who merges the answers of partitions to a query.
    pub(crate) query_merging: QueryMerging,
    /// How long a container takes to get more partitions.
    pub(crate) scaling_time: Duration,
    /// Bytes of items above which a partition is split; never when `None`.
    pub(crate) partition_storage_limit_bytes: Option<NonZeroU64>,
    /// How long a write waits to be acknowledged.
    pub(crate) acknowledgement_timeout: Duration,
}

impl Account {
    /// Starts building an account.
    pub fn builder() -> AccountBuilder {
        AccountBuilder::default()
    }

    pub(super) fn new(
        (name, keys): (String, AccountKeys),
        living: Living,
        durable: Option<Durable>,
        settings: Settings,
        clock: SteeredClock,
        seed: u64,
    ) -> Self {
        let scaling = ScalingDue::of(&living.catalog.load());
        Self(Arc::new(AccountState {
            name,
            keys,
            topology: living.topology,
            changing: Arc::default(),
            changed: Arc::default(),
            catalog: living.catalog,
            settings,
            clock,
            entropy: Entropy::new(seed),
            writes: living.writes,
            durable,
            throttles: AtomicBool::new(settings.throttling == Throttling::Enforced),
            scaling,
            rows: RowShelf::default(),
        }))
    }

    /// Another account in memory, with the name, keys and settings of this one.
    pub(crate) fn beside(&self, living: Living) -> Self {
        let state = &self.0;
        let settings = Settings {
            throttling: self.throttling(),
            ..state.settings
        };
        Self::new(
            (state.name.clone(), state.keys.clone()),
            living,
            None,
            settings,
            state.clock.fork(),
            state.entropy.next(),
        )
    }

    /// Starts building another account, in memory and in the regions of this one, with its keys
    /// and settings, and a clock that begins at its instant.
    ///
    /// ```
    /// # use cosmokit_engine::Account;
    /// let shop = Account::builder().name("shop").build()?;
    /// let test = shop.sibling("shop-test-1").snapshot(&shop.snapshot()).build()?;
    /// assert_eq!(test.name(), "shop-test-1");
    /// # Ok::<(), cosmokit_engine::BuildError>(())
    /// ```
    pub fn sibling(&self, name: impl Into<String>) -> AccountBuilder {
        let (state, topology) = (&self.0, self.topology());
        let regions = topology.regions().iter();
        let settings = Settings {
            throttling: self.throttling(),
            ..state.settings
        };
        Self::builder()
            .name(name)
            .keys(state.keys.clone())
            .regions(regions.map(|entry| entry.region.clone()))
            .write_mode(topology.write_mode())
            .consistency(topology.consistency())
            .staleness(topology.staleness())
            .clock(Arc::new(state.clock.fork()))
            .seed(state.entropy.next())
            .settings(settings)
    }

    /// What stands behind the handle.
    pub(crate) fn state(&self) -> &Arc<AccountState> {
        &self.0
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The account's keys.
    pub fn keys(&self) -> &AccountKeys {
        &self.0.keys
    }

    /// The present regions, and what the account does with them.
    pub fn topology(&self) -> Arc<Topology> {
        self.0.topology.load_full()
    }

    /// The present instant, by the account's clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The account's clock, which can be moved forward, stopped and let go on.
    pub fn clock(&self) -> &SteeredClock {
        &self.0.clock
    }

    /// Carries out a request that arrived at a region's endpoint.
    ///
    /// # Errors
    /// [`Failure`] with the status and facts that a client is to see.
    ///
    /// A write waits to be acknowledged where the consistency of the account asks for it, at most
    /// as long as [`AccountBuilder::acknowledgement_timeout`]. In a
    /// [durable](AccountBuilder::data_directory) account the answer waits until everything that it
    /// rests on is on disk, and the first requests to a partition wait until another thread has
    /// read it. Nothing else waits.
    ///
    /// # Cancel safety
    /// The request takes effect, whole or not at all: the first time the future is polled, or, when
    /// a partition is to be read from disk before, once that is done.
    pub fn execute(
        &self,
        region: &Region,
        request: Request,
    ) -> impl Future<Output = Result<Response, Failure>> + Send + use<> {
        let account = self.clone();
        let region = region.clone();
        async move {
            let mut request = request;
            loop {
                match account.run(&region, request) {
                    Ran::Whole(result, None) => return result,
                    Ran::Whole(result, Some(awaited)) => return awaited.answer(result).await,
                    Ran::Missing(content, again) => {
                        let read = content.await;
                        read.map_err(|error| refuse::unreadable(&error))?;
                        request = again;
                    }
                }
            }
        }
    }

    /// Whether clients are kept to the throughput of their containers.
    pub fn throttling(&self) -> Throttling {
        if self.0.throttles() {
            Throttling::Enforced
        } else {
            Throttling::Off
        }
    }

    /// Keeps clients to the throughput of their containers from now on, or no longer. Budgets are
    /// full when it is turned on for the first time.
    pub fn set_throttling(&self, throttling: Throttling) {
        let enforced = throttling == Throttling::Enforced;
        self.0.throttles.store(enforced, Ordering::Relaxed);
    }

    /// Deletes every item whose time to live is over, as the service does in the background, and
    /// returns how many. Expired items are invisible before that; a sweep frees their memory and
    /// lets the change feed of all versions show their ends. Writes sweep a few items by
    /// themselves, and that feed the partition it reads.
    pub fn sweep(&self) -> usize {
        let topology = self.0.topology.load();
        let sweep_in = |region| {
            verb::sweep(&Call {
                state: &self.0,
                topology: &topology,
                region,
                options: RequestOptions::default(),
                meters: RefCell::default(),
                looked: Looked::at_nothing(None),
                acknowledgements: RefCell::default(),
            })
        };
        let durable = self.0.durable.as_ref();
        let _entered = durable.map(Durable::enter);
        let swept = topology.writable().iter().map(sweep_in).sum();
        if let Some(durable) = durable
            && swept > 0
        {
            durable.touch_everything();
        }
        swept
    }

    /// Runs a request to its end; what its answer waits for is left over.
    fn run(&self, region: &Region, request: Request) -> Ran {
        let durable = self.0.durable.as_ref();
        let _entered = durable.map(Durable::enter);
        self.0.settle_offers();
        let topology = self.0.topology.load();
        let Some(entry) = topology.find(region) else {
            let refusal = refuse::account_not_in_region(region.display_name());
            return Ran::Whole(Err(refusal), None);
        };
        if let RegionStatus::Offline(_) = entry.status {
            let refusal = refuse::region_offline(region.display_name());
            return Ran::Whole(Err(refusal), None);
        }
        let call = Call {
            state: &self.0,
            topology: &topology,
            region: entry,
            options: request.options,
            meters: RefCell::default(),
            looked: Looked::at_nothing(durable),
            acknowledgements: RefCell::default(),
        };
        let result = verb::run(&call, &request.verb);
        if let Some(content) = call.looked.missing() {
            let options = call.options;
            let verb = request.verb;
            return Ran::Missing(content, Request { verb, options });
        }
        call.spend(match &result {
            Ok(response) => response.facts.charge,
            Err(failure) => failure.facts().charge,
        });
        let ticket = call.looked.ticket();
        let acknowledgements = call.acknowledgements.into_inner();
        Ran::Whole(result, Awaited::of(ticket, acknowledgements))
    }
}

/// What became of a request.
enum Ran {
    /// Its answer, and what that waits for.
    Whole(Result<Response, Failure>, Option<Awaited>),
    /// Nothing yet: it is to be run again once content has been read from disk.
    Missing(Ticket, Request),
}

impl AccountState {
    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The account's keys.
    pub(crate) fn keys(&self) -> &AccountKeys {
        &self.keys
    }

    /// Whether clients are kept to the throughput.
    pub(crate) fn throttles(&self) -> bool {
        self.throttles.load(Ordering::Relaxed)
    }

    /// Writes so far.
    pub(crate) fn writes(&self) -> &AtomicU64 {
        &self.writes
    }

    /// A tag that no other write has.
    pub(crate) fn next_tag(&self, region: RegionId, at: Timestamp) -> VersionTag {
        let counter = self.writes.fetch_add(1, Ordering::Relaxed);
        VersionTag::new(counter, u16::try_from(region.0).unwrap_or_default(), at)
    }
}
