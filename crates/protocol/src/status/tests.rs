//! The table as a whole, and lookups that retry rules depend on.

use std::collections::HashSet;

use super::*;

fn status(number: u16, code: u16) -> CosmosStatus {
    CosmosStatus::new(StatusCode::from_u16(number).unwrap()).with_sub_status(code)
}

fn bare(number: u16) -> CosmosStatus {
    CosmosStatus::new(StatusCode::from_u16(number).unwrap())
}

#[test]
fn every_pair_has_one_row() {
    let pairs: HashSet<_> = table().iter().map(|row| row.status).collect();
    assert_eq!(pairs.len(), table().len());
    assert!(table().len() > 150);
}

#[test]
fn every_name_belongs_to_one_pair() {
    let names: HashSet<_> = table().iter().map(|row| row.name).collect();
    assert_eq!(names.len(), table().len());
}

#[test]
fn every_row_is_found_by_its_pair_and_by_its_name() {
    for row in table() {
        assert_eq!(row.status.row(), Some(row));
        assert_eq!(row.status.name(), Some(row.name));
        assert!(row.name.chars().all(|c| c.is_ascii_alphanumeric()));
        assert!(row.meaning.ends_with('.'), "{}", row.meaning);
    }
}

#[test]
fn clients_use_their_own_numbers() {
    for row in table() {
        let code = row.status.sub_status().map_or(0, SubStatusCode::value);
        match row.emitter {
            Emitter::Client => assert!(code >= 10_000, "{:?}", row.status),
            // 21xxx are made up by the gateway's client part; 65535 is a script error.
            Emitter::Service => assert!(
                code < 10_000 || (21_000..22_000).contains(&code) || code == 65_535,
                "{:?}",
                row.status
            ),
        }
    }
}

/// The rule table of protocol.md §21 and yardstick.md 3.1, restated by hand.
#[test]
fn each_answer_has_its_action() {
    use ClientAction as Action;
    fn check(given: CosmosStatus, expected: ClientAction) {
        assert_eq!(given.client_action(), expected, "{given}");
    }
    check(bare(200), Action::Finish);
    check(bare(201), Action::Finish);
    check(bare(304), Action::Finish);
    for final_answer in [400, 401, 403, 404, 405, 409, 412, 413, 423, 424, 501] {
        check(bare(final_answer), Action::Surface);
    }
    check(status(400, 1001), Action::Surface);
    check(status(400, 1004), Action::PlanQuery);
    check(status(400, 1024), Action::RefreshContainer);
    check(status(403, 3), Action::RefreshAccount);
    check(status(403, 1008), Action::RefreshAccount);
    check(status(403, 5301), Action::Surface);
    check(status(404, 0), Action::Surface);
    check(status(404, 1002), Action::RetryOtherRegion);
    check(status(404, 1003), Action::Surface);
    check(bare(408), Action::RetryOtherRegion);
    check(status(410, 1000), Action::RefreshContainer);
    for topology in [1002, 1007, 1008] {
        check(status(410, topology), Action::RefreshRanges);
        assert!(status(410, topology).is_partition_topology_change());
    }
    check(status(410, 1022), Action::RetryOtherRegion);
    assert!(!status(410, 1022).is_partition_topology_change());
    check(status(412, 1110), Action::Surface);
    check(bare(429), Action::RetryWithBackoff);
    check(status(429, 3200), Action::RetryWithBackoff);
    check(status(429, 3092), Action::RetryOtherRegion);
    check(bare(449), Action::RetryHere);
    for outage in [500, 502, 503, 504] {
        check(bare(outage), Action::RetryOtherRegion);
    }
    check(status(500, 3003), Action::Surface);
    check(status(408, 20_008), Action::Surface);
    check(status(503, 20_010), Action::RetryOtherRegion);
    check(status(503, 20_310), Action::Surface);
}

#[test]
fn what_has_no_row_follows_its_status_or_class() {
    use ClientAction as Action;
    assert_eq!(status(429, 3_999).client_action(), Action::RetryWithBackoff);
    assert_eq!(status(400, 4_711).client_action(), Action::Surface);
    assert_eq!(bare(418).client_action(), Action::Surface);
    assert_eq!(bare(599).client_action(), Action::RetryOtherRegion);
    assert_eq!(bare(302).client_action(), Action::Finish);
    assert_eq!(status(404, 4_711).name(), None);
    assert_eq!(bare(418).row(), None);
}

#[test]
fn one_number_has_a_name_per_status() {
    fn check(given: CosmosStatus, name: &str, text: &str) {
        assert_eq!(given.name(), Some(name));
        assert_eq!(given.to_string(), text);
    }
    check(
        status(404, 1002),
        "ReadSessionNotAvailable",
        "404/1002 (ReadSessionNotAvailable)",
    );
    check(
        status(410, 1002),
        "PartitionKeyRangeGone",
        "410/1002 (PartitionKeyRangeGone)",
    );
    check(
        status(403, 1008),
        "DatabaseAccountNotFound",
        "403/1008 (DatabaseAccountNotFound)",
    );
    check(status(404, 0), "NotFound", "404/0 (NotFound)");
    check(bare(404), "NotFound", "404");
    assert_eq!(status(404, 4_711).to_string(), "404/4711");
    assert_eq!(bare(200).to_string(), "200");
    assert_eq!(format!("{:?}", bare(200)), "CosmosStatus(200)");
}

