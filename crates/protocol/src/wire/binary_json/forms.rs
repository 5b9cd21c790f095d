//! A writer for tests that knows every form of the format and takes one at random, from the description of the
//! format and not from the decoder.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Number, Value};

use super::SYSTEM_STRINGS;

/// Writes values with forms chosen by a stream of bytes.
pub(super) struct Writer<C> {
    pub(super) out: Vec<u8>,
    choices: C,
    /// Where each string stands in a form that can be referred to.
    written: HashMap<String, usize>,
}

impl<C: Iterator<Item = u8>> Writer<C> {
    pub(super) fn write(value: &Value, choices: C) -> Vec<u8> {
        let mut writer = Self {
            out: vec![0x80],
            choices,
            written: HashMap::new(),
        };
        writer.value(value);
        writer.out
    }

    fn choose<T>(&mut self, mut among: Vec<T>) -> T {
        let choice = usize::from(self.choices.next().unwrap_or(0));
        among.swap_remove(choice % among.len())
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.push(0xD0),
            Value::Bool(false) => self.out.push(0xD1),
            Value::Bool(true) => self.out.push(0xD2),
            Value::Number(number) => {
                let form = self.choose(number_forms(number));
                self.out.extend(form);
            }
            Value::String(text) => self.string(text, true),
            Value::Array(values) => self.array(values),
            Value::Object(map) => {
                let members: Vec<_> = map.iter().collect();
                self.container(0xE8, &members, |writer, (name, value)| {
                    writer.string(name, false);
                    writer.value(value);
                });
            }
        }
    }

    fn array(&mut self, values: &[Value]) {
        let uniform = uniform_forms(values);
        if !uniform.is_empty() && self.choices.next().unwrap_or(0).is_multiple_of(2) {
            let form = self.choose(uniform);
            self.out.extend(form);
            return;
        }
        let values: Vec<_> = values.iter().collect();
        self.container(0xE0, &values, Self::value);
    }

    fn container<T: Copy>(&mut self, base: u8, entries: &[T], mut entry: impl FnMut(&mut Self, T)) {
        let mut steps = vec![4, 7];
        // The size is not known before it is written: lengths of one byte only where it is, two bytes always do.
        steps.extend(match entries.len() {
            0 => vec![0, 2, 3, 5, 6],
            1 => vec![1, 3, 6],
            _ => vec![3, 6],
        });
        let step = self.choose(steps);
        self.out.push(base + step);
        let (length_bytes, count_bytes) = match step {
            0 | 1 => (0, 0),
            2 => (1, 0),
            3 => (2, 0),
            4 => (4, 0),
            5 => (1, 1),
            6 => (2, 2),
            _ => (4, 4),
        };
        let head = self.out.len();
        self.out.extend(vec![0; length_bytes + count_bytes]);
        let start = self.out.len();
        for value in entries {
            entry(self, *value);
        }
        let length = (self.out.len() - start).to_le_bytes();
        assert!(
            length_bytes == 0 || length[length_bytes..].iter().all(|byte| *byte == 0),
            "test value too large"
        );
        self.out[head..head + length_bytes].copy_from_slice(&length[..length_bytes]);
        let count = entries.len().to_le_bytes();
        self.out[head + length_bytes..start].copy_from_slice(&count[..count_bytes]);
    }

    fn string(&mut self, text: &str, as_value: bool) {
        if let Some(target) = self.written.get(text).copied() {
            let mut widths = vec![4];
            widths.extend((1..4).filter(|width| target < 1 << (8 * width)));
            widths.push(0);
            let width = self.choose(widths);
            if width > 0 {
                self.out.push(0xC2 + u8::try_from(width).unwrap());
                self.out.extend(&target.to_le_bytes()[..width]);
                return;
            }
        }
        let mut forms: Vec<(Vec<u8>, bool)> = string_forms(text)
            .into_iter()
            .map(|form| (form, true))
            .collect();
        if as_value {
            forms.extend(value_only_forms(text).into_iter().map(|form| (form, false)));
        }
        let (form, can_be_target) = self.choose(forms);
        if can_be_target {
            self.written.insert(text.to_owned(), self.out.len());
        }
        self.out.extend(form);
    }
}

fn with(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut form = vec![marker];
    for part in parts {
        form.extend_from_slice(part);
    }
    form
}

fn length_of<const N: usize>(length: usize) -> Option<[u8; N]> {
    let bytes = length.to_le_bytes();
    bytes[N..]
        .iter()
        .all(|byte| *byte == 0)
        .then(|| bytes[..N].try_into().unwrap())
}

