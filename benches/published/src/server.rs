//! The server process: a local account with one container, over HTTP/1.1 on this machine.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use cosmokit::models::ContainerProperties;
use cosmokit_testkit::{LocalAccount, Wire};
use tokio::io::AsyncReadExt as _;

use crate::world;

/// Prints the port, and serves until standard input ends.
pub fn run() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let local = LocalAccount::builder().over(Wire::Http1).start().await?;
        let client = local.client();
        client.create_database(world::DATABASE, None).await?;
        let database = client.database_client(world::DATABASE);
        let properties = ContainerProperties::new(world::CONTAINER, "/pk".into());
        database.create_container(properties, None).await?;
        let items = database.container_client(world::CONTAINER, None).await?;
        let item = world::item(world::ID.to_owned());
        items
            .create_item(world::PARTITION, world::ID, &item, None)
            .await?;
        println!(
            "{}",
            client
                .endpoint()
                .port()
                .ok_or("a served account has a port")?
        );
        std::io::stdout().flush()?;
        tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
        Ok(())
    })
}

/// The server as its parent sees it.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    pub fn start() -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("a child has an output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self {
            child,
            port: line.trim().parse()?,
        })
    }

    pub fn stop(mut self) -> Result<(), Box<dyn Error>> {
        drop(self.child.stdin.take());
        self.child.wait()?;
        Ok(())
    }
}
