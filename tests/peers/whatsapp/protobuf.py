"""A protobuf wire codec just big enough for the handful of messages the server reads and writes."""

from collections.abc import Mapping

Value = int | bytes | str | None
Fields = dict[int, int | bytes]


def varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def enc(fields: Mapping[int, Value]) -> bytes:
    """{field number: value} → bytes; None is left out."""
    out = bytearray()
    for number, value in fields.items():
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif value is not None:
            raw = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(raw)) + raw
    return bytes(out)


def dec(data: bytes) -> Fields:
    """bytes → {field number: its last value}: ints for varints, bytes for the rest."""
    out: Fields = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            out[key >> 3], at = _varint(data, at)
            continue
        size, at = (_varint(data, at)) if kind == 2 else ({1: 8, 5: 4}[kind], at)
        out[key >> 3] = data[at : at + size]
        at += size
    return out


def raw(fields: Fields, number: int) -> bytes:
    """The bytes of a field; empty where it is missing."""
    value = fields.get(number, b"")
    return value if isinstance(value, bytes) else b""


def whole(fields: Fields, number: int) -> int:
    """The integer of a field; 0 where it is missing."""
    value = fields.get(number, 0)
    return value if isinstance(value, int) else 0


def _varint(data: bytes, at: int) -> tuple[int, int]:
    shift = value = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
