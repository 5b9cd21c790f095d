//! Credentials of `azure_core`: asked for a token of the right scope, once, and quoted in the request.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind as CoreKind;
use cosmokit::error::ErrorKind;
use cosmokit::{AccountReference, CosmosClient, CosmosError, RoutingStrategy};
use http::StatusCode;
use http::header::AUTHORIZATION;

use crate::recorder::Recorder;

/// Gives one token, or fails.
#[derive(Debug, Default)]
struct Fixed {
    fails: bool,
    calls: AtomicU32,
    scopes: Mutex<Vec<String>>,
}

impl Fixed {
    fn answer(&self, scopes: &[&str]) -> azure_core::Result<AccessToken> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.scopes
            .lock()
            .unwrap()
            .extend(scopes.iter().map(ToString::to_string));
        if self.fails {
            return Err(azure_core::Error::with_message(
                CoreKind::Credential,
                "log in first",
            ));
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a token ends at a time of the real clock"
        )]
        let end = SystemTime::now() + Duration::from_secs(3600);
        Ok(AccessToken::new(Secret::from("the.token"), end.into()))
    }
}

/// What `#[async_trait]` makes of the method, written out.
impl TokenCredential for Fixed {
    fn get_token<'life0, 'life1, 'life2, 'life3, 'async_trait>(
        &'life0 self,
        scopes: &'life1 [&'life2 str],
        _: Option<TokenRequestOptions<'life3>>,
    ) -> Pin<Box<dyn Future<Output = azure_core::Result<AccessToken>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        'life2: 'async_trait,
        'life3: 'async_trait,
        Self: 'async_trait,
    {
        let answer = self.answer(scopes);
        Box::pin(async { answer })
    }
}

async fn connect(credential: Arc<Fixed>, recorder: &Recorder) -> CosmosError {
    let endpoint = "https://me.documents.azure.com:443/".parse().unwrap();
    let account = AccountReference::with_credential(endpoint, credential);
    CosmosClient::builder()
        .with_transport(recorder.clone())
        .build(account, RoutingStrategy::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_token_is_asked_for_and_quoted() {
    let recorder = Recorder::answering(StatusCode::FORBIDDEN);
    let credential = Arc::new(Fixed::default());
    connect(Arc::clone(&credential), &recorder).await;
    let sent = recorder.take();
    let quoted = sent[0].headers()[AUTHORIZATION].to_str().unwrap();
    assert_eq!(quoted, "type%3Daad%26ver%3D1.0%26sig%3Dthe.token");
    assert_eq!(
        *credential.scopes.lock().unwrap(),
        ["https://me.documents.azure.com/.default"]
    );
    assert_eq!(credential.calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_credential_that_fails_says_why() {
    let recorder = Recorder::answering(StatusCode::OK);
    let error = connect(
        Arc::new(Fixed {
            fails: true,
            ..Fixed::default()
        }),
        &recorder,
    )
    .await;
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        recorder.take().is_empty(),
        "nothing is sent without a token"
    );
    let mut chain = error.to_string();
    let mut link = std::error::Error::source(&error);
    while let Some(source) = link {
        chain += &source.to_string();
        link = source.source();
    }
    assert!(chain.contains("log in first"), "{chain}");
    let core: azure_core::Error = error.into();
    assert_eq!(core.kind(), &CoreKind::Credential);
}
