//! The markers of binary JSON, and its fixed strings.

/// First byte of every binary body.
pub const PREAMBLE: u8 = 0x80;

pub(super) const LITERAL_INT_END: u8 = 0x20;
pub(super) const SYSTEM_STRING: u8 = 0x20;
pub(super) const DICTIONARY_STRING: u8 = 0x40;
pub(super) const DICTIONARY_STRING_LAST: u8 = 0x67;
pub(super) const BASE64_1: u8 = 0x71;
pub(super) const BASE64_2: u8 = 0x72;
pub(super) const BASE64_URL_1: u8 = 0x73;
pub(super) const BASE64_URL_2: u8 = 0x74;
pub(super) const GUID_LOWER: u8 = 0x75;
pub(super) const GUID_UPPER: u8 = 0x76;
pub(super) const GUID_QUOTED: u8 = 0x77;
pub(super) const HEX_LOWER: u8 = 0x78;
pub(super) const HEX_UPPER: u8 = 0x79;
pub(super) const DATE_TIME: u8 = 0x7A;
pub(super) const PACKED_4: u8 = 0x7B;
pub(super) const PACKED_5: u8 = 0x7C;
pub(super) const PACKED_6: u8 = 0x7D;
pub(super) const PACKED_7_1: u8 = 0x7E;
pub(super) const PACKED_7_2: u8 = 0x7F;
pub(super) const SHORT_STRING: u8 = 0x80;
pub(super) const SHORT_STRING_LAST: u8 = 0xBF;
pub(super) const STRING_1: u8 = 0xC0;
pub(super) const STRING_2: u8 = 0xC1;
pub(super) const STRING_4: u8 = 0xC2;
pub(super) const REFERENCE_1: u8 = 0xC3;
pub(super) const REFERENCE_2: u8 = 0xC4;
pub(super) const REFERENCE_3: u8 = 0xC5;
pub(super) const REFERENCE_4: u8 = 0xC6;
pub(super) const NUMBER_U64: u8 = 0xC7;
pub(super) const NUMBER_U8: u8 = 0xC8;
pub(super) const NUMBER_I16: u8 = 0xC9;
pub(super) const NUMBER_I32: u8 = 0xCA;
pub(super) const NUMBER_I64: u8 = 0xCB;
pub(super) const NUMBER_F64: u8 = 0xCC;
pub(super) const F32: u8 = 0xCD;
pub(super) const F64: u8 = 0xCE;
pub(super) const F16: u8 = 0xCF;
pub(super) const NULL: u8 = 0xD0;
pub(super) const FALSE: u8 = 0xD1;
pub(super) const TRUE: u8 = 0xD2;
pub(super) const GUID: u8 = 0xD3;
pub(super) const U8: u8 = 0xD7;
pub(super) const I8: u8 = 0xD8;
pub(super) const I16: u8 = 0xD9;
pub(super) const I32: u8 = 0xDA;
pub(super) const I64: u8 = 0xDB;
pub(super) const U32: u8 = 0xDC;
pub(super) const BLOB_1: u8 = 0xDD;
pub(super) const BLOB_2: u8 = 0xDE;
pub(super) const BLOB_4: u8 = 0xDF;
/// First of the eight array markers: none, one, length of 1, 2, 4 bytes, length and count of 1, 2, 4 bytes.
pub(super) const ARRAY: u8 = 0xE0;
pub(super) const ARRAY_LAST: u8 = 0xE7;
/// First of the eight object markers, in the order of the array markers.
pub(super) const OBJECT: u8 = 0xE8;
pub(super) const OBJECT_LAST: u8 = 0xEF;
pub(super) const NUMBERS_1: u8 = 0xF0;
pub(super) const NUMBERS_2: u8 = 0xF1;
pub(super) const NUMBER_ARRAYS_1: u8 = 0xF2;
pub(super) const NUMBER_ARRAYS_2: u8 = 0xF3;

/// Offset of the markers with length and count from the first marker of their kind.
pub(super) const WITH_COUNT: u8 = 5;

/// The strings of the markers `20` to `3F`, in their order.
pub const SYSTEM_STRINGS: [&str; 32] = [
    "$s",
    "$t",
    "$v",
    "_attachments",
    "_etag",
    "_rid",
    "_self",
    "_ts",
    "attachments/",
    "coordinates",
    "geometry",
    "GeometryCollection",
    "id",
    "url",
    "Value",
    "label",
    "LineString",
    "link",
    "MultiLineString",
    "MultiPoint",
    "MultiPolygon",
    "name",
    "Name",
    "Type",
    "Point",
    "Polygon",
    "properties",
    "type",
    "value",
    "Feature",
    "FeatureCollection",
    "_id",
];
