"""Reads the vectors of carried sessions with nothing but the standard library: a second implementation of
docs/session-format.md, written from that page. Sealed values are left to the tests of the crate: the
standard library has no XChaCha20-Poly1305."""

import base64
import hashlib
import hmac
import json
import pathlib

VECTORS = pathlib.Path(__file__).parent.parent / "crates/session/tests/data/session-format.json"


class Refused(Exception):
    pass


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Refused("ends early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if value >= 1 << 64:
                raise Refused("number")
            if byte < 0x80:
                return value
            shift += 7

    def column(self, count):
        if count == 0:
            return []
        least, width = self.number(), self.take(1)[0]
        if width > 64:
            raise Refused("column")
        packed = int.from_bytes(self.take((count * width + 7) // 8), "little")
        return [least + (packed >> (width * at) & (1 << width) - 1) for at in range(count)]


def decode(data):
    cursor = Cursor(data)
    if cursor.take(1) != b"\x01":
        raise Refused("format")
    issued = cursor.number()
    count = cursor.number()
    if count > 256:
        raise Refused("containers")
    containers, account = [], None
    for _ in range(count):
        if cursor.take(1) == b"\x01":
            account = cursor.take(8).hex()
        rid, mark, ranges = cursor.take(8).hex(), cursor.number(), cursor.number()
        steps, zeros, origins, ages, versions, lsns = (cursor.column(ranges) for _ in range(6))
        regions = [(cursor.number(), cursor.column(ranges)) for _ in range(cursor.number())]
        rows, number = [], 0
        for at in range(ranges):
            number += steps[at]
            token = str(lsns[at])
            if versions[at]:
                token = f"{versions[at] - 2}#{lsns[at]}"
                for region, column in regions:
                    token += local(region, column[at], lsns[at])
            rows.append(
                {
                    "range": "0" * zeros[at] + str(number),
                    "token": token,
                    "origin": ["read", "write"][origins[at]],
                    "seen": (issued // 16 - ages[at]) * 16,
                }
            )
        containers.append(
            {"account": account, "rid": rid, "mark": issued + mark - 1 if mark else None, "ranges": rows}
        )
    if cursor.at != len(data):
        raise Refused("bytes behind the end")
    return issued, containers


def local(region, folded, lsn):
    if folded == 0:
        return ""
    if folded == 1:
        return f"#{region}=-1"
    distance = folded - 2
    return f"#{region}={lsn - distance // 2 if distance % 2 == 0 else lsn + (distance + 1) // 2}"


def derive(secret, purpose):
    return hmac.digest(secret, b"cosmokit-session 1 " + purpose, "sha256")


def verify(secret, app, carrier, binding, value):
    """Opens a signed value; returns its payload."""
    protected = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    form, key_id, payload, mac = protected[:1], protected[1:5], protected[5:-16], protected[-16:]
    if form != b"\x02" or key_id != derive(secret, b"key id")[:4]:
        raise Refused("form or key")
    sized = lambda part: len(part).to_bytes(8, "big") + part
    parts = [app, carrier] + ([binding] if binding is not None else [])
    data = b"cosmokit-session\x01" + b"".join(sized(part.encode()) for part in parts)
    expected = hmac.new(derive(secret, b"sign"), sized(data) + sized(payload), hashlib.sha256).digest()[:16]
    if not hmac.compare_digest(mac, expected):
        raise Refused("mac")
    return payload


def main():
    file = json.loads(VECTORS.read_text())
    secret = bytes.fromhex(file["secret"])
    for case in file["cases"]:
        payload = bytes.fromhex(case["payload"])
        for container in case["containers"]:
            for row in container["ranges"]:
                row["seen"] -= row["seen"] % 16
        assert decode(payload) == (case["issued"], case["containers"]), case["name"]
        opened = verify(secret, file["app"], file["carrier"], case["binding"], case["signed"])
        assert opened == payload, case["name"]
    for case in file["refused"]:
        try:
            decode(bytes.fromhex(case["payload"]))
        except Refused:
            continue
        raise AssertionError(case["name"])
    print(f"session format: {len(file['cases'])} vectors and {len(file['refused'])} refusals passed")


if __name__ == "__main__":
    main()
