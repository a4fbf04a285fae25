"""Who is tied to a number: people whose phones trust it, and the devices that its own phone lists."""

import asyncio
import hashlib
import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.states import MediaKind
from services.gateways.linked.pairing import PairedAs
from services.gateways.protocol import Media, Outgoing
from tests.gateways.contract import SENDER, Does, Ears, accepted, outgoing
from tests.gateways.linked_rig import LinkedRig, scanned


async def devices(rig: LinkedRig) -> int:
    """How many linked devices the phone of SENDER lists."""
    linked: dict[str, int] = (await rig.peer.ask("facts"))["linked"]
    return linked.get(rig.phone[1:], 0)


async def until_devices(rig: LinkedRig, how_many: int) -> None:
    async with asyncio.timeout(60):
        while await devices(rig) != how_many:
            await asyncio.sleep(0.1)


async def test_who_knows_the_number_is_read_out_of_its_store_while_it_sleeps(rig: LinkedRig) -> None:
    gateway = rig.gateway(Ears())
    await gateway.open(rig.sender(1))
    friend, stranger = rig.number_that(Does.KNOW_US), rig.number()
    assert friend
    accepted(await gateway.send(SENDER, outgoing(rig, stranger)))
    await gateway.close(SENDER)
    known = await gateway.trusted(SENDER)
    assert stranger not in known
    assert abs(known[friend] - datetime.now(UTC)) < timedelta(minutes=1)
    assert await gateway.trusted(SENDER + 7) == {}


async def test_a_number_that_is_linked_again_is_on_its_phones_list_once(own_rig: LinkedRig) -> None:
    gateway = own_rig.gateway(Ears())
    await gateway.open(own_rig.sender(1))
    again = await scanned(gateway, own_rig.peer, own_rig.phone, expected=own_rig.phone)
    assert isinstance(again, PairedAs)
    assert await devices(own_rig) == 2
    await gateway.adopt(again.ticket, SENDER)

    await until_devices(own_rig, 1)
    await gateway.open(own_rig.sender(2))
    accepted(await gateway.send(SENDER, outgoing(own_rig, own_rig.number())))
    assert await devices(own_rig) == 1


async def test_what_was_linked_for_nobody_is_unlinked(own_rig: LinkedRig) -> None:
    gateway = own_rig.gateway(Ears())
    await gateway.open(own_rig.sender(1))
    paired = await scanned(gateway, own_rig.peer, own_rig.phone)
    assert isinstance(paired, PairedAs)
    await gateway.discard(paired.ticket)
    await until_devices(own_rig, 1)
    async with asyncio.timeout(30):
        while list(own_rig.folder.glob("old-*")):
            await asyncio.sleep(0.05)
    accepted(await gateway.send(SENDER, outgoing(own_rig, own_rig.number())))


@pytest.mark.parametrize("what", ["linked again", "for nobody", "never used"])
async def test_a_goodbye_that_was_cut_short_is_said_after_the_next_start(
    own_rig: LinkedRig, what: str
) -> None:
    gateway = own_rig.gateway(Ears())
    paired = await scanned(gateway, own_rig.peer, own_rig.phone)
    assert isinstance(paired, PairedAs)
    match what:
        case "linked again":
            await gateway.adopt(paired.ticket, SENDER)
        case "for nobody":
            await gateway.discard(paired.ticket)
        case _:
            an_hour_ago = time.time() - 3700
            os.utime(own_rig.folder / paired.ticket, (an_hour_ago, an_hour_ago))
    await gateway.aclose()
    assert await devices(own_rig) == 2

    next_one, beside = own_rig.gateway(Ears()), own_rig.gateway(Ears())
    await asyncio.gather(next_one.say_goodbyes(), beside.say_goodbyes())
    await until_devices(own_rig, 1)
    async with asyncio.timeout(30):
        while list(own_rig.folder.glob("old-*")):
            await asyncio.sleep(0.05)
    await next_one.open(own_rig.sender(1))
    accepted(await next_one.send(SENDER, outgoing(own_rig, own_rig.number())))


async def test_a_video_arrives_whole_with_its_caption(rig: LinkedRig, tmp_path: Path) -> None:
    file = tmp_path / "sweets.mp4"
    content = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + secrets.token_bytes(700_000)
    file.write_bytes(content)
    media = Media(MediaKind.VIDEO, file, "sweets.mp4", "video/mp4", hashlib.sha256(content).digest())
    gateway, before = rig.gateway(Ears()), (await rig.peer.ask("facts"))["uploads"]
    await gateway.open(rig.sender(1))
    people = [rig.number() for _ in range(3)]
    for phone in people:
        accepted(await gateway.send(SENDER, Outgoing(phone, "Our sweets", secrets.token_bytes(32), media)))

    assert [(one.phone, one.text, one.media_sha256) for one in rig.ledger()] == [
        (phone, "Our sweets", media.sha256) for phone in people
    ]
    assert {(entry.media or {})["kind"] for entry in rig.entries()} == {"video"}
    assert (await rig.peer.ask("facts"))["uploads"] == before + 1
