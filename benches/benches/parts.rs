//! The parts by themselves: hashing, signing, merging, and whole operations on an account in the same process.

use std::hint::black_box;

use cosmokit::models::ContainerProperties;
use cosmokit_protocol::id::link::ResourceType;
use cosmokit_protocol::partition::{EffectivePartitionKey, PartitionKey, PartitionKeyDefinition};
use cosmokit_protocol::session::SessionToken;
use cosmokit_protocol::wire::signing::{EMULATOR_KEY, MasterKey, StringToSign};
use cosmokit_testkit::LocalAccount;
use criterion::{Criterion, criterion_group, criterion_main};
use http::Method;
use serde_json::json;

fn hashing(criterion: &mut Criterion) {
    let single = PartitionKeyDefinition::from_paths(["/pk"]);
    let levels = PartitionKeyDefinition::from_paths(["/tenant", "/user", "/session"]);
    let key = PartitionKey::from("contoso-00042");
    let hierarchical = PartitionKey::from(("tenant-7", "user-00042", "session-1"));
    criterion.bench_function("hash point of a string", |bench| {
        bench.iter(|| EffectivePartitionKey::of(black_box(&key), &single));
    });
    criterion.bench_function("hash point of three levels", |bench| {
        bench.iter(|| EffectivePartitionKey::of(black_box(&hierarchical), &levels));
    });
}

fn signing(criterion: &mut Criterion) {
    let key = MasterKey::from_base64(EMULATOR_KEY).expect("the emulator's key is base64");
    criterion.bench_function("sign a point read", |bench| {
        bench.iter(|| {
            key.authorization(&StringToSign {
                method: &Method::GET,
                resource_type: ResourceType::Documents.segment(),
                link: black_box("dbs/shop/colls/orders/docs/o-100"),
                x_ms_date: "Thu, 27 Apr 2017 00:51:12 GMT",
                http_date: "",
            })
        });
    });
}

fn sessions(criterion: &mut Criterion) {
    let older = SessionToken::new("0:1#900#4=800#5=700");
    let newer = SessionToken::new("0:1#901#4=801#5=699");
    criterion.bench_function("merge two session tokens", |bench| {
        bench.iter(|| black_box(&older).merge(black_box(&newer)));
    });
}

fn operations(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs threads and memory only");
    let (local, items) = runtime.block_on(async {
        let local = LocalAccount::start().await.expect("a local account starts");
        let client = local.client();
        client.create_database("bench", None).await.expect("create");
        let database = client.database_client("bench");
        let properties = ContainerProperties::new("items", "/pk".into());
        database
            .create_container(properties, None)
            .await
            .expect("create");
        let items = database
            .container_client("items", None)
            .await
            .expect("read");
        let item = json!({"id": "1", "pk": "a", "text": "one kilobyte of text; ".repeat(40)});
        items
            .create_item("a", "1", item, None)
            .await
            .expect("create");
        (local, items)
    });
    criterion.bench_function("point read in process", |bench| {
        bench.iter(|| runtime.block_on(items.read_item("a", "1", None)));
    });
    let mut count = 0_u64;
    let text = "one kilobyte of text; ".repeat(40);
    criterion.bench_function("create in process", |bench| {
        bench.iter(|| {
            count += 1;
            let id = count.to_string();
            let item = json!({"id": id, "pk": "b", "text": text});
            runtime.block_on(items.create_item("b", &id, item, None))
        });
    });
    drop(local);
}

criterion_group!(parts, hashing, signing, sessions, operations);
criterion_main!(parts);
