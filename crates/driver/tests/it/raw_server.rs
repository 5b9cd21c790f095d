//! A server of few lines over blocking sockets in threads of its own, so that it shares nothing with the
//! client under test: it answers account, container and range reads, and item requests as scripted.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

/// What to do with an item request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A complete answer; the connection stays.
    Answer(&'static str),
    /// A complete answer; then the connection is closed without a word.
    AnswerThenClose(&'static str),
    /// These bytes, then the connection is closed.
    Bytes(&'static [u8]),
    /// A complete answer, once so many requests wait together.
    Together(Arc<Barrier>),
}

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) steps: Mutex<VecDeque<Step>>,
    pub(crate) connections: AtomicUsize,
    pub(crate) open: AtomicUsize,
    pub(crate) most_open: AtomicUsize,
    pub(crate) items: AtomicUsize,
}

pub(crate) struct RawServer {
    pub(crate) address: SocketAddr,
    pub(crate) log: Arc<Log>,
}

impl RawServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, log) = (listener.local_addr().unwrap(), Arc::new(Log::default()));
        let shared = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let log = Arc::clone(&shared);
                log.connections.fetch_add(1, Ordering::SeqCst);
                let open = log.open.fetch_add(1, Ordering::SeqCst) + 1;
                log.most_open.fetch_max(open, Ordering::SeqCst);
                thread::spawn(move || {
                    serve(&stream, address, &log);
                    log.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, log }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn script(&self, steps: impl IntoIterator<Item = Step>) {
        self.log.steps.lock().unwrap().extend(steps);
    }

    pub(crate) fn items(&self) -> usize {
        self.log.items.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// Waits until no connection is open.
    pub(crate) fn wait_until_closed(&self) {
        while self.log.open.load(Ordering::SeqCst) > 0 {
            thread::yield_now();
        }
    }
}

fn serve(stream: &TcpStream, address: SocketAddr, log: &Log) {
    let mut start = [0; 3];
    if stream.peek(&mut start).is_ok() && &start == b"PRI" {
        require_http1(stream);
        return;
    }
    let mut reader = BufReader::new(stream);
    while let Some(path) = read_request(&mut reader) {
        let step = if path.contains("/docs") {
            log.items.fetch_add(1, Ordering::SeqCst);
            log.steps
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or(Step::Answer("{}"))
        } else {
            Step::Answer(metadata(&path, address))
        };
        let mut out = stream;
        let sent = match &step {
            Step::Answer(body) | Step::AnswerThenClose(body) => out.write_all(&complete(body)),
            Step::Bytes(bytes) => out.write_all(bytes),
            Step::Together(barrier) => {
                barrier.wait();
                out.write_all(&complete("{}"))
            }
        };
        if sent.is_err() || !matches!(step, Step::Answer(_) | Step::Together(_)) {
            break;
        }
    }
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

/// Ends the first HTTP/2 request with `HTTP_1_1_REQUIRED`.
fn require_http1(mut stream: &TcpStream) {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const RESET_STREAM_1: [u8; 13] = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0xd];
    let _ = stream.write_all(&SETTINGS);
    let mut preface = [0; 24];
    let _ = stream.read_exact(&mut preface);
    let mut head = [0; 9];
    while stream.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length.try_into().unwrap()];
        let is_headers = head[3] == 1;
        if stream.read_exact(&mut payload).is_err() || is_headers {
            break;
        }
    }
    let _ = stream.write_all(&RESET_STREAM_1);
    // Until the client has read it and gone.
    while stream.read_exact(&mut head).is_ok() {}
}

/// The path of the next request; `None` when the client has gone.
fn read_request(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader
            .read_line(&mut header)
            .ok()
            .filter(|read| *read > 0)?;
        if header == "\r\n" {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(path)
}

fn complete(body: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nx-ms-request-charge: 1\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

fn metadata(path: &str, address: SocketAddr) -> &'static str {
    if path == "/" {
        let location =
            format!(r#"[{{"name":"East US","databaseAccountEndpoint":"http://{address}/"}}]"#);
        let body = format!(
            r#"{{"id":"a","readableLocations":{location},"writableLocations":{location}}}"#
        );
        return body.leak();
    }
    r#"{"id":"c","_rid":"AAAAAIAAAAE=","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#
}
