//! What a query needs to know about its container.

use cosmokit_protocol::resource::{CompositeIndexOrder, ContainerProperties, GeospatialType};
use cosmokit_protocol::value::PropertyPath;

use crate::ast::Direction;
use crate::function::{Metric, Surface};

/// A path into documents, by member names.
pub type Segments = Box<[Box<str>]>;

/// The parts of a container's properties that queries depend on.
///
/// The default knows nothing: the globe, cosine, no computed properties, and no check of composite indexes. It is what a
/// client plans with that has not read the container.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// What coordinates mean.
    pub surface: Surface,
    /// The metric of each vector path.
    pub vectors: Vec<(Segments, Metric)>,
    /// Names and queries of computed properties.
    pub computed: Vec<(Box<str>, Box<str>)>,
    /// Composite indexes; `None` when they are not known, and ORDER BY of several keys is not checked.
    pub composites: Option<Vec<Composite>>,
}

/// One composite index: paths with directions, in sequence.
pub type Composite = Vec<(Segments, Direction)>;

impl Schema {
    /// What the properties of a container say.
    pub fn of(container: &ContainerProperties) -> Self {
        let surface = match container
            .geospatial_config
            .as_ref()
            .map(|config| &config.geospatial_type)
        {
            Some(GeospatialType::Geometry) => Surface::Geometry,
            _ => Surface::Geography,
        };
        let embeddings = container
            .vector_embedding_policy
            .iter()
            .flat_map(|policy| &policy.embeddings);
        let vectors = embeddings
            .filter_map(|embedding| {
                let metric =
                    Metric::of(embedding.distance_function.as_str()).unwrap_or(Metric::Cosine);
                Some((segments(embedding.path.as_str())?, metric))
            })
            .collect();
        let computed = container.computed_properties.iter().flatten();
        let indexes = container
            .indexing_policy
            .iter()
            .flat_map(|policy| &policy.composite_indexes);
        let composites = indexes.filter_map(|index| {
            let property = |property: &cosmokit_protocol::resource::CompositeIndexProperty| {
                Some((segments(&property.path)?, direction(&property.order)))
            };
            index.properties.iter().map(property).collect()
        });
        Self {
            surface,
            vectors,
            computed: computed
                .map(|property| {
                    (
                        property.name.as_str().into(),
                        property.query.as_str().into(),
                    )
                })
                .collect(),
            composites: Some(composites.collect()),
        }
    }

    /// The metric of a vector path; cosine when the policy does not name it.
    pub(crate) fn metric(&self, path: &[&str]) -> Metric {
        let known = self
            .vectors
            .iter()
            .find(|(segments, _)| segments.iter().map(|s| &**s).eq(path.iter().copied()));
        known.map_or(Metric::Cosine, |(_, metric)| *metric)
    }

    /// Whether a composite index serves these keys: the same paths in sequence, all directions equal or all inverted.
    pub(crate) fn serves(&self, keys: &[(Vec<&str>, Direction)]) -> bool {
        let Some(composites) = &self.composites else {
            return true;
        };
        composites.iter().any(|index| {
            let same_paths = index.len() == keys.len()
                && index.iter().zip(keys).all(|((left, _), (right, _))| {
                    left.iter().map(|s| &**s).eq(right.iter().copied())
                });
            let equal = index
                .iter()
                .zip(keys)
                .filter(|((_, left), (_, right))| left == right)
                .count();
            same_paths && (equal == keys.len() || equal == 0)
        })
    }
}

/// The segments of a path such as `/a/"b c"`, without a trailing `/?`.
pub(crate) fn segments(path: &str) -> Option<Segments> {
    let path: PropertyPath = path.strip_suffix("/?").unwrap_or(path).parse().ok()?;
    Some(path.segments().map(Box::from).collect())
}

fn direction(order: &CompositeIndexOrder) -> Direction {
    if order.as_str().eq_ignore_ascii_case("descending") {
        Direction::Descending
    } else {
        Direction::Ascending
    }
}
