//! Several accounts behind one port, told apart by host name: made over the admin API, each with its own items,
//! snapshots and regions.

use cosmokit_server::{Gateway, Reach, RunningServer, Server, ServerConfig, ServerError};
use http::Request;
use serde_json::{Value, json};

use crate::call::{Answer, signed, unsigned};
use crate::scene::{gateway, server};
use crate::wire::{Client, Speech};

/// One connection to the server's port, on which requests are for whoever they name.
struct Line(Client);

impl Line {
    async fn to(server: &RunningServer) -> Self {
        Self(Client::connect(server.endpoint().address(), Speech::Http1).await)
    }

    async fn ask(&mut self, host: &str, request: Request<bytes::Bytes>) -> Answer {
        self.0.send(naming(host, request)).await
    }

    async fn admin(&mut self, host: &str, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/_cosmokit/{path}");
        let request = unsigned(method, &path, &[], body.to_string());
        self.ask(host, request).await
    }
}

fn naming(host: &str, mut request: Request<bytes::Bytes>) -> Request<bytes::Bytes> {
    request.headers_mut().insert("host", host.parse().unwrap());
    request
}

fn create_database(id: &str) -> Request<bytes::Bytes> {
    signed("POST", "/dbs", &[], json!({"id": id}).to_string())
}

fn read_database(id: &str) -> Request<bytes::Bytes> {
    signed("GET", &format!("/dbs/{id}"), &[], "")
}

const OWN: &str = "localhost:8081";
const FIRST: &str = "tests-1.localhost:8081";
const SECOND: &str = "tests-2.localhost:8081";

#[tokio::test]
async fn accounts_share_a_port_and_nothing_else() {
    let server = server().await;
    let mut line = Line::to(&server).await;
    line.ask(OWN, create_database("own")).await.expect(201);
    let snapshot = json!({"id": "s"});
    line.admin(OWN, "POST", "snapshots", &snapshot)
        .await
        .expect(201);
    let port = server.endpoint().address().port();
    for (name, wish) in [
        ("tests-1", json!({"name": "tests-1"})),
        ("tests-2", json!({"name": "tests-2", "snapshot": "s"})),
    ] {
        let made = line
            .admin(OWN, "POST", "accounts", &wish)
            .await
            .expect(201)
            .json();
        let endpoint = format!("http://{name}.localhost:{port}/");
        assert_eq!(
            (&made["account"], &made["endpoint"]),
            (&json!(name), &json!(endpoint))
        );
    }
    line.ask(FIRST, read_database("own")).await.expect(404);
    line.ask(SECOND, read_database("own")).await.expect(200);
    line.ask(FIRST, create_database("first")).await.expect(201);
    line.ask(SECOND, read_database("first")).await.expect(404);
    line.ask(OWN, read_database("first")).await.expect(404);
    // Whatever name is no account's is the port's own account.
    for host in ["anything.localhost", "box", "127.0.0.1", "shop.localhost"] {
        line.ask(host, read_database("own")).await.expect(200);
    }
    let document = line
        .ask(FIRST, signed("GET", "/", &[], ""))
        .await
        .expect(200)
        .json();
    assert_eq!(document["id"], "tests-1");
    let endpoint = &document["writableLocations"][0]["databaseAccountEndpoint"];
    assert_eq!(*endpoint, json!(format!("http://{FIRST}/")));
    server.shutdown().await;
}

#[tokio::test]
async fn snapshots_restores_and_resets_are_of_one_account() {
    let server = server().await;
    let mut line = Line::to(&server).await;
    let wish = json!({"name": "tests-1"});
    line.admin(OWN, "POST", "accounts", &wish).await.expect(201);
    for host in [OWN, FIRST] {
        line.ask(host, create_database("d")).await.expect(201);
    }
    let taken = line
        .admin(FIRST, "POST", "snapshots", &json!({"id": "s"}))
        .await;
    taken.expect(201);
    line.admin(OWN, "POST", "snapshots/s/restore", &json!({}))
        .await
        .expect(404);
    line.admin(FIRST, "POST", "reset", &json!({}))
        .await
        .expect(200);
    line.ask(FIRST, read_database("d")).await.expect(404);
    line.ask(OWN, read_database("d")).await.expect(200);
    line.admin(FIRST, "POST", "snapshots/s/restore", &json!({}))
        .await
        .expect(200);
    line.ask(FIRST, read_database("d")).await.expect(200);
    let fork = json!({"name": "fork"});
    line.admin(FIRST, "POST", "snapshots/s/fork", &fork)
        .await
        .expect(201);
    line.ask("fork.localhost", read_database("d"))
        .await
        .expect(200);
    line.admin(FIRST, "POST", "snapshots/s/fork", &fork)
        .await
        .expect(409);
    server.shutdown().await;
}

