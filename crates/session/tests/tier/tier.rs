//! Instances of the app around one account.

use std::num::NonZeroU32;

use axum::Router;
use cosmokit::CosmosClient;
use cosmokit::models::{ContainerProperties, PartitionKeyDefinition};
use cosmokit_engine::Lag;
use cosmokit_session::carried::Seconds;
use cosmokit_session::seal::KeyRing;
use cosmokit_session::{
    Clock, Entropy, SessionCarrying, SessionCarryingBuilder, SessionTracing as _,
};
use cosmokit_testkit::world::{ClientSettings, World, WorldSettings};

use crate::app::{DATABASE, app};
use crate::wire::{Seen, Wire};

pub(crate) const EAST: &str = "East US";
pub(crate) const WEST: &str = "West Europe";
pub(crate) const ASIA: &str = "Southeast Asia";

/// A web tier: one instance in each region.
pub(crate) struct Tier {
    pub(crate) world: World,
    pub(crate) sessions: SessionCarrying,
    /// With the layer around them.
    pub(crate) instances: Vec<Router>,
    /// The same instances without it.
    pub(crate) bare: Vec<Router>,
    /// What each instance sends to the account.
    pub(crate) wires: Vec<Seen>,
    pub(crate) clients: Vec<CosmosClient>,
}

/// Three regions, four partitions per container.
pub(crate) fn three_regions() -> WorldSettings {
    let four = NonZeroU32::new(4).unwrap();
    WorldSettings::new(7)
        .regions(&[EAST, WEST, ASIA])
        .account(|account| account.partitions_per_container(four))
}

/// Carrying with everything injected.
pub(crate) fn carrying(world: &World) -> SessionCarryingBuilder {
    let world = world.clone();
    SessionCarrying::builder(KeyRing::new([7; 32]).unwrap())
        .clock(Clock::of(move || {
            Seconds(1_800_000_000 + world.elapsed().as_secs())
        }))
        .entropy(Entropy::seeded_for_simulation(7))
}

impl Tier {
    /// A tier with the defaults, and the containers `notes` and `votes`.
    pub(crate) async fn start(world: World) -> Self {
        let sessions = carrying(&world).build().unwrap();
        Self::start_with(world, sessions).await
    }

    pub(crate) async fn start_with(world: World, sessions: SessionCarrying) -> Self {
        let mut tier = Self {
            instances: Vec::new(),
            bare: Vec::new(),
            wires: Vec::new(),
            clients: Vec::new(),
            sessions,
            world,
        };
        let regions = tier.world.regions().to_vec();
        for (number, home) in (0..).zip(regions) {
            let seen = Seen::default();
            let wire = Wire {
                inner: tier.world.gateway().clone(),
                seen: seen.clone(),
            };
            let settings = ClientSettings::new(number, home);
            let client = tier.world.connect_through(&settings, wire).await.unwrap();
            if number == 0 {
                create_containers(&client).await;
            }
            let app = app(client.traced());
            tier.instances
                .push(app.clone().layer(tier.sessions.layer()));
            tier.bare.push(app);
            tier.wires.push(seen);
            tier.clients.push(client);
        }
        tier
    }

    /// No write reaches another region from now on.
    pub(crate) fn pause(&self) {
        self.world.account().set_all_links(Lag::Paused).unwrap();
    }
}

async fn create_containers(client: &CosmosClient) {
    client.create_database(DATABASE, None).await.unwrap();
    for name in ["notes", "votes"] {
        create_container(client, name).await;
    }
}

pub(crate) async fn create_container(client: &CosmosClient, name: &str) {
    let properties =
        ContainerProperties::new(name.to_owned(), PartitionKeyDefinition::from_paths(["/pk"]));
    client
        .database_client(DATABASE)
        .create_container(properties, None)
        .await
        .unwrap();
}
