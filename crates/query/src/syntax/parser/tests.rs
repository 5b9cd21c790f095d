//! Trees of texts, complaints about texts, limits.

use super::*;

fn check(text: &str, printed: &str) {
    let expression = parse_expression(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(expression.to_string(), printed, "{text}");
    assert_eq!(
        parse_expression(printed).as_ref(),
        Ok(&expression),
        "{printed} reads back"
    );
}

fn refuse(text: &str, code: &str, near: &str) {
    let error = parse(text).map(|query| query.to_string()).expect_err(text);
    assert_eq!(error.code.map(Code::as_str), Some(code), "{text}");
    assert_eq!(error.span.unwrap_or_default().slice(text), near, "{text}");
}

#[test]
fn operators_bind_as_documented() {
    check("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)");
    check("1 | 2 + 3 & 4", "(((1 | 2) + 3) & 4)");
    check("1 || 2 + 3", "(1 || (2 + 3))");
    check("'a' || 'b' = 'ab'", "((\"a\" || \"b\") = \"ab\")");
    check("1 + 2 << 3", "((1 + 2) << 3)");
    check("1 = 2 << 3", "((1 = 2) << 3)");
    check("a < b < c", "((a < b) < c)");
    check("1 + 2 ?? 3", "((1 + 2) ?? 3)");
    check("a AND b ?? c", "((a AND b) ?? c)");
    check("a ?? b ?? c", "(a ?? (b ?? c))");
    check("a ?? b ? c : d", "((a ?? b) ? c : d)");
    check("a ? b : c ? d : e", "(a ? b : (c ? d : e))");
    check("a OR b AND c OR d", "(a OR (b AND c) OR d)");
    check("a AND (b AND c)", "(a AND (b AND c))");
    check("(a AND b) AND c", "(a AND b AND c)");
    check("NOT a = b", "(NOT (a = b))");
    check("NOT a AND b", "((NOT a) AND b)");
    check("NOT c.x IN (1, 2)", "(NOT (c.x IN (1, 2)))");
    check("a = NOT b", "(a = (NOT b))");
    check("-1", "-1");
    check("- -1", "1");
    check("-a.b", "(- a.b)");
    check("~1 + 2", "((~ 1) + 2)");
    check(
        "a BETWEEN 1 | 2 AND 3 AND b",
        "((a BETWEEN (1 | 2) AND 3) AND b)",
    );
    check("a NOT BETWEEN 1 AND 2", "(a NOT BETWEEN 1 AND 2)");
    check(
        "a LIKE b || '%' ESCAPE '!'",
        "(a LIKE (b || \"%\") ESCAPE \"!\")",
    );
    check("1 = 2 IN (1)", "((1 = 2) IN (1))");
    check("-9223372036854775808", "-9223372036854775808");
}

#[test]
fn primaries_print_back() {
    check("c['a b'].d[0][@i]", "c[\"a b\"].d[0][@i]");
    check("c[\"x\"]", "c[\"x\"]");
    check("{a: 1, 'b c': [2, {}]}", "{\"a\": 1, \"b c\": [2, {}]}");
    check("udf.f(1).x", "udf.f(1).x");
    check("left('ab', 1)", "left(\"ab\", 1)");
    check("EXISTS(SELECT 1)", "EXISTS(\n    SELECT 1\n)");
    check(
        "ARRAY (SELECT VALUE t FROM t IN c)[0]",
        "ARRAY(\n    SELECT VALUE t\n    FROM t IN c\n)[0]",
    );
    check("(SELECT VALUE 1).x", "(\n    SELECT VALUE 1\n).x");
    check("first(1, 2)", "first(1, 2)");
    check("FIRST(SELECT 1)", "FIRST(\n    SELECT 1\n)");
    check("(LET x = 1 IN x + 1)", "(LET x = 1 IN (x + 1))");
    check("LET", "LET");
    check("'\\u00e9\\n'", "\"é\\n\"");
    check("NaN", "NaN");
    check("-Infinity", "-Infinity");
    check("(-1).x", "(-1).x");
}

#[test]
fn complaints_name_the_place() {
    refuse("SELECT TOP -1 c.name FROM c", "SC1001", "-");
    refuse("SELECT c.order FROM c", "SC1001", "order");
    refuse("SELECT c.value FROM c", "SC1001", "value");
    refuse("SELECT * FROM c WHERE c.pk IS NULL", "SC1001", "IS");
    refuse("SELECT * FROM c WHERE", "SC1001", "WHERE");
    refuse("SELECT a, FROM c", "SC1001", "FROM");
    refuse("SELECT * FROM c OFFSET 1.5 LIMIT 2", "SC1001", "1.5");
    refuse("SELECT * FROM c OFFSET 1", "SC1001", "1");
    refuse("SELECT TOP 5 DISTINCT * FROM c", "SC1001", "DISTINCT");
    refuse("SELECT 'open FROM c", "SC1010", "'open FROM c");
    refuse("SELECT '\\u12' FROM c", "SC1010", "'\\u12'");
    refuse("SELECT * FROM c /* open", "SC1001", "/* open");
    refuse("SELECT 1 IN () FROM c", "SC1001", ")");
    refuse("SELECT 1 IN (1) = true", "SC1001", "=");
    refuse("SELECT * FROM c ORDER BY RANK 1", "SC1001", "1");
    refuse("SELECT CASE WHEN 1 THEN 2 END", "SC1001", "CASE");
    refuse("", "SC1001", "");
}

#[test]
fn a_sentence_of_every_clause() {
    let text = "SELECT DISTINCT TOP 3.0 VALUE x FROM r.a[0]['b'] AS r JOIN (SELECT * FROM c) s JOIN t IN s.u \
                WHERE r.a = @p GROUP BY r.a, {k: 1} ORDER BY r.b DESC, r.c OFFSET 0 LIMIT @l";
    let printed = "SELECT DISTINCT TOP 3 VALUE x\nFROM r.a[0][\"b\"] AS r\nJOIN (\n    SELECT *\n    FROM c\n) AS s\n\
                   JOIN t IN s.u\nWHERE (r.a = @p)\nGROUP BY r.a, {\"k\": 1}\nORDER BY r.b DESC, r.c\nOFFSET 0 LIMIT @l";
    let query = parse(text).unwrap();
    assert_eq!(query.to_string(), printed);
    assert_eq!(parse(printed), Ok(query));
}

#[test]
fn depth_and_length_are_limited() {
    let limit = |text: String| {
        let error = parse(&text).expect_err("too much");
        assert_eq!(error.code, None, "{error}");
    };
    let nested = |depth: usize| format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(120)).is_ok());
    limit(nested(200));
    limit(nested(100_000));
    limit(format!("SELECT {}1", "NOT ".repeat(10_000)));
    limit(format!("SELECT {}1", "- ".repeat(10_000)));
    limit(format!("SELECT 1{}", " + 1".repeat(10_000)));
    limit(format!("SELECT a{}", ".a".repeat(10_000)));
    limit(format!("SELECT {}", "[".repeat(10_000)));
    limit(format!("SELECT {}", "f(".repeat(10_000)));
    limit(format!("SELECT {}1", "a ? b : ".repeat(1000)));
    limit(format!("SELECT * FROM {}c", "(SELECT * FROM ".repeat(1000)));
    limit(format!("SELECT '{}'", "x".repeat(300_000)));
    // A long chain of conditions is one node, and fine.
    assert!(parse(&format!("SELECT * FROM c WHERE a{}", " OR a".repeat(2000))).is_ok());
    // Chains inside nested calls add up.
    let chained = (0..20).fold("1".to_owned(), |inner, _| {
        format!("f({inner}{})", " + 1".repeat(50))
    });
    limit(format!("SELECT {chained}"));
}
