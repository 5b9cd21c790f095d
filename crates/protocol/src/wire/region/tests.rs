//! Names, rows and distances of regions.

use super::table::CONSTANTS;
use super::*;

#[test]
fn every_spelling_is_the_same_region() {
    fn check(spelling: &str, expected: &Region) {
        assert_eq!(Region::new(spelling), *expected, "{spelling:?}");
    }
    for spelling in [
        "West US 2",
        "WESTUS2",
        "westus2",
        "west us 2",
        " West\tUS2 ",
    ] {
        check(spelling, &Region::WEST_US_2);
    }
    check("Norway East", &Region::NORWAY_EAST);
    let short_lived = String::from("Mars North");
    let custom = Region::from(short_lived.as_str());
    assert_eq!(custom.as_str(), "marsnorth");
    assert_eq!(custom.display_name(), "marsnorth");
    assert_eq!(custom.id(), None);
    assert_eq!(Region::from(short_lived), custom);
}

#[test]
fn rows_are_sorted_and_unique() {
    assert!(REGIONS.is_sorted_by(|a, b| a.name < b.name));
    let mut ids: Vec<_> = REGIONS.iter().filter_map(|row| row.id).collect();
    ids.sort_unstable();
    assert!(ids.is_sorted_by(|a, b| a < b), "two regions share a number");
    let located = REGIONS.iter().filter(|row| row.coordinates.is_some());
    assert!(located.count() >= 60);
}

#[test]
fn names_normalise_to_themselves_and_match_their_constant() {
    assert_eq!(CONSTANTS.len(), REGIONS.len());
    for (constant, region) in CONSTANTS {
        let flat = constant.replace('_', "").to_lowercase();
        assert_eq!(region.as_str(), flat);
        assert_eq!(Region::new(region.display_name()), *region);
    }
}

#[test]
fn coordinates_are_on_earth_and_in_the_right_quarter() {
    for row in REGIONS {
        let Some(place) = row.coordinates else {
            continue;
        };
        assert!(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0);
        let name = row.display_name;
        let south = [
            "Brazil",
            "Chile",
            "Australia",
            "South Africa",
            "New Zealand",
            "Indonesia",
        ]
        .iter()
        .any(|land| name.starts_with(land));
        assert_eq!(place.latitude < 0.0, south, "{name}");
        let americas = [
            " US", "USGov", "USDoD", "Canada", "Brazil", "Mexico", "Chile",
        ]
        .iter()
        .any(|land| name.contains(land));
        assert_eq!(place.longitude < -15.0, americas, "{name}");
    }
}

/// Distances of the named cities, computed apart from the code with the cross product of
/// position vectors (Python, `atan2(|a × b|, a · b)`).
#[test]
fn distances_agree_with_another_formula() {
    fn check(from: &Region, to: &Region, km: f64) {
        let computed = distance_km(from, to).unwrap();
        assert!((computed - km).abs() < 0.1, "{from} to {to}: {computed}");
        let back = distance_km(to, from).unwrap();
        assert!((computed - back).abs() < 1e-6);
    }
    // Tokyo to Osaka; Dublin to Amsterdam; San Francisco to Singapore; São Paulo to Rio.
    check(&Region::JAPAN_EAST, &Region::JAPAN_WEST, 403.3);
    check(&Region::NORTH_EUROPE, &Region::WEST_EUROPE, 756.3);
    check(&Region::WEST_US, &Region::SOUTHEAST_ASIA, 13_586.9);
    check(&Region::BRAZIL_SOUTH, &Region::BRAZIL_SOUTHEAST, 356.9);
}

#[test]
fn order_is_nearest_first() {
    fn check(from: &Region, nearest: &[Region]) {
        let order = proximity_order(from);
        assert_eq!(order.get(..nearest.len()), Some(nearest));
    }
    check(
        &Region::JAPAN_WEST,
        &[
            Region::JAPAN_WEST,
            Region::JAPAN_EAST,
            Region::KOREA_SOUTH,
            Region::KOREA_CENTRAL,
        ],
    );
    check(
        &Region::SWEDEN_CENTRAL,
        &[
            Region::SWEDEN_CENTRAL,
            Region::NORWAY_EAST,
            Region::SWEDEN_SOUTH,
            Region::DENMARK_EAST,
        ],
    );
}

#[test]
fn order_handles_unknown_places() {
    assert!(proximity_order(&Region::new("Mars North")).is_empty());
    let mut account = [
        Region::new("Mars North"),
        Region::EAST_US,
        Region::USSEC_EAST,
        Region::WEST_EUROPE,
        Region::NORTH_EUROPE,
    ];
    sort_by_proximity(&Region::NORTH_EUROPE, &mut account);
    let names = account.map(|region| region.as_str().to_owned());
    assert_eq!(
        names,
        [
            "northeurope",
            "westeurope",
            "eastus",
            "marsnorth",
            "usseceast"
        ]
    );
    let mut account = [
        Region::EAST_US,
        Region::WEST_EUROPE,
        Region::new("Mars North"),
    ];
    sort_by_proximity(&Region::new("Mars North"), &mut account);
    let names = account.map(|region| region.as_str().to_owned());
    assert_eq!(names, ["marsnorth", "eastus", "westeurope"]);
}

#[test]
fn the_same_place_keeps_the_given_order() {
    let mut regions = [Region::AUSTRALIA_CENTRAL_2, Region::AUSTRALIA_CENTRAL];
    sort_by_proximity(&Region::AUSTRALIA_EAST, &mut regions);
    let expected = [Region::AUSTRALIA_CENTRAL_2, Region::AUSTRALIA_CENTRAL];
    assert_eq!(regions, expected);
}

#[test]
fn json_is_the_normalised_name() {
    assert_eq!(
        serde_json::to_string(&Region::EAST_US).unwrap(),
        "\"eastus\""
    );
    for text in ["\"East US\"", "\"east\\u0020us\""] {
        let read: Region = serde_json::from_str(text).unwrap();
        assert_eq!(read, Region::EAST_US);
    }
}
