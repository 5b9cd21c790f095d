//! HTTP over sockets: one pool per endpoint, HTTP/2 where the server offers it, HTTP/1.1 else. A pool lives
//! as long as something routes to its endpoint; its connections are tasks that end with it.

mod addresses;
mod body;
mod client;
mod connect;
mod connection;
mod pool;
mod proxy;
mod slots;
mod tls;

pub(crate) use self::client::HttpTransport;
pub(crate) use self::pool::EndpointPool;
pub(crate) use self::proxy::Proxies;
