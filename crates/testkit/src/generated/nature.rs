//! Places, vectors and texts: what documents have of them, and what queries ask about them.
//!
//! Coordinates, elements and words are few and coarse, so that borders touch, distances are equal and scores tie.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::documents::pick;

/// Words of texts; two of them are stop words, two differ by a letter.
const WORDS: [&str; 8] = ["red", "blue", "bluer", "sky", "the", "and", "sea", "Sea"];
/// Terms that are looked for.
const TERMS: [&str; 9] = [
    "red", "blue", "sky", "SEA", "the", "nothing", "blue sky", "red, red", "",
];
/// How many elements the vectors of the policy have.
const DIMENSIONS: usize = 3;

/// Adds a place, a vector and a text, each of which may be absent or of another form.
pub(super) fn members(rng: &mut Rng, members: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    if rng.u8(..6) > 0 {
        put("place", place(rng));
    }
    if rng.u8(..6) > 0 {
        let vector = match rng.u8(..12) {
            0 => json!("none"),
            1 => json!([1, 2]),
            2 => json!([1, "2", 3]),
            _ => vector(rng),
        };
        put("vec", vector);
    }
    if rng.u8(..6) > 0 {
        let text = match rng.u8(..12) {
            0 => json!(7),
            1 => json!(["red"]),
            _ => json!(sentence(rng)),
        };
        put("text", text);
    }
}

fn sentence(rng: &mut Rng) -> String {
    let words: Vec<&str> = (0..rng.usize(..9)).map(|_| pick(rng, &WORDS)).collect();
    words.join(pick(rng, &[" ", ", ", "-"]))
}

/// A vector of the policy's length.
fn vector(rng: &mut Rng) -> Value {
    (0..DIMENSIONS)
        .map(|_| json!(f64::from(rng.i8(-2..3)) / 2.0))
        .collect()
}

fn position(rng: &mut Rng) -> [f64; 2] {
    match rng.u8(..12) {
        // Across the date line, and at a pole.
        0 => [
            if rng.bool() { 179.5 } else { -179.5 },
            f64::from(rng.i8(-2..3)),
        ],
        1 => [f64::from(rng.i16(-180..181)), 89.5],
        _ => [
            f64::from(rng.i8(-6..7)) / 2.0,
            f64::from(rng.i8(-6..7)) / 2.0,
        ],
    }
}

fn point(rng: &mut Rng) -> Value {
    json!({"type": "Point", "coordinates": position(rng)})
}

fn line(rng: &mut Rng) -> Value {
    let positions: Vec<[f64; 2]> = (0..rng.usize(2..4)).map(|_| position(rng)).collect();
    json!({"type": "LineString", "coordinates": positions})
}

/// A rectangle against the hands of the clock, or, now and then, with them.
fn polygon(rng: &mut Rng) -> Value {
    let [west, south] = [
        f64::from(rng.i8(-6..5)) / 2.0,
        f64::from(rng.i8(-6..5)) / 2.0,
    ];
    let [east, north] = [
        west + f64::from(rng.u8(1..6)) / 2.0,
        south + f64::from(rng.u8(1..6)) / 2.0,
    ];
    let mut corners = vec![
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
    if rng.u8(..8) == 0 {
        corners.reverse();
    }
    json!({"type": "Polygon", "coordinates": [corners]})
}

/// A geometry, mostly valid.
fn place(rng: &mut Rng) -> Value {
    match rng.u8(..12) {
        0 => json!({"type": "Point", "coordinates": [200, 100]}),
        1 => json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]}),
        2 => json!("somewhere"),
        3 => line(rng),
        4 | 5 => polygon(rng),
        6 => json!({"type": "MultiPoint", "coordinates": [position(rng), position(rng)]}),
        _ => point(rng),
    }
}

/// A geometry of a query.
fn given(rng: &mut Rng) -> Value {
    match rng.u8(..6) {
        0 | 1 => point(rng),
        2 => line(rng),
        _ => polygon(rng),
    }
}

/// A number about a place or a vector.
pub(super) fn number(rng: &mut Rng) -> String {
    match rng.u8(..4) {
        0 => "ST_AREA(c.place)".to_owned(),
        1 => distance(rng),
        _ => format!("ST_DISTANCE(c.place, {})", given(rng)),
    }
}

/// A condition about a place, a text or a vector.
pub(super) fn truth(rng: &mut Rng) -> String {
    match rng.u8(..9) {
        0 => {
            let metres = pick(rng, &["0", "30000", "150000", "1", "2.5", "1e7"]);
            let (operator, geometry) = (pick(rng, &["<", "<=", ">", ">=", "="]), given(rng));
            if rng.bool() {
                format!("ST_DISTANCE(c.place, {geometry}) {operator} {metres}")
            } else {
                format!("{metres} {operator} ST_DISTANCE({geometry}, c.place)")
            }
        }
        1 => format!("ST_WITHIN(c.place, {})", polygon(rng)),
        2 => format!("ST_WITHIN({}, c.place)", given(rng)),
        3 => format!("ST_INTERSECTS(c.place, {})", given(rng)),
        4 => pick(
            rng,
            &["ST_ISVALID(c.place)", "ST_ISVALIDDETAILED(c.place).valid"],
        )
        .to_owned(),
        5 => format!(
            "{} {} {}",
            distance(rng),
            pick(rng, &["<", ">="]),
            pick(rng, &["0", "0.5", "1"])
        ),
        6 => format!("FullTextContains(c.text, {})", term(rng)),
        _ => {
            let name = pick(rng, &["FullTextContainsAll", "FullTextContainsAny"]);
            format!("{name}(c.text, {})", terms(rng))
        }
    }
}

/// The distance of the vector of an item from a given one.
pub(super) fn distance(rng: &mut Rng) -> String {
    let options = pick(
        rng,
        &[
            "",
            ", true",
            ", false, {\"distanceFunction\": \"euclidean\"}",
            ", true, {\"distanceFunction\": \"dotproduct\"}",
        ],
    );
    format!("VectorDistance(c.vec, {}{options})", vector(rng))
}

fn term(rng: &mut Rng) -> String {
    let term = pick(rng, &TERMS);
    match rng.u8(..6) {
        0 => format!("{{\"term\": {term:?}, \"distance\": {}}}", rng.u8(..3)),
        _ => format!("{term:?}"),
    }
}

fn terms(rng: &mut Rng) -> String {
    let terms: Vec<String> = (0..rng.usize(1..4)).map(|_| term(rng)).collect();
    terms.join(", ")
}

/// Words that score a text, each a single token.
pub(super) fn scored_words(rng: &mut Rng) -> Vec<&'static str> {
    (0..rng.usize(1..4))
        .map(|_| pick(rng, &["red", "blue", "sky", "sea", "the", "nothing"]))
        .collect()
}

/// The vector that a rank is about.
pub(super) fn target(rng: &mut Rng) -> [f64; DIMENSIONS] {
    [(); DIMENSIONS].map(|()| f64::from(rng.i8(-3..4)) / 2.0 + 0.25)
}
