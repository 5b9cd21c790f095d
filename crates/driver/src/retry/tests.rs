//! One test per row, and one per budget.

use std::collections::HashSet;
use std::time::Duration;

use cosmokit_protocol::status::{CosmosStatus, StatusCode};

use super::outcome::Tally;
use super::rows::{ROWS, row_of};
use super::{Budget, Circumstances, Decision, Effect, History, Outcome, RetryTarget, decide};
use crate::diagnostics::ExecutionContext::{
    OperationRetry, RegionFailover, SessionRetry, TransportRetry,
};
use crate::diagnostics::RequestSentStatus;
use crate::routing::Access;

const MS: fn(u64) -> Duration = Duration::from_millis;

const READ: Circumstances = Circumstances {
    access: Access::Read,
    regions: 1,
    multiple_write_regions: false,
    at_write_region: true,
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
    unanswered_retries: 3,
    remaining: None,
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
    }
}

#[test]
fn each_answer_meets_its_row() {
    use Effect::{CaptureSession, DropContainer, RefreshRanges};
    let table: &[(u16, u16, &str, &[Effect])] = &[
        (200, 0, "success", &[CaptureSession]),
        (201, 0, "success", &[CaptureSession]),
        (204, 0, "success", &[CaptureSession]),
        (304, 0, "not modified", &[CaptureSession]),
        (400, 0, "anything else", &[]),
        (400, 1001, "anything else", &[]),
        (400, 1024, "container recreated", &[DropContainer]),
        (401, 0, "anything else", &[]),
        (403, 3, "anything else", &[]),
        (404, 0, "not found", &[CaptureSession]),
        (404, 1002, "session behind", &[]),
        (404, 1003, "owner not found", &[DropContainer]),
        (408, 0, "anything else", &[]),
        (409, 0, "conflict", &[CaptureSession]),
        (410, 1000, "name cache stale", &[DropContainer]),
        (410, 1002, "ranges moved", &[RefreshRanges]),
        (410, 1007, "ranges moved", &[RefreshRanges]),
        (410, 1008, "ranges moved", &[RefreshRanges]),
        (410, 1022, "anything else", &[]),
        (412, 0, "precondition failed", &[CaptureSession]),
        (413, 0, "anything else", &[]),
        (429, 3200, "throttled", &[]),
        (449, 0, "retry with", &[]),
        (500, 0, "anything else", &[]),
        (503, 0, "anything else", &[]),
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

#[test]
fn everything_else_is_final() {
    let codes = [
        (400, 0),
        (400, 1024),
        (401, 0),
        (403, 3),
        (403, 1008),
        (404, 0),
        (404, 1003),
        (405, 0),
        (408, 0),
        (409, 0),
        (410, 1000),
        (410, 1002),
        (412, 0),
        (413, 0),
        (500, 0),
        (502, 0),
        (503, 0),
        (504, 0),
    ];
    for (code, substatus) in codes {
        for circumstances in [READ, WRITE] {
            assert_eq!(
                first(answered(code, substatus), circumstances),
                Decision::Fail,
                "{code}/{substatus}"
            );
        }
    }
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
        here(Duration::from_micros(12_500))
    );
    assert_eq!(first(after(449, MS(30)), WRITE), here(MS(30)));
    assert_eq!(first(after(449, MS(30_000)), WRITE), here(MS(1_000)));
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
    };
    assert_eq!(first(answered(404, 1002), satellite), moved);
    // Where there is nowhere to go, another replica may be further after a moment.
    let stay = Decision::Retry {
        after: MS(5),
        to: RetryTarget::WriteRegion,
        context: SessionRetry,
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
fn silence_is_repeated_unless_a_write_may_have_arrived() {
    use RequestSentStatus::{NotSent, Sent, Unknown};
    let two = |base| Circumstances { regions: 2, ..base };
    let away = Decision::Retry {
        after: MS(0),
        to: RetryTarget::NextRegion,
        context: RegionFailover,
    };
    let again = Decision::Retry {
        after: MS(20),
        to: RetryTarget::Here,
        context: TransportRetry,
    };
    for (sent, circumstances, expected) in [
        (NotSent, READ, again),
        (Sent, READ, again),
        (Unknown, READ, again),
        (NotSent, two(READ), away),
        (Sent, two(READ), away),
        (Unknown, two(READ), away),
        (NotSent, WRITE, again),
        (NotSent, two(WRITE), away),
        (Sent, WRITE, Decision::Fail),
        (Unknown, WRITE, Decision::Fail),
        (Sent, two(WRITE), Decision::Fail),
        (Unknown, two(WRITE), Decision::Fail),
    ] {
        assert_eq!(
            first(Outcome::Unanswered(sent), circumstances),
            expected,
            "{sent:?} {circumstances:?}"
        );
    }
}

#[test]
fn silence_ends_with_its_count() {
    for (retries, goes_on) in [(0, true), (2, true), (3, false)] {
        let history = History {
            unanswered: Tally {
                retries,
                waited: MS(0),
            },
            ..History::default()
        };
        let silent = Outcome::Unanswered(RequestSentStatus::NotSent);
        assert_eq!(
            decide(&history, silent, READ, &BUDGET).decision != Decision::Fail,
            goes_on,
            "{retries}"
        );
    }
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
