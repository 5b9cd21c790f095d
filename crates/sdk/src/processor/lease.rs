//! The lease document: who reads a part of the container, and how far it has been handled.
//!
//! The shape is the one that other clients write: version 1 (a lease for a range of hash points), and their version 0
//! where it names its range. What this client does not know of a document stays in it.

use std::fmt;
use std::time::SystemTime;

use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::partition::FeedRange;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::time::iso_8601;

/// The version of leases by range of hash points.
const BY_RANGE: u64 = 1;

/// The property of `properties` that tells two runs of one instance name apart.
const RUN: &str = "cosmokit.run";

/// Who holds a lease: an instance by name, and which run of it, where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) run: Option<String>,
}

/// One lease, as its document has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Lease {
    pub(super) id: String,
    /// The partition key, in a lease container whose key is `/partitionKey`.
    #[serde(
        rename = "partitionKey",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) partition_key: Option<String>,
    #[serde(default)]
    version: u64,
    #[serde(rename = "LeaseToken")]
    pub(super) token: String,
    #[serde(rename = "FeedRange")]
    pub(super) range: FeedRange,
    #[serde(rename = "Owner", default)]
    owner: Option<String>,
    /// The etag of the change feed behind which everything is still to be handled.
    #[serde(rename = "ContinuationToken", default)]
    pub(super) continuation: Option<String>,
    #[serde(rename = "Mode", default, skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
    #[serde(rename = "_etag", default, skip_serializing)]
    pub(super) etag: String,
    /// When the service wrote it last, in seconds since 1970.
    #[serde(rename = "_ts", default, skip_serializing)]
    pub(super) written_at: i64,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Why a document with the prefix of this processor is none of its leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfit(pub(super) String);

impl Lease {
    /// A new lease for a part of the container, which nobody holds.
    pub(super) fn new(prefix: &str, range: FeedRange, mode: ChangeFeedMode) -> Self {
        let token = format!("{}-{}", range.min_inclusive(), range.max_exclusive());
        Self {
            id: format!("{prefix}{token}"),
            partition_key: None,
            version: BY_RANGE,
            token,
            range,
            owner: None,
            continuation: None,
            mode: Some(mode.a_im().to_owned()),
            timestamp: None,
            properties: Some(Map::new()),
            etag: String::new(),
            written_at: 0,
            others: Map::new(),
        }
    }

    /// Reads a document that has the prefix of the processor's leases.
    ///
    /// # Errors
    /// When it is a lease of a kind that this client would damage by changing it, or none at all.
    pub(super) fn read(document: Value, mode: ChangeFeedMode) -> Result<Self, Unfit> {
        let property = |name: &str| document.get(name).filter(|value| !value.is_null());
        let id = property("id").and_then(Value::as_str).unwrap_or_default();
        let id = id.to_owned();
        let version = property("version").and_then(Value::as_u64);
        let refuse = |why: &str| {
            Unfit(format!(
                "the lease {id} was made by another client: {why}; give this processor a name of its own"
            ))
        };
        match version {
            Some(version) if version > BY_RANGE => {
                return Err(refuse(&format!(
                    "its version is {version}, and this client knows 0 and 1"
                )));
            }
            Some(BY_RANGE) => {}
            _ if property("FeedRange").is_none() => {
                return Err(refuse(
                    "it is a lease by partition key range that does not say which hash points it is for",
                ));
            }
            _ => {}
        }
        let mut lease: Self = serde_json::from_value(document)
            .map_err(|why| refuse(&format!("it cannot be read ({why})")))?;
        if !lease.continuation.as_deref().is_none_or(is_etag) {
            return Err(refuse("its continuation is not an etag of the service"));
        }
        if let Some(other) = lease.mode.as_deref()
            && ChangeFeedMode::from_a_im(other) != Some(mode)
        {
            return Err(Unfit(format!(
                "the lease {id} is one of a processor in the mode \"{other}\", and this one's is \"{}\"; \
                 give this processor a name of its own",
                mode.a_im()
            )));
        }
        lease.continuation = lease.continuation.filter(|token| !token.is_empty());
        lease.owner = lease.owner.filter(|owner| !owner.trim().is_empty());
        // The service sets these anew.
        lease.others.retain(|name, _| !name.starts_with('_'));
        Ok(lease)
    }

    /// Who holds it.
    pub(super) fn holder(&self) -> Option<Holder> {
        let name = self.owner.clone()?;
        let run = self
            .properties
            .as_ref()
            .and_then(|properties| properties.get(RUN))
            .and_then(Value::as_str);
        Some(Holder {
            name,
            run: run.map(str::to_owned),
        })
    }

