//! Order, exclusion and walking of regions.

use cosmokit_protocol::resource::{AccountProperties, AccountRegion};
use cosmokit_protocol::wire::region::Region;

use super::*;
use crate::transport::Transport;

fn snapshot(reads: &[&str], writes: &[&str], preferred: &[&str], multiple: bool) -> Snapshot {
    let service =
        tower::service_fn(|_| async { Err::<http::Response<bytes::Bytes>, _>("not used") });
    let transport = Transport::from_service(service);
    let global =
        RegionalEndpoint::new(None, "https://global.test/".parse().unwrap(), &transport).unwrap();
    let location = |name: &&str| AccountRegion::new(*name, format!("https://{name}.test/"));
    let mut properties = AccountProperties::default();
    properties.readable_locations = reads.iter().map(location).collect();
    properties.writable_locations = writes.iter().map(location).collect();
    properties.enable_multiple_write_locations = multiple;
    let preferred: Vec<Region> = preferred.iter().map(Region::new).collect();
    Snapshot::new(properties, &preferred, &global, &transport, None).unwrap()
}

fn excluded(names: &[&str]) -> ExcludedRegions {
    names.iter().copied().collect()
}

fn candidates<'a>(
    snapshot: &'a Snapshot,
    access: Access,
    excluded: &'a ExcludedRegions,
) -> Candidates<'a> {
    Candidates {
        snapshot,
        access,
        excluded,
        writes_anywhere: false,
    }
}

fn usable_of(snapshot: &Snapshot, access: Access, excluded: &ExcludedRegions) -> usize {
    usable(candidates(snapshot, access, excluded))
}

fn chosen(snapshot: &Snapshot, access: Access, exclude: &[&str], route: Route<'_>) -> String {
    let excluded = excluded(exclude);
    let candidates = candidates(snapshot, access, &excluded);
    let choice = choose(candidates, route, |_| Admission::Open);
    choice
        .endpoint
        .endpoint()
        .host()
        .trim_end_matches(".test")
        .to_owned()
}

fn endpoint(name: &str) -> Arc<RegionalEndpoint> {
    let service =
        tower::service_fn(|_| async { Err::<http::Response<bytes::Bytes>, _>("not used") });
    let endpoint = format!("https://{name}.test/").parse().unwrap();
    RegionalEndpoint::new(
        Some(Region::new(name)),
        endpoint,
        &Transport::from_service(service),
    )
    .unwrap()
}

#[test]
fn reads_follow_the_wish_and_writes_the_account() {
    let one = snapshot(&["a", "b", "c"], &["a"], &["c", "x", "b"], false);
    assert_eq!(chosen(&one, Access::Read, &[], Route::Best), "c");
    assert_eq!(chosen(&one, Access::Read, &["c"], Route::Best), "b");
    assert_eq!(chosen(&one, Access::Read, &["c", "b"], Route::Best), "a");
    assert_eq!(chosen(&one, Access::Write, &[], Route::Best), "a");
    assert_eq!(chosen(&one, Access::Account, &[], Route::Best), "global");
    let many = snapshot(&["a", "b"], &["a", "b"], &["b"], true);
    assert_eq!(chosen(&many, Access::Write, &[], Route::Best), "b");
    let lazy = snapshot(&["a", "b"], &["a", "b"], &["b"], false);
    assert_eq!(chosen(&lazy, Access::Write, &[], Route::Best), "a");
}

#[test]
fn the_walk_goes_around_and_skips_what_is_excluded() {
    let account = snapshot(&["a", "b", "c"], &["a"], &[], false);
    for (last, exclude, expected) in [
        ("a", &[][..], "b"),
        ("b", &[], "c"),
        ("c", &[], "a"),
        ("gone", &[], "a"),
        ("a", &["b"], "c"),
        ("b", &["c", "a"], "b"),
    ] {
        let last = endpoint(last);
        let next = chosen(&account, Access::Read, exclude, Route::After(&last));
        assert_eq!(next, expected, "{last} {exclude:?}");
    }
}

