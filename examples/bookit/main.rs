//! Bookit: users stick notes on books and vote them up. Several instances of the app, each near a region of
//! its own, behind a round-robin balancer, on an account whose regions lag behind each other. With "carry my
//! session" on, a note is there whichever instance answers next; with it off, it may vanish on refresh.
//!
//! ```sh
//! cargo run --release --example bookit                       # an account in this process, three regions
//! cargo run --release --example bookit -- --lag 2000..6000ms
//! cargo run --release --example bookit -- --endpoint https://name.documents.azure.com/ --key … \
//!     --region "East US" --region "West Europe"
//! ```

mod account;
mod balancer;
mod instance;
mod page;
mod shelf;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use clap::Parser;
use cosmokit_engine::Lag;
use cosmokit_session::carry::cookie::CookieOptions;
use cosmokit_session::seal::KeyRing;
use cosmokit_session::{SessionCarrying, SessionTracing as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use account::Account;
use instance::Instance;
use shelf::Shelf;

/// Users stick notes on books, on several instances behind a balancer.
#[derive(Debug, Parser)]
struct Arguments {
    /// Port of the balancer; 0 takes a free one.
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Regions, one instance in each; the first takes writes of the account in this process.
    #[arg(long = "region", value_name = "NAME", default_values = ["East US", "West Europe", "Southeast Asia"])]
    regions: Vec<String>,
    /// How far regions lag behind each other: none, paused, 2s, 1000..4000ms.
    #[arg(long, default_value = "1000..4000ms", conflicts_with = "endpoint")]
    lag: Lag,
    /// An account to run on, instead of one in this process.
    #[arg(long, requires = "key")]
    endpoint: Option<String>,
    /// Its key.
    #[arg(
        long,
        env = "COSMOS_KEY",
        hide_env_values = true,
        requires = "endpoint"
    )]
    key: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let account = match arguments.endpoint.as_deref().zip(arguments.key.as_deref()) {
        Some((endpoint, key)) => Account::remote(endpoint, key)?,
        None => Account::embedded(&arguments.regions, arguments.lag)?,
    };
    // Three lines carry sessions: how, which clients, around what.
    let sessions = SessionCarrying::builder(KeyRing::new(secret()?)?)
        .app("bookit")
        .cookies(CookieOptions::new().allow_plain_http()) // for http://localhost; leave it out behind TLS
        .build()?;
    let mut instances = Vec::new();
    let mut serving = JoinSet::new();
    for (number, region) in (1..).zip(&arguments.regions) {
        let client = account.client(region).await?.traced();
        let shelf = Shelf::open(&client).await?;
        let instance = Instance {
            number,
            region: region.clone(),
            shelf,
            account: account.clone(),
        };
        let app =
            instance::app(instance).layer(sessions.layer().only_for(instance::carries_session));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        instances.push(listener.local_addr()?);
        serving.spawn(async move { axum::serve(listener, app).await });
    }
    serve(arguments.port, instances).await
}

async fn serve(port: u16, instances: Vec<SocketAddr>) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("bookit is open at http://{}/", listener.local_addr()?);
    println!(
        "{} instances behind it: {instances:?}; Ctrl-C ends them",
        instances.len()
    );
    axum::serve(listener, balancer::balancer(instances))
        .with_graceful_shutdown(async {
            // Without a signal handler the program ends as programs do.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}

/// A secret that lives as long as this program; a real app has one that all its instances share.
fn secret() -> Result<[u8; 32], getrandom::Error> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)?;
    Ok(secret)
}
