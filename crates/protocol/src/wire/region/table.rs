//! The regions of Azure, one row each, sorted by normalised name.
//!
//! Names are those of the Azure documentation
//! (<https://learn.microsoft.com/azure/reliability/regions-list>) and of the published clients;
//! numbers are those that Azure's own clients use in session tokens. Coordinates, in degrees,
//! are those of the city or area that Microsoft names, to about a kilometre at best and some
//! hundred at worst: enough to say which region is nearer, no more. Regions whose place is not
//! public have none.

use super::name::Region;

/// A place on Earth in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub longitude: f64,
}

/// What is known of one region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegionRow {
    /// Normalised name, such as `eastus`.
    pub name: &'static str,
    /// Name for people and account documents, such as `East US`.
    pub display_name: &'static str,
    /// The number that session tokens use, when it is published.
    pub id: Option<u32>,
    /// Where it is, when that is public.
    pub coordinates: Option<Coordinates>,
}

/// Finds a row by normalised name.
pub(super) fn row_of(normalized: &str) -> Option<&'static RegionRow> {
    let at = REGIONS
        .binary_search_by_key(&normalized, |row| row.name)
        .ok()?;
    REGIONS.get(at)
}

macro_rules! known {
    (-) => {
        None
    };
    (($latitude:literal, $longitude:literal)) => {
        Some(Coordinates {
            latitude: $latitude,
            longitude: $longitude,
        })
    };
    ($id:literal) => {
        Some($id)
    };
}

/// One line per region: constant, normalised name, display name, number, (latitude, longitude).
/// `-` stands for what is not public.
macro_rules! regions {
    ($($constant:ident $name:literal $display:literal $id:tt $place:tt;)*) => {
        /// Every known region, sorted by normalised name.
        pub const REGIONS: &[RegionRow] = &[$(
            RegionRow {
                name: $name,
                display_name: $display,
                id: known!($id),
                coordinates: known!($place),
            },
        )*];

        /// The known regions.
        impl Region {
            $(
                #[doc = concat!("The region \"", $display, "\".")]
                pub const $constant: Self = Self::known($name);
            )*
        }

        #[cfg(test)]
        pub(super) const CONSTANTS: &[(&str, Region)] =
            &[$((stringify!($constant), Region::$constant),)*];
    };
}

