"""What goes wrong at WhatsApp, as neonize tells of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.peers.whatsapp.conftest import World
from tests.peers.whatsapp.faults import Do

DELIVERED = 1


@pytest.fixture
def asha(world: World) -> str:
    return world.links()


def broken(world: World, do: Do, **how: Any) -> None:
    world.ask("faults", faults=[{"do": do, "session": world.asha, **how}])


@pytest.mark.parametrize("code", [463, 479, 429])
def test_a_message_is_refused(world: World, asha: str, code: int) -> None:
    broken(world, Do.ACK_ERROR, code=code)
    with pytest.raises(RuntimeError, match=f"server returned error {code}"):
        world.sends("no")
    assert [(entry.refused, entry.text) for entry in world.ledger()] == [(code, None)]
    assert world.sends("yes")


def test_a_fault_may_let_some_pass_and_mean_one_person(world: World, asha: str) -> None:
    broken(world, Do.ACK_ERROR, code=400, to=world.ravi, after=1, times=-1)
    world.sends("the first passes")
    world.sends("somebody else", to=world.ravi[:-1] + "8")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="400"):
            world.sends("no")


@pytest.mark.parametrize(("do", "copies"), [(Do.DROP_BEFORE, 1), (Do.DROP_AFTER, 2)])
def test_the_line_is_cut_and_the_client_sends_the_same_again(
    world: World, asha: str, do: Do, copies: int
) -> None:
    broken(world, do)
    id = world.sends("once")
    world.devices.hears_receipt(asha, id, DELIVERED)
    assert [(entry.text, entry.copies) for entry in world.ledger()] == [("once", copies)]


def test_an_answer_may_be_late_or_never_come(world: World, asha: str) -> None:
    broken(world, Do.ACK_DELAY, seconds=0.2)
    assert world.entry(world.sends("late")).text == "late"
    broken(world, Do.NO_ACK)
    waiting = world.devices.begin("send", asha, to=world.ravi, text="never")
    world.until(lambda: len(world.ledger()) == 2)
    world.ask("drop", phone=asha)  # only then does it try again
    assert world.devices.end(waiting)
    assert [entry.copies for entry in world.ledger()] == [1, 2]


def test_a_phone_may_never_say_that_it_has_it(world: World, asha: str) -> None:
    broken(world, Do.NO_RECEIPTS)
    quiet = world.sends("one")
    loud = world.sends("two")
    world.devices.hears_receipt(asha, loud, DELIVERED)
    assert world.entry(quiet).text == "one"
    assert not world.entry(quiet).delivered


def test_an_upload_fails_or_is_slow(world: World, asha: str, picture: Path) -> None:
    send = {"to": world.ravi, "file": str(picture), "caption": "Sweets"}
    world.ask("faults", faults=[{"do": Do.UPLOAD_ERROR, "code": 500}])
    with pytest.raises(RuntimeError, match="500"):
        world.devices.do("image", asha, **send)
    world.ask("faults", faults=[{"do": Do.UPLOAD_DROP}])
    with pytest.raises(RuntimeError, match=r"EOF|reset"):
        world.devices.do("image", asha, **send)
    world.ask("faults", faults=[{"do": Do.UPLOAD_DELAY, "seconds": 0.3}])
    id = world.devices.do("image", asha, **send)
    assert [entry.id for entry in world.ledger()] == [id]


def test_a_ban_ends(world: World, asha: str) -> None:
    world.ask("ban", phone=asha, code=101, seconds=3600)
    told = world.devices.hears(asha, "TemporaryBan")["text"]
    assert "SEND_TO_TOO_MANY_PEOPLE" in told
    assert "3600" in told or "3599" in told
    world.devices.do("stop", asha)
    world.ask("ban", phone=asha, code=101, seconds=0)
    world.opens(asha)
    world.devices.hears(asha, "Connected")


@pytest.mark.parametrize(
    ("reason", "event"),
    [
        ("401", "LoggedOut"),
        ("403", "LoggedOut"),
        ("406", "LoggedOut"),
        ("405", "ClientOutdated"),
        ("409", "ConnectFailure"),
    ],
)
def test_a_login_is_refused(world: World, asha: str, reason: str, event: str) -> None:
    world.devices.do("stop", asha)
    world.ask("account", phone=asha, failure=reason)
    world.opens(asha)
    world.devices.hears(asha, event)


def test_an_unknown_reason_kills_the_events_of_neonize(world: World, asha: str) -> None:
    world.devices.do("stop", asha)
    world.ask("account", phone=asha, failure="415")
    world.opens(asha)
    assert "ConnectFailure.Reason not set" in world.devices.do("ends", asha)


def test_trouble_at_the_server_passes_by_itself(world: World, asha: str) -> None:
    world.ask("account", phone=asha, failure="503")
    world.devices.forget_events(asha)
    world.ask("drop", phone=asha)
    world.devices.hears(asha, "Disconnected")
    world.ask("account", phone=asha, failure=None)
    world.devices.hears(asha, "Connected")


def test_another_connection_replaces_this_one(world: World, asha: str) -> None:
    world.ask("stream_error", phone=asha, conflict="replaced")
    world.devices.hears(asha, "StreamReplaced")


def test_a_dead_line_answers_nothing_until_it_is_cut(world: World, asha: str) -> None:
    """Neonize would wait 75 s; nobody here does."""
    world.ask("mute", phone=asha)
    waiting = world.devices.begin("send", asha, to=world.ravi, text="out of the hole")
    world.until(lambda: world.ask("facts")["unheard"] > 0)
    assert world.ledger() == []
    world.ask("drop", phone=asha)
    assert world.entry(world.devices.end(waiting)).text == "out of the hole"
