//! A user with a cookie jar, as a browser keeps it.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};

use crate::http::exchange;

/// A user.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    pub(crate) jar: BTreeMap<String, String>,
}

/// An answer, read to its end.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    /// The header of the next request.
    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<String> = self
            .jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Sends a request without taking in what its answer sets.
    pub(crate) async fn ask(&self, instance: &Router, method: Method, path: &str) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        if !self.jar.is_empty() {
            request = request.header(COOKIE, self.cookies());
        }
        let request = request.body(Body::empty()).unwrap();
        let (parts, bytes) = exchange(instance, request).await.into_parts();
        Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// Takes in what an answer sets.
    pub(crate) fn take(&mut self, page: &Page) {
        for line in page.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(crate) async fn send(&mut self, instance: &Router, method: Method, path: &str) -> Page {
        let page = self.ask(instance, method, path).await;
        self.take(&page);
        page
    }

    pub(crate) async fn get(&mut self, instance: &Router, path: &str) -> StatusCode {
        self.send(instance, Method::GET, path).await.status
    }

    pub(crate) async fn put(&mut self, instance: &Router, path: &str) -> StatusCode {
        self.send(instance, Method::PUT, path).await.status
    }

    pub(crate) async fn post(&mut self, instance: &Router, path: &str) -> Page {
        self.send(instance, Method::POST, path).await
    }
}

impl Page {
    pub(crate) fn sets_cookies(&self) -> bool {
        self.headers.contains_key(SET_COOKIE)
    }

    pub(crate) fn location(&self) -> String {
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }
}
