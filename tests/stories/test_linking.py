"""Asha links her shop's WhatsApp number: by a code, by a picture, again after her phone ended it.

WhatsApp is the peer of tests/peers/whatsapp; everything else is real, the library included.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from zlib import crc32

import pytest
from sqlalchemy import text as sql

from models.db import transaction
from models.states import Channel, LinkProblem, LinkStatus, SenderStatus
from services.access.audit import Deed, entries
from services.errors import Invalid, NotFound, WrongMoment
from services.gateways.linked import Linked
from services.gateways.linked.pairing import Why
from services.gateways.registry import Gateways
from services.senders.link import (
    TRIES_AN_HOUR,
    LinkSeen,
    NumberTaken,
    TooManyTries,
    ask_code,
    ask_qr,
    cancel,
    link_seen,
    unlink,
)
from services.senders.linker import Linker
from services.senders.list import SenderSeen, senders
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from tests.conftest import House
from tests.gateways.linked_rig import launcher
from tests.peers.whatsapp.process import PeerProcess
from tests.shop import Shop, open_shop
from ui.senders.link_words import PROBLEMS

ASHAS = "+919820012345"


@pytest.fixture(scope="module")
def whatsapp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    peer = PeerProcess(tmp_path_factory.mktemp("whatsapp"))
    peer.start()
    yield peer
    peer.kill()


@pytest.fixture
def phone(whatsapp: PeerProcess, request: pytest.FixtureRequest) -> str:
    """A number of this test's own, on a phone that has WhatsApp."""
    return f"+9198{crc32(request.node.name.encode()) % 10**8:08}"


@asynccontextmanager
async def at_work(shop: Shop, whatsapp: PeerProcess) -> AsyncIterator[Linked]:
    """A process that sends, beside this one's pages."""
    hearing = Hearing()
    linked = Linked(shop.folder / "linked", hearing, launcher(whatsapp))
    engine = Engine(Gateways(linked), hearing)
    linker = Linker(engine.process, linked)
    await engine.start()
    await linker.start()
    try:
        yield linked
    finally:
        await linker.stop()
        await engine.stop()


@pytest.fixture
async def working(shop: Shop, whatsapp: PeerProcess) -> AsyncIterator[Linked]:
    async with at_work(shop, whatsapp) as linked:
        yield linked


async def shown(shop: Shop, request_id: int) -> LinkSeen:
    """Once there is a code or a picture, or it is over."""
    seen: LinkSeen

    async def something() -> bool:
        nonlocal seen
        seen = await link_seen(shop.actor, request_id)
        return bool(seen.letters or seen.qr) or not seen.open

    await shop.until(something)
    return seen


async def over(shop: Shop, request_id: int) -> LinkSeen:
    seen: LinkSeen

    async def ended() -> bool:
        nonlocal seen
        seen = await link_seen(shop.actor, request_id)
        return not seen.open

    await shop.until(ended)
    return seen


async def scans(shop: Shop, whatsapp: PeerProcess, phone: str, sender_id: int | None = None) -> LinkSeen:
    """From the tap to its end, with a phone that scans at once."""
    request_id = await ask_qr(shop.actor, sender_id)
    picture = (await shown(shop, request_id)).qr
    await whatsapp.ask("scan", phone=phone[1:], qr=picture)
    return await over(shop, request_id)


async def linked_sender(shop: Shop) -> SenderSeen:
    (found,) = [seen for seen in await senders(shop.actor) if seen.channel is Channel.LINKED]
    return found


async def becomes(shop: Shop, status: SenderStatus) -> None:
    async def so() -> bool:
        return (await linked_sender(shop)).status is status

    await shop.until(so)


async def test_by_code(shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str) -> None:
    request_id = await ask_code(shop.actor, phone[3:])
    seen = await shown(shop, request_id)
    assert seen.letters
    assert len(seen.letters) == len("CS6D-MXVK")

    await whatsapp.ask("enter_code", phone=phone[1:], code=seen.letters)

    seen = await over(shop, request_id)
    assert (seen.status, seen.problem) == (LinkStatus.DONE, None)
    assert (seen.letters, seen.qr) == (None, None), "what links is not kept"
    await becomes(shop, SenderStatus.ONLINE)
    assert (await linked_sender(shop)).phone == phone


async def test_by_qr_and_it_sends(shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str) -> None:
    seen = await scans(shop, whatsapp, phone)
    assert seen.status is LinkStatus.DONE
    ravi = (await shop.contacts("Ravi"))[0]

    await shop.launched(to=[ravi], text="Fresh sweets, {name}", sender_id=seen.sender_id)
    await shop.until(shop.nothing_queued)

    sent = [entry for entry in whatsapp.ledger() if entry.session == phone[1:]]
    assert [(entry.to, entry.copies) for entry in sent] == [(ravi.phone[1:], 1)]
    assert (sent[0].text or "").startswith("Fresh sweets, Ravi")


