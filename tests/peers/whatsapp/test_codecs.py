"""What is written is read again: the layers under the protocol, each alone."""

import pickle
from pathlib import Path

import pytest

from tests.peers.whatsapp.curve import KeyPair, hkdf, verify
from tests.peers.whatsapp.device import Device
from tests.peers.whatsapp.ledger import Entry, Ledger, read
from tests.peers.whatsapp.nodes import JID, LID, SERVER, Attribute, Node, decode, encode
from tests.peers.whatsapp.protobuf import Value, dec, enc
from tests.peers.whatsapp.ratchet import SignalError
from tests.peers.whatsapp.store import Store
from tests.peers.whatsapp.tokens import dictionary


def test_protobuf_comes_back() -> None:
    fields: dict[int, Value] = {1: 0, 2: 300, 3: b"\x00\xff", 4: "नमस्ते", 2**20: 2**40, 9: None}
    assert dec(enc(fields)) == {1: 0, 2: 300, 3: b"\x00\xff", 4: "नमस्ते".encode(), 2**20: 2**40}


def test_protobuf_passes_over_what_it_does_not_use() -> None:
    assert dec(b"\x0d\x01\x02\x03\x04" + enc({2: 7})) == {1: b"\x01\x02\x03\x04", 2: 7}


def test_nodes_come_back() -> None:
    attrs: dict[str, Attribute] = {"to": JID("22", LID, 3), "from": SERVER, "n": 7, "gone": None}
    node = Node("iq", attrs, [Node("a", {}, b"x" * 300), Node("b", {}, [Node("c")]), Node("d", {}, b"")])
    assert repr(decode(encode(node))) == repr(node)


def test_nodes_are_read_as_the_client_writes_them() -> None:
    """Words from WhatsApp's dictionary, packed digits, and a long list."""
    single, double = dictionary()
    iq, first = single.index("iq"), double[0][0]
    packed = bytes((0, 248, 5, iq, single.index("id"), 255, 0x82, 0x12, 0x3F, single.index("to"), 236, 0))
    assert repr(decode(packed)) == f'<iq id="123" to="{first}"/>'
    many = Node("list", {}, [Node("a")] * 300)
    assert len(decode(encode(many)).children) == 300


@pytest.mark.parametrize("broken", [b"\0\xf8\x05\x19", b"\0\xf8\x03\xfc\x09abc", b"\0\xf8\x01\xf3"])
def test_a_broken_node_is_an_error(broken: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        decode(broken)


def test_hkdf_is_the_standard_one() -> None:
    """RFC 5869, the first case."""
    made = hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert made.hex().startswith("3cb25f25faacd57a90434f64d0362f2a")


def test_signatures_hold_and_forgeries_do_not() -> None:
    for _ in range(20):  # half of all keys have the sign bit
        key, other = KeyPair(), KeyPair()
        signature = key.sign(b"paid")
        assert verify(key.pub, b"paid", signature)
        assert not verify(key.pub, b"unpaid", signature)
        assert not verify(other.pub, b"paid", signature)
        assert key.dh(other.pub) == other.dh(key.pub)


class Two:
    """Two devices that write to each other."""

    def __init__(self) -> None:
        self.asha, self.ravi = Device(), Device()

    def writes(self, text: str) -> tuple[str, bytes]:
        return self.asha.encrypt("ravi", text.encode(), self.ravi.bundle)

    def reads(self, locked: tuple[str, bytes]) -> str:
        return self.ravi.decrypt("asha", *locked).decode()

    def answers(self, text: str) -> str:
        locked = self.ravi.encrypt("asha", text.encode(), self.asha.bundle)
        return self.asha.decrypt("ravi", *locked).decode()


def test_devices_read_each_other() -> None:
    two = Two()
    first = two.writes("one")
    assert first[0] == "pkmsg"
    assert two.reads(first) == "one"
    assert two.reads(two.writes("two")) == "two"
    assert two.answers("thank you") == "thank you"
    third = two.writes("three")
    assert third[0] == "msg"
    assert two.reads(third) == "three"


def test_messages_may_overtake_each_other() -> None:
    two = Two()
    sent = [two.writes(str(n)) for n in range(5)]
    assert [two.reads(sent[n]) for n in (0, 4, 2, 1, 3)] == ["0", "4", "2", "1", "3"]


def test_a_message_is_read_once_and_a_forgery_never() -> None:
    two = Two()
    kind, data = two.writes("one")
    with pytest.raises(SignalError):
        two.ravi.decrypt("asha", kind, data[:-1] + bytes([data[-1] ^ 1]))
    assert two.reads((kind, data)) == "one"
    with pytest.raises(SignalError):
        two.reads((kind, data))


def test_a_device_survives_on_disk(tmp_path: Path) -> None:
    two = Two()
    two.reads(two.writes("one"))
    late = two.writes("two")
    store = Store(tmp_path / "state.db")
    store.put("ravi", two.ravi)
    store.close()

    two.ravi = Store(tmp_path / "state.db").get("ravi")

    assert two.reads(two.writes("three")) == "three"
    assert two.reads(late) == "two"
    assert two.answers("thank you") == "thank you"
    assert pickle.loads(pickle.dumps(two.asha.identity)).pub == two.asha.identity.pub


def test_things_keep_their_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    for name in ("a/2", "a/1", "b/1", "a/2"):
        store.put(name, name)
    store.forget("b/1")
    assert [name for name, _ in store.all("a/")] == ["a/2", "a/1"]
    assert store.get("b/1") is None


def test_the_ledger_survives_a_line_that_a_crash_cut(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    entry = Entry("91", 1, "A", "92", 1.0, text="one")
    ledger.write(entry)
    entry.copies = 2
    ledger.write(entry)
    ledger.close()
    with path.open("a") as file:
        file.write('{"session": "91", "dev')

    assert read(path) == [entry]
    again = Ledger(path)
    again.write(Entry("91", 1, "B", "92", 2.0))
    again.close()
    assert [e.id for e in read(path)] == ["A", "B"]
