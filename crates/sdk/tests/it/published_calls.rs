//! A program that makes every call of the published `azure_data_cosmos` 1.1 that this version has, under that name and
//! with the types that its signatures promise. That it compiles is the test; it also runs against a local account. All
//! of it but the borrowed key, which the published client must own, compiles against the published crate as well.

extern crate cosmokit as azure_data_cosmos;

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{Etag, StatusCode, Url};
use azure_data_cosmos::clients::{ContainerClient, DatabaseClient};
use azure_data_cosmos::feed::{
    FeedPage, FeedRange, QueryFeedPage, QueryItemIterator, QueryPageIterator,
};
use azure_data_cosmos::models::{
    ContainerProperties, DatabaseProperties, ItemResponse, PartitionKeyDefinition,
    PartitionKeyKind, PartitionKeyValue, PartitionKeyVersion, ResourceResponse, ResponseBody,
    ResponseHeaders, ThroughputProperties,
};
use azure_data_cosmos::options::{
    ConnectionPoolOptions, ContainerClientOptions, ContentResponseOnWrite, CreateContainerOptions,
    CreateDatabaseOptions, DeleteContainerOptions, DeleteDatabaseOptions,
    EndToEndOperationLatencyPolicy, ExcludedRegions, ItemReadOptions, ItemWriteOptions,
    OperationOptions, OperationOptionsBuilder, Precondition, QueryContainersOptions,
    QueryDatabasesOptions, ReadConsistencyStrategy, ReadContainerOptions, ReadDatabaseOptions,
    ReadFeedRangesOptions, Region, ReplaceContainerOptions, ServerCertificateValidation,
    SessionToken, ThroughputOptions, UserAgentSuffix,
};
use azure_data_cosmos::{
    AccountEndpoint, AccountReference, CosmosClient, CosmosClientBuilder, CosmosCredential,
    CosmosError, CosmosRuntime, CosmosRuntimeBuilder, CosmosStatus, PartitionKey, Query,
    ResourceId, ResourceIdentity, RoutingStrategy, SubStatusCode,
};
use futures_util::TryStreamExt as _;

type Anything = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn every_call_is_there() -> Anything {
    let local = cosmokit_testkit::LocalAccount::start().await?;
    databases(local.client()).await?;
    let database = local.client().database_client("kept");
    containers(&database).await?;
    let container = database
        .container_client("kept", Some(ContainerClientOptions::default()))
        .await?;
    items(&container).await?;
    feed_ranges(&container).await?;
    errors(&container).await?;
    Ok(())
}

/// Never run: it names addresses that nobody answers at. That it compiles is the test.
#[expect(dead_code, reason = "compiled, not run")]
async fn accounts(
    credential: Arc<dyn TokenCredential>,
    url: Url,
    key: &str,
) -> azure_data_cosmos::Result<()> {
    let endpoint: AccountEndpoint = "https://my-account.documents.azure.com/".parse()?;
    let _: &Url = endpoint.url();
    let _: Url = AccountEndpoint::from(url).into_url();
    let _: CosmosCredential = Arc::clone(&credential).into();
    let _: CosmosCredential = Secret::from("a2V5").into();
    let account = AccountReference::with_credential(endpoint.clone(), credential);
    for keyed in [
        AccountReference::with_authentication_key(endpoint.clone(), Secret::from(key.to_owned())),
        AccountReference::with_authentication_key(endpoint.clone(), key.to_owned()),
        AccountReference::with_authentication_key(endpoint, key),
    ] {
        let _ = keyed.clone();
    }
    let pool = ConnectionPoolOptions::builder()
        .with_server_certificate_validation(ServerCertificateValidation::RequiredUnlessEmulator)
        .build()?;
    let builder: CosmosRuntimeBuilder = CosmosRuntime::builder();
    let runtime = builder
        .with_connection_pool(pool)
        .with_default_operation_options(OperationOptions::default())
        .with_user_agent_suffix(UserAgentSuffix::try_from("suffix")?)
        .build()
        .await?;
    let builder: CosmosClientBuilder = CosmosClient::builder();
    let client = builder
        .with_runtime(runtime.clone())
        .with_default_operation_options(OperationOptions::default())
        .with_user_agent_suffix(UserAgentSuffix::try_from(String::from("suffix"))?)
        .build(account, RoutingStrategy::ProximityTo("East US".into()))
        .await?;
    let _ = RoutingStrategy::PreferredRegions(vec![
        Region::EAST_US,
        Region::WEST_US_2,
        String::new().into(),
    ]);
    let _: &Url = client.endpoint();
    Ok(())
}

