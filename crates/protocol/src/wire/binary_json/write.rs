//! Writes JSON text.

/// Writes a string with its quotes; escapes what JSON wants escaped and nothing else.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| escape(*byte).is_some()) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((byte, tail)) = tail.split_first() else {
            break;
        };
        match escape(*byte) {
            Some(Escape::Letter(letter)) => out.extend_from_slice(&[b'\\', letter]),
            Some(Escape::Number) => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            None => out.push(*byte),
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

enum Escape {
    Letter(u8),
    Number,
}

fn escape(byte: u8) -> Option<Escape> {
    Some(match byte {
        b'"' | b'\\' => Escape::Letter(byte),
        0x08 => Escape::Letter(b'b'),
        0x0C => Escape::Letter(b'f'),
        b'\n' => Escape::Letter(b'n'),
        b'\r' => Escape::Letter(b'r'),
        b'\t' => Escape::Letter(b't'),
        0x00..0x20 => Escape::Number,
        _ => return None,
    })
}

/// Writes something that prints as JSON, such as a finite number.
pub(super) fn display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    use std::io::Write as _;
    write!(out, "{value}").expect("writing to a vector cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back() {
        let all: String = (0..0x300).filter_map(char::from_u32).collect();
        for text in ["", "a", "é\u{2028}𐍈", "a\"b\\c\nd", all.as_str()] {
            let mut out = Vec::new();
            string(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
            assert_eq!(out, serde_json::to_vec(text).unwrap());
        }
    }
}
