//! Dates, signatures against an independent computation, and the life of tokens.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cosmokit_protocol::wire::signing::EMULATOR_KEY;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Method};
use sha2::Sha256;

use super::token::TokenCache;
use super::*;
use crate::clock::Clock;
use crate::reference::{AccountEndpoint, AccountReference, Credential};

fn anchored() -> Clock {
    Clock::anchored(UNIX_EPOCH + Duration::from_secs(1_493_254_254))
}

#[tokio::test(start_paused = true)]
async fn the_date_is_rfc_1123_and_follows_the_clock() {
    let (clock, date) = (anchored(), WireDate::default());
    assert_eq!(date.now(clock), "Thu, 27 Apr 2017 00:50:54 GMT");
    clock.sleep(Duration::from_millis(999)).await;
    assert_eq!(date.now(clock), "Thu, 27 Apr 2017 00:50:54 GMT");
    clock.sleep(Duration::from_millis(1)).await;
    assert_eq!(date.now(clock), "Thu, 27 Apr 2017 00:50:55 GMT");
}

#[tokio::test]
async fn a_key_signs_what_the_documentation_says() {
    let endpoint: AccountEndpoint = "https://a.test".parse().unwrap();
    let account = AccountReference::with_account_key(endpoint, EMULATOR_KEY);
    let signer = Signer::new(&account, Clock::system()).unwrap();
    let request = Signable {
        method: &Method::GET,
        resource_type: "docs",
        link: "dbs/MyDb/colls/C/docs/Größe",
    };
    let date = HeaderValue::from_static("Thu, 27 Apr 2017 00:51:12 GMT");
    let value = signer.authorization(request, &date).await.unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(EMULATOR_KEY).unwrap()).unwrap();
    mac.update(
        "get\ndocs\ndbs/MyDb/colls/C/docs/Größe\nthu, 27 apr 2017 00:51:12 gmt\n\n".as_bytes(),
    );
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let escaped = signature
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    assert_eq!(
        value.to_str().unwrap(),
        format!("type%3Dmaster%26ver%3D1.0%26sig%3D{escaped}")
    );
    assert!(value.is_sensitive());
}

#[test]
fn a_key_that_is_not_base64_is_an_authentication_error() {
    let endpoint: AccountEndpoint = "https://a.test".parse().unwrap();
    let account = AccountReference::with_account_key(endpoint, "not base64!");
    let error = Signer::new(&account, Clock::system()).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Authentication);
    assert!(
        !format!("{error:?}").contains("not base64!"),
        "the key is never shown"
    );
}

#[tokio::test]
async fn a_resource_token_is_sent_as_it_is() {
    let credential = Credential::ResourceToken("type=resource&ver=1&sig=a/b==;c;".into());
    let account = AccountReference::new("https://a.test".parse().unwrap(), credential);
    let signer = Signer::new(&account, Clock::system()).unwrap();
    let request = Signable {
        method: &Method::GET,
        resource_type: "",
        link: "",
    };
    let value = signer
        .authorization(request, &HeaderValue::from_static(""))
        .await
        .unwrap();
    assert_eq!(
        value,
        "type%3Dresource%26ver%3D1%26sig%3Da%2Fb%3D%3D%3Bc%3B"
    );
}

/// A source whose tokens hold for an hour; it answers after a second, or fails.
#[derive(Default)]
struct Source {
    calls: AtomicU32,
    fails: Mutex<Option<&'static str>>,
    scopes: Mutex<Vec<String>>,
}

impl TokenSource for Arc<Source> {
    fn token<'a>(&'a self, scope: &'a str) -> TokenFuture<'a> {
        Box::pin(async move {
            let number = self.calls.fetch_add(1, Ordering::SeqCst);
            self.scopes.lock().unwrap().push(scope.to_owned());
            let clock = CLOCK.with(|clock| *clock);
            clock.sleep(Duration::from_secs(1)).await;
            if let Some(why) = *self.fails.lock().unwrap() {
                return Err(why.into());
            }
            let expires_at = clock.wall() + Duration::from_secs(3_600);
            Ok(AccessToken {
                secret: format!("t{number}").into(),
                expires_at,
                refresh_at: None,
            })
        })
    }
}

