//! Request paths as the clients of the service send them.

use cosmokit_protocol::id::link::{Addressing, PathAction};
use cosmokit_protocol::id::{IdError, ResourcePath, ResourceType, Rid};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;

/// Path, resource type, feed or item, link that is signed.
fn check(path: &str, kind: ResourceType, is_feed: bool, signing: &str) {
    let parsed = ResourcePath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let found = (
        parsed.resource_type(),
        parsed.is_feed(),
        parsed.signing_link(),
    );
    assert_eq!(found, (kind, is_feed, signing.to_owned()), "{path}");
    assert_eq!(parsed.signing_resource_type(), kind.segment(), "{path}");
    assert_eq!(parsed.addressing(), Addressing::Name, "{path}");
}

#[test]
fn every_row_of_the_resource_table() {
    use ResourceType as T;
    check("/", T::Account, false, "");
    check("", T::Account, false, "");
    check("/dbs", T::Databases, true, "");
    check("/dbs/d", T::Databases, false, "dbs/d");
    check("/dbs/d/colls", T::Containers, true, "dbs/d");
    check("/dbs/d/colls/c", T::Containers, false, "dbs/d/colls/c");
    check("/dbs/d/colls/c/docs", T::Documents, true, "dbs/d/colls/c");
    check(
        "/dbs/d/colls/c/docs/x",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/x",
    );
    check(
        "/dbs/d/colls/c/docs/x/attachments",
        T::Attachments,
        true,
        "dbs/d/colls/c/docs/x",
    );
    check(
        "/dbs/d/colls/c/pkranges",
        T::PartitionKeyRanges,
        true,
        "dbs/d/colls/c",
    );
    check(
        "/dbs/d/colls/c/sprocs/s",
        T::StoredProcedures,
        false,
        "dbs/d/colls/c/sprocs/s",
    );
    check(
        "/dbs/d/colls/c/triggers",
        T::Triggers,
        true,
        "dbs/d/colls/c",
    );
    check(
        "/dbs/d/colls/c/udfs/u",
        T::Udfs,
        false,
        "dbs/d/colls/c/udfs/u",
    );
    check(
        "/dbs/d/colls/c/conflicts/k",
        T::Conflicts,
        false,
        "dbs/d/colls/c/conflicts/k",
    );
    check("/dbs/d/users/u", T::Users, false, "dbs/d/users/u");
    check(
        "/dbs/d/users/u/permissions",
        T::Permissions,
        true,
        "dbs/d/users/u",
    );
    check(
        "/dbs/d/users/u/permissions/p",
        T::Permissions,
        false,
        "dbs/d/users/u/permissions/p",
    );
    check(
        "/dbs/d/clientencryptionkeys/k",
        T::ClientEncryptionKeys,
        false,
        "dbs/d/clientencryptionkeys/k",
    );
    check("/offers", T::Offers, true, "");
}

#[test]
fn shapes_of_the_three_clients() {
    use ResourceType as T;
    check(
        "/dbs/d/colls/c/docs/x/",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/x",
    ); // Python: slash at the end
    check(
        "//dbs//d/colls/c//docs//",
        T::Documents,
        true,
        "dbs/d/colls/c",
    ); // joined from self links
    check("dbs/d/colls/c", T::Containers, false, "dbs/d/colls/c");
    check(
        "/dbs/My%20Db/colls/gr%C3%B6%C3%9Fe",
        T::Containers,
        false,
        "dbs/My Db/colls/größe",
    );
    check(
        "/dbs/d/colls/c/docs/größe",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/größe",
    );
    check(
        "/dbs/d/colls/c/docs/a+b",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/a+b",
    ); // never a blank
    check(
        "/dbs/d/colls/c/docs/a%2Bb&=;,@$:'()*!",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/a+b&=;,@$:'()*!",
    );
    check(
        "/dbs/d/colls/c/docs/a%252Fb",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/a%2Fb",
    ); // decoded once
    check(
        "/dbs/d/colls/c/docs/100%",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/100%",
    );
    check(
        "/dbs/d/colls/c/docs/a%2Fb",
        T::Documents,
        false,
        "dbs/d/colls/c/docs/a/b",
    );
    check(
        "/dbs/dbs/colls/colls/docs/docs",
        T::Documents,
        false,
        "dbs/dbs/colls/colls/docs/docs",
    );
}

