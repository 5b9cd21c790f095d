//! The rules of the house, checked: who may depend on whom, how long a file may be, what a name may be.
//! They are stated in `ARCHITECTURE.md`; this test keeps the statement true.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate and the crates of this workspace that its library may use.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("cosmokit-protocol", &[]),
    ("cosmokit-query", &["cosmokit-protocol"]),
    ("cosmokit-driver", &["cosmokit-query", "cosmokit-protocol"]),
    ("cosmokit", &["cosmokit-driver", "cosmokit-protocol"]),
    (
        "cosmokit-session",
        &["cosmokit", "cosmokit-driver", "cosmokit-protocol"],
    ),
    ("cosmokit-engine", &["cosmokit-query", "cosmokit-protocol"]),
    (
        "cosmokit-server",
        &["cosmokit-engine", "cosmokit-query", "cosmokit-protocol"],
    ),
    (
        "cosmokit-cli",
        &[
            "cosmokit",
            "cosmokit-driver",
            "cosmokit-session",
            "cosmokit-server",
            "cosmokit-engine",
            "cosmokit-query",
            "cosmokit-protocol",
        ],
    ),
    (
        "cosmokit-testkit",
        &[
            "cosmokit",
            "cosmokit-driver",
            "cosmokit-session",
            "cosmokit-server",
            "cosmokit-engine",
            "cosmokit-query",
            "cosmokit-protocol",
        ],
    ),
];

/// Lines at which a source file must be split by responsibility.
const FILE_LINES_LIMIT: usize = 700;

/// Lines at which a `mod.rs` is more than docs and re-exports.
const MOD_LINES_LIMIT: usize = 80;

/// Words that say nothing about what a file does.
const EMPTY_WORDS: &[&str] = &["util", "helper", "common", "misc", "manager"];

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("the crate lies two folders below the root")
        .to_path_buf()
}

/// Every Rust source of the workspace, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["crates", "benches", "examples", "fuzz", "conformance"]
        .iter()
        .map(|name| root().join(name))
        .collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is UTF-8");
                found.push((path, text));
            }
        }
    }
    assert!(
        found.len() > 20,
        "the walk must find the workspace's sources"
    );
    found
}

fn in_crates(path: &Path) -> bool {
    path.strip_prefix(root())
        .is_ok_and(|path| path.starts_with("crates"))
}

#[test]
fn dependencies_point_down_only() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs the tests, so it is there");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let allowed: BTreeMap<&str, &[&str]> = MAY_DEPEND_ON.iter().copied().collect();
    let packages = metadata["packages"].as_array().expect("packages");
    let ours = |name: &str| name == "cosmokit" || name.starts_with("cosmokit-");
    let mut checked = 0;
    for package in packages {
        let name = package["name"].as_str().expect("name");
        if [
            "cosmokit-benches",
            "cosmokit-query-bench",
            "cosmokit-examples",
        ]
        .contains(&name)
        {
            continue; // programs at the edge: they may use every crate, and nobody can depend on them
        }
        let allowed = allowed
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no row in MAY_DEPEND_ON"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let target = dependency["name"].as_str().expect("name");
            let for_tests = dependency["kind"] == "dev";
            if ours(target) && !for_tests {
                assert!(
                    allowed.contains(&target),
                    "{name} must not depend on {target}"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 5, "the workspace has more edges than {checked}");
}

#[test]
fn files_stay_short() {
    let mut long = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        let is_mod = path.file_name().is_some_and(|name| name == "mod.rs");
        let limit = if is_mod && in_crates(&path) {
            MOD_LINES_LIMIT
        } else {
            FILE_LINES_LIMIT
        };
        if lines > limit {
            long.push(format!(
                "{} has {lines} lines, limit {limit}",
                path.display()
            ));
        }
    }
    assert!(
        long.is_empty(),
        "split by responsibility:\n{}",
        long.join("\n")
    );
}

#[test]
fn files_say_what_they_do() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!") && !text.starts_with("#![no_main]"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(
        silent.is_empty(),
        "start with `//!`:\n{}",
        silent.join("\n")
    );
}

#[test]
fn names_say_something() {
    let empty: Vec<String> = sources()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            stem.split('_')
                .any(|word| EMPTY_WORDS.contains(&word.trim_end_matches('s')))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(empty.is_empty(), "name what it does:\n{}", empty.join("\n"));
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for entry in fs::read_dir(root().join("crates"))
        .expect("crates")
        .flatten()
    {
        let manifest = entry.path().join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a crate has a manifest");
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{} must say [lints] workspace = true",
            manifest.display()
        );
    }
}
