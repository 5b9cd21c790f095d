"""Items, feeds and errors through the official Python client, against a running account.

usage: items.py ENDPOINT KEY
Each check is one function; the last line counts them.
"""

import sys
import urllib3
import uuid

from azure.core import MatchConditions
from azure.cosmos import CosmosClient, PartitionKey, exceptions

from checks import Checks

urllib3.disable_warnings()

check = Checks()


class World:
    """One database of its own, dropped at the end."""

    def __init__(self, endpoint, key):
        self.endpoint, self.key = endpoint, key
        self.client = CosmosClient(endpoint, credential=key, connection_verify=False)
        self.database = self.client.create_database(f"py-{uuid.uuid4().hex[:8]}")

    def container(self, path="/pk", **options):
        name = f"c-{uuid.uuid4().hex[:8]}"
        return self.database.create_container(id=name, partition_key=PartitionKey(path=path), **options)

    def close(self):
        self.client.delete_database(self.database)


def expect(error, status, call, substatus=None):
    try:
        call()
    except error as raised:
        assert raised.status_code == status, f"status {raised.status_code}, expected {status}: {raised.message}"
        if substatus is not None:
            assert raised.sub_status == substatus, f"substatus {raised.sub_status}, expected {substatus}"
        return raised
    raise AssertionError(f"expected {status}, but the call succeeded")


@check
def databases_are_created_read_listed_and_deleted(world):
    name = f"py-{uuid.uuid4().hex[:8]}"
    database = world.client.create_database(name)
    assert database.read()["id"] == name
    assert name in [entry["id"] for entry in world.client.list_databases()]
    expect(exceptions.CosmosResourceExistsError, 409, lambda: world.client.create_database(name))
    world.client.create_database_if_not_exists(name)
    found = list(world.client.query_databases("SELECT * FROM root r WHERE r.id = @id", [{"name": "@id", "value": name}]))
    assert [entry["id"] for entry in found] == [name]
    world.client.delete_database(name)
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: database.read())


@check
def containers_are_created_read_replaced_listed_and_deleted(world):
    container = world.container(default_ttl=3600)
    properties = container.read()
    assert properties["partitionKey"]["paths"] == ["/pk"]
    assert properties["partitionKey"]["kind"] == "Hash"
    assert properties["partitionKey"]["version"] == 2
    assert properties["defaultTtl"] == 3600
    assert properties["indexingPolicy"]["indexingMode"] == "consistent"
    assert properties["conflictResolutionPolicy"]["mode"] == "LastWriterWins"
    replaced = world.database.replace_container(container, PartitionKey(path="/pk"), default_ttl=60)
    assert replaced.read()["defaultTtl"] == 60
    assert container.id in [entry["id"] for entry in world.database.list_containers()]
    expect(exceptions.CosmosResourceExistsError, 409,
           lambda: world.database.create_container(container.id, PartitionKey(path="/pk")))
    world.database.delete_container(container)
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read())


@check
def every_item_operation_answers(world):
    container = world.container()
    created = container.create_item({"id": "a", "pk": "x", "n": 1, "text": "żółć 日本 😀"})
    for property_name in ("_rid", "_self", "_etag", "_ts", "_attachments"):
        assert property_name in created, property_name
    read = container.read_item("a", "x")
    assert read == created
    replaced = container.replace_item("a", {**read, "n": 2})
    assert replaced["n"] == 2 and replaced["_etag"] != read["_etag"] and replaced["_rid"] == read["_rid"]
    upserted = container.upsert_item({"id": "b", "pk": "x", "n": 1})
    assert upserted["id"] == "b"
    upserted = container.upsert_item({"id": "b", "pk": "x", "n": 2})
    assert upserted["n"] == 2
    container.delete_item("a", "x")
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read_item("a", "x"))
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.delete_item("a", "x"))
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.replace_item("a", {"id": "a", "pk": "x"}))


@check
def the_same_id_lives_once_in_each_logical_partition(world):
    container = world.container()
    container.create_item({"id": "a", "pk": "x"})
    container.create_item({"id": "a", "pk": "y"})
    expect(exceptions.CosmosResourceExistsError, 409, lambda: container.create_item({"id": "a", "pk": "x"}))


@check
def etags_guard_writes_and_reads(world):
    container = world.container()
    first = container.create_item({"id": "a", "pk": "x", "n": 1})
    container.replace_item("a", {"id": "a", "pk": "x", "n": 2}, etag=first["_etag"],
                           match_condition=MatchConditions.IfNotModified)
    expect(exceptions.CosmosAccessConditionFailedError, 412,
           lambda: container.replace_item("a", {"id": "a", "pk": "x", "n": 3}, etag=first["_etag"],
                                          match_condition=MatchConditions.IfNotModified))
    assert container.read_item("a", "x")["n"] == 2
    expect(exceptions.CosmosAccessConditionFailedError, 412,
           lambda: container.delete_item("a", "x", etag=first["_etag"],
                                         match_condition=MatchConditions.IfNotModified))


