"""A store remembers what it must, and no more; who may use it is settled by a lock."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from models.states import Reason
from services.gateways.linked import owner, store
from services.gateways.linked.memory import Memory
from services.gateways.linked.outcome import CLOSED
from services.gateways.linked.store import AnothersStore, NotLinked, Store
from services.gateways.protocol import DoNotKnow, Left, NeverLeft, NotSent, Unknown

PHONE = "+919000000001"
SCHEMA = """
CREATE TABLE whatsmeow_device (jid TEXT PRIMARY KEY, lid TEXT);
CREATE TABLE whatsmeow_message_secrets (our_jid TEXT, message_id TEXT, key bytea NOT NULL);
INSERT INTO whatsmeow_device VALUES ('919000000001:3@s.whatsapp.net', '200919000000001:3@lid');
"""


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """The tables that we read, as neonize makes them."""
    made = Store(tmp_path / "7")
    made.folder.mkdir()
    db = sqlite3.connect(made.file)
    db.executescript(SCHEMA)
    db.close()
    return made


def sent(kept: Store, *numbers: int) -> None:
    db = sqlite3.connect(kept.file)
    with db:
        for n in numbers:
            db.execute("INSERT INTO whatsmeow_message_secrets VALUES ('us', ?, ?)", (f"ID{n}", token(n)))
    db.close()


def token(number: int) -> bytes:
    return number.to_bytes(32)


def test_it_knows_whose_it_is(kept: Store) -> None:
    assert (kept.belongs_to(PHONE).lid, kept.belongs_to(PHONE).device) == ("200919000000001", 3)
    with pytest.raises(AnothersStore):
        kept.belongs_to("+919000000002")
    with pytest.raises(NotLinked):
        Store(kept.folder / "nobody").identity()


def test_only_the_latest_messages_are_kept(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT", 3)
    sent(kept, *range(1, 11))
    kept.prune()
    assert kept.find([token(1), token(6), token(7), token(10)]) == [None, None, "ID7", "ID10"]


def test_the_latest_of_two_attempts_with_one_token_counts(kept: Store) -> None:
    sent(kept, 5)
    db = sqlite3.connect(kept.file)
    with db:
        db.execute("INSERT INTO whatsmeow_message_secrets VALUES ('us', 'AGAIN', ?)", (token(5),))
    db.close()
    assert kept.find([token(5)]) == ["AGAIN"]


async def test_owners_in_a_row_know_what_never_left(kept: Store) -> None:
    sent(kept, 1)
    for epoch in (1, 2, 3):
        await had_by(kept, epoch)
        assert known(kept) == [Left("ID1"), NeverLeft()]


async def test_where_an_owner_in_between_was_elsewhere_nothing_is_called_unsent(kept: Store) -> None:
    sent(kept, 1)
    await had_by(kept, 1)
    await had_by(kept, 5)
    assert known(kept) == [Left("ID1"), DoNotKnow()]
    await had_by(kept, 6)
    assert known(kept) == [Left("ID1"), DoNotKnow()]

    hold = await owner.take(kept.folder.parent, 7, 7)
    hold.trust()  # its first message: what was open has been dealt with
    hold.close()
    assert known(kept) == [Left("ID1"), NeverLeft()]


async def test_a_store_put_in_anew_knows_nothing_of_the_old_one(kept: Store) -> None:
    await had_by(kept, 1)
    (await owner.borrow(kept.folder.parent, 7)).close()
    await had_by(kept, 2)
    assert known(kept) == [DoNotKnow(), DoNotKnow()]


async def test_an_old_owner_does_not_get_in(kept: Store) -> None:
    await had_by(kept, 5)
    with pytest.raises(owner.Fenced):
        await owner.take(kept.folder.parent, 7, 4)


async def test_who_asks_gets_it_when_the_holder_lets_go(kept: Store) -> None:
    folder = kept.folder.parent
    older = await owner.take(folder, 7, 1)
    asking = asyncio.create_task(owner.take(folder, 7, 2))
    async with asyncio.timeout(10):
        while owner.wanted(folder) != {7: 2}:
            await asyncio.sleep(0.01)
    older.close()
    assert (await asking).owner.epoch == 2
    assert owner.wanted(folder) == {}


def test_what_got_no_answer_is_called_unsent_only_where_the_store_says_so(kept: Store) -> None:
    """Else it would be sent once more: nobody may read the store now, and the message may have left."""
    memory = Memory(kept.folder.parent)
    sent(kept, 1)
    assert memory.explained(7, token(1), CLOSED) == Unknown(Reason.TIMED_OUT, "ID1")
    assert isinstance(memory.explained(7, token(2), CLOSED), NotSent)
    db = sqlite3.connect(kept.file)
    with db:
        db.execute("DELETE FROM whatsmeow_device")  # unlinked meanwhile
    db.close()
    assert isinstance(memory.explained(7, token(1), CLOSED), Unknown)
    kept.file.write_bytes(b"no database any more" * 1000)
    assert isinstance(memory.explained(7, token(1), CLOSED), Unknown)


async def had_by(kept: Store, epoch: int) -> None:
    (await owner.take(kept.folder.parent, 7, epoch)).close()


def known(kept: Store) -> list[object]:
    return list(Memory(kept.folder.parent).known(7, [token(1), token(2)]))
