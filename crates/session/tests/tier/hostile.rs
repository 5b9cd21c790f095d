//! Values that no instance made.

use cosmokit_protocol::session::{Lsn, RangeId, RangeToken, RegionId, RegionProgress, VectorToken};
use cosmokit_session::carried::{Carried, Origin, Position, Seconds};
use cosmokit_session::carry::{ValueOptions, Values};
use cosmokit_session::format::decode;
use cosmokit_session::seal::{KeyRing, Protection, Sealer};
use cosmokit_testkit::world::World;
use http::StatusCode;

use crate::browser::Browser;
use crate::tier::{Tier, three_regions};

/// What whoever has stolen the key could make: positions far beyond any that the account has given.
fn inflated(honest: &Carried) -> String {
    let far = Lsn::new(1 << 52).unwrap();
    let regions = [0, 4, 6, 1_000, 1_001, 1_002].map(|region| RegionProgress {
        region: RegionId(region),
        lsn: Some(far),
    });
    let mut carried = Carried::new();
    for (key, container) in honest.containers() {
        for (range, position) in container.ranges() {
            let version = position.token().as_vector().map_or(0, VectorToken::version);
            let vector =
                VectorToken::new(version, far).and_then(|vector| vector.with_regions(regions));
            let seen = Seconds(1_800_000_000);
            let position = Position::new(RangeToken::Vector(vector.unwrap()), Origin::Write, seen);
            carried.observe(key, range, position).unwrap();
        }
        let unknown = RangeToken::parse("7#99").unwrap();
        let position = Position::new(unknown, Origin::Write, Seconds(1_800_000_000));
        carried
            .observe(key, RangeId::from(4_000_000_000), position)
            .unwrap();
    }
    let sealer = Sealer::new(Protection::Sealed(KeyRing::new([7; 32]).unwrap()));
    let values = Values::new(sealer, "", "cookie:csmsdb-", ValueOptions::default());
    values
        .close(&carried, None, Seconds(1_800_000_000))
        .unwrap()
        .unwrap()
        .text
}

async fn honest(tier: &Tier) -> Carried {
    let mut user = Browser::default();
    user.put(&tier.instances[0], "/items/notes/k/1").await;
    let started = tier.sessions.begin(
        &http::HeaderMap::from_iter([(http::header::COOKIE, user.cookies().parse().unwrap())]),
        None,
    );
    decode(&started.export()).unwrap().carried
}

#[test]
fn an_inflated_session_is_answered_costs_little_and_poisons_nobody() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        let value = inflated(&honest(&tier).await);
        for wire in &tier.wires {
            wire.take();
        }
        let mut attempts = 0;
        for round in 0..100_usize {
            let mut rogue = Browser::default();
            rogue
                .jar
                .insert(format!("__Host-csmsdb-{round:0>12}"), value.clone());
            let status = rogue
                .get(&tier.instances[round % 3], "/items/notes/k/1")
                .await;
            assert_eq!(status, StatusCode::OK, "never an error for the user");
            attempts += tier
                .wires
                .iter()
                .map(|wire| wire.take().len())
                .sum::<usize>();
        }
        assert!(attempts <= 500, "{attempts} requests for 100 hostile ones");
        for round in 0..100_usize {
            let mut honest = Browser::default();
            let path = format!("/items/notes/{round}/1");
            assert_eq!(
                honest.put(&tier.instances[round % 3], &path).await,
                StatusCode::NO_CONTENT
            );
            assert_eq!(
                honest.get(&tier.instances[(round + 1) % 3], &path).await,
                StatusCode::OK
            );
        }
        let far = (1_u64 << 52).to_string();
        for sent in tier
            .wires
            .iter()
            .flat_map(crate::wire::Seen::take)
            .flatten()
        {
            assert!(
                !sent.contains(&far),
                "a number that the account never gave: {sent}"
            );
        }
    });
}

#[test]
fn garbage_in_cookies_is_no_error() {
    World::simulate(three_regions(), async |world| {
        let tier = Tier::start(world).await;
        tier.pause();
        let mut user = Browser::default();
        user.put(&tier.instances[0], "/items/notes/k/1").await;
        let good = user.jar.clone();
        let (_, sealed) = good.iter().next().unwrap();
        for (number, garbage) in [
            String::new(),
            "x".to_owned(),
            "A".repeat(1 << 20),
            sealed[..sealed.len() / 2].to_owned(),
            sealed.replace('A', "B").to_ascii_uppercase(),
            "1:1#1,".repeat(1_000),
        ]
        .into_iter()
        .enumerate()
        {
            user.jar = good.clone();
            user.jar
                .insert(format!("__Host-csmsdb-{number:0>12}"), garbage);
            assert_eq!(
                user.get(&tier.instances[1], "/items/notes/k/1").await,
                StatusCode::OK
            );
        }
        let forged = sealed
            .strip_suffix(char::is_alphanumeric)
            .map(|start| format!("{start}-"));
        let forged = forged.unwrap_or_else(|| format!("{}A", &sealed[..sealed.len() - 1]));
        user.jar = (0..60)
            .map(|n| (format!("__Host-csmsdb-{n:0>12}"), forged.clone()))
            .collect();
        user.jar.extend(good);
        assert_eq!(
            user.get(&tier.instances[1], "/items/notes/k/1").await,
            StatusCode::OK
        );
        assert_eq!(user.jar.len(), 1, "and they go away");
    });
}
