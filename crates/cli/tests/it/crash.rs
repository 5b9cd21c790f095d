//! `cosmokit serve --data` under load is killed, again and again: what it acknowledged over HTTP is there, in every region,
//! and what it refused is not. `COSMOKIT_CRASH_ROUNDS` says how often; `just crash` does it 200 times.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use cosmokit_protocol::id::ResourcePath;
use cosmokit_protocol::wire::signing::{MasterKey, StringToSign};
use http::Method;
use serde_json::{Value, json};

use crate::serve::{KEY, Served};

const WRITERS: u64 = 4;
const IDS: u64 = 5;
const ROUNDS: u64 = 4;
/// Operations after which the process is killed, at most.
const MOST: u64 = 300;

/// A well-mixed number; the same for the same input everywhere.
fn mix(input: u64) -> u64 {
    let mut z = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A connection to a region, and requests signed on the server's own date.
struct Line {
    stream: BufReader<TcpStream>,
    authority: String,
    date: String,
}

impl Line {
    fn to(endpoint: &str) -> io::Result<Self> {
        let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(authority)?;
        stream.set_nodelay(true)?;
        let mut line = Self {
            stream: BufReader::new(stream),
            authority: authority.to_owned(),
            date: String::new(),
        };
        line.send("GET", "/_cosmokit/ready", &[], "")?;
        Ok(line)
    }

    /// Status and body of the answer.
    fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<(u16, Value)> {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\nx-ms-date: {}\r\nauthorization: {}\r\n",
            self.authority,
            body.len(),
            self.date,
            authorization(method, path, &self.date),
        );
        for (name, value) in headers {
            request.extend([*name, ": ", *value, "\r\n"]);
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.receive()
    }

    fn receive(&mut self) -> io::Result<(u16, Value)> {
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some((name, value)) = line.split_once(": ") {
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().unwrap(),
                    "date" => value.clone_into(&mut self.date),
                    _ => {}
                }
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

fn authorization(method: &str, path: &str, date: &str) -> String {
    let Ok(path) = ResourcePath::parse(path) else {
        return String::new();
    };
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let text = StringToSign {
        method: &method,
        resource_type: path.signing_resource_type(),
        link: &path.signing_link(),
        x_ms_date: date,
        http_date: "",
    };
    let signed = MasterKey::from_base64(KEY).unwrap().authorization(&text);
    signed.to_str().unwrap().to_owned()
}

const ITEMS: &str = "/dbs/db/colls/c/docs";

/// One writer of one round: the only one that writes under its key.
#[derive(Clone, Copy)]
struct Writer {
    round: u64,
    number: u64,
}

/// The items of a writer: id and the number of the operation that wrote it.
type Items = BTreeMap<u64, u64>;

impl Writer {
    fn key(self) -> String {
        format!("round {} writer {}", self.round, self.number)
    }

    fn header(self) -> String {
        json!([self.key()]).to_string()
    }

    fn draw(self, operation: u64) -> u64 {
        mix(self.round << 32 ^ self.number << 24 ^ operation)
    }

    /// Writes until the connection breaks; how many operations were acknowledged.
    fn write(self, endpoint: &str, acknowledged: &AtomicU64) -> u64 {
        let Ok(mut line) = Line::to(endpoint) else {
            return 0;
        };
        let mut items = Items::new();
        for operation in 1.. {
            match self.act(&mut line, operation, &items) {
                Ok(()) => {}
                Err(_) => return operation - 1,
            }
            self.follow(&mut items, operation);
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        unreachable!("the server is killed")
    }

    fn act(self, line: &mut Line, operation: u64, present: &Items) -> io::Result<()> {
        let (key, draw) = (self.header(), self.draw(operation));
        let id = draw % IDS;
        let partition = ("x-ms-documentdb-partitionkey", key.as_str());
        let body = |n: Value| {
            json!({"id": id.to_string(), "pk": self.key(), "n": n, "filler": "x".repeat(200)})
                .to_string()
        };
        let path = format!("{ITEMS}/{id}");
        if matches!(draw >> 8 & 7, 0) {
            let (status, _) = line.send("DELETE", &path, &[partition], "")?;
            let expected = if present.contains_key(&id) { 204 } else { 404 };
            assert_eq!(status, expected);
        } else {
            let upsert = ("x-ms-documentdb-is-upsert", "true");
            let (status, answer) =
                line.send("POST", ITEMS, &[partition, upsert], &body(json!(operation)))?;
            assert!(status == 200 || status == 201, "{status} {answer}");
        }
        let stale = ("if-match", "\"no such etag\"");
        let (status, _) = line.send("PUT", &path, &[partition, stale], &body(json!("refused")))?;
        assert!(status == 412 || status == 404, "{status}");
        Ok(())
    }

    fn follow(self, items: &mut Items, operation: u64) {
        let draw = self.draw(operation);
        if matches!(draw >> 8 & 7, 0) {
            items.remove(&(draw % IDS));
        } else {
            items.insert(draw % IDS, operation);
        }
    }

    fn items_after(self, operations: u64) -> Items {
        let mut items = Items::new();
        for operation in 1..=operations {
            self.follow(&mut items, operation);
        }
        items
    }

    /// What a region shows under the key.
    fn items_in(self, line: &mut Line) -> Items {
        let key = self.header();
        let mut read = |id: u64| {
            let partition = ("x-ms-documentdb-partitionkey", key.as_str());
            let answer = line.send("GET", &format!("{ITEMS}/{id}"), &[partition], "");
            let (status, body) = answer.unwrap();
            assert!(status == 200 || status == 404, "{status} {body}");
            (status == 200).then(|| body["n"].as_u64().expect("what was refused is not there"))
        };
        (0..IDS).filter_map(|id| Some((id, read(id)?))).collect()
    }
}

fn endpoints(served: &Served) -> Vec<String> {
    let regions = served.ready["regions"].as_array().unwrap().iter();
    let endpoints = regions.map(|region| region["endpoint"].as_str().unwrap().to_owned());
    endpoints.collect()
}

fn prepare(endpoint: &str) {
    let mut line = Line::to(endpoint).unwrap();
    line.send("POST", "/dbs", &[], r#"{"id":"db"}"#).unwrap();
    let container = r#"{"id":"c","partitionKey":{"paths":["/pk"],"version":2}}"#;
    let (status, body) = line.send("POST", "/dbs/db/colls", &[], container).unwrap();
    assert!(status == 201 || status == 409, "{status} {body}");
}

/// Kills the process under load, opens the directory again, and looks; returns what was acknowledged in all rounds.
fn rounds(name: &str, more: &[&str]) -> u64 {
    let asked = std::env::var("COSMOKIT_CRASH_ROUNDS").ok();
    let rounds = asked.map_or(ROUNDS, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let arguments = [&["--port", "0", "--key", KEY, "--data", data], more].concat();
    let mut all = 0;
    for round in 0..rounds {
        let mut served = Served::with(name, &arguments);
        let regions = endpoints(&served);
        prepare(&regions[0]);
        let acknowledged = AtomicU64::new(0);
        let writers: Vec<Writer> = (0..WRITERS)
            .map(|number| Writer { round, number })
            .collect();
        let done: Vec<u64> = thread::scope(|scope| {
            let (acknowledged, regions) = (&acknowledged, &regions);
            let threads: Vec<_> = writers
                .iter()
                .map(|writer| {
                    let place = usize::try_from(writer.number).unwrap() % regions.len();
                    scope.spawn(move || writer.write(&regions[place], acknowledged))
                })
                .collect();
            let last = 1 + mix(round) % MOST;
            while acknowledged.load(Ordering::SeqCst) < last {
                assert!(
                    served.child.try_wait().unwrap().is_none(),
                    "the server ended by itself"
                );
                assert!(
                    threads.iter().any(|thread| !thread.is_finished()),
                    "nobody writes"
                );
                thread::yield_now();
            }
            served.child.kill().unwrap();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        drop(served);
        let again = Served::with(name, &arguments);
        for endpoint in endpoints(&again) {
            let mut line = Line::to(&endpoint).unwrap();
            for (writer, done) in writers.iter().zip(&done) {
                let found = writer.items_in(&mut line);
                // The operation that was under way took effect or did not.
                let allowed = [writer.items_after(*done), writer.items_after(done + 1)];
                assert!(
                    allowed.contains(&found),
                    "{}, {done} acknowledged: {found:?} in place of {allowed:?}",
                    writer.key()
                );
            }
        }
        all += done.iter().sum::<u64>();
    }
    all
}

#[test]
fn no_kill_takes_what_was_acknowledged() {
    assert!(rounds("crash", &["--partitions", "3"]) > 0);
}

#[test]
fn no_kill_takes_what_a_region_of_many_writers_acknowledged() {
    let regions = "East US,West US,Southeast Asia";
    let more = ["--multi-write", "--regions", regions, "--lag", "20..200ms"];
    assert!(rounds("crash-multi", &more) > 0);
}
