//! `cosmokit serve`: its ready line, its signals, its errors.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

pub(crate) const KEY: &str = "c2VydmUgdGVzdHMgb25seQ==";

/// A running `cosmokit serve`, killed when a test gives up on it.
pub(crate) struct Served {
    pub(crate) child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) ready: Value,
    cache: PathBuf,
}

fn serve(cache: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cosmokit"));
    command
        .arg("serve")
        .args(arguments)
        .arg("--cache-dir")
        .arg(cache_dir(cache));
    command
        .env_remove("COSMOKIT_KEY")
        .env_remove("COSMOKIT_DATA")
        .env_remove("COSMOKIT_LOG");
    command
}

fn cache_dir(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("cosmokit-serve-{}-{name}", std::process::id()))
}

impl Served {
    fn start(name: &str) -> Self {
        Self::with(name, &["--port", "0", "--key", KEY])
    }

    pub(crate) fn with(name: &str, arguments: &[&str]) -> Self {
        let mut child = serve(name, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Self {
            child,
            stdout,
            ready,
            cache: cache_dir(name),
        }
    }

    fn get(&self, path: &str) -> String {
        get(self.ready["endpoint"].as_str().unwrap(), path)
    }

    /// What the admin API says at a path.
    fn admin(&self, path: &str) -> Value {
        let admin = self.ready["admin"].as_str().unwrap();
        let endpoint = admin.trim_end_matches("_cosmokit/");
        let answer = get(endpoint, &format!("/_cosmokit/{path}"));
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// What stands on stdout after the ready line, and whether the process ended well.
    fn end(mut self) -> (String, bool) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().success())
    }
}

fn get(endpoint: &str, path: &str) -> String {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    get_as(authority, endpoint, path)
}

/// Asks for another host name than the one that is connected to.
fn get_as(host: &str, endpoint: &str, path: &str) -> String {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already ended in the good case.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.cache);
    }
}

#[test]
fn one_line_says_where_the_account_is() {
    let served = Served::start("ready");
    let endpoint = served.ready["endpoint"].as_str().unwrap().to_owned();
    let expected = json!({
        "event": "ready",
        "account": "cosmokit",
        "endpoint": endpoint,
        "https": endpoint.replacen("http", "https", 1),
        "key": KEY,
        "regions": [{"name": "East US", "endpoint": endpoint}],
        "admin": served.ready["admin"],
    });
    assert_eq!(served.ready, expected);
    assert_ne!(
        served.ready["admin"],
        format!("{endpoint}_cosmokit/"),
        "a port of its own"
    );
    assert_eq!(served.admin("state")["account"], "cosmokit");
    assert!(
        endpoint.starts_with("http://127.0.0.1:") && endpoint.ends_with('/'),
        "{endpoint}"
    );
    let ready = served.get("/_cosmokit/ready");
    assert!(ready.starts_with("HTTP/1.1 200 OK\r\n"), "{ready}");
    assert!(
        served.get("/dbs").starts_with("HTTP/1.1 401 "),
        "requests must be signed"
    );
}

#[cfg(unix)]
#[test]
fn signals_end_it_well_and_quietly() {
    for signal in ["TERM", "INT"] {
        let served = Served::start(signal);
        let process = served.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &process])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(served.end(), (String::new(), true), "SIG{signal}");
    }
}

#[test]
fn what_prevents_a_start_is_said_on_stderr() {
    let served = Served::start("errors");
    let endpoint = served.ready["endpoint"].as_str().unwrap();
    let port = endpoint.trim_end_matches('/').rsplit(':').next().unwrap();
    let table: &[(&[&str], &str)] = &[
        (&["--port", port], port),
        (&["--port", "0", "--key", "not base64!"], "base64"),
        (&["--port", "99999"], "99999"),
        (&["--port", "0", "--host", "192.0.2.1"], "192.0.2.1"),
        (&["--port", "0", "--lag", "soon"], "soon"),
        (&["--port", "0", "--regions", "East US,eastus"], "eastus"),
        (&["--port", "0", "--consistency", "Sometimes"], "Sometimes"),
        (&["--port", "0", "--partitions", "0"], "--partitions"),
        (&["--config", "nowhere.toml"], "nowhere.toml"),
    ];
    for (arguments, mentioned) in table {
        let Output {
            status,
            stdout,
            stderr,
        } = serve("errors", arguments).output().unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(!status.success() && stdout.is_empty(), "{arguments:?}");
        assert!(stderr.contains(mentioned), "{arguments:?}: {stderr}");
    }
}

#[test]
fn regions_lag_and_switches_come_from_the_command_line() {
    let arguments = [
        "--port",
        "0",
        "--regions",
        "East US,West Europe, Southeast Asia",
        "--lag",
        "20..50ms",
        "--consistency",
        "BoundedStaleness",
        "--seed",
        "9",
        "--throttling",
        "--partitions",
        "3",
    ];
    let served = Served::with("flags", &arguments);
    let names: Vec<&str> = served.ready["regions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|region| region["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["East US", "West Europe", "Southeast Asia"]);
    let state = served.admin("state");
    assert_eq!(state["consistency"], "BoundedStaleness");
    assert_eq!(state["throttling"], true);
    let links = state["links"].as_array().unwrap();
    assert_eq!(links.len(), 6);
    assert!(
        links.iter().all(|link| link["lag"] == "20..50ms"),
        "{links:?}"
    );
}

