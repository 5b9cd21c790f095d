//! The table against requests as the three clients send them.

use http::{HeaderName, HeaderValue};

use super::*;

type Headers = [(&'static str, &'static str)];

fn check(method: &str, path: &str, headers: &Headers) -> Result<Route, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let path = ResourcePath::parse(path).unwrap();
    route(&path, &method, &map).map_err(|refused| refused.allowed)
}

const PLAIN: &Headers = &[];

#[test]
fn each_resource_has_its_methods() {
    use Effect::{Read, Write};
    use Operation as O;
    let table = [
        ("GET", "/", O::ReadAccount, Read),
        ("GET", "", O::ReadAccount, Read),
        ("GET", "/probe", O::Probe, Read),
        ("POST", "/connectivity-probe", O::Probe, Read),
        ("POST", "/dbs", O::CreateDatabase, Write),
        ("GET", "/dbs", O::ListDatabases, Read),
        ("GET", "/dbs/d/", O::ReadDatabase, Read),
        ("DELETE", "/dbs/d", O::DeleteDatabase, Write),
        ("POST", "/dbs/d/colls/", O::CreateContainer, Write),
        ("GET", "/dbs/d/colls", O::ListContainers, Read),
        ("GET", "/dbs/d/colls/c", O::ReadContainer, Read),
        ("PUT", "/dbs/d/colls/c/", O::ReplaceContainer, Write),
        ("DELETE", "/dbs/d/colls/c", O::DeleteContainer, Write),
        (
            "GET",
            "//dbs/d//colls/c/pkranges/",
            O::ListPartitionKeyRanges,
            Read,
        ),
        ("POST", "/dbs/d/colls/c/docs", O::CreateItem, Write),
        ("GET", "/dbs/d/colls/c/docs", O::ListItems, Read),
        ("GET", "/dbs/d/colls/c/docs/i", O::ReadItem, Read),
        ("PUT", "/dbs/d/colls/c/docs/i", O::ReplaceItem, Write),
        ("DELETE", "/dbs/d/colls/c/docs/i", O::DeleteItem, Write),
        ("PATCH", "/dbs/d/colls/c/docs/i", O::PatchItem, Write),
        ("GET", "/offers", O::ListOffers, Read),
        ("GET", "/offers/abCd", O::ReadOffer, Read),
        ("PUT", "/offers/abCd", O::ReplaceOffer, Write),
        (
            "POST",
            "/dbs/d/colls/c/operations/partitionkeydelete",
            O::DeleteByPartitionKey,
            Write,
        ),
        (
            "POST",
            "/operations/dtc",
            O::Unsupported(Feature::DistributedTransaction),
            Write,
        ),
        (
            "POST",
            "/dbs/d/colls/c/sprocs/s",
            O::ExecuteStoredProcedure,
            Write,
        ),
        (
            "GET",
            "/dbs/d/colls/c/triggers",
            O::ListResources(NamedResourceKind::Trigger),
            Read,
        ),
        (
            "PUT",
            "/dbs/d/colls/c/udfs/u",
            O::ReplaceResource(NamedResourceKind::UserDefinedFunction),
            Write,
        ),
        (
            "DELETE",
            "/dbs/d/colls/c/conflicts/k",
            O::DeleteConflict,
            Write,
        ),
        (
            "POST",
            "/dbs/d/users",
            O::CreateResource(NamedResourceKind::User),
            Write,
        ),
        (
            "GET",
            "/dbs/d/users/u/permissions/p",
            O::ReadResource(NamedResourceKind::Permission),
            Read,
        ),
        (
            "GET",
            "/dbs/d/clientencryptionkeys/k",
            O::ReadResource(NamedResourceKind::ClientEncryptionKey),
            Read,
        ),
    ];
    for (method, path, operation, effect) in table {
        assert_eq!(
            check(method, path, PLAIN),
            Ok(Route { operation, effect }),
            "{method} {path}"
        );
    }
}