    /// The instance that holds it.
    pub(super) fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Gives it to somebody, or to nobody.
    pub(super) fn give_to(&mut self, holder: Option<&Holder>) {
        self.owner = holder.map(|holder| holder.name.clone());
        let properties = self.properties.get_or_insert_default();
        match holder.and_then(|holder| holder.run.clone()) {
            Some(run) => properties.insert(RUN.to_owned(), Value::String(run)),
            None => properties.remove(RUN),
        };
    }

    /// Notes when its holder wrote it last.
    pub(super) fn stamp(&mut self, now: SystemTime) {
        self.timestamp = Some(iso_8601(now));
    }
}

/// Whether a continuation is what the service gives: a number, mostly in quotes.
fn is_etag(text: &str) -> bool {
    let quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    quoted || text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: Value) -> Result<Lease, Unfit> {
        Lease::read(document, ChangeFeedMode::LatestVersion)
    }

    /// As the published .NET client writes it.
    fn foreign() -> Value {
        json!({
            "id": "ordershost_rid_rid..-3FFF", "version": 1, "_etag": "\"e1\"", "LeaseToken": "-3FFF",
            "FeedRange": {"Range": {"min": "", "max": "3FFF"}}, "Owner": "host-a", "ContinuationToken": "\"17\"",
            "Mode": "Incremental Feed", "properties": {}, "timestamp": "2025-01-01T00:00:00.1234567Z", "_ts": 1_735_689_600_u64,
            "unknown": [1]
        })
    }

    #[test]
    fn a_lease_of_another_client_is_read_and_written_back_whole() {
        let mut lease = read(foreign()).unwrap();
        assert_eq!(lease.owner(), Some("host-a"));
        assert_eq!(lease.holder().unwrap().run, None);
        assert_eq!(lease.continuation.as_deref(), Some("\"17\""));
        assert_eq!(lease.written_at, 1_735_689_600);
        lease.continuation = Some("\"18\"".to_owned());
        let written = serde_json::to_value(&lease).unwrap();
        let mut expected = foreign();
        expected["ContinuationToken"] = json!("\"18\"");
        expected["FeedRange"]["Range"]["isMinInclusive"] = json!(true);
        expected["FeedRange"]["Range"]["isMaxInclusive"] = json!(false);
        for system in ["_etag", "_ts"] {
            expected.as_object_mut().unwrap().remove(system);
        }
        assert_eq!(written, expected);
    }

    #[test]
    fn what_would_be_damaged_is_refused() {
        let refused = |change: fn(&mut Value)| {
            let mut document = foreign();
            change(&mut document);
            read(document).unwrap_err().0
        };
        let by_partition = refused(|lease| {
            lease["version"] = json!(0);
            lease.as_object_mut().unwrap().remove("FeedRange");
        });
        assert!(
            by_partition.contains("by partition key range"),
            "{by_partition}"
        );
        let composite = refused(|lease| lease["ContinuationToken"] = json!("eyJWIjoxfQ=="));
        assert!(composite.contains("not an etag"), "{composite}");
        assert!(refused(|lease| lease["version"] = json!(2)).contains("version is 2"));
        assert!(refused(|lease| lease["Mode"] = json!("Full-Fidelity Feed")).contains("mode"));
        assert!(refused(|lease| lease["LeaseToken"] = json!(7)).contains("cannot be read"));
        // By partition key range, but with its hash points: it can be gone on with.
        let mut document = foreign();
        document["version"] = json!(0);
        document["LeaseToken"] = json!("0");
        assert_eq!(read(document).unwrap().token, "0");
    }

    #[test]
    fn a_new_lease_has_the_name_that_others_give_it() {
        let lease = Lease::new("p..", FeedRange::full(), ChangeFeedMode::LatestVersion);
        assert_eq!((lease.token.as_str(), lease.id.as_str()), ("-FF", "p..-FF"));
        let written = serde_json::to_value(&lease).unwrap();
        assert_eq!(written["version"], 1);
        assert_eq!(written["Owner"], Value::Null);
        assert_eq!(written["ContinuationToken"], Value::Null);
        assert_eq!(written["FeedRange"]["Range"]["max"], "FF");
    }

    #[test]
    fn a_holder_is_a_name_and_a_run() {
        let mut lease = read(foreign()).unwrap();
        let me = Holder {
            name: "web-1".to_owned(),
            run: Some("r7".to_owned()),
        };
        lease.give_to(Some(&me));
        assert_eq!(lease.holder(), Some(me));
        lease.give_to(None);
        assert_eq!(lease.holder(), None);
        assert_eq!(
            serde_json::to_value(&lease).unwrap()["properties"],
            json!({})
        );
    }
}
