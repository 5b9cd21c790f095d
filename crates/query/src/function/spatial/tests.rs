//! Recorded distances and relations, and laws.

use super::rows::*;
use crate::expr::Host;
use crate::expr::UserFunctions;
use crate::value::Value;
use serde_json::json;

struct NoFunctions;

impl UserFunctions for NoFunctions {
    fn call(&self, _: &str, _: &[Value<'_>]) -> Result<Value<'static>, Box<str>> {
        Err("none".into())
    }
}

/// The value of a spatial function.
pub(crate) fn evaluate(
    name: &str,
    arguments: &[serde_json::Value],
    surface: Surface,
) -> Value<'static> {
    let host = Host::new(0, 0, u64::MAX, surface, &NoFunctions);
    let arguments: Vec<Value<'_>> = arguments.iter().map(Value::from).collect();
    let function = crate::function::find(name).unwrap();
    (function.evaluate)(&arguments, &host).into_owned()
}

fn point(x: f64, y: f64) -> serde_json::Value {
    json!({"type": "Point", "coordinates": [x, y]})
}

fn close(value: &Value<'_>, expected: f64, tolerance: f64) {
    let found = value.as_number().unwrap().as_f64();
    assert!(
        (found - expected).abs() <= expected.abs() * tolerance,
        "{found} {expected}"
    );
}

#[test]
fn distances_on_the_globe() {
    let office = point(-122.117_581_139_535_35, 47.669_010_870_061_31);
    let check = |x: f64, y: f64, expected: f64| {
        close(
            &evaluate(
                "ST_DISTANCE",
                &[point(x, y), office.clone()],
                Surface::Geography,
            ),
            expected,
            1e-6,
        );
    };
    check(
        -122.128_268_223_046_72,
        47.639_802_393_357_18,
        3_345.269_817_267_368,
    );
    check(
        -96.843_686_647_659_94,
        46.812_977_943_146_63,
        1_907_438.421_299_902,
    );
    close(
        &evaluate(
            "ST_DISTANCE",
            &[point(0.0, 0.0), point(180.0, 0.0)],
            Surface::Geography,
        ),
        20_015_000.0,
        1e-3,
    );
    assert_eq!(
        evaluate(
            "ST_DISTANCE",
            &[point(1.0, 2.0), point(1.0, 2.0)],
            Surface::Geography
        ),
        Value::from(0.0)
    );
    assert_eq!(
        evaluate(
            "ST_DISTANCE",
            &[point(0.0, 0.0), point(3.0, 4.0)],
            Surface::Geometry
        ),
        Value::from(5.0)
    );
}

#[test]
fn distance_to_a_polygon() {
    let polygon = json!({"type": "Polygon", "coordinates": [
        [[35, 10], [45, 45], [15, 40], [10, 20], [35, 10]], [[20, 30], [35, 35], [30, 20], [20, 30]]]});
    let far = |surface| {
        evaluate(
            "ST_DISTANCE",
            &[polygon.clone(), point(30.0, 10.0)],
            surface,
        )
        .as_number()
        .unwrap()
        .as_f64()
    };
    assert!(far(Surface::Geography) > 66_408.034_483);
    assert!((far(Surface::Geometry) - 1.856_953).abs() < 1e-5);
    let within = |x: f64, y: f64| {
        evaluate(
            "ST_WITHIN",
            &[point(x, y), polygon.clone()],
            Surface::Geography,
        )
    };
    assert_eq!(within(28.0, 28.0), Value::Boolean(false), "in the hole");
    assert_eq!(within(15.0, 25.0), Value::Boolean(true));
}

#[test]
fn geodesic_edges_bulge() {
    let band = json!({"type": "Polygon", "coordinates": [[[-60, 20], [70, 20], [70, 70], [-60, 70], [-60, 20]]]});
    let line = json!({"type": "LineString", "coordinates": [[0, 0], [0, 40]]});
    let check = |surface: Surface, expected: bool| {
        assert_eq!(
            evaluate("ST_WITHIN", &[point(0.0, 40.0), band.clone()], surface),
            Value::Boolean(expected)
        );
        assert_eq!(
            evaluate("ST_INTERSECTS", &[line.clone(), band.clone()], surface),
            Value::Boolean(expected)
        );
    };
    check(Surface::Geography, false);
    check(Surface::Geometry, true);
}

#[test]
fn clockwise_rings_hold_the_rest_of_the_globe() {
    let ring = |points: serde_json::Value| json!({"type": "Polygon", "coordinates": [points]});
    let counter = ring(json!([[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]));
    let clockwise = ring(json!([[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]));
    let within = |x: f64, y: f64, polygon: &serde_json::Value| {
        evaluate(
            "ST_WITHIN",
            &[point(x, y), polygon.clone()],
            Surface::Geography,
        )
    };
    for (x, y, inside) in [
        (5.0, 5.0, true),
        (50.0, 50.0, false),
        (-175.0, -5.0, false),
        (0.0, 89.0, false),
    ] {
        assert_eq!(within(x, y, &counter), Value::Boolean(inside), "{x} {y}");
        assert_eq!(
            within(x, y, &clockwise),
            Value::Boolean(!inside),
            "{x} {y} outside of the other"
        );
    }
    let cap = ring(json!([[0, 60], [90, 60], [180, 60], [-90, 60], [0, 60]]));
    assert_eq!(within(10.0, 85.0, &cap), Value::Boolean(true));
    assert_eq!(within(10.0, -85.0, &cap), Value::Boolean(false));
}

#[test]
fn areas() {
    let ring = |points: serde_json::Value| json!({"type": "Polygon", "coordinates": [points]});
    let degree = ring(json!([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]));
    close(
        &evaluate("ST_AREA", &[degree], Surface::Geography),
        12_308_778_361.0,
        1e-4,
    );
    let octant = ring(json!([[0, 0], [90, 0], [0, 90], [0, 0]]));
    close(
        &evaluate("ST_AREA", &[octant], Surface::Geography),
        510_065_621_724_089.0 / 8.0,
        1e-6,
    );
    let square = ring(json!([[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]));
    assert_eq!(
        evaluate("ST_AREA", &[square], Surface::Geometry),
        Value::from(4.0)
    );
    assert_eq!(
        evaluate("ST_AREA", &[point(0.0, 0.0)], Surface::Geography),
        Value::from(0.0)
    );
}

#[test]
fn validity_and_its_reasons() {
    let check = |value: serde_json::Value, surface: Surface, expected: bool| {
        assert_eq!(
            evaluate("ST_ISVALID", std::slice::from_ref(&value), surface),
            Value::Boolean(expected),
            "{value}"
        );
    };
    check(point(133.75, -184.38), Surface::Geography, false);
    check(point(133.75, -184.38), Surface::Geometry, true);
    check(
        json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}),
        Surface::Geography,
        false,
    );
    check(
        json!({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}),
        Surface::Geography,
        false,
    );
    check(
        json!({"type": "LineString", "coordinates": [[0, 0]]}),
        Surface::Geography,
        false,
    );
    check(
        json!({"type": "Circle", "coordinates": [[0, 0]]}),
        Surface::Geography,
        false,
    );
    check(json!(42), Surface::Geography, false);
    let reason = evaluate(
        "ST_ISVALIDDETAILED",
        &[point(0.0, 95.0)],
        Surface::Geography,
    );
    let expected =
        json!({"valid": false, "reason": "Latitude values must be between -90 and 90 degrees."});
    assert_eq!(reason, Value::from(&expected));
    assert_eq!(
        evaluate("ST_DISTANCE", &[json!(42), json!(1337)], Surface::Geography),
        Value::Undefined
    );
}

/// Rings so narrow or so small that only rounding tells their sides hold nothing that is far away.
#[test]
fn narrow_rings_hold_nothing_far_away() {
    let check = |ring: serde_json::Value, far: serde_json::Value| {
        let polygon = json!({"type": "Polygon", "coordinates": [ring]});
        let found = evaluate("ST_WITHIN", &[far, polygon], Surface::Geography);
        assert_eq!(found, Value::Boolean(false));
    };
    check(
        json!([[35.525, 90.0], [0.0, 44.898], [0.0, 90.0], [35.525, 90.0]]),
        point(-152.0, -90.0),
    );
    check(
        json!([
            [-7.624_390_883_2, -46.656_352_829_8],
            [-7.624_390_883_9, -46.656_352_828_3],
            [-7.624_390_883_8, -46.656_352_829_8],
            [-7.624_390_883_2, -46.656_352_829_8]
        ]),
        point(0.000_089, -0.000_041),
    );
}
