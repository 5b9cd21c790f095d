//! `cosmokit query`: every page in a process of its own, which knows nothing but the token of the one before.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// One query for every way in which partitions are merged, and whether its rows have an order.
const CLASSES: [(&str, bool); 13] = [
    ("SELECT * FROM c", false),
    ("SELECT VALUE t FROM c JOIN t IN c.tags", false),
    ("SELECT c.n, c.id FROM c ORDER BY c.n DESC", true),
    ("SELECT VALUE c.n FROM c ORDER BY c.mixed, c.n", true),
    ("SELECT TOP 11 VALUE c.n FROM c ORDER BY c.n", true),
    (
        "SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 3 LIMIT 9",
        true,
    ),
    ("SELECT DISTINCT VALUE c.n % 5 FROM c", false),
    ("SELECT DISTINCT c.mixed FROM c ORDER BY c.mixed", true),
    ("SELECT VALUE SUM(c.n) FROM c", true),
    ("SELECT COUNT(1) AS many, AVG(c.n) AS middle FROM c", true),
    (
        "SELECT c.n % 4 AS k, COUNT(1) AS many, MAX(c.n) AS most FROM c GROUP BY c.n % 4",
        false,
    ),
    (
        "SELECT TOP 9 c.n FROM c ORDER BY VectorDistance(c.vector, [1, 0])",
        true,
    ),
    (
        "SELECT TOP 9 c.n FROM c ORDER BY RANK FullTextScore(c.text, 'blue')",
        true,
    ),
];

/// A `cosmokit serve` with a container of four partitions, killed when the test ends.
struct Served {
    child: Child,
    endpoint: String,
    directory: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn item(n: u32) -> Value {
    let mixed = [json!(n % 3), json!("text"), Value::Null, json!([n % 2])];
    let words = ["blue", "blue sky", "red", "blue blue sea", "green"];
    json!({
        "id": format!("i{n}"), "pk": format!("key {}", n % 13), "n": n, "mixed": mixed[n as usize % 4],
        "tags": (0..n % 3).collect::<Vec<_>>(), "vector": [f64::from(n) / 40.0, 1.0], "text": words[n as usize % 5],
    })
}

fn serve() -> Served {
    let directory = tempfile::tempdir().unwrap();
    let items: Vec<String> = (0..40).map(|n| item(n).to_string()).collect();
    std::fs::write(directory.path().join("items.ndjson"), items.join("\n")).unwrap();
    let composite = r#"compositeIndexes = [[{ path = "/mixed" }, { path = "/n" }]]"#;
    let file = format!(
        r#"
        [[accounts]]
        partitions = 4
        [[accounts.databases]]
        id = "db"
        [[accounts.databases.containers]]
        id = "c"
        partition_key = ["/pk"]
        items_file = "items.ndjson"
        [accounts.databases.containers.definition]
        indexingPolicy = {{ indexingMode = "consistent", includedPaths = [{{ path = "/*" }}], {composite} }}
        vectorEmbeddingPolicy = {{ vectorEmbeddings = [{{ path = "/vector", dataType = "float32", distanceFunction = "cosine", dimensions = 2 }}] }}
        fullTextPolicy = {{ defaultLanguage = "en-US", fullTextPaths = [{{ path = "/text", language = "en-US" }}] }}
        "#
    );
    let path = directory.path().join("serve.toml");
    std::fs::write(&path, file).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_cosmokit"))
        .args(["serve", "--port", "0", "--config"])
        .arg(&path)
        .arg("--cache-dir")
        .arg(directory.path())
        .env_remove("COSMOKIT_KEY")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    Served {
        child,
        endpoint: ready["endpoint"].as_str().unwrap().to_owned(),
        directory,
    }
}

/// Rows and the token behind them, of one run of the command.
fn query(served: &Served, text: &str, further: &[&str]) -> (Vec<String>, Option<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_cosmokit"))
        .args([
            "query",
            text,
            "-d",
            "db",
            "-c",
            "c",
            "--format",
            "ndjson",
            "--endpoint",
            &served.endpoint,
        ])
        .args(further)
        .current_dir(served.directory.path())
        .env_remove("COSMOS_KEY")
        .env_remove("COSMOS_CONNECTION_STRING")
        .output()
        .unwrap();
    let (rows, told) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(output.status.success(), "{text} {further:?}: {told}");
    let token = told
        .lines()
        .find_map(|line| line.strip_prefix("continuation: "));
    (
        rows.lines().map(str::to_owned).collect(),
        token.map(str::to_owned),
    )
}

#[test]
fn every_page_can_be_read_by_another_process() {
    let served = serve();
    for (text, ordered) in CLASSES {
        let (mut whole, _) = query(&served, text, &[]);
        assert!(!whole.is_empty(), "{text}");
        let (mut rows, mut token) = query(&served, text, &["--page-size", "4", "--pages", "2"]);
        let mut processes = 1;
        while let Some(behind) = token {
            let (further, next) = query(
                &served,
                text,
                &[
                    "--page-size",
                    "4",
                    "--pages",
                    "2",
                    "--continuation",
                    &behind,
                ],
            );
            rows.extend(further);
            token = next;
            processes += 1;
        }
        assert!(processes > whole.len() / 8, "{text}: {processes} processes");
        if !ordered {
            whole.sort_unstable();
            rows.sort_unstable();
        }
        assert_eq!(rows, whole, "{text}");
    }
}

#[test]
fn a_token_of_another_query_is_refused() {
    let served = serve();
    let (_, token) = query(
        &served,
        "SELECT * FROM c",
        &["--page-size", "4", "--pages", "1"],
    );
    let output = Command::new(env!("CARGO_BIN_EXE_cosmokit"))
        .args([
            "query",
            "SELECT * FROM c WHERE c.n > 1",
            "-d",
            "db",
            "-c",
            "c",
            "--endpoint",
            &served.endpoint,
        ])
        .args(["--continuation", &token.unwrap()])
        .output()
        .unwrap();
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("token"),
        "{output:?}"
    );
}
