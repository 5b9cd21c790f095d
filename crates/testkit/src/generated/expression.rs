//! Scalar expressions of a wanted type, which now and then are of another: what is ill-typed has an answer, too.

use fastrand::Rng;

use super::documents::{MIXED, TEXTS, key, pick, primitive, value};
use super::nature;

/// What an expression should give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Number,
    Text,
    Truth,
    List,
    Anything,
}

/// Expressions below which nothing is nested any further.
const DEPTH: u8 = 3;

/// Writes expressions about the item `c`.
pub(super) struct Writer<'r> {
    pub(super) rng: &'r mut Rng,
    depth: u8,
    /// Names of aliases that stand for elements of lists.
    aliases: Vec<&'static str>,
}

impl<'r> Writer<'r> {
    pub(super) fn new(rng: &'r mut Rng) -> Self {
        Self {
            rng,
            depth: 0,
            aliases: Vec::new(),
        }
    }

    /// The same, where this alias stands for something, too.
    pub(super) fn with_alias(mut self, alias: &'static str) -> Self {
        self.aliases.push(alias);
        self
    }

    /// An expression that gives what is wanted, mostly.
    pub(super) fn expression(&mut self, wanted: Wanted) -> String {
        let wanted = match self.rng.u8(..12) {
            0 => [Wanted::Number, Wanted::Text, Wanted::Truth, Wanted::List]
                .get(self.rng.usize(..4))
                .copied()
                .unwrap_or(Wanted::Anything),
            _ => wanted,
        };
        if self.depth >= DEPTH {
            return self.leaf(wanted);
        }
        self.depth += 1;
        let text = match wanted {
            Wanted::Number => self.number(),
            Wanted::Text => self.text(),
            Wanted::Truth => self.truth(),
            Wanted::List => self.list(),
            Wanted::Anything => self.anything(),
        };
        self.depth -= 1;
        text
    }

    /// A path into the item, of which nothing is known.
    pub(super) fn path(&mut self) -> String {
        if let (Some(alias), true) = (self.aliases.last(), self.rng.bool()) {
            return [
                (*alias).to_owned(),
                format!("{alias}.x"),
                format!("{alias}[0]"),
            ]
            .get(self.rng.usize(..3))
            .cloned()
            .unwrap_or_default();
        }
        let named = pick(self.rng, &MIXED);
        match self.rng.u8(..12) {
            0 => "c.list[0]".to_owned(),
            1 => "c.o.x".to_owned(),
            2 => "c.o[\"y z\"]".to_owned(),
            3 => "c.missing".to_owned(),
            4 => format!("c.{named}.x"),
            5 => format!("c[\"{named}\"]"),
            6 => "c.n".to_owned(),
            _ => format!("c.{named}"),
        }
    }

