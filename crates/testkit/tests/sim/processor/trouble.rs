//! A lease container that fails, and a monitored container that goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use bytes::Bytes;
use cosmokit::ChangeFeedProcessor;
use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit::models::ContainerProperties;
use cosmokit::processor::{LeaseLoss, ProcessorEvent, ProcessorHealth};
use cosmokit_testkit::world::{ClientSettings, Front, sleep};
use http::{Request, Response, StatusCode};
use tower::ServiceExt as _;

use super::stage::{DATABASE, LASTS, LOOK, Stage, looks, play, shares};

async fn create_items_anew(stage: &Stage) {
    stage.items.delete(None).await.unwrap();
    let shop = stage.client.database_client(DATABASE);
    let items = ContainerProperties::new("items", "/pk".into());
    shop.create_container(items, None).await.unwrap();
}

/// A container that is created anew under its name is another one: the processor says so and ends, and one that is
/// started then follows the new one from where it starts.
#[test]
fn a_container_that_was_created_anew_is_told_of() {
    play(async |stage| {
        stage.write(0..20).await;
        let processor = stage.instance("a").await;
        looks(1).await;
        create_items_anew(stage).await;
        stage.write(100..120).await;
        sleep(LASTS).await;
        assert_eq!(
            stage.handled().0,
            (0..20).collect(),
            "the two are not mixed"
        );
        let ProcessorHealth::Faulted(error) = processor.state().health else {
            panic!("it goes on: {:?}", stage.events.lock().unwrap());
        };
        assert_eq!(
            stage.told(|event| matches!(event, ProcessorEvent::ContainerGone { .. })),
            1,
            "{error}"
        );
        processor.start().await.unwrap();
        looks(1).await;
        assert!(processor.state().health.is_running());
        assert_eq!(stage.handled().0, (0..20).chain(100..120).collect());
        // The leases of the one that is gone are left where they are.
        assert_eq!(stage.documents().await.len(), 8);
    });
}

#[test]
fn a_container_that_is_gone_is_told_of() {
    play(async |stage| {
        let processor = stage.instance("a").await;
        looks(1).await;
        stage.items.delete(None).await.unwrap();
        sleep(LASTS).await;
        let ProcessorHealth::Faulted(error) = processor.state().health else {
            panic!("it goes on: {:?}", stage.events.lock().unwrap());
        };
        assert!(error.status().is_not_found(), "{error}");
        processor.stop().await;
        assert!(processor.start().await.unwrap_err().status().is_not_found());
    });
}

/// What lies before the lease container of one instance: an answer of this status, or with 0 nothing.
type Weather = Arc<AtomicU16>;

fn under(weather: &Weather, network: Front) -> Front {
    let weather = Arc::clone(weather);
    Front::new(move |request: Request<Bytes>| {
        let (network, status) = (network.clone(), weather.load(Ordering::Relaxed));
        async move {
            if status == 0 || !request.uri().path().contains("/colls/leases") {
                return network.oneshot(request).await;
            }
            let mut answer = Response::new(Bytes::new());
            *answer.status_mut() = StatusCode::from_u16(status)?;
            Ok(answer)
        }
    })
}

/// An instance whose lease container is under the weather.
async fn instance(stage: &Stage, name: &str, weather: &Weather) -> ChangeFeedProcessor {
    let weather = Arc::clone(weather);
    let home = stage.world.regions()[0].clone();
    let settings =
        ClientSettings::new(2_000, home).with_habit(move |network| under(&weather, network));
    let client = stage.world.connect(&settings).await.unwrap();
    let shop = client.database_client(DATABASE);
    let items = shop.container_client("items", None).await.unwrap();
    let leases = shop.container_client("leases", None).await.unwrap();
    let events = Arc::clone(&stage.events);
    let builder = items
        .change_feed_processor("billing", &leases)
        .with_instance_name(name)
        .with_start_from(ChangeFeedStartFrom::Beginning)
        .with_event_handler(move |event| events.lock().unwrap().push(event.clone()));
    stage.start(builder).await
}

/// A lease container that is down for less than a lease lasts costs nothing but patience.
#[test]
fn short_trouble_with_leases_is_survived() {
    for status in [429, 503, 408] {
        play(async |stage| {
            let weather = Weather::default();
            let a = instance(stage, "a", &weather).await;
            looks(1).await;
            weather.store(status, Ordering::Relaxed);
            stage.write(0..30).await;
            sleep(LOOK * 2).await;
            let impaired = matches!(a.state().health, ProcessorHealth::Impaired(_));
            assert!(impaired, "{status}: {:?}", a.state().health);
            weather.store(0, Ordering::Relaxed);
            sleep(LASTS).await;
            assert!(a.state().health.is_running());
            assert_eq!(shares(&[&a]), [4], "{status}");
            stage.handled_once(0..30);
            let failed =
                |event: &ProcessorEvent| matches!(event, ProcessorEvent::LeaseStoreFailed { .. });
            assert!(stage.told(failed) > 0);
            let lost = |event: &ProcessorEvent| matches!(event, ProcessorEvent::LeaseLost { .. });
            assert_eq!(stage.told(lost), 0, "{status}");
        });
    }
}

/// Who cannot write its leases for as long as they last stops working on them before others begin, and takes part again
/// when it can.
#[test]
fn long_trouble_with_leases_ends_the_work_on_them() {
    play(async |stage| {
        let weather = Weather::default();
        let a = instance(stage, "a", &weather).await;
        looks(1).await;
        weather.store(503, Ordering::Relaxed);
        sleep(LASTS + LOOK).await;
        assert_eq!(shares(&[&a]), [0]);
        let expired = |event: &ProcessorEvent| {
            matches!(
                event,
                ProcessorEvent::LeaseLost {
                    why: LeaseLoss::Expired,
                    ..
                }
            )
        };
        assert_eq!(stage.told(expired), 4);
        let b = stage.instance("b").await;
        stage.write(0..30).await;
        sleep(LASTS * 2).await;
        assert_eq!(shares(&[&a, &b]), [0, 4]);
        stage.handled_once(0..30);
        weather.store(0, Ordering::Relaxed);
        looks(6).await;
        assert_eq!(shares(&[&a, &b]), [2, 2]);
        stage.write(30..50).await;
        looks(1).await;
        stage.handled_once(0..50);
    });
}
