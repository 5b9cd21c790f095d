//! One test per row, and one per budget.

use std::collections::HashSet;
use std::time::Duration;

use cosmokit_protocol::status::{CosmosStatus, StatusCode};

use super::outcome::Tally;
use super::rows::{ROWS, row_of};
use super::silence::{SILENCES, silence_of};
use super::{
    Budget, Circumstances, Decision, Effect, History, Outcome, Reason, RetryTarget, decide,
};
use crate::diagnostics::ExecutionContext::{
    OperationRetry, RegionFailover, SessionRetry, TransportRetry,
};
use crate::diagnostics::RequestSentStatus;
use crate::routing::Access;
use crate::transport::TransportErrorKind;

const MS: fn(u64) -> Duration = Duration::from_millis;

const READ: Circumstances = Circumstances {
    access: Access::Read,
    regions: 1,
    multiple_write_regions: false,
    at_write_region: true,
    repeatable: true,
    keyed: true,
    hub_only: false,
    partitions_fail_over: false,
};

const WRITE: Circumstances = Circumstances {
    access: Access::Write,
    ..READ
};

const BUDGET: Budget = Budget {
    throttle_retries: 9,
    throttle_wait: Duration::from_secs(30),
    session_retries: None,
    session_retries_left: u32::MAX,
    failover_retries: 3,
    remaining: None,
    until_account_refresh: Duration::ZERO,
    jitter_per_mille: 500,
};

fn status(status: u16, substatus: u16) -> CosmosStatus {
    let base = CosmosStatus::new(StatusCode::from_u16(status).unwrap());
    if substatus == 0 {
        base
    } else {
        base.with_sub_status(substatus)
    }
}

fn answered(code: u16, substatus: u16) -> Outcome {
    Outcome::Answered {
        status: status(code, substatus),
        retry_after: None,
    }
}

fn after(code: u16, wait: Duration) -> Outcome {
    Outcome::Answered {
        status: status(code, 0),
        retry_after: Some(wait),
    }
}

fn first(outcome: Outcome, circumstances: Circumstances) -> Decision {
    decide(&History::default(), outcome, circumstances, &BUDGET).decision
}

fn here(wait: Duration) -> Decision {
    Decision::Retry {
        after: wait,
        to: RetryTarget::Here,
        context: OperationRetry,
        reason: Reason::Throttled,
    }
}

fn because(reason: Reason, decision: Decision) -> Decision {
    match decision {
        Decision::Retry {
            after, to, context, ..
        } => Decision::Retry {
            after,
            to,
            context,
            reason,
        },
        other => other,
    }
}

fn retry(after: Duration, to: RetryTarget, reason: Reason) -> Decision {
    let context = match (reason, to) {
        (Reason::Failed, RetryTarget::NextRegion) | (Reason::Moved, _) => RegionFailover,
        (Reason::Failed | Reason::FailedHere, _) => TransportRetry,
        (Reason::BehindSession, _) => SessionRetry,
        _ => OperationRetry,
    };
    Decision::Retry {
        after,
        to,
        context,
        reason,
    }
}

const fn regions(regions: u32, base: Circumstances) -> Circumstances {
    Circumstances { regions, ..base }
}

const fn once(base: Circumstances) -> Circumstances {
    Circumstances {
        repeatable: false,
        ..base
    }
}

fn silent(kind: TransportErrorKind, sent: RequestSentStatus) -> Outcome {
    Outcome::Unanswered { kind, sent }
}

