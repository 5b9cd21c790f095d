//! Instructions of one read, counted by callgrind where there is valgrind: two runs that differ only in how many reads
//! they do, and the difference divided by the difference.

use std::process::Command;

/// Reads of the shorter run; the longer does twice as many.
const READS: usize = 1_000;

/// Instructions per read of a client role, or `None` where valgrind is missing.
pub(crate) fn instructions_per_read(role: &str, port: u16) -> Option<f64> {
    let few = collected(role, port, READS)?;
    let many = collected(role, port, 2 * READS)?;
    let reads = f64::from(u32::try_from(READS).ok()?);
    let difference = u32::try_from(many.checked_sub(few)? / 1_000).ok()?;
    Some(f64::from(difference) * 1_000.0 / reads)
}

fn collected(role: &str, port: u16, reads: usize) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["read", role, &port.to_string(), &reads.to_string()])
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}
