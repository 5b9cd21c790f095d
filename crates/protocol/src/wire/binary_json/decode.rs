//! Binary JSON to JSON text.

use super::cursor::{Cursor, Width};
use super::marker::{
    ARRAY, ARRAY_LAST, F16, F32, F64, FALSE, I8, I16, I32, I64, LITERAL_INT_END, NULL,
    NUMBER_ARRAYS_1, NUMBER_ARRAYS_2, NUMBER_F64, NUMBER_I16, NUMBER_I32, NUMBER_I64, NUMBER_U8,
    NUMBER_U64, NUMBERS_1, NUMBERS_2, OBJECT, OBJECT_LAST, TRUE, U8, U32,
};
use super::{BinaryJsonError, is_binary, text, write};
use crate::value::Number;

/// How far a decoder goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// The most arrays and objects inside one another; the service's limit, and the default, is 128.
    pub max_depth: usize,
    /// The largest text, in bytes; default 64 MiB. Back references let a small body become a large text.
    pub max_text_bytes: usize,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            max_depth: 128,
            max_text_bytes: 64 * 1024 * 1024,
        }
    }
}

impl DecodeLimits {
    /// The default depth, and texts of at most so many bytes.
    pub fn of_text_bytes(max_text_bytes: usize) -> Self {
        Self {
            max_text_bytes,
            ..Self::default()
        }
    }
}

/// Decodes a binary body into compact JSON text, within the default limits.
///
/// Integers keep all their digits, doubles print as the shortest text that reads back, without a point when they
/// are integral. GUIDs and blobs become strings. The order of members, and duplicates among them, stay.
///
/// ```
/// use cosmokit_protocol::wire::binary_json::decode;
///
/// assert_eq!(decode(&[0x80, 0xE9, 0x2C, 0x81, b'x'])?, br#"{"id":"x"}"#);
/// # Ok::<(), cosmokit_protocol::wire::binary_json::BinaryJsonError>(())
/// ```
///
/// # Errors
/// [`BinaryJsonError`] when the body is not binary, broken or beyond the limits.
pub fn decode(body: &[u8]) -> Result<Vec<u8>, BinaryJsonError> {
    decode_within(body, DecodeLimits::default())
}

/// As [`decode`], within other limits.
///
/// # Errors
/// As [`decode`].
pub fn decode_within(body: &[u8], limits: DecodeLimits) -> Result<Vec<u8>, BinaryJsonError> {
    if !is_binary(body) {
        return Err(BinaryJsonError::NotBinary);
    }
    let capacity = body
        .len()
        .saturating_add(body.len() / 4)
        .min(limits.max_text_bytes);
    let mut decoder = Decoder {
        cursor: Cursor::new(body, 1),
        out: Vec::with_capacity(capacity),
        limits,
    };
    decoder.value(0)?;
    decoder.check_size()?;
    if decoder.cursor.is_empty() {
        Ok(decoder.out)
    } else {
        Err(BinaryJsonError::Trailing {
            offset: decoder.cursor.offset(),
        })
    }
}

struct Decoder<'a> {
    cursor: Cursor<'a>,
    out: Vec<u8>,
    limits: DecodeLimits,
}

/// What stands before the content of an array or object.
enum Frame {
    Empty,
    Single,
    Sized(Width),
    Counted(Width),
}

