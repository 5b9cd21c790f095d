//! Feed ranges: how a container is cut, and who owns a key.

use std::collections::HashSet;

use cosmokit::Result;
use cosmokit::feed::FeedRange;
use cosmokit::models::PartitionKey;
use cosmokit::options::ReadFeedRangesOptions;
use cosmokit_testkit::LocalAccount;

use super::stage::{self, PARTITIONS, refused};

pub(crate) async fn they_tile_the_container(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, "/pk").await?;
    let ranges = container.read_feed_ranges(None).await?;
    assert_eq!(ranges.len(), usize::try_from(PARTITIONS).unwrap());
    let full = FeedRange::full();
    assert_eq!(
        ranges.first().map(FeedRange::min_inclusive),
        Some(full.min_inclusive())
    );
    assert_eq!(
        ranges.last().map(FeedRange::max_exclusive),
        Some(full.max_exclusive())
    );
    for pair in ranges.windows(2) {
        assert_eq!(pair[0].max_exclusive(), pair[1].min_inclusive());
        assert!(!pair[0].overlaps(&pair[1]));
    }
    for range in &ranges {
        assert!(range.is_subset_of(&full));
        assert_eq!(
            range.to_string().parse::<FeedRange>().unwrap(),
            *range,
            "the text form is the range"
        );
    }
    let fresh = ReadFeedRangesOptions::default().with_force_refresh(true);
    assert_eq!(container.read_feed_ranges(Some(fresh)).await?, ranges);
    Ok(())
}

pub(crate) async fn a_key_has_one_owner(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, "/pk").await?;
    let ranges = container.read_feed_ranges(None).await?;
    let mut owners = HashSet::new();
    for n in 0..64 {
        let owner = container
            .feed_range_from_partition_key(format!("key {n}"), None)
            .await?;
        assert_eq!(owner.len(), 1);
        owners.insert(
            ranges
                .iter()
                .position(|range| *range == owner[0])
                .expect("one of the container's ranges"),
        );
    }
    assert_eq!(owners.len(), ranges.len(), "64 keys reach every partition");
    Ok(())
}

pub(crate) async fn keys_that_do_not_fit(local: &LocalAccount) -> Result<()> {
    let container = stage::container(local, ("/tenant", "/user")).await?;
    let whole = container
        .feed_range_from_partition_key(("t", "u"), None)
        .await?;
    assert_eq!(whole.len(), 1);
    let prefix = container.feed_range_from_partition_key("t", None).await?;
    assert!(
        prefix.contains(&whole[0]),
        "what is below a prefix lies in the prefix's ranges"
    );

    refused(
        container
            .feed_range_from_partition_key(("t", "u", "v"), None)
            .await,
        400,
    );
    refused(
        container
            .feed_range_from_partition_key(PartitionKey::EMPTY, None)
            .await,
        400,
    );
    Ok(())
}
