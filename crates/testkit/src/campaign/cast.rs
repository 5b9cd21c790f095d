//! Who acts in a campaign.

use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;

use crate::actor::{Actor, ContainerKind, Part};
use crate::history::{ChainId, FeedMode, ItemKey};
use crate::workload::{Citizen, Claimant, Follower, Player, Rival, Rogue};
use crate::world::{ClientSettings, World};

/// The container in which everything but claims happens, and which is split and merged.
pub(super) const ITEMS: &str = "items";

/// The container of claims.
const CLAIMS: &str = "claims";

/// The partition keys of a campaign.
pub(super) const PARTITIONS: &[&str] = &["p0", "p1", "p2"];

/// Brings everybody on.
pub(super) async fn enter(
    world: &World,
    weaker: Option<ConsistencyLevel>,
) -> cosmokit::Result<Vec<Player>> {
    world
        .create_container(ITEMS, ContainerKind::AllVersions)
        .await?;
    world
        .create_container(CLAIMS, ContainerKind::UniqueClaims)
        .await?;
    let mut cast = Cast {
        world,
        number: 0,
        players: Vec::new(),
    };
    for region in world.regions() {
        cast.citizens(region, weaker).await?;
    }
    for region in world.regions() {
        cast.rivals(region).await?;
    }
    Ok(cast.players)
}

struct Cast<'w> {
    world: &'w World,
    number: u32,
    players: Vec<Player>,
}

impl Cast<'_> {
    /// One who carries tokens, one who does not, and one who asks for a weaker level.
    async fn citizens(
        &mut self,
        home: &Region,
        weaker: Option<ConsistencyLevel>,
    ) -> cosmokit::Result<()> {
        let carrier = ClientSettings::new(self.next(), home.clone());
        self.citizen(carrier, 4).await?;
        let stranger = ClientSettings::new(self.next(), home.clone()).without_tokens();
        self.citizen(stranger, 3).await?;
        if let Some(level) = weaker {
            let weak = ClientSettings::new(self.next(), home.clone()).at_level(level);
            self.citizen(weak, 2).await?;
        }
        Ok(())
    }

    async fn citizen(&mut self, client: ClientSettings, writes_of_ten: u8) -> cosmokit::Result<()> {
        let actor = self.enter(client, ITEMS).await?;
        let number = actor.part().actor.0;
        // Two items under one partition key, so that their order shows, and one under another.
        let own = ["p0", "p0", "p1"].iter().zip(["a", "b", "c"]);
        let own = own.map(|(partition, id)| actor.key(partition, &format!("{number}{id}")));
        let own = own.collect();
        let citizen = Citizen::new(actor, own, street(self.world), writes_of_ten);
        self.players.push(Player::Citizen(citizen));
        Ok(())
    }

    /// One who competes for items, one who competes for claims, two who follow the feed, one who lies.
    async fn rivals(&mut self, home: &Region) -> cosmokit::Result<()> {
        let client = ClientSettings::new(self.next(), home.clone());
        let actor = self.enter(client, ITEMS).await?;
        let counters = vec![actor.key("p1", "counter"), actor.key("p2", "counter")];
        let registers = vec![actor.key("p2", "register-1"), actor.key("p2", "register-2")];
        let rival = Rival::new(actor, counters, registers);
        self.players.push(Player::Rival(rival));

        let client = ClientSettings::new(self.next(), home.clone());
        let actor = self.enter(client, CLAIMS).await?;
        let claimant = Claimant::new(actor, "claims", 4);
        self.players.push(Player::Claimant(claimant));

        for mode in [FeedMode::LatestVersion, FeedMode::AllVersionsAndDeletes] {
            let client = ClientSettings::new(self.next(), home.clone());
            let actor = self.enter(client, ITEMS).await?;
            let feed = actor.open_feed(ChainId(self.number), mode).await?;
            let follower = Follower::new(actor, feed);
            self.players.push(Player::Follower(follower));
        }

        let client = ClientSettings::new(self.next(), home.clone()).without_tokens();
        let actor = self.enter(client, ITEMS).await?;
        let rogue = Rogue::new(actor, street(self.world));
        self.players.push(Player::Rogue(rogue));
        Ok(())
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number.into()
    }

    async fn enter(&self, client: ClientSettings, container: &str) -> cosmokit::Result<Actor> {
        let part = Part::new(self.number, client);
        self.world.enter(part, container).await
    }
}

/// Everybody's items in one order, those under one partition key beside each other.
fn street(world: &World) -> Vec<ItemKey> {
    let most = u32::try_from(world.regions().len() * 3).unwrap_or(u32::MAX);
    let key = |partition: &str, id: String| ItemKey::new(ITEMS, partition, id);
    let first = (1..=most).flat_map(|number| {
        let ids = ["a", "b"].map(|id| format!("{number}{id}"));
        ids.map(|id| key("p0", id))
    });
    let second = (1..=most).map(|number| key("p1", format!("{number}c")));
    let shared = [("p1", "counter"), ("p2", "counter"), ("p2", "register-1")];
    let shared = shared.map(|(partition, id)| key(partition, id.to_owned()));
    first.chain(second).chain(shared).collect()
}
