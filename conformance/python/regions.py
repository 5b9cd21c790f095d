"""Three regions through the official Python client: where reads go, sessions, the log's verbs, outages, failovers.

usage: regions.py ENDPOINT KEY ADMIN
The account has the regions East US (which writes), West Europe and Southeast Asia; ADMIN is its admin API. Each check is
one function; the last line counts them.
"""

import json
import sys
import urllib.request
import uuid

import urllib3
from azure.cosmos import CosmosClient, PartitionKey, exceptions

from checks import Checks
from items import expect

urllib3.disable_warnings()

EAST, EUROPE, ASIA = "East US", "West Europe", "Southeast Asia"
check = Checks()


class World:
    """One database of its own, and the account's admin API."""

    def __init__(self, endpoint, key, admin):
        self.endpoint, self.key, self.admin_url = endpoint, key, admin
        self.client = self.connect()
        self.database = self.client.create_database(f"py-{uuid.uuid4().hex[:8]}")

    def connect(self, *preferred, **options):
        """A client that shares nothing with the others."""
        return CosmosClient(self.endpoint, credential=self.key, connection_verify=False,
                            preferred_locations=list(preferred) or None, **options)

    def admin(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        request = urllib.request.Request(self.admin_url + path, data=data, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def container(self, path="/pk", **options):
        name = f"c-{uuid.uuid4().hex[:8]}"
        return self.database.create_container(id=name, partition_key=PartitionKey(path=path), **options)

    def seen_by(self, client, container):
        return client.get_database_client(self.database.id).get_container_client(container.id)

    def lag(self, text):
        self.admin("PUT", "links", {"lag": text})

    def regions_of(self, operation):
        """Regions that answered an operation since the log was cleared, latest first."""
        log = self.admin("GET", f"requests?operation={operation}&limit=1000")
        return [line["region"] for line in log["requests"]]

    def calm(self):
        """Everything as it was at the start."""
        self.admin("POST", "clock/resume")
        self.admin("DELETE", "faults")
        self.admin("PUT", "throttling", {"enforced": False})
        for region in (EAST, EUROPE, ASIA):
            self.admin("POST", f"regions/{region.replace(' ', '')}/online")
        self.lag("none")
        if self.admin("GET", "state")["failover"]["writeRegions"] != [EAST]:
            self.admin("POST", "failover", {"to": EAST})
        self.lag("20..50ms")
        self.admin("DELETE", "requests")

    def close(self):
        self.client.delete_database(self.database)


@check
def the_account_document_lists_three_regions_and_one_writes(world):
    document = world.client.get_database_account()
    assert [location["name"] for location in document.ReadableLocations] == [EAST, EUROPE, ASIA]
    assert [location["name"] for location in document.WritableLocations] == [EAST]


@check
def reads_go_to_the_preferred_region_and_writes_to_the_write_region(world):
    world.lag("none")
    container = world.container()
    near = world.seen_by(world.connect(EUROPE, EAST), container)
    world.admin("DELETE", "requests")
    near.create_item({"id": "a", "pk": "x"})
    assert near.read_item("a", "x")["id"] == "a"
    assert world.regions_of("CreateItem") == [EAST]
    assert world.regions_of("ReadItem") == [EUROPE]


@check
def a_session_reads_its_own_writes_across_a_link_that_stands_still(world):
    container = world.container()
    world.lag("paused")
    writer = world.seen_by(world.connect(EUROPE, EAST), container)
    writer.create_item({"id": "a", "pk": "x"})
    assert writer.read_item("a", "x")["id"] == "a"
    stranger = world.seen_by(world.connect(EUROPE, EAST), container)
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: stranger.read_item("a", "x"))
    world.lag("none")
    assert stranger.read_item("a", "x")["id"] == "a"


@check
def the_change_feed_tells_every_change_once_and_goes_on_from_its_token(world):
    world.lag("none")
    container = world.container(offer_throughput=20000)
    for n in range(30):
        container.create_item({"id": str(n), "pk": str(n % 7)})
    read = list(container.query_items_change_feed(start_time="Beginning"))
    assert sorted(item["id"] for item in read) == sorted(str(n) for n in range(30))
    token = container.client_connection.last_response_headers["etag"]
    container.upsert_item({"id": "3", "pk": "3", "again": True})
    container.create_item({"id": "new", "pk": "3"})
    rest = list(container.query_items_change_feed(continuation=token))
    assert sorted(item["id"] for item in rest) == ["3", "new"], rest


@check
def a_batch_is_all_or_nothing(world):
    container = world.container()
    container.create_item({"id": "there", "pk": "x", "n": 1})
    results = container.execute_item_batch(partition_key="x", batch_operations=[
        ("create", ({"id": "a", "pk": "x"},)),
        ("upsert", ({"id": "there", "pk": "x", "n": 2},)),
        ("patch", ("there", [{"op": "incr", "path": "/n", "value": 5}])),
        ("read", ("there",)),
        ("delete", ("a",)),
    ])
    assert [result["statusCode"] for result in results] == [201, 200, 200, 200, 204]
    assert results[3]["resourceBody"]["n"] == 7
    failed = expect(exceptions.CosmosBatchOperationError, 409, lambda: container.execute_item_batch(
        partition_key="x",
        batch_operations=[("create", ({"id": "b", "pk": "x"},)), ("create", ({"id": "there", "pk": "x"},))]))
    assert [response["statusCode"] for response in failed.operation_responses] == [424, 409]
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read_item("b", "x"))


