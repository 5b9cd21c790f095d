//! What stands on the wire around a body: headers, authorization, names of regions and levels.

pub mod binary_json;
pub mod charge;
pub mod connection_string;
pub mod consistency;
pub mod fault;
pub mod header;
pub mod priority;
pub mod region;
pub mod signing;
