//! Without trouble: each item operation is one attempt, reads at home, writes where writes are taken.

use std::sync::Arc;

use cosmokit::feed::ChangeFeedStartFrom;
use cosmokit::models::{PatchInstructions, PatchOperation};
use cosmokit::{FeedScope, TransactionalBatch};
use cosmokit_driver::DiagnosticsContext;
use cosmokit_engine::WriteMode;
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::scene::{BOTH, EAST, HUB, SATELLITE, WEST, document, enter, settings, world};
use super::trail::Trail;

type Told = Arc<DiagnosticsContext>;

#[tokio::test(start_paused = true)]
async fn every_write_goes_where_writes_are_taken() {
    for writes in BOTH {
        for (home, near) in [(HUB, EAST), (SATELLITE, WEST)] {
            let place = match writes {
                WriteMode::Multi => near,
                WriteMode::Single => EAST,
            };
            let world = world(writes).await;
            let items = enter(&world, &settings(1, &home)).await;
            let patch = PatchInstructions::new()
                .with_operation(PatchOperation::increment("/number", 1_i64));
            let batch = TransactionalBatch::new("p")
                .create_item(document("2", 1))
                .unwrap();

            let create = items.create_item("p", "1", document("1", 1), None);
            let create = create.await.unwrap().diagnostics();
            let upsert = items.upsert_item("p", "1", document("1", 2), None);
            let upsert = upsert.await.unwrap().diagnostics();
            let replace = items.replace_item("p", "1", document("1", 3), None);
            let replace = replace.await.unwrap().diagnostics();
            let patch = items.patch_item("p", "1", patch, None);
            let patch = patch.await.unwrap().diagnostics();
            let batch = items.execute_transactional_batch(batch, None);
            let batch = batch.await.unwrap().diagnostics();
            let delete = items.delete_item("p", "1", None);
            let delete = delete.await.unwrap().diagnostics();

            for told in [create, upsert, replace, patch, batch, delete] {
                let what = format!("{} {writes:?} from {near}", told.operation_name());
                Trail(told).succeeded_in(&[place], &what);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_read_stays_at_home() {
    for writes in BOTH {
        for (home, near) in [(HUB, EAST), (SATELLITE, WEST)] {
            let world = world(writes).await;
            let items = enter(&world, &settings(1, &home)).await;
            let written = items.create_item("p", "1", document("1", 1), None);
            written.await.unwrap();

            let mut all: Vec<Told> = Vec::new();
            all.push(items.read_item("p", "1", None).await.unwrap().diagnostics());
            let mut pages = items
                .query_items::<Value>("SELECT * FROM c", FeedScope::partition("p"), None)
                .await
                .unwrap()
                .into_pages();
            while let Some(page) = pages.try_next().await.unwrap() {
                assert_eq!(page.items().len(), 1);
                all.push(page.diagnostics());
            }
            let start = ChangeFeedStartFrom::Beginning;
            let mut changes = items
                .query_change_feed::<Value>(FeedScope::partition("p"), start, None)
                .await
                .unwrap();
            let page = changes.try_next().await.unwrap().unwrap();
            assert_eq!(page.items().len(), 1);
            all.push(page.diagnostics());

            assert_eq!(all.len(), 3, "a read, a page of a query, a page of changes");
            for told in all {
                let what = format!("{} {writes:?} from {near}", told.operation_name());
                let trail = Trail(told);
                assert!(!trail.0.is_failure(), "{what}: {}", trail.0);
                let regions = trail.regions();
                assert!(!regions.is_empty(), "{what}");
                assert!(regions.iter().all(|it| it == near), "{what}: {regions:?}");
            }
        }
    }
}
