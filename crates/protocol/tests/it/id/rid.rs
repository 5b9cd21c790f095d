//! Resource ids: layouts of every kind, their text, and what is refused.

use cosmokit_protocol::id::{IdError, Rid, RidKind};
use proptest::prelude::*;

type Constructor = fn(Rid, u64) -> Result<Rid, IdError>;

fn database() -> Rid {
    Rid::database(0x0102_0304)
}

fn container() -> Rid {
    Rid::container(database(), 5).unwrap()
}

fn check(rid: Rid, kind: RidKind, bytes: &[u8], parent: Option<Rid>) {
    assert_eq!(
        (rid.kind(), rid.as_bytes(), rid.parent()),
        (kind, bytes, parent)
    );
    assert_eq!(rid.to_string().parse(), Ok(rid));
    assert_eq!(Rid::from_bytes(bytes), Ok(rid));
}

#[test]
fn every_kind_has_its_layout() {
    const DB: [u8; 4] = [1, 2, 3, 4];
    const COLL: [u8; 8] = [1, 2, 3, 4, 0x80, 0, 0, 5];
    check(database(), RidKind::Database, &DB, None);
    check(container(), RidKind::Container, &COLL, Some(database()));
    check(Rid::offer([1, 2, 3]), RidKind::Offer, &[1, 2, 3], None);
    let user = Rid::user(database(), 6).unwrap();
    check(
        user,
        RidKind::User,
        &[1, 2, 3, 4, 0, 0, 0, 6],
        Some(database()),
    );
    let permission = Rid::permission(user, 7).unwrap();
    check(
        permission,
        RidKind::Permission,
        &[1, 2, 3, 4, 0, 0, 0, 6, 7, 0, 0, 0, 0, 0, 0, 0],
        Some(user),
    );
    let key = Rid::client_encryption_key(database(), 8).unwrap();
    check(
        key,
        RidKind::ClientEncryptionKey,
        &[1, 2, 3, 4, 0, 0, 0, 8, 0],
        Some(database()),
    );

    let children: [(Constructor, RidKind, u8); 6] = [
        (Rid::document, RidKind::Document, 0x00),
        (Rid::conflict, RidKind::Conflict, 0x40),
        (Rid::partition_key_range, RidKind::PartitionKeyRange, 0x50),
        (Rid::udf, RidKind::UserDefinedFunction, 0x60),
        (Rid::trigger, RidKind::Trigger, 0x70),
        (Rid::stored_procedure, RidKind::StoredProcedure, 0x80),
    ];
    for (constructor, kind, top) in children {
        let bytes = [&COLL[..], &[9, 1, 0, 0, 0, 0, 0, top]].concat();
        let rid = constructor(container(), 0x0109).unwrap();
        check(rid, kind, &bytes, Some(container()));
        assert_eq!(rid.ordinal(), Some(0x0109));
        assert_eq!(
            rid.document_ordinal(),
            (kind == RidKind::Document).then_some(0x0109)
        );
        assert_eq!(
            (rid.container_rid(), rid.database_rid()),
            (Some(container()), Some(database()))
        );
    }
    let document = Rid::document(container(), 1).unwrap();
    let attachment = [document.as_bytes(), &[1, 2, 3, 4]].concat();
    check(
        Rid::from_bytes(&attachment).unwrap(),
        RidKind::Attachment,
        &attachment,
        Some(document),
    );
}

/// Texts seen from the service: base64 with `-` for `/`.
#[test]
fn the_text_form() {
    assert_eq!(Rid::database(0).to_string(), "AAAAAA==");
    assert_eq!(Rid::offer([0x69, 0xB7, 0x1D]).to_string(), "abcd");
    assert_eq!(
        Rid::from_bytes(&[0xFF, 0xEF, 0xBE, 0xFB])
            .unwrap()
            .to_string(),
        "-++++w=="
    );
    assert_eq!(
        "1BsuAMpWAAA=".parse::<Rid>().unwrap().kind(),
        RidKind::Container
    );
    assert_eq!(
        "ks8BANCrTwA=".parse::<Rid>().unwrap().kind(),
        RidKind::Container
    );
    assert_eq!(
        "ks8BANCrTwABAAAAAAAAAA=="
            .parse::<Rid>()
            .unwrap()
            .document_ordinal(),
        Some(1)
    );
    assert_eq!(
        "ks8BANCrTwACAAAAAAAAUA==".parse::<Rid>().unwrap().kind(),
        RidKind::PartitionKeyRange
    );
}

#[test]
fn base64_with_slashes_is_read_where_asked_for() {
    let slashed = Rid::from_base64("/+++");
    assert_eq!(slashed, "-+++".parse());
    assert_eq!(Rid::from_base64("-+++"), slashed);
    assert!("/+++".parse::<Rid>().is_err());
    assert!(Rid::from_base64("/").is_err());
}

