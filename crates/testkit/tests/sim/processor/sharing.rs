//! Instances share the leases, and take over what others leave.

use cosmokit::processor::{LeaseLoss, ProcessorEvent};
use cosmokit_testkit::world::sleep;

use super::stage::{LASTS, LOOK, looks, play, shares};

#[test]
fn one_instance_handles_everything_once() {
    play(async |stage| {
        stage.write(0..50).await;
        let one = stage.instance("a").await;
        sleep(LOOK).await;
        stage.handled_once(0..50);
        stage.write(50..80).await;
        sleep(LOOK).await;
        stage.handled_once(0..80);
        let state = one.state();
        assert!(state.health.is_running());
        assert_eq!(state.leases.len(), 4);
        assert_eq!(
            state
                .leases
                .iter()
                .map(|lease| lease.changes_handled)
                .sum::<u64>(),
            80
        );
        one.stop().await;
        assert!(one.state().leases.is_empty());
    });
}

#[test]
fn instances_share_equally_and_nothing_is_handled_twice() {
    play(async |stage| {
        stage.write(0..40).await;
        let a = stage.instance("a").await;
        looks(1).await;
        assert_eq!(shares(&[&a]), [4]);
        let b = stage.instance("b").await;
        looks(4).await;
        assert_eq!(shares(&[&a, &b]), [2, 2]);
        let c = stage.instance("c").await;
        looks(4).await;
        let mut three = shares(&[&a, &b, &c]);
        three.sort_unstable();
        assert_eq!(three, [1, 1, 2]);
        stage.write(40..90).await;
        looks(1).await;
        stage.handled_once(0..90);
        // Nobody moves anything any more.
        let moved = stage.events.lock().unwrap().len();
        looks(10).await;
        assert_eq!(stage.events.lock().unwrap().len(), moved);
    });
}

#[test]
fn leases_of_the_dead_expire_and_those_of_the_stopped_are_free() {
    play(async |stage| {
        let (a, b) = (stage.instance("a").await, stage.instance("b").await);
        looks(4).await;
        assert_eq!(shares(&[&a, &b]), [2, 2]);
        drop(b);
        stage.write(0..40).await;
        sleep(LASTS / 2).await;
        assert_eq!(shares(&[&a]), [2], "they may be alive");
        sleep(LASTS / 2 + LOOK * 2).await;
        assert_eq!(shares(&[&a]), [4]);
        sleep(LOOK).await;
        stage.handled_once(0..40);

        let c = stage.instance("c").await;
        looks(4).await;
        assert_eq!(shares(&[&a, &c]), [2, 2]);
        c.stop().await;
        looks(2).await;
        assert_eq!(shares(&[&a]), [4], "they were given back");
        stage.write(40..60).await;
        sleep(LOOK).await;
        stage.handled_once(0..60);
    });
}

#[test]
fn an_instance_that_comes_back_under_its_name_has_its_leases_at_once() {
    play(async |stage| {
        drop({
            let before = stage.instance("a").await;
            looks(1).await;
            before
        });
        let again = stage.instance("a").await;
        sleep(LOOK / 2).await;
        assert_eq!(shares(&[&again]), [4]);
        let taken = stage
            .told(|event| matches!(event, ProcessorEvent::LeaseAcquired { from: Some(_), .. }));
        assert_eq!(taken, 0);
    });
}

/// Two processes under one name are two instances all the same: they end with an equal share each.
#[test]
fn twins_share() {
    play(async |stage| {
        let a = stage.instance("a").await;
        looks(1).await;
        let twin = stage
            .start(stage.builder("twin").await.with_instance_name("a"))
            .await;
        looks(8).await;
        assert_eq!(shares(&[&a, &twin]), [2, 2]);
        stage.write(0..40).await;
        looks(1).await;
        stage.handled_once(0..40);
        let taken = |event: &ProcessorEvent| matches!(event, ProcessorEvent::LeaseLost { why: LeaseLoss::TakenBy(by), .. } if by == "a");
        assert!(stage.told(taken) >= 4);
    });
}

#[test]
fn an_instance_holds_no_more_leases_than_it_may() {
    play(async |stage| {
        let most = 1.try_into().unwrap();
        let a = stage
            .start(stage.builder("a").await.with_max_lease_count(most))
            .await;
        looks(4).await;
        assert_eq!(shares(&[&a]), [1]);
        let b = stage.instance("b").await;
        looks(4).await;
        assert_eq!(shares(&[&a, &b]), [1, 2], "a share is a share");
    });
}

#[test]
fn a_dropped_processor_leaves_no_task_and_no_client() {
    play(async |stage| {
        let tasks = || {
            tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks()
        };
        let before = tasks();
        let processor = stage.instance("a").await;
        looks(2).await;
        assert!(tasks() > before);
        drop(processor);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(tasks(), before);

        let processor = stage.instance("a").await;
        looks(2).await;
        processor.stop().await;
        // Stopped, it can be started again.
        processor.start().await.unwrap();
        processor.start().await.unwrap();
        looks(1).await;
        assert_eq!(shares(&[&processor]), [4]);
        drop(processor);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(tasks(), before);
    });
}