async def test_ended_on_the_phone_and_linked_again(
    shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str
) -> None:
    first = await scans(shop, whatsapp, phone)
    await becomes(shop, SenderStatus.ONLINE)
    await whatsapp.ask("unlink", phone=phone[1:])
    await becomes(shop, SenderStatus.LOGGED_OUT)
    ravi = (await shop.contacts("Ravi"))[0]
    campaign = await shop.launched(to=[ravi], sender_id=first.sender_id)
    assert (await shop.counts(campaign)).queued == 1

    again = await scans(shop, whatsapp, phone, first.sender_id)

    assert (again.status, again.sender_id) == (LinkStatus.DONE, first.sender_id)
    await shop.until(shop.nothing_queued)
    sent = [entry for entry in whatsapp.ledger() if entry.session == phone[1:]]
    assert [entry.to for entry in sent] == [ravi.phone[1:]]


async def test_another_phone_than_before_is_not_linked(
    shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str
) -> None:
    first = await scans(shop, whatsapp, phone)
    await becomes(shop, SenderStatus.ONLINE)
    await whatsapp.ask("unlink", phone=phone[1:])
    await becomes(shop, SenderStatus.LOGGED_OUT)

    seen = await scans(shop, whatsapp, ASHAS, first.sender_id)

    assert (seen.status, seen.problem, seen.found) == (
        LinkStatus.FAILED,
        LinkProblem.ANOTHER_NUMBER,
        ASHAS,
    )
    assert (await linked_sender(shop)).status is SenderStatus.LOGGED_OUT
    assert ASHAS[1:] not in (await whatsapp.ask("facts"))["linked"]


async def test_the_same_number_once_more_is_the_same_sender(
    shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str
) -> None:
    first = await scans(shop, whatsapp, phone)
    await becomes(shop, SenderStatus.ONLINE)
    await whatsapp.ask("unlink", phone=phone[1:])
    await becomes(shop, SenderStatus.LOGGED_OUT)

    second = await scans(shop, whatsapp, phone)

    assert second.sender_id == first.sender_id
    name = {"sender": (await linked_sender(shop)).name}
    done = [(entry.who, entry.deed, entry.facts) for entry in (await entries(shop.actor)).entries]
    assert done == [("Asha", Deed.LINKED, name), ("", Deed.LINK_ENDED, name), ("Asha", Deed.LINKED, name)]


async def test_a_number_of_another_shop_is_refused(
    house: House, shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str
) -> None:
    await scans(shop, whatsapp, phone)
    await becomes(shop, SenderStatus.ONLINE)
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitra:
        with pytest.raises(NumberTaken):
            await ask_code(chitra.actor, phone)
        seen = await scans(chitra, whatsapp, phone)
        assert (seen.status, seen.problem) == (LinkStatus.FAILED, LinkProblem.TAKEN)
        assert [s.channel for s in await senders(chitra.actor)] == [Channel.SANDBOX]

    async def asha_alone() -> bool:
        """Chitra's attempt is not left on the phone's list."""
        linked: dict[str, int] = (await whatsapp.ask("facts"))["linked"]
        return linked[phone[1:]] == 1

    await shop.until(asha_alone)


async def test_unlinked_by_the_shop(shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str) -> None:
    seen = await scans(shop, whatsapp, phone)
    await becomes(shop, SenderStatus.ONLINE)
    assert seen.sender_id

    ended = await over(shop, await unlink(shop.actor, seen.sender_id))

    assert ended.status is LinkStatus.DONE
    done = [(entry.who, entry.deed, entry.facts) for entry in (await entries(shop.actor)).entries]
    name = {"sender": (await linked_sender(shop)).name}
    assert done == [("Asha", Deed.UNLINKED, name), ("Asha", Deed.LINKED, name)]
    assert (await linked_sender(shop)).status is SenderStatus.LOGGED_OUT
    assert phone[1:] not in (await whatsapp.ask("facts"))["linked"]


async def test_unlinked_while_it_sleeps(
    shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str
) -> None:
    """A number without work is not connected: it is woken for its goodbye."""
    seen = await scans(shop, whatsapp, phone)
    await becomes(shop, SenderStatus.ONLINE)
    sender_id = seen.sender_id
    assert sender_id
    async with transaction() as db:
        await db.execute(sql("UPDATE sender SET awake_until = NULL WHERE id = :id"), {"id": sender_id})

    async def sleeps() -> bool:
        return working.heard_at(sender_id) is None

    await shop.until(sleeps)
    ended = await over(shop, await unlink(shop.actor, sender_id))
    assert ended.status is LinkStatus.DONE
    assert phone[1:] not in (await whatsapp.ask("facts"))["linked"]


