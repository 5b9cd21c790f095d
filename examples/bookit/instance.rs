//! One instance of the app. Its handlers do not know that sessions are carried.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use cosmokit::CosmosError;
use http::{HeaderMap, Method};
use serde::Deserialize;

use crate::account::Account;
use crate::page::{self, Standing};
use crate::shelf::{BOOKS, MAX_NOTE_CHARS, Shelf};

/// An instance.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) number: usize,
    pub(crate) region: String,
    pub(crate) shelf: Shelf,
    pub(crate) account: Account,
}

/// The cookie of the switch.
const SWITCH: &str = "bookit-carry";

/// The routes.
pub(crate) fn app(instance: Instance) -> Router {
    Router::new()
        .route("/", get(shelf))
        .route("/notes", post(stick))
        .route("/votes", post(vote))
        .route("/carry", post(switch))
        .route("/lag", post(lag))
        .with_state(instance)
}

/// Whether the layer carries the session of a request: the user's choice, on unless switched off.
pub(crate) fn carries_session(_: &Method, _: &str, headers: &HeaderMap) -> bool {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';'));
    !pairs.any(|pair| pair.trim().split_once('=') == Some((SWITCH, "off")))
}

async fn shelf(
    State(instance): State<Instance>,
    headers: HeaderMap,
) -> Result<Html<String>, Failed> {
    let notes = instance.shelf.notes().await?;
    let standing = Standing {
        number: instance.number,
        region: &instance.region,
        lag: instance.account.lag(),
        is_carried: carries_session(&Method::GET, "/", &headers),
    };
    Ok(Html(page::page(&standing, &notes)))
}

#[derive(Deserialize)]
struct NewNote {
    book: String,
    text: String,
}

async fn stick(
    State(instance): State<Instance>,
    Form(note): Form<NewNote>,
) -> Result<Response, Failed> {
    let text = note.text.trim();
    let is_fine = !text.is_empty() && text.chars().count() <= MAX_NOTE_CHARS;
    if !is_fine || !BOOKS.iter().any(|book| book.id == note.book) {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response());
    }
    instance.shelf.stick(&note.book, text).await?;
    Ok(to_book(&note.book))
}

#[derive(Deserialize)]
struct Vote {
    book: String,
    note: String,
}

async fn vote(
    State(instance): State<Instance>,
    Form(vote): Form<Vote>,
) -> Result<Response, Failed> {
    instance.shelf.vote(&vote.book, &vote.note).await?;
    Ok(to_book(&vote.book))
}

#[derive(Deserialize)]
struct Switch {
    carry: String,
}

async fn switch(Form(switch): Form<Switch>) -> Response {
    let is_on = if switch.carry == "on" { "on" } else { "off" };
    let cookie = format!("{SWITCH}={is_on}; Path=/; SameSite=Lax; HttpOnly");
    ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

#[derive(Deserialize)]
struct NewLag {
    lag: String,
}

async fn lag(State(instance): State<Instance>, Form(form): Form<NewLag>) -> Response {
    match form.lag.parse() {
        Ok(lag) => {
            instance.account.set_lag(lag);
            Redirect::to("/").into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

fn to_book(book: &str) -> Response {
    // Only ids of books come here, which need no escaping.
    let is_known = BOOKS.iter().any(|known| known.id == book);
    Redirect::to(&if is_known {
        format!("/#{book}")
    } else {
        "/".to_owned()
    })
    .into_response()
}

/// What the account refused.
struct Failed(CosmosError);

impl From<CosmosError> for Failed {
    fn from(error: CosmosError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let answered = self.0.status().status_code();
        let status = if answered == 404 {
            StatusCode::NOT_FOUND
        } else if answered == 429 {
            StatusCode::TOO_MANY_REQUESTS
        } else {
            StatusCode::BAD_GATEWAY
        };
        (status, Html(page::failure(&self.0.to_string()))).into_response()
    }
}
