//! Writes that may have been applied.

use super::world::*;

fn found(text: &'static str) -> Reply {
    answer(200).with("etag", "\"e2\"").body(text)
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_was_lost_is_known_by_what_is_there() {
    let (fake, driver) = world(false).await;
    fake.script([
        lost(),
        answer(409),
        found(r#"{"n":1,"pk":"pk","id":"1","_ts":7}"#),
    ]);
    let response = run(&driver, create()).await.unwrap();
    assert_eq!(response.status().status_code(), 201);
    assert_eq!(response.headers().as_map()["etag"], "\"e2\"");
    assert!(response.body().is_empty());
    assert_eq!(
        contexts(&response).pop().unwrap(),
        ExecutionContext::ReadBack
    );
    assert!(fake.items_seen()[2].path.ends_with("/docs/1"));
}

#[tokio::test(start_paused = true)]
async fn what_another_has_written_stays_a_conflict_in_doubt() {
    let (fake, driver) = world(false).await;
    fake.script([lost(), answer(409), found(r#"{"id":"1","pk":"pk","n":2}"#)]);
    let error = run(&driver, create()).await.unwrap_err();
    assert!(error.status().is_conflict() && error.may_have_been_applied());
    assert!(error.diagnostics().unwrap().may_have_been_applied());
    // Without doubt nothing is read, and the conflict is one.
    fake.script([answer(409)]);
    let error = run(&driver, create()).await.unwrap_err();
    assert!(error.status().is_conflict() && !error.may_have_been_applied());
    assert_eq!(fake.items_seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_delete_whose_answer_was_lost_has_succeeded_when_nothing_is_left() {
    let (fake, driver) = world(false).await;
    fake.script([lost(), answer(404), answer(404)]);
    let response = run(&driver, CosmosOperation::delete_item(item()))
        .await
        .unwrap();
    assert_eq!(response.status().status_code(), 204);
    fake.script([answer(404)]);
    let error = run(&driver, CosmosOperation::delete_item(item()))
        .await
        .unwrap_err();
    assert!(error.status().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_replace_under_a_condition_is_known_by_what_is_there() {
    let (fake, driver) = world(false).await;
    let replace = || {
        CosmosOperation::replace_item(item())
            .with_body(DOCUMENT)
            .with_precondition(Precondition::if_match("\"e1\""))
    };
    fake.script([answer(503), answer(412), found(DOCUMENT)]);
    let options = plain().with_content_response_on_write(ContentResponseOnWrite::Enabled);
    let response = driver.execute_operation(replace(), &options).await.unwrap();
    assert_eq!(response.status().status_code(), 200);
    assert_eq!(response.body().as_bytes(), DOCUMENT);
    fake.script([answer(503), answer(412), found(r#"{"id":"1","n":9}"#)]);
    let error = run(&driver, replace()).await.unwrap_err();
    assert!(error.status().is_precondition_failed() && error.may_have_been_applied());
    fake.script([answer(412)]);
    let error = run(&driver, replace()).await.unwrap_err();
    assert!(!error.may_have_been_applied());
}

#[tokio::test(start_paused = true)]
async fn the_policy_decides_what_is_sent_again() {
    let patch = || {
        let body = r#"{"operations":[{"op":"incr","path":"/n","value":1}]}"#;
        CosmosOperation::patch_item(item()).with_body(body)
    };
    let conditional = || patch().with_precondition(Precondition::if_match("\"e1\""));
    for (policy, operation, again) in [
        (WriteRetryPolicy::Never, create(), false),
        (WriteRetryPolicy::IfIdempotent, create(), true),
        (
            WriteRetryPolicy::IfIdempotent,
            CosmosOperation::delete_item(item()),
            true,
        ),
        (WriteRetryPolicy::IfIdempotent, patch(), false),
        (WriteRetryPolicy::IfIdempotent, conditional(), true),
        (WriteRetryPolicy::Always, patch(), true),
    ] {
        let (fake, driver) = world(false).await;
        let name = operation.name();
        fake.script([lost(), answer(200)]);
        let options = plain().with_write_retry_policy(policy);
        let outcome = driver.execute_operation(operation, &options).await;
        assert_eq!(outcome.is_ok(), again, "{policy:?} {name}");
        assert_eq!(fake.items_seen().len(), 1 + usize::from(again));
        if let Err(error) = outcome {
            assert!(error.may_have_been_applied(), "{policy:?} {name}");
        }
    }
}
