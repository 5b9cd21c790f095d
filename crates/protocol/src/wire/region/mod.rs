//! Azure regions: names, places, and who is near whom.
//!
//! One table, [`REGIONS`], has a row per region; the constants on [`Region`] are made from the
//! same rows. Nearness is computed from coordinates, not from a table of pairs, so a new region
//! is one new row.

mod name;
mod proximity;
mod table;

#[cfg(test)]
mod tests;

pub use name::Region;
pub use proximity::{distance_km, proximity_order, sort_by_proximity};
pub use table::{Coordinates, REGIONS, RegionRow};
