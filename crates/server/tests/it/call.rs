//! Requests as clients make them: signed for what their path says, and answers as tests read them.

use bytes::Bytes;
use cosmokit_protocol::id::ResourcePath;
use cosmokit_protocol::wire::signing::{EMULATOR_KEY, MasterKey, StringToSign};
use cosmokit_server::Gateway;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::scene::NOW;

/// A header of a request: name and value.
pub(crate) type Header<'a> = (&'a str, &'a str);

/// A request without signature.
pub(crate) fn unsigned(
    method: &str,
    path: &str,
    headers: &[Header<'_>],
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .body(body.into())
        .unwrap();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request
            .headers_mut()
            .append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    request
}

/// A request signed with the well-known key at [`NOW`].
pub(crate) fn signed(
    method: &str,
    path: &str,
    headers: &[Header<'_>],
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    let mut request = unsigned(method, path, headers, body);
    let authorization = authorization(request.method(), request.uri().path());
    request.headers_mut().insert("authorization", authorization);
    request
        .headers_mut()
        .insert("x-ms-date", HeaderValue::from_static(NOW));
    request
}

/// The signature of a request; that of nothing where the path is no path.
pub(crate) fn authorization(method: &Method, path: &str) -> HeaderValue {
    let path = ResourcePath::parse(path);
    let link = path
        .as_ref()
        .map(ResourcePath::signing_link)
        .unwrap_or_default();
    let text = StringToSign {
        method,
        resource_type: path
            .as_ref()
            .map_or("", ResourcePath::signing_resource_type),
        link: &link,
        x_ms_date: NOW,
        http_date: "",
    };
    MasterKey::from_base64(EMULATOR_KEY)
        .unwrap()
        .authorization(&text)
}

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn from_response(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?} of {}", self.body, self.status))
    }

    /// The `code` of an error body.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        assert!(body["message"].is_string(), "{body}");
        body["code"].as_str().unwrap().to_owned()
    }

    /// This answer, once its status is as expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        self
    }
}

/// Hands a request to the gateway in process.
pub(crate) async fn call(gateway: &Gateway, request: Request<Bytes>) -> Answer {
    Answer::from_response(gateway.clone().oneshot(request).await.unwrap())
}

/// The partition key header of one string.
pub(crate) fn key(value: &str) -> String {
    serde_json::json!([value]).to_string()
}

/// The body of a container partitioned by `/pk`.
pub(crate) const CONTAINER: &str =
    r#"{"id":"c","partitionKey":{"paths":["/pk"],"kind":"Hash","version":2}}"#;

/// Creates database `d` and container `c` partitioned by `/pk`.
pub(crate) async fn create_container(gateway: &Gateway) {
    call(gateway, signed("POST", "/dbs", &[], r#"{"id":"d"}"#))
        .await
        .expect(201);
    call(gateway, signed("POST", "/dbs/d/colls", &[], CONTAINER))
        .await
        .expect(201);
}
