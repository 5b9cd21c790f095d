//! Each judge on histories written by hand, good and bad, and the search for orders against trying all of them.

mod exhaustive;
mod feeds;
mod finals;
mod orders;
mod scene;
mod sessions;
