//! The runtime against scripts that mean well, and against scripts that do not.

use super::{
    open::{RuntimeFacts, define, open_with},
    runtime::{ScriptError, ScriptRuntime, Thrown},
};

fn runtime() -> Box<dyn ScriptRuntime> {
    let facts = RuntimeFacts {
        now_millis: 1_700_000_000_123,
        seed: 7 << 32,
        steps: 2_000_000,
    };
    open_with(facts).unwrap()
}

fn run(body: &str, arguments: &str) -> Result<Option<String>, ScriptError> {
    let mut runtime = runtime();
    define(&mut *runtime, ("f", "f"), body)?;
    let argument = format!(r#"{{"id":"f","args":{arguments},"missing":[]}}"#);
    runtime.call("__udf", &argument)
}

fn thrown(body: &str) -> Thrown {
    match run(body, "[]") {
        Err(ScriptError::Thrown(thrown)) => thrown,
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn values_go_in_and_out_as_json() {
    let check = |body: &str, arguments: &str, expected: Option<&str>| {
        let found = run(body, arguments).unwrap_or_else(|error| panic!("{body}: {error:?}"));
        assert_eq!(found.as_deref(), expected, "{body}");
    };
    check("function (a, b) { return a + b; }", "[1, 2.5]", Some("3.5"));
    check(
        "function tax(income) { return income * 0.1; };",
        "[50]",
        Some("5"),
    );
    check(
        "(a) => ({ a })",
        r#"[["x", null, true]]"#,
        Some(r#"{"a":["x",null,true]}"#),
    );
    check("function () {}", "[]", None);
    check("function () { return undefined; }", "[]", None);
    check("function () { return null; }", "[]", Some("null"));
    check("function () { return NaN; }", "[]", Some("null"));
    check("function () { return function () {}; }", "[]", None);
    check(
        "// what it does\nfunction f(a) { return g(a); }\nfunction g(a) { return -a; }",
        "[1]",
        Some("-1"),
    );
    check(
        "function (s) { return s.match(/b+/)[0] + s.length; }",
        r#"["abbc"]"#,
        Some("\"bb4\""),
    );
    check(
        "function (s) { return s.split('').map((c, i) => c + i).join('-'); }",
        r#"["ab"]"#,
        Some("\"a0-b1\""),
    );
    check(
        "function () { return [[1, [2]], 3].flat(Infinity).concat([4], 5); }",
        "[]",
        Some("[1,2,3,4,5]"),
    );
    check(
        "function () { return \"\\ud800\"; }",
        "[]",
        Some(r#""\ud800""#),
    );
    check("async function () { return 1; }", "[]", Some("{}"));
}

#[test]
fn time_and_chance_are_those_of_the_account() {
    let body = "function () { return [Date.now(), new Date().getTime(), new Date(5).getTime(), Math.random()]; }";
    let first = run(body, "[]").unwrap().unwrap();
    assert!(
        first.starts_with("[1700000000123,1700000000123,5,0."),
        "{first}"
    );
    assert_eq!(run(body, "[]").unwrap().unwrap(), first, "a seed repeats");
}

#[test]
fn what_is_thrown_is_told() {
    let found = thrown("function () {\n  throw new Error(404, 'not here');\n}");
    assert_eq!((&*found.text, found.number), ("Error: not here", Some(404)));
    assert!(found.stack.contains("f.js:2:"), "{found:?}");
    assert!(!found.stack.contains("prelude"), "{}", found.stack);
    assert!(
        found
            .message()
            .contains("Exception = Error: not here\\r\\nStack trace: Error: not here\\n")
    );
    let check = |body: &str, text: &str| assert_eq!(thrown(body).text, text, "{body}");
    check("function () { throw 'plain'; }", "plain");
    check("function () { throw { code: 5 }; }", "Error: ");
    check("function () { throw 5; }", "5");
    check(
        "function () { class Own extends Error {} throw new Own('mine'); }",
        "Error: mine",
    );
    check(
        "function () { return nothing.at.all; }",
        "ReferenceError: nothing is not defined",
    );
    let syntax = thrown("function ( { return 1; }");
    assert!(syntax.is_syntax);
    assert!(
        syntax.message().contains("while compiling"),
        "{}",
        syntax.message()
    );
    assert!(thrown("1 + 1").is_syntax);
    assert!(thrown("").is_syntax);
}

#[test]
fn what_does_not_end_is_ended() {
    for body in [
        "function () { for (;;) {} }",
        "function () { try { for (;;) {} } catch (e) { for (;;) {} } finally { for (;;) {} } }",
        "function () { const f = () => Promise.resolve().then(f); f(); }",
        "function () { return /(a+)+b/.test('a'.repeat(64)); }",
        "function () { const s = 'x'.repeat(1e6); for (;;) { try { s.indexOf('y'); } catch (e) {} } }",
        "function () { const a = new Array(1e6).fill(0); for (;;) { try { a.indexOf(1); } catch (e) {} } }",
        "function () { for (;;) { JSON.parse('[' + '1,'.repeat(10000) + '1]'); } }",
        "function () { return { toJSON() { for (;;) {} } }; }",
        "function () { throw { get message() { for (;;) {} } }; }",
    ] {
        assert_eq!(run(body, "[]"), Err(ScriptError::OutOfSteps), "{body}");
    }
}

#[test]
fn budgets_end_at_the_same_step() {
    let steps = || {
        let mut runtime = runtime();
        define(
            &mut *runtime,
            ("f", "f"),
            "function () { let n = 0; for (let i = 0; i < 1e5; i++) n += i; return n; }",
        )
        .unwrap();
        runtime
            .call("__udf", r#"{"id":"f","args":[],"missing":[]}"#)
            .unwrap();
        runtime.remaining_steps()
    };
    assert_eq!(steps(), steps());
}

#[test]
fn what_would_take_all_memory_or_stack_fails() {
    for body in [
        "function () { const a = []; for (;;) a.push(new Array(1000).fill('x')); }",
        "function () { let s = 'x'; for (;;) s += s; }",
        "function () { return 'x'.repeat(1 << 30); }",
        "function () { const f = () => f() + 1; return f(); }",
        "function () { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a; }",
        "function () { return JSON.parse('['.repeat(1e5)); }",
        "function () { const a = {}; a.a = a; return a; }",
    ] {
        let found = thrown(body);
        assert!(!found.text.is_empty(), "{body}");
    }
}

#[test]
fn built_in_loops_have_bounds() {
    for body in [
        "function () { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); }",
        "function () { return Array.prototype.indexOf.call(Object.create({ length: 2 ** 53 - 1 }), 1); }",
        "function () { let n = 0; return [].includes.call({ get length() { return n++ ? 2 ** 53 - 1 : 1; } }, 1); }",
        "function () { const a = []; a.length = 4294967295; return a.lastIndexOf(1); }",
        "function () { const a = []; a.length = 4294967295; return [a].flat(); }",
        "function () { const a = []; a.length = 4294967295; return [...a]; }",
        "function () { const a = []; a.length = 4294967295; return [].concat(a); }",
        "function () { return [].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }); }",
        "function () { return JSON.stringify({}, Object.assign([], { length: 4294967295 })); }",
    ] {
        thrown(body);
    }
}

#[test]
fn nothing_outside_can_be_reached() {
    let body = "function () { return ['Proxy', 'SharedArrayBuffer', 'Atomics', 'Uint8Array', 'WeakRef', 'require', 'process', \
        'std', 'os', '__charge', '__facts', 'performance'].filter((name) => name in globalThis); }";
    assert_eq!(run(body, "[]").unwrap().as_deref(), Some("[]"));
    thrown("function () { 'use strict'; __udf = 5; }");
    thrown("function () { return import('fs').then.call(1); }");
}

#[test]
fn games_with_prototypes_hurt_only_their_script() {
    let mut runtime = runtime();
    let game = "function () { Array.prototype.push = Object.prototype.toString = JSON.stringify = Map.prototype.get = \
        Function.prototype.apply = Reflect.apply = () => 'game'; Object.prototype.id = 'other'; return 1; }";
    define(&mut *runtime, ("game", "game"), game).unwrap();
    define(&mut *runtime, ("f", "f"), "function (a) { return a + 1; }").unwrap();
    for (id, expected) in [("game", "1"), ("f", "2"), ("game", "1")] {
        let argument = format!(r#"{{"id":"{id}","args":[1],"missing":[]}}"#);
        let found = runtime.call("__udf", &argument).unwrap();
        assert_eq!(found.as_deref(), Some(expected));
    }
}
