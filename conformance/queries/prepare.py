"""Turns the recorded cases of crates/query/tests/data into accounts for `cosmokit serve --config` and questions for
clients.

usage: prepare.py DATA OUT
OUT/serve.toml has one account for each number of partitions, twice where it has several: once merging for its clients,
once leaving that to them. OUT/cases.json has what is asked and what is expected; `judge.py` compares.
"""

import glob
import json
import os
import re
import sys

PARTITIONS = (1, 4, 13)
POLICIES = ("vectorEmbeddingPolicy", "fullTextPolicy", "computedProperties", "geospatialConfig", "indexingPolicy")


def lines(pattern):
    for path in sorted(glob.glob(pattern)):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(text for text in file if text.strip()):
                yield number, json.loads(line)


def toml(value):
    """A value of JSON in TOML; members that are null are left out."""
    if isinstance(value, dict):
        members = (f"{json.dumps(name)} = {toml(member)}" for name, member in value.items() if member is not None)
        return "{ " + ", ".join(members) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(element) for element in value) + "]"
    return json.dumps(value)


def written(text):
    """The value of a parameter as EF Core logs it: JSON or a text between quotes."""
    inner = text[1:-1] if text.startswith("'") else text
    try:
        return json.loads(inner)
    except ValueError:
        return inner


def composite(query):
    """The composite index that an ORDER BY of several paths needs: the recordings do not show their containers."""
    keys = re.search(r"ORDER BY (?!RANK)(.+?)(?: OFFSET.*)?$", " ".join(query.split()))
    keys = re.findall(r"\w+((?:\.\w+|\[\"\w+\"\])+)(?: (ASC|DESC))?", keys[1]) if keys else []
    orders = {"DESC": "descending"}
    index = [
        {"path": "/" + "/".join(re.findall(r"\w+", path)), "order": orders.get(order, "ascending")}
        for path, order in keys
    ]
    policy = {"indexingMode": "consistent", "includedPaths": [{"path": "/*"}], "compositeIndexes": [index]}
    return {"indexingPolicy": policy} if len(index) > 1 else {}


