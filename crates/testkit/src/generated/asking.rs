//! Queries through a client: all rows at once, or one page and the token behind it.

use std::num::NonZeroU32;

use cosmokit::feed::{ContinuationToken, QueryPageIterator};
use cosmokit::options::{MaxItemCountHint, QueryOptions};
use cosmokit::{ContainerClient, FeedScope, Query};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::GeneratedQuery;

/// An answer: rows, or the status of a refusal and what it says.
pub(super) type Answer = Result<Vec<Value>, (u16, String)>;

/// Rows of one page, and where the next one begins.
pub(super) type PageAnswer = Result<(Vec<Value>, Option<ContinuationToken>), (u16, String)>;

fn asked(query: &GeneratedQuery) -> Query {
    let mut asked = Query::from(query.text.as_str());
    for (name, value) in &query.parameters {
        asked = asked
            .with_parameter(name.as_str(), value)
            .expect("a JSON value is a parameter");
    }
    asked
}

fn size(options: QueryOptions, rows: u32) -> QueryOptions {
    options.with_max_item_count(
        NonZeroU32::new(rows)
            .map(MaxItemCountHint::Limit)
            .unwrap_or_default(),
    )
}

/// All rows.
pub(super) async fn whole(
    container: &ContainerClient,
    query: &GeneratedQuery,
    options: QueryOptions,
) -> Answer {
    let scope = FeedScope::full_container();
    let read = async {
        let rows = Box::pin(container.query_items::<Value>(
            asked(query),
            scope,
            Some(size(options, 1_000)),
        ))
        .await?;
        rows.try_collect().await
    };
    read.await.map_err(|error| refusal(&error))
}

/// One page behind a token.
pub(super) async fn page(
    container: &ContainerClient,
    query: &GeneratedQuery,
    rows: u32,
    token: Option<ContinuationToken>,
) -> PageAnswer {
    let read = async {
        let mut options = size(QueryOptions::default(), rows);
        if let Some(token) = token {
            // Through text, as between processes.
            let token = ContinuationToken::from_string(token.as_str());
            options = options.with_continuation_token(token);
        }
        let scope = FeedScope::full_container();
        let rows =
            Box::pin(container.query_items::<Value>(asked(query), scope, Some(options))).await?;
        let mut pages: QueryPageIterator<Value> = rows.into_pages();
        match pages.try_next().await? {
            Some(page) => Ok((page.into_items(), Some(pages.to_continuation_token()?))),
            None => Ok((Vec::new(), None)),
        }
    };
    read.await.map_err(|error| refusal(&error))
}

pub(super) fn refusal(error: &cosmokit::CosmosError) -> (u16, String) {
    (error.status().status_code().as_u16(), error.to_string())
}

/// Whether a query is refused because it needs an index, as it may be.
pub(super) fn needs_an_index(answer: &Answer) -> bool {
    let says = |text: &str| {
        text.contains("composite index")
            || text.contains("order-by item is excluded")
            || text.contains("scan")
    };
    matches!(answer, Err((400, text)) if says(text))
}

/// An answer as it is shown.
pub(super) fn told(answer: &Answer) -> String {
    match answer {
        Ok(rows) => format!(
            "{} rows: {:.1500}",
            rows.len(),
            Value::from(rows.clone()).to_string()
        ),
        Err((status, text)) => format!("{status}: {text:.600}"),
    }
}
