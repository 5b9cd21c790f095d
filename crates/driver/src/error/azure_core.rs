//! The way into `azure_core::Error`, for programs that return it. Behind the feature `azure_core`; the kinds say what
//! that crate's callers ask of them: whether there was an answer, and whether a request can have been sent.

use azure_core::error::ErrorKind as CoreKind;
use azure_core::http::RawResponse;
use azure_core::http::headers::Headers;

use super::{CosmosError, ErrorKind, client};

impl From<CosmosError> for azure_core::Error {
    /// The error becomes the source of the result, so `downcast_ref` along the chain finds it.
    fn from(error: CosmosError) -> Self {
        Self::new(core_kind(&error), error)
    }
}

fn core_kind(error: &CosmosError) -> CoreKind {
    if let Some(response) = error.response() {
        let status = response.status().status_code().into();
        let mut headers = Headers::new();
        for (name, value) in response.headers().as_map() {
            if let Ok(value) = value.to_str() {
                headers.insert(name.as_str().to_owned(), value.to_owned());
            }
        }
        let body = response.body().as_bytes().clone();
        return CoreKind::HttpResponse {
            status,
            error_code: error.substatus().map(|code| code.value().to_string()),
            raw_response: Some(Box::new(RawResponse::from_bytes(status, headers, body))),
        };
    }
    match error.kind() {
        ErrorKind::Authentication => CoreKind::Credential,
        ErrorKind::Serialization => CoreKind::DataConversion,
        ErrorKind::Transport if is_unsent(error) => CoreKind::Connection,
        ErrorKind::Transport | ErrorKind::Deadline => CoreKind::Io,
        ErrorKind::Service
        | ErrorKind::Request
        | ErrorKind::Configuration
        | ErrorKind::Contract
        | ErrorKind::ContainerRecreated
        | ErrorKind::ThroughputControl => CoreKind::Other,
    }
}

/// Whether no connection was made, so that nothing can have been sent.
fn is_unsent(error: &CosmosError) -> bool {
    [client::CONNECT, client::DNS].contains(&error.status())
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn check(
        kind: ErrorKind,
        status: cosmokit_protocol::status::CosmosStatus,
        expected: &CoreKind,
    ) {
        let error = CosmosError::builder()
            .with_kind(kind)
            .with_status(status)
            .build();
        assert_eq!(
            azure_core::Error::from(error).kind(),
            expected,
            "{kind:?} {status}"
        );
    }

    #[test]
    fn kinds_say_whether_a_request_can_have_been_sent() {
        check(ErrorKind::Transport, client::DNS, &CoreKind::Connection);
        check(ErrorKind::Transport, client::CONNECT, &CoreKind::Connection);
        check(ErrorKind::Transport, client::IO, &CoreKind::Io);
        check(ErrorKind::Deadline, client::DEADLINE, &CoreKind::Io);
        check(
            ErrorKind::Authentication,
            client::TOKEN,
            &CoreKind::Credential,
        );
        check(
            ErrorKind::Serialization,
            client::SERIALIZATION,
            &CoreKind::DataConversion,
        );
        check(ErrorKind::Request, client::INPUT, &CoreKind::Other);
    }

    #[test]
    fn the_error_is_found_along_the_chain() {
        let error = azure_core::Error::from(CosmosError::builder().with_message("m").build());
        let mut link = error.source();
        while let Some(source) = link {
            if source.downcast_ref::<CosmosError>().is_some() {
                return;
            }
            link = source.source();
        }
        panic!("{error:?} does not lead to the CosmosError");
    }
}
