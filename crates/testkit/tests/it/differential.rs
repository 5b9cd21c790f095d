//! Generated queries over generated documents: the same rows in every way of asking (`just queries` plays thousands).

use cosmokit_testkit::generated::{Played, play, play_moving};

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

/// The seed once lost rows: a partition was split while its rows were read, and a token was taken before the second heir had
/// given any.
#[test]
fn so_it_is_while_partitions_and_items_change_in_regions_that_lag() {
    match play_moving(33) {
        Ok(played) => assert!(
            played.with_rows > 2 && played.resumed > 50 && played.splits > 20,
            "{played:?}"
        ),
        Err(disagreement) => panic!("{disagreement}"),
    }
}
