//! What carrying sessions costs: a request without one, and a value of a kilobyte read, merged and made again.

use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use cosmokit_protocol::session::{Lsn, RangeId, RangeToken, VectorToken};
use cosmokit_session::SessionCarrying;
use cosmokit_session::carried::{
    AccountHash, Carried, ContainerKey, ContainerRid, Origin, Position, Seconds,
};
use cosmokit_session::carry::{ValueOptions, Values};
use cosmokit_session::seal::{KeyRing, Protection, Sealer};
use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;
use tower::ServiceExt as _;

const NOW: Seconds = Seconds(1_800_000_000);

/// Partitions of one container that make a value of about a kilobyte.
const PARTITIONS: u32 = 200;

fn carried() -> Carried {
    let mut carried = Carried::new();
    let key = ContainerKey {
        account: AccountHash([1; 8]),
        rid: ContainerRid([2; 8]),
    };
    let mut generator = fastrand::Rng::with_seed(1);
    for range in 0..PARTITIONS {
        let lsn = Lsn::new(generator.u64(5_000_000..10_000_000)).expect("below 2^53");
        let token = RangeToken::Vector(VectorToken::new(1, lsn).expect("a small version"));
        let position = Position::new(token, Origin::Write, NOW);
        carried
            .observe(key, RangeId::from(range), position)
            .expect("below the limits");
    }
    carried
}

fn value(c: &mut Criterion) {
    let ring = KeyRing::new([7; 32]).expect("long enough");
    let sealer = Sealer::new(Protection::Sealed(ring));
    let values = Values::new(sealer, "bench", "cookie", ValueOptions::default());
    let carried = carried();
    let close = || {
        let closed = values.close(&carried, None, NOW).expect("random bytes");
        closed.expect("something to carry").text
    };
    let text = close();
    let name = format!("{} characters", text.len());
    let mut group = c.benchmark_group("value");
    group.bench_function(format!("{name}: made"), |b| b.iter(close));
    group.bench_function(format!("{name}: opened"), |b| {
        b.iter(|| values.open(black_box(&text), None, NOW));
    });
    group.bench_function(format!("{name}: opened, merged and made"), |b| {
        b.iter(|| {
            let opened = values.open(black_box(&text), None, NOW).expect("just made");
            let mut all = opened.carried;
            all.join(&carried).expect("below the limits");
            values.close(&all, None, NOW)
        });
    });
    group.finish();
}

fn request(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let bare = Router::new().route("/", get(async || "hello"));
    let ring = KeyRing::new([7; 32]).expect("long enough");
    let sessions = SessionCarrying::new(ring).expect("the defaults fit together");
    let layered = bare.clone().layer(sessions.layer());
    let mut group = c.benchmark_group("request without a session");
    for (name, app) in [("bare", bare), ("with the layer", layered)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let request = Request::new(Body::empty());
                runtime.block_on(app.clone().oneshot(request))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, value, request);
criterion_main!(benches);