impl Frame {
    /// The frame of a marker by its distance from the first marker of its kind.
    fn of(step: u8) -> Self {
        match step {
            0 => Self::Empty,
            1 => Self::Single,
            2 => Self::Sized(Width::One),
            3 => Self::Sized(Width::Two),
            4 => Self::Sized(Width::Four),
            5 => Self::Counted(Width::One),
            6 => Self::Counted(Width::Two),
            _ => Self::Counted(Width::Four),
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Array,
    Object,
}

impl Decoder<'_> {
    /// Decodes one value inside `depth` arrays and objects.
    fn value(&mut self, depth: usize) -> Result<(), BinaryJsonError> {
        if let Some(text) = text::read(&mut self.cursor)? {
            write::string(&mut self.out, &text);
            return Ok(());
        }
        let offset = self.cursor.offset();
        let marker = self.cursor.byte()?;
        match marker {
            NULL => self.out.extend_from_slice(b"null"),
            FALSE => self.out.extend_from_slice(b"false"),
            TRUE => self.out.extend_from_slice(b"true"),
            ..LITERAL_INT_END => write::display(&mut self.out, marker),
            ARRAY..=ARRAY_LAST => self.container(Kind::Array, &Frame::of(marker - ARRAY), depth)?,
            OBJECT..=OBJECT_LAST => {
                self.container(Kind::Object, &Frame::of(marker - OBJECT), depth)?;
            }
            NUMBERS_1 => self.numbers(Width::One, depth)?,
            NUMBERS_2 => self.numbers(Width::Two, depth)?,
            NUMBER_ARRAYS_1 => self.number_arrays(Width::One, depth)?,
            NUMBER_ARRAYS_2 => self.number_arrays(Width::Two, depth)?,
            NUMBER_U8 => self.number(U8, offset)?,
            NUMBER_I16 => self.number(I16, offset)?,
            NUMBER_I32 => self.number(I32, offset)?,
            NUMBER_I64 => self.number(I64, offset)?,
            NUMBER_F64 => self.number(F64, offset)?,
            NUMBER_U64 => {
                let number = u64::from_le_bytes(self.cursor.array()?);
                write::display(&mut self.out, number);
            }
            _ => self.number(marker, offset)?,
        }
        Ok(())
    }

    fn check_size(&self) -> Result<(), BinaryJsonError> {
        let limit = self.limits.max_text_bytes;
        if self.out.len() > limit {
            Err(BinaryJsonError::TooLarge { limit })
        } else {
            Ok(())
        }
    }

    /// The number of levels inside one more array or object.
    fn deeper(&self, depth: usize) -> Result<usize, BinaryJsonError> {
        let limit = self.limits.max_depth;
        if depth >= limit {
            Err(BinaryJsonError::TooDeep { limit })
        } else {
            Ok(depth + 1)
        }
    }

    fn container(
        &mut self,
        kind: Kind,
        frame: &Frame,
        depth: usize,
    ) -> Result<(), BinaryJsonError> {
        let depth = self.deeper(depth)?;
        let (open, close) = match kind {
            Kind::Array => (b'[', b']'),
            Kind::Object => (b'{', b'}'),
        };
        self.out.push(open);
        match *frame {
            Frame::Empty => {}
            Frame::Single => self.entry(kind, depth)?,
            Frame::Sized(width) => {
                let length = self.cursor.unsigned(width)?;
                self.entries(kind, length, depth)?;
            }
            Frame::Counted(width) => {
                let offset = self.cursor.offset();
                let length = self.cursor.unsigned(width)?;
                let count = self.cursor.unsigned(width)?;
                if self.entries(kind, length, depth)? != count {
                    return Err(BinaryJsonError::Length { offset });
                }
            }
        }
        self.out.push(close);
        Ok(())
    }

    /// Decodes the entries in the next `length` bytes and returns their number.
    fn entries(
        &mut self,
        kind: Kind,
        length: usize,
        depth: usize,
    ) -> Result<usize, BinaryJsonError> {
        let outer = self.cursor.enter(length)?;
        let mut count = 0;
        while !self.cursor.is_empty() {
            if count > 0 {
                self.out.push(b',');
            }
            self.entry(kind, depth)?;
            self.check_size()?;
            count += 1;
        }
        self.cursor.leave(outer);
        Ok(count)
    }

    fn entry(&mut self, kind: Kind, depth: usize) -> Result<(), BinaryJsonError> {
        if matches!(kind, Kind::Object) {
            let name = text::read_name(&mut self.cursor)?;
            write::string(&mut self.out, &name);
            self.out.push(b':');
        }
        self.value(depth)
    }

    /// An array of bare numbers: their marker, their count, the numbers.
    fn numbers(&mut self, width: Width, depth: usize) -> Result<(), BinaryJsonError> {
        self.deeper(depth)?;
        let offset = self.cursor.offset();
        let marker = self.cursor.byte()?;
        let count = self.cursor.unsigned(width)?;
        self.bare_numbers(marker, count, offset)
    }

    /// An array of arrays of bare numbers: marker of the inner arrays, marker of the numbers, both counts (the
    /// inner one first), the numbers.
    fn number_arrays(&mut self, width: Width, depth: usize) -> Result<(), BinaryJsonError> {
        let inner_depth = self.deeper(depth)?;
        self.deeper(inner_depth)?;
        let inner_offset = self.cursor.offset();
        let inner = self.cursor.byte()?;
        if inner
            != (if width == Width::One {
                NUMBERS_1
            } else {
                NUMBERS_2
            })
        {
            return Err(BinaryJsonError::Marker {
                marker: inner,
                offset: inner_offset,
            });
        }
        let offset = self.cursor.offset();
        let marker = self.cursor.byte()?;
        let inner_count = self.cursor.unsigned(width)?;
        let outer_count = self.cursor.unsigned(width)?;
        self.out.push(b'[');
        for at in 0..outer_count {
            if at > 0 {
                self.out.push(b',');
            }
            self.bare_numbers(marker, inner_count, offset)?;
        }
        self.out.push(b']');
        self.check_size()
    }

    fn bare_numbers(
        &mut self,
        marker: u8,
        count: usize,
        offset: usize,
    ) -> Result<(), BinaryJsonError> {
        let bytes_each = bytes_of(marker).ok_or(BinaryJsonError::Marker { marker, offset })?;
        if count
            .checked_mul(bytes_each)
            .is_none_or(|bytes| bytes > self.cursor.remaining())
        {
            return Err(BinaryJsonError::Length { offset });
        }
        self.out.push(b'[');
        for at in 0..count {
            if at > 0 {
                self.out.push(b',');
            }
            self.number(marker, offset)?;
        }
        self.out.push(b']');
        self.check_size()
    }

    /// The bytes of a number whose marker is already read.
    fn number(&mut self, marker: u8, offset: usize) -> Result<(), BinaryJsonError> {
        let cursor = &mut self.cursor;
        let number = match marker {
            U8 => Number::from(u32::from(cursor.byte()?)),
            I8 => Number::from(i32::from(i8::from_le_bytes(cursor.array()?))),
            I16 => Number::from(i32::from(i16::from_le_bytes(cursor.array()?))),
            I32 => Number::from(i32::from_le_bytes(cursor.array()?)),
            I64 => Number::from(i64::from_le_bytes(cursor.array()?)),
            U32 => Number::from(u32::from_le_bytes(cursor.array()?)),
            F16 => Number::from(half(u16::from_le_bytes(cursor.array()?))),
            F32 => Number::from(f64::from(f32::from_le_bytes(cursor.array()?))),
            F64 => Number::from(f64::from_le_bytes(cursor.array()?)),
            _ => return Err(BinaryJsonError::Marker { marker, offset }),
        };
        if !number.is_finite() {
            return Err(BinaryJsonError::Number { offset });
        }
        write::display(&mut self.out, number);
        Ok(())
    }
}

/// The size of a number in an array of bare numbers; `None` for markers that cannot stand there.
fn bytes_of(marker: u8) -> Option<usize> {
    Some(match marker {
        U8 | I8 => 1,
        I16 | F16 => 2,
        I32 | U32 | F32 => 4,
        I64 | F64 => 8,
        _ => return None,
    })
}

/// The value of an IEEE half: sign 1 bit, exponent 5 bits with bias 15, fraction 10 bits.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x03FF);
    let exponent = i32::from((bits >> 10) & 0x1F);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 {
        magnitude
    } else {
        -magnitude
    }
}
