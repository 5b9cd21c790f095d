//! The page, made on the server; it works without scripts.

use std::collections::HashMap;
use std::fmt::Write as _;

use cosmokit_engine::Lag;

use crate::shelf::{BOOKS, Book, MAX_NOTE_CHARS, Note};

/// Who answered, and how.
#[derive(Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) number: usize,
    pub(crate) region: &'a str,
    /// How far regions lag, when that is known.
    pub(crate) lag: Option<Lag>,
    pub(crate) is_carried: bool,
}

const STYLE: &str = include_str!("style.css");

/// Lags to choose from, with their names.
const LAGS: [(&str, &str); 4] = [
    ("none", "none"),
    ("1000..4000ms", "1–4 s"),
    ("10s", "10 s"),
    ("paused", "paused"),
];

/// The whole page.
pub(crate) fn page(standing: &Standing<'_>, notes: &HashMap<String, Vec<Note>>) -> String {
    let mut body = String::new();
    for book in &BOOKS {
        let notes = notes.get(book.id).map_or(&[][..], Vec::as_slice);
        write_book(&mut body, book, notes);
    }
    document(&format!("{}<main>{body}</main>", status(standing)))
}

/// A page that says what went wrong.
pub(crate) fn failure(message: &str) -> String {
    let message = escape(message);
    document(&format!(
        "<main><article class=failed><h2>That did not work</h2><p>{message}</p><p><a href=\"/\">Back</a></p></article></main>"
    ))
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <title>Bookit</title><style>{STYLE}</style></head><body><header><h1>Bookit</h1><p>Stick a note on a book; vote up those \
         of others.</p></header>{body}</body></html>"
    )
}

fn status(standing: &Standing<'_>) -> String {
    let (word, class, other, action) = if standing.is_carried {
        ("on", "on", "off", "Stop carrying it")
    } else {
        ("off", "off", "on", "Carry it")
    };
    let mut status = format!(
        "<section class=status><p><b id=instance>Instance {}</b> in <b id=region>{}</b> answered</p>\
         <form method=post action=/carry><p>Carry my session: <b id=carry class={class}>{word}</b> \
         <button id=switch name=carry value={other}>{action}</button></p></form>",
        standing.number,
        escape(standing.region),
    );
    if let Some(lag) = standing.lag {
        let _ = write!(
            status,
            "<form method=post action=/lag><p>Regions lag: <b id=lag>{}</b> ",
            escape(&lag.to_string())
        );
        for (value, name) in LAGS {
            let is_chosen = value.parse().ok() == Some(lag);
            let _ = write!(
                status,
                "<button name=lag value=\"{value}\" aria-pressed={is_chosen}>{name}</button>"
            );
        }
        status.push_str("</p></form>");
    }
    status.push_str("<p><a id=refresh href=\"/\">Refresh</a></p></section>");
    let _ = write!(status, "<p class=hint>{}</p>", hint(standing.is_carried));
    status
}

/// What the reader is about to see.
fn hint(is_carried: bool) -> &'static str {
    if is_carried {
        "Every refresh is answered by the next instance, in another region. Your notes are there all the same: the session goes along in a cookie."
    } else {
        "Every refresh is answered by the next instance, in another region. Without the session a note that you stick on may be gone on refresh, and back on the next."
    }
}

fn write_book(out: &mut String, book: &Book, notes: &[Note]) {
    let Book {
        id,
        title,
        author,
        colour,
    } = book;
    let _ = write!(
        out,
        "<article id={id} style=\"--spine: {colour}\"><h2>{title}</h2><p class=author>{author}</p><ul>"
    );
    for note in notes {
        let _ = write!(
            out,
            "<li class=note><p>{}</p><form method=post action=/votes><input type=hidden name=book value={id}>\
             <input type=hidden name=note value=\"{}\"><button title=\"Vote up\">▲ {}</button></form></li>",
            escape(&note.text),
            escape(&note.id),
            note.votes,
        );
    }
    let _ = write!(
        out,
        "</ul><form class=new method=post action=/notes><input type=hidden name=book value={id}>\
         <textarea name=text required maxlength={MAX_NOTE_CHARS} rows=2 placeholder=\"A note on {title}\" \
         aria-label=\"A note on {title}\"></textarea><button>Stick it on</button></form></article>"
    );
}

/// Text as HTML shows it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
