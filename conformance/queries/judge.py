"""Whether an answer is the one that a case expects, by the case's own rule of comparison (crates/query/tests/data/README.md).

The rules are those of crates/query/tests/it/compare.rs, written a second time on purpose.
"""

import json
import re

# Properties that the account adds to an item.
ADDED = ("_rid", "_self", "_etag", "_ts", "_attachments")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def equal(left, right, tolerance=0.0):
    """Equal values of the same type; numbers may differ by a relative tolerance."""
    if is_number(left) and is_number(right):
        return left == right or abs(left - right) <= tolerance * max(abs(left), abs(right))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(*pair, tolerance) for pair in zip(left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name], tolerance) for name in left)
    return type(left) is type(right) and left == right


def alike(left, right):
    """The same names and types."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(left[name], right[name]) for name in left)
    return is_number(left) and is_number(right) or type(left) is type(right)


def lists(found, expected, ordered, same):
    if len(found) != len(expected):
        return False
    if ordered:
        return all(map(same, found, expected))
    rest = list(found)
    for right in expected:
        place = next((place for place, left in enumerate(rest) if same(left, right)), None)
        if place is None:
            return False
        del rest[place]
    return True


def field(rows, name):
    return [row.get(name) if isinstance(row, dict) else row for row in rows]


def sorted_array(value):
    return sorted(value, key=json.dumps) if isinstance(value, list) else value


def with_sorted_arrays(row):
    return {name: sorted_array(value) for name, value in row.items()} if isinstance(row, dict) else sorted_array(row)


def in_groups(found, groups):
    start = 0
    for group in groups:
        if not lists(found[start:start + len(group)], group, False, equal):
            return False
        start += len(group)
    return start == len(found)


def first_row(found, expected, _):
    return bool(found) and all(equal(found[0].get(name), value) for name, value in expected[0].items())


def matches(judged, found, ordered, compare):
    expected = judged.get("expected") or []
    tolerance = judged.get("tolerance", 1e-9)
    if compare == "exact":
        has_attachments = any(isinstance(row, dict) and "_attachments" in row for row in found)
        plain = expected if has_attachments else [
            {name: value for name, value in row.items() if name != "_attachments"} if isinstance(row, dict) else row
            for row in expected
        ]
        return lists(found, plain, ordered, equal)
    if compare == "approx":
        return lists(found, expected, ordered, lambda left, right: equal(left, right, tolerance))
    if compare == "shape":
        return lists(found, expected, ordered, alike)
    if compare == "ids":
        return lists(field(found, "id"), field(expected, "id"), ordered, equal)
    if compare == "firstRow":
        return first_row(found, expected, ordered)
    if compare == "rowCount":
        return judged.get("minRows", 0) <= len(found) <= judged.get("maxRows", len(found))
    if compare == "anyOf":
        return any(lists(found, one, ordered, equal) for one in expected)
    if compare == "anyOf-Index":
        return any(lists(field(found, "Index"), field(one, "Index"), ordered, equal) for one in expected)
    if compare == "orderedGroups":
        return in_groups(found, expected)
    if compare in ("sortedArrayValue", "sortedArrayFields"):
        prepare = lambda rows: [with_sorted_arrays(row) for row in rows]
        return lists(prepare(found), prepare(expected), ordered, equal)
    raise ValueError(f"unknown comparison {compare}")


def accepts(case, found, partitions):
    """Rows of several partitions may stand in another order where the query gives none."""
    judged, text = case["judged"], case["query"].upper()
    ordered, compare = judged.get("ordered", False), judged.get("compare") or "exact"
    if matches(judged, found, ordered, compare):
        return True
    unordered = partitions > 1 and "ORDER BY" not in text
    if unordered and ("TOP " in text or "LIMIT " in text):
        return len(found) == len(judged.get("expected") or []) or compare == "firstRow" and bool(found)
    # Sums of sums differ from sums in their last bits.
    sums = "SUM" in text or "AVG" in text
    return compare in ("exact", "approx") and (unordered or sums) and matches(judged, found, False, "approx")


def strip(value, keep):
    """A row without what the account, and `prepare.py`, added to the documents in it."""
    if isinstance(value, list):
        return [strip(element, keep) for element in value]
    if isinstance(value, dict):
        return {
            name: strip(member, keep) for name, member in value.items()
            if not (name in ADDED and f'"{name}"' not in keep)
            and not (name == "id" and isinstance(member, str) and member.startswith("added-"))
        }
    return value


def says(message, expected):
    """Whether the message has the expected words, or the expected error body in it."""
    if isinstance(expected, dict):
        body = re.search(r"\{.*\}", message)
        return body is not None and json.loads(body[0]) == expected
    return expected in message


def problem(case, answer, partitions):
    """What is wrong with an answer; `None` when nothing is."""
    error = answer.get("error")
    if case["kind"] == "error":
        if error is None:
            return f"gives {len(answer['rows'])} rows"
        return None if error["status"] == 400 and says(error["message"], case["says"]) else str(error)
    if error is not None:
        return f"{error['status']}: {error['message']}"
    if case["kind"] == "accepted":
        return None
    found = strip(answer["rows"], json.dumps(case["judged"].get("expected")))
    return None if accepts(case, found, partitions) else f"gives {json.dumps(found)}"
