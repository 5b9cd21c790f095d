//! An actor and what it remembers.

use cosmokit::{ContainerClient, CosmosClient};
use fastrand::Rng;

use super::container::DATABASE;
use crate::history::{Action, ActorId, Asked, ItemKey, Mark, OpenOperation, Recorder, SessionId};
use crate::world::{ClientSettings, World};

/// Who an actor is.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its number, which no other actor of the world has.
    pub actor: ActorId,
    /// The session that its operations belong to; usually of the same number.
    pub session: SessionId,
    /// Its client.
    pub client: ClientSettings,
}

/// Asks a container and writes everything down.
#[derive(Debug)]
pub struct Actor {
    pub(super) name: String,
    pub(super) container: ContainerClient,
    pub(super) client: CosmosClient,
    part: Part,
    asked: Asked,
    recorder: Recorder,
    rng: Rng,
    written: u32,
}

impl World {
    /// Brings an actor on, with a client of its own.
    ///
    /// # Errors
    /// When the account or the container cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn enter(&self, part: Part, container: &str) -> cosmokit::Result<Actor> {
        let client = self.connect(&part.client).await?;
        self.enter_with(part, container, client).await
    }

    /// Brings an actor on with a client that exists.
    ///
    /// # Errors
    /// When the container cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point; nothing is left behind.
    pub async fn enter_with(
        &self,
        part: Part,
        container: &str,
        client: CosmosClient,
    ) -> cosmokit::Result<Actor> {
        let database = client.database_client(DATABASE);
        let level = self.account().topology().consistency();
        Ok(Actor {
            name: container.to_owned(),
            container: database.container_client(container, None).await?,
            client,
            asked: part.client.asked(level),
            recorder: self.recorder().clone(),
            rng: self.seed().split("actor", part.actor.0.into()).rng(),
            written: 0,
            part,
        })
    }
}

impl Part {
    /// A part whose actor, session and client have one number.
    pub fn new(number: u32, client: ClientSettings) -> Self {
        Self {
            actor: ActorId(number),
            session: SessionId(number),
            client,
        }
    }
}

impl Actor {
    /// Who it is.
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// Its choices.
    pub fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// An item of its container.
    pub fn key(&self, partition: &str, id: &str) -> ItemKey {
        ItemKey::new(&self.name, partition, id)
    }

    /// The mark of the next write.
    pub fn next_mark(&mut self, version: u32) -> Mark {
        self.written += 1;
        Mark {
            actor: self.part.actor,
            number: self.written,
            version,
        }
    }

    pub(super) fn begin(&self, action: Action) -> OpenOperation {
        let Part { actor, session, .. } = self.part;
        self.recorder.begin(actor, session, self.asked, action)
    }
}
