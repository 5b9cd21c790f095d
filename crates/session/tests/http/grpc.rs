//! A gRPC service on tonic, over HTTP/2: the session is metadata of requests and answers, and of trailers when
//! an answer is streamed.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _};
use cosmokit::ContainerClient;
use cosmokit_session::outgoing::{HostList, OutgoingLayer, OutgoingService};
use cosmokit_session::scope::InSession as _;
use cosmokit_session::{SessionCarrying, UserSession};
use futures_util::{Stream, stream};
use http::uri::PathAndQuery;
use http::{StatusCode, Uri};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::server::{Grpc as Answering, NamedService, ServerStreamingService, UnaryService};
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};
use tower::{Layer as _, Service};

use crate::tier::{Tier, carrying, get, listen, put};

/// Messages that are text, without a schema.
#[derive(Clone, Copy, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        let text = String::from_utf8(bytes.to_vec());
        Ok(Some(
            text.map_err(|_| Status::invalid_argument("not text"))?,
        ))
    }
}

type Answered<T> = Pin<Box<dyn Future<Output = Result<T, Status>> + Send>>;

/// `shop.Notes` with `Put`, `Get` and `PutAll`, as generated code would have it.
#[derive(Clone)]
struct Notes(ContainerClient);

impl NamedService for Notes {
    const NAME: &'static str = "shop.Notes";
}

impl Service<http::Request<tonic::body::Body>> for Notes {
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let notes = self.0.clone();
        Box::pin(async move {
            let mut grpc = Answering::new(Text);
            Ok(match request.uri().path() {
                "/shop.Notes/Put" => grpc.unary(OneNote::Put(notes), request).await,
                "/shop.Notes/Get" => grpc.unary(OneNote::Get(notes), request).await,
                _ => grpc.server_streaming(PutAll(notes), request).await,
            })
        })
    }
}

fn answer(status: StatusCode) -> Result<Response<String>, Status> {
    match status {
        StatusCode::OK => Ok(Response::new("done".to_owned())),
        StatusCode::NOT_FOUND => Err(Status::not_found("no such note")),
        other => Err(Status::internal(other.to_string())),
    }
}

/// A call about one note.
enum OneNote {
    Put(ContainerClient),
    Get(ContainerClient),
}

impl UnaryService<String> for OneNote {
    type Response = String;
    type Future = Answered<Response<String>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let id = request.into_inner();
        match self {
            Self::Put(notes) => {
                let notes = notes.clone();
                Box::pin(async move { answer(put(&notes, &id).await) })
            }
            Self::Get(notes) => {
                let notes = notes.clone();
                Box::pin(async move { answer(get(&notes, &id).await) })
            }
        }
    }
}

/// Writes the notes one after the other while their names are being streamed back.
struct PutAll(ContainerClient);

impl ServerStreamingService<String> for PutAll {
    type Response = String;
    type ResponseStream = Pin<Box<dyn Stream<Item = Result<String, Status>> + Send>>;
    type Future = Answered<Response<Self::ResponseStream>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let names: Vec<String> = request.get_ref().split(' ').map(str::to_owned).collect();
        let steps = stream::unfold(
            (self.0.clone(), names.into_iter()),
            async |(notes, mut names)| {
                let name = names.next()?;
                let status = put(&notes, &name).await;
                Some((answer(status).map(|_| name), (notes, names)))
            },
        );
        Box::pin(async move { Ok(Response::new(Box::pin(steps) as Self::ResponseStream)) })
    }
}

async fn serve(tier: &mut Tier, notes: usize, sessions: &SessionCarrying) -> Uri {
    let (listener, address) = listen().await;
    let server = Server::builder()
        .layer(sessions.layer())
        .layer(sessions.streaming_layer())
        .add_service(Notes(tier.notes[notes].clone()));
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    tier.serving
        .spawn(async move { server.serve_with_incoming(incoming).await.unwrap() });
    format!("http://{address}").parse().unwrap()
}

/// A client as generated code has it, whose calls take the session of the task along.
async fn connect(to: &Uri, sessions: &SessionCarrying) -> Grpc<OutgoingService<Channel>> {
    let channel = Channel::builder(to.clone()).connect().await.unwrap();
    let hosts = HostList::new(["127.0.0.1"]).unwrap();
    let layer = OutgoingLayer::new(sessions.clone(), hosts);
    Grpc::with_origin(layer.layer(channel), to.clone())
}

