//! The account document, `GET /` (protocol.md §7): the account's topology with endpoints that the
//! asking client can reach. Pure.

use cosmokit_engine::{Topology, WriteMode};
use cosmokit_protocol::resource::{AccountProperties, AccountRegion, ConsistencyPolicy};
use cosmokit_protocol::wire::region::Region;

use crate::endpoints::{Dialled, Endpoints};

/// An account id that makes the JavaScript client ignore the regions (protocol.md §26, J2).
const ID_THAT_HIDES_REGIONS: &str = "localhost";

/// Builds the document for a client that dialled `dialled`.
pub(crate) fn account_document(
    name: &str,
    topology: &Topology,
    endpoints: &Endpoints,
    dialled: &Dialled,
) -> AccountProperties {
    let regions: Vec<Region> = topology
        .regions()
        .iter()
        .map(|entry| entry.region.clone())
        .collect();
    let location = |entry: &cosmokit_engine::AccountRegion| {
        let endpoint = endpoints.of(&entry.region, &regions, dialled);
        AccountRegion::new(entry.region.display_name(), endpoint)
    };
    let id = if name.eq_ignore_ascii_case(ID_THAT_HIDES_REGIONS) {
        "cosmokit"
    } else {
        name
    };
    let mut document = AccountProperties::new(id, format!("{id}.sql.cosmokit.local"));
    document.writable_locations = topology.writable().iter().map(location).collect();
    document.readable_locations = topology.regions().iter().map(location).collect();
    document.enable_multiple_write_locations = topology.write_mode() == WriteMode::Multi;
    let mut policy = ConsistencyPolicy::new(topology.consistency());
    policy.max_staleness_prefix = topology.staleness().versions;
    policy.max_interval_in_seconds = topology.staleness().interval.as_secs();
    document.user_consistency_policy = policy;
    document
}

#[cfg(test)]
mod tests {
    use cosmokit_engine::Account;
    use http::uri::Authority;

    use super::*;
    use crate::arrival::Scheme;

    fn document(name: &str, scheme: Scheme, authority: &'static str) -> serde_json::Value {
        let account = Account::builder()
            .name(name)
            .regions([Region::new("West Europe")])
            .build()
            .unwrap();
        let dialled = Dialled {
            scheme,
            authority: Authority::from_static(authority),
        };
        let document = account_document(name, &account.topology(), &Endpoints::Names, &dialled);
        serde_json::to_value(document).unwrap()
    }

    #[test]
    fn endpoints_are_what_the_client_dialled() {
        let table = [
            (Scheme::Http, "localhost:8081", "http://localhost:8081/"),
            (Scheme::Https, "127.0.0.1:9", "https://127.0.0.1:9/"),
            (
                Scheme::Https,
                "host.docker.internal:8081",
                "https://host.docker.internal:8081/",
            ),
        ];
        for (scheme, authority, endpoint) in table {
            let document = document("shop", scheme, authority);
            let expected = serde_json::json!(
                [{"name": "West Europe", "databaseAccountEndpoint": endpoint}]
            );
            assert_eq!(document["writableLocations"], expected);
            assert_eq!(document["readableLocations"], expected);
        }
    }

    #[test]
    fn what_clients_need_is_there_and_what_misleads_them_is_not() {
        let document = document("shop", Scheme::Http, "localhost:8081");
        for text in ["id", "_rid", "_self", "queryEngineConfiguration"] {
            assert!(document[text].is_string(), "{text}");
        }
        assert_eq!(
            document["userConsistencyPolicy"]["defaultConsistencyLevel"],
            "Session"
        );
        assert_eq!(document["enableMultipleWriteLocations"], false);
        for absent in [
            "thinClientWritableLocations",
            "thinClientReadableLocations",
            "_etag",
        ] {
            assert!(document.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn the_id_is_never_localhost() {
        assert_eq!(
            document("localhost", Scheme::Http, "localhost:1")["id"],
            "cosmokit"
        );
        assert_eq!(document("shop", Scheme::Http, "localhost:1")["id"], "shop");
    }
}
