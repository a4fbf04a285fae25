"""Before a campaign leaves, WhatsApp is asked which numbers are on it: bit by bit, not twice in a month."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text as sql

from models.db import transaction
from services.campaigns import asking
from services.campaigns.asking import ask_about, still_asking
from services.campaigns.review import reach, review
from services.errors import NotFound
from services.gateways.registry import Gateways
from services.gateways.sandbox import Sandbox
from services.senders.asker import BATCH, Asker
from services.senders.friends import Friends
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from tests.conftest import House
from tests.peers.whatsapp.process import PeerProcess
from tests.shop import Shop, open_shop
from tests.stories.test_linking import at_work, scans

SHOP = "+919830012345"


@pytest.fixture(scope="module")
def whatsapp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    peer = PeerProcess(tmp_path_factory.mktemp("whatsapp"))
    peer.start()
    yield peer
    peer.kill()


@pytest.fixture
async def linked_as(shop: Shop, whatsapp: PeerProcess) -> AsyncIterator[int]:
    """Asha's number is linked, and somebody asks for it who makes pauses of an hour."""
    async with asking_with(shop, whatsapp, pause_s=3600.0) as sender_id:
        yield sender_id


@asynccontextmanager
async def asking_with(shop: Shop, whatsapp: PeerProcess, *, pause_s: float) -> AsyncIterator[int]:
    async with at_work(shop, whatsapp) as linked:
        sender_id = (await scans(shop, whatsapp, SHOP)).sender_id
        assert sender_id
        asker = Asker(linked, linked, (pause_s, pause_s))
        await asker.start()
        try:
            yield sender_id
        finally:
            await asker.stop()


async def asked_about(whatsapp: PeerProcess, phones: list[str]) -> list[str]:
    """Which of these numbers WhatsApp was asked about, as often as it was."""
    looked_up: list[str] = (await whatsapp.ask("facts"))["looked_up"]
    return [f"+{phone}" for phone in looked_up if f"+{phone}" in phones]


async def test_who_is_not_on_whatsapp_is_left_out(shop: Shop, whatsapp: PeerProcess, linked_as: int) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await whatsapp.ask("account", phone=meena.phone[1:], on_whatsapp=False)
    campaign = await shop.draft(to=[ravi, meena], sender_id=linked_as)
    assert await reach(shop.actor, campaign) == (2, 2)

    assert await ask_about(shop.actor, campaign) == 2

    async def answered() -> bool:
        return await still_asking(shop.actor, campaign) == 0

    await shop.until(answered)
    assert await reach(shop.actor, campaign) == (2, 1)
    assert sorted(await asked_about(whatsapp, [ravi.phone, meena.phone])) == sorted([ravi.phone, meena.phone])
    assert await ask_about(shop.actor, campaign) == 0, "the answers are kept for a month"
    await forget_a_month_later(shop)
    assert await ask_about(shop.actor, campaign) == 2


async def test_a_few_at_a_time(shop: Shop, whatsapp: PeerProcess, linked_as: int) -> None:
    people = await shop.people(BATCH + 5)
    campaign = await shop.draft(to=people, sender_id=linked_as)
    await ask_about(shop.actor, campaign)

    async def one_batch() -> bool:
        return await still_asking(shop.actor, campaign) == 5

    await shop.until(one_batch)
    assert len(set(await asked_about(whatsapp, [someone.phone for someone in people]))) == BATCH


async def test_never_the_whole_address_book(
    shop: Shop, whatsapp: PeerProcess, linked_as: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "OPEN_AT_MOST", 30)
    campaign = await shop.draft(to=await shop.people(100), sender_id=linked_as)
    assert await ask_about(shop.actor, campaign) == 30
    monkeypatch.setattr(asking, "A_DAY_AT_MOST", 0)
    other = await shop.draft(to=await shop.people(10), sender_id=linked_as)
    assert await ask_about(shop.actor, other) == 0


async def test_a_rehearsal_plays_the_answers_for_itself_alone(shop: Shop, whatsapp: PeerProcess) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena", phones=["+919812300404", "+919812300405"])
    campaign = await shop.draft(to=[ravi, meena])
    hearing = Hearing()
    sandbox = Sandbox(shop.folder / "sandbox", hearing)
    engine, asker = Engine(Gateways(sandbox), hearing), Asker(sandbox, sandbox, (3600.0, 3600.0))
    await engine.start()
    await asker.start()
    try:
        assert await ask_about(shop.actor, campaign) == 2

        async def answered() -> bool:
            return await still_asking(shop.actor, campaign) == 0

        await shop.until(answered)
    finally:
        await asker.stop()
        await engine.stop()
    assert await reach(shop.actor, campaign) == (2, 1)
    assert await ask_about(shop.actor, campaign) == 0
    assert not await asked_about(whatsapp, [ravi.phone, meena.phone])
    async with transaction() as db:
        assert await db.scalar(sql("SELECT count(*) FROM known_number")) == 0, "it is no truth about anybody"


async def test_all_who_trust_the_number_count_as_known_at_the_review(
    shop: Shop, whatsapp: PeerProcess
) -> None:
    """WhatsApp's own tokens, all of them; a store that has met a person knows whose they are."""
    ravi, meena = await shop.contacts("Ravi", "Meena")
    async with at_work(shop, whatsapp) as linked:
        sender_id = (await scans(shop, whatsapp, SHOP)).sender_id
        assert sender_id

        async def met() -> bool:
            with suppress(OSError):  # it is being opened
                return bool(await linked.on_whatsapp(sender_id, [ravi.phone]))
            return False

        await shop.until(met)
        await whatsapp.ask("trust", person=ravi.phone[1:], whom=SHOP[1:])
        campaign = await shop.draft(to=[ravi, meena], sender_id=sender_id)
        friends = Friends(linked)
        await friends.start()
        try:

            async def known() -> bool:
                await ask_about(shop.actor, campaign)
                return (await review(shop.actor, campaign)).new == 1

            await shop.until(known)
        finally:
            await friends.stop()


async def test_a_stranger_asks_nothing(house: House, shop: Shop) -> None:
    campaign = await shop.draft(to=await shop.people(1))
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitra:
        for act in (ask_about, still_asking):
            with pytest.raises(NotFound):
                await act(chitra.actor, campaign)


async def forget_a_month_later(shop: Shop) -> None:
    async with transaction() as db:
        later = sql(
            "UPDATE known_number SET checked_at = checked_at - interval '31 days', on_whatsapp = true"
        )
        await db.execute(later)
