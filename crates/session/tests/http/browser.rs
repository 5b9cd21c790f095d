//! A user at an HTTP client, with a cookie jar as a browser keeps it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use cosmokit_session as _;
use http::header::{COOKIE, SET_COOKIE};
use http::{Method, StatusCode};
use reqwest_middleware::reqwest::redirect::Policy;
use reqwest_middleware::reqwest::{Client, Response};

pub(crate) struct Browser {
    client: Client,
    pub(crate) jar: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            client: Client::builder().redirect(Policy::none()).build().unwrap(),
            jar: BTreeMap::new(),
        }
    }

    pub(crate) async fn send(&mut self, method: Method, to: SocketAddr, path: &str) -> Response {
        let pairs: Vec<String> = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = self.client.request(method, format!("http://{to}{path}"));
        if !pairs.is_empty() {
            request = request.header(COOKIE, pairs.join("; "));
        }
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    pub(crate) async fn get(&mut self, from: SocketAddr, path: &str) -> StatusCode {
        self.send(Method::GET, from, path).await.status()
    }

    pub(crate) async fn put(&mut self, to: SocketAddr, path: &str) -> StatusCode {
        self.send(Method::PUT, to, path).await.status()
    }
}
