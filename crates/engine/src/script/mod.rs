//! Stored procedures, triggers and user-defined functions: what users wrote in JavaScript.
//!
//! The [`runtime`] is a trait of two methods, over which everything stands; [`quickjs`] is the one
//! there is, behind the feature `script`. Scripts reach nothing but what they are handed: a
//! function gets its arguments, a procedure asks for operations one after another and is told what
//! came of them. Time, memory and stack are bounded by [`limits`], time in steps, so that a script
//! ends at the same place on every machine.

pub(crate) mod conversation;
pub(crate) mod functions;
pub(crate) mod limits;
pub(crate) mod open;
#[cfg(feature = "script")]
mod quickjs;
pub(crate) mod runtime;

#[cfg(test)]
#[cfg(feature = "script")]
mod tests;