#[test]
fn ids_on_the_way_are_found() {
    let path = ResourcePath::parse("/dbs/d/colls/c/docs/x").unwrap();
    assert_eq!(
        (path.database(), path.container(), path.id()),
        (Some("d"), Some("c"), Some("x"))
    );
    let feed = ResourcePath::parse("/dbs/d/users/u/permissions").unwrap();
    assert_eq!(
        (feed.id_of(ResourceType::Users), feed.container(), feed.id()),
        (Some("u"), None, None)
    );
    let owned = ResourcePath::parse(&String::from("/dbs/d/colls/c/docs/x"))
        .unwrap()
        .into_owned();
    assert_eq!(owned, path);
}

#[test]
fn actions_belong_to_their_resource() {
    let path = ResourcePath::parse("/dbs/d/colls/c/operations/partitionkeydelete").unwrap();
    assert_eq!(path.action(), Some(PathAction::PartitionKeyDelete));
    assert_eq!(
        (path.signing_resource_type(), path.signing_link().as_str()),
        ("colls", "dbs/d/colls/c")
    );
    assert_eq!((path.container(), path.id()), (Some("c"), None));
    for (text, action) in [
        ("/operations/dtc", PathAction::DistributedTransaction),
        ("/probe", PathAction::Probe),
        ("/connectivity-probe", PathAction::ConnectivityProbe),
    ] {
        let path = ResourcePath::parse(text).unwrap();
        assert_eq!(
            (path.action(), path.signing_link().as_str()),
            (Some(action), "")
        );
        assert_eq!(path.to_string(), text);
    }
}

#[test]
fn what_leads_nowhere_is_refused() {
    for bad in [
        "/x",
        "/dbs/d/x",
        "/dbs/d/docs",
        "/dbs/d/colls/c/colls",
        "/dbs/d/colls/c/docs/x/y",
        "/offers/o/x",
        "/DBS/d",
        "/colls/c",
        "/operations",
        "/operations/x",
        "/dbs/d/operations/partitionkeydelete",
        "/probe/x",
        "/dbs/d/colls/c/operations/partitionkeydelete/x",
        "/dbs/d/colls/c/docs/x/attachments/a/b",
    ] {
        assert!(
            matches!(ResourcePath::parse(bad), Err(IdError::UnknownPath { .. })),
            "{bad}"
        );
    }
    for bad in [
        "/dbs/%FF",
        "/dbs/d/colls/%C3",
        "/dbs/d/colls/c/docs/%ED%A0%80",
    ] {
        assert_eq!(
            ResourcePath::parse(bad),
            Err(IdError::InvalidEncoding),
            "{bad}"
        );
    }
}