thread_local! {
    static CLOCK: Clock = anchored();
}

fn cache() -> (Arc<Source>, TokenCache, Clock) {
    let clock = CLOCK.with(|clock| *clock);
    let source = Arc::new(Source::default());
    let cache = TokenCache::new(Arc::new(Arc::clone(&source)), "a.test", clock);
    (source, cache, clock)
}

fn text(header: crate::Result<HeaderValue>) -> String {
    let header = header.unwrap();
    header
        .to_str()
        .unwrap()
        .strip_prefix("type%3Daad%26ver%3D1.0%26sig%3D")
        .unwrap()
        .to_owned()
}

#[tokio::test(start_paused = true)]
async fn one_call_serves_all_until_the_token_ages() {
    let (source, cache, clock) = cache();
    let (a, b) = futures_util::future::join(cache.header(), cache.header()).await;
    assert_eq!((text(a), text(b)), ("t0".into(), "t0".into()));
    clock.sleep(Duration::from_secs(3_200)).await;
    assert_eq!(text(cache.header().await), "t0");
    assert_eq!(source.calls.load(Ordering::SeqCst), 1);
    assert_eq!(*source.scopes.lock().unwrap(), ["https://a.test/.default"]);
}

#[tokio::test(start_paused = true)]
async fn an_ageing_token_is_refreshed_by_one_while_others_go_on() {
    let (source, cache, clock) = cache();
    cache.header().await.unwrap();
    clock.sleep(Duration::from_secs(3_310)).await;
    let (first, second) = futures_util::future::join(cache.header(), cache.header()).await;
    assert_eq!((text(first), text(second)), ("t1".into(), "t0".into()));
    assert_eq!(text(cache.header().await), "t1");
    assert_eq!(source.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_costs_nothing_but_a_pause() {
    let (source, cache, clock) = cache();
    cache.header().await.unwrap();
    clock.sleep(Duration::from_secs(3_310)).await;
    *source.fails.lock().unwrap() = Some("the directory is away");
    assert_eq!(text(cache.header().await), "t0");
    assert_eq!(text(cache.header().await), "t0");
    assert_eq!(
        source.calls.load(Ordering::SeqCst),
        2,
        "not again within the pause"
    );
    clock.sleep(Duration::from_secs(31)).await;
    assert_eq!(text(cache.header().await), "t0");
    assert_eq!(source.calls.load(Ordering::SeqCst), 3);
    clock.sleep(Duration::from_secs(300)).await;
    let error = cache.header().await.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Authentication);
    assert!(
        error.to_string().contains("the directory is away"),
        "{error}"
    );
    *source.fails.lock().unwrap() = None;
    assert!(cache.header().await.is_ok(), "a failure is not remembered");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_early_refresh_passes_the_turn_on() {
    let (source, cache, clock) = cache();
    cache.header().await.unwrap();
    clock.sleep(Duration::from_secs(3_310)).await;
    {
        let refresh = std::pin::pin!(cache.header());
        assert!(futures_util::poll!(refresh).is_pending());
    }
    assert_eq!(text(cache.header().await), "t2");
    assert_eq!(source.calls.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn an_account_unknown_to_the_directory_uses_the_common_scope() {
    let (source, cache, _) = cache();
    *source.fails.lock().unwrap() = Some("AADSTS500011: the resource principal was not found");
    cache.header().await.unwrap_err();
    let scopes = source.scopes.lock().unwrap().clone();
    assert_eq!(
        scopes,
        [
            "https://a.test/.default",
            "https://cosmos.azure.com/.default"
        ]
    );
}
