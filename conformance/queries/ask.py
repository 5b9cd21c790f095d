"""Asks every question of cases.json through the official Python client.

usage: ask.py CASES ANSWERS ACCOUNT=ENDPOINT ...
One answer a line: the account, the case, and its rows or its error.
"""

import json
import os
import sys

from azure.cosmos import CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError
from azure.cosmos.partition_key import NonePartitionKeyValue

# Rows of a page, in turns.
PAGES = (1000, 100, 20)


def key_of(case):
    key = case["key"]
    if key is None:
        return {}
    return {"partition_key": NonePartitionKeyValue if key == [{}] else key[0] if len(key) == 1 else key}


def ask(container, number, case):
    scope = key_of(case)
    try:
        rows = container.query_items(
            case["query"],
            parameters=case["parameters"],
            max_item_count=PAGES[number % len(PAGES)],
            enable_cross_partition_query=None if scope else True,
            enable_scan_in_query=True,
            **scope,
        )
        return {"rows": list(rows)}
    except CosmosHttpResponseError as error:
        return {"error": {"status": error.status_code, "message": str(error.message)}}
    except Exception as error:  # What the client refuses by itself has many types.
        return {"error": {"status": 0, "message": f"{type(error).__name__}: {error}"}}


def main(cases, answers, *accounts):
    with open(cases, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    with open(answers, "w", encoding="utf-8") as out:
        for name, endpoint in (account.split("=", 1) for account in accounts):
            client = CosmosClient(endpoint, credential=os.environ["COSMOSKEY"])
            database = client.get_database_client("cases")
            for number, case in enumerate(cases):
                answer = ask(database.get_container_client(case["container"]), number, case)
                out.write(json.dumps({"account": name, "case": number} | answer) + "\n")
                out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
