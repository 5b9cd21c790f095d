//! What all parts of a running processor work with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::{Clock, CosmosError, Entropy};

use super::event::ProcessorEvent;
use super::handler::Pages;
use super::settings::Settings;
use super::state::Board;
use super::store::{LeaseStore, Monitored};
use crate::ContainerClient;

/// Who is told what happens.
pub(super) type EventHandler = Arc<dyn Fn(&ProcessorEvent) + Send + Sync>;

/// What all parts of a running processor work with.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) container: ContainerClient,
    pub(super) monitored: Monitored,
    pub(super) store: LeaseStore,
    pub(super) handler: Arc<dyn Pages>,
    pub(super) events: Option<EventHandler>,
    pub(super) board: Arc<Board>,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
}

impl Shared {
    /// Tells what happened.
    pub(super) fn tell(&self, event: &ProcessorEvent) {
        let (processor, instance) = (&self.settings.name, &self.settings.me.name);
        if event.error().is_some() {
            tracing::warn!(%processor, %instance, "{event}");
        } else {
            tracing::debug!(%processor, %instance, "{event}");
        }
        if let Some(handler) = &self.events {
            handler(event);
        }
    }

    /// Tells that the lease container failed.
    pub(super) fn tell_store_failed(&self, lease_token: Option<&str>, error: CosmosError) {
        self.tell(&ProcessorEvent::LeaseStoreFailed {
            lease_token: lease_token.map(str::to_owned),
            error,
        });
    }

    /// An interval, shortened by up to a tenth so that instances which start together do not stay together.
    pub(super) fn spread(&self, interval: Duration) -> Duration {
        let tenth = u32::try_from(self.entropy.draw() % 103).unwrap_or_default();
        interval.saturating_sub(interval / 1_024 * tenth)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