fn string_forms(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut forms = vec![with(0xC2, &[&length_of::<4>(bytes.len()).unwrap(), bytes])];
    if let Some(length) = length_of::<2>(bytes.len()) {
        forms.push(with(0xC1, &[&length, bytes]));
    }
    if let Some([length]) = length_of::<1>(bytes.len()) {
        forms.push(with(0xC0, &[&[length], bytes]));
        if length < 64 {
            forms.push(with(0x80 + length, &[bytes]));
        }
    }
    if let Some(index) = SYSTEM_STRINGS.iter().position(|known| *known == text) {
        forms.push(vec![0x20 + u8::try_from(index).unwrap()]);
    }
    for (marker, table) in [
        (0x78, b"0123456789abcdef"),
        (0x79, b"0123456789ABCDEF"),
        (0x7A, b" 0123456789:-.TZ"),
    ] {
        let indexes: Option<Vec<u8>> = bytes
            .iter()
            .map(|byte| table.iter().position(|known| known == byte))
            .map(as_byte)
            .collect();
        if let (Some(indexes), Some(length)) = (indexes, length_of::<1>(bytes.len())) {
            let packed: Vec<u8> = indexes
                .chunks(2)
                .map(|pair| pair[0] | pair.get(1).unwrap_or(&0) << 4)
                .collect();
            forms.push(with(marker, &[&length, &packed]));
        }
    }
    forms.extend(packed_forms(text));
    forms.extend(base64_forms(text));
    forms.extend(guid_forms(text));
    forms
}

fn as_byte(index: Option<usize>) -> Option<u8> {
    index.and_then(|index| u8::try_from(index).ok())
}

fn packed_forms(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut forms = Vec::new();
    if !text.is_ascii() {
        return forms;
    }
    let base = bytes.iter().copied().min().unwrap_or(0);
    let span = bytes.iter().copied().max().unwrap_or(0) - base;
    for (marker, bits) in [(0x7B, 4u32), (0x7C, 5), (0x7D, 6)] {
        if let (true, Some(length)) = (u32::from(span) < 1 << bits, length_of::<1>(bytes.len())) {
            forms.push(with(marker, &[&length, &[base], &pack(bytes, base, bits)]));
        }
    }
    if let Some(length) = length_of::<1>(bytes.len()) {
        forms.push(with(0x7E, &[&length, &pack(bytes, 0, 7)]));
    }
    if let Some(length) = length_of::<2>(bytes.len()) {
        forms.push(with(0x7F, &[&length, &pack(bytes, 0, 7)]));
    }
    forms
}

/// All bits in a row, the lowest first, cut into bytes.
fn pack(bytes: &[u8], base: u8, bits: u32) -> Vec<u8> {
    let stream: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..bits).map(move |bit| (byte - base) >> bit & 1))
        .collect();
    stream
        .chunks(8)
        .map(|chunk| chunk.iter().rev().fold(0, |byte, bit| byte << 1 | bit))
        .collect()
}

fn base64_forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    let mut add = |markers: [u8; 2], bytes: Vec<u8>, padding: u8| {
        let groups = bytes.len().div_ceil(3);
        if let Some(groups) = length_of::<1>(groups) {
            forms.push(with(markers[0], &[&groups, &[padding], &bytes]));
        }
        if let Some(groups) = length_of::<2>(groups) {
            forms.push(with(markers[1], &[&groups, &[padding], &bytes]));
        }
    };
    let padding = |bytes: &[u8]| u8::try_from((3 - bytes.len() % 3) % 3).unwrap();
    if let Ok(bytes) = STANDARD.decode(text) {
        let padding = padding(&bytes);
        add([0x71, 0x72], bytes, padding);
    }
    if let Ok(bytes) = URL_SAFE.decode(text) {
        let padding = padding(&bytes);
        add([0x73, 0x74], bytes, padding);
    }
    if !text.len().is_multiple_of(4) {
        if let Ok(bytes) = STANDARD_NO_PAD.decode(text) {
            let padding = !padding(&bytes);
            add([0x71, 0x72], bytes, padding);
        }
        if let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) {
            let padding = !padding(&bytes);
            add([0x73, 0x74], bytes, padding);
        }
    }
    forms
}

fn guid_forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    let mut add = |marker: u8, text: &str, table: &[u8; 16]| {
        let dashes: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let nibbles: Option<Vec<u8>> = digits
            .bytes()
            .map(|byte| table.iter().position(|known| *known == byte))
            .map(as_byte)
            .collect();
        if let (Some(nibbles), [8, 13, 18, 23], 32) = (nibbles, dashes.as_slice(), digits.len()) {
            let bytes: Vec<u8> = nibbles
                .chunks(2)
                .map(|pair| pair[0] | pair[1] << 4)
                .collect();
            forms.push(with(marker, &[&bytes]));
        }
    };
    add(0x75, text, b"0123456789abcdef");
    add(0x76, text, b"0123456789ABCDEF");
    if let Some(inner) = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    {
        add(0x77, inner, b"0123456789abcdef");
    }
    forms
}

/// Forms that are no strings but become ones: a GUID, bytes.
fn value_only_forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    if let Some(guid) = uuid::Uuid::parse_str(text)
        .ok()
        .filter(|guid| guid.hyphenated().to_string() == text)
    {
        let (first, second, third, rest) = guid.as_fields();
        forms.push(with(
            0xD3,
            &[
                &first.to_le_bytes(),
                &second.to_le_bytes(),
                &third.to_le_bytes(),
                rest,
            ],
        ));
    }
    if let Ok(bytes) = STANDARD.decode(text) {
        forms.push(with(0xDF, &[&length_of::<4>(bytes.len()).unwrap(), &bytes]));
        if let Some(length) = length_of::<2>(bytes.len()) {
            forms.push(with(0xDE, &[&length, &bytes]));
        }
        if let Some(length) = length_of::<1>(bytes.len()) {
            forms.push(with(0xDD, &[&length, &bytes]));
        }
    }
    forms
}