#[test]
fn the_example_configuration_is_served() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/serve.toml");
    let served = Served::with("config", &["--config", example, "--port", "0"]);
    assert_eq!(served.ready["account"], "shop");
    assert_eq!(served.ready["accounts"][0]["account"], "scratch");
    let state = served.admin("state");
    assert_eq!(state["regions"].as_array().unwrap().len(), 3);
    let far = json!({"from": "East US", "to": "Southeast Asia", "lag": "80..120ms"});
    assert!(state["links"].as_array().unwrap().contains(&far), "{state}");
    assert_eq!(state["regions"][1]["replicaLags"][3], "5ms");
    let partitions = state["containers"][0]["partitions"].as_array().unwrap();
    let items: u64 = partitions
        .iter()
        .map(|part| part["items"].as_u64().unwrap())
        .sum();
    assert_eq!((partitions.len(), items), (2, 4));
    let rules = served.admin("faults");
    assert_eq!(rules["faults"][0]["id"], "slow-europe");
    let scratch = served.ready["accounts"][0]["endpoint"].as_str().unwrap();
    assert!(get(scratch, "/_cosmokit/ready").starts_with("HTTP/1.1 200"));
    let endpoint = served.ready["endpoint"].as_str().unwrap();
    let by_name = get_as("scratch.localhost", endpoint, "/_cosmokit/state");
    assert!(by_name.contains(r#""account":"scratch""#), "{by_name}");
}

#[test]
fn accounts_are_reached_by_name_alone() {
    let directory = cache_dir("by-name-config");
    std::fs::create_dir_all(&directory).unwrap();
    let config = directory.join("serve.toml");
    let text = "[[accounts]]\nname = \"shop\"\n\
                [[accounts]]\nname = \"tests-1\"\nname_only = true\n\
                [[accounts]]\nname = \"tests-2\"\nname_only = true\nregions = [\"East US\", \"West US\"]\n";
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let served = Served::with("by-name", &["--config", config, "--port", "0"]);
    let endpoint = served.ready["endpoint"].as_str().unwrap();
    let port = endpoint.trim_end_matches('/').rsplit(':').next().unwrap();
    let accounts = &served.ready["accounts"];
    assert_eq!(
        accounts[0]["endpoint"],
        format!("http://tests-1.localhost:{port}/")
    );
    let far = format!("http://tests-2-westus.localhost:{port}/");
    assert_eq!(accounts[1]["regions"][1]["endpoint"], far);
    for name in ["shop", "tests-1", "tests-2"] {
        let state = get_as(&format!("{name}.localhost"), endpoint, "/_cosmokit/state");
        assert!(state.contains(&format!(r#""account":"{name}""#)), "{state}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_configuration_that_cannot_be_is_named_by_file_and_key() {
    let directory = cache_dir("bad-config");
    std::fs::create_dir_all(&directory).unwrap();
    let table = [
        ("[server]\nprot = 1", "prot"),
        ("[[accounts]]\nlag = \"soon\"", "accounts[0].lag"),
        ("[[accounts]]\nname = \"a b\"", "accounts[0]"),
        (
            "[[accounts]]\nlinks = [{from = \"Mars\", to = \"East US\", lag = \"none\"}]",
            "accounts[0].links[0]",
        ),
        (
            "[[accounts]]\n[[accounts.databases]]\nid = \"d\"\n[[accounts.databases.containers]]\nid = \"c\"",
            "accounts[0].databases[0].containers[0]",
        ),
        (
            "[[accounts]]\n[[accounts.databases]]\nid = \"d\"\n[[accounts.databases.containers]]\nid = \"c\"\n\
             partition_key = [\"/pk\"]\nitems = [{pk = 1}]",
            "containers[0].items",
        ),
        (
            "[[accounts]]\n[[accounts.databases]]\nid = \"d\"\n[[accounts.databases.containers]]\nid = \"c\"\n\
             partition_key = [\"/pk\"]\nitems_file = \"none.ndjson\"",
            "none.ndjson",
        ),
    ];
    for (text, mentioned) in table {
        let path = directory.join("bad.toml");
        std::fs::write(&path, text).unwrap();
        let output = serve(
            "bad-config",
            &["--port", "0", "--config", path.to_str().unwrap()],
        )
        .output()
        .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{text}");
        assert!(stderr.contains(mentioned), "{text}: {stderr}");
    }
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn an_account_on_disk_outlives_a_kill_and_opens_once() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let served = Served::with("data", &["--port", "0", "--key", KEY, "--data", data]);
    let second = serve("data", &["--port", "0", "--data", data])
        .output()
        .unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        !second.status.success() && said.contains("is open elsewhere"),
        "{said}"
    );
    drop(served);
    let again = Served::with("data", &["--port", "0", "--key", KEY, "--data", data]);
    let ready = again.get("/_cosmokit/ready");
    assert!(ready.starts_with("HTTP/1.1 200 OK\r\n"), "{ready}");
}
