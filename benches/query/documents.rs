//! The documents: customers of a shop, about a kilobyte each, as an account stores them.

use serde_json::json;

const COUNTRIES: &[&str] = &[
    "NO", "SE", "DK", "FI", "IS", "DE", "FR", "ES", "PT", "IT", "GR", "PL", "CZ", "AT", "CH", "NL",
    "BE", "IE", "GB", "US",
];
const NAMES: &[&str] = &[
    "Anna", "Bo", "Carla", "Dmitri", "Elif", "Frode", "Ana", "Ho",
];
const TAGS: &[&str] = &["new", "gold", "mail", "returning", "staff", "blocked"];
const WORDS: &[&str] = &[
    "order", "parcel", "late", "kind", "service", "blue", "shelf", "lamp", "garden", "table",
    "again", "winter", "price", "delivery", "chair", "door",
];

/// The documents, in one block of memory.
#[derive(Debug)]
pub(crate) struct Documents {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Documents {
    /// `count` documents of a fixed seed.
    pub(crate) fn new(count: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(11);
        let mut documents = Self {
            text: Vec::new(),
            ends: Vec::new(),
        };
        for number in 0..count {
            documents.add(number, &mut random);
        }
        documents
    }

    fn add(&mut self, number: usize, random: &mut fastrand::Rng) {
        let mut pick = |from: &[&'static str]| {
            let place = random.usize(..from.len());
            from.get(place).copied().unwrap_or_default()
        };
        let (country, name, tags) = (
            pick(COUNTRIES),
            pick(NAMES),
            [pick(TAGS), pick(TAGS), pick(TAGS)],
        );
        let mut notes = String::new();
        while notes.len() < 330 {
            notes.push_str(pick(WORDS));
            notes.push(' ');
        }
        let orders: Vec<_> = (0..3)
            .map(|_| json!({"sku": random.u32(..99_999), "count": random.u8(1..9), "price": f64::from(random.u32(..90_000)) / 100.0}))
            .collect();
        let members = [
            ("id", json!(format!("customer-{number:07}"))),
            ("tenant", json!(format!("t{}", number % 500))),
            ("name", json!(format!("{name} {number}"))),
            ("age", json!(random.u8(18..90))),
            ("country", json!(country)),
            (
                "balance",
                json!(f64::from(random.i32(-50_000..500_000)) / 100.0),
            ),
            ("active", json!(random.bool())),
            ("tags", json!(tags)),
            (
                "address",
                json!({"street": format!("Long Street {}", number % 977), "city": format!("City {}", number % 311),
                    "location": {"type": "Point", "coordinates": [f64::from(random.i32(-1800..1800)) / 10.0, f64::from(random.i32(-900..900)) / 10.0]}}),
            ),
            ("notes", json!(notes)),
            ("orders", json!(orders)),
            ("score", json!(random.f64())),
            ("_rid", json!("n5IVAPvKAQABAAAAAAAAAA==")),
            (
                "_self",
                json!("dbs/n5IVAA==/colls/n5IVAPvKAQA=/docs/n5IVAPvKAQABAAAAAAAAAA==/"),
            ),
            ("_etag", json!("\"00000000-0000-0000-5e1f-0f2c8ee801db\"")),
            ("_attachments", json!("attachments/")),
            ("_ts", json!(1_764_230_400 + number)),
        ];
        let members = members.map(|(name, value)| format!("\"{name}\":{value}"));
        self.text.push(b'{');
        self.text.extend_from_slice(members.join(",").as_bytes());
        self.text.push(b'}');
        self.ends.push(self.text.len());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all documents.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The documents in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .filter_map(|(start, end)| self.text.get(start..*end))
    }
}