@pytest.mark.parametrize(
    ("facts", "problem"),
    [({"on_whatsapp": False}, LinkProblem.WRONG_NUMBER), ({"passkey": True}, LinkProblem.PASSKEY)],
)
async def test_what_whatsapp_refuses(
    shop: Shop,
    whatsapp: PeerProcess,
    working: Linked,
    phone: str,
    facts: dict[str, bool],
    problem: LinkProblem,
) -> None:
    await whatsapp.ask("account", phone=phone[1:], **facts)
    request_id = await ask_code(shop.actor, phone)
    seen = await shown(shop, request_id)
    if seen.letters:
        await whatsapp.ask("enter_code", phone=phone[1:], code=seen.letters)
    seen = await over(shop, request_id)
    assert (seen.status, seen.problem) == (LinkStatus.FAILED, problem)
    assert [s.channel for s in await senders(shop.actor)] == [Channel.SANDBOX]


async def test_of_taps_in_the_same_instant_one_attempt_is_left(shop: Shop) -> None:
    asked = await asyncio.gather(*(ask_qr(shop.actor) for _ in range(5)), ask_code(shop.actor, ASHAS))
    found = [await link_seen(shop.actor, request_id) for request_id in asked]
    assert [seen.id for seen in found if seen.open] == [max(asked)]
    assert {seen.status for seen in found if not seen.open} == {LinkStatus.CANCELLED}


async def test_taps_in_the_same_instant_are_no_way_around_the_hours_limit(shop: Shop) -> None:
    taps = (ask_qr(shop.actor) for _ in range(TRIES_AN_HOUR + 3))
    ended = await asyncio.gather(*taps, return_exceptions=True)
    assert [type(one) for one in ended if not isinstance(one, int)] == [TooManyTries] * 3


async def test_never_mind(shop: Shop, whatsapp: PeerProcess, working: Linked, phone: str) -> None:
    request_id = await ask_qr(shop.actor)
    picture = (await shown(shop, request_id)).qr

    await cancel(shop.actor, request_id)

    async def no_use() -> bool:
        try:
            await whatsapp.ask("scan", phone=phone[1:], qr=picture)
        except Exception as e:  # noqa: BLE001 - the phone says that the code has expired
            return "expired" in str(e)
        return False

    await shop.until(no_use)
    assert (await link_seen(shop.actor, request_id)).status is LinkStatus.CANCELLED
    with pytest.raises(WrongMoment):
        await cancel(shop.actor, request_id)


async def test_a_second_tap_takes_the_place_of_the_first(shop: Shop) -> None:
    first = await ask_qr(shop.actor)
    second = await ask_code(shop.actor, ASHAS)
    assert (await link_seen(shop.actor, first)).status is LinkStatus.CANCELLED
    assert (await link_seen(shop.actor, second)).open


def test_every_end_of_an_attempt_has_its_sentence() -> None:
    assert {why.value for why in Why} <= {problem.value for problem in LinkProblem}
    assert set(PROBLEMS) == set(LinkProblem)


async def test_a_shop_cannot_try_for_ever(shop: Shop) -> None:
    """Each try may ring a stranger's phone."""
    for _ in range(TRIES_AN_HOUR):
        await ask_code(shop.actor, ASHAS)
    with pytest.raises(TooManyTries):
        await ask_code(shop.actor, ASHAS)


async def test_a_number_that_is_none(shop: Shop) -> None:
    for typed in ("", "12345", "hello"):
        with pytest.raises(Invalid):
            await ask_code(shop.actor, typed)


async def test_who_was_at_it_is_gone(shop: Shop, whatsapp: PeerProcess, working: Linked) -> None:
    """Both that nobody picked up, and that whose process has said nothing for a while."""
    async with transaction() as db:
        for status, at in (("asked", "created_at"), ("started", "alive_at")):
            await db.execute(
                sql(
                    f"INSERT INTO link_request (workspace_id, person_id, how, status, {at}, worker)"  # noqa: S608
                    " VALUES (:w, :p, 'unlink', :status, now() - interval '1 minute', 'gone')"
                ),
                {"w": shop.actor.workspace_id, "p": shop.actor.person_id, "status": status},
            )
        ids = (await db.scalars(sql("SELECT id FROM link_request"))).all()
    for request_id in ids:
        seen = await over(shop, request_id)
        assert (seen.status, seen.problem) == (LinkStatus.FAILED, LinkProblem.INTERRUPTED)


async def test_a_stranger_sees_no_attempt(house: House, shop: Shop) -> None:
    request_id = await ask_qr(shop.actor)
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitra:
        for act in (link_seen, cancel):
            with pytest.raises(NotFound):
                await act(chitra.actor, request_id)
        with pytest.raises(NotFound):
            await ask_qr(chitra.actor, shop.sender_id)