#[test]
fn each_answer_meets_its_row() {
    use Effect::{
        CaptureSession, DropContainer, MarkEndpoint, MarkPartition, MarkWrites, RefreshAccount,
        RefreshRanges,
    };
    let table: &[(u16, u16, &str, &[Effect])] = &[
        (200, 0, "success", &[CaptureSession]),
        (201, 0, "success", &[CaptureSession]),
        (204, 0, "success", &[CaptureSession]),
        (304, 0, "not modified", &[CaptureSession]),
        (400, 0, "anything else", &[]),
        (400, 1001, "anything else", &[]),
        (400, 1004, "anything else", &[]),
        (400, 1024, "container recreated", &[DropContainer]),
        (401, 0, "anything else", &[]),
        (403, 0, "anything else", &[]),
        (403, 3, "write forbidden", &[MarkWrites, RefreshAccount]),
        (403, 1005, "anything else", &[]),
        (
            403,
            1008,
            "account not here",
            &[MarkEndpoint, RefreshAccount],
        ),
        (403, 5300, "anything else", &[]),
        (404, 0, "not found", &[CaptureSession]),
        (404, 1002, "session behind", &[]),
        (404, 1003, "owner not found", &[DropContainer]),
        (404, 1013, "not found", &[CaptureSession]),
        (405, 0, "anything else", &[]),
        (408, 0, "timed out", &[MarkPartition]),
        (408, 1900, "timed out", &[MarkPartition]),
        (409, 0, "conflict", &[CaptureSession]),
        (409, 1006, "conflict", &[CaptureSession]),
        (410, 0, "gone", &[MarkPartition]),
        (410, 1000, "name cache stale", &[DropContainer]),
        (410, 1002, "ranges moved", &[RefreshRanges]),
        (410, 1007, "ranges moved", &[RefreshRanges]),
        (410, 1008, "ranges moved", &[RefreshRanges]),
        (410, 1022, "gone", &[MarkPartition]),
        (412, 0, "precondition failed", &[CaptureSession]),
        (412, 1110, "precondition failed", &[CaptureSession]),
        (413, 0, "anything else", &[]),
        (423, 0, "anything else", &[]),
        (429, 3092, "short of resources", &[MarkPartition]),
        (429, 3200, "throttled", &[]),
        (449, 0, "retry with", &[]),
        (500, 3003, "misconfigured account", &[]),
        (500, 0, "internal error", &[MarkPartition]),
        (501, 0, "not implemented", &[]),
        (502, 0, "other server error", &[MarkPartition]),
        (503, 0, "unavailable", &[MarkPartition]),
        (504, 0, "other server error", &[MarkPartition]),
    ];
    let mut met = HashSet::new();
    for (code, substatus, name, effects) in table {
        let row = row_of(status(*code, *substatus));
        assert_eq!(row.name, *name, "{code}/{substatus}");
        let verdict = decide(
            &History::default(),
            answered(*code, *substatus),
            READ,
            &BUDGET,
        );
        assert_eq!(verdict.effects, *effects, "{code}/{substatus}");
        assert_eq!(verdict.because, *name);
        met.insert(row.name);
    }
    let all: HashSet<&str> = ROWS.iter().map(|row| row.name).collect();
    assert_eq!(met, all, "a row that no answer meets");
}

#[test]
fn each_silence_meets_its_row() {
    use RequestSentStatus::{NotSent, Sent, Unknown};
    use TransportErrorKind::{Body, Broken, Connect, Dns, Exhausted, Timeout, Tls, TooLarge};
    let table = [
        (TooLarge, Sent, "answer too large"),
        (Exhausted, NotSent, "too many requests wait"),
        (Dns, NotSent, "no connection"),
        (Connect, NotSent, "no connection"),
        (Tls, NotSent, "no connection"),
        (Timeout, NotSent, "no connection in time"),
        (Timeout, Unknown, "no answer in time"),
        (Timeout, Sent, "no answer in time"),
        (Broken, NotSent, "connection broken"),
        (Broken, Unknown, "connection broken"),
        (Body, Sent, "connection broken"),
    ];
    let mut met = HashSet::new();
    for (kind, sent, name) in table {
        let verdict = decide(&History::default(), silent(kind, sent), READ, &BUDGET);
        assert_eq!(silence_of(kind, sent).name, name, "{kind:?} {sent:?}");
        assert_eq!(verdict.because, name);
        met.insert(name);
    }
    let all: HashSet<&str> = SILENCES.iter().map(|row| row.name).collect();
    assert_eq!(met, all, "a row that no silence meets");
}

#[test]
fn results_end_the_operation() {
    for code in [200, 201, 204, 207, 304] {
        for circumstances in [READ, WRITE] {
            assert_eq!(
                first(answered(code, 0), circumstances),
                Decision::Finish,
                "{code}"
            );
        }
    }
}