#[test]
fn the_first_identifier_decides_how_all_are_read() {
    let database = Rid::database(0x0102_0304);
    let container = Rid::container(database, 5).unwrap();
    let document = Rid::document(container, 1).unwrap();
    let text = document.path();
    let path = ResourcePath::parse(&text).unwrap();
    assert_eq!(path.addressing(), Addressing::Rid);
    assert_eq!(path.rid(), Ok(document));
    assert_eq!(path.signing_link(), "aqidbiaaaaubaaaaaaaaaa==");
    let feed = format!("/{}docs/", container.self_link());
    assert_eq!(ResourcePath::parse(&feed).unwrap().rid(), Ok(container));
    assert_eq!(
        ResourcePath::parse(&feed).unwrap().signing_link(),
        "aqidbiaaaau="
    );

    let offer = ResourcePath::parse("/offers/abCd").unwrap();
    assert_eq!(
        (offer.addressing(), offer.signing_link().as_str()),
        (Addressing::Rid, "abcd")
    );
    assert!(offer.rid().is_ok());

    // An encoded resource id is the same resource id; `+` and `=` may come either way.
    let encoded = ResourcePath::parse("/dbs/-%2B--%2Bw%3D%3D").unwrap();
    assert_eq!(
        encoded.rid().map(|rid| rid.to_string()),
        Ok("-+--+w==".to_owned())
    );
    assert_eq!(
        ResourcePath::parse("/dbs/-+--+w==").unwrap().rid(),
        encoded.rid()
    );

    for name in ["volcanic", "AAAAAA", "AAAA//==", "aaaaaaaaaaa="] {
        let path = format!("/dbs/{}", name.replace('/', "%2F"));
        assert_eq!(
            ResourcePath::parse(&path).unwrap().addressing(),
            Addressing::Name,
            "{name}"
        );
    }
}

#[test]
fn mixed_paths_have_no_resource_id() {
    let database = Rid::database(1);
    let container = Rid::container(database, 5).unwrap();
    let elsewhere = Rid::container(Rid::database(2), 5).unwrap();
    for bad in [
        format!("/dbs/{database}/colls/name"),
        format!("/dbs/{database}/colls/{elsewhere}"),
        format!("/dbs/{database}/users/{container}"),
        format!("/dbs/{database}/colls/{container}/docs/{container}"),
        format!("/dbs/name/colls/{container}"),
    ] {
        let path = ResourcePath::parse(&bad).unwrap();
        assert!(
            matches!(path.rid(), Err(IdError::MixedAddressing { .. })),
            "{bad}"
        );
    }
    // A database whose name looks like a resource id can still be signed as a name.
    let ambiguous = ResourcePath::parse("/dbs/AAAAAA==/colls/c").unwrap();
    assert_eq!(
        ambiguous.signing_link_by(Addressing::Name),
        "dbs/AAAAAA==/colls/c"
    );
    assert!(matches!(
        ResourcePath::parse("/dbs").unwrap().rid(),
        Err(IdError::UnknownPath { .. })
    ));
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}",
        "\\PC{1,10}",
        prop::sample::select(vec![".", "..", "%", "+", "/", "a b", "AAAAAA=="])
            .prop_map(str::to_owned)
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(ids in prop::collection::vec(segment(), 0..4), feed in any::<bool>()) {
        let kinds = ["dbs", "colls", "docs"];
        let mut path = String::new();
        for (kind, id) in kinds.iter().zip(&ids) {
            path.extend(["/", kind, "/"]);
            path.extend(percent_encode(id.as_bytes(), NON_ALPHANUMERIC));
        }
        if feed && ids.len() < kinds.len() {
            path.extend(["/", kinds[ids.len()]]);
        }
        let parsed = ResourcePath::parse(&path).unwrap();
        let found: Vec<&str> = [parsed.database(), parsed.container(), parsed.id_of(ResourceType::Documents)]
            .into_iter().flatten().collect();
        prop_assert_eq!(found, ids.iter().take(3).map(String::as_str).collect::<Vec<_>>());
        let printed = parsed.to_string();
        prop_assert_eq!(ResourcePath::parse(&printed).unwrap(), parsed);
        prop_assert!(printed.bytes().all(|byte| byte.is_ascii_graphic()));
    }

    #[test]
    fn any_text_is_read_or_refused(path in "[/a-z%0-9=+-]{0,40}|\\PC{0,20}") {
        if let Ok(parsed) = ResourcePath::parse(&path) {
            let _ = (parsed.rid(), parsed.signing_link(), parsed.addressing());
            let printed = parsed.to_string();
            prop_assert_eq!(ResourcePath::parse(&printed).unwrap(), parsed);
        }
    }
}
