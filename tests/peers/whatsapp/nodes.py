"""WhatsApp's binary XML: decodes everything a client sends; encodes without the token dictionary."""

import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from tests.peers.whatsapp.tokens import dictionary

PN, LID = "s.whatsapp.net", "lid"
DOMAINS = {0: PN, 1: LID, 128: "hosted", 129: "hosted.lid"}
HEX = "0123456789ABCDEF"
NIBBLE = "0123456789-.??\0\0"


class JID(NamedTuple):
    """An address: a phone number or its LID, and which of its devices."""

    user: str
    server: str = PN
    device: int = 0

    def __str__(self) -> str:
        device = f":{self.device}" if self.device else ""
        return f"{self.user}{device}@{self.server}" if self.user else self.server


SERVER = JID("", PN)
Attribute = str | int | float | JID | None
Content: TypeAlias = "bytes | Sequence[Node] | JID | None"


class Node:
    """A stanza or a part of one. Its content is bytes or further nodes."""

    __slots__ = ("attrs", "content", "tag")

    def __init__(
        self, tag: str, attrs: Mapping[str, Attribute] | None = None, content: Content = None
    ) -> None:
        self.tag, self.attrs, self.content = tag, dict(attrs or {}), content

    def __getitem__(self, key: str) -> str:
        """An attribute as text; "" where it is missing."""
        value = self.attrs.get(key)
        return "" if value is None else str(value)

    def jid(self, key: str) -> JID:
        """An attribute that is an address; the server itself where it is missing."""
        value = self.attrs.get(key)
        return value if isinstance(value, JID) else SERVER

    @property
    def children(self) -> Sequence["Node"]:
        return () if self.content is None or isinstance(self.content, bytes | JID) else self.content

    def find(self, *path: str) -> "Node | None":
        node: Node | None = self
        for tag in path:
            node = next((child for child in node.children if child.tag == tag), None) if node else None
        return node

    def data(self, *path: str) -> bytes:
        """The bytes at the end of a path; empty where there are none."""
        node = self.find(*path)
        return node.content if node and isinstance(node.content, bytes) else b""

    def __repr__(self) -> str:
        attrs = "".join(f' {key}="{value}"' for key, value in self.attrs.items() if value is not None)
        if isinstance(self.content, bytes):
            return f"<{self.tag}{attrs}>[{len(self.content)} bytes]</{self.tag}>"
        inside = "".join(map(repr, self.children))
        return f"<{self.tag}{attrs}>{inside}</{self.tag}>" if inside else f"<{self.tag}{attrs}/>"


def encode(node: Node) -> bytes:
    return b"\0" + _node(node)


def decode(frame: bytes) -> Node:
    """Raises ValueError or IndexError for what is no node."""
    body = zlib.decompress(frame[1:]) if frame[0] & 2 else frame[1:]
    return Reader(body).node()


def _node(node: Node) -> bytes:
    attrs = {key: value for key, value in node.attrs.items() if value is not None}
    size = 1 + 2 * len(attrs) + (node.content is not None)
    out = [_list(size), _blob(node.tag.encode())]
    for key, value in attrs.items():
        out += (_blob(key.encode()), _value(value))
    if isinstance(node.content, bytes | JID):
        out.append(_value(node.content))
    elif node.content is not None:
        out += [_list(len(node.content)), *map(_node, node.content)]
    return b"".join(out)


def _value(value: Attribute | bytes) -> bytes:
    if isinstance(value, JID):
        if value.device:
            return bytes((247, value.server == LID, value.device)) + _blob(value.user.encode())
        return b"\xfa" + (_blob(value.user.encode()) if value.user else b"\0") + _blob(value.server.encode())
    return _blob(value if isinstance(value, bytes) else str(value).encode())


def _blob(data: bytes) -> bytes:
    size = len(data)
    if size < 256:
        return bytes((252, size)) + data
    if size < 1 << 20:
        return b"\xfd" + size.to_bytes(3, "big") + data
    return b"\xfe" + size.to_bytes(4, "big") + data


def _list(size: int) -> bytes:
    if not size:
        return b"\0"
    return bytes((248, size)) if size < 256 else b"\xf9" + size.to_bytes(2, "big")


class Reader:
    """Reads a node from its bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def node(self) -> Node:
        size = self._size(self._int(1))
        tag = str(self._value())
        attrs = {str(self._value()): self._value() for _ in range((size - 1) >> 1)}
        return Node(tag, attrs, self._content() if size % 2 == 0 else None)

    def _content(self) -> Content:
        kind = self._data[self._at]
        if kind in (0, 248, 249):
            self._at += 1
            return [self.node() for _ in range(self._size(kind))]
        if kind in (252, 253, 254):
            self._at += 1
            return self._blob(kind)
        value = self._value()
        return value if isinstance(value, JID) else (value or "").encode()

    def _value(self) -> JID | str | None:
        kind = self._int(1)
        if kind == 0:
            return None
        if kind in (252, 253, 254):
            return self._blob(kind).decode("utf-8", "replace")
        if 236 <= kind <= 239:
            return dictionary()[1][kind - 236][self._int(1)]
        if kind == 250:
            user = self._value()
            return JID(str(user or ""), str(self._value()))
        if kind == 247:
            domain, device = self._int(1), self._int(1)
            return JID(str(self._value()), DOMAINS.get(domain, PN), device)
        if kind in (251, 255):
            return self._packed(NIBBLE if kind == 255 else HEX)
        return dictionary()[0][kind]

    def _packed(self, table: str) -> str:
        size = self._int(1)
        text = "".join(table[byte >> 4] + table[byte & 15] for byte in self._raw(size & 127))
        return text[:-1] if size & 128 else text

    def _blob(self, kind: int) -> bytes:
        return self._raw(self._int({252: 1, 253: 3, 254: 4}[kind]))

    def _size(self, kind: int) -> int:
        return 0 if kind == 0 else self._int(1 if kind == 248 else 2)

    def _int(self, size: int) -> int:
        return int.from_bytes(self._raw(size), "big")

    def _raw(self, size: int) -> bytes:
        found = self._data[self._at : self._at + size]
        if len(found) < size:
            raise ValueError("the node ends too early")
        self._at += size
        return found