/// What a failing region means: where to, for reads and writes, with other regions and without.
#[test]
fn failures_of_a_region_go_elsewhere_when_the_operation_may_be_repeated() {
    use RetryTarget::{Here, NextRegion, WriteRegion};
    let away = retry(MS(0), NextRegion, Reason::Failed);
    let once_more = retry(MS(20), Here, Reason::FailedHere);
    let alone = retry(MS(20), Here, Reason::Failed);
    let alone_write = retry(MS(20), WriteRegion, Reason::Failed);
    let many = |base| regions(2, base);
    let table: &[((u16, u16), Circumstances, Decision)] = &[
        // In one of several regions 500 and 503 are tried once more, the others move on.
        ((500, 0), many(READ), once_more),
        ((503, 0), many(READ), once_more),
        ((408, 0), many(READ), away),
        ((410, 1022), many(READ), away),
        ((502, 0), many(READ), away),
        ((504, 0), many(READ), away),
        ((429, 3092), many(READ), away),
        ((500, 0), many(WRITE), once_more),
        ((503, 0), many(WRITE), once_more),
        ((408, 0), many(WRITE), away),
        ((429, 3092), many(WRITE), away),
        // Where there is no other, the same one after a pause; a write follows a failover.
        ((500, 0), READ, alone),
        ((503, 0), READ, alone),
        ((408, 0), READ, alone),
        ((503, 0), WRITE, alone_write),
        // A write that must not be applied twice is repeated only when it was not begun.
        ((408, 0), once(many(WRITE)), Decision::Fail),
        ((500, 0), once(many(WRITE)), Decision::Fail),
        ((503, 0), once(many(WRITE)), Decision::Fail),
        ((500, 0), once(WRITE), Decision::Fail),
        ((410, 1022), once(many(WRITE)), away),
        ((429, 3092), once(many(WRITE)), away),
        // Short of resources in the only region is throttling.
        ((429, 3092), READ, because(Reason::Throttled, here(MS(5)))),
    ];
    for ((code, substatus), circumstances, expected) in table {
        let decision = first(answered(*code, *substatus), *circumstances);
        assert_eq!(decision, *expected, "{code}/{substatus} {circumstances:?}");
    }
    let tried_here = History {
        failed_here: 1,
        ..History::default()
    };
    let second = decide(&tried_here, answered(503, 0), many(READ), &BUDGET);
    assert_eq!(second.decision, away);
    assert_eq!(second.effects, [Effect::MarkPartition]);
    let first = decide(&History::default(), answered(503, 0), many(READ), &BUDGET);
    assert_eq!(first.effects, [], "one failure says nothing yet");
}

#[test]
fn moving_on_ends_with_its_count() {
    let failed = |retries| History {
        failed: Tally {
            retries,
            waited: MS(0),
        },
        ..History::default()
    };
    for circumstances in [READ, WRITE, regions(5, READ)] {
        for (retries, goes_on) in [(0, true), (2, true), (3, false)] {
            let decision =
                decide(&failed(retries), answered(408, 0), circumstances, &BUDGET).decision;
            assert_eq!(decision != Decision::Fail, goes_on, "{retries}");
        }
    }
}

#[test]
fn a_write_that_can_go_nowhere_else_has_the_account_read() {
    use Effect::{MarkEndpoint, MarkPartition, RefreshAccount};
    let effects = |outcome| decide(&History::default(), outcome, WRITE, &BUDGET).effects;
    assert_eq!(effects(answered(503, 0)), [MarkPartition, RefreshAccount]);
    let unreachable = silent(TransportErrorKind::Connect, RequestSentStatus::NotSent);
    assert_eq!(effects(unreachable), [MarkEndpoint, RefreshAccount]);
    let read = decide(&History::default(), answered(503, 0), READ, &BUDGET).effects;
    assert_eq!(read, [MarkPartition]);
}

