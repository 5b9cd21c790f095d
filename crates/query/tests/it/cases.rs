//! Reads the case files, and runs one check over all cases of a suite.

use std::path::PathBuf;

use serde_json::Value as Json;

use crate::exceptions;

/// One line of a case file.
pub(crate) struct Case {
    /// The suite, as in the file's name.
    pub(crate) suite: String,
    /// The name; unique together with the suite and the number.
    pub(crate) name: String,
    /// Position in the file, from zero.
    pub(crate) number: usize,
    /// How far the expectation can be trusted.
    pub(crate) trust: String,
    /// Everything.
    pub(crate) json: Json,
    /// The line, for what must keep its order of members.
    pub(crate) line: String,
}

impl Case {
    /// The query text, however the suite calls it.
    pub(crate) fn query(&self) -> &str {
        self.json["query"]
            .as_str()
            .or(self.json["text"].as_str())
            .or(self.json["token"].as_str())
            .or(self.json["valueText"].as_str())
            .or(self.json["partitionKey"].as_str())
            .or(self.json["left"].as_str())
            .expect("every case has a text")
    }

    /// The case with one member changed.
    pub(crate) fn clone_with(&self, member: &str, value: Json) -> Self {
        let mut json = self.json.clone();
        json[member] = value;
        Self {
            suite: self.suite.clone(),
            name: self.name.clone(),
            number: self.number,
            trust: self.trust.clone(),
            json,
            line: self.line.clone(),
        }
    }

    /// How the case is called in `known_exceptions.txt`.
    pub(crate) fn key(&self) -> String {
        format!("{}#{}", self.suite, self.number)
    }
}

pub(crate) fn data_path(relative: &str) -> PathBuf {
    // The tests of the client read this file, too.
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../query/tests/data")
        .join(relative)
}

/// All cases of a file below `tests/data`.
pub(crate) fn load(file: &str) -> Vec<Case> {
    let text =
        std::fs::read_to_string(data_path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(|(number, line)| {
            let json: Json = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{file}:{number}: {error}"));
            let field = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
            Case {
                suite: field("suite"),
                name: field("name"),
                trust: field("trust"),
                number,
                json,
                line: line.to_owned(),
            }
        })
        .collect()
}

/// Runs a check over every case of a file and compares the failures with the known exceptions, both ways.
pub(crate) fn run(file: &str, check: impl Fn(&Case) -> Result<(), String>) {
    let known = exceptions::load();
    let cases = load(file);
    let mut passed = 0;
    let mut problems = Vec::new();
    for case in &cases {
        match (check(case), known.get(&case.key())) {
            (Ok(()), None) => passed += 1,
            (Err(_), Some(_)) if case.trust != "A" => {}
            (Err(problem), _) => {
                problems.push(format!(
                    "{} [{}] {}\n  {}\n  {problem}",
                    case.key(),
                    case.trust,
                    case.name,
                    case.query()
                ));
            }
            (Ok(()), Some(reason)) => {
                problems.push(format!(
                    "{} is listed as an exception but passes: {reason}",
                    case.key()
                ));
            }
        }
    }
    println!(
        "{file}: {passed} of {} pass, {} known exceptions",
        cases.len(),
        cases.len() - passed - problems.len()
    );
    assert!(
        problems.is_empty(),
        "{} of {} cases of {file} fail:\n{}",
        problems.len(),
        cases.len(),
        problems.join("\n")
    );
}
