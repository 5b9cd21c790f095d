//! The cities: GeoNames data (CC BY 4.0, see `examples/data/README.md`), one JSON document a line, in the binary.

use std::io::{BufRead as _, BufReader, Error, ErrorKind};

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

const CITIES: &[u8] = include_bytes!("../../../../../examples/data/cities.ndjson.gz");

/// One city as it is stored.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct City {
    pub(crate) id: String,
    /// Two letters; the partition key.
    pub(crate) country: String,
    pub(crate) country_name: String,
    pub(crate) continent: String,
    pub(crate) name: String,
    pub(crate) alternate_names: Vec<String>,
    pub(crate) location: Point,
    pub(crate) population: u64,
    pub(crate) timezone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) admin1: Option<String>,
}

/// A GeoJSON point.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Point {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Longitude, latitude in degrees.
    pub(crate) coordinates: [f64; 2],
}

/// All cities, in the order of the file.
///
/// # Errors
///
/// When the data in the binary is not what it should be.
pub(crate) fn read_all() -> Result<Vec<City>, Error> {
    BufReader::new(GzDecoder::new(CITIES))
        .lines()
        .map(|line| {
            serde_json::from_str(&line?).map_err(|error| Error::new(ErrorKind::InvalidData, error))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_holds_34_006_cities_of_244_countries() {
        let cities = super::read_all().unwrap();
        assert_eq!(cities.len(), 34_006);
        let countries: std::collections::BTreeSet<_> =
            cities.iter().map(|city| &city.country).collect();
        assert_eq!(countries.len(), 244);
    }
}