/// Protocol.md §1.1: the first condition that holds decides, whatever else is there.
#[test]
fn a_post_to_items_is_told_apart_in_the_services_order() {
    const PLAN: (&str, &str) = ("x-ms-cosmos-is-query-plan-request", "True");
    const QUERY: (&str, &str) = ("x-ms-documentdb-isquery", "True");
    const QUERY_TYPE: (&str, &str) = ("content-type", "application/query+json");
    const BATCH: (&str, &str) = ("x-ms-cosmos-is-batch-request", "true");
    const UPSERT: (&str, &str) = ("x-ms-documentdb-is-upsert", "True");
    const JSON_TYPE: (&str, &str) = ("content-type", "application/json");
    let plan = Operation::PlanQuery;
    let query = Operation::QueryItems;
    let batch = Operation::Batch;
    let table: &[(&Headers, Operation)] = &[
        (&[PLAN, QUERY, BATCH, UPSERT], plan),
        (&[PLAN, QUERY_TYPE], plan),
        (&[QUERY, BATCH, UPSERT], query),
        (&[QUERY_TYPE, UPSERT], query),
        (
            &[("content-type", "application/query+json; charset=utf-8")],
            query,
        ),
        (&[("content-type", "Application/Query+Json")], query),
        (&[BATCH, UPSERT, JSON_TYPE], batch),
        (&[UPSERT, JSON_TYPE], Operation::UpsertItem),
        (
            &[("x-ms-documentdb-is-upsert", "false")],
            Operation::CreateItem,
        ),
        (
            &[("x-ms-documentdb-isquery", "False"), JSON_TYPE],
            Operation::CreateItem,
        ),
        (&[JSON_TYPE], Operation::CreateItem),
        (&[], Operation::CreateItem),
    ];
    for (headers, expected) in table {
        let routed = check("POST", "/dbs/d/colls/c/docs/", headers).unwrap();
        assert_eq!(routed.operation, *expected, "{headers:?}");
    }
}

#[test]
fn queries_read_and_go_to_every_feed() {
    let table = [
        ("/dbs", Operation::QueryDatabases),
        ("/dbs/d/colls", Operation::QueryContainers),
        ("/offers", Operation::QueryOffers),
        (
            "/dbs/d/users",
            Operation::QueryResources(NamedResourceKind::User),
        ),
        (
            "/dbs/d/colls/c/sprocs",
            Operation::QueryResources(NamedResourceKind::StoredProcedure),
        ),
    ];
    for (path, operation) in table {
        for header in [
            ("x-ms-documentdb-isquery", "true"),
            ("content-type", "application/query+json"),
        ] {
            let expected = Route {
                operation,
                effect: Effect::Read,
            };
            assert_eq!(check("POST", path, &[header]), Ok(expected), "{path}");
        }
    }
}

#[test]
fn feeds_change_with_their_a_im_header() {
    let table = [
        ("Incremental Feed", Operation::ReadChangeFeed),
        ("Incremental feed", Operation::ReadChangeFeed),
        ("Full-Fidelity Feed", Operation::ReadChangeFeed),
        ("full-fidelity feed", Operation::ReadChangeFeed),
    ];
    for (value, expected) in table {
        let routed = check("GET", "/dbs/d/colls/c/docs", &[("a-im", value)]).unwrap();
        assert_eq!(routed.operation, expected);
        let ranges = check("GET", "/dbs/d/colls/c/pkranges", &[("a-im", value)]).unwrap();
        assert_eq!(ranges.operation, Operation::ListPartitionKeyRanges);
    }
}

#[test]
fn other_methods_are_refused_with_those_that_exist() {
    let table = [
        ("HEAD", "/", "GET"),
        ("OPTIONS", "/dbs", "GET, POST"),
        ("BREW", "/dbs/d", "GET, DELETE"),
        ("PUT", "/dbs/d", "GET, DELETE"),
        ("PATCH", "/dbs/d/colls/c", "GET, PUT, DELETE"),
        ("POST", "/dbs/d/colls/c/docs/i", "GET, PUT, PATCH, DELETE"),
        ("GET", "/dbs/d/colls/c/pkranges/0", ""),
        ("GET", "/operations/dtc", "POST"),
        ("POST", "/probe", "GET"),
        ("POST", "/offers", "GET, POST"),
        ("DELETE", "/offers/abCd", "GET, PUT"),
        ("get", "/dbs", "GET, POST"),
    ];
    for (method, path, allowed) in table {
        assert_eq!(
            check(method, path, PLAIN),
            Err(allowed.to_owned()),
            "{method} {path}"
        );
    }
}

#[test]
fn no_row_is_hidden_by_another() {
    for (at, row) in ROWS.iter().enumerate() {
        let same = |other: &Row| {
            (other.resource, other.shape, other.verb, other.intent)
                == (row.resource, row.shape, row.verb, row.intent)
        };
        assert!(!ROWS[..at].iter().any(same), "row {at} is a duplicate");
    }
}
