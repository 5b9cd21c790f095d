//! A server process: prints its port, serves until its input ends, then prints the CPU time it used in µs.
//!
//! `cosmokit` is the local account with the one item in it; `constant` is a bare hyper server that answers the very same
//! response, captured from the local account, to every request.

use std::convert::Infallible;
use std::error::Error;
use std::io::Write as _;

use bytes::Bytes;
use cosmokit::models::ContainerProperties;
use cosmokit_testkit::{LocalAccount, Wire};
use cpu_time::ProcessTime;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::floor::Floor;
use crate::world::{self, Work};

/// Runs a role until standard input ends.
pub(crate) fn run(role: &str, work: Work) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match role {
        "cosmokit" => runtime.block_on(account()),
        "constant" => runtime.block_on(constant(work)),
        other => Err(format!("no server is called {other}").into()),
    }
}

async fn account() -> Result<(), Box<dyn Error>> {
    let (local, port) = start_account().await?;
    announce(port)?;
    until_input_ends().await?;
    drop(local);
    Ok(())
}

async fn start_account() -> Result<(LocalAccount, u16), Box<dyn Error>> {
    let local = LocalAccount::builder().over(Wire::Http1).start().await?;
    let client = local.client();
    client.create_database(world::DATABASE, None).await?;
    let database = client.database_client(world::DATABASE);
    let properties = ContainerProperties::new(world::CONTAINER, "/pk".into());
    database.create_container(properties, None).await?;
    let items = database.container_client(world::CONTAINER, None).await?;
    for number in 1..=world::PAGE {
        let id = format!("item-{number}");
        let item = world::item(&id);
        let created = items.create_item(world::PARTITION, &id, item, None);
        created.await?;
    }
    for number in 0..world::QUERIED_ITEMS {
        let mut item = world::item(&format!("queried-{number}"));
        world::QUERIED.clone_into(&mut item.pk);
        let id = item.id.clone();
        items.create_item(world::QUERIED, &id, item, None).await?;
    }
    let port = client
        .endpoint()
        .port()
        .ok_or("a served account has a port")?;
    Ok((local, port))
}

async fn constant(work: Work) -> Result<(), Box<dyn Error>> {
    let (local, port) = start_account().await?;
    let item = world::item("captured");
    let (headers, body) = Floor::connect(port).await?.answer(work, &item).await?;
    drop(local);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    announce(listener.local_addr()?.port())?;
    tokio::select! {
        ended = until_input_ends() => ended,
        never = accept(listener, headers, body) => never,
    }
}

async fn accept(
    listener: TcpListener,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(), Box<dyn Error>> {
    loop {
        let (stream, _) = listener.accept().await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the process ends with its connections"
        )]
        tokio::spawn(serve(stream, headers.clone(), body.clone()));
    }
}

async fn serve(stream: TcpStream, headers: HeaderMap, body: Bytes) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut response = Response::new(Full::new(body.clone()));
        *response.headers_mut() = headers.clone();
        async move {
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(response)
        }
    });
    let _ = stream.set_nodelay(true);
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

fn announce(port: u16) -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout();
    writeln!(output, "{port}")?;
    Ok(output.flush()?)
}

/// Waits for the parent to close the input, then says what the process used.
async fn until_input_ends() -> Result<(), Box<dyn Error>> {
    let begun = ProcessTime::now();
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    println!("{}", begun.elapsed().as_secs_f64() * 1e6);
    Ok(())
}
