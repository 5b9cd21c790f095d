//! `/_cosmokit/accounts`: further accounts in the same process, so that each test can have its own. They are reached by
//! their names at every port of the server, `http://NAME.localhost:PORT/`, and at ports of their own if they are to.

use axum::Json;
use axum::extract::{Path, State};
use cosmokit_engine::{Account, AccountBuilder, WriteMode};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_protocol::wire::region::Region;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::input::{Answer, Input, Refusal};
use super::route::{Field, Route, needed, optional};
use super::router::AdminState;
use crate::host::Dismissal;
use crate::server::{Reach, RegionEndpoint};

const CREATE: &[Field] = &[
    needed(
        "name",
        "string",
        "Its name: 1 to 50 letters, digits and hyphens.",
    ),
    optional(
        "snapshot",
        "string",
        "A snapshot of this account that it begins as, in the regions of that. Default: it begins empty.",
    ),
    optional(
        "regions",
        "strings",
        "Its regions in order of priority. Default: those of this account.",
    ),
    optional(
        "multiWrite",
        "boolean",
        "Whether every region takes writes. Default: as in this account.",
    ),
    optional(
        "consistency",
        "string",
        "Its default consistency level. Default: that of this account.",
    ),
    optional(
        "seed",
        "integer",
        "Seed of everything random inside it. Default: drawn from this account.",
    ),
    optional(
        "ports",
        "boolean",
        "Whether it has ports of its own besides its name. Default: not.",
    ),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/accounts",
            "The accounts of this process that are reached by name.",
            list,
        ),
        Route::post(
            "/accounts",
            "Makes another account in memory, with the keys and settings of this one.",
            create,
        )
        .with_body(CREATE)
        .creating(),
        Route::delete(
            "/accounts/{name}",
            "Ends an account; the one that the server was started for stays.",
            dismiss,
        ),
    ]
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    snapshot: Option<String>,
    regions: Option<Vec<String>>,
    multi_write: Option<bool>,
    consistency: Option<ConsistencyLevel>,
    seed: Option<u64>,
    #[serde(default)]
    ports: bool,
}

/// Where an account is.
#[derive(Debug, Serialize)]
pub(super) struct HostedState {
    account: String,
    endpoint: String,
    admin: String,
    regions: Vec<HostedRegion>,
}

#[derive(Debug, Serialize)]
struct HostedRegion {
    name: String,
    endpoint: String,
    https: String,
}

#[derive(Debug, Serialize)]
struct Listed {
    account: String,
    regions: Vec<String>,
    containers: usize,
}

#[derive(Debug, Serialize)]
struct Accounts {
    accounts: Vec<Listed>,
}

impl HostedState {
    pub(super) fn new(account: String, endpoints: &[RegionEndpoint]) -> Self {
        let region = |endpoint: &RegionEndpoint| HostedRegion {
            name: endpoint.region().display_name().to_owned(),
            endpoint: endpoint.http(),
            https: endpoint.https(),
        };
        let endpoint = endpoints.first().map(RegionEndpoint::http);
        let endpoint = endpoint.unwrap_or_default();
        Self {
            account,
            admin: format!("{endpoint}_cosmokit/"),
            endpoint,
            regions: endpoints.iter().map(region).collect(),
        }
    }
}

async fn list(State(state): State<AdminState>) -> Json<Accounts> {
    let accounts = state.host.accounts().into_iter().map(|gateway| {
        let account = gateway.account();
        let topology = account.topology();
        let regions = topology.all_regions().iter();
        Listed {
            account: account.name().to_owned(),
            regions: regions
                .map(|entry| entry.region.display_name().to_owned())
                .collect(),
            containers: account.containers().len(),
        }
    });
    Json(Accounts {
        accounts: accounts.collect(),
    })
}

async fn create(
    State(state): State<AdminState>,
    Input(wish): Input<Create>,
) -> Answer<(StatusCode, Json<HostedState>)> {
    let reach = if wish.ports {
        Reach::Ports(0)
    } else {
        Reach::Name
    };
    let account = named(&state, builder(&state, wish)?)?;
    let name = account.name().to_owned();
    let hosted = state.host(account, reach).await.map_err(|problem| {
        let why = format!("the account cannot be reached: {problem}");
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why)
    })?;
    Ok((StatusCode::CREATED, Json(HostedState::new(name, &hosted))))
}

fn builder(state: &AdminState, wish: Create) -> Answer<AccountBuilder> {
    let own = &state.shared.account;
    let mut builder = own.sibling(wish.name);
    if let Some(id) = &wish.snapshot {
        if wish.regions.is_some() || wish.multi_write.is_some() || wish.consistency.is_some() {
            return Err(Refusal::bad(
                "an account that begins as a snapshot has its regions, write mode and consistency",
            ));
        }
        builder = builder.snapshot(&state.shared.snapshots.find(id)?);
    }
    if let Some(regions) = wish.regions {
        builder = builder.regions(regions.iter().map(|name| Region::new(name.trim())));
    }
    if let Some(multi) = wish.multi_write {
        builder = builder.write_mode(if multi {
            WriteMode::Multi
        } else {
            WriteMode::Single
        });
    }
    if let Some(level) = wish.consistency {
        builder = builder.consistency(level);
    }
    if let Some(seed) = wish.seed {
        builder = builder.seed(seed);
    }
    Ok(builder)
}

/// Makes an account that is to be reached by its name.
///
/// # Errors
/// 409 when the name is taken, 400 for settings that are not allowed.
pub(super) fn named(state: &AdminState, builder: AccountBuilder) -> Answer<Account> {
    let account = builder.build();
    let account = account.map_err(|error| Refusal::bad(error.to_string()))?;
    let name = account.name();
    let is_same = |known: &Account| known.name().eq_ignore_ascii_case(name);
    let known = state.host.accounts();
    if known.iter().any(|gateway| is_same(gateway.account())) {
        let why = format!("an account named {name} is served already");
        return Err(Refusal::conflict(why));
    }
    Ok(account)
}

async fn dismiss(
    State(state): State<AdminState>,
    Path(name): Path<String>,
) -> Answer<Json<serde_json::Value>> {
    match state.host.dismiss(&name).await {
        Some(Dismissal::Done) => Ok(Json(serde_json::json!({"ended": name}))),
        Some(Dismissal::First) => Err(Refusal::conflict(
            "the account that the server was started for ends with the server",
        )),
        Some(Dismissal::Unknown) | None => {
            Err(Refusal::absent(format!("there is no account {name:?}")))
        }
    }
}