async fn databases(client: &CosmosClient) -> Anything {
    let created: ResourceResponse<DatabaseProperties> = client
        .create_database("gone", Some(CreateDatabaseOptions::default()))
        .await?;
    assert_eq!(created.status().status_code(), StatusCode::Created);
    assert_eq!(StatusCode::Created, created.status().status_code());
    let properties: DatabaseProperties = created.into_model()?;
    let _: Option<String> = properties.id;
    client.create_database("kept", None).await?;

    let database: DatabaseClient = client.database_client("gone");
    let _: (&ResourceIdentity, Option<&str>, Option<&ResourceId>) =
        (database.id(), database.name(), database.rid());
    let read = database
        .read(Some(ReadDatabaseOptions::default()))
        .await?
        .into_model()?;
    let rid = read
        .system_properties
        .resource_id
        .expect("the service gives one");
    assert!(ResourceIdentity::from(ResourceId::from(rid)).is_rid());
    assert!(
        database
            .read_throughput(Some(ThroughputOptions::default()))
            .await?
            .is_none()
    );

    let query = Query::from("SELECT * FROM root r")
        .append_text(" WHERE r.id = @id")
        .with_parameter("@id", "gone")?;
    let options = Some(QueryDatabasesOptions::default());
    let items: QueryItemIterator<DatabaseProperties> =
        client.query_databases(query, options).await?;
    let mut pages: QueryPageIterator<DatabaseProperties> = items.into_pages();
    while let Some(page) = pages.try_next().await? {
        let page: QueryFeedPage<DatabaseProperties> = page;
        let _: (&FeedPage<DatabaseProperties>, &ResponseHeaders) =
            (page.as_feed_page(), page.headers());
        let _: (Option<&str>, Option<&str>) = (page.index_metrics(), page.query_metrics());
        let _: &[DatabaseProperties] = page.items();
        let _: Vec<DatabaseProperties> = page.into_items();
    }
    let deleted: ResourceResponse<()> = database
        .delete(Some(DeleteDatabaseOptions::default()))
        .await?;
    assert_eq!(deleted.status().status_code(), StatusCode::NoContent);
    Ok(())
}

async fn containers(database: &DatabaseClient) -> Anything {
    let key = PartitionKeyDefinition::new(vec![Cow::Borrowed("/tenant"), "/user".into()]);
    assert_eq!(
        (key.kind(), key.version()),
        (PartitionKeyKind::MultiHash, PartitionKeyVersion::V2)
    );
    let paths: Vec<String> = vec!["/pk".to_owned()];
    let key = PartitionKeyDefinition::new(paths.into_iter().map(Cow::Owned).collect());
    let throughput =
        CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(400));
    let created: ResourceResponse<ContainerProperties> = database
        .create_container(ContainerProperties::new("gone", key), Some(throughput))
        .await?;
    let _: ContainerProperties = created.into_model()?;
    database
        .create_container(
            ContainerProperties::new(String::from("kept"), "/pk".into()),
            None,
        )
        .await?;

    let container: ContainerClient = database
        .container_client(&String::from("gone"), None)
        .await?;
    let read = container
        .read(Some(ReadContainerOptions::default()))
        .await?
        .into_model()?;
    container
        .replace(read, Some(ReplaceContainerOptions::default()))
        .await?
        .into_model()?;
    let throughput: Option<ThroughputProperties> = container
        .read_throughput(Some(ThroughputOptions::default()))
        .await?;
    assert_eq!(
        throughput.and_then(|throughput| throughput.throughput()),
        Some(400)
    );
    let options = Some(QueryContainersOptions::default());
    let mut items: QueryItemIterator<ContainerProperties> = database
        .query_containers("SELECT * FROM c", options)
        .await?;
    while let Some(found) = items.try_next().await? {
        let _: Cow<'static, str> = found.id;
    }
    let _: ResourceResponse<()> = container
        .delete(Some(DeleteContainerOptions::default()))
        .await?;
    Ok(())
}

