//! What a script may use up.

use crate::request::Effort;

/// Memory of one runtime in bytes.
pub(crate) const MEMORY_BYTES: usize = 64 * 1024 * 1024;
/// Stack of one runtime in bytes: a part of what threads of servers have.
pub(crate) const STACK_BYTES: usize = 512 * 1024;
/// Steps between two looks at the budget; the engine's own number.
pub(crate) const STEPS_PER_LOOK: u64 = 10_000;

/// Steps that the scripts of one request may take: calls of functions and turns of loops, and one
/// for every few bytes or elements that built-in functions look at.
pub(crate) fn steps(effort: Effort) -> u64 {
    match effort {
        // A second or two.
        Effort::Whole => 20_000_000,
        // A few milliseconds.
        Effort::Little => 200_000,
    }
}
