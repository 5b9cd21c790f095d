//! The whole table of statuses, row by row: what becomes of a read with another region to go to, of a write where one
//! region takes writes, of a write where several do, and of one of those that must not be applied twice (a stored
//! procedure, a batch, a patch without condition). The rows are those of the protocol's list of statuses.

use cosmokit_protocol::status::{CosmosStatus, StatusCode};

use super::{Budget, Circumstances, Decision, History, Outcome, Reason, RetryTarget, decide};
use crate::routing::Access;

const READ: Circumstances = Circumstances {
    access: Access::Read,
    regions: 2,
    multiple_write_regions: false,
    at_write_region: false,
    repeatable: true,
    keyed: true,
    hub_only: false,
    partitions_fail_over: false,
};

const SINGLE: Circumstances = Circumstances {
    access: Access::Write,
    regions: 1,
    at_write_region: true,
    ..READ
};

const MULTI: Circumstances = Circumstances {
    access: Access::Write,
    multiple_write_regions: true,
    ..READ
};

const ONCE: Circumstances = Circumstances {
    repeatable: false,
    ..MULTI
};

/// What is done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    /// The caller gets the answer.
    Done,
    /// The caller gets the error.
    Told,
    /// The same region once more.
    Here(Reason),
    /// The next region.
    Next(Reason),
    /// The region that takes writes, wherever that is by now.
    Hub(Reason),
}

use First::{Done, Here, Hub, Next, Told};
use Reason::{BehindSession, Conflicted, Failed, FailedHere, Moved, Ranges, Throttled};

const TOLD: [First; 4] = [Told; 4];
const RANGES: [First; 4] = [Here(Ranges); 4];
const THROTTLED: [First; 4] = [Here(Throttled); 4];
const MOVED: [First; 4] = [Next(Moved), Hub(Moved), Next(Moved), Next(Moved)];
/// Refused before anything was done.
const ELSEWHERE: [First; 4] = [Next(Failed), Hub(Failed), Next(Failed), Next(Failed)];
/// It may have been done.
const DOUBTFUL: [First; 4] = [Next(Failed), Hub(Failed), Next(Failed), Told];
/// It may have been done, and the same region may do better at once.
const FAILING: [First; 4] = [Here(FailedHere), Hub(Failed), Here(FailedHere), Told];

/// Status, substatus; read, write to the one region, write to one of several, the same when it is done once at most.
#[rustfmt::skip]
const TABLE: &[(u16, u16, [First; 4])] = &[
    (200, 0,     [Done; 4]),
    (207, 0,     [Done; 4]),
    (304, 0,     [Done; 4]),
    (400, 0,     TOLD),
    (400, 1001,  TOLD),
    (400, 1004,  TOLD),
    (400, 1013,  TOLD),
    // Done there by whoever looks the container up again.
    (400, 1024,  TOLD),
    (400, 3205,  TOLD),
    (400, 65535, TOLD),
    (401, 0,     TOLD),
    (403, 0,     TOLD),
    (403, 3,     MOVED),
    (403, 1005,  TOLD),
    (403, 1008,  MOVED),
    (403, 1009,  TOLD),
    (403, 1010,  TOLD),
    (403, 1011,  TOLD),
    (403, 1014,  TOLD),
    (403, 1028,  TOLD),
    (403, 5300,  TOLD),
    (403, 5307,  TOLD),
    (404, 0,     TOLD),
    (404, 1002,  [Hub(BehindSession), Hub(BehindSession), Next(BehindSession), Next(BehindSession)]),
    (404, 1003,  TOLD),
    (404, 1013,  TOLD),
    (405, 0,     TOLD),
    (408, 0,     DOUBTFUL),
    (408, 1900,  DOUBTFUL),
    (409, 0,     TOLD),
    (409, 1006,  TOLD),
    (409, 3301,  TOLD),
    (409, 3302,  TOLD),
    (410, 0,     ELSEWHERE),
    (410, 1000,  TOLD),
    (410, 1002,  RANGES),
    (410, 1007,  RANGES),
    (410, 1008,  RANGES),
    (410, 1022,  ELSEWHERE),
    (412, 0,     TOLD),
    (412, 1110,  TOLD),
    (413, 0,     TOLD),
    (413, 3402,  TOLD),
    (423, 0,     TOLD),
    (424, 0,     TOLD),
    (429, 0,     THROTTLED),
    (429, 3084,  THROTTLED),
    (429, 3088,  THROTTLED),
    // Another region may have what this one is short of.
    (429, 3092,  [Next(Failed), Here(Throttled), Next(Failed), Next(Failed)]),
    (429, 3200,  THROTTLED),
    (429, 3201,  THROTTLED),
    (429, 3212,  THROTTLED),
    (429, 3214,  THROTTLED),
    (449, 0,     [Here(Conflicted); 4]),
    (500, 0,     FAILING),
    (500, 3003,  TOLD),
    (501, 0,     TOLD),
    (502, 0,     DOUBTFUL),
    (503, 0,     FAILING),
    (503, 1007,  FAILING),
    (503, 9002,  FAILING),
    (503, 9003,  FAILING),
    (503, 21015, FAILING),
    (504, 0,     DOUBTFUL),
];

fn first(status: u16, substatus: u16, circumstances: Circumstances) -> First {
    let status = CosmosStatus::new(StatusCode::from_u16(status).unwrap());
    let status = if substatus == 0 {
        status
    } else {
        status.with_sub_status(substatus)
    };
    let outcome = Outcome::Answered {
        status,
        retry_after: None,
    };
    let budget = Budget {
        throttle_retries: 9,
        throttle_wait: std::time::Duration::from_secs(30),
        session_retries: None,
        session_retries_left: u32::MAX,
        failover_retries: 3,
        remaining: None,
        until_account_refresh: std::time::Duration::ZERO,
        jitter_per_mille: 0,
    };
    match decide(&History::default(), outcome, circumstances, &budget).decision {
        Decision::Finish => Done,
        Decision::Fail => Told,
        Decision::Retry { to, reason, .. } => match to {
            RetryTarget::Here => Here(reason),
            RetryTarget::NextRegion => Next(reason),
            RetryTarget::WriteRegion => Hub(reason),
        },
    }
}

#[test]
fn each_status_does_what_its_row_says() {
    for (status, substatus, expected) in TABLE {
        let kinds = [READ, SINGLE, MULTI, ONCE];
        let found = kinds.map(|kind| first(*status, *substatus, kind));
        assert_eq!(found, *expected, "{status}/{substatus}");
    }
}

#[test]
fn no_row_stands_twice() {
    let rows: std::collections::HashSet<_> =
        TABLE.iter().map(|(status, sub, _)| (status, sub)).collect();
    assert_eq!(rows.len(), TABLE.len());
}