#[tokio::test]
async fn the_host_name_says_the_region_and_outages_are_of_one_account() {
    let server = server().await;
    let mut line = Line::to(&server).await;
    let wish = json!({"name": "planet", "regions": ["East US", "West Europe"]});
    let made = line
        .admin(OWN, "POST", "accounts", &wish)
        .await
        .expect(201)
        .json();
    let port = server.endpoint().address().port();
    let far = format!("planet-westeurope.localhost:{port}");
    assert_eq!(
        made["regions"][1]["endpoint"],
        json!(format!("http://{far}/"))
    );
    let near = format!("planet.localhost:{port}");
    line.ask(&near, create_database("d")).await.expect(201);
    let refused = line.ask(&far, create_database("e")).await.expect(403);
    assert_eq!(
        refused.header("x-ms-substatus"),
        "3",
        "the region takes no writes"
    );
    line.ask(&far, read_database("d")).await.expect(200);
    let document = line
        .ask(&near, signed("GET", "/", &[], ""))
        .await
        .expect(200)
        .json();
    let second = &document["readableLocations"][1]["databaseAccountEndpoint"];
    assert_eq!(*second, json!(format!("http://{far}/")));
    let offline = line
        .admin(&near, "POST", "regions/West%20Europe/offline", &json!({}))
        .await;
    offline.expect(200);
    let gone = line.0.try_send(naming(&far, read_database("d"))).await;
    assert!(gone.is_err(), "the connection ends without an answer");
    let mut line = Line::to(&server).await;
    line.ask(&near, read_database("d")).await.expect(200);
    server.shutdown().await;
}

#[tokio::test]
async fn accounts_end_and_names_are_free_again() {
    let server = server().await;
    let mut line = Line::to(&server).await;
    let wish = json!({"name": "tests-1", "ports": true});
    let made = line
        .admin(OWN, "POST", "accounts", &wish)
        .await
        .expect(201)
        .json();
    line.admin(OWN, "POST", "accounts", &wish).await.expect(409);
    line.admin(OWN, "POST", "accounts", &json!({"name": "a b"}))
        .await
        .expect(400);
    line.admin(OWN, "POST", "accounts", &json!({}))
        .await
        .expect(400);
    let none = json!({"name": "x", "snapshot": "none"});
    line.admin(OWN, "POST", "accounts", &none).await.expect(404);
    let address: std::net::SocketAddr = made["endpoint"]
        .as_str()
        .and_then(|endpoint| endpoint.strip_prefix("http://")?.strip_suffix('/'))
        .unwrap()
        .parse()
        .unwrap();
    let mut own_port = Client::connect(address, Speech::Http2).await;
    own_port.send(create_database("d")).await.expect(201);
    line.ask(FIRST, read_database("d")).await.expect(200);
    let listed = line
        .admin(OWN, "GET", "accounts", &json!({}))
        .await
        .expect(200)
        .json();
    let names: Vec<&Value> = listed["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["account"])
        .collect();
    assert_eq!(names, ["shop", "tests-1"]);
    line.admin(OWN, "DELETE", "accounts/tests-1", &json!({}))
        .await
        .expect(200);
    line.admin(OWN, "DELETE", "accounts/tests-1", &json!({}))
        .await
        .expect(404);
    line.admin(OWN, "DELETE", "accounts/shop", &json!({}))
        .await
        .expect(409);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    line.ask(FIRST, read_database("d")).await.expect(404);
    line.admin(OWN, "POST", "accounts", &wish).await.expect(201);
    server.shutdown().await;
}

#[tokio::test]
async fn names_alone_are_not_given_twice() {
    let config = ServerConfig::new().with_port(0);
    let other = |name: &str| {
        let account = cosmokit_engine::Account::builder()
            .name(name)
            .build()
            .unwrap();
        Gateway::new(account).unwrap()
    };
    let taken = Server::bind_accounts(&config, gateway(), [(other("Shop"), Reach::Name)]).await;
    assert!(matches!(taken, Err(ServerError::NameTaken(name)) if name == "Shop"));
    let others = [(other("shop"), Reach::Ports(0)), (other("b"), Reach::Name)];
    let server = Server::bind_accounts(&config, gateway(), others)
        .await
        .unwrap();
    let further = server.further_accounts();
    assert_eq!(
        further[1].endpoints[0].http(),
        format!("http://b.localhost:{}/", server.endpoint().address().port())
    );
    let mut line = Line::to(&server).await;
    line.ask(OWN, create_database("own")).await.expect(201);
    line.ask("shop.localhost", read_database("own"))
        .await
        .expect(200);
    server.shutdown().await;
}
