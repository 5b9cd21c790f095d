//! What a script may use up.

use crate::request::Effort;

/// Memory of one runtime in bytes.
pub(crate) const MEMORY_BYTES: usize = 64 * 1024 * 1024;
/// Stack of one runtime in bytes: a part of what threads of servers have.
pub(crate) const STACK_BYTES: usize = 512 * 1024;
/// Most bytes of what a stored procedure answers.
pub(crate) const ANSWER_BYTES: usize = 4 * 1024 * 1024;
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

/// Operations on items that the scripts of one request may ask for, and that they may under a
/// little effort.
pub(crate) const MOST_OPERATIONS: usize = 3_000;
/// See [`MOST_OPERATIONS`].
pub(crate) const FEW_OPERATIONS: usize = 50;
/// Scripts are told to ask for nothing more when less than this part of their steps is left.
pub(crate) const LAST_PART: u64 = 5;
