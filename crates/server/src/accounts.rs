//! Several accounts in one process, told apart by the host name that a request is for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use arc_swap::ArcSwap;
use bytes::Bytes;
use cosmokit_protocol::op::ErrorBody;
use cosmokit_protocol::wire::header;
use http::header::HOST;
use http::{HeaderMap, Request, Response, StatusCode, Uri};

use crate::service::{Gateway, GatewayFuture};

/// Accounts by their names, as one HTTP service: `shop.localhost` is the account `shop`, and
/// `shop-westeurope.localhost` its region West Europe. What stands behind the first dot, and the
/// port, are free. Clones are the same accounts; they come and go while requests run.
///
/// A [`Server`](crate::Server) keeps one for what arrives at its ports.
///
/// ```
/// use cosmokit_engine::Account;
/// use cosmokit_server::{Accounts, Gateway};
///
/// let accounts = Accounts::default();
/// let shop = Account::builder().name("shop").build()?;
/// accounts.add(Gateway::new(shop.clone())?);
/// // Each test has its own, which begins like the one they share.
/// let test = shop.sibling("shop-test-1").snapshot(&shop.snapshot()).build()?;
/// accounts.add(Gateway::new(test)?);
/// assert_eq!(accounts.names(), ["shop", "shop-test-1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Accounts(Arc<Inner>);

/// Accounts for whoever is owned by one of them.
#[derive(Clone, Default)]
pub(crate) struct WeakAccounts(Weak<Inner>);

impl WeakAccounts {
    /// The accounts, as long as their server lives.
    pub(crate) fn upgrade(&self) -> Option<Accounts> {
        self.0.upgrade().map(Accounts)
    }
}

impl fmt::Debug for WeakAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakAccounts").finish_non_exhaustive()
    }
}

type ByName = BTreeMap<String, Gateway>;

#[derive(Default)]
struct Inner {
    known: ArcSwap<ByName>,
    /// Held while the next map is made.
    changing: Mutex<()>,
}

impl Accounts {
    /// Adds an account under its name; returns the one that had the name before.
    pub fn add(&self, gateway: Gateway) -> Option<Gateway> {
        let name = gateway.account().name().to_ascii_lowercase();
        self.change(|known| known.insert(name, gateway))
    }

    /// Takes an account away: requests for it that come later find nothing.
    pub fn remove(&self, name: &str) -> Option<Gateway> {
        let name = name.to_ascii_lowercase();
        self.change(|known| known.remove(&name))
    }

    /// The names of the accounts, in lower case and in order.
    pub fn names(&self) -> Vec<String> {
        self.0.known.load().keys().cloned().collect()
    }

    /// The account that a host name is for.
    pub fn find(&self, host: &str) -> Option<Gateway> {
        find_in(&self.0.known.load(), host)
    }

    /// The account that a request at a port of `own` is for, if it is another. Costs a load and a
    /// comparison where there is no other.
    pub(crate) fn other_than(
        &self,
        own: &Gateway,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Option<Gateway> {
        let known = self.0.known.load();
        if known.len() < 2 {
            return None;
        }
        let found = find_in(&known, host_of(uri, headers))?;
        (!found.is_same(own)).then_some(found)
    }

    /// The accounts, without keeping them.
    pub(crate) fn downgrade(&self) -> WeakAccounts {
        WeakAccounts(Arc::downgrade(&self.0))
    }

    /// The accounts, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Gateway> {
        self.0.known.load().values().cloned().collect()
    }

    fn change<T>(&self, change: impl FnOnce(&mut ByName) -> T) -> T {
        let turn = self.0.changing.lock();
        let _turn = turn.unwrap_or_else(PoisonError::into_inner);
        let mut next = ByName::clone(&self.0.known.load());
        let changed = change(&mut next);
        self.0.known.store(Arc::new(next));
        changed
    }
}

