"""Linking a number: by QR and by code, and every way in which it can come to nothing."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.states import SenderStatus
from services.gateways.linked import Linked
from services.gateways.linked.hosts import Launcher
from services.gateways.linked.pairing import NotPaired, PairedAs, PairingEvent, ShowLetters, ShowQr, Why
from services.gateways.protocol import DoNotKnow, Left, Opened
from tests.gateways.contract import SENDER, Ears, accepted, outgoing
from tests.gateways.linked_rig import LinkedRig, launcher, new_phone, scanned
from tests.peers.whatsapp.process import PeerProcess


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def gateway(peer: PeerProcess, ears: Ears, tmp_path: Path) -> Linked:
    return Linked(tmp_path / "linked", ears, launcher(peer))


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("pairing-*")]


async def test_a_phone_scans_what_is_shown(peer: PeerProcess, gateway: Linked, ears: Ears) -> None:
    phone = new_phone()
    paired = await scanned(gateway, peer, phone)
    assert isinstance(paired, PairedAs)
    assert paired.phone == phone
    assert paired.lid

    await gateway.adopt(paired.ticket, SENDER)
    assert ears.links() == [SenderStatus.ONLINE]
    await gateway.open(Opened(SENDER, 1, phone))
    await gateway.aclose()


async def test_the_code_is_typed_into_the_phone(peer: PeerProcess, gateway: Linked) -> None:
    phone = new_phone()
    seen: list[PairingEvent] = []
    async with aclosing(gateway.pair(phone=phone)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, ShowLetters):
                await peer.ask("enter_code", phone=phone[1:], code=event.letters)
    assert [type(event) for event in seen] == [ShowQr, ShowLetters, PairedAs]
    shown = seen[1]
    assert isinstance(shown, ShowLetters)
    assert len(shown.letters.replace("-", "")) == 8
    assert shown.until > datetime.now(UTC)
    assert (await peer.ask("facts"))["linked"][phone[1:]] == 1


async def test_both_ways_are_offered_at_once(peer: PeerProcess, gateway: Linked) -> None:
    phone = new_phone()
    async with aclosing(gateway.pair(phone=phone)) as events:
        async for event in events:
            if isinstance(event, ShowQr):
                qr = event.text
            if isinstance(event, ShowLetters):
                await peer.ask("scan", phone=phone[1:], qr=qr)
    assert isinstance(event, PairedAs)


async def test_another_phone_than_expected_is_refused_and_unlinked(
    peer: PeerProcess, gateway: Linked, tmp_path: Path
) -> None:
    expected, other = new_phone(), new_phone()
    ended = await scanned(gateway, peer, other, expected=expected)
    assert ended == NotPaired(Why.ANOTHER_NUMBER, other)
    assert other[1:] not in (await peer.ask("facts"))["linked"]
    assert left_behind(tmp_path / "linked") == []


@pytest.mark.parametrize("phone", ["+9199", "+0912345678"])
async def test_a_number_that_cannot_be_one_is_told(gateway: Linked, phone: str) -> None:
    assert await how_it_ends(gateway, phone) is Why.WRONG_NUMBER


async def test_a_number_that_is_not_on_whatsapp_gets_no_code(peer: PeerProcess, gateway: Linked) -> None:
    phone = new_phone()
    await peer.ask("account", phone=phone[1:], on_whatsapp=False)
    assert await how_it_ends(gateway, phone) is Why.WRONG_NUMBER


async def test_codes_that_nobody_uses_run_out(peer: PeerProcess, tmp_path: Path, ears: Ears) -> None:
    waits = launcher(peer)
    hasty = Launcher(waits.command, {**waits.environment, "PAIRING_LASTS_S": "2"})
    gateway = Linked(tmp_path / "linked", ears, hasty)
    assert await how_it_ends(gateway, None) is Why.TIMED_OUT
    assert left_behind(tmp_path / "linked") == []


@pytest.mark.parametrize("by", [ShowQr, ShowLetters])
async def test_an_account_that_wants_a_passkey_is_told_so(
    peer: PeerProcess, gateway: Linked, by: type[ShowQr] | type[ShowLetters]
) -> None:
    phone = new_phone()
    await peer.ask("account", phone=phone[1:], passkey=True)
    async with aclosing(gateway.pair(phone=phone)) as events:
        async for event in events:
            if isinstance(event, ShowQr) and by is ShowQr:
                await peer.ask("scan", phone=phone[1:], qr=event.text)
            elif isinstance(event, ShowLetters) and by is ShowLetters:
                await peer.ask("enter_code", phone=phone[1:], code=event.letters)
    assert isinstance(event, NotPaired)
    assert event.why is Why.PASSKEY


async def test_without_whatsapp_it_says_so(peer: PeerProcess, tmp_path: Path, ears: Ears) -> None:
    there = launcher(peer)
    nowhere = Launcher(there.command, {**there.environment, "HTTPS_PROXY": "http://127.0.0.1:9"})
    gateway = Linked(tmp_path / "linked", ears, nowhere)
    assert await how_it_ends(gateway, None) is Why.NOT_REACHED


async def test_a_machine_that_cannot_link_says_so(tmp_path: Path, ears: Ears) -> None:
    gateway = Linked(tmp_path / "linked", ears, Launcher(("/usr/bin/env", "false")))
    assert await how_it_ends(gateway, None) is Why.NOT_HERE


async def test_what_cannot_be_started_leaves_nothing(tmp_path: Path, ears: Ears) -> None:
    """Neither its folder nor our end of its wire, which would be told at the end of this test."""
    gateway = Linked(tmp_path / "linked", ears, Launcher(("/no/such/program",)))
    with pytest.raises(FileNotFoundError):
        await anext(gateway.pair())
    assert left_behind(tmp_path / "linked") == []


async def test_leaving_while_it_starts_leaves_nothing(tmp_path: Path, ears: Ears) -> None:
    gateway = Linked(tmp_path / "linked", ears, Launcher(("/bin/sh", "-c", "exec sleep 60")))
    for steps in range(12):  # the stop comes at each moment of it

        async def begin() -> None:
            async with aclosing(gateway.pair()) as events:
                await anext(events)

        beginning = asyncio.create_task(begin())
        for _ in range(steps):
            await asyncio.sleep(0.001)
        beginning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await beginning
        assert left_behind(tmp_path / "linked") == []


async def test_leaving_cancels_it(gateway: Linked, tmp_path: Path) -> None:
    async with aclosing(gateway.pair()) as events:
        assert isinstance(await anext(events), ShowQr)
    assert left_behind(tmp_path / "linked") == []


async def test_a_ticket_is_good_for_one_sender(gateway: Linked) -> None:
    for ticket in ("pairing-0123", "../linked", ""):
        with pytest.raises(FileNotFoundError):
            await gateway.adopt(ticket, SENDER)


async def test_linked_again_nothing_is_called_unsent_that_the_old_link_may_have_sent(
    own_rig: LinkedRig, ears: Ears
) -> None:
    gateway = own_rig.gateway(ears)
    await gateway.open(own_rig.sender(1))
    message = outgoing(own_rig, own_rig.number())
    accepted(await gateway.send(SENDER, message))
    await own_rig.peer.ask("unlink", phone=own_rig.phone[1:])
    await ears.until(lambda: SenderStatus.LOGGED_OUT in ears.links())
    await gateway.close(SENDER)
    assert await gateway.recover(SENDER, [message.token]) == [DoNotKnow()]

    paired = await scanned(gateway, own_rig.peer, own_rig.phone, expected=own_rig.phone)
    assert isinstance(paired, PairedAs), paired
    await gateway.adopt(paired.ticket, SENDER)
    await gateway.open(own_rig.sender(2))
    assert await gateway.recover(SENDER, [message.token]) == [DoNotKnow()]

    later = outgoing(own_rig, own_rig.number())
    wa_id = accepted(await gateway.send(SENDER, later))
    assert await gateway.recover(SENDER, [later.token]) == [Left(wa_id)]


async def how_it_ends(gateway: Linked, phone: str | None) -> Why:
    """Nobody uses the codes."""
    async with asyncio.timeout(60), aclosing(gateway.pair(phone=phone)) as events:
        async for event in events:
            if isinstance(event, NotPaired):
                return event.why
            assert event.until < datetime.now(UTC) + timedelta(minutes=3)  # type: ignore[union-attr]
    raise AssertionError("it did not say how it ended")
