//! The vectors for other languages: `tests/data/session-format.json`. `conformance/session_format.py`
//! reads the same file with code of its own.

use cosmokit_protocol::session::RangeId;
use cosmokit_session::carried::{
    AccountHash, Carried, ContainerKey, ContainerRid, Origin, Position, Seconds,
};
use cosmokit_session::carry::{ValueOptions, Values};
use cosmokit_session::format::{decode, encode};
use cosmokit_session::seal::{KeyRing, Protection, Sealer};
use serde_json::Value;

use crate::sample::token;

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn eight(hex: &Value) -> [u8; 8] {
    bytes(hex).try_into().unwrap()
}

fn carried(case: &Value) -> Carried {
    let mut carried = Carried::new();
    for container in case["containers"].as_array().unwrap() {
        let key = ContainerKey {
            account: AccountHash(eight(&container["account"])),
            rid: ContainerRid(eight(&container["rid"])),
        };
        if let Some(until) = container["mark"].as_u64() {
            carried.mark_uncertain(key, Seconds(until)).unwrap();
        }
        for range in container["ranges"].as_array().unwrap() {
            let origin = match range["origin"].as_str().unwrap() {
                "read" => Origin::Read,
                "write" => Origin::Write,
                other => panic!("{other}"),
            };
            let id = RangeId::parse(range["range"].as_str().unwrap()).unwrap();
            let seen = Seconds(range["seen"].as_u64().unwrap());
            let position = Position::new(token(range["token"].as_str().unwrap()), origin, seen);
            carried.observe(key, id, position).unwrap();
        }
    }
    carried
}

#[test]
fn the_published_vectors_hold() {
    let file: Value = serde_json::from_str(include_str!("../data/session-format.json")).unwrap();
    let text = |name: &str| file[name].as_str().unwrap();
    let ring = KeyRing::new(bytes(&file["secret"])).unwrap();
    let values = |protection| {
        let sealer = Sealer::new(protection);
        let forever = ValueOptions {
            lifetime: u64::MAX,
            ..ValueOptions::default()
        };
        Values::new(sealer, text("app"), text("carrier"), forever)
    };
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let issued = Seconds(case["issued"].as_u64().unwrap());
        let carried = carried(case);
        assert_eq!(encode(&carried, issued), bytes(&case["payload"]), "{name}");
        assert_eq!(
            decode(&bytes(&case["payload"])).unwrap().carried,
            carried,
            "{name}"
        );
        let binding = case["binding"].as_str().map(str::as_bytes);
        for (form, protection) in [
            ("sealed", Protection::Sealed(ring.clone())),
            ("signed", Protection::Signed(ring.clone())),
            ("plain", Protection::UnsafePlain),
        ] {
            let opened = values(protection).open(case[form].as_str().unwrap(), binding, issued);
            assert_eq!(opened.unwrap().carried, carried, "{name} {form}");
        }
    }
    for refused in file["refused"].as_array().unwrap() {
        assert!(
            decode(&bytes(&refused["payload"])).is_err(),
            "{}",
            refused["name"]
        );
    }
}
