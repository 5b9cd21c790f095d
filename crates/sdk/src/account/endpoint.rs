//! The endpoint of an account as a URL. The driver's endpoint, which it becomes when a client is built, keeps only
//! scheme, host and port, and refuses what it cannot use.

use std::fmt;
use std::str::FromStr;

use cosmokit_driver::CosmosError;
use url::Url;

/// The URL of an account, such as `https://my-account.documents.azure.com:443/`.
///
/// ```
/// use cosmokit::AccountEndpoint;
///
/// let endpoint: AccountEndpoint = "https://my-account.documents.azure.com:443/".parse()?;
/// assert_eq!(endpoint.url().host_str(), Some("my-account.documents.azure.com"));
/// # Ok::<(), cosmokit::CosmosError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountEndpoint(Url);

impl AccountEndpoint {
    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The URL.
    pub fn into_url(self) -> Url {
        self.0
    }

    /// The endpoint as the driver addresses it.
    ///
    /// # Errors
    /// When the URL is not `http` or `https`, has no host, or has a user name, path or query.
    pub(crate) fn resolve(&self) -> crate::Result<cosmokit_driver::AccountEndpoint> {
        self.0.as_str().parse()
    }
}

impl FromStr for AccountEndpoint {
    type Err = CosmosError;

    /// # Errors
    /// When `text` is not a URL that an account can have (status 400): the scheme is not `http` or `https`, the host
    /// is missing, or there is a path.
    fn from_str(text: &str) -> crate::Result<Self> {
        let endpoint: cosmokit_driver::AccountEndpoint = text.parse()?;
        let url = endpoint
            .to_string()
            .parse()
            .map_err(|why: url::ParseError| {
                CosmosError::builder()
                    .with_message(format!("the endpoint {text:?} cannot be used: {why}"))
                    .with_source(why)
                    .build()
            })?;
        Ok(Self(url))
    }
}

impl From<Url> for AccountEndpoint {
    fn from(url: Url) -> Self {
        Self(url)
    }
}

impl fmt::Display for AccountEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_an_endpoint() {
        for (text, expected) in [
            (
                "https://acct.documents.azure.com:443/",
                "https://acct.documents.azure.com/",
            ),
            (
                "https://acct.documents.azure.com",
                "https://acct.documents.azure.com/",
            ),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081/"),
            ("http://[::1]:8081/", "http://[::1]:8081/"),
        ] {
            let endpoint: AccountEndpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), expected, "{text}");
            assert_eq!(endpoint.resolve().unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn text_that_is_no_endpoint_is_refused_with_400() {
        for text in [
            "",
            "acct.documents.azure.com",
            "ftp://a/",
            "https://",
            "https://a/dbs/x",
        ] {
            let error = text.parse::<AccountEndpoint>().unwrap_err();
            assert!(error.status().is_bad_request(), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_url_that_no_account_can_have_is_refused_when_it_is_used() {
        let url: Url = "ftp://a/".parse().unwrap();
        assert!(AccountEndpoint::from(url).resolve().is_err());
    }
}
