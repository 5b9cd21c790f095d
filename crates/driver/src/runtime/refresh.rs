//! The one loop of a runtime that keeps the accounts of all its drivers fresh. Started by the first
//! registration, ended with the runtime. It holds no driver: an account whose last handle is gone is refreshed
//! no more, not even to the end of a refresh that is running.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Once};
use std::task::Poll;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::registry::{Registration, Registry};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::options::AccountRefreshSettings;
use crate::pipeline::Core;
use crate::tasks::TaskGroup;

/// The refresh of all accounts of a runtime.
#[derive(Debug)]
pub(super) struct AccountRefresh {
    registry: Arc<Registry>,
    settings: AccountRefreshSettings,
    clock: Clock,
    entropy: Entropy,
    started: Once,
    /// The loop, which ends with this.
    tasks: TaskGroup,
}

impl AccountRefresh {
    pub(super) fn new(settings: AccountRefreshSettings, clock: Clock, entropy: Entropy) -> Self {
        Self {
            registry: Arc::default(),
            settings,
            clock,
            entropy,
            started: Once::new(),
            tasks: TaskGroup::default(),
        }
    }

    /// Keeps the account of a driver fresh as long as the registration and the driver live.
    pub(super) fn register(&self, core: &Arc<Core>) -> Registration {
        let (endpoint, core) = (core.account().endpoint().clone(), Arc::downgrade(core));
        let start = Box::new(move || {
            let core = core.upgrade()?;
            Some(Box::pin(async move {
                if let Err(error) = core.refresh_account().await {
                    let endpoint = core.account().endpoint();
                    tracing::warn!(%endpoint, %error, "the account cannot be read; what was known stays in force");
                }
            }) as _)
        });
        let registration = self.registry.register(endpoint, start);
        self.start();
        registration
    }

    pub(super) fn start(&self) {
        self.started.call_once(|| {
            let (clock, entropy) = (self.clock, self.entropy.clone());
            let rounds = rounds(
                Arc::clone(&self.registry),
                self.settings.clone(),
                clock,
                entropy,
            );
            self.tasks.spawn(rounds);
        });
    }

    #[cfg(test)]
    pub(super) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }
}

/// Refreshes all accounts once per interval, a few at a time. An account that is slow takes one of the places
/// and nothing else: rounds go on without it.
async fn rounds(
    registry: Arc<Registry>,
    settings: AccountRefreshSettings,
    clock: Clock,
    entropy: Entropy,
) {
    let mut waiting: VecDeque<u64> = VecDeque::new();
    let mut running = FuturesUnordered::new();
    loop {
        let mut pause = Box::pin(clock.sleep(pause(&settings, &entropy)));
        while let Some(ended) = next(pause.as_mut(), &mut running).await {
            registry.end(ended);
            fill(&registry, &mut waiting, &mut running, &settings);
        }
        // Those that are still waiting since the last round are among the due.
        waiting = registry.due().into();
        fill(&registry, &mut waiting, &mut running, &settings);
    }
}

type Refreshes = FuturesUnordered<Pin<Box<dyn Future<Output = u64> + Send>>>;

/// The account whose refresh ended next; `None` when the pause ended first.
async fn next(
    mut pause: Pin<&mut (impl Future<Output = ()> + Send)>,
    running: &mut Refreshes,
) -> Option<u64> {
    poll_fn(|context| {
        if let Poll::Ready(Some(ended)) = running.poll_next_unpin(context) {
            return Poll::Ready(Some(ended));
        }
        pause.as_mut().poll(context).map(|()| None)
    })
    .await
}

fn fill(
    registry: &Registry,
    waiting: &mut VecDeque<u64>,
    running: &mut Refreshes,
    settings: &AccountRefreshSettings,
) {
    while running.len() < settings.max_concurrent_account_refreshes
        && let Some(id) = waiting.pop_front()
    {
        if let Some(refresh) = registry.begin(id) {
            running.push(Box::pin(async move {
                // An aborted refresh has ended as well.
                let _ = refresh.await;
                id
            }));
        }
    }
}

/// The interval, shortened by up to the jitter, so that many processes do not read together.
fn pause(settings: &AccountRefreshSettings, entropy: &Entropy) -> Duration {
    let jitter = settings.account_refresh_jitter_percent * entropy.per_mille() / 1_000;
    settings.account_refresh_interval * (100 - jitter.min(99)) / 100
}
