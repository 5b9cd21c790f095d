//! What the policies of a container say about the vectors at a path.

use cosmokit_protocol::resource::{
    IndexPath, QuantizerType, VectorDataType, VectorEmbedding, VectorIndex, VectorIndexType,
};
use cosmokit_query::Metric;

/// How many candidates are looked at while a row is put into a graph, unless the policy says.
const BUILD_LIST: usize = 100;
/// Elements that one byte stands for under product quantization, unless the policy says.
const ELEMENTS_PER_BYTE: usize = 2;

/// How the vectors of a path are indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VectorSettings {
    /// The path of the vector; ends with `/?`.
    pub(crate) path: IndexPath,
    /// Paths whose values cut the index into shards.
    pub(crate) shard_key: Box<[IndexPath]>,
    /// What is made.
    pub(crate) kind: VectorKind,
    /// How vectors are compared, unless the query says.
    pub(crate) metric: Metric,
    /// How many elements a vector has.
    pub(crate) dimensions: usize,
    /// What the elements are.
    pub(crate) data_type: VectorDataType,
}

/// What is made of the vectors of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VectorKind {
    /// Vectors as they are.
    Flat,
    /// Compressed vectors.
    Quantized(Compression),
    /// A graph, with compressed vectors for the rows that are not in it yet.
    Graph {
        /// Of those rows.
        compression: Compression,
        /// Candidates that are looked at while a row is put in.
        build_list: usize,
    },
}

/// How a vector is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// One byte for each element.
    Scalar,
    /// So many bytes for a vector, each for a run of elements.
    Product(usize),
}

impl VectorSettings {
    /// What an index of the indexing policy and the embedding of its path say; `None` when a path is none.
    pub(crate) fn of(index: &VectorIndex, embedding: &VectorEmbedding) -> Option<Self> {
        let parse = |text: &str| IndexPath::parse("vector index", text).ok();
        let dimensions = usize::try_from(embedding.dimensions).ok()?;
        let compression = compression(index, dimensions);
        let kind = match index.index_type {
            VectorIndexType::QuantizedFlat => VectorKind::Quantized(compression),
            VectorIndexType::DiskANN => VectorKind::Graph {
                compression,
                build_list: index
                    .indexing_search_list_size
                    .and_then(|size| usize::try_from(size).ok())
                    .unwrap_or(BUILD_LIST),
            },
            _ => VectorKind::Flat,
        };
        let shard_key = index.vector_index_shard_key.iter();
        Some(Self {
            path: parse(&index.path)?,
            shard_key: shard_key.map(|path| parse(path)).collect::<Option<_>>()?,
            kind,
            metric: Metric::of(embedding.distance_function.as_str())?,
            dimensions,
            data_type: embedding.data_type.clone(),
        })
    }
}

/// A byte for each element holds what a scalar holds; fewer bytes need runs of elements.
fn compression(index: &VectorIndex, dimensions: usize) -> Compression {
    let bytes = index
        .quantization_byte_size
        .and_then(|bytes| usize::try_from(bytes).ok());
    match (bytes, &index.quantizer_type) {
        (Some(bytes), _) if bytes < dimensions => Compression::Product(bytes.max(1)),
        (None, Some(QuantizerType::Product)) if dimensions > 1 => {
            Compression::Product(dimensions.div_ceil(ELEMENTS_PER_BYTE))
        }
        _ => Compression::Scalar,
    }
}
