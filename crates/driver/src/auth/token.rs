//! Keeps the token of a [`TokenSource`] until shortly before it expires. One call is made at a time; from the
//! refresh time on one caller makes it while all others go on with the token there is, and a failure then
//! only costs a wait until the next try.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use cosmokit_protocol::wire::signing::entra_header;
use http::HeaderValue;

use super::source::{AccessToken, TokenSource};
use crate::cache::SingleFlight;
use crate::clock::{Clock, Instant};
use crate::error::{CosmosError, ErrorKind, Result, client};

/// How long before its end a token is refreshed when its source does not say.
const REFRESH_BEFORE_END: Duration = Duration::from_secs(300);

/// How long before its end a token is not used any more: clocks differ, requests take time.
const UNUSABLE_BEFORE_END: Duration = Duration::from_secs(10);

/// How long to wait after a refresh failed, while the token there is still holds.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// What the service says when an account has no scope of its own.
const UNKNOWN_SCOPE: &str = "AADSTS500011";

/// The scope of all accounts in the public cloud.
const COMMON_SCOPE: &str = "https://cosmos.azure.com/.default";

/// The token of one account.
#[derive(Debug)]
pub(crate) struct TokenCache {
    source: Source,
    clock: Clock,
    held: Arc<ArcSwapOption<Held>>,
    refresh: SingleFlight<HeaderValue>,
    /// When the next early refresh may start; `None` while one is running.
    next_early: Mutex<Option<Instant>>,
}

struct Source {
    source: Arc<dyn TokenSource>,
    account_scope: Arc<str>,
}

#[derive(Debug)]
struct Held {
    header: HeaderValue,
    refresh_at: SystemTime,
    unusable_at: SystemTime,
}

impl TokenCache {
    pub(crate) fn new(source: Arc<dyn TokenSource>, host: &str, clock: Clock) -> Self {
        let account_scope = Arc::from(format!("https://{host}/.default"));
        Self {
            source: Source {
                source,
                account_scope,
            },
            clock,
            held: Arc::default(),
            refresh: SingleFlight::default(),
            next_early: Mutex::new(Some(clock.now())),
        }
    }

    /// The `authorization` value of the current token.
    ///
    /// # Errors
    /// When there is no token that holds and the source gives none.
    ///
    /// # Cancel safety
    /// May be dropped; others that wait for the same call go on.
    pub(crate) async fn header(&self) -> Result<HeaderValue> {
        let wall = self.clock.wall();
        let held = self.held.load_full();
        let Some(held) = held.filter(|held| wall < held.unusable_at) else {
            return self.fetch().await;
        };
        if wall >= held.refresh_at
            && let Some(turn) = self.early_turn()
        {
            let fetched = self.fetch().await;
            turn.end(
                self.clock.now()
                    + if fetched.is_ok() {
                        Duration::ZERO
                    } else {
                        REFRESH_PAUSE
                    },
            );
            match fetched {
                Ok(header) => return Ok(header),
                Err(error) => tracing::warn!(%error, "the token could not be refreshed early"),
            }
        }
        Ok(held.header.clone())
    }

    async fn fetch(&self) -> Result<HeaderValue> {
        let (source, clock) = (self.source.clone(), self.clock);
        let held = Arc::clone(&self.held);
        self.refresh
            .join(move || {
                Box::pin(async move {
                    let token = source.token().await.map_err(no_token)?;
                    let next = Held::of(&token, clock.wall());
                    let header = next.header.clone();
                    held.store(Some(Arc::new(next)));
                    Ok(header)
                })
            })
            .await
    }

    /// The right to refresh early, when nobody has it and the last failure is long enough ago.
    fn early_turn(&self) -> Option<EarlyTurn<'_>> {
        let mut next = self
            .next_early
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let due = next.is_some_and(|at| at <= self.clock.now());
        due.then(|| {
            *next = None;
            EarlyTurn {
                cache: self,
                next: self.clock.now(),
            }
        })
    }
}

/// The right to refresh early; it passes on when it is dropped.
struct EarlyTurn<'a> {
    cache: &'a TokenCache,
    next: Instant,
}

impl EarlyTurn<'_> {
    fn end(mut self, next: Instant) {
        self.next = next;
    }
}

impl Drop for EarlyTurn<'_> {
    fn drop(&mut self) {
        let mut next = self
            .cache
            .next_early
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *next = Some(self.next);
    }
}

impl Held {
    fn of(token: &AccessToken, wall: SystemTime) -> Self {
        let before = |span: Duration| {
            token
                .expires_at
                .checked_sub(span)
                .unwrap_or(token.expires_at)
        };
        // A token that lives shorter than the usual lead is refreshed after half its life.
        let half = wall + token.expires_at.duration_since(wall).unwrap_or_default() / 2;
        Self {
            header: entra_header(token.secret.secret()),
            refresh_at: token
                .refresh_at
                .unwrap_or_else(|| before(REFRESH_BEFORE_END).max(half)),
            unusable_at: before(UNUSABLE_BEFORE_END).max(half),
        }
    }
}

impl Clone for Source {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            account_scope: Arc::clone(&self.account_scope),
        }
    }
}

impl Source {
    /// A token for the account, or for all accounts where the directory does not know the account.
    async fn token(&self) -> Result<AccessToken, Box<dyn std::error::Error + Send + Sync>> {
        match self.source.token(&self.account_scope).await {
            Err(error) if error.to_string().contains(UNKNOWN_SCOPE) => {
                self.source.token(COMMON_SCOPE).await
            }
            outcome => outcome,
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("scope", &self.account_scope)
            .finish_non_exhaustive()
    }
}

fn no_token(cause: Box<dyn std::error::Error + Send + Sync>) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Authentication)
        .with_status(client::TOKEN)
        .with_message(format!("the credential gave no token: {cause}"))
        .with_arc_source(Arc::from(cause))
        .build()
}
