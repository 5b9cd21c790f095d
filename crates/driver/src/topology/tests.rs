//! What an account document becomes.

use std::sync::Arc;

use cosmokit_protocol::resource::{AccountProperties, AccountRegion};

use super::*;
use crate::routing::Access;
use crate::transport::Transport;

fn service() -> Transport {
    Transport::from_service(tower::service_fn(|_| async {
        Err::<http::Response<bytes::Bytes>, _>("not used")
    }))
}

fn account(regions: &[(&str, &str)]) -> AccountProperties {
    let mut properties = AccountProperties::default();
    properties.readable_locations = regions
        .iter()
        .map(|(name, url)| AccountRegion::new(*name, *url))
        .collect();
    properties.writable_locations = properties.readable_locations.clone();
    properties
}

#[test]
fn endpoints_in_use_are_used_on() {
    let transport = service();
    let global =
        RegionalEndpoint::new(None, "https://g.test".parse().unwrap(), &transport).unwrap();
    let make = |regions: &[(&str, &str)], before: Option<&Snapshot>| {
        Snapshot::new(account(regions), &[], &global, &transport, before).unwrap()
    };
    let first = make(&[("a", "https://a.test/"), ("b", "https://b.test/")], None);
    assert!(Arc::ptr_eq(
        &first.endpoints(Access::Read)[0],
        &first.endpoints(Access::Write)[0]
    ));
    let second = make(
        &[("b", "https://b.test:443"), ("a", "https://moved.test/")],
        Some(&first),
    );
    assert!(Arc::ptr_eq(
        &first.endpoints(Access::Read)[1],
        &second.endpoints(Access::Read)[0]
    ));
    assert_eq!(
        second.endpoints(Access::Read)[1].text(),
        "https://moved.test/"
    );
}

#[test]
fn an_endpoint_that_cannot_be_used_is_left_out() {
    let transport = service();
    let global =
        RegionalEndpoint::new(None, "https://g.test".parse().unwrap(), &transport).unwrap();
    let some = account(&[("a", "nonsense"), ("b", "https://b.test/")]);
    let snapshot = Snapshot::new(some, &[], &global, &transport, None).unwrap();
    assert_eq!(snapshot.endpoints(Access::Read).len(), 1);
    let none = account(&[("a", "nonsense"), ("b", "ftp://b")]);
    let error = Snapshot::new(none, &[], &global, &transport, None).unwrap_err();
    assert!(error.message().contains("ftp://b"), "{error}");
}