#[test]
fn a_region_that_has_no_say_is_left_at_once_and_then_more_and_more_slowly() {
    let at = |retries, waited| History {
        moved: Tally { retries, waited },
        ..History::default()
    };
    let table = [
        (0, MS(0), Some(MS(0))),
        (1, MS(0), Some(MS(1_000))),
        (2, MS(1_000), Some(MS(2_000))),
        (3, MS(3_000), Some(MS(4_000))),
        (4, MS(7_000), Some(MS(8_000))),
        (4, MS(12_000), Some(MS(3_000))),
        (5, MS(15_000), None),
        (20, MS(0), None),
    ];
    for (retries, waited, wait) in table {
        for (code, substatus) in [(403, 3), (403, 1008)] {
            let outcome = answered(code, substatus);
            let history = at(retries, waited);
            for (circumstances, to) in [
                (WRITE, RetryTarget::WriteRegion),
                (regions(3, WRITE), RetryTarget::NextRegion),
                (READ, RetryTarget::NextRegion),
                (once(WRITE), RetryTarget::WriteRegion),
            ] {
                let expected = wait.map_or(Decision::Fail, |wait| retry(wait, to, Reason::Moved));
                let decision = decide(&history, outcome, circumstances, &BUDGET).decision;
                assert_eq!(decision, expected, "{code}/{substatus} {retries}");
            }
        }
    }
}

#[test]
fn the_account_may_be_read_again_before_a_region_without_a_say_is_asked_for_good() {
    let at = |retries, waited| History {
        moved: Tally { retries, waited },
        ..History::default()
    };
    let table = [
        (0, MS(0), MS(4_900), MS(0)),
        (1, MS(0), MS(4_900), MS(1_000)),
        (1, MS(0), MS(300), MS(300)),
        (2, MS(1_000), MS(3_880), MS(2_000)),
        (3, MS(3_000), MS(1_860), MS(1_860)),
        (3, MS(3_000), MS(60_000), MS(4_000)),
        (6, MS(5_000), MS(5_000), MS(5_000)),
        (8, MS(14_000), MS(5_000), MS(1_000)),
    ];
    for (retries, waited, until_account_refresh, wait) in table {
        let budget = Budget {
            until_account_refresh,
            ..BUDGET
        };
        let history = at(retries, waited);
        let decision = decide(&history, answered(403, 3), WRITE, &budget).decision;
        let expected = retry(wait, RetryTarget::WriteRegion, Reason::Moved);
        assert_eq!(decision, expected, "{retries} {until_account_refresh:?}");
    }
}

#[test]
fn a_read_that_only_the_hub_may_answer_looks_for_the_hub() {
    let latched = Circumstances {
        hub_only: true,
        at_write_region: false,
        ..regions(3, READ)
    };
    // Of the whole account: it is read again, and says where that is.
    let verdict = decide(&History::default(), answered(403, 3), latched, &BUDGET);
    let follows = retry(MS(0), RetryTarget::WriteRegion, Reason::Moved);
    assert_eq!(verdict.decision, follows);
    assert_eq!(
        verdict.effects,
        [Effect::MarkWrites, Effect::RefreshAccount]
    );
    // Of one partition: the account has not changed, and the next region can be asked at once.
    let by_partition = Circumstances {
        partitions_fail_over: true,
        ..latched
    };
    let elsewhere = Decision::Retry {
        after: MS(0),
        to: RetryTarget::WriteRegion,
        context: RegionFailover,
        reason: Reason::Failed,
    };
    for (retries, expected) in [(0, elsewhere), (2, elsewhere), (3, Decision::Fail)] {
        let history = History {
            failed: Tally {
                retries,
                waited: MS(0),
            },
            ..History::default()
        };
        let verdict = decide(&history, answered(403, 3), by_partition, &BUDGET);
        assert_eq!(verdict.decision, expected, "{retries}");
        assert_eq!(verdict.effects, [Effect::MarkWrites]);
    }
    // A write is told by the same answer that the account may have failed over.
    let write = Circumstances {
        access: Access::Write,
        ..by_partition
    };
    let verdict = decide(&History::default(), answered(403, 3), write, &BUDGET);
    assert_eq!(
        verdict.effects,
        [Effect::MarkWrites, Effect::RefreshAccount]
    );
}

