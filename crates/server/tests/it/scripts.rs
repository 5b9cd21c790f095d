//! Stored procedures, triggers and user-defined functions over the wire.

use serde_json::json;

use crate::call::{call, create_container, key, signed};
use crate::scene::gateway;

#[tokio::test]
async fn a_stored_procedure_is_executed_by_a_post_to_it() {
    let gateway = gateway();
    create_container(&gateway).await;
    let body = "function (id) { console.log('creating\\n' + id); __.createDocument(__.getSelfLink(), \
        { id: id, pk: 'k' }, function (err, doc) { if (err) throw new Error(err.number, 'no'); __.response.setBody(doc.id); }); }";
    let document = json!({"id": "p", "body": body}).to_string();
    call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/sprocs", &[], document),
    )
    .await
    .expect(201);
    let partition = key("k");
    let headers = [
        ("x-ms-documentdb-partitionkey", partition.as_str()),
        ("x-ms-documentdb-script-enable-logging", "True"),
    ];
    let path = "/dbs/d/colls/c/sprocs/p/";
    let done = call(&gateway, signed("POST", path, &headers, r#"["a"]"#))
        .await
        .expect(200);
    assert_eq!(done.json(), "a");
    assert_eq!(
        done.header("x-ms-documentdb-script-log-results"),
        "creating%0Aa%0A"
    );
    assert!(
        done.header("x-ms-session-token").starts_with("0:"),
        "{:?}",
        done.headers
    );
    let charge: f64 = done.header("x-ms-request-charge").parse().unwrap();
    assert!(charge > 5.0, "{charge}");
    let failed = call(&gateway, signed("POST", path, &headers, r#"["a"]"#))
        .await
        .expect(400);
    assert_eq!(failed.header("x-ms-substatus"), "409");
    assert!(
        failed.json()["message"]
            .to_string()
            .contains("Encountered exception")
    );
    call(&gateway, signed("POST", path, &[], "[]"))
        .await
        .expect(400);
    call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/sprocs/none", &headers, ""),
    )
    .await
    .expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_does_not_end_keeps_nobody_else_waiting_for_ever() {
    let gateway = gateway();
    create_container(&gateway).await;
    for (feed, body) in [
        ("sprocs", "function () { for (;;) {} }"),
        ("udfs", "function () { for (;;) {} }"),
    ] {
        let document = json!({"id": "endless", "body": body}).to_string();
        let path = format!("/dbs/d/colls/c/{feed}");
        call(&gateway, signed("POST", &path, &[], document))
            .await
            .expect(201);
    }
    let partition = key("k");
    let headers = [("x-ms-documentdb-partitionkey", partition.as_str())];
    let procedure = call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/sprocs/endless", &headers, ""),
    );
    let create = call(
        &gateway,
        signed(
            "POST",
            "/dbs/d/colls/c/docs",
            &headers,
            r#"{"id":"a","pk":"k"}"#,
        ),
    );
    let (procedure, create) = tokio::join!(procedure, create);
    procedure.expect(408);
    create.expect(201);
    let query = [headers[0], ("content-type", "application/query+json")];
    let text = json!({"query": "SELECT VALUE udf.endless() FROM c"}).to_string();
    call(
        &gateway,
        signed("POST", "/dbs/d/colls/c/docs", &query, text),
    )
    .await
    .expect(408);
}

#[tokio::test]
async fn triggers_run_when_headers_name_them() {
    let gateway = gateway();
    create_container(&gateway).await;
    for (id, mark) in [("one", 1), ("two", 2)] {
        let body = format!(
            "function () {{ var r = getContext().getRequest(), d = r.getBody(); (d.marks = d.marks || []).push({mark}); r.setBody(d); }}"
        );
        let trigger =
            json!({"id": id, "body": body, "triggerType": "pre", "triggerOperation": "all"});
        call(
            &gateway,
            signed("POST", "/dbs/d/colls/c/triggers", &[], trigger.to_string()),
        )
        .await
        .expect(201);
    }
    let partition = key("k");
    let check = async |include: &str, exclude: &str, marks: serde_json::Value| {
        let headers = [
            ("x-ms-documentdb-partitionkey", partition.as_str()),
            ("x-ms-documentdb-is-upsert", "true"),
            ("x-ms-documentdb-pre-trigger-include", include),
            ("x-ms-documentdb-pre-trigger-exclude", exclude),
        ];
        let request = signed(
            "POST",
            "/dbs/d/colls/c/docs",
            &headers,
            r#"{"id":"a","pk":"k"}"#,
        );
        let stored = call(&gateway, request).await;
        assert!(stored.status.is_success(), "{stored:?}");
        assert_eq!(stored.json()["marks"], marks, "{include}");
    };
    check("one", "", json!([1])).await;
    check("two, one", "", json!([2, 1])).await;
    check("one,two", "one", json!([2])).await;
    check("", "", json!(null)).await;
}
