"""Who asked for it is told on the phone: once, in their language, and nobody else.

Asha owns the shop, Bharat works for her, Chitra is a stranger. The push service is one of this machine, and
opens what it gets with the browser's own keys.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from models.access import Person, Session
from models.campaign import Campaign
from models.db import transaction
from models.notice import Notice, PushSubscription
from models.sender import Sender
from models.states import SenderStatus
from services import clock
from services.access.actor import Actor
from services.access.audit import Deed, entries
from services.access.sessions import begin, hash_of, log_out
from services.campaigns.brakes import pull_brakes
from services.campaigns.finish import finish_dry
from services.campaigns.schedule import launch_due
from services.errors import Invalid
from services.gateways.protocol import LinkChanged
from services.notices import subscribe as subscribing
from services.notices.push import push_waiting
from services.notices.subscribe import is_known, is_subscribed, name_of_ours, subscribe, unsubscribe
from services.senders.moves import link_changed
from tests.conftest import House
from tests.phones import PushedTo, PushService, push_service
from tests.shop import Shop, open_shop

SITE = "https://shop.example"


@pytest.fixture
async def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PushService]:
    async with push_service() as opened:
        monkeypatch.setattr(subscribing, "KNOWN", (opened.address,))
        yield opened


async def logged_in(shop: Shop) -> Actor:
    async with transaction() as db:
        secret = await begin(db, await db.get_one(Person, shop.actor.person_id))
    return replace(shop.actor, session=hash_of(secret))


async def asks(shop: Shop, service: PushService) -> tuple[Actor, PushedTo]:
    """Somebody of the shop taps the switch."""
    actor, phone = await logged_in(shop), service.phone()
    await subscribe(actor, phone.endpoint, **phone.keys, site=SITE)
    return actor, phone


async def finishes(shop: Shop, name: str = "Diwali") -> int:
    campaign = await shop.launched(await shop.contacts("Ravi"), name=name)
    await shop.pump_dry()
    await finish_dry()
    return campaign


async def test_a_finished_campaign_is_told_once(shop: Shop, service: PushService) -> None:
    _, phone = await asks(shop, service)
    campaign = await finishes(shop)

    await push_waiting()
    await push_waiting()

    (told,) = phone.heard
    assert told["title"] == "Campaign finished"
    assert "Diwali" in told["body"]
    assert told["path"] == f"/campaigns/{campaign}"


async def test_it_is_said_in_the_persons_language(shop: Shop, service: PushService) -> None:
    _, phone = await asks(shop, service)
    async with transaction() as db:
        await db.execute(
            update(Person)
            .where(Person.id == shop.actor.person_id)  # type: ignore[arg-type]
            .values(language="mr")
        )
    await finishes(shop)
    await push_waiting()

    assert phone.heard[0]["title"] == "मोहीम पूर्ण झाली"


async def test_every_push_is_signed_for_its_service(shop: Shop, service: PushService) -> None:
    _, phone = await asks(shop, service)
    await finishes(shop)
    await push_waiting()

    (signed,) = phone.signed
    assert (signed["aud"], signed["sub"], signed["key"]) == (service.address, SITE, name_of_ours())
    assert clock.now().timestamp() < signed["exp"] <= clock.now().timestamp() + 24 * 3600


async def test_an_unlinked_number_is_told(shop: Shop, service: PushService) -> None:
    _, phone = await asks(shop, service)
    await link_changed(LinkChanged(shop.sender_id, SenderStatus.LOGGED_OUT, clock.now()))
    await push_waiting()

    assert [told["title"] for told in phone.heard] == ["Number unlinked"]


async def test_a_held_campaign_asks_for_a_decision(shop: Shop, service: PushService) -> None:
    _, phone = await asks(shop, service)
    campaign = await shop.draft(await shop.contacts("Ravi"), name="Holi")
    async with transaction() as db:
        late = {"status": "scheduled", "scheduled_at": clock.now() - timedelta(hours=1)}
        await db.execute(
            update(Campaign)
            .where(Campaign.id == campaign)  # type: ignore[arg-type]
            .values(**late)
        )
    await launch_due()
    await push_waiting()

    assert [told["title"] for told in phone.heard] == ["Needs your decision"]
    assert "Holi" in phone.heard[0]["body"]


async def test_a_campaign_that_was_stopped_for_the_numbers_sake_asks_for_a_decision(
    shop: Shop, service: PushService
) -> None:
    _, phone = await asks(shop, service)
    campaign = await shop.launched(await shop.contacts("Ravi"), name="Holi")
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        sender.status, sender.plays_limits = "banned", True
        sender.restricted_until = clock.now() + timedelta(days=1)
    await pull_brakes()
    await push_waiting()

    assert [(told["title"], told["path"]) for told in phone.heard] == [
        ("Needs your decision", f"/campaigns/{campaign}")
    ]


async def test_a_stranger_hears_nothing_of_it(shop: Shop, house: House, service: PushService) -> None:
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitra:
        _, hers = await asks(chitra, service)
        _, ours = await asks(shop, service)
        await finishes(shop)
        await push_waiting()

    assert hers.heard == []
    assert len(ours.heard) == 1


async def test_who_logged_out_hears_nothing_more(shop: Shop, service: PushService) -> None:
    actor, phone = await asks(shop, service)
    await log_out(actor)
    await finishes(shop)
    await push_waiting()

    assert phone.heard == []


async def test_with_the_session_goes_its_subscription(shop: Shop, service: PushService) -> None:
    await asks(shop, service)
    async with transaction() as db:
        for session in await db.scalars(select(Session)):
            await db.delete(session)

    assert await subscriptions() == 0


async def test_who_switched_it_off_hears_nothing_more(shop: Shop, service: PushService) -> None:
    actor, phone = await asks(shop, service)
    assert await is_subscribed(actor, phone.endpoint)
    await unsubscribe(actor, phone.endpoint)
    await finishes(shop)
    await push_waiting()

    await unsubscribe(actor, phone.endpoint)
    assert not await is_subscribed(actor, phone.endpoint)
    assert phone.heard == []
    switched = [entry.deed for entry in (await entries(actor)).entries if entry.deed != Deed.LAUNCHED]
    assert switched == [Deed.NOTICES_OFF, Deed.NOTICES_ON]


@pytest.mark.parametrize("answer", [404, 410, 403])
async def test_a_browser_that_is_gone_is_forgotten(shop: Shop, service: PushService, answer: int) -> None:
    _, gone = await asks(shop, service)
    _, there = await asks(shop, service)
    gone.answers = answer
    await finishes(shop)
    await push_waiting()

    assert await subscriptions() == 1
    assert len(there.heard) == 1


@pytest.mark.parametrize("answer", [429, 500])
async def test_a_service_in_trouble_costs_the_notice_not_the_subscription(
    shop: Shop, service: PushService, answer: int
) -> None:
    _, phone = await asks(shop, service)
    phone.answers = answer
    await finishes(shop)
    await push_waiting()

    assert await subscriptions() == 1
    async with transaction() as db:
        assert await db.scalar(select(func.count()).select_from(Notice)) == 0


async def test_old_news_is_no_news(shop: Shop, service: PushService) -> None:
    _, phone = await asks(shop, service)
    await finishes(shop)
    async with transaction() as db:
        await db.execute(update(Notice).values(created_at=clock.now() - timedelta(hours=7)))

    assert await push_waiting() == 1
    assert phone.heard == []


async def test_where_nobody_asked_nothing_is_kept(shop: Shop, service: PushService) -> None:
    await finishes(shop)
    assert await push_waiting() == 0


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:6379/",
        "https://169.254.169.254/latest",
        "http://fcm.googleapis.com/fcm/send/1",
        "https://fcm.googleapis.com.evil.example/1",
        "https://fcm.googleapis.com@evil.example/1",
        "https://evil.example/.push.apple.com",
        "https://evil.example:443@x.push.apple.com/",
        "https://fcm.googleapis.com/" + "a" * 3000,
        "ftp://fcm.googleapis.com/1",
        "https://[",
        "",
    ],
)
async def test_nothing_is_posted_to_other_addresses(shop: Shop, endpoint: str) -> None:
    phone = PushedTo(endpoint)
    with pytest.raises(Invalid):
        await subscribe(await logged_in(shop), endpoint, **phone.keys, site=SITE)


def test_the_services_of_all_browsers_are_known() -> None:
    for endpoint in (
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-pn1p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/abc",
    ):
        assert is_known(endpoint)


async def test_keys_that_are_none_are_refused(shop: Shop, service: PushService) -> None:
    actor, phone = await logged_in(shop), service.phone()
    for keys in ({"public_key": "AAAA"}, {"auth": "AAAA"}, {"public_key": "*"}, {"public_key": ""}):
        with pytest.raises(Invalid):
            await subscribe(actor, phone.endpoint, **{**phone.keys, **keys}, site=SITE)


async def subscriptions() -> int:
    async with transaction() as db:
        return int(await db.scalar(select(func.count()).select_from(PushSubscription)) or 0)
