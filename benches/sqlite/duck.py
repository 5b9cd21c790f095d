"""Runs queries in DuckDB over items in a file, one JSON document a line, and prints the median of each in microseconds.

usage: duck.py ITEMS QUERIES     (QUERIES: a JSON object of names and texts over `raw`, which is JSON, and `columns`)
"""

import json
import sys
import time

import duckdb


def main(items, queries):
    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    connection.execute(
        "CREATE TABLE raw AS SELECT json AS body FROM read_json_objects(?, format = 'newline_delimited')", [items])
    connection.execute(
        "CREATE TABLE columns AS SELECT (body->>'$.n')::BIGINT AS n, body->>'$.city' AS city, (body->>'$.price')::DOUBLE AS price, "
        "(body->>'$.plain')::BIGINT AS plain, body->>'$.name' AS name FROM raw")
    connection.execute("CREATE INDEX by_n ON columns (n)")
    times = {}
    for name, text in json.loads(queries).items():
        taken = []
        for _ in range(7):
            begun = time.perf_counter()
            connection.execute(text).fetchall()
            taken.append((time.perf_counter() - begun) * 1e6)
        times[name] = sorted(taken)[len(taken) // 2]
    print(json.dumps(times))


if __name__ == "__main__":
    main(*sys.argv[1:])
