"""Users, permissions, functions, procedures and triggers through the official Python client, against a running account.

usage: scripts.py ENDPOINT KEY
Each check is one function; the last line counts them.
"""

import sys

from azure.cosmos import documents, exceptions

from checks import Checks
from items import World, expect

check = Checks()


@check
def users_and_permissions_are_created_replaced_listed_and_deleted(world):
    database = world.database
    user = database.create_user({"id": "ann"})
    assert user.read()["_permissions"] == "permissions/"
    expect(exceptions.CosmosResourceExistsError, 409, lambda: database.create_user({"id": "ann"}))
    container = world.container()
    permission = user.create_permission(
        {"id": "p", "permissionMode": documents.PermissionMode.Read, "resource": container.container_link}
    )
    token = permission.properties["_token"]
    assert token.startswith("type=resource&ver=1&sig="), token
    changed = user.replace_permission(
        permission, {"id": "p", "permissionMode": documents.PermissionMode.All, "resource": container.container_link}
    )
    assert changed.permission_mode == documents.PermissionMode.All
    assert [found["id"] for found in user.list_permissions()] == ["p"]
    assert [found["id"] for found in user.query_permissions("SELECT * FROM root r WHERE r.id = 'p'")] == ["p"]
    database.upsert_user({"id": "bob"})
    assert [found["id"] for found in database.list_users()] == ["ann", "bob"]
    names = database.query_users("SELECT * FROM root r WHERE r.id = @id", parameters=[{"name": "@id", "value": "bob"}])
    assert [found["id"] for found in names] == ["bob"]
    renamed = database.replace_user("bob", {"id": "rob"})
    assert renamed.id == "rob"
    database.delete_user("ann")
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: user.read())


@check
def functions_are_called_in_queries(world):
    container = world.container()
    for number in range(4):
        container.create_item({"id": str(number), "pk": "k", "n": number})
    scripts = container.scripts
    scripts.create_user_defined_function({"id": "double", "body": "function (n) { return 2 * n; }"})
    query = "SELECT VALUE udf.double(c.n) FROM c WHERE udf.double(c.n) > 2 ORDER BY c.n"
    assert list(container.query_items(query, enable_cross_partition_query=True)) == [4, 6]
    scripts.replace_user_defined_function("double", {"id": "double", "body": "function (n) { throw new Error('no'); }"})
    raised = expect(exceptions.CosmosHttpResponseError, 400, lambda: list(container.query_items(query, partition_key="k")))
    assert "Error: no" in raised.message, raised.message
    assert [found["id"] for found in scripts.list_user_defined_functions()] == ["double"]
    found = scripts.query_user_defined_functions("SELECT * FROM root r WHERE r.id = 'double'")
    assert [row["id"] for row in found] == ["double"]
    scripts.delete_user_defined_function("double")
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: scripts.get_user_defined_function("double"))


@check
def procedures_are_transactions(world):
    container = world.container()
    scripts = container.scripts
    body = """function (documents) {
        var collection = getContext().getCollection(), created = 0;
        documents.forEach(function (document) {
            var accepted = collection.createDocument(collection.getSelfLink(), document, function (error) {
                if (error) throw error;
                created += 1;
                getContext().getResponse().setBody({ created: created });
            });
            if (!accepted) throw new Error('not accepted');
        });
    }"""
    procedure = scripts.create_stored_procedure({"id": "import", "body": body})
    assert procedure["_self"].split("/")[-3] == "sprocs", procedure
    items = [{"id": name, "pk": "k"} for name in "abc"]
    assert scripts.execute_stored_procedure("import", partition_key="k", params=[items]) == {"created": 3}
    assert container.read_item("b", "k")["pk"] == "k"
    again = [{"id": "new", "pk": "k"}, {"id": "a", "pk": "k"}]
    expect(
        exceptions.CosmosHttpResponseError,
        400,
        lambda: scripts.execute_stored_procedure("import", partition_key="k", params=[again]),
        substatus=409,
    )
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read_item("new", "k"))
    scripts.create_stored_procedure({"id": "hello", "body": "function () { getContext().getResponse().setBody('hello'); }"})
    assert scripts.execute_stored_procedure("hello", partition_key="k") == "hello"
    assert sorted(found["id"] for found in scripts.list_stored_procedures()) == ["hello", "import"]
    scripts.delete_stored_procedure("hello")


@check
def triggers_run_when_they_are_named(world):
    container = world.container()
    scripts = container.scripts
    stamp = "function () { var r = getContext().getRequest(), d = r.getBody(); d.stamped = true; r.setBody(d); }"
    refuse = "function () { throw new Error('refused'); }"
    for name, kind, body in [("stamp", documents.TriggerType.Pre, stamp), ("refuse", documents.TriggerType.Post, refuse)]:
        scripts.create_trigger(
            {"id": name, "body": body, "triggerType": kind, "triggerOperation": documents.TriggerOperation.All}
        )
    created = container.create_item({"id": "a", "pk": "k"}, pre_trigger_include="stamp")
    assert created["stamped"] is True, created
    expect(
        exceptions.CosmosHttpResponseError,
        400,
        lambda: container.create_item({"id": "b", "pk": "k"}, post_trigger_include="refuse"),
    )
    expect(exceptions.CosmosResourceNotFoundError, 404, lambda: container.read_item("b", "k"))
    assert "stamped" not in container.upsert_item({"id": "c", "pk": "k"})
    assert [found["id"] for found in scripts.list_triggers()] == ["stamp", "refuse"]


@check
def a_script_that_does_not_end_harms_nobody(world):
    container = world.container()
    scripts = container.scripts
    scripts.create_stored_procedure({"id": "endless", "body": "function () { for (;;) {} }"})
    expect(
        exceptions.CosmosHttpResponseError,
        408,
        lambda: scripts.execute_stored_procedure("endless", partition_key="k"),
    )
    container.create_item({"id": "a", "pk": "k"})


if __name__ == "__main__":
    check.run(World(sys.argv[1], sys.argv[2]))
