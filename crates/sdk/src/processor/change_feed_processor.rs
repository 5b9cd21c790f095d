//! The processor as its user holds it: started, stopped, looked at, dropped.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cosmokit_driver::TaskGroup;
use tokio::sync::watch;

use super::coordinator::Coordinator;
use super::handler::Pages;
use super::initialize::initialize;
use super::settings::Settings;
use super::shared::{EventHandler, Shared};
use super::state::{Board, ChangeFeedProcessorState};
use super::stop::Stop;
use super::store::{LeaseStore, Monitored};
use crate::ContainerClient;

/// Gives all changes of a container to a handler, together with the other instances of the same name, each at least
/// once and those of one partition key in their order. Begun by
/// [`ContainerClient::change_feed_processor`](crate::ContainerClient::change_feed_processor).
///
/// It owns all that it does: dropping it ends everything at once, a handler that is at work too. Leases are then left to
/// expire; [`stop`](Self::stop) gives them back.
pub struct ChangeFeedProcessor {
    settings: Settings,
    container: ContainerClient,
    leases: ContainerClient,
    handler: Arc<dyn Pages>,
    events: Option<EventHandler>,
    board: Arc<Board>,
    running: Mutex<Option<Running>>,
}

/// A processor at work. Dropping it ends the work.
struct Running {
    _tasks: TaskGroup,
    stop: Stop,
    done: watch::Receiver<bool>,
}

impl ChangeFeedProcessor {
    pub(super) fn new(
        settings: Settings,
        container: ContainerClient,
        leases: ContainerClient,
        handler: Arc<dyn Pages>,
        events: Option<EventHandler>,
    ) -> Self {
        Self {
            settings,
            container,
            leases,
            handler,
            events,
            board: Arc::default(),
            running: Mutex::new(None),
        }
    }

    /// Makes the leases that are missing and begins to work. Nothing when it is at work already. One that has stopped
    /// or ended may be started again.
    ///
    /// # Errors
    /// 400 when the lease container is not partitioned by `/id` or `/partitionKey`, lets items expire, is the monitored
    /// container, or holds leases of another client or mode under this name, which are left as they are; or what kept
    /// the containers from being read or the leases from being made.
    ///
    /// # Cancel safety
    /// May be dropped at any point; leases that were made stay.
    pub async fn start(&self) -> crate::Result<()> {
        if self.is_at_work() {
            return Ok(());
        }
        let shared = Arc::new(Box::pin(self.prepare()).await?);
        Box::pin(initialize(&shared)).await?;
        let stop = Stop::default();
        let (finish, done) = watch::channel(false);
        let tasks = TaskGroup::default();
        let mut running = self.running();
        if running.as_ref().is_some_and(Running::is_at_work) {
            return Ok(());
        }
        let coordinator = Coordinator::new(shared, stop.clone());
        tasks.spawn(async move {
            coordinator.run().await;
            finish.send_replace(true);
        });
        *running = Some(Running {
            _tasks: tasks,
            stop,
            done,
        });
        Ok(())
    }

    /// Stops: handlers that are at work come to their end and are checkpointed, leases are given back so that other
    /// instances take them at once. Nothing when it is not at work.
    ///
    /// Returns when that is done: as late as the slowest handler does, and while the lease container does not answer,
    /// when the leases have expired.
    ///
    /// # Cancel safety
    /// Dropping the future ends everything at once, as dropping the processor does.
    pub async fn stop(&self) {
        let Some(mut running) = self.running().take() else {
            return;
        };
        running.stop.give();
        // The sender is gone when the work has ended, whichever way.
        let _ = running.done.wait_for(|done| *done).await;
    }

    /// How it is, and the leases that it works on. No I/O.
    pub fn state(&self) -> ChangeFeedProcessorState {
        self.board.state()
    }

    /// The name under which instances share the work.
    pub fn processor_name(&self) -> &str {
        &self.settings.name
    }

    /// The name of this instance.
    pub fn instance_name(&self) -> &str {
        &self.settings.me.name
    }

    fn is_at_work(&self) -> bool {
        self.running().as_ref().is_some_and(Running::is_at_work)
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds out what is to be worked on, and whether the lease container will do.
    async fn prepare(&self) -> crate::Result<Shared> {
        let (settings, runtime) = (&self.settings, self.container.driver.runtime());
        let monitored = Monitored::read(&self.container, &settings.operation).await?;
        let leases_of = (settings.name.as_str(), settings.mode, &settings.operation);
        let store = LeaseStore::open(&self.leases, &monitored, leases_of);
        Ok(Shared {
            store: store.await?,
            settings: settings.clone(),
            container: self.container.clone(),
            monitored,
            handler: Arc::clone(&self.handler),
            events: self.events.clone(),
            board: Arc::clone(&self.board),
            clock: runtime.clock(),
            entropy: runtime.entropy().clone(),
        })
    }
}

impl Running {
    fn is_at_work(&self) -> bool {
        !*self.done.borrow() && self.done.has_changed().is_ok()
    }
}

impl fmt::Debug for ChangeFeedProcessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeFeedProcessor")
            .field("processor_name", &self.settings.name)
            .field("instance_name", &self.settings.me.name)
            .finish_non_exhaustive()
    }
}
