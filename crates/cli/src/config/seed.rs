//! What an account begins with: databases, containers and items of the file. What is there already, in an account that
//! was kept in a directory, stays as it is.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use cosmokit_engine::Account;
use cosmokit_engine::request::{
    ContainerAddress, CreateContainer, CreateDatabase, DatabaseAddress, Request, ThroughputHeaders,
    Verb,
};
use serde_json::{Map, Value, json};

use super::ConfigError;
use super::file::{AccountFile, ContainerFile, DatabaseFile};

/// 409: what is to be created is there.
const CONFLICT: u16 = 409;

/// What became of a wish to create something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Created {
    Now,
    Before,
}

/// Creates what the file names.
///
/// # Errors
/// [`ConfigError::Value`] with the key that the account refuses, and its reason.
pub(crate) async fn fill(
    account: &Account,
    file: &AccountFile,
    directory: &Path,
) -> Result<(), ConfigError> {
    for (place, database) in file.databases.iter().enumerate() {
        let key = format!("databases[{place}]");
        create_database(account, database, &key).await?;
        for (place, container) in database.containers.iter().enumerate() {
            let key = format!("{key}.containers[{place}]");
            if create_container(account, database, container, &key).await? == Created::Now {
                put_items(account, (database, container), directory, &key).await?;
            }
        }
    }
    Ok(())
}

async fn create_database(
    account: &Account,
    database: &DatabaseFile,
    key: &str,
) -> Result<Created, ConfigError> {
    let verb = CreateDatabase {
        body: json!({"id": database.id}).to_string().into(),
        throughput: throughput(database.throughput, None),
    };
    create(account, verb, key).await
}

async fn create_container(
    account: &Account,
    database: &DatabaseFile,
    container: &ContainerFile,
    key: &str,
) -> Result<Created, ConfigError> {
    let verb = CreateContainer {
        database: DatabaseAddress::new(&database.id),
        body: document(container).to_string().into(),
        throughput: throughput(container.throughput, container.autoscale),
    };
    create(account, verb, key).await
}

/// The container document: the definition, with id and partition key put in.
fn document(container: &ContainerFile) -> Value {
    let mut document: Map<String, Value> = container.definition.clone().into_iter().collect();
    document.insert("id".to_owned(), container.id.as_str().into());
    if !container.partition_key.is_empty() {
        let kind = if container.partition_key.len() > 1 {
            "MultiHash"
        } else {
            "Hash"
        };
        let definition = json!({"paths": container.partition_key, "kind": kind, "version": 2});
        document.insert("partitionKey".to_owned(), definition);
    }
    Value::Object(document)
}

fn throughput(manual: Option<u64>, autoscale: Option<u64>) -> ThroughputHeaders {
    ThroughputHeaders {
        manual: manual.map(|throughput| throughput.to_string()),
        autopilot_settings: autoscale.map(|maximum| json!({"maxThroughput": maximum}).to_string()),
    }
}

async fn create(
    account: &Account,
    verb: impl Into<Verb>,
    key: &str,
) -> Result<Created, ConfigError> {
    let topology = account.topology();
    let Some(writer) = topology.writable().first() else {
        return Err(ConfigError::value("regions", "no region takes writes"));
    };
    match account.execute(&writer.region, Request::new(verb)).await {
        Ok(_) => Ok(Created::Now),
        Err(refused) if refused.status().as_u16() == CONFLICT => Ok(Created::Before),
        Err(refused) => Err(ConfigError::value(key, refused.message())),
    }
}

async fn put_items(
    account: &Account,
    (database, container): (&DatabaseFile, &ContainerFile),
    directory: &Path,
    key: &str,
) -> Result<(), ConfigError> {
    let address = ContainerAddress::new(&database.id, &container.id);
    let lines: Vec<String> = container.items.iter().map(Value::to_string).collect();
    let inline = lines.join(
        "
",
    );
    import(account, &address, inline.as_bytes())
        .await
        .map_err(|reason| ConfigError::value(format!("{key}.items"), reason))?;
    let Some(name) = &container.items_file else {
        return Ok(());
    };
    let path = directory.join(name);
    let said = |reason: String| {
        ConfigError::value(
            format!("{key}.items_file"),
            format!("{}: {reason}", path.display()),
        )
    };
    let file = File::open(&path).map_err(|error| said(error.to_string()))?;
    import(account, &address, BufReader::new(file))
        .await
        .map_err(said)
}

async fn import(
    account: &Account,
    container: &ContainerAddress,
    lines: impl BufRead,
) -> Result<(), String> {
    let import = account
        .import_container(container, lines)
        .map_err(|error| error.to_string())?;
    import
        .run(|_| {})
        .await
        .map_err(|error| error.to_string())?;
    Ok(())
}
