//! Who acts in a campaign.

use std::time::Duration;

use cosmokit_driver::Session;
use cosmokit_driver::options::AccountRefreshOptions;
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;

use crate::actor::{Actor, ContainerKind, Part};
use crate::history::{ActorId, ChainId, FeedMode, ItemKey, SessionId};
use crate::workload::{Citizen, Claimant, Follower, Player, Rival, Rogue, Traveller};
use crate::world::{ClientSettings, World};

/// The container in which everything but claims happens, and which is split and merged.
pub(super) const ITEMS: &str = "items";

/// The container of claims.
const CLAIMS: &str = "claims";

/// How often some clients look for what has become of the account.
const OFTEN: Duration = Duration::from_millis(500);

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
    if world.regions().len() > 1 {
        cast.traveller().await?;
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
        let carrier = self.client(home);
        self.citizen(carrier, 4).await?;
        let stranger = self.client(home).without_tokens();
        self.citizen(stranger, 3).await?;
        if let Some(level) = weaker {
            let weak = self.client(home).at_level(level);
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
        let client = self.client(home);
        let actor = self.enter(client, ITEMS).await?;
        let counters = vec![actor.key("p1", "counter"), actor.key("p2", "counter")];
        let registers = vec![actor.key("p2", "register-1"), actor.key("p2", "register-2")];
        let rival = Rival::new(actor, counters, registers);
        self.players.push(Player::Rival(rival));

        let client = self.client(home);
        let actor = self.enter(client, CLAIMS).await?;
        let claimant = Claimant::new(actor, "claims", 4);
        self.players.push(Player::Claimant(claimant));

        for mode in [FeedMode::LatestVersion, FeedMode::AllVersionsAndDeletes] {
            let client = self.client(home);
            let actor = self.enter(client, ITEMS).await?;
            let feed = actor.open_feed(ChainId(self.number), mode).await?;
            let follower = Follower::new(actor, feed);
            self.players.push(Player::Follower(follower));
        }

        let client = self.client(home).without_tokens();
        let actor = self.enter(client, ITEMS).await?;
        let rogue = Rogue::new(actor, street(self.world));
        self.players.push(Player::Rogue(rogue));
        Ok(())
    }

    /// One session that has a client in every region.
    async fn traveller(&mut self) -> cosmokit::Result<()> {
        let session = Session::new();
        let who = ActorId(self.number + 1);
        let mut stays = Vec::new();
        for home in self.world.regions() {
            let settings = self.client(home);
            let client = self.world.connect(&settings).await?.in_session(&session);
            let part = Part {
                actor: who,
                session: SessionId(who.0),
                client: settings,
            };
            stays.push(self.world.enter_with(part, ITEMS, client).await?);
        }
        let own = ["p0", "p0", "p2"].iter().zip(["a", "b", "c"]);
        let own =
            own.map(|(partition, id)| ItemKey::new(ITEMS, *partition, format!("traveller-{id}")));
        let mut street = street(self.world);
        let own: Vec<ItemKey> = own.collect();
        street.extend(own.iter().cloned());
        let traveller = Traveller::new(stays, own, street);
        self.players.push(Player::Traveller(traveller));
        Ok(())
    }

    /// A client of the next number. Every second one looks often for what has become of the account; the others learn
    /// it when they are turned away.
    fn client(&mut self, home: &Region) -> ClientSettings {
        self.number += 1;
        let settings = ClientSettings::new(self.number.into(), home.clone());
        if self.number.is_multiple_of(2) {
            return settings;
        }
        let often = AccountRefreshOptions::default().with_account_refresh_interval(OFTEN);
        settings.with_account_refresh_options(often)
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
