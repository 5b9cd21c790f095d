//! Bringing a snapshot back: into its account, or as an account of its own.

use std::sync::Arc;

use super::{Snapshot, take::FrozenContainer};
use crate::{
    account::{Account, Topology},
    durable::{Durable, Living, content},
    metadata::{
        catalog::Catalog,
        container::{Container, LiveContainer},
        database::Database,
    },
    partition::layout::Layout,
    refuse,
    response::Failure,
};

impl Snapshot {
    /// The living parts of an account that begins like this.
    pub(crate) fn living(&self) -> Living {
        let catalog = self.catalog(&self.0.topology);
        let topology = Topology::clone(&self.0.topology);
        Living::new(topology, Arc::new(catalog), self.0.writes)
    }

    /// The catalog with partitions of its own, in the regions of `topology`.
    fn catalog(&self, topology: &Arc<Topology>) -> Catalog {
        let mut catalog = Catalog::clone(&self.0.catalog);
        for (_, database) in self.0.catalog.databases() {
            let mut thawed = Database::clone(database);
            for (rid, container) in database.containers() {
                let live = self.0.containers.get(rid);
                if let Some(live) = live.and_then(|frozen| frozen.live(topology)) {
                    thawed.put(Arc::new(Container {
                        live: Arc::new(live),
                        ..Container::clone(container)
                    }));
                }
            }
            catalog.put_database(thawed);
        }
        catalog
    }
}

impl FrozenContainer {
    fn live(&self, topology: &Arc<Topology>) -> Option<LiveContainer> {
        let partitions = self.layout.partitions().zip(&self.replicas);
        let thawed = partitions.map(|(partition, replicas)| match replicas {
            // It stays what it is: something that cannot be read.
            None => Arc::clone(partition),
            Some(replicas) => Arc::new(content::thawed(partition, replicas, topology)),
        });
        let layout = Layout::restored(self.layout.version(), thawed.collect())?;
        Some(LiveContainer::restored(
            layout,
            self.next_range,
            self.next_ordinal,
        ))
    }
}

impl Account {
    /// Another account that begins as a snapshot, of this account or of any other: in memory,
    /// with the name, keys and settings of this account, and a clock that begins at its instant.
    /// Takes as long as [`snapshot`](Self::snapshot).
    ///
    /// ```
    /// # use cosmokit_engine::Account;
    /// let account = Account::builder().build()?;
    /// let fork = account.fork(&account.snapshot());
    /// assert_eq!(fork.topology(), account.topology());
    /// # Ok::<(), cosmokit_engine::BuildError>(())
    /// ```
    pub fn fork(&self, snapshot: &Snapshot) -> Self {
        self.beside(snapshot.living())
    }

    /// Makes the account what it was. In memory this takes as long as taking a snapshot. A durable
    /// account writes to its store what differs from what it was, and the future waits for that.
    ///
    /// Regions stay as they are now. Resource ids that were given since are not given again, and
    /// neither are etags; positions go back, so clients begin their sessions anew. Requests that
    /// are under way may still look at what was there.
    ///
    /// # Errors
    /// 500 when a durable account cannot store it; nothing has changed then.
    ///
    /// # Cancel safety
    /// It takes effect, whole, the first time the future is polled.
    pub fn restore(
        &self,
        snapshot: &Snapshot,
    ) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
        let (account, snapshot) = (self.clone(), snapshot.clone());
        async move {
            let catalog = snapshot.catalog(&account.topology());
            account.become_like(catalog).await
        }
    }

    /// Makes the account empty: no databases, no offers. As [`restore`](Self::restore) otherwise.
    ///
    /// # Errors
    /// 500 when a durable account cannot store it; nothing has changed then.
    ///
    /// # Cancel safety
    /// It takes effect, whole, the first time the future is polled.
    pub fn reset(&self) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
        let account = self.clone();
        async move { account.become_like(Catalog::default()).await }
    }

    async fn become_like(self, catalog: Catalog) -> Result<(), Failure> {
        let ticket = {
            let state = self.state();
            let durable = state.durable.as_ref();
            let _still = durable.map(Durable::hold);
            state
                .catalog
                .replace_by(|present| catalog.following(present));
            let present = state.catalog.load_full();
            state.scaling.note_all(&present);
            let databases = present.databases().map(|(_, database)| database);
            // Lags are those of now.
            for (_, container) in databases.flat_map(|database| database.containers()) {
                state.follow_topology(container);
            }
            durable.map(Durable::touch_everything)
        };
        match ticket {
            Some(ticket) => ticket.await.map_err(|error| refuse::not_stored(&error)),
            None => Ok(()),
        }
    }
}
