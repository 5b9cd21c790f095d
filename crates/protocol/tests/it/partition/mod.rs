//! Partition keys, hash points and ranges.

mod baseline;
mod conversions;
mod effective;
mod extraction;
mod feed_range;
mod header;
mod range;
mod range_map;
mod strategies;
mod tiling;