#[test]
fn when_all_is_excluded_the_write_region_serves() {
    let account = snapshot(&["a", "b"], &["b"], &[], false);
    assert_eq!(
        chosen(&account, Access::Read, &["a", "b"], Route::Best),
        "b"
    );
    assert_eq!(
        chosen(&account, Access::Read, &["b"], Route::WriteRegion),
        "b"
    );
}

#[test]
fn an_account_without_regions_is_its_own_endpoint() {
    let account = snapshot(&[], &[], &["a"], false);
    for access in [Access::Read, Access::Write, Access::Account] {
        assert_eq!(chosen(&account, access, &["a"], Route::Best), "global");
        let global = chosen(&account, access, &[], Route::After(&endpoint("a")));
        assert_eq!(global, "global");
    }
}

#[test]
fn usable_regions_are_counted() {
    let account = snapshot(&["a", "b", "c"], &["a"], &[], false);
    assert_eq!(usable_of(&account, Access::Read, &excluded(&[])), 3);
    assert_eq!(usable_of(&account, Access::Read, &excluded(&["B"])), 2);
    assert_eq!(
        usable_of(&account, Access::Read, &excluded(&["a", "b", "c"])),
        1
    );
    assert_eq!(usable_of(&account, Access::Write, &excluded(&[])), 1);
}

#[test]
fn what_is_shut_is_passed_over_unless_everything_is() {
    let account = snapshot(&["a", "b", "c"], &["a"], &[], false);
    let (none, choose_with) = (excluded(&[]), |shut: &[&str], probe: &str| {
        let none = excluded(&[]);
        let choice = choose(
            candidates(&account, Access::Read, &none),
            Route::Best,
            |endpoint| {
                let host = endpoint.endpoint().host().trim_end_matches(".test");
                if host == probe {
                    Admission::Probe
                } else if shut.contains(&host) {
                    Admission::Shut
                } else {
                    Admission::Open
                }
            },
        );
        let host = choice.endpoint.endpoint().host().to_owned();
        (host, choice.is_probe)
    });
    let to = |host: &str, probe| (host.to_owned(), probe);
    assert_eq!(choose_with(&[], ""), to("a.test", false));
    assert_eq!(choose_with(&["a"], ""), to("b.test", false));
    assert_eq!(choose_with(&["a", "b", "c"], ""), to("a.test", false));
    assert_eq!(choose_with(&["a"], "b"), to("b.test", true));
    assert_eq!(
        choose_with(&[], "b"),
        to("a.test", false),
        "nobody probes in vain"
    );
    // Where partitions fail over by themselves, a region that only reads takes the write.
    let anywhere = Candidates {
        writes_anywhere: true,
        ..candidates(&account, Access::Write, &none)
    };
    assert_eq!(usable(anywhere), 3);
    let choice = choose(anywhere, Route::Best, |endpoint| {
        if endpoint.endpoint().host() == "a.test" {
            Admission::Shut
        } else {
            Admission::Open
        }
    });
    assert_eq!(choice.endpoint.endpoint().host(), "b.test");
}

#[test]
fn writes_of_a_partition_that_fails_over_go_to_the_first_that_has_not_refused_them() {
    let account = snapshot(&["a", "b", "c"], &["a"], &["c", "b"], false);
    let everything = excluded(&["a", "b", "c"]);
    let at = |writes_anywhere, refused: &'static [&'static str]| {
        let candidates = Candidates {
            writes_anywhere,
            ..candidates(&account, Access::Read, &everything)
        };
        let admit = |endpoint: &RegionalEndpoint| {
            let name = endpoint.region().unwrap().as_str();
            if refused.contains(&name) {
                Admission::Shut
            } else {
                Admission::Open
            }
        };
        let choice = choose(candidates, Route::WriteRegion, admit);
        choice.endpoint.region().unwrap().to_string()
    };
    assert_eq!(at(true, &[]), "a");
    assert_eq!(at(true, &["a"]), "c", "then the order of reads");
    assert_eq!(at(true, &["a", "c"]), "b");
    assert_eq!(at(true, &["a", "b", "c"]), "a");
    assert_eq!(at(false, &["a"]), "a", "elsewhere the account decides");
}
