"""Columns for unnest(), in PostgreSQL's own binary form: packing them ourselves costs a tenth of what
psycopg's lists do, and those were half of the engine's price.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from struct import Struct, pack
from typing import TypeVar

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format

# Dimensions, whether there are NULLs, the elements' type, how many, and the number of the first.
HEAD = Struct(">iiIii")
LENGTH = Struct(">i")
FLOAT = Struct(">id")
NULL = LENGTH.pack(-1)

C = TypeVar("C", bound="Column")


class Column(bytes):
    """A packed array; the kinds below say of what. `element` and `oid` are PostgreSQL's type numbers."""

    element: int
    oid: int


class Ints(Column):
    element, oid = 20, 1016


class Floats(Column):
    element, oid = 701, 1022


class Texts(Column):
    element, oid = 25, 1009


class Raws(Column):
    element, oid = 17, 1001


def ints(values: Sequence[int]) -> Ints:
    """bigint[]"""
    packed = pack(f">{'iq' * len(values)}", *chain.from_iterable(zip(repeat(8), values, strict=False)))
    return _column(Ints, len(values), packed)


def floats(values: Sequence[float | None]) -> Floats:
    """float8[]"""
    pack = FLOAT.pack
    packed = b"".join([NULL if value is None else pack(8, value) for value in values])
    return _column(Floats, len(values), packed)


def texts(values: Sequence[str | None]) -> Texts:
    """text[]"""
    packed = _lengths_first(None if value is None else value.encode() for value in values)
    return _column(Texts, len(values), packed)


def words(values: Sequence[str | None]) -> Texts:
    """text[] of a few words, over and over again."""
    packed = {value: _lengths_first([None if value is None else value.encode()]) for value in set(values)}
    return _column(Texts, len(values), b"".join([packed[value] for value in values]))


def raws(values: Sequence[bytes]) -> Raws:
    """bytea[]"""
    lengths = set(map(len, values))
    if len(lengths) != 1:
        return _column(Raws, len(values), _lengths_first(values))
    length = LENGTH.pack(lengths.pop())  # as tokens are: all of one length
    return _column(Raws, len(values), length + length.join(values))


def _column(kind: type[C], count: int, packed: bytes) -> C:
    return kind(HEAD.pack(1, 0, kind.element, count, 1) + packed)


def _lengths_first(values: Iterable[bytes | None]) -> bytes:
    pack = LENGTH.pack
    return b"".join([NULL if value is None else pack(len(value)) + value for value in values])


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        return obj


for _kind in (Ints, Floats, Texts, Raws):
    adapters.register_dumper(_kind, type(f"{_kind.__name__}AsTheyAre", (_AsItIs,), {"oid": _kind.oid}))