class Cases:
    def __init__(self, data, out):
        self.data, self.out = data, out
        self.datasets, self.containers, self.functions = {}, {}, {}
        self.cases, self.aside = [], {}

    def dataset(self, path):
        if path not in self.datasets:
            with open(os.path.join(self.data, path), encoding="utf-8") as file:
                content = json.load(file)
            whole = content if isinstance(content, dict) else {"data": content}
            self.datasets[path] = (whole["data"], whole.get("parameters", {}))
        return self.datasets[path]

    def documents(self, case):
        return self.dataset(case["dataset"])[0] if "dataset" in case else case.get("documents", [])

    def parameters(self, case):
        """Names and values; a value may stand in the data set."""
        for name, text in case.get("parametersText") or []:
            yield {"name": name, "value": written(text)}
        for parameter in case.get("parameters") or []:
            value = parameter.get("value")
            place = parameter.get("valueFrom") or (value.get("$ref") if isinstance(value, dict) else None)
            if place:
                value = self.dataset(case["dataset"])[1][place.removeprefix("dataset.parameters.")]
            yield {"name": parameter["name"], "value": value}

    def definition(self, case):
        given = case.get("container") or {}
        policies = {name: given.get(name) or case.get(name) for name in POLICIES}
        if case.get("accept"):
            policies |= composite(case["query"])
        if case.get("geospatialType") == "Geometry":
            policies["geospatialConfig"] = {"type": "Geometry"}
        # Some recordings only describe their policy.
        policies = {name: policy for name, policy in policies.items() if isinstance(policy, (dict, list))}
        # One has a flat index of 1,536 dimensions, three times what the documentation allows.
        for index in policies.get("indexingPolicy", {}).get("vectorIndexes", []):
            if index["type"] == "flat" and case.get("dataset") == "datasets/dotnet-hybrid-100docs.json":
                index["type"] = "quantizedFlat"
        return policies

    def container(self, case):
        """The container of a case, made when it is the first; `None` when no account takes its documents."""
        documents, definition = self.documents(case), self.definition(case)
        given = case.get("container") or {}
        key = given.get("partitionKey") or case.get("partitionKey") or {}
        paths = (key.get("paths") if isinstance(key, dict) else key) or ["/id"]
        what = json.dumps([documents if "dataset" not in case else case["dataset"], definition, paths])
        if what not in self.containers:
            ids = [document.get("id", place) for place, document in enumerate(documents)]
            texts = [name for name in ids if isinstance(name, str)]
            taken = len(texts) == sum("id" in document for document in documents) and len(set(texts)) == len(texts)
            self.containers[what] = self.make(documents, definition, paths) if taken else None
        return self.containers[what]

    def make(self, documents, definition, paths):
        name = f"c{len(self.containers)}"
        with open(os.path.join(self.out, f"{name}.ndjson"), "w", encoding="utf-8") as file:
            for number, document in enumerate(documents):
                file.write(json.dumps({"id": f"added-{number}"} | document) + "\n")
        return {"id": name, "paths": paths, "definition": definition}

    def add(self, kind, number, case, **further):
        text = case["query"].lower()
        if "documentid" in text:
            return self.put_aside("resource ids of the recordings")
        container = self.container(case)
        if container is None:
            return self.put_aside("documents that no account takes")
        self.define(container["id"], case)
        keep = ("expected", "ordered", "compare", "tolerance", "minRows", "maxRows")
        self.cases.append({
            "kind": kind,
            "name": f"{case['suite']}#{number}",
            "trust": case["trust"],
            "container": container["id"],
            "query": case["query"],
            "parameters": list(self.parameters(case)),
            "key": case.get("requestPartitionKey"),
            "judged": {name: case[name] for name in keep if case.get(name) is not None},
        } | further)

    def define(self, container, case):
        """Notes the functions that a case calls. Where the recording does not show one, its name is what counts."""
        given = case.get("udfs") or {}
        for name in re.findall(r"\budf\.(\w+)", case["query"]):
            body = given.get(name, "function () { return null; }")
            self.functions.setdefault(container, {})[name] = body

    def put_aside(self, why):
        self.aside[why] = self.aside.get(why, 0) + 1

    def collect(self):
        for number, case in lines(f"{self.data}/eval/*.jsonl"):
            if case.get("expectError"):
                self.add("error", number, case, says=case["expectError"].get("message", ""))
            else:
                self.add("rows", number, case)
        for number, case in lines(f"{self.data}/errors/*.jsonl"):
            # The planner of 2016 had other words (known_exceptions.txt).
            if case["suite"] != "ms-plan-legacy-errors":
                says = case.get("expectErrorBody") or (case.get("expectError") or {}).get("messageContains", "")
                self.add("error", number, case, says=says)
        for suite in ("ef-core-accept", "ms-dotnet-linq-accept", "ms-rust-gateway"):
            for number, case in lines(f"{self.data}/parse/{suite}.jsonl"):
                if case["trust"] == "A" and case["accept"]:
                    self.add("accepted", number, case)


def write(cases, out):
    accounts = [(count, merging) for count in PARTITIONS for merging in ("account", "client")]
    with open(os.path.join(out, "serve.toml"), "w", encoding="utf-8") as file:
        file.write("[server]\nport = 0\nrequest_log = 1\n")
        for count, merging in accounts[:1] + accounts[2:]:
            file.write(f'\n[[accounts]]\nname = "{merging}-{count}"\nport = 0\npartitions = {count}\n')
            file.write(f'query_merging = "{merging}"\n[[accounts.databases]]\nid = "cases"\n')
            for container in filter(None, cases.containers.values()):
                file.write(f"[[accounts.databases.containers]]\nid = \"{container['id']}\"\n")
                file.write(f"partition_key = {toml(container['paths'])}\nitems_file = \"{container['id']}.ndjson\"\n")
                file.write(f"definition = {toml(container['definition'])}\n")
    with open(os.path.join(out, "cases.json"), "w", encoding="utf-8") as file:
        json.dump({"cases": cases.cases, "functions": cases.functions, "aside": cases.aside}, file)


if __name__ == "__main__":
    cases = Cases(*sys.argv[1:3])
    cases.collect()
    write(cases, sys.argv[2])
