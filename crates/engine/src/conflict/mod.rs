//! Writes of the same item in several regions: which one stands, and what becomes of the others.
//!
//! A version is *covered* by another that was written with knowledge of it. Versions of an item
//! that no other covers are in conflict. What an item shows is a function of the set of those
//! versions alone, never of the order in which they arrived: that is why regions converge.
//! [`policy`] is that function; [`contest`] keeps the set; [`feed`] the record of those that lost.

pub(crate) mod contest;
pub(crate) mod feed;
pub(crate) mod policy;