/// A number without marker, for each marker that can stand before it.
fn bare_forms(number: &Number) -> Vec<(u8, Vec<u8>)> {
    let mut forms = Vec::new();
    if let Some(value) = number.as_i64() {
        forms.push((0xDB, value.to_le_bytes().to_vec()));
        forms.extend(u8::try_from(value).map(|value| (0xD7, value.to_le_bytes().to_vec())));
        forms.extend(i8::try_from(value).map(|value| (0xD8, value.to_le_bytes().to_vec())));
        forms.extend(i16::try_from(value).map(|value| (0xD9, value.to_le_bytes().to_vec())));
        forms.extend(i32::try_from(value).map(|value| (0xDA, value.to_le_bytes().to_vec())));
        forms.extend(u32::try_from(value).map(|value| (0xDC, value.to_le_bytes().to_vec())));
        // Integers below 2^11 have exact halves: the fraction is what follows the first bit.
        if let Ok(value) = u16::try_from(value)
            && (1..2048).contains(&value)
        {
            let exponent = value.ilog2();
            let fraction = (u32::from(value) << (10 + 1) >> (exponent + 1)) & 0x3FF;
            let half = u16::try_from((exponent + 15) << 10 | fraction).unwrap();
            forms.push((0xCF, half.to_le_bytes().to_vec()));
        }
    }
    let exact = number
        .as_i64()
        .is_none_or(|value| value.unsigned_abs() <= 1 << 53);
    if let (Some(value), true, false) = (
        number.as_f64(),
        exact,
        number.is_u64() && number.as_i64().is_none(),
    ) {
        forms.push((0xCE, value.to_le_bytes().to_vec()));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "only used when it loses nothing"
        )]
        let single = value as f32;
        if f64::from(single).to_bits() == value.to_bits() {
            forms.push((0xCD, single.to_le_bytes().to_vec()));
        }
    }
    forms
}

fn number_forms(number: &Number) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for (marker, bytes) in bare_forms(number) {
        forms.push(with(marker, &[&bytes]));
        let twin = match marker {
            0xD7 => 0xC8,
            0xD9 => 0xC9,
            0xDA => 0xCA,
            0xDB => 0xCB,
            0xCE => 0xCC,
            _ => continue,
        };
        forms.push(with(twin, &[&bytes]));
    }
    if let Some(value) = number.as_u64() {
        forms.push(with(0xC7, &[&value.to_le_bytes()]));
        forms.extend(
            u8::try_from(value)
                .ok()
                .filter(|value| *value < 32)
                .map(|value| vec![value]),
        );
    }
    forms
}

/// One body for each marker that all numbers have in common.
fn uniform_bodies(values: &[Value]) -> Vec<(u8, Vec<u8>)> {
    let Some(numbers) = values
        .iter()
        .map(Value::as_number)
        .collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let forms: Vec<Vec<(u8, Vec<u8>)>> = numbers.into_iter().map(bare_forms).collect();
    let bare = |forms: &[(u8, Vec<u8>)], marker| {
        forms
            .iter()
            .find(|form| form.0 == marker)
            .map(|form| form.1.clone())
    };
    let body = |marker| {
        let parts = forms
            .iter()
            .map(|forms| bare(forms, marker))
            .collect::<Option<Vec<_>>>()?;
        Some((marker, parts.concat()))
    };
    (0xCD..=0xDC)
        .filter_map(body)
        .filter(|(marker, _)| !(0xD0..0xD7).contains(marker))
        .collect()
}

fn uniform_forms(values: &[Value]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for (marker, body) in uniform_bodies(values) {
        forms.extend(
            length_of::<1>(values.len()).map(|count| with(0xF0, &[&[marker], &count, &body])),
        );
        forms.extend(
            length_of::<2>(values.len()).map(|count| with(0xF1, &[&[marker], &count, &body])),
        );
    }
    let Some(rows) = values
        .iter()
        .map(Value::as_array)
        .collect::<Option<Vec<_>>>()
    else {
        return forms;
    };
    let Some(width) = rows
        .first()
        .map(|row| row.len())
        .filter(|width| rows.iter().all(|row| row.len() == *width))
    else {
        return forms;
    };
    for (marker, body) in
        uniform_bodies(&rows.iter().copied().flatten().cloned().collect::<Vec<_>>())
    {
        let one = length_of::<1>(width).zip(length_of::<1>(rows.len()));
        forms.extend(
            one.map(|(inner, outer)| with(0xF2, &[&[0xF0, marker], &inner, &outer, &body])),
        );
        let two = length_of::<2>(width).zip(length_of::<2>(rows.len()));
        forms.extend(
            two.map(|(inner, outer)| with(0xF3, &[&[0xF1, marker], &inner, &outer, &body])),
        );
    }
    forms
}
