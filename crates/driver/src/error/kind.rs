//! What kinds of failure there are, and the status that the client gives to its own ones.

use cosmokit_protocol::status::{CosmosStatus, StatusCode};

/// What kind of failure a [`CosmosError`](crate::CosmosError) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The service answered with an error.
    Service,
    /// No answer came: the name did not resolve, the connection failed, broke or timed out.
    Transport,
    /// The time budget of the whole operation ran out.
    Deadline,
    /// No credential could be made: a key that is not base64, a token source that failed.
    Authentication,
    /// The caller's input cannot be sent: an illegal id, a header value with control characters, an
    /// option outside its bounds.
    Request,
    /// The client is set up in a way that cannot work.
    Configuration,
    /// The service's answer cannot be understood.
    Contract,
    /// A document could not be written as JSON or read from it.
    Serialization,
    /// The container was deleted and created anew under its name while it was used: what the operation goes on from,
    /// or the key that it is about, belongs to the one that is gone.
    ContainerRecreated,
    /// A throughput control group of this client has used its share; nothing was sent.
    ThroughputControl,
}

/// Statuses of the client's own failures. The numbers are those of the published clients, so that
/// dashboards keep working.
pub(crate) mod client {
    use super::{CosmosStatus, StatusCode};

    const fn of(status: StatusCode, sub_status: u16) -> CosmosStatus {
        CosmosStatus::new(status).with_sub_status(sub_status)
    }

    /// The operation's own deadline passed.
    pub(crate) const DEADLINE: CosmosStatus = of(StatusCode::REQUEST_TIMEOUT, 20008);
    /// Another region answered a hedged read first.
    pub(crate) const HEDGE_LOST: CosmosStatus = of(StatusCode::REQUEST_TIMEOUT, 20009);
    /// What is left of 404/1002 when no replica in reach has seen what the session has.
    pub(crate) const SESSION_BEHIND: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20310);
    /// What is left of 403/3 when no region takes the write.
    pub(crate) const NO_WRITE_REGION: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20311);
    /// What is left of 403/1008 when no region has the account.
    pub(crate) const NO_ACCOUNT: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20312);
    /// An attempt got no answer within its timeout.
    pub(crate) const ATTEMPT_TIMEOUT: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20003);
    /// A connection could not be made.
    pub(crate) const CONNECT: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20010);
    /// A connection broke.
    pub(crate) const IO: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20011);
    /// A host name did not resolve.
    pub(crate) const DNS: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20012);
    /// The body of a response could not be read to its end.
    pub(crate) const BODY: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20014);
    /// A continuation token is broken, or belongs to something else.
    pub(crate) const CONTINUATION: CosmosStatus = of(StatusCode::BAD_REQUEST, 20007);
    /// The container was created anew under its name. The number is the service's own for that.
    pub(crate) const RECREATED: CosmosStatus = of(StatusCode::BAD_REQUEST, 1024);
    /// A document could not be written or read.
    pub(crate) const SERIALIZATION: CosmosStatus = of(StatusCode::BAD_REQUEST, 20021);
    /// The query asks for something that this client cannot merge.
    pub(crate) const QUERY_FEATURE: CosmosStatus = of(StatusCode::BAD_REQUEST, 20113);
    /// The query needs more partitions than it may.
    pub(crate) const FAN_OUT: CosmosStatus = of(StatusCode::BAD_REQUEST, 20118);
    /// The caller's input cannot be sent.
    pub(crate) const INPUT: CosmosStatus = of(StatusCode::BAD_REQUEST, 20100);
    /// The endpoint is not an absolute http or https address of a host.
    pub(crate) const ENDPOINT: CosmosStatus = of(StatusCode::BAD_REQUEST, 20108);
    /// Fault injection rules that cannot be told apart or cannot be used.
    pub(crate) const FAULT_RULES: CosmosStatus = of(StatusCode::BAD_REQUEST, 20150);
    /// A throughput control group that is not there or cannot be used.
    pub(crate) const THROUGHPUT_GROUP: CosmosStatus = of(StatusCode::BAD_REQUEST, 20151);
    /// A throughput control group has used its share. The number is that of the Java client.
    pub(crate) const THROUGHPUT_EXHAUSTED: CosmosStatus = of(StatusCode::TOO_MANY_REQUESTS, 10003);
    /// Options or transport cannot work as configured.
    pub(crate) const CONFIGURATION: CosmosStatus = of(StatusCode::BAD_REQUEST, 20152);
    /// The service's answer breaks the wire contract.
    pub(crate) const CONTRACT: CosmosStatus = of(StatusCode::INTERNAL_SERVER_ERROR, 20301);
    /// The partition key ranges of a container could not be had whole.
    pub(crate) const TOPOLOGY: CosmosStatus = of(StatusCode::SERVICE_UNAVAILABLE, 20305);
    /// A credential could not be used.
    pub(crate) const CREDENTIAL: CosmosStatus = of(StatusCode::UNAUTHORIZED, 20401);
    /// A token source gave no token.
    pub(crate) const TOKEN: CosmosStatus = of(StatusCode::UNAUTHORIZED, 20402);
}
