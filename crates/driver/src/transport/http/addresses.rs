//! From a host to a TCP connection: name lookup, then the addresses one after the other, the next one
//! starting when one fails or is slow (RFC 8305 in short).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};

use crate::clock::Clock;
use crate::options::ConnectionPoolSettings;

/// How long an address may take before the next one is tried beside it.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// Addresses that are tried at most.
const MAX_ADDRESSES: usize = 8;

/// The addresses of a host, in the resolver's order. An address in place of a name is taken as it is, and names below
/// `localhost` are this machine, whatever the resolver says (RFC 6761, section 6.3): local accounts are told apart by them.
pub(super) async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    if is_below_localhost(host) {
        let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(loopback
            .map(|address| SocketAddr::new(address, port))
            .to_vec());
    }
    let found: Vec<SocketAddr> = lookup_host((host, port))
        .await?
        .take(MAX_ADDRESSES)
        .collect();
    if found.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the name has no addresses",
        ));
    }
    Ok(found)
}

/// Whether a name ends in `.localhost`.
fn is_below_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let below = host.rsplit_once('.');
    below.is_some_and(|(name, top)| !name.is_empty() && top.eq_ignore_ascii_case("localhost"))
}

/// A connection to the first address that answers.
pub(super) async fn connect_any(
    addresses: Vec<SocketAddr>,
    settings: &ConnectionPoolSettings,
    clock: Clock,
) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut running = FuturesUnordered::new();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        let next = waiting.next();
        let more = next.is_some();
        running.extend(next.map(|address| connect_one(address, settings)));
        if running.is_empty() {
            return Err(last);
        }
        let finished = if more && waiting.len() > 0 {
            let pause = std::pin::pin!(clock.sleep(NEXT_ADDRESS_AFTER));
            match select(running.next(), pause).await {
                Either::Left((finished, _)) => finished,
                Either::Right(_) => continue,
            }
        } else {
            running.next().await
        };
        match finished {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => last = error,
            None => {}
        }
    }
}

async fn connect_one(
    address: SocketAddr,
    settings: &ConnectionPoolSettings,
) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(local) = settings.local_address {
        socket.bind(SocketAddr::new(local, 0))?;
    }
    let keepalive = TcpKeepalive::new()
        .with_time(settings.tcp_keepalive_time)
        .with_interval(settings.tcp_keepalive_interval);
    SockRef::from(&socket).set_tcp_keepalive(&keepalive)?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::options::{ConnectionPoolOptions, Environment};

    #[tokio::test]
    async fn an_address_needs_no_lookup() {
        let found = look_up("::1", 8081).await.unwrap();
        assert_eq!(found, ["[::1]:8081".parse().unwrap()]);
    }

    #[tokio::test]
    async fn tcp_keepalive_time_and_interval_are_set_on_sockets() {
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = open.local_addr().unwrap();
        let options = ConnectionPoolOptions::default()
            .with_tcp_keepalive_time(Duration::from_secs(17))
            .with_tcp_keepalive_interval(Duration::from_secs(5));
        let settings = ConnectionPoolSettings::of(&options, &Environment::empty()).unwrap();
        let connected = connect_any(vec![address], &settings, Clock::system()).await;
        let stream = connected.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        let (time, interval) = (
            socket.tcp_keepalive_time().unwrap(),
            socket.tcp_keepalive_interval().unwrap(),
        );
        assert_eq!((time.as_secs(), interval.as_secs()), (17, 5));
    }

    #[tokio::test]
    async fn names_below_localhost_are_this_machine() {
        let here = ["127.0.0.1:8081", "[::1]:8081"].map(|address| address.parse().unwrap());
        for host in ["tests-1.localhost", "a.b.LOCALHOST", "shop.localhost."] {
            assert_eq!(look_up(host, 8081).await.unwrap(), here, "{host}");
        }
        for host in [
            "localhost",
            "localhost.example",
            "mylocalhost",
            ".localhost",
        ] {
            assert!(!is_below_localhost(host), "{host}");
        }
    }

    #[tokio::test]
    async fn a_refused_address_gives_way_to_the_next() {
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let refused = {
            let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
            gone.local_addr().unwrap()
        };
        let open_at = open.local_addr().unwrap();
        let settings =
            ConnectionPoolSettings::of(&ConnectionPoolOptions::default(), &Environment::empty())
                .unwrap();
        let stream = connect_any(vec![refused, open_at], &settings, Clock::system())
            .await
            .unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open_at);
        assert!(
            connect_any(vec![refused], &settings, Clock::system())
                .await
                .is_err()
        );
        assert!(
            connect_any(Vec::new(), &settings, Clock::system())
                .await
                .is_err()
        );
    }
}
