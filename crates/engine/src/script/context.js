// The server-side API of stored procedures and triggers. Every operation is asked of the host after the function that asked
// for it has returned; the host answers, and the callback runs. Nothing here is trusted by the host.
(() => {
  "use strict";
  const { stringify } = JSON;
  const MOST_WAITING = 1000;
  const LONGEST_LOG = 8192;
  const ErrorCodes = Object.freeze({
    BadRequest: 400, Forbidden: 403, NotFound: 404, Conflict: 409, PreconditionFailed: 412,
    RequestEntityTooLarge: 413, RetryWith: 449, InternalServerError: 500,
  });
  const waiting = [];
  const callbacks = new Map();
  let facts, accepting = true, log = "", count = 0, aborted, request, response;

  const ask = (operation, callback) => {
    if (!accepting || waiting.length >= MOST_WAITING) return false;
    operation.number = ++count;
    if (callback !== undefined && typeof callback !== "function") throw new Error(400, "the callback is not a function");
    callbacks.set(count, callback);
    waiting.push(operation);
    return true;
  };
  const split = (options, callback) => (typeof options === "function" ? [{}, options] : [options ?? {}, callback]);
  const condition = (options) => {
    const { etag, accessCondition } = options;
    if (accessCondition) return { kind: String(accessCondition.type), etag: String(accessCondition.condition) };
    return etag ? { kind: "IfMatch", etag: String(etag) } : undefined;
  };
  const write = (kind) => (link, document, options, callback) => {
    [options, callback] = split(options, callback);
    if (document === null || typeof document !== "object") throw new Error(400, "the document is not an object");
    const wantsId = (kind === "create" || kind === "upsert") && document.id === undefined;
    if (wantsId && options.disableAutomaticIdGeneration) throw new Error(400, "the document has no id");
    const text = stringify(wantsId ? { ...document, id: facts.ids + (count + 1).toString(16).padStart(4, "0") } : document);
    return ask({ kind, link: String(link), document: text, condition: condition(options) }, callback);
  };
  const page = (kind, query, options, callback) =>
    ask({ kind, query, pageSize: options.pageSize, continuation: options.continuation }, callback);
  const sql = (query) => (typeof query === "string" ? { query } : { query: String(query.query), parameters: query.parameters });

  // Filters, maps and sorts in the script over all documents of the partition.
  const chain = (steps) => {
    const then = (step) => chain([...steps, step]);
    const by = (key) => (typeof key === "function" ? key : (item) => item[key]);
    const order = (sign, key) => (items) => {
      const value = by(key ?? ((item) => item));
      return items.sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
    };
    return {
      filter: (keep) => then((items) => items.filter((item) => keep(item))),
      map: (change) => then((items) => items.map((item) => change(item))),
      pluck: (name) => then((items) => items.map((item) => item[name])),
      flatten: (isShallow) => then((items) => items.flat(isShallow ? 1 : Infinity)),
      sortBy: (key) => then(order(1, key)),
      sortByDescending: (key) => then(order(-1, key)),
      unwind: (inner, both) => then((items) => items.flatMap((item) => {
        const parts = by(inner)(item);
        const list = Array.isArray(parts) ? parts : [];
        return list.map((part) => (both ? both(item, part) : [item, part]));
      })),
      value(options, callback) {
        [options, callback] = split(options, callback);
        const all = [];
        const finish = callback ?? ((error, items) => { if (error) throw error; response.setBody(items); });
        const more = (continuation) => page("query", sql("SELECT * FROM c"), { continuation }, (error, items, next) => {
          if (error) return finish(error);
          all.push(...items);
          if (next.continuation) {
            if (!more(next.continuation)) finish(new Error(408, "the script has too little time left"));
            return;
          }
          finish(undefined, steps.reduce((items, step) => step(items), all), {});
        });
        return { isAccepted: more(undefined) };
      },
    };
  };
  const direct = (name, arity) => (...args) => {
    const rest = args.slice(arity);
    return chain([])[name](...args.slice(0, arity)).value(...rest);
  };

  const collection = {
    getSelfLink: () => facts.selfLink,
    getAltLink: () => facts.altLink,
    createDocument: write("create"),
    upsertDocument: write("upsert"),
    replaceDocument: write("replace"),
    readDocument(link, options, callback) {
      [options, callback] = split(options, callback);
      return ask({ kind: "read", link: String(link), condition: condition(options) }, callback);
    },
    deleteDocument(link, options, callback) {
      [options, callback] = split(options, callback);
      return ask({ kind: "delete", link: String(link), condition: condition(options) }, callback);
    },
    queryDocuments(link, query, options, callback) {
      [options, callback] = split(options, callback);
      return page("query", sql(query), options, callback);
    },
    readDocuments(link, options, callback) {
      [options, callback] = split(options, callback);
      return page("query", sql("SELECT * FROM c"), options, callback);
    },
  };
  for (const name of ["createAttachment", "readAttachment", "replaceAttachment", "upsertAttachment", "deleteAttachment",
    "queryAttachments", "readAttachments"]) {
    collection[name] = () => { throw new Error(501, "attachments are not implemented by this version of cosmokit"); };
  }
  const __ = Object.assign({}, collection, {
    filter: direct("filter", 1), map: direct("map", 1), pluck: direct("pluck", 1), flatten: direct("flatten", 1),
    sortBy: direct("sortBy", 1), sortByDescending: direct("sortByDescending", 1), unwind: direct("unwind", 2),
    chain: () => chain([]),
    request: undefined, response: undefined,
  });

  const message = (values, mayChange) => {
    let body = values.body;
    const headers = values.headers ?? {};
    const change = (act) => (...args) => {
      if (!mayChange) throw new Error(403, "this message cannot be changed here");
      return act(...args);
    };
    return {
      getBody: () => body,
      setBody: change((value) => { body = value; }),
      appendBody: change((value) => { body = (body ?? "") + (typeof value === "string" ? value : stringify(value)); }),
      getValue: (name) => headers[name],
      setValue: change((name, value) => { headers[name] = value; }),
      appendValue: change((name, value) => { headers[name] = (headers[name] ?? "") + value; }),
      getOperationType: () => values.operationType,
      getQuotaUsed: () => "", getMaxQuota: () => "",
    };
  };
  const context = {
    getCollection: () => collection,
    getRequest: () => request,
    getResponse: () => {
      if (response === undefined) throw new Error(403, "a pre-trigger has no response");
      return response;
    },
    abort(error) {
      aborted ??= { error };
      throw error;
    },
  };
  const print = (...args) => {
    const text = args.map((arg) => (typeof arg === "string" ? arg : stringify(arg) ?? String(arg))).join(" ");
    log = (log + text + "\n").slice(0, LONGEST_LOG);
  };

  const fixed = (name, value) => Object.defineProperty(globalThis, name, { value });
  globalThis.getContext = () => context;
  globalThis.__ = __;
  globalThis.ErrorCodes = ErrorCodes;
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };
  const checked = () => { if (aborted !== undefined) throw aborted.error; };
  fixed("__start", (given) => {
    facts = given;
    aborted = undefined;
    request = message(facts.request ?? {}, facts.changes === "request");
    response = facts.response === undefined ? undefined : message(facts.response, facts.changes === "response");
    __.request = request;
    __.response = response;
    __script(facts.script)(...(facts.args ?? []));
    checked();
  });
  fixed("__next", () => {
    checked();
    if (waiting.length > 0) return { ask: waiting.shift(), log };
    return { log, request: request.getBody(), response: response?.getBody() };
  });
  fixed("__reply", ({ number, error, result, options, accepts }) => {
    accepting = accepts;
    const callback = callbacks.get(number);
    callbacks.delete(number);
    const failure = error && Object.assign(new Error(error.number, error.message), { body: error.message });
    if (callback === undefined) {
      if (failure) throw failure;
      return;
    }
    if (failure) callback(failure);
    else callback(undefined, result, options ?? {});
    checked();
  });
})();
