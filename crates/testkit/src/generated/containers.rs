//! The containers of a trial: one with every index that a query can use, one with some, one without any.

use cosmokit::models::ContainerProperties;
use fastrand::Rng;
use serde_json::{Value, json};

use super::documents::{MIXED, pick};

/// The database of the containers.
pub(super) const DATABASE: &str = "db";
/// Names of containers: with all indexes, with some, and without any that a query does not insist on.
pub(super) const INDEXED: &str = "indexed";
pub(super) const PARTIAL: &str = "partial";
pub(super) const BARE: &str = "bare";

/// What the containers of a trial have in common, and what indexes there are.
#[derive(Clone, Debug)]
pub(super) struct Policies {
    geospatial: &'static str,
    metric: &'static str,
    vector_index: &'static str,
    included: Vec<&'static str>,
}

impl Policies {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let paths = [
            "/a/?",
            "/b/*",
            "/c/?",
            "/n/?",
            "/list/[]/?",
            "/list/[]/*",
            "/o/*",
            "/pk/?",
        ];
        Self {
            geospatial: pick(rng, &["Geography", "Geography", "Geometry"]),
            metric: pick(rng, &["cosine", "dotproduct", "euclidean"]),
            vector_index: pick(rng, &["flat", "quantizedFlat", "diskANN"]),
            included: paths.into_iter().filter(|_| rng.bool()).collect(),
        }
    }

    /// A container with an index on every path, those of two keys that queries order by, and those of places, vectors
    /// and texts.
    pub(super) fn indexed(&self) -> ContainerProperties {
        let composite = |key: &str, order: &str| json!([{"path": format!("/{key}")}, {"path": "/n", "order": order}]);
        let composites: Vec<Value> = MIXED
            .iter()
            .flat_map(|key| [composite(key, "ascending"), composite(key, "descending")])
            .collect();
        self.properties(
            INDEXED,
            &json!({
                "includedPaths": [{"path": "/*"}],
                "excludedPaths": [{"path": "/vec/*"}],
                "compositeIndexes": composites,
                "spatialIndexes": [self.spatial()],
                "vectorIndexes": [{"path": "/vec", "type": self.vector_index}],
                "fullTextIndexes": [{"path": "/text"}],
            }),
        )
    }

    /// A container with indexes on some paths.
    pub(super) fn partial(&self) -> ContainerProperties {
        let included: Vec<Value> = self
            .included
            .iter()
            .map(|path| json!({"path": path}))
            .collect();
        self.properties(
            PARTIAL,
            &json!({"includedPaths": included, "excludedPaths": [{"path": "/*"}]}),
        )
    }

    /// A container in which every query is a scan.
    pub(super) fn bare(&self) -> ContainerProperties {
        self.properties(BARE, &json!({"indexingMode": "none", "automatic": false}))
    }

    fn spatial(&self) -> Value {
        let types = ["Point", "Polygon", "MultiPolygon", "LineString"];
        if self.geospatial == "Geometry" {
            let bounds = json!({"xmin": -3, "ymin": -3, "xmax": 3, "ymax": 3});
            json!({"path": "/place/*", "types": types, "boundingBox": bounds})
        } else {
            json!({"path": "/place/*", "types": types})
        }
    }

    fn properties(&self, name: &str, indexing: &Value) -> ContainerProperties {
        let embedding = json!({
            "path": "/vec", "dataType": "float32", "distanceFunction": self.metric, "dimensions": 3,
        });
        let document = json!({
            "id": name,
            "partitionKey": {"paths": ["/pk"], "version": 2},
            "indexingPolicy": indexing,
            "geospatialConfig": {"type": self.geospatial},
            "vectorEmbeddingPolicy": {"vectorEmbeddings": [embedding]},
            "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "en-US"}]},
        });
        serde_json::from_value(document).expect("the policies are well formed")
    }
}
