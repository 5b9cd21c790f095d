//! `cosmokit export` and `cosmokit import`, and `cosmokit serve --data` after a kill.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const ACCOUNT: &str = concat!(
    r#"{"cosmokit":1}"#,
    "\n",
    r#"{"database":{"id":"db"}}"#,
    "\n",
    r#"{"container":{"id":"c","partitionKey":{"paths":["/pk"],"version":2}}}"#,
    "\n",
    r#"{"item":{"id":"1","pk":"a","n":1.10}}"#,
    "\n",
    r#"{"item":{"id":"2","pk":"b"}}"#,
    "\n",
);

fn cosmokit(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cosmokit"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

struct Place {
    _directory: TempDir,
    data: String,
    file: String,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    Place {
        data: path("data"),
        file: path("account.ndjson"),
        _directory: directory,
    }
}

#[test]
fn an_account_goes_out_and_comes_back() {
    let (one, two) = (place(), place());
    let imported = cosmokit(&["import", "--data", &one.data], ACCOUNT);
    assert!(
        imported.status.success() && imported.stdout.is_empty(),
        "{imported:?}"
    );
    let said = text(&imported.stderr);
    assert!(
        said.contains("imported 2 items, 1 new containers, 1 new databases"),
        "{said}"
    );
    let exported = cosmokit(&["export", "--data", &one.data, &one.file], "");
    assert!(
        exported.status.success() && exported.stdout.is_empty(),
        "{exported:?}"
    );
    assert!(
        cosmokit(&["import", "--data", &two.data, &one.file], "")
            .status
            .success()
    );
    let again = cosmokit(&["export", "--data", &two.data], "");
    assert_eq!(
        text(&again.stdout),
        std::fs::read_to_string(&one.file).unwrap()
    );
    let items = cosmokit(&["export", "--data", &two.data, "--container", "db/c"], "");
    assert_eq!(
        text(&items.stdout),
        "{\"id\":\"1\",\"pk\":\"a\",\"n\":1.10}\n{\"id\":\"2\",\"pk\":\"b\"}\n"
    );
    let more = cosmokit(
        &["import", "--data", &two.data, "--container", "db/c"],
        "{\"id\":\"3\",\"pk\":\"c\"}\n",
    );
    assert!(more.status.success(), "{more:?}");
}

#[test]
fn what_goes_wrong_is_said_with_its_line() {
    let place = place();
    let nothing = Path::new(&place.data).to_str().unwrap();
    let check = |arguments: &[&str], input: &str, expected: &str| {
        let output = cosmokit(arguments, input);
        let said = text(&output.stderr);
        assert!(
            !output.status.success() && said.contains(expected),
            "{arguments:?}: {said}"
        );
    };
    check(&["export", "--data", nothing], "", "there is no account in");
    assert!(!Path::new(nothing).exists(), "an export makes nothing");
    check(
        &["import", "--data", nothing],
        "{\"cosmokit\":1}\n{\"item\":{}}\n",
        "line 2: ",
    );
    check(
        &["import", "--data", nothing, "--container", "db"],
        "",
        "DATABASE/CONTAINER",
    );
    check(
        &["import", "--data", nothing, "--container", "db/none"],
        "",
        "404",
    );
    check(
        &["import", "--data", nothing, "/no/such/file"],
        "",
        "/no/such/file",
    );
    check(
        &["export", "--data", nothing, "/no/such/directory/file"],
        "",
        "/no/such/directory/file",
    );
}