async fn items(container: &ContainerClient) -> Anything {
    let item = serde_json::json!({"id": "1", "pk": "p"});
    let mut operation = OperationOptions::default();
    operation.content_response_on_write = Some(ContentResponseOnWrite::Enabled);
    operation.excluded_regions = Some(ExcludedRegions::new().with_region("West US"));
    operation.end_to_end_latency_policy = Some(EndToEndOperationLatencyPolicy::new(
        std::time::Duration::from_secs(30),
    ));
    operation.read_consistency_strategy = Some(ReadConsistencyStrategy::Session);
    let built: OperationOptions = OperationOptionsBuilder::new()
        .with_content_response_on_write(ContentResponseOnWrite::Disabled)
        .with_max_failover_retry_count(1)
        .build();
    let write = ItemWriteOptions::default().with_operation_options(operation);
    let created: ItemResponse = container.create_item("p", "1", &item, Some(write)).await?;
    let headers: &ResponseHeaders = created.headers();
    let etag: Etag = headers.etag().expect("an item has one").clone();
    let charge: f64 = (*headers.request_charge().expect("a call costs")).into();
    assert!(charge > 0.0);
    let token: SessionToken = headers
        .session_token()
        .expect("a write moves the session")
        .clone();
    let _: Option<&SubStatusCode> = headers.substatus();
    let body: ResponseBody = created.into_body();
    assert!(!body.is_empty());
    let _: serde_json::Value = body.into_single()?;

    let read = ItemReadOptions::default()
        .with_session_token(token)
        .with_operation_options(built);
    let read: ItemResponse = container
        .read_item(String::from("p"), "1", Some(read))
        .await?;
    let status: CosmosStatus = read.status();
    assert!(status.is_success());
    let _: serde_json::Value = read.into_model()?;

    let unchanged = ItemWriteOptions::default().with_precondition(Precondition::if_match(etag));
    container
        .replace_item(&String::from("p"), "1", item.clone(), Some(unchanged))
        .await?;
    container
        .upsert_item(PartitionKey::from("p"), "1", item, None)
        .await?;
    let unless =
        ItemReadOptions::default().with_precondition(Precondition::if_none_match("\"other\""));
    let bytes = container
        .read_item("p", "1", Some(unless))
        .await?
        .into_body()
        .single()?;
    assert!(bytes.starts_with(b"{"));
    container.delete_item("p", "1", None).await?;
    for key in [
        PartitionKey::from(("a", 1)),
        PartitionKey::from(("a", true, PartitionKeyValue::from("c"))),
        PartitionKey::from(Some(7)),
        PartitionKey::from(PartitionKey::NULL),
        PartitionKey::try_from(1.5)?,
        PartitionKey::try_from(vec![
            PartitionKeyValue::from(1_u8),
            PartitionKeyValue::from("x"),
        ])?,
    ] {
        assert!(!key.is_empty() && key.len() == key.values().len());
    }
    Ok(())
}

async fn feed_ranges(container: &ContainerClient) -> Anything {
    let options = ReadFeedRangesOptions::default().with_force_refresh(true);
    let ranges: Vec<FeedRange> = container.read_feed_ranges(Some(options)).await?;
    let of_key: Vec<FeedRange> = container.feed_range_from_partition_key("p", None).await?;
    assert!(
        of_key
            .iter()
            .all(|range| range.is_subset_of(&FeedRange::full()) && range.overlaps(&ranges[0]))
    );
    let text = ranges[0].to_string();
    assert_eq!(text.parse::<FeedRange>()?, ranges[0]);
    let seen = [(FeedRange::full(), SessionToken::from("0:1#5"))];
    let _: SessionToken = container.get_latest_session_token(&seen, &ranges[0])?;
    Ok(())
}

async fn errors(container: &ContainerClient) -> Anything {
    let error: CosmosError = container
        .read_item("p", "none", None)
        .await
        .expect_err("nothing is there");
    assert_eq!(error.status().status_code(), StatusCode::NotFound);
    assert!(
        error.status().is_not_found()
            && error.diagnostics().is_some()
            && error.response().is_some()
    );
    let number: u16 = error.status().status_code().into();
    assert_eq!(number, 404);
    let error: azure_core::Error = error.into();
    assert_eq!(error.http_status(), Some(StatusCode::NotFound));
    Ok(())
}

#[test]
fn a_custom_answer_takes_the_status_of_either_vocabulary() {
    use cosmokit::fault_injection::CustomResponseBuilder;

    let of_azure = CustomResponseBuilder::new(azure_core::http::StatusCode::TooManyRequests);
    let of_http = CustomResponseBuilder::new(http::StatusCode::TOO_MANY_REQUESTS);
    for builder in [of_azure, of_http, CustomResponseBuilder::new(429_u16)] {
        assert_eq!(builder.build().status_code(), 429);
    }
}
