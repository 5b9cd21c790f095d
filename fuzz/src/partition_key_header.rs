//! Partition key headers and documents from anywhere: reading never panics, a key prints as a header that means the
//! same, and every key has a point in each hash space.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, FeedRange, PartitionKey, PartitionKeyDefinition,
    PartitionKeyVersion,
};

/// One run over arbitrary bytes; panics when a law is broken.
pub fn run(data: &[u8]) {
    let levels = PartitionKeyDefinition::from(("/a", "/b/c", "/b"));
    if let Ok(key) = levels.extract(data) {
        assert_eq!(key.len(), 3);
        check(&key);
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = PartitionKey::from_header(text) {
        check(&key);
    }
    if let Ok(range) = text.parse::<FeedRange>() {
        assert_eq!(range.to_string().parse(), Ok(range));
    }
    if let Ok(point) = EffectivePartitionKey::from_hex(text) {
        assert_eq!(point.to_hex(), text.to_ascii_uppercase());
        assert!(point.successor() > point);
    }
    let _ = PartitionKeyDefinition::from(text).extract(b"{\"a\":{\"b\":1}}");
}

fn check(key: &PartitionKey) {
    let header = key.to_header();
    assert!(header.bytes().all(|byte| (0x20..0x7F).contains(&byte)));
    assert_eq!(PartitionKey::from_header(&header).as_ref(), Ok(key));

    let levels =
        PartitionKeyDefinition::from_paths(["/a", "/b", "/c"].into_iter().take(key.len().max(1)));
    for definition in [levels.clone(), levels.with_version(PartitionKeyVersion::V1)] {
        let point = EffectivePartitionKey::of(key, &definition).expect("the key is complete");
        let range = EpkRange::prefix(key, &definition).expect("the key is complete");
        assert!(range.contains(&point) && EpkRange::FULL.contains(&point));
    }
}