@check
def minimal_responses_keep_their_headers(world):
    container = world.container()
    response = container.create_item({"id": "a", "pk": "x"}, no_response=True)
    assert not response, response
    headers = response.get_response_headers()
    assert float(headers["x-ms-request-charge"]) > 0
    assert headers["etag"] == container.read_item("a", "x")["_etag"]


@check
def feeds_page_to_the_end_without_loss(world):
    container = world.container(offer_throughput=30000)
    expected = {f"i{n:03}" for n in range(157)}
    for identity in expected:
        container.create_item({"id": identity, "pk": identity})
    pages = [list(page) for page in container.read_all_items(max_item_count=10).by_page()]
    assert all(len(page) <= 10 for page in pages), [len(page) for page in pages]
    seen = [item["id"] for page in pages for item in page]
    assert sorted(seen) == sorted(expected), f"{len(seen)} seen of {len(expected)}"


@check
def a_feed_resumes_from_its_continuation(world):
    container = world.container()
    for n in range(25):
        container.create_item({"id": f"{n:02}", "pk": "x"})
    pager = container.read_all_items(max_item_count=10).by_page()
    first = [item["id"] for item in next(pager)]
    token = pager.continuation_token
    rest = [item["id"] for page in container.read_all_items(max_item_count=10).by_page(token) for item in page]
    assert sorted(first + rest) == [f"{n:02}" for n in range(25)]


@check
def hierarchical_keys_work(world):
    name = f"h-{uuid.uuid4().hex[:8]}"
    container = world.database.create_container(
        name, PartitionKey(path=["/tenant", "/user"], kind="MultiHash"))
    container.create_item({"id": "1", "tenant": "t", "user": "u"})
    assert container.read_item("1", ["t", "u"])["tenant"] == "t"
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read_item("1", ["t", "v"]))
    assert container.read()["partitionKey"]["kind"] == "MultiHash"


@check
def every_type_of_key_reaches_its_item(world):
    container = world.container()
    for identity, key in (("s", "żółć"), ("n", 42), ("f", 1.5), ("t", True), ("z", None), ("neg", -7), ("big", 2**40)):
        container.create_item({"id": identity, "pk": key})
        assert container.read_item(identity, key)["pk"] == key, key
    container.create_item({"id": "undefined"})
    from azure.cosmos.partition_key import NonePartitionKeyValue
    assert container.read_item("undefined", NonePartitionKeyValue)["id"] == "undefined"


@check
def unusual_ids_are_addressed(world):
    container = world.container()
    for identity in ("with space inside", "żółć", "100%", "a+b", "a=b&c", "quote\"'", "日本", "~!@$^*()", "x" * 255):
        container.create_item({"id": identity, "pk": "x"})
        assert container.read_item(identity, "x")["id"] == identity, identity
        container.delete_item(identity, "x")


@check
def bad_requests_are_refused(world):
    container = world.container()
    expect(exceptions.CosmosHttpResponseError, 413, lambda: container.create_item({"id": "a", "pk": "x", "b": "z" * (3 << 20)}))
    expect(exceptions.CosmosHttpResponseError, 400, lambda: world.database.create_container("bad", PartitionKey(path="/pk"), default_ttl=0))
    stranger = CosmosClient.from_connection_string
    wrong = "AAAA" + world.key[4:]
    expect(exceptions.CosmosHttpResponseError, 401,
           lambda: CosmosClient(world.endpoint, credential=wrong, connection_verify=False).create_database("no"))
    assert stranger


@check
def sizes_and_numbers_survive(world):
    container = world.container()
    document = {"id": "n", "pk": "x", "int": 9007199254740991, "neg": -0.5, "tiny": 5e-324, "huge": 1.7976931348623157e308,
                "nested": {"a": [1, [2, {"b": None}]], "empty": {}, "list": []}, "long": "ż" * 100_000}
    container.create_item(document)
    read = container.read_item("n", "x")
    assert {key: read[key] for key in document} == document


@check
def throughput_is_read_and_replaced(world):
    container = world.container(offer_throughput=500)
    assert container.get_throughput().offer_throughput == 500
    container.replace_throughput(800)
    assert container.get_throughput().offer_throughput == 800


@check
def feed_ranges_tile_the_container(world):
    container = world.container(offer_throughput=30000)
    assert len(list(container.read_feed_ranges())) == 3


@check
def a_recreated_container_is_found_again(world):
    container = world.container()
    container.create_item({"id": "a", "pk": "x"})
    other = CosmosClient(world.endpoint, credential=world.key, connection_verify=False)
    elsewhere = other.get_database_client(world.database.id)
    elsewhere.delete_container(container.id)
    elsewhere.create_container(container.id, PartitionKey(path="/pk"))
    container.create_item({"id": "b", "pk": "x"})
    assert container.read_item("b", "x")["id"] == "b"


def main():
    check.run(World(*sys.argv[1:3]))


if __name__ == "__main__":
    main()