#[test]
fn a_bare_number_is_named_when_all_agree() {
    let name = |code| SubStatusCode::new(code).name(None);
    assert_eq!(name(3200), Some("RUBudgetExceeded"));
    assert_eq!(name(3), Some("WriteForbidden"));
    assert_eq!(name(1002), None);
    assert_eq!(name(0), None);
    assert_eq!(name(4_711), None);
    // A known number under a status it has no row for keeps its one name.
    let elsewhere = SubStatusCode::new(3200).name(Some(StatusCode::IM_A_TEAPOT));
    assert_eq!(elsewhere, Some("RUBudgetExceeded"));
    assert_eq!(SubStatusCode::new(3).name(Some(StatusCode::GONE)), None);
    assert_eq!(
        SubStatusCode::new(3200).to_string(),
        "RUBudgetExceeded (3200)"
    );
    assert_eq!(SubStatusCode::new(1002).to_string(), "1002");
}

#[test]
fn substatus_headers_are_read() {
    let check = |text: &str, expected: Option<u16>| {
        let read = SubStatusCode::from_header_value(text);
        assert_eq!(read.map(u16::from), expected, "{text:?}");
    };
    check("1002", Some(1002));
    check(" 0 ", Some(0));
    check("65535", Some(65_535));
    for bad in ["", "65536", "-1", "1002;", "x"] {
        check(bad, None);
    }
}

#[test]
fn predicates_ask_status_and_substatus() {
    type Predicate = fn(CosmosStatus) -> bool;
    fn check(holds: Predicate, yes: &[CosmosStatus], no: &[CosmosStatus]) {
        for &given in yes {
            assert!(holds(given), "{given}");
        }
        for &given in no {
            assert!(!holds(given), "{given}");
        }
    }
    let by_status: [(Predicate, u16); 11] = [
        (CosmosStatus::is_throttled, 429),
        (CosmosStatus::is_retry_with, 449),
        (CosmosStatus::is_gone, 410),
        (CosmosStatus::is_conflict, 409),
        (CosmosStatus::is_precondition_failed, 412),
        (CosmosStatus::is_timeout, 408),
        (CosmosStatus::is_bad_request, 400),
        (CosmosStatus::is_unauthorized, 401),
        (CosmosStatus::is_forbidden, 403),
        (CosmosStatus::is_service_unavailable, 503),
        (CosmosStatus::is_not_found, 404),
    ];
    for (predicate, number) in by_status {
        check(predicate, &[bare(number)], &[bare(200), bare(418)]);
    }
    check(
        CosmosStatus::is_success,
        &[bare(200), bare(204), bare(304)],
        &[bare(302), bare(400)],
    );
    check(
        CosmosStatus::is_not_found,
        &[status(404, 0)],
        &[status(404, 1002), status(404, 1003)],
    );
    check(
        CosmosStatus::is_transient,
        &[bare(408), bare(429), bare(449), bare(503)],
        &[bare(410), bare(500)],
    );
    check(
        CosmosStatus::is_write_forbidden,
        &[status(403, 3)],
        &[bare(403), status(404, 3)],
    );
    check(
        CosmosStatus::is_database_account_not_found,
        &[status(403, 1008)],
        &[status(410, 1008)],
    );
    check(
        CosmosStatus::is_read_session_not_available,
        &[status(404, 1002)],
        &[status(410, 1002), bare(404)],
    );
    check(
        CosmosStatus::is_partition_key_range_gone,
        &[status(410, 1002)],
        &[status(404, 1002), bare(410)],
    );
    check(
        CosmosStatus::is_transport_generated_503,
        &[status(503, 20_003)],
        &[bare(503)],
    );
}

#[test]
fn constants_are_their_pairs() {
    assert_eq!(codes::READ_SESSION_NOT_AVAILABLE, status(404, 1002));
    assert_eq!(codes::NOT_FOUND, bare(404));
    assert_eq!(codes::RETRY_WITH, bare(449));
    assert_eq!(codes::substatus::COMPLETING_SPLIT.value(), 1007);
    assert_eq!(codes::substatus::SCRIPT_COMPILE_ERROR.value(), 0xFFFF);
}

#[test]
fn comparisons_with_a_plain_status_ignore_the_substatus() {
    let lagging = status(404, 1002);
    assert_eq!(lagging, StatusCode::NOT_FOUND);
    assert_eq!(StatusCode::NOT_FOUND, lagging);
    assert_eq!(lagging, 404);
    assert_ne!(lagging, bare(404));
    assert_eq!(StatusCode::from(lagging), StatusCode::NOT_FOUND);
    assert_eq!(u16::from(lagging), 404);
    let json = serde_json::to_string(&lagging).unwrap();
    assert_eq!(json, "\"404/1002 (ReadSessionNotAvailable)\"");
}
