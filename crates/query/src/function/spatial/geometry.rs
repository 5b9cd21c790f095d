//! GeoJSON geometries as points, lines and polygons.

/// A position: longitude and latitude in degrees, or x and y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A polygon: the outer ring first, then its holes. Rings are closed: the last point repeats the first.
pub(crate) type Polygon = Vec<Vec<Point>>;

/// Any geometry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Geometry {
    pub(crate) points: Vec<Point>,
    pub(crate) lines: Vec<Vec<Point>>,
    pub(crate) polygons: Vec<Polygon>,
}

/// A piece between two points.
pub(crate) type Edge = (Point, Point);

impl Geometry {
    /// How many positions there are.
    pub(super) fn points(&self) -> usize {
        let lines = self.lines.iter().map(Vec::len).sum::<usize>();
        let rings = self.polygons.iter().flatten().map(Vec::len).sum::<usize>();
        self.points.len() + lines + rings
    }

    /// All edges of lines and rings.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Edge> {
        self.lines
            .iter()
            .chain(self.polygons.iter().flatten())
            .flat_map(|path| edges(path))
    }

    /// One position of every part: a lone point, the start of a line, the start of a polygon.
    pub(crate) fn vertices(&self) -> impl Iterator<Item = Point> + Clone {
        let paths = self.lines.iter().chain(self.polygons.iter().flatten());
        self.points
            .iter()
            .copied()
            .chain(paths.flat_map(|path| path.iter().copied()))
    }
}

/// The edges of a path.
pub(super) fn edges(path: &[Point]) -> impl Iterator<Item = Edge> {
    path.iter().copied().zip(path.iter().copied().skip(1))
}
