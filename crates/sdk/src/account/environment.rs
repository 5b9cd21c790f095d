//! The account that the environment names. Reading is split from deciding so that tests need no environment.

use super::{AccountEndpoint, AccountReference};
use cosmokit_driver::CosmosError;

const CONNECTION_STRING: &str = "COSMOS_CONNECTION_STRING";
const ENDPOINT: &str = "COSMOS_ENDPOINT";
const KEY: &str = "COSMOS_KEY";

/// The account of this process's environment.
pub(crate) fn account_from_env() -> crate::Result<AccountReference> {
    account_from(|name| std::env::var(name).ok())
}

/// `COSMOS_CONNECTION_STRING` wins; else `COSMOS_ENDPOINT` and `COSMOS_KEY` are both needed. An empty value counts as
/// absent.
fn account_from(read: impl Fn(&str) -> Option<String>) -> crate::Result<AccountReference> {
    let read = |name: &str| read(name).filter(|value| !value.trim().is_empty());
    if let Some(text) = read(CONNECTION_STRING) {
        return AccountReference::from_connection_string(&text);
    }
    let (Some(endpoint), Some(key)) = (read(ENDPOINT), read(KEY)) else {
        return Err(CosmosError::builder()
            .with_message(
                "the environment names no account: set COSMOS_CONNECTION_STRING, or COSMOS_ENDPOINT and COSMOS_KEY",
            )
            .build());
    };
    let endpoint: AccountEndpoint = endpoint.trim().parse()?;
    Ok(AccountReference::with_authentication_key(
        endpoint,
        key.trim(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let read = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let endpoint = account_from(read)
            .ok()
            .map(|account| account.endpoint().to_string());
        assert_eq!(endpoint.as_deref(), expected, "{variables:?}");
    }

    #[test]
    fn the_environment_names_an_account_in_two_ways() {
        let text = "AccountEndpoint=https://a.example/;AccountKey=a2V5;";
        let a = Some("https://a.example/");
        let b = Some("https://b.example/");
        check(&[("COSMOS_CONNECTION_STRING", text)], a);
        check(
            &[
                ("COSMOS_ENDPOINT", "https://b.example"),
                ("COSMOS_KEY", "a2V5"),
            ],
            b,
        );
        check(
            &[
                ("COSMOS_CONNECTION_STRING", text),
                ("COSMOS_ENDPOINT", "https://b.example"),
            ],
            a,
        );
        check(
            &[
                ("COSMOS_CONNECTION_STRING", " "),
                ("COSMOS_ENDPOINT", " https://b.example "),
                ("COSMOS_KEY", "a2V5"),
            ],
            b,
        );
        check(&[], None);
        check(&[("COSMOS_ENDPOINT", "https://b.example")], None);
        check(&[("COSMOS_KEY", "a2V5")], None);
        check(&[("COSMOS_CONNECTION_STRING", "AccountKey=a2V5")], None);
    }

    #[test]
    fn a_bad_connection_string_is_refused_without_showing_its_key() {
        let read =
            |name: &str| (name == CONNECTION_STRING).then(|| "AccountKey=c2VjcmV0".to_owned());
        let error = account_from(read).unwrap_err();
        let chain = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(!chain.contains("c2VjcmV0"), "{chain}");
    }
}
