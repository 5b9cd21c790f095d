//! Nothing is missed, whatever the geometries are; and little is read that is far away.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::function::Surface;
use crate::function::spatial::tests::evaluate;
use crate::value::Value;

/// Places that are easily got wrong: poles, the line where longitudes begin again, the origin.
const CORNERS: &[(f64, f64)] = &[
    (180.0, 0.0),
    (-180.0, 0.0),
    (179.999, 10.0),
    (-179.999, -10.0),
    (0.0, 90.0),
    (77.0, 90.0),
    (12.0, -90.0),
    (0.0, 89.999),
    (-0.0, 0.0),
    (0.0, -0.0),
    (90.0, 0.0),
    (-180.0, 90.0),
    (0.0, 0.000_1),
];

fn anywhere() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![
        (-180.0..=180.0, -90.0..=90.0),
        prop::sample::select(CORNERS),
    ]
}

/// Positions around one: within some degrees of it, kept on the globe.
fn around((x, y): (f64, f64), count: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
    let size = prop::sample::select(&[0.0, 1e-9, 1e-4, 0.1, 5.0, 60.0, 300.0]);
    let step = (-1.0..=1.0, -1.0..=1.0);
    (size, prop::collection::vec(step, count)).prop_map(move |(size, steps)| {
        let kept = |(dx, dy): (f64, f64)| {
            let x = x + dx * size;
            let wrapped = if x > 180.0 {
                x - 360.0
            } else if x < -180.0 {
                x + 360.0
            } else {
                x
            };
            [
                wrapped.clamp(-180.0, 180.0),
                (y + dy * size).clamp(-90.0, 90.0),
            ]
        };
        steps.into_iter().map(kept).collect()
    })
}

/// A geometry about a place. Polygons are of any orientation, so that some hold most of the globe.
fn geometry(place: (f64, f64)) -> impl Strategy<Value = Json> {
    let of = |kind: &'static str| move |coordinates: Vec<[f64; 2]>| json!({"type": kind, "coordinates": coordinates});
    let ring = |mut corners: Vec<[f64; 2]>| {
        corners.extend(corners.first().copied());
        corners
    };
    prop_oneof![
        3 => around(place, 1).prop_map(|points| json!({"type": "Point", "coordinates": points[0]})),
        1 => (1_usize..12).prop_flat_map(move |count| around(place, count)).prop_map(of("MultiPoint")),
        1 => (2_usize..5).prop_flat_map(move |count| around(place, count)).prop_map(of("LineString")),
        3 => (3_usize..5).prop_flat_map(move |count| around(place, count))
            .prop_map(move |corners| json!({"type": "Polygon", "coordinates": [ring(corners)]})),
    ]
}

/// Two geometries, often close to each other.
fn pair() -> impl Strategy<Value = (Json, Json)> {
    (anywhere(), anywhere(), any::<bool>()).prop_flat_map(|(first, second, near)| {
        (geometry(first), geometry(if near { first } else { second }))
    })
}

fn keys(geometry: &Json, surface: Surface) -> Vec<u64> {
    let mut keys = Vec::new();
    keys_of(&Value::from(geometry), surface, &mut |key| keys.push(key));
    keys
}

fn found(item: &Json, search: &Json, surface: Surface, distance: f64) -> bool {
    let ranges = ranges_near(&Value::from(search), surface, distance);
    keys(item, surface)
        .iter()
        .any(|key| ranges.iter().any(|range| range.contains(key)))
}

fn surfaces() -> impl Strategy<Value = Surface> {
    prop::sample::select(&[Surface::Geography, Surface::Geometry])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_missed((item, search) in pair(), surface in surfaces()) {
        let both = [item.clone(), search.clone()];
        for function in ["ST_WITHIN", "ST_INTERSECTS"] {
            if evaluate(function, &both, surface).is_true() {
                prop_assert!(found(&item, &search, surface, 0.0), "{function} {item} {search}");
            }
        }
        if let Some(distance) = evaluate("ST_DISTANCE", &both, surface).as_number() {
            prop_assert!(found(&item, &search, surface, distance.as_f64()), "{distance}: {item} {search}");
        }
        prop_assert!(keys(&item, surface).len() <= MAX_KEYS);
        let ranges = ranges_near(&Value::from(&search), surface, 1_000.0);
        prop_assert!(ranges.windows(2).all(|pair| pair[0].end() < pair[1].start()), "{ranges:?}");
    }
}

#[test]
fn what_is_no_geometry_has_no_keys() {
    for json in [
        json!(null),
        json!({"type": "Point"}),
        json!({"type": "Point", "coordinates": [0, 91]}),
    ] {
        assert!(keys(&json, Surface::Geography).is_empty(), "{json}");
        assert!(
            ranges_near(&Value::from(&json), Surface::Geography, 1e9).is_empty(),
            "{json}"
        );
    }
}

/// Of points all over the globe, few are looked at for one place.
#[test]
fn little_is_read_that_is_far_away() {
    let points: Vec<Json> = (-179..180)
        .flat_map(|x| (-89..90).map(move |y| json!({"type": "Point", "coordinates": [x, y]})))
        .collect();
    let check = |search: &Json, metres: f64, most: usize| {
        let ranges = ranges_near(&Value::from(search), Surface::Geography, metres);
        let read = points.iter().filter(|point| {
            keys(point, Surface::Geography)
                .iter()
                .any(|key| ranges.iter().any(|range| range.contains(key)))
        });
        let read = read.count();
        assert!(
            read <= most,
            "{read} of {} for {search} {metres}",
            points.len()
        );
        assert!(ranges.len() <= 200, "{} ranges", ranges.len());
    };
    let oslo = json!({"type": "Point", "coordinates": [10.75, 59.91]});
    check(&oslo, 1_000.0, 0);
    check(&oslo, 100_000.0, 16);
    check(&oslo, 1_000_000.0, 1_500);
    let square = json!({"type": "Polygon", "coordinates": [[[-180, -5], [-175, -5], [-175, 5], [-180, 5], [-180, -5]]]});
    check(&square, 0.0, 500);
}