#[test]
fn texts_that_are_no_resource_id_are_refused() {
    for bad in [
        "",
        "=",
        "====",
        "A",
        "AA",
        "AAA",
        "AAAAA",
        "AA==",
        "AAAAAA",
        "AAAAAA=",
        "AAAAAB==",
        "AAAAAA==\n",
        " AAAAAA==",
        "AAAA//==",
        "AAAA_w==",
        "AAAAAAAA",
        "AAAAAAAAAA==",
        "é",
        "volcanic",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ks8BANCrTwABAAAAAAAA8A==",     // child type 0xF
        "ks8BANCrTwABAAAAAAAAUAAAAAA=", // an attachment below a partition key range
        "AAAAAAAAAAABAAAAAAAAAAAAAAA=", // an attachment below a permission
    ] {
        assert!(
            matches!(bad.parse::<Rid>(), Err(IdError::InvalidRid { .. })),
            "{bad:?}"
        );
    }
    assert!(Rid::from_bytes(&[0; 1000]).is_err());
    assert!(Rid::from_bytes(&[]).is_err());
}

#[test]
fn constructors_refuse_other_parents_and_big_numbers() {
    assert!(matches!(
        Rid::container(container(), 1),
        Err(IdError::WrongRidKind { .. })
    ));
    assert!(matches!(
        Rid::document(database(), 1),
        Err(IdError::WrongRidKind { .. })
    ));
    assert!(matches!(
        Rid::permission(container(), 1),
        Err(IdError::WrongRidKind { .. })
    ));
    assert!(matches!(
        Rid::container(database(), 1 << 31),
        Err(IdError::OrdinalOutOfRange { .. })
    ));
    assert!(matches!(
        Rid::user(database(), u32::MAX),
        Err(IdError::OrdinalOutOfRange { .. })
    ));
    assert!(matches!(
        Rid::document(container(), 1 << 60),
        Err(IdError::OrdinalOutOfRange { .. })
    ));
    assert!(Rid::document(container(), (1 << 60) - 1).is_ok());
}

#[test]
fn links_by_resource_id() {
    let document = Rid::document(container(), 1).unwrap();
    assert_eq!(
        document.self_link(),
        "dbs/AQIDBA==/colls/AQIDBIAAAAU=/docs/AQIDBIAAAAUBAAAAAAAAAA==/"
    );
    assert_eq!(
        document.path(),
        "/dbs/AQIDBA==/colls/AQIDBIAAAAU=/docs/AQIDBIAAAAUBAAAAAAAAAA=="
    );
    assert_eq!(document.signing_link(), "aqidbiaaaaubaaaaaaaaaa==");
    assert_eq!(Rid::offer([0x69, 0xB7, 0x1D]).self_link(), "offers/abcd/");
    let permission = Rid::permission(Rid::user(database(), 6).unwrap(), 7).unwrap();
    assert_eq!(
        permission.self_link(),
        "dbs/AQIDBA==/users/AQIDBAAAAAY=/permissions/AQIDBAAAAAYHAAAAAAAAAA==/"
    );
    assert!(
        document.is_within(&container())
            && document.is_within(&database())
            && document.is_within(&document)
    );
    assert!(!container().is_within(&document) && !document.is_within(&Rid::database(9)));
    assert_eq!(format!("{document:?}"), "document AQIDBIAAAAUBAAAAAAAAAA==");
}

#[test]
fn json_is_the_text() {
    let json = serde_json::to_string(&container()).unwrap();
    assert_eq!(json, "\"AQIDBIAAAAU=\"");
    assert_eq!(serde_json::from_str::<Rid>(&json).unwrap(), container());
    assert!(serde_json::from_str::<Rid>("\"x\"").is_err());
}

proptest! {
    #[test]
    fn bytes_and_text_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
        if let Ok(rid) = Rid::from_bytes(&bytes) {
            prop_assert_eq!(rid.as_bytes(), &bytes[..]);
            let text = rid.to_string();
            prop_assert_eq!(text.len(), bytes.len().div_ceil(3) * 4);
            prop_assert!(!text.contains('/'));
            prop_assert_eq!(text.parse::<Rid>().unwrap(), rid);
            if let Some(parent) = rid.parent() {
                prop_assert!(bytes.starts_with(parent.as_bytes()));
                prop_assert!(rid.is_within(&parent));
            }
        } else {
            prop_assert!(![3, 4, 8, 9].contains(&bytes.len()));
        }
    }

    #[test]
    fn what_parses_prints_the_same(text in "[A-Za-z0-9+/=-]{0,30}") {
        if let Ok(rid) = text.parse::<Rid>() {
            prop_assert_eq!(rid.to_string(), text);
        }
    }

    #[test]
    fn documents_order_by_their_number(db in any::<u32>(), coll in 0_u32..1 << 31, number in 0_u64..1 << 60) {
        let container = Rid::container(Rid::database(db), coll).unwrap();
        let document = Rid::document(container, number).unwrap();
        prop_assert_eq!(document.document_ordinal(), Some(number));
        prop_assert_eq!(document.container_rid(), Some(container));
        prop_assert_eq!((container.ordinal(), container.kind()), (Some(u64::from(coll)), RidKind::Container));
        prop_assert_eq!(Rid::user(Rid::database(db), coll).unwrap().kind(), RidKind::User);
    }
}