@check
def a_patch_changes_parts_and_holds_its_condition(world):
    container = world.container()
    container.create_item({"id": "a", "pk": "x", "n": 1, "tags": ["p"], "old": True})
    patched = container.patch_item("a", "x", [
        {"op": "incr", "path": "/n", "value": 2},
        {"op": "add", "path": "/tags/-", "value": "q"},
        {"op": "set", "path": "/name", "value": "ada"},
        {"op": "remove", "path": "/old"},
    ])
    assert (patched["n"], patched["tags"], patched["name"], "old" in patched) == (3, ["p", "q"], "ada", False)
    expect(exceptions.CosmosHttpResponseError, 412, lambda: container.patch_item(
        "a", "x", [{"op": "set", "path": "/n", "value": 9}], filter_predicate="from c where c.n = 100"))


@check
def items_expire_by_the_accounts_clock(world):
    world.lag("none")
    container = world.container(default_ttl=3600)
    container.create_item({"id": "short", "pk": "x"})
    container.create_item({"id": "long", "pk": "x", "ttl": -1})
    assert container.read_item("short", "x")["id"] == "short"
    world.admin("POST", "clock/advance", {"by": "2h"})
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read_item("short", "x"))
    assert [item["id"] for item in container.query_items("SELECT * FROM c", partition_key="x")] == ["long"]


@check
def unique_keys_are_kept(world):
    container = world.container(unique_key_policy={"uniqueKeys": [{"paths": ["/mail"]}]})
    container.create_item({"id": "a", "pk": "x", "mail": "ada@example.org"})
    expect(exceptions.CosmosResourceExistsError, 409,
           lambda: container.create_item({"id": "b", "pk": "x", "mail": "ada@example.org"}))
    container.create_item({"id": "b", "pk": "y", "mail": "ada@example.org"})


@check
def a_used_up_throughput_is_a_429_with_the_time_to_wait(world):
    container = world.container(offer_throughput=400)
    hasty = world.seen_by(world.connect(retry_total=0, retry_throttle_total=0), container)
    world.admin("PUT", "throttling", {"enforced": True})
    world.admin("POST", "clock/freeze")

    def write_on():
        for n in range(500):
            hasty.create_item({"id": str(n), "pk": "x", "text": "y" * 1000})

    refused = expect(exceptions.CosmosHttpResponseError, 429, write_on, substatus=3200)
    assert float(refused.headers["x-ms-retry-after-ms"]) > 0
    world.admin("POST", "clock/resume")
    world.admin("POST", "clock/advance", {"by": "10s"})
    hasty.create_item({"id": "later", "pk": "x"})


@check
def throttled_writes_are_retried_to_the_end(world):
    container = world.container()
    world.admin("POST", "faults", {"id": "busy", "limit": 3, "condition": {"operation": "CreateItem"},
                                   "effect": {"status": 429, "substatus": 3200, "headers": {"x-ms-retry-after-ms": "1"}}})
    container.create_item({"id": "a", "pk": "x"})
    assert world.admin("GET", "faults")["faults"][0]["hits"] == 3


@check
def writes_follow_a_planned_failover_and_nothing_is_lost(world):
    container = world.container()
    client = world.seen_by(world.connect(EAST, EUROPE), container)
    for n in range(10):
        client.create_item({"id": str(n), "pk": "x"})
    world.admin("POST", "failover", {"to": EUROPE})
    world.admin("DELETE", "requests")
    for n in range(10, 20):
        client.create_item({"id": str(n), "pk": "x"})
    assert set(world.regions_of("CreateItem")[:9]) == {EUROPE}
    fresh = world.seen_by(world.connect(EUROPE), container)
    found = [item["id"] for item in fresh.query_items("SELECT * FROM c", partition_key="x")]
    assert sorted(found, key=int) == [str(n) for n in range(20)]
    document = world.connect().get_database_account()
    assert [location["name"] for location in document.WritableLocations] == [EUROPE]


@check
def reads_leave_a_region_that_is_offline(world):
    world.lag("none")
    container = world.container()
    container.create_item({"id": "a", "pk": "x"})
    near = world.seen_by(world.connect(EUROPE, ASIA), container)
    assert near.read_item("a", "x")["id"] == "a"
    world.admin("POST", "regions/westeurope/offline", {"mode": "refuse"})
    world.admin("DELETE", "requests")
    assert near.read_item("a", "x")["id"] == "a"
    assert EUROPE not in world.regions_of("ReadItem")


@check
def a_split_goes_unnoticed(world):
    world.lag("none")
    container = world.container()
    for n in range(40):
        container.create_item({"id": str(n), "pk": str(n)})
    place = f"dbs/{world.database.id}/colls/{container.id}/partitions"
    world.admin("POST", f"{place}/0/split")
    assert len(world.admin("GET", place)["partitions"]) == 2
    for n in range(40):
        assert container.read_item(str(n), str(n))["id"] == str(n)
    found = [item["id"] for item in container.query_items("SELECT * FROM c", enable_cross_partition_query=True)]
    assert sorted(found, key=int) == [str(n) for n in range(40)]


def main():
    world = World(*sys.argv[1:4])
    check.run(world, before_each=world.calm)


if __name__ == "__main__":
    main()
