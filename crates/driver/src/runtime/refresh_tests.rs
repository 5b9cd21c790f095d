//! Registrations: who is refreshed, and that each ends only itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::refresh::AccountRefresh;
use super::registry::{Registration, Registry, Start};
use crate::clock::{Clock, Instant};
use crate::entropy::Entropy;
use crate::options::{AccountRefreshOptions, AccountRefreshSettings, Environment};

fn counting(count: &Arc<AtomicU32>) -> Start {
    let count = Arc::clone(count);
    Box::new(move || {
        let count = Arc::clone(&count);
        Some(Box::pin(async move {
            count.fetch_add(1, Ordering::SeqCst);
        }))
    })
}

fn register(registry: &Arc<Registry>, count: &Arc<AtomicU32>) -> Registration {
    registry.register("https://a.test".parse().unwrap(), counting(count))
}

fn refresh() -> AccountRefresh {
    let options = AccountRefreshOptions::default().with_account_refresh_jitter_percent(0);
    let settings = AccountRefreshSettings::of(&options, &Environment::empty()).unwrap();
    AccountRefresh::new(settings, Clock::system(), Entropy::seeded(1))
}

async fn pass(seconds: u64) {
    tokio::time::sleep_until(Instant::now() + Duration::from_secs(seconds)).await;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn ids_grow_and_are_never_used_again() {
    let (registry, count) = (Arc::<Registry>::default(), Arc::default());
    let (first, second) = (register(&registry, &count), register(&registry, &count));
    let ids = [first.id(), second.id()];
    drop((first, second));
    let third = register(&registry, &count);
    assert!(ids[0] < ids[1] && ids[1] < third.id());
}

#[tokio::test(start_paused = true)]
async fn an_old_registration_does_not_end_a_newer_one_of_the_same_endpoint() {
    let refresh = refresh();
    let (old_count, new_count) = (Arc::default(), Arc::default());
    let old = register(refresh.registry(), &old_count);
    let new = register(refresh.registry(), &new_count);
    refresh.start();
    drop(old);
    pass(300).await;
    assert_eq!(old_count.load(Ordering::SeqCst), 0);
    assert_eq!(new_count.load(Ordering::SeqCst), 1);
    drop(new);
    assert_eq!(refresh.registry().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_registration_that_outlives_the_runtime_ends_in_peace() {
    let refresh = refresh();
    let count = Arc::default();
    let registration = register(refresh.registry(), &count);
    refresh.start();
    refresh.start();
    assert_eq!(
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks(),
        1
    );
    drop(refresh);
    pass(900).await;
    assert_eq!(
        count.load(Ordering::SeqCst),
        0,
        "the loop ended with its owner"
    );
    assert_eq!(
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks(),
        0
    );
    drop(registration);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_passed_over() {
    let refresh = refresh();
    let _gone = refresh
        .registry()
        .register("https://gone.test".parse().unwrap(), Box::new(|| None));
    let count = Arc::default();
    let _there = register(refresh.registry(), &count);
    refresh.start();
    pass(600).await;
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_runs_is_not_started_twice() {
    let refresh = refresh();
    let started = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&started);
    let start: Start = Box::new(move || {
        seen.fetch_add(1, Ordering::SeqCst);
        Some(Box::pin(std::future::pending()))
    });
    let _hanging = refresh
        .registry()
        .register("https://a.test".parse().unwrap(), start);
    refresh.start();
    pass(3_000).await;
    assert_eq!(started.load(Ordering::SeqCst), 1);
}
