//! A page that is read in another process, which is told the account, the query and the token, and nothing else.

use cosmokit::feed::ContinuationToken;
use cosmokit::{AccountReference, CosmosClient, RoutingStrategy};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asking::{PageAnswer, page, refusal};
use super::containers::{DATABASE, INDEXED};
use super::{GeneratedQuery, RowOrder};
use crate::LocalAccount;

/// Has a page read somewhere, and says what came of it.
pub type Elsewhere<'e> = &'e (dyn Fn(PageQuestion) -> BoxFuture<'static, PageRead> + Sync);

/// What a process must know to read a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageQuestion {
    endpoint: String,
    key: String,
    text: String,
    parameters: Vec<(String, Value)>,
    rows: u32,
    token: Option<String>,
}

/// What a process has read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum PageRead {
    /// Rows, and where the next page begins.
    Rows(Vec<Value>, Option<String>),
    /// The status of a refusal, and what it says.
    Refused(u16, String),
}

impl PageQuestion {
    pub(super) fn of(
        local: &LocalAccount,
        query: &GeneratedQuery,
        rows: u32,
        token: Option<&ContinuationToken>,
    ) -> Self {
        Self {
            endpoint: local.reference().endpoint().to_string(),
            key: local.account().keys().primary.secret().to_owned(),
            text: query.text.clone(),
            parameters: query.parameters.clone(),
            rows,
            token: token.map(|token| token.as_str().to_owned()),
        }
    }

    /// Reads the page with a client that is made for it.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read(self) -> PageRead {
        match Box::pin(self.answer()).await {
            Ok((rows, token)) => PageRead::Rows(rows, token.map(String::from)),
            Err((status, text)) => PageRead::Refused(status, text),
        }
    }

    async fn answer(self) -> PageAnswer {
        let container = async {
            let endpoint = self.endpoint.parse()?;
            let account = AccountReference::with_authentication_key(endpoint, self.key);
            let client = CosmosClient::builder()
                .build(account, RoutingStrategy::default())
                .await?;
            let database = client.database_client(DATABASE);
            database.container_client(INDEXED, None).await
        };
        let container = Box::pin(container).await.map_err(|error| refusal(&error))?;
        let query = GeneratedQuery {
            text: self.text,
            parameters: self.parameters,
            order: RowOrder::Any,
        };
        let token = self.token.map(ContinuationToken::from_string);
        page(&container, &query, self.rows, token).await
    }
}

impl PageRead {
    pub(super) fn answer(self) -> PageAnswer {
        match self {
            Self::Rows(rows, token) => Ok((rows, token.map(ContinuationToken::from_string))),
            Self::Refused(status, text) => Err((status, text)),
        }
    }
}
