//! Vectors: which properties hold them, and how they are indexed.

use serde::{Deserialize, Serialize};

use super::UnknownProperties;
use super::wire_word::wire_word;

/// Which properties of a container's items hold vectors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VectorEmbeddingPolicy {
    /// One entry for each vector property; paths cannot change later.
    #[serde(rename = "vectorEmbeddings", default)]
    pub embeddings: Vec<VectorEmbedding>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl VectorEmbeddingPolicy {
    /// Adds an embedding.
    pub fn with_embedding(mut self, embedding: VectorEmbedding) -> Self {
        self.embeddings.push(embedding);
        self
    }
}

/// One property that holds a vector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VectorEmbedding {
    /// Path of the property, such as `/embedding`.
    pub path: String,
    /// What the elements of the vector are.
    pub data_type: VectorDataType,
    /// How many elements the vector has.
    pub dimensions: u32,
    /// How two vectors are compared.
    pub distance_function: VectorDistanceFunction,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl VectorEmbedding {
    /// A vector of `dimensions` elements at `path`.
    pub fn new(
        path: impl Into<String>,
        data_type: VectorDataType,
        dimensions: u32,
        distance_function: VectorDistanceFunction,
    ) -> Self {
        Self {
            path: path.into(),
            data_type,
            dimensions,
            distance_function,
            unknown: UnknownProperties::new(),
        }
    }

    /// Changes the path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Changes the type of the elements.
    pub fn with_data_type(mut self, data_type: VectorDataType) -> Self {
        self.data_type = data_type;
        self
    }

    /// Changes the number of elements.
    pub fn with_dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = dimensions;
        self
    }

    /// Changes how vectors are compared.
    pub fn with_distance_function(mut self, distance_function: VectorDistanceFunction) -> Self {
        self.distance_function = distance_function;
        self
    }
}

wire_word! {
    /// What the elements of a vector are.
    VectorDataType {
        /// IEEE half precision.
        Float16 = "float16",
        /// IEEE single precision.
        Float32 = "float32",
        /// Unsigned byte.
        Uint8 = "uint8",
        /// Signed byte.
        Int8 = "int8",
    }
}

wire_word! {
    /// How two vectors are compared.
    VectorDistanceFunction {
        /// Euclidean distance.
        Euclidean = "euclidean",
        /// Cosine similarity.
        Cosine = "cosine",
        /// Dot product.
        DotProduct = "dotproduct",
    }
}

/// A vector index of an indexing policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the document")]
#[non_exhaustive]
pub struct VectorIndex {
    /// Path of the vector; it must stand in the container's [`VectorEmbeddingPolicy`].
    pub path: String,
    /// How the index is built.
    #[serde(rename = "type")]
    pub index_type: VectorIndexType,
    /// How vectors are compressed (`quantizedFlat`, `diskANN`); the service chooses when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantizer_type: Option<QuantizerType>,
    /// Bytes per compressed vector, 1 to the smaller of 512 and the dimensions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantization_byte_size: Option<u32>,
    /// Candidates looked at while the index is built (`diskANN`), 25 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indexing_search_list_size: Option<u32>,
    /// Paths whose values cut the index into shards (`quantizedFlat`, `diskANN`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vector_index_shard_key: Vec<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl VectorIndex {
    /// An index of `index_type` over the vector at `path`.
    pub fn new(path: impl Into<String>, index_type: VectorIndexType) -> Self {
        Self {
            path: path.into(),
            index_type,
            quantizer_type: None,
            quantization_byte_size: None,
            indexing_search_list_size: None,
            vector_index_shard_key: Vec::new(),
            unknown: UnknownProperties::new(),
        }
    }

    /// Changes the path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Changes how the index is built.
    pub fn with_index_type(mut self, index_type: VectorIndexType) -> Self {
        self.index_type = index_type;
        self
    }

    /// Sets how vectors are compressed.
    pub fn with_quantizer_type(mut self, quantizer_type: QuantizerType) -> Self {
        self.quantizer_type = Some(quantizer_type);
        self
    }

    /// Sets the bytes per compressed vector.
    pub fn with_quantization_byte_size(mut self, quantization_byte_size: u32) -> Self {
        self.quantization_byte_size = Some(quantization_byte_size);
        self
    }

    /// Sets how many candidates are looked at while the index is built.
    pub fn with_indexing_search_list_size(mut self, indexing_search_list_size: u32) -> Self {
        self.indexing_search_list_size = Some(indexing_search_list_size);
        self
    }

    /// Adds a path whose values cut the index into shards.
    pub fn with_shard_key_path(mut self, path: impl Into<String>) -> Self {
        self.vector_index_shard_key.push(path.into());
        self
    }
}

wire_word! {
    /// How a vector index is built.
    VectorIndexType {
        /// Vectors as they are, compared one by one; at most 505 dimensions.
        Flat = "flat",
        /// Compressed vectors, compared one by one; at most 4096 dimensions.
        QuantizedFlat = "quantizedFlat",
        /// A graph on disk; at most 4096 dimensions.
        DiskANN = "diskANN",
    }
}

wire_word! {
    /// How an index compresses vectors.
    QuantizerType {
        /// Product quantization.
        Product = "product",
        /// Spherical quantization.
        Spherical = "spherical",
    }
}