async fn call(
    client: &mut Grpc<OutgoingService<Channel>>,
    method: &'static str,
    note: &str,
) -> Result<MetadataMap, Status> {
    client.ready().await.unwrap();
    let path = PathAndQuery::from_static(method);
    let answered = client.unary(Request::new(note.to_owned()), path, Text);
    Ok(answered.await?.metadata().clone())
}

fn sessions() -> SessionCarrying {
    let by_metadata = carrying().header("cosmos-session").without_cookies();
    by_metadata.build().unwrap()
}

#[tokio::test]
async fn the_metadata_of_calls_carries_the_session() {
    let mut tier = Tier::start().await;
    let sessions = sessions();
    let here = serve(&mut tier, 0, &sessions).await;
    let there = serve(&mut tier, 1, &sessions).await;
    let (mut here, mut there) = (
        connect(&here, &sessions).await,
        connect(&there, &sessions).await,
    );

    // A caller that begins a session of its own, as one does around a request, a job or a connection.
    let user: UserSession = sessions.start();
    let story = async {
        let metadata = call(&mut here, "/shop.Notes/Put", "a").await.unwrap();
        assert!(metadata.contains_key("cosmos-session"));
        let metadata = call(&mut there, "/shop.Notes/Get", "a").await.unwrap();
        assert!(
            !metadata.contains_key("cosmos-session"),
            "no news, no metadata"
        );
        // An error tells what it has learnt too: its headers are metadata as any other's.
        let missing = call(&mut there, "/shop.Notes/Get", "b").await.unwrap_err();
        assert_eq!(missing.code(), Code::NotFound);
    };
    story.in_session(user).await;

    // Outside of any session calls carry nothing, and read what the region has.
    let stale = call(&mut there, "/shop.Notes/Get", "a").await.unwrap_err();
    assert_eq!(stale.code(), Code::NotFound);
}

#[tokio::test]
async fn a_client_of_any_kind_sends_back_the_metadata_that_it_was_given() {
    let mut tier = Tier::start().await;
    let sessions = sessions();
    let here = serve(&mut tier, 0, &sessions).await;
    let there = serve(&mut tier, 1, &sessions).await;
    let plain = async |to: &Uri| {
        let channel = Channel::builder(to.clone()).connect().await.unwrap();
        Grpc::with_origin(channel, to.clone())
    };
    let (mut here, mut there) = (plain(&here).await, plain(&there).await);
    let mut values = Vec::new();
    for note in ["a", "b"] {
        here.ready().await.unwrap();
        let path = PathAndQuery::from_static("/shop.Notes/Put");
        let answered = here.unary(Request::new(note.to_owned()), path, Text).await;
        values.push(
            answered
                .unwrap()
                .metadata()
                .get("cosmos-session")
                .unwrap()
                .clone(),
        );
    }
    for note in ["a", "b"] {
        there.ready().await.unwrap();
        let mut request = Request::new(note.to_owned());
        for value in &values {
            request
                .metadata_mut()
                .append("cosmos-session", value.clone());
        }
        let path = PathAndQuery::from_static("/shop.Notes/Get");
        there.unary(request, path, Text).await.unwrap();
    }
}

#[tokio::test]
async fn a_streamed_answer_tells_in_its_trailers_what_it_wrote() {
    let mut tier = Tier::start().await;
    let sessions = sessions();
    let here = serve(&mut tier, 0, &sessions).await;
    let there = serve(&mut tier, 1, &sessions).await;
    let (mut here, mut there) = (
        connect(&here, &sessions).await,
        connect(&there, &sessions).await,
    );
    here.ready().await.unwrap();
    let path = PathAndQuery::from_static("/shop.Notes/PutAll");
    let answered = here
        .server_streaming(Request::new("a b c".to_owned()), path, Text)
        .await;
    let answered = answered.unwrap();
    assert!(
        !answered.metadata().contains_key("cosmos-session"),
        "sent before the writes"
    );
    let mut names = answered.into_inner();
    let mut count = 0;
    while names.message().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
    let trailers = names.trailers().await.unwrap().unwrap();
    let value = trailers.get("cosmos-session").unwrap().to_str().unwrap();
    let user = sessions.start();
    user.take_in([value]);
    let story = async {
        for note in ["a", "b", "c"] {
            call(&mut there, "/shop.Notes/Get", note).await.unwrap();
        }
    };
    story.in_session(user).await;
}
