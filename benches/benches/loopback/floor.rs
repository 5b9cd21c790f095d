//! The floor of a client: one connection, each request signed, the item encoded or decoded with serde, nothing else.

use std::error::Error;
use std::time::SystemTime;

use bytes::Bytes;
use cosmokit_protocol::id::link::ResourceType;
use cosmokit_protocol::wire::signing::{MasterKey, StringToSign};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use crate::world::{self, Item, Work};

/// A page of the change feed or of a query.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "Documents")]
    documents: Vec<Item>,
}

/// A connection and a key.
#[derive(Debug)]
pub(crate) struct Floor {
    sender: SendRequest<Full<Bytes>>,
    key: MasterKey,
    host: String,
}

impl Floor {
    /// Connects to a server on this machine.
    pub(crate) async fn connect(port: u16) -> Result<Self, Box<dyn Error>> {
        let host = format!("127.0.0.1:{port}");
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the process ends with its connection"
        )]
        tokio::spawn(connection);
        Ok(Self {
            sender,
            key: MasterKey::from_base64(world::KEY)?,
            host,
        })
    }

    /// One operation with the item.
    pub(crate) async fn operate(&mut self, work: Work, item: &Item) -> Result<(), Box<dyn Error>> {
        let (_, body) = self.answer(work, item).await?;
        match work {
            Work::Read => world::check(&serde_json::from_slice(&body)?),
            Work::Create => Ok(()),
            Work::Changes => {
                let page: Page = serde_json::from_slice(&body)?;
                world::check_page(page.documents.len())
            }
            Work::Query => {
                let page: Page = serde_json::from_slice(&body)?;
                world::check_rows(page.documents.len())
            }
        }
    }

    /// Headers and body that one operation brought back.
    pub(crate) async fn answer(
        &mut self,
        work: Work,
        item: &Item,
    ) -> Result<(HeaderMap, Bytes), Box<dyn Error>> {
        let request = self.request(work, item)?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        if !response.status().is_success() {
            return Err(format!("the floor's {work} was answered {}", response.status()).into());
        }
        let (head, body) = response.into_parts();
        Ok((head.headers, body.collect().await?.to_bytes()))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a signature carries the present time"
    )]
    fn request(&self, work: Work, item: &Item) -> Result<Request<Full<Bytes>>, Box<dyn Error>> {
        let feed = format!("dbs/{}/colls/{}", world::DATABASE, world::CONTAINER);
        let document = format!("{feed}/docs/{}", world::ID);
        let (method, link, path) = match work {
            Work::Read => (Method::GET, &document, format!("/{document}")),
            Work::Create | Work::Query => (Method::POST, &feed, format!("/{feed}/docs")),
            Work::Changes => (Method::GET, &feed, format!("/{feed}/docs")),
        };
        let date = httpdate::fmt_http_date(SystemTime::now());
        let text = StringToSign {
            method: &method,
            resource_type: ResourceType::Documents.segment(),
            link,
            x_ms_date: &date,
            http_date: "",
        };
        let authorization = self.key.authorization(&text);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host)
            .header("x-ms-version", "2020-07-15")
            .header("x-ms-date", &date)
            .header("authorization", authorization);
        let key = "x-ms-documentdb-partitionkey";
        let partition = format!("[\"{}\"]", world::PARTITION);
        Ok(match work {
            Work::Read => request.header(key, partition).body(Full::default())?,
            Work::Changes => request
                .header("a-im", "Incremental feed")
                .header("x-ms-documentdb-partitionkeyrangeid", "0")
                .header("x-ms-max-item-count", world::PAGE.to_string())
                .body(Full::default())?,
            Work::Create => request
                .header(key, partition)
                .header("content-type", "application/json")
                .header("prefer", "return=minimal")
                .body(Full::from(serde_json::to_vec(item)?))?,
            Work::Query => request
                .header(key, format!("[\"{}\"]", world::QUERIED))
                .header("content-type", "application/query+json")
                .header("x-ms-documentdb-isquery", "True")
                .body(Full::from(serde_json::to_vec(
                    &serde_json::json!({"query": world::QUERY, "parameters": []}),
                )?))?,
        })
    }
}
