//! Resource ids, links and request paths.

mod link;
mod path;
mod rid;