#[test]
fn what_is_about_one_key_finds_its_range_again_and_feeds_are_cut_anew() {
    let feed = Circumstances {
        keyed: false,
        ..READ
    };
    for substatus in [1002, 1007, 1008] {
        let outcome = answered(410, substatus);
        for circumstances in [READ, WRITE, once(WRITE)] {
            let again = retry(MS(10), RetryTarget::Here, Reason::Ranges);
            assert_eq!(first(outcome, circumstances), again);
        }
        assert_eq!(first(outcome, feed), Decision::Fail);
    }
    let spent = History {
        ranges: Tally {
            retries: 10,
            waited: MS(0),
        },
        ..History::default()
    };
    let decision = decide(&spent, answered(410, 1002), READ, &BUDGET).decision;
    assert_eq!(decision, Decision::Fail);
}

#[test]
fn throttling_waits_as_long_as_the_service_asks() {
    for circumstances in [READ, WRITE] {
        assert_eq!(first(after(429, MS(137)), circumstances), here(MS(137)));
        assert_eq!(
            first(after(429, MS(12_000)), circumstances),
            here(MS(12_000))
        );
    }
}

#[test]
fn throttling_without_a_hint_backs_off_with_jitter() {
    for (retries, expected) in [(0, 5), (1, 10), (5, 160)] {
        let history = History {
            throttled: Tally {
                retries,
                waited: Duration::ZERO,
            },
            ..History::default()
        };
        let decision = decide(&history, answered(429, 0), READ, &BUDGET).decision;
        assert_eq!(decision, here(MS(expected)), "{retries}");
        let hasty = Budget {
            jitter_per_mille: 0,
            ..BUDGET
        };
        let decision = decide(&history, answered(429, 0), READ, &hasty).decision;
        assert_eq!(decision, here(MS(expected) * 3 / 4), "{retries}");
    }
}

#[test]
fn throttling_ends_with_its_count_or_its_time() {
    let at = |retries, waited| History {
        throttled: Tally { retries, waited },
        ..History::default()
    };
    let outcome = after(429, MS(1_000));
    let decision = |history| decide(&history, outcome, READ, &BUDGET).decision;
    assert_eq!(decision(at(8, MS(0))), here(MS(1_000)));
    assert_eq!(decision(at(9, MS(0))), Decision::Fail);
    assert_eq!(decision(at(1, MS(29_000))), here(MS(1_000)));
    assert_eq!(decision(at(1, MS(29_001))), Decision::Fail);
    let none = Budget {
        throttle_retries: 0,
        ..BUDGET
    };
    assert_eq!(
        decide(&at(0, MS(0)), outcome, READ, &none).decision,
        Decision::Fail
    );
}

#[test]
fn a_conflict_in_progress_is_tried_again_soon_and_for_half_a_minute() {
    assert_eq!(
        first(answered(449, 0), WRITE),
        because(Reason::Conflicted, here(Duration::from_micros(12_500)))
    );
    let conflicted = |wait| because(Reason::Conflicted, here(wait));
    assert_eq!(first(after(449, MS(30)), WRITE), conflicted(MS(30)));
    assert_eq!(first(after(449, MS(30_000)), WRITE), conflicted(MS(1_000)));
    let late = History {
        conflicted: Tally {
            retries: 40,
            waited: MS(29_500),
        },
        ..History::default()
    };
    assert_eq!(
        decide(&late, answered(449, 0), WRITE, &BUDGET).decision,
        Decision::Fail
    );
}

#[test]
fn a_read_behind_its_session_goes_to_the_write_region() {
    let satellite = Circumstances {
        regions: 2,
        at_write_region: false,
        ..READ
    };
    let moved = Decision::Retry {
        after: MS(0),
        to: RetryTarget::WriteRegion,
        context: SessionRetry,
        reason: Reason::BehindSession,
    };
    assert_eq!(first(answered(404, 1002), satellite), moved);
    // Where there is nowhere to go, another replica may be further after a moment.
    let stay = Decision::Retry {
        after: MS(5),
        to: RetryTarget::WriteRegion,
        context: SessionRetry,
        reason: Reason::BehindSession,
    };
    assert_eq!(first(answered(404, 1002), READ), stay);
}