/// The account with this name, or with a region of this name behind a hyphen.
fn find_in(known: &ByName, host: &str) -> Option<Gateway> {
    let label = host.split(['.', ':']).next().unwrap_or_default();
    let label = if label.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(label.to_ascii_lowercase())
    } else {
        Cow::Borrowed(label)
    };
    if let Some(gateway) = known.get(&*label) {
        return Some(gateway.clone());
    }
    let (name, region) = label.rsplit_once('-')?;
    let gateway = known.get(name)?;
    let topology = gateway.account().topology();
    let mut regions = topology.all_regions().iter();
    let has_region = regions.any(|entry| entry.region.as_str() == region);
    has_region.then(|| gateway.clone())
}

/// The host that a request is for; empty when it does not say.
fn host_of<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> &'r str {
    let header = || headers.get(HOST)?.to_str().ok();
    uri.host().or_else(header).unwrap_or_default()
}

fn nobody(host: &str) -> Response<Bytes> {
    let status = StatusCode::NOT_FOUND;
    let message = format!("no account answers to the host name {host:.100}");
    let body = ErrorBody::for_status(status.as_u16(), message).to_bytes();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let json = header::value::APPLICATION_JSON;
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Accounts").field(&self.names()).finish()
    }
}

/// Fails as a [`Gateway`] does; a host name that is no account's is answered with 404.
impl tower::Service<Request<Bytes>> for Accounts {
    type Response = Response<Bytes>;
    type Error = io::Error;
    type Future = AccountsFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> AccountsFuture {
        let host = host_of(request.uri(), request.headers());
        AccountsFuture(match self.find(host) {
            Some(mut gateway) => Found::Account(tower::Service::call(&mut gateway, request)),
            None => Found::Nothing(Some(nobody(host))),
        })
    }
}

/// The answer of [`Accounts`] in the making.
#[derive(Debug)]
pub struct AccountsFuture(Found);

#[derive(Debug)]
enum Found {
    Account(GatewayFuture),
    Nothing(Option<Response<Bytes>>),
}

impl Future for AccountsFuture {
    type Output = io::Result<Response<Bytes>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Found::Account(future) => Pin::new(future).poll(cx),
            Found::Nothing(response) => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                None => Poll::Pending,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use cosmokit_engine::Account;
    use tower::Service as _;

    use super::*;

    fn accounts() -> Accounts {
        let accounts = Accounts::default();
        for name in ["Shop", "shop-b", "other"] {
            let account = Account::builder().name(name).build().unwrap();
            accounts.add(Gateway::new(account).unwrap());
        }
        accounts
    }

    #[test]
    fn a_host_name_is_an_account_or_one_of_its_regions() {
        let accounts = accounts();
        let check = |host: &str, expected: Option<&str>| {
            let found = accounts.find(host);
            let name = found.as_ref().map(|gateway| gateway.account().name());
            assert_eq!(name, expected, "{host}");
        };
        check("shop.localhost", Some("Shop"));
        check("SHOP.localhost:8081", Some("Shop"));
        check("shop-eastus.localhost", Some("Shop"));
        check("shop-b.example.com", Some("shop-b"));
        check("shop-b-eastus", Some("shop-b"));
        check("shop-westus.localhost", None);
        check("shopeastus.localhost", None);
        check("localhost", None);
        check("127.0.0.1", None);
        check("[::1]:8081", None);
        check("", None);
        accounts.remove("sHop").unwrap();
        check("shop.localhost", None);
        assert_eq!(accounts.names(), ["other", "shop-b"]);
    }

    #[tokio::test]
    async fn requests_reach_their_account() {
        let ask = async |host: &str| {
            let request = Request::get(format!("http://{host}/dbs")).body(Bytes::new());
            let answered = accounts().call(request.unwrap()).await.unwrap();
            (answered.status().as_u16(), answered.into_body())
        };
        assert_eq!(
            ask("shop.localhost").await.0,
            401,
            "a request must be signed"
        );
        let (status, body) = ask("nobody.localhost").await;
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (status, &body["code"]),
            (404, &serde_json::json!("NotFound"))
        );
    }
}
