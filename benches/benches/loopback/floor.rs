//! The floor of a client: one connection, each request signed, the item decoded with serde, nothing else.

use std::error::Error;
use std::time::SystemTime;

use bytes::Bytes;
use cosmokit_protocol::id::link::ResourceType;
use cosmokit_protocol::wire::signing::{MasterKey, StringToSign};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::world::{self, Item};

/// A connection and a key.
#[derive(Debug)]
pub(crate) struct Floor {
    sender: SendRequest<Empty<Bytes>>,
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

    /// One point read.
    pub(crate) async fn read(&mut self) -> Result<Item, Box<dyn Error>> {
        let (_, body) = self.captured().await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Headers and body of one point read.
    #[expect(
        clippy::disallowed_methods,
        reason = "a signature carries the present time"
    )]
    pub(crate) async fn captured(&mut self) -> Result<(HeaderMap, Bytes), Box<dyn Error>> {
        let link = format!(
            "dbs/{}/colls/{}/docs/{}",
            world::DATABASE,
            world::CONTAINER,
            world::ID
        );
        let date = httpdate::fmt_http_date(SystemTime::now());
        let text = StringToSign {
            method: &Method::GET,
            resource_type: ResourceType::Documents.segment(),
            link: &link,
            x_ms_date: &date,
            http_date: "",
        };
        let request = Request::get(format!("/{link}"))
            .header("host", &self.host)
            .header("x-ms-version", "2020-07-15")
            .header("x-ms-date", &date)
            .header("authorization", self.key.authorization(&text))
            .header(
                "x-ms-documentdb-partitionkey",
                format!("[\"{}\"]", world::PARTITION),
            )
            .body(Empty::new())?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        if response.status() != StatusCode::OK {
            return Err(format!("the floor's read answered {}", response.status()).into());
        }
        let (head, body) = response.into_parts();
        Ok((head.headers, body.collect().await?.to_bytes()))
    }
}
