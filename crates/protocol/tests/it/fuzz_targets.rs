//! The fuzz targets over nasty seeds and their neighbours: what libFuzzer would find first, on any toolchain.

use proptest::prelude::*;

macro_rules! targets {
    ($($name:ident at $path:literal;)+) => {
        $(
            #[path = $path]
            #[allow(unreachable_pub, reason = "public in the fuzz package, which shares the file")]
            mod $name;
        )+

        const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $name::run)),+];
    };
}

targets! {
    account_document at "../../../../fuzz/src/account_document.rs";
    error_body at "../../../../fuzz/src/error_body.rs";
    partition_key_ranges at "../../../../fuzz/src/partition_key_ranges.rs";
    response_headers at "../../../../fuzz/src/response_headers.rs";
    authorization at "../../../../fuzz/src/authorization.rs";
    link at "../../../../fuzz/src/link.rs";
    partition_key_header at "../../../../fuzz/src/partition_key_header.rs";
    rid at "../../../../fuzz/src/rid.rs";
    session_token at "../../../../fuzz/src/session_token.rs";
}

/// Seeds of all targets; each target gets all of them.
const SEEDS: &[&[u8]] = &[
    b"",
    b"\0",
    b"\xFF\xFE\xFD",
    b"/",
    b"//dbs//AAAAAA==/colls/AAAAAIAAAAU=/docs/AAAAAIAAAAUBAAAAAAAAAA==/",
    b"/dbs/d/colls/c/docs/%2e%2E%2F%00%ff",
    b"/dbs/d/colls/c/operations/partitionkeydelete",
    b"/dbs/d/users/u/permissions/p/",
    b"/dbs/d/colls/c/docs/x/attachments/a",
    b"/dbs/%",
    b"/dbs/%4",
    b"/offers/abCd",
    b"a\nb\nc",
    b"..\n.\n%",
    b"My Db\nc+c\na/b?c#d%e",
    b"AAAAAA==",
    b"AQIDBIAAAAU=",
    b"AQIDBIAAAAUBAAAAAAAAUA==",
    b"AQIDBIAAAAUBAAAAAAAAAAECAwQ=",
    &[0xFF; 20],
    &[0x80; 16],
    &[0; 9],
    b"[]",
    b"[{}]",
    b"[null,true,-0.0]",
    b"[\"\\ud83d\\ude00\",18446744073709551615,5e-324]",
    b"[1,2,3,4]",
    b"[[[[[[[[",
    b"[1e999]",
    b"{\"a\":1,\"b\":{\"c\":\"x\"}}",
    b"{\"b\":{\"c\":1},\"a\":[],\"b\":{\"c\":{}}}",
    b"{\"a\":\"\\ud800\"}",
    b"05C1EFE313830C087366656E706F6500",
    b"FFFF",
    b"eyJSYW5nZSI6eyJtaW4iOiIiLCJtYXgiOiJGRiIsImlzTWluSW5jbHVzaXZlIjp0cnVlLCJpc01heEluY2x1c2l2ZSI6ZmFsc2V9fQ==",
    b"0:1#5#0=5,1:-1#9#1=3|0:2#9#0=5",
    b"0:-1#9007199254740992|0:5",
    br#"{"id":"a","_rid":"a.x","writableLocations":[{"name":"East US","databaseAccountEndpoint":"https://a-eastus.x/"}],"readableLocations":[],"enableMultipleWriteLocations":false,"userConsistencyPolicy":{"defaultConsistencyLevel":"Session"},"userReplicationPolicy":{"maxReplicasetSize":4},"new":[1]}"#,
    br#"{"_rid":"x","PartitionKeyRanges":[{"_rid":"r","id":"0","_etag":"e","minInclusive":"","maxExclusive":"80","parents":["7"]},{"id":"1","minInclusive":"80","maxExclusive":"FF"}],"_count":2}"#,
    br#"{"PartitionKeyRanges":[{"id":"0","minInclusive":"","maxExclusive":"FF"}],"_count":1}"#,
    br#"{"code":"NotFound","message":"Entity with the specified id does not exist.\r\nActivityId: 1, x","additionalErrorInfo":"{}"}"#,
    b"{\"code\":1,\"message\":null}",
    b"\x00\"etag\"\n\x0112.5\n\x02 0:-1#5\n\x051002\n\x06 -1\n\x07 18446744073709551616\n\x0a 1e309",
    b"type%3Dmaster%26ver%3D1.0%26sig%3DAAAA",
    b"type=resource&ver=1&sig=a;b;c;",
    b"GET\ndocs\nThu, 27 Apr 2017 00:51:12 GMT\ndbs/d/colls/c",
];

fn run_all(data: &[u8]) {
    for (name, target) in TARGETS {
        let outcome = std::panic::catch_unwind(|| target(data));
        assert!(
            outcome.is_ok(),
            "{name} breaks on {:?}",
            data.escape_ascii().to_string()
        );
    }
}

#[test]
fn seeds_their_beginnings_and_their_neighbours() {
    for seed in SEEDS {
        run_all(seed);
        for at in 0..seed.len() {
            run_all(&seed[..at]);
            for byte in [0, b'"', b'/', b'%', b'=', b'9', 0xFF] {
                let mut neighbour = seed.to_vec();
                neighbour[at] = byte;
                run_all(&neighbour);
                neighbour.insert(at, byte);
                run_all(&neighbour);
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes(data in prop::collection::vec(any::<u8>(), 0..64)) {
        run_all(&data);
    }

    #[test]
    fn joined_seeds(parts in prop::collection::vec((prop::sample::select(SEEDS.to_vec()), 0..40_usize), 1..4)) {
        let data: Vec<u8> = parts.iter().flat_map(|(seed, from)| seed.get(*from..).unwrap_or_default()).copied().collect();
        run_all(&data);
    }
}