#[rustfmt::skip]
regions! {
    APAC_SOUTHEAST_2            "apacsoutheast2"             "APAC Southeast 2"              55  -;
    AUSTRALIA_CENTRAL           "australiacentral"           "Australia Central"             28  (-35.31, 149.12);
    AUSTRALIA_CENTRAL_2         "australiacentral2"          "Australia Central 2"           29  (-35.31, 149.12);
    AUSTRALIA_EAST              "australiaeast"              "Australia East"                26  (-33.86, 151.21);
    AUSTRALIA_SOUTHEAST         "australiasoutheast"         "Australia Southeast"           27  (-37.81, 144.96);
    AUSTRIA_EAST                "austriaeast"                "Austria East"                  -   (48.22, 16.38);
    BELGIUM_CENTRAL             "belgiumcentral"             "Belgium Central"               -   (50.85, 4.35);
    BLEU_FRANCE_CENTRAL         "bleufrancecentral"          "Bleu France Central"           -   -;
    BLEU_FRANCE_SOUTH           "bleufrancesouth"            "Bleu France South"             -   -;
    BRAZIL_SOUTH                "brazilsouth"                "Brazil South"                  11  (-23.55, -46.63);
    BRAZIL_SOUTHEAST            "brazilsoutheast"            "Brazil Southeast"              -   (-22.90, -43.21);
    CANADA_CENTRAL              "canadacentral"              "Canada Central"                10  (43.65, -79.38);
    CANADA_EAST                 "canadaeast"                 "Canada East"                   9   (46.82, -71.22);
    CENTRAL_INDIA               "centralindia"               "Central India"                 32  (18.58, 73.92);
    CENTRAL_US                  "centralus"                  "Central US"                    3   (41.59, -93.62);
    CENTRAL_US_EUAP             "centraluseuap"              "Central US EUAP"               51  (41.59, -93.62);
    CHILE_CENTRAL               "chilecentral"               "Chile Central"                 -   (-33.45, -70.67);
    CHINA_EAST                  "chinaeast"                  "China East"                    30  (31.23, 121.47);
    CHINA_EAST_2                "chinaeast2"                 "China East 2"                  66  (31.23, 121.47);
    CHINA_EAST_3                "chinaeast3"                 "China East 3"                  -   (32.06, 118.80);
    CHINA_NORTH                 "chinanorth"                 "China North"                   31  (39.90, 116.41);
    CHINA_NORTH_10              "chinanorth10"               "China North 10"                70  -;
    CHINA_NORTH_2               "chinanorth2"                "China North 2"                 67  (39.90, 116.41);
    CHINA_NORTH_3               "chinanorth3"                "China North 3"                 -   (40.77, 114.89);
    DELOS_CLOUD_GERMANY_CENTRAL "deloscloudgermanycentral"   "Delos Cloud Germany Central"   -   -;
    DELOS_CLOUD_GERMANY_NORTH   "deloscloudgermanynorth"     "Delos Cloud Germany North"     -   -;
    DENMARK_EAST                "denmarkeast"                "Denmark East"                  -   (55.68, 12.57);
    EAST_ASIA                   "eastasia"                   "East Asia"                     25  (22.27, 114.19);
    EAST_EUROPE                 "easteurope"                 "East Europe"                   54  -;
    EAST_US                     "eastus"                     "East US"                       1   (37.37, -79.82);
    EAST_US_2                   "eastus2"                    "East US 2"                     2   (36.67, -78.39);
    EAST_US_2_EUAP              "eastus2euap"                "East US 2 EUAP"                52  (36.67, -78.39);
    EAST_US_3                   "eastus3"                    "East US 3"                     -   (33.75, -84.39);
    EAST_US_SLV                 "eastusslv"                  "East US SLV"                   -   -;
    EAST_US_STG                 "eastusstg"                  "East US STG"                   58  (37.37, -79.82);
    FRANCE_CENTRAL              "francecentral"              "France Central"                14  (46.38, 2.37);
    FRANCE_SOUTH                "francesouth"                "France South"                  15  (43.83, 2.20);
    GERMANY_CENTRAL             "germanycentral"             "Germany Central"               18  (50.11, 8.68);
    GERMANY_NORTH               "germanynorth"               "Germany North"                 20  (53.07, 8.81);
    GERMANY_NORTHEAST           "germanynortheast"           "Germany Northeast"             19  (52.13, 11.63);
    GERMANY_WEST_CENTRAL        "germanywestcentral"         "Germany West Central"          21  (50.11, 8.68);
    INDIA_SOUTH_CENTRAL         "indiasouthcentral"          "India South Central"           -   (17.39, 78.49);
    INDONESIA_CENTRAL           "indonesiacentral"           "Indonesia Central"             -   (-6.21, 106.85);
    ISRAEL_CENTRAL              "israelcentral"              "Israel Central"                -   (32.07, 34.78);
    ISRAEL_NORTHWEST            "israelnorthwest"            "Israel Northwest"              -   -;
    ITALY_NORTH                 "italynorth"                 "Italy North"                   -   (45.47, 9.18);
    JAPAN_EAST                  "japaneast"                  "Japan East"                    35  (35.68, 139.77);
    JAPAN_WEST                  "japanwest"                  "Japan West"                    36  (34.69, 135.50);
    JIO_INDIA_CENTRAL           "jioindiacentral"            "Jio India Central"             -   (21.15, 79.09);
    JIO_INDIA_WEST              "jioindiawest"               "Jio India West"                -   (22.47, 70.06);
    KOREA_CENTRAL               "koreacentral"               "Korea Central"                 37  (37.57, 126.98);
    KOREA_SOUTH                 "koreasouth"                 "Korea South"                   38  (35.18, 129.08);
    KOREA_SOUTH_2               "koreasouth2"                "Korea South 2"                 73  -;
    MALAYSIA_SOUTH              "malaysiasouth"              "Malaysia South"                -   (1.49, 103.74);
    MALAYSIA_WEST               "malaysiawest"               "Malaysia West"                 -   (3.139, 101.69);
    MEXICO_CENTRAL              "mexicocentral"              "Mexico Central"                -   (20.59, -100.39);
    NEW_ZEALAND_NORTH           "newzealandnorth"            "New Zealand North"             -   (-36.85, 174.76);
    NORTH_CENTRAL_US            "northcentralus"             "North Central US"              4   (41.88, -87.63);
    NORTHEAST_US_5              "northeastus5"               "Northeast US 5"                -   -;
    NORTH_EUROPE                "northeurope"                "North Europe"                  12  (53.35, -6.26);
    NORTH_EUROPE_2              "northeurope2"               "North Europe 2"                53  -;
    NORWAY_EAST                 "norwayeast"                 "Norway East"                   60  (59.91, 10.75);
    NORWAY_WEST                 "norwaywest"                 "Norway West"                   61  (58.97, 5.73);
    POLAND_CENTRAL              "polandcentral"              "Poland Central"                -   (52.23, 21.02);
    QATAR_CENTRAL               "qatarcentral"               "Qatar Central"                 -   (25.55, 51.44);
    SINGAPORE_CENTRAL           "singaporecentral"           "Singapore Central"             -   -;
    SINGAPORE_NORTH             "singaporenorth"             "Singapore North"               -   -;
    SOUTH_AFRICA_NORTH          "southafricanorth"           "South Africa North"            48  (-25.73, 28.22);
    SOUTH_AFRICA_WEST           "southafricawest"            "South Africa West"             47  (-34.08, 18.84);
    SOUTH_CENTRAL_US            "southcentralus"             "South Central US"              5   (29.42, -98.50);
    SOUTH_CENTRAL_US_2          "southcentralus2"            "South Central US 2"            -   -;
    SOUTH_CENTRAL_US_STG        "southcentralusstg"          "South Central US STG"          59  (29.42, -98.50);
    SOUTHEAST_ASIA              "southeastasia"              "Southeast Asia"                24  (1.28, 103.83);
    SOUTHEAST_US                "southeastus"                "Southeast US"                  -   -;
    SOUTHEAST_US_3              "southeastus3"               "Southeast US 3"                -   -;
    SOUTHEAST_US_5              "southeastus5"               "Southeast US 5"                -   -;
    SOUTH_INDIA                 "southindia"                 "South India"                   34  (12.98, 80.16);
    SOUTHWEST_US                "southwestus"                "Southwest US"                  -   -;
    SPAIN_CENTRAL               "spaincentral"               "Spain Central"                 -   (40.43, -3.42);
    SWEDEN_CENTRAL              "swedencentral"              "Sweden Central"                71  (60.67, 17.14);
    SWEDEN_SOUTH                "swedensouth"                "Sweden South"                  72  (55.60, 13.00);
    SWITZERLAND_NORTH           "switzerlandnorth"           "Switzerland North"             22  (47.45, 8.56);
    SWITZERLAND_WEST            "switzerlandwest"            "Switzerland West"              23  (46.20, 6.14);
    TAIWAN_NORTH                "taiwannorth"                "Taiwan North"                  -   (25.03, 121.57);
    TAIWAN_NORTHWEST            "taiwannorthwest"            "Taiwan Northwest"              -   (24.80, 120.97);
    UAE_CENTRAL                 "uaecentral"                 "UAE Central"                   49  (24.47, 54.37);
    UAE_NORTH                   "uaenorth"                   "UAE North"                     50  (25.27, 55.32);
    UK_NORTH                    "uknorth"                    "UK North"                      57  -;
    UK_SOUTH                    "uksouth"                    "UK South"                      17  (50.94, -0.80);
    UK_SOUTH_2                  "uksouth2"                   "UK South 2"                    56  -;
    UK_WEST                     "ukwest"                     "UK West"                       16  (53.43, -3.08);
    USDOD_CENTRAL               "usdodcentral"               "USDoD Central"                 44  (41.59, -93.62);
    USDOD_EAST                  "usdodeast"                  "USDoD East"                    43  (36.67, -78.39);
    USDOD_SOUTH_CENTRAL         "usdodsouthcentral"          "USDoD South Central"           65  -;
    USDOD_SOUTHWEST             "usdodsouthwest"             "USDoD Southwest"               63  -;
    USDOD_WEST_CENTRAL          "usdodwestcentral"           "USDoD West Central"            64  -;
    USGOV_ARIZONA               "usgovarizona"               "USGov Arizona"                 41  (33.45, -112.07);
    USGOV_IOWA                  "usgoviowa"                  "USGov Iowa"                    40  (41.59, -93.62);
    USGOV_TEXAS                 "usgovtexas"                 "USGov Texas"                   42  (29.42, -98.50);
    USGOV_VIRGINIA              "usgovvirginia"              "USGov Virginia"                39  (37.37, -79.82);
    USGOV_WYOMING               "usgovwyoming"               "USGov Wyoming"                 62  -;
    USNAT_EAST                  "usnateast"                  "USNat East"                    68  -;
    USNAT_WEST                  "usnatwest"                  "USNat West"                    69  -;
    USSEC_EAST                  "usseceast"                  "USSec East"                    45  -;
    USSEC_WEST                  "ussecwest"                  "USSec West"                    46  -;
    USSEC_WEST_CENTRAL          "ussecwestcentral"           "USSec West Central"            113 -;
    WEST_CENTRAL_US             "westcentralus"              "West Central US"               6   (41.14, -104.82);
    WEST_EUROPE                 "westeurope"                 "West Europe"                   13  (52.37, 4.90);
    WEST_INDIA                  "westindia"                  "West India"                    33  (19.09, 72.87);
    WEST_US                     "westus"                     "West US"                       7   (37.78, -122.42);
    WEST_US_2                   "westus2"                    "West US 2"                     8   (47.23, -119.85);
    WEST_US_3                   "westus3"                    "West US 3"                     -   (33.45, -112.07);
}
