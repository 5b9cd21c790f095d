//! The items that everybody queries: 1 KB each, the same for every engine.

use fastrand::Rng;
use serde_json::{Value, json};

/// Different cities, each with about as many items.
const CITIES: u32 = 500;

/// The item of a number, which is in `n`.
pub fn item(rng: &mut Rng, n: usize) -> Value {
    let name: String = (0..24).map(|_| rng.alphabetic()).collect();
    json!({
        "id": format!("item-{n}"),
        "pk": format!("key {}", n % 1_000),
        "n": n,
        "city": format!("city {}", rng.u32(..CITIES)),
        "price": f64::from(rng.u32(..1_000_000)) / 4.0,
        "plain": rng.u32(..1_000),
        "name": name,
        "tags": [rng.u32(..20), rng.u32(..20)],
        "text": "what an item holds besides what is asked for; ".repeat(16),
    })
}

/// So many items.
pub fn items(count: usize) -> Vec<Value> {
    let mut rng = Rng::with_seed(20_261_127);
    (0..count).map(|n| item(&mut rng, n)).collect()
}
