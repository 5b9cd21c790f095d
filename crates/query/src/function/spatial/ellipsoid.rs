//! The WGS 84 ellipsoid: distances along geodesics, and the sphere of equal area.

use super::geometry::{Edge, Point};
use super::sphere;

/// Half of the longer axis, in metres.
const MAJOR: f64 = 6_378_137.0;
/// By how much the poles are flattened.
const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Half of the shorter axis, in metres.
const MINOR: f64 = MAJOR * (1.0 - FLATTENING);

/// Steps after which the iteration gives up: only points nearly opposite to each other need so many.
const MAX_STEPS: usize = 100;

/// Metres between two points along the ellipsoid (Vincenty's inverse solution; the sphere for opposite points).
pub(super) fn distance(left: Point, right: Point) -> f64 {
    let reduced = |latitude: f64| {
        ((1.0 - FLATTENING) * latitude.to_radians().tan())
            .atan()
            .sin_cos()
    };
    let ((sin1, cos1), (sin2, cos2)) = (reduced(left.y), reduced(right.y));
    let turn = (right.x - left.x).to_radians();
    let mut lambda = turn;
    for _ in 0..MAX_STEPS {
        let (sin_lambda, cos_lambda) = lambda.sin_cos();
        let sin_sigma = f64::hypot(cos2 * sin_lambda, cos1 * sin2 - sin1 * cos2 * cos_lambda);
        if sin_sigma == 0.0 {
            return 0.0;
        }
        let cos_sigma = sin1 * sin2 + cos1 * cos2 * cos_lambda;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = cos1 * cos2 * sin_lambda / sin_sigma;
        let cos2_alpha = 1.0 - sin_alpha * sin_alpha;
        let cos_middle = if cos2_alpha == 0.0 {
            0.0
        } else {
            cos_sigma - 2.0 * sin1 * sin2 / cos2_alpha
        };
        let c = FLATTENING / 16.0 * cos2_alpha * (4.0 + FLATTENING * (4.0 - 3.0 * cos2_alpha));
        let middle = cos_middle + c * cos_sigma * (2.0 * cos_middle * cos_middle - 1.0);
        let next = turn + (1.0 - c) * FLATTENING * sin_alpha * (sigma + c * sin_sigma * middle);
        let done = (next - lambda).abs() < 1e-12;
        lambda = next;
        if done {
            return arc(sigma, sin_sigma, cos_sigma, cos2_alpha, cos_middle);
        }
    }
    let angle = (sin1 * sin2 + cos1 * cos2 * turn.cos())
        .clamp(-1.0, 1.0)
        .acos();
    angle * (2.0 * MAJOR + MINOR) / 3.0
}

/// The length of an arc whose angle on the auxiliary sphere is known.
fn arc(sigma: f64, sin_sigma: f64, cos_sigma: f64, cos2_alpha: f64, cos_middle: f64) -> f64 {
    let u2 = cos2_alpha * (MAJOR * MAJOR - MINOR * MINOR) / (MINOR * MINOR);
    let a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)));
    let b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)));
    let squared = cos_middle * cos_middle;
    let last = b / 6.0 * cos_middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * squared - 3.0);
    let correction =
        b * sin_sigma * (cos_middle + b / 4.0 * (cos_sigma * (2.0 * squared - 1.0) - last));
    MINOR * a * (sigma - correction)
}

/// Metres between a point and the nearest point of an edge.
pub(super) fn distance_to_edge(point: Point, edge: Edge) -> f64 {
    let at = |part: f64| distance(point, sphere::along(edge, part));
    // The distance along an edge falls and then rises, apart from edges that span half the globe.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let (first, second) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if at(first) <= at(second) {
            high = second;
        } else {
            low = first;
        }
    }
    at(f64::midpoint(low, high)).min(at(0.0)).min(at(1.0))
}

/// The point with its latitude moved so that areas on the sphere are those on the ellipsoid, and the sphere's radius.
pub(super) fn equal_area(point: Point) -> Point {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let e = e2.sqrt();
    let q = |sin: f64| {
        (1.0 - e2)
            * (sin / (1.0 - e2 * sin * sin) - ((1.0 - e * sin) / (1.0 + e * sin)).ln() / (2.0 * e))
    };
    let ratio = (q(point.y.to_radians().sin()) / q(1.0)).clamp(-1.0, 1.0);
    Point {
        x: point.x,
        y: ratio.asin().to_degrees(),
    }
}

/// Square metres of one unit of solid angle on the sphere of equal area.
pub(super) fn area_unit() -> f64 {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let e = e2.sqrt();
    MAJOR * MAJOR / 2.0 * (1.0 + (1.0 - e2) / e * e.atanh())
}
