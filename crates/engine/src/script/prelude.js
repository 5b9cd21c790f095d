// What every script finds before it runs: bounds on native loops, the account's clock and seed, errors with numbers.
// Runs once per runtime, before any text of a user; names of the host are gone afterwards.
(() => {
  "use strict";
  const { apply, construct, getOwnPropertyDescriptor: own, defineProperty } = Reflect;
  const { isArray } = Array;
  const charge = globalThis.__charge;
  const { now, seed } = globalThis.__facts;
  const LONGEST = 0x1000000;
  const define = (holder, name, value) =>
    defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false });

  // Counts as much work as a native loop over the value does; refuses lengths that no memory could hold, and those that
  // may be others the next time one looks.
  const measure = (value) => {
    if (typeof value === "string") return charge(value.length >>> 4);
    if (value === null || value === undefined || (typeof value !== "object" && typeof value !== "function")) return;
    if (!("length" in value)) return;
    const length = own(value, "length");
    if (length === undefined || typeof length.value !== "number") {
      throw new TypeError("array functions need a length of its own that is a number");
    }
    if (length.value > LONGEST) throw new RangeError(`arrays may have ${LONGEST} elements`);
    if (length.value > 0) charge(length.value >>> 2);
  };
  const guard = (holder, names) => {
    for (let at = 0; at < names.length; at++) {
      const name = names[at];
      const native = holder[name];
      if (typeof native !== "function") continue;
      const guarded = {
        [name](...args) {
          measure(this);
          for (let at = 0; at < args.length; at++) {
            if (typeof args[at] === "string" || isArray(args[at])) measure(args[at]);
          }
          return apply(native, this, args);
        },
      };
      define(holder, name, guarded[name]);
    }
  };
  guard(Array.prototype, ["concat", "copyWithin", "entries", "every", "fill", "filter", "find", "findIndex", "findLast",
    "findLastIndex", "forEach", "includes", "indexOf", "join", "keys", "lastIndexOf", "map", "reduce", "reduceRight",
    "reverse", "shift", "slice", "some", "sort", "splice", "toReversed", "toSorted", "toSpliced", "toLocaleString",
    "unshift", "values", "with"]);
  guard(String.prototype, ["at", "codePointAt", "concat", "endsWith", "includes", "indexOf", "isWellFormed",
    "lastIndexOf", "localeCompare", "match", "matchAll", "normalize", "padEnd", "padStart", "repeat", "replace",
    "replaceAll", "search", "slice", "split", "startsWith", "substr", "substring", "toLowerCase", "toUpperCase",
    "toWellFormed", "trim", "trimEnd", "trimStart"]);
  guard(JSON, ["parse", "stringify"]);
  define(Array.prototype, Symbol.iterator, Array.prototype.values);
  delete Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())).drop;
  const concat = Array.prototype.concat;
  define(Array.prototype, "concat", function (...args) {
    for (let at = 0; at < args.length; at++) {
      const arg = args[at];
      if (typeof arg === "object" && arg !== null && Symbol.isConcatSpreadable in arg) {
        throw new TypeError("objects that spread in concat are not supported");
      }
    }
    return apply(concat, this, args);
  });
  const append = (out, value) =>
    defineProperty(out, out.length, { value, writable: true, configurable: true, enumerable: true });
  const flatten = (list, depth, out) => {
    measure(list);
    for (let at = 0; at < list.length; at++) {
      if (!(at in list)) continue;
      if (depth > 0 && isArray(list[at])) flatten(list[at], depth - 1, out);
      else append(out, list[at]);
    }
    return out;
  };
  define(Array.prototype, "flat", function flat(depth = 1) {
    return flatten(this, depth, []);
  });
  define(Array.prototype, "flatMap", function flatMap(callback, self) {
    return flatten(this.map(callback, self), 1, []);
  });

  const NativeDate = Date;
  const AccountDate = function Date(...args) {
    if (new.target === undefined) return new NativeDate(now).toString();
    return construct(NativeDate, args.length === 0 ? [now] : args, new.target);
  };
  AccountDate.prototype = NativeDate.prototype;
  define(AccountDate, "now", () => now);
  define(AccountDate, "parse", NativeDate.parse);
  define(AccountDate, "UTC", NativeDate.UTC);
  define(NativeDate.prototype, "constructor", AccountDate);
  define(globalThis, "Date", AccountDate);

  let state = seed;
  define(Math, "random", () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  });

  // `new Error(404, "text")`: the number becomes the substatus of the answer.
  const NativeError = Error;
  const NumberedError = function Error(...args) {
    const numbered = typeof args[0] === "number" && args.length > 1;
    const error = construct(NativeError, numbered ? [args[1]] : args, new.target ?? NumberedError);
    if (numbered) define(error, "number", args[0]);
    return error;
  };
  Object.setPrototypeOf(NumberedError, NativeError);
  NumberedError.prototype = NativeError.prototype;
  define(NativeError.prototype, "constructor", NumberedError);
  define(globalThis, "Error", NumberedError);

  delete globalThis.__charge;
  delete globalThis.__facts;

  // Scripts by id. A user-defined function is called with the arguments that are there; others are undefined.
  const scripts = new Map();
  const { get, set } = Map.prototype;
  const script = (id) => apply(get, scripts, [id]);
  const fixed = (name, value) => defineProperty(globalThis, name, { value });
  fixed("__define", (id, value) => {
    if (typeof value !== "function") throw new SyntaxError("the body of a script must be a function");
    apply(set, scripts, [id, value]);
  });
  fixed("__script", script);
  fixed("__udf", ({ id, args, missing }) => {
    for (let at = 0; at < missing.length; at++) args[missing[at]] = undefined;
    return apply(script(id), undefined, args);
  });
})();