    fn leaf(&mut self, wanted: Wanted) -> String {
        if self.rng.bool() {
            return self.path();
        }
        match wanted {
            Wanted::Number => {
                pick(self.rng, &["0", "1", "2", "-1", "0.5", "1e3", "c.n"]).to_owned()
            }
            Wanted::Text => format!("{:?}", pick(self.rng, &TEXTS)),
            Wanted::Truth => pick(self.rng, &["true", "false", "null", "undefined"]).to_owned(),
            Wanted::List => {
                pick(self.rng, &["c.list", "c.o.l", "[1, \"a\", null]", "[]"]).to_owned()
            }
            Wanted::Anything => value(self.rng).to_string(),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Wanted]) -> String {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|wanted| self.expression(*wanted))
            .collect();
        format!("{name}({})", arguments.join(", "))
    }

    fn infix(&mut self, wanted: Wanted, operators: &[&str]) -> String {
        let (left, right) = (self.expression(wanted), self.expression(wanted));
        format!("({left} {} {right})", pick(self.rng, operators))
    }

    fn number(&mut self) -> String {
        use Wanted::{List, Number, Text};
        match self.rng.u8(..9) {
            8 => nature::number(self.rng),
            0 | 1 => self.infix(Number, &["+", "-", "*", "/", "%"]),
            2 => self.infix(Number, &["&", "|", "^"]),
            3 => {
                let name = pick(
                    self.rng,
                    &[
                        "ABS", "CEILING", "FLOOR", "ROUND", "SIGN", "TRUNC", "IntAdd1",
                    ],
                );
                match name {
                    "IntAdd1" => self.call("IntAdd", &[Number, Number]),
                    name => self.call(name, &[Number]),
                }
            }
            4 => self.call("LENGTH", &[Text]),
            5 => self.call("ARRAY_LENGTH", &[List]),
            6 => self.call("INDEX_OF", &[Text, Text]),
            _ => self.call("StringToNumber", &[Text]),
        }
    }

    fn text(&mut self) -> String {
        use Wanted::{Anything, Number, Text};
        match self.rng.u8(..9) {
            0 => self.infix(Text, &["||"]),
            1 | 2 => {
                let name = pick(self.rng, &["LOWER", "UPPER", "TRIM", "LTRIM", "REVERSE"]);
                self.call(name, &[Text])
            }
            3 => self.call("CONCAT", &[Text, Text]),
            4 => self.call("SUBSTRING", &[Text, Number, Number]),
            5 => {
                let name = pick(self.rng, &["LEFT", "RIGHT"]);
                self.call(name, &[Text, Number])
            }
            6 => self.call("REPLACE", &[Text, Text, Text]),
            7 => self.call("ToString", &[Anything]),
            _ => "c.id".to_owned(),
        }
    }

    fn truth(&mut self) -> String {
        use Wanted::{Anything, List, Number, Text, Truth};
        const KINDS: [&str; 9] = [
            "IS_DEFINED",
            "IS_NUMBER",
            "IS_STRING",
            "IS_ARRAY",
            "IS_OBJECT",
            "IS_BOOL",
            "IS_NULL",
            "IS_PRIMITIVE",
            "IS_INTEGER",
        ];
        match self.rng.u8(..18) {
            0 => self.infix(Truth, &["AND", "OR"]),
            16 | 17 => nature::truth(self.rng),
            1 => format!("NOT {}", self.expression(Truth)),
            2 | 3 => {
                let name = pick(self.rng, &KINDS);
                let path = self.path();
                format!("{name}({path})")
            }
            4 => {
                let name = pick(
                    self.rng,
                    &["CONTAINS", "STARTSWITH", "ENDSWITH", "STRINGEQUALS"],
                );
                let case = pick(self.rng, &["", ", true", ", false"]);
                let (left, right) = (self.expression(Text), self.leaf(Text));
                format!("{name}({left}, {right}{case})")
            }
            5 => {
                let (name, element) = (pick(self.rng, &["", ", true"]), primitive(self.rng));
                format!("ARRAY_CONTAINS({}, {element}{name})", self.expression(List))
            }
            6 => {
                let not = pick(self.rng, &["", "NOT "]);
                let pattern = pick(self.rng, &["a%", "%b", "_", "%", "a!%", "[ab]%", "%é%"]);
                format!(
                    "({} {not}LIKE \"{pattern}\" ESCAPE \"!\")",
                    self.expression(Text)
                )
            }
            7 => {
                let not = pick(self.rng, &["", "NOT "]);
                let values: Vec<String> = (0..self.rng.u8(1..4))
                    .map(|_| value(self.rng).to_string())
                    .collect();
                format!("({} {not}IN ({}))", self.path(), values.join(", "))
            }
            8 => format!(
                "({} BETWEEN {} AND {})",
                self.path(),
                self.leaf(Number),
                self.leaf(Number)
            ),
            9 => format!("c.pk = {:?}", key(self.rng)),
            10 => format!(
                "c.pk IN ({:?}, {:?}, {:?})",
                key(self.rng),
                key(self.rng),
                key(self.rng)
            ),
            11 => format!(
                "EXISTS(SELECT VALUE x FROM x IN c.list WHERE {})",
                self.about_elements()
            ),
            12 => {
                let (path, literal) = (self.path(), primitive(self.rng));
                format!(
                    "{path} {} {literal}",
                    pick(self.rng, &["=", "!=", "<", "<=", ">", ">="])
                )
            }
            _ => self.infix(Anything, &["=", "!=", "<", "<=", ">", ">="]),
        }
    }

    fn list(&mut self) -> String {
        use Wanted::{Anything, List, Number};
        match self.rng.u8(..6) {
            0 => self.call("ARRAY_SLICE", &[List, Number]),
            1 => self.call("ARRAY_CONCAT", &[List, List]),
            2 => {
                let name = pick(self.rng, &["SetIntersect", "SetUnion"]);
                self.call(name, &[List, List])
            }
            3 => format!(
                "ARRAY(SELECT VALUE x FROM x IN c.list WHERE {})",
                self.about_elements()
            ),
            4 => format!(
                "[{}, {}]",
                self.expression(Anything),
                self.expression(Anything)
            ),
            _ => self.leaf(List),
        }
    }

    fn anything(&mut self) -> String {
        use Wanted::{Anything, Number, Text, Truth};
        match self.rng.u8(..9) {
            0 => self.infix(Anything, &["??"]),
            1 => format!(
                "({} ? {} : {})",
                self.expression(Truth),
                self.expression(Anything),
                self.expression(Anything)
            ),
            2 => format!(
                "{{\"p\": {}, \"q\": {}}}",
                self.expression(Anything),
                self.expression(Anything)
            ),
            3 => self.expression(Number),
            4 => self.expression(Text),
            5 => self.call("IIF", &[Truth, Anything, Anything]),
            6 => format!(
                "(SELECT VALUE COUNT(1) FROM x IN c.list WHERE {})",
                self.about_elements()
            ),
            _ => self.path(),
        }
    }

    /// A condition about the elements `x` of a list.
    fn about_elements(&mut self) -> String {
        let literal = primitive(self.rng);
        match self.rng.u8(..4) {
            0 => format!("x = {literal}"),
            1 => format!("x.x = {literal}"),
            2 => "IS_STRING(x)".to_owned(),
            _ => format!("x > {literal}"),
        }
    }
}
