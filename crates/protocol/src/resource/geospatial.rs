//! Geospatial data: on a sphere or on a plane, and which properties are indexed.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::UnknownProperties;
use super::wire_word::wire_word;

/// Whether coordinates of a container are degrees on a sphere or numbers on a plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GeospatialConfig {
    /// The kind of coordinates.
    #[serde(rename = "type")]
    pub geospatial_type: GeospatialType,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl GeospatialConfig {
    /// A configuration for one kind of coordinates.
    pub fn new(geospatial_type: GeospatialType) -> Self {
        Self {
            geospatial_type,
            unknown: UnknownProperties::new(),
        }
    }
}

impl Default for GeospatialConfig {
    /// Degrees on a sphere.
    fn default() -> Self {
        Self::new(GeospatialType::Geography)
    }
}

wire_word! {
    /// The kinds of coordinates.
    GeospatialType {
        /// Longitude and latitude in degrees; distances in metres. The default.
        Geography = "Geography",
        /// Points of a plane; spatial indexes then need a bounding box.
        Geometry = "Geometry",
    }
}

/// A spatial index of an indexing policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SpatialIndex {
    /// Path of the GeoJSON values, such as `/location/*`.
    pub path: String,
    /// The shapes to index.
    #[serde(default)]
    pub types: Vec<SpatialType>,
    /// The indexed part of the plane, for [`GeospatialType::Geometry`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounding_box: Option<BoundingBox>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl SpatialIndex {
    /// An index over the values at `path`, without shapes.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            types: Vec::new(),
            bounding_box: None,
            unknown: UnknownProperties::new(),
        }
    }

    /// Adds a shape.
    pub fn with_type(mut self, spatial_type: SpatialType) -> Self {
        self.types.push(spatial_type);
        self
    }

    /// Sets the indexed part of the plane.
    pub fn with_bounding_box(mut self, bounding_box: BoundingBox) -> Self {
        self.bounding_box = Some(bounding_box);
        self
    }
}

wire_word! {
    /// The shapes that a spatial index can hold.
    SpatialType {
        /// A point.
        Point = "Point",
        /// A polygon.
        Polygon = "Polygon",
        /// A line.
        LineString = "LineString",
        /// Several polygons.
        MultiPolygon = "MultiPolygon",
    }
}

/// A rectangle of the plane; numbers are kept as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BoundingBox {
    xmin: Number,
    ymin: Number,
    xmax: Number,
    ymax: Number,
}

impl BoundingBox {
    /// The rectangle between two corners; `None` when a number is not finite.
    pub fn new(min: (f64, f64), max: (f64, f64)) -> Option<Self> {
        Some(Self {
            xmin: Number::from_f64(min.0)?,
            ymin: Number::from_f64(min.1)?,
            xmax: Number::from_f64(max.0)?,
            ymax: Number::from_f64(max.1)?,
        })
    }

    /// The corner with the least coordinates, `(x, y)`.
    pub fn min(&self) -> (f64, f64) {
        (as_f64(&self.xmin), as_f64(&self.ymin))
    }

    /// The corner with the greatest coordinates, `(x, y)`.
    pub fn max(&self) -> (f64, f64) {
        (as_f64(&self.xmax), as_f64(&self.ymax))
    }
}

fn as_f64(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}
