//! `cosmokit serve`: its ready line, its signals, its errors.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

const KEY: &str = "c2VydmUgdGVzdHMgb25seQ==";

/// A running `cosmokit serve`, killed when a test gives up on it.
struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Value,
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
        .env_remove("COSMOKIT_LOG");
    command
}

fn cache_dir(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("cosmokit-serve-{}-{name}", std::process::id()))
}

impl Served {
    fn start(name: &str) -> Self {
        let mut child = serve(name, &["--port", "0", "--key", KEY])
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
        let endpoint = self.ready["endpoint"].as_str().unwrap();
        let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(authority).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// What stands on stdout after the ready line, and whether the process ended well.
    fn end(mut self) -> (String, bool) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().success())
    }
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
        "endpoint": endpoint,
        "https": endpoint.replacen("http", "https", 1),
        "key": KEY,
        "regions": [{"name": "East US", "endpoint": endpoint}],
        "admin": format!("{endpoint}_cosmokit/"),
    });
    assert_eq!(served.ready, expected);
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