#[test]
fn a_read_behind_its_session_walks_the_write_regions_of_a_multi_write_account() {
    let multi = Circumstances {
        regions: 3,
        multiple_write_regions: true,
        ..READ
    };
    let walk = Decision::Retry {
        after: MS(0),
        to: RetryTarget::NextRegion,
        context: SessionRetry,
        reason: Reason::BehindSession,
    };
    for (retries, expected) in [(0, walk), (2, walk), (3, Decision::Fail)] {
        let history = History {
            behind_session: Tally {
                retries,
                waited: MS(0),
            },
            ..History::default()
        };
        assert_eq!(
            decide(&history, answered(404, 1002), multi, &BUDGET).decision,
            expected,
            "{retries}"
        );
    }
}

#[test]
fn session_retries_end_with_their_count() {
    for (limit, retries, goes_on) in [
        (None, 1, true),
        (None, 2, false),
        (Some(5), 4, true),
        (Some(0), 0, false),
    ] {
        let history = History {
            behind_session: Tally {
                retries,
                waited: MS(0),
            },
            ..History::default()
        };
        let budget = Budget {
            session_retries: limit,
            ..BUDGET
        };
        let decision = decide(&history, answered(404, 1002), READ, &budget).decision;
        assert_eq!(decision != Decision::Fail, goes_on, "{limit:?} {retries}");
    }
}

#[test]
fn silence_is_repeated_unless_a_write_may_be_applied_twice() {
    use RequestSentStatus::{NotSent, Sent, Unknown};
    use RetryTarget::{Here, NextRegion, WriteRegion};
    use TransportErrorKind::{Body, Broken, Connect, Dns, Exhausted, Timeout, Tls, TooLarge};
    let away = retry(MS(0), NextRegion, Reason::Failed);
    let once_more = retry(MS(20), Here, Reason::FailedHere);
    let alone = retry(MS(20), Here, Reason::Failed);
    let alone_write = retry(MS(20), WriteRegion, Reason::Failed);
    let two = |base| regions(2, base);
    for (kind, sent, circumstances, expected) in [
        (Dns, NotSent, READ, alone),
        (Connect, NotSent, two(READ), once_more),
        (Tls, NotSent, two(WRITE), once_more),
        (Connect, NotSent, once(two(WRITE)), once_more),
        (Connect, NotSent, once(WRITE), alone_write),
        (Broken, Unknown, two(READ), once_more),
        (Broken, Unknown, two(WRITE), once_more),
        (Broken, Unknown, once(two(WRITE)), Decision::Fail),
        (Broken, NotSent, once(two(WRITE)), once_more),
        (Body, Sent, once(WRITE), Decision::Fail),
        (Timeout, Unknown, two(READ), away),
        (Timeout, NotSent, two(READ), away),
        (Timeout, Unknown, two(WRITE), away),
        (Timeout, Sent, once(two(WRITE)), Decision::Fail),
        (Timeout, NotSent, once(two(WRITE)), away),
        (Exhausted, NotSent, two(READ), alone),
        (TooLarge, Sent, two(READ), Decision::Fail),
    ] {
        assert_eq!(
            first(silent(kind, sent), circumstances),
            expected,
            "{kind:?} {sent:?} {circumstances:?}"
        );
    }
}

#[test]
fn a_race_is_won_by_what_would_end_the_operation() {
    for (code, substatus, wins) in [
        (200, 0, true),
        (304, 0, true),
        (404, 0, true),
        (400, 0, true),
        (404, 1002, false),
        (429, 0, false),
        (403, 3, false),
        (503, 0, false),
    ] {
        assert_eq!(
            super::settles(answered(code, substatus)),
            wins,
            "{code}/{substatus}"
        );
    }
    let broken = silent(TransportErrorKind::Broken, RequestSentStatus::Unknown);
    assert!(!super::settles(broken));
}

#[test]
fn no_wait_outlasts_the_deadline() {
    for (left, expected) in [
        (101, here(MS(100))),
        (100, Decision::Fail),
        (0, Decision::Fail),
    ] {
        let budget = Budget {
            remaining: Some(MS(left)),
            ..BUDGET
        };
        let decision = decide(&History::default(), after(429, MS(100)), READ, &budget).decision;
        assert_eq!(decision, expected, "{left}");
    }
    let done = Budget {
        remaining: Some(MS(0)),
        ..BUDGET
    };
    let decision = decide(&History::default(), answered(200, 0), READ, &done).decision;
    assert_eq!(decision, Decision::Finish, "an answer that is there counts");
}
