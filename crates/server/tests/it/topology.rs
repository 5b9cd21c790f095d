//! Regions steered over the admin API: what clients at each region's endpoint see, over sockets and in process.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use cosmokit_engine::Account;
use cosmokit_engine::clock::ManualClock;
use cosmokit_protocol::wire::region::Region;
use cosmokit_server::{Gateway, RunningServer, Server, ServerConfig};
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use crate::call::{Answer, call, create_container, key, signed, unsigned};
use crate::wire::{Client, Speech};

fn gateway() -> Gateway {
    let regions = ["East US", "West Europe", "Southeast Asia"];
    let account = Account::builder()
        .name("shop")
        .seed(7)
        .regions(regions.map(Region::new))
        .clock(Arc::new(ManualClock::default()))
        .build()
        .unwrap();
    Gateway::builder(account).seed(7).build().unwrap()
}

async fn server(gateway: &Gateway) -> RunningServer {
    let config = ServerConfig::new().with_port(0).with_admin_port(0);
    Server::bind_gateway(&config, gateway.clone())
        .await
        .unwrap()
}

/// Calls the admin API at its own port.
async fn admin(server: &RunningServer, method: &str, path: &str, body: Value) -> Answer {
    let path = format!("/_cosmokit/{path}");
    let mut client = Client::connect(server.admin_endpoint().address(), Speech::Http1).await;
    client
        .send(unsigned(method, &path, &[], body.to_string()))
        .await
}

async fn send(address: SocketAddr, request: http::Request<bytes::Bytes>) -> Answer {
    Client::connect(address, Speech::Http1)
        .await
        .send(request)
        .await
}

fn account() -> http::Request<bytes::Bytes> {
    signed("GET", "/", &[], "")
}

/// Where the account document says that a region is.
async fn address_of(server: &RunningServer, region: &str) -> SocketAddr {
    let state = admin(server, "GET", "state", json!({}))
        .await
        .expect(200)
        .json();
    let regions = state["regions"].as_array().unwrap();
    let found = regions
        .iter()
        .find(|entry| entry["name"] == region)
        .unwrap();
    let endpoint = found["endpoint"].as_str().unwrap();
    endpoint
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .parse()
        .unwrap()
}

