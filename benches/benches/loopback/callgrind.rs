//! Instructions of one operation, counted by callgrind where there is valgrind: two runs that differ only in how many
//! operations they do, and the difference divided by the difference.

use std::process::Command;

use crate::world::Work;

/// Operations of the shorter run; the longer does twice as many.
const OPERATIONS: usize = 1_000;

/// Instructions per operation of a client role, or `None` where valgrind is missing.
pub(crate) fn instructions_per_operation(role: &str, work: Work, port: u16) -> Option<f64> {
    let few = collected(role, work, port, OPERATIONS)?;
    let many = collected(role, work, port, 2 * OPERATIONS)?;
    let operations = f64::from(u32::try_from(OPERATIONS).ok()?);
    let difference = u32::try_from(many.checked_sub(few)? / 1_000).ok()?;
    Some(f64::from(difference) * 1_000.0 / operations)
}

fn collected(role: &str, work: Work, port: u16, operations: usize) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["work", role, &work.to_string()])
        .args([port.to_string(), operations.to_string()])
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}
