//! Generated queries over generated documents: the same rows in every way of asking (`just queries` plays thousands).

use cosmokit_testkit::generated::{Played, play};

#[tokio::test]
async fn every_way_of_asking_gives_the_same_rows() {
    let mut sum = Played::default();
    for seed in 0..6 {
        match Box::pin(play(seed)).await {
            Ok(played) => sum += played,
            Err(disagreement) => panic!("{disagreement}"),
        }
    }
    assert!(sum.with_rows > 35 && sum.refused > 3, "{sum:?}");
    assert!(sum.resumed > 120 && sum.splits > 15, "{sum:?}");
}