#[tokio::test]
async fn each_region_has_a_port_and_the_document_tells_them() {
    let server = server(&gateway()).await;
    let ports: Vec<u16> = server
        .endpoints()
        .iter()
        .map(|endpoint| endpoint.address().port())
        .collect();
    assert_eq!(ports.len(), 3);
    for endpoint in server.endpoints() {
        let document = send(endpoint.address(), account()).await.expect(200).json();
        let readable = document["readableLocations"].as_array().unwrap();
        let found: Vec<&str> = readable
            .iter()
            .map(|location| location["databaseAccountEndpoint"].as_str().unwrap())
            .collect();
        let expected: Vec<String> = ports
            .iter()
            .map(|port| format!("http://127.0.0.1:{port}/"))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(document["writableLocations"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_region_comes_and_goes_with_its_port() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server(&gateway).await;
    admin(&server, "POST", "regions", json!({"name": "West Europe"}))
        .await
        .expect(409);
    admin(&server, "POST", "regions", json!({"name": ""}))
        .await
        .expect(400);
    admin(&server, "POST", "regions", json!({"name": "Japan East"}))
        .await
        .expect(201);
    let japan = address_of(&server, "Japan East").await;
    send(japan, signed("GET", "/dbs/d", &[], ""))
        .await
        .expect(200);
    admin(&server, "DELETE", "regions/Mars", json!({}))
        .await
        .expect(404);
    admin(&server, "DELETE", "regions/East%20US", json!({}))
        .await
        .expect(409);
    let draining = admin(&server, "DELETE", "regions/Japan%20East", json!({}))
        .await
        .expect(200);
    assert_eq!(draining.json()["status"], "draining");
    let refused = send(japan, signed("GET", "/dbs/d", &[], ""))
        .await
        .expect(403);
    assert_eq!(refused.header("x-ms-substatus"), "1008");
    let removed = admin(&server, "DELETE", "regions/Japan%20East", json!({}))
        .await
        .expect(200);
    assert_eq!(removed.json()["status"], "removed");
    assert!(
        TcpStream::connect(japan).await.is_err(),
        "the port is closed"
    );
}

#[tokio::test]
async fn a_region_that_is_added_in_the_program_gets_a_port_too() {
    let gateway = gateway();
    let server = server(&gateway).await;
    gateway
        .account()
        .add_region(Region::new("Japan East"))
        .unwrap();
    // The admin API settles the ports before it answers.
    admin(&server, "POST", "regions/Japan%20East/online", json!({}))
        .await
        .expect(200);
    send(address_of(&server, "Japan East").await, account())
        .await
        .expect(200);
}

#[tokio::test]
async fn an_outage_refuses_connections_and_ends_those_there_are() {
    let server = server(&gateway()).await;
    let europe = address_of(&server, "West Europe").await;
    for speech in [Speech::Http1, Speech::Http2Tls] {
        let mut before = Client::connect(europe, speech).await;
        before.send(account()).await.expect(200);
        admin(&server, "POST", "regions/West%20Europe/offline", json!({}))
            .await
            .expect(200);
        assert!(before.try_send(account()).await.is_err(), "{speech:?}");
        assert!(TcpStream::connect(europe).await.is_err(), "{speech:?}");
        let document = send(address_of(&server, "East US").await, account())
            .await
            .json();
        assert_eq!(
            document["readableLocations"].as_array().unwrap().len(),
            3,
            "the service does not notice"
        );
        admin(&server, "POST", "regions/westeurope/online", json!({}))
            .await
            .expect(200);
        send(europe, account()).await.expect(200);
    }
}

#[tokio::test]
async fn a_black_hole_takes_connections_and_says_nothing() {
    let server = server(&gateway()).await;
    let europe = address_of(&server, "West Europe").await;
    let mut before = Client::connect(europe, Speech::Http1).await;
    before.send(account()).await.expect(200);
    let offline = json!({"mode": "blackHole"});
    admin(&server, "POST", "regions/West%20Europe/offline", offline)
        .await
        .expect(200);
    let mut waiting = Box::pin(before.try_send(account()));
    assert!(waiting.as_mut().now_or_never().is_none());
    let mut new = Box::pin(async {
        Client::connect(europe, Speech::Http1)
            .await
            .try_send(account())
            .await
    });
    for _ in 0..20 {
        admin(&server, "GET", "clock", json!({})).await.expect(200);
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(new.as_mut().now_or_never().is_none());
    }
    let state = admin(&server, "GET", "state", json!({})).await.json();
    assert_eq!(state["regions"][1]["status"], "blackHole");
    admin(&server, "POST", "regions/West%20Europe/online", json!({}))
        .await
        .expect(200);
    send(europe, account()).await.expect(200);
}

#[tokio::test]
async fn the_admin_port_is_there_when_no_region_is() {
    let server = server(&gateway()).await;
    for region in ["East%20US", "West%20Europe", "Southeast%20Asia"] {
        admin(
            &server,
            "POST",
            &format!("regions/{region}/offline"),
            json!({}),
        )
        .await
        .expect(200);
    }
    for endpoint in server.endpoints() {
        assert!(TcpStream::connect(endpoint.address()).await.is_err());
    }
    send(server.admin_endpoint().address(), account())
        .await
        .expect(404);
    admin(&server, "POST", "regions/East%20US/online", json!({}))
        .await
        .expect(200);
    send(server.endpoint().address(), account())
        .await
        .expect(200);
}

#[tokio::test]
async fn in_process_the_authority_tells_the_region_and_its_outage() {
    let gateway = gateway();
    let to = |authority: &str| signed("GET", &format!("http://{authority}/"), &[], "");
    let ask = |authority: &'static str| gateway.clone().oneshot(to(authority));
    let offline = |mode: Value| {
        unsigned(
            "POST",
            "/_cosmokit/regions/westeurope/offline",
            &[],
            mode.to_string(),
        )
    };
    call(&gateway, offline(json!({}))).await.expect(200);
    let refused = ask("shop-westeurope.local").await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(ask("shop-eastus.local").await.unwrap().status(), 200);
    call(&gateway, offline(json!({"mode": "blackHole"})))
        .await
        .expect(200);
    assert!(ask("shop-westeurope.local").now_or_never().is_none());
    call(
        &gateway,
        unsigned("POST", "/_cosmokit/regions/westeurope/online", &[], ""),
    )
    .await
    .expect(200);
    assert_eq!(ask("shop-westeurope.local").await.unwrap().status(), 200);
}

#[tokio::test]
async fn writes_move_with_a_planned_failover_and_its_steps() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server(&gateway).await;
    let (east, europe) = (
        address_of(&server, "East US").await,
        address_of(&server, "West Europe").await,
    );
    let key = key("x");
    let headers = [("x-ms-documentdb-partitionkey", key.as_str())];
    let create = |id: u32| {
        let body = json!({"id": id.to_string(), "pk": "x"}).to_string();
        signed("POST", "/dbs/d/colls/c/docs", &headers, body)
    };
    send(east, create(1)).await.expect(201);
    assert_eq!(
        send(europe, create(2))
            .await
            .expect(403)
            .header("x-ms-substatus"),
        "3"
    );
    admin(&server, "POST", "failover/begin", json!({}))
        .await
        .expect(409);
    let steps = json!({"to": "West Europe", "steps": true});
    let announced = admin(&server, "POST", "failover", steps)
        .await
        .expect(200)
        .json();
    assert_eq!(announced["phase"], "announced");
    send(east, create(3)).await.expect(201);
    admin(&server, "POST", "failover/begin", json!({}))
        .await
        .expect(200);
    assert_eq!(
        send(east, create(4))
            .await
            .expect(403)
            .header("x-ms-substatus"),
        "3"
    );
    assert_eq!(
        send(europe, create(4))
            .await
            .expect(403)
            .header("x-ms-substatus"),
        "3"
    );
    let done = admin(&server, "POST", "failover/complete", json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        done,
        json!({"writeRegions": ["West Europe"], "phase": "none"})
    );
    send(europe, create(5)).await.expect(201);
    assert_eq!(
        send(east, create(6))
            .await
            .expect(403)
            .header("x-ms-substatus"),
        "3"
    );
    let document = send(east, account()).await.expect(200).json();
    assert_eq!(document["writableLocations"][0]["name"], "West Europe");
    admin(&server, "POST", "failover", json!({"to": "West Europe"}))
        .await
        .expect(409);
    admin(&server, "POST", "failover", json!({"to": "Mars"}))
        .await
        .expect(404);
    admin(
        &server,
        "POST",
        "failover",
        json!({"to": "East US", "forced": true}),
    )
    .await
    .expect(200);
    send(east, create(7)).await.expect(201);
}

#[tokio::test]
async fn a_paused_link_shows_and_a_forced_failover_loses_its_tail() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server(&gateway).await;
    let (east, europe) = (
        address_of(&server, "East US").await,
        address_of(&server, "West Europe").await,
    );
    for bad in [json!({}), json!({"lag": "soon"}), json!({"lag": 5})] {
        admin(&server, "PUT", "links/East%20US/West%20Europe", bad)
            .await
            .expect(400);
    }
    admin(
        &server,
        "PUT",
        "links/East%20US/Mars",
        json!({"lag": "none"}),
    )
    .await
    .expect(404);
    admin(
        &server,
        "PUT",
        "links/East%20US/West%20Europe",
        json!({"lag": "paused"}),
    )
    .await
    .expect(200);
    let key = key("x");
    let headers = [("x-ms-documentdb-partitionkey", key.as_str())];
    let create = signed(
        "POST",
        "/dbs/d/colls/c/docs",
        &headers,
        r#"{"id":"a","pk":"x"}"#,
    );
    send(east, create).await.expect(201);
    let read = || signed("GET", "/dbs/d/colls/c/docs/a", &headers, "");
    send(europe, read()).await.expect(404);
    send(address_of(&server, "Southeast Asia").await, read())
        .await
        .expect(200);
    let state = admin(&server, "GET", "state?container=d/c", json!({}))
        .await
        .json();
    let replicas = &state["containers"][0]["partitions"][0]["replicas"];
    assert_eq!(replicas["West Europe"][0]["behind"], 1, "{state}");
    assert_eq!(replicas["Southeast Asia"][0]["behind"], 0);
    let lagging = |link: &Value| {
        link["from"] == "East US" && link["to"] == "West Europe" && link["lag"] == "paused"
    };
    assert!(state["links"].as_array().unwrap().iter().any(lagging));
    let metrics = admin(&server, "GET", "metrics", json!({})).await;
    let text = String::from_utf8(metrics.body.to_vec()).unwrap();
    assert!(
        text.contains("cosmokit_replication_behind_versions{region=\"West Europe\"} 1"),
        "{text}"
    );
    assert!(text.contains("cosmokit_items 1"), "{text}");
    for sample in [
        r#"cosmokit_link_behind_versions{from="East US",to="West Europe"} 1"#,
        r#"cosmokit_link_behind_versions{from="East US",to="Southeast Asia"} 0"#,
        r#"cosmokit_partition_lsn{region="East US",database="d",container="c",range="0"} 1"#,
        r#"cosmokit_partition_lsn{region="West Europe",database="d",container="c",range="0"} 0"#,
        r#"cosmokit_region_lsn{region="Southeast Asia"} 1"#,
    ] {
        assert!(text.contains(sample), "{sample}: {text}");
    }
    admin(
        &server,
        "POST",
        "failover",
        json!({"to": "West Europe", "forced": true}),
    )
    .await
    .expect(200);
    send(europe, read()).await.expect(404);
    send(east, read()).await.expect(404);
}

#[tokio::test]
async fn replicas_lag_inside_a_region() {
    let server = server(&gateway()).await;
    for (path, lag, expected) in [
        ("replicas/East%20US/1", "20ms", 200),
        ("replicas/East%20US/0", "20ms", 400),
        ("replicas/East%20US/4", "20ms", 400),
        ("replicas/East%20US/x", "20ms", 400),
        ("replicas/East%20US/1", "long", 400),
        ("replicas/Mars/1", "20ms", 404),
    ] {
        admin(&server, "PUT", path, json!({"lag": lag}))
            .await
            .expect(expected);
    }
    let state = admin(&server, "GET", "state", json!({})).await.json();
    assert_eq!(
        state["regions"][0]["replicaLags"],
        json!(["none", "20ms", "none", "none"])
    );
}

#[tokio::test]
async fn partitions_split_and_merge_at_once_and_in_steps() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server(&gateway).await;
    let east = server.endpoint().address();
    let key = key("x");
    let headers = [("x-ms-documentdb-partitionkey", key.as_str())];
    let read = || signed("GET", "/dbs/d/colls/c/docs/a", &headers, "");
    let create = signed(
        "POST",
        "/dbs/d/colls/c/docs",
        &headers,
        r#"{"id":"a","pk":"x"}"#,
    );
    send(east, create).await.expect(201);
    let partitions = "dbs/d/colls/c/partitions";
    let begun = admin(
        &server,
        "POST",
        &format!("{partitions}/0/split"),
        json!({"steps": true}),
    )
    .await
    .expect(200)
    .json();
    assert_eq!(begun["phase"], "begun");
    assert_eq!(
        send(east, read())
            .await
            .expect(410)
            .header("x-ms-substatus"),
        "1007"
    );
    admin(&server, "POST", &format!("{partitions}/0/split"), json!({}))
        .await
        .expect(409);
    for phase in ["copied", "completed"] {
        let step = admin(&server, "POST", &format!("{partitions}/0/step"), json!({}))
            .await
            .expect(200)
            .json();
        assert_eq!(step["phase"], phase);
    }
    admin(&server, "POST", &format!("{partitions}/0/step"), json!({}))
        .await
        .expect(404);
    send(east, read()).await.expect(200);
    let listed = admin(&server, "GET", partitions, json!({}))
        .await
        .expect(200)
        .json();
    let ids: Vec<&str> = listed["partitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(listed["partitions"][0]["parents"], json!(["0"]));
}

#[tokio::test]
async fn neighbours_merge_and_what_cannot_be_is_refused() {
    let gateway = gateway();
    create_container(&gateway).await;
    let server = server(&gateway).await;
    let partitions = "dbs/d/colls/c/partitions";
    admin(&server, "POST", &format!("{partitions}/0/split"), json!({}))
        .await
        .expect(200);
    let read = || signed("GET", "/dbs/d/colls/c/docs", &[], "");
    let east = server.endpoint().address();
    let merged = admin(
        &server,
        "POST",
        &format!("{partitions}/1/merge"),
        json!({"with": "2"}),
    )
    .await
    .expect(200)
    .json();
    assert_eq!(merged["parents"], json!(["1", "2"]));
    let id = merged["children"][0].as_str().unwrap();
    send(east, read()).await.expect(200);
    admin(
        &server,
        "POST",
        &format!("{partitions}/{id}/split"),
        json!({"steps": true}),
    )
    .await
    .expect(200);
    let aborted = admin(
        &server,
        "POST",
        &format!("{partitions}/{id}/abort"),
        json!({}),
    )
    .await
    .expect(200)
    .json();
    assert_eq!(aborted["phase"], "aborted");
    send(east, read()).await.expect(200);
    for (path, body, expected) in [
        ("dbs/d/colls/nothing/partitions/0/split", json!({}), 404),
        ("dbs/d/colls/c/partitions/99/split", json!({}), 410),
        (
            &format!("{partitions}/{id}/split"),
            json!({"at": "zz"}),
            400,
        ),
        (
            &format!("{partitions}/{id}/merge"),
            json!({"with": "99"}),
            410,
        ),
    ] {
        admin(&server, "POST", path, body).await.expect(expected);
    }
}

#[tokio::test]
async fn switches_are_thrown_while_it_runs() {
    let server = server(&gateway()).await;
    admin(&server, "PUT", "throttling", json!({"enforced": true}))
        .await
        .expect(200);
    let bound =
        json!({"level": "BoundedStaleness", "maxStalenessPrefix": 7, "maxIntervalInSeconds": 9});
    admin(&server, "PUT", "consistency", bound)
        .await
        .expect(200);
    admin(&server, "PUT", "consistency", json!({"level": "Sometimes"}))
        .await
        .expect(400);
    let state = admin(&server, "GET", "state", json!({})).await.json();
    assert_eq!(state["throttling"], true);
    assert_eq!(state["consistency"], "BoundedStaleness");
    assert_eq!(
        state["boundedStaleness"],
        json!({"maxStalenessPrefix": 7, "maxIntervalInSeconds": 9})
    );
    let order = json!({"regions": ["East US", "Southeast Asia", "West Europe"]});
    admin(&server, "PUT", "priorities", order).await.expect(200);
    admin(
        &server,
        "PUT",
        "priorities",
        json!({"regions": ["East US"]}),
    )
    .await
    .expect(400);
    let document = send(server.endpoint().address(), account()).await.json();
    assert_eq!(document["readableLocations"][1]["name"], "Southeast Asia");
    assert_eq!(
        document["userConsistencyPolicy"]["defaultConsistencyLevel"],
        "BoundedStaleness"
    );
}

#[tokio::test]
async fn all_regions_write_when_told_so() {
    let server = server(&gateway()).await;
    admin(&server, "PUT", "write-mode", json!({"mode": "many"}))
        .await
        .expect(400);
    admin(&server, "PUT", "write-mode", json!({"mode": "multi"}))
        .await
        .expect(200);
    let document = send(server.endpoint().address(), account()).await.json();
    assert_eq!(document["writableLocations"].as_array().unwrap().len(), 3);
    assert_eq!(document["enableMultipleWriteLocations"], true);
    admin(&server, "PUT", "consistency", json!({"level": "Strong"}))
        .await
        .expect(409);
    let asia = address_of(&server, "Southeast Asia").await;
    send(asia, signed("POST", "/dbs", &[], r#"{"id":"asian"}"#))
        .await
        .expect(201);
    let failover = json!({"to": "West Europe"});
    admin(&server, "POST", "failover", failover)
        .await
        .expect(409);
}
