//! Spatial functions over GeoJSON, on the globe or on a plane.
//!
//! On the globe, edges are geodesics and distances are metres on the WGS 84 ellipsoid; which side of an edge a point is
//! on is decided on the sphere. The inside of a ring is to its left, so that a clockwise ring holds the rest of the globe.

mod area;
mod ellipsoid;
mod geometry;
mod plane;
mod relate;
mod rows;
mod sphere;
mod validity;

pub(crate) use geometry::{Geometry, Point};
pub use rows::Surface;
pub(super) use rows::TABLE;
pub(crate) use sphere::{Cap, ring_area};
pub(crate) use validity::check;

#[cfg(test)]
pub(crate) mod tests;
