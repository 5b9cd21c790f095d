"""Creates the user-defined functions of cases.json through the official Python client, before anybody asks.

usage: define.py CASES ACCOUNT=ENDPOINT ...
"""

import json
import os
import sys

from azure.cosmos import CosmosClient


def main(cases, *accounts):
    with open(cases, encoding="utf-8") as file:
        functions = json.load(file)["functions"]
    for endpoint in (account.split("=", 1)[1] for account in accounts):
        database = CosmosClient(endpoint, credential=os.environ["COSMOSKEY"]).get_database_client("cases")
        for container, bodies in functions.items():
            scripts = database.get_container_client(container).scripts
            for name, body in bodies.items():
                scripts.create_user_defined_function({"id": name, "body": body})


if __name__ == "__main__":
    main(*sys.argv[1:])
