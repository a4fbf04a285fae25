"""The senders page tells what each number did today and what it does next; a gateway's word about a link is
believed, unless it would hide a worse one.

The cast: Asha owns the shop, Chitra owns another. Ravi and Meena are contacts.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from models.db import transaction
from models.states import Channel, OfflineWhy, SenderStatus
from services.campaigns.control import pause
from services.clock import now
from services.gateways.protocol import LinkChanged
from services.senders.list import NOT_BY_ITSELF, TROUBLES, SenderSeen, senders
from services.senders.moves import link_changed
from tests.conftest import House
from tests.shop import Shop, open_shop


async def the_sender(shop: Shop) -> SenderSeen:
    (seen,) = await senders(shop.actor)
    return seen


async def told(shop: Shop, status: SenderStatus) -> bool:
    return await link_changed(LinkChanged(shop.sender_id, status, now()))


async def make_linked(shop: Shop) -> None:
    async with transaction() as db:
        await db.execute(
            sql("UPDATE sender SET channel = 'linked' WHERE workspace_id = :workspace"),
            {"workspace": shop.actor.workspace_id},
        )


async def test_a_new_shop_has_a_sandbox_that_is_ready(shop: Shop) -> None:
    seen = await the_sender(shop)
    assert (seen.channel, seen.sent_today, seen.waiting) == (Channel.SANDBOX, 0, 0)
    assert seen.next_send_at is None
    assert seen.trouble is None


async def test_todays_messages_are_counted(shop: Shop) -> None:
    await shop.launched(to=await shop.people(5))
    await shop.pump_dry()
    await shop.launched(to=await shop.people(3))

    seen = await the_sender(shop)
    assert (seen.sent_today, seen.waiting) == (5, 3)


async def test_a_refused_message_was_not_sent(shop: Shop) -> None:
    people = await shop.contacts("Ravi", "Meena", phones=["+919812300404", "+919812300777"])
    await shop.launched(to=people)
    await shop.pump_dry()

    assert (await the_sender(shop)).sent_today == 1


async def test_a_campaign_of_yesterday_counts_with_what_it_sent_today(shop: Shop) -> None:
    campaign = await shop.launched(to=await shop.people(4))
    await shop.pump_dry()
    async with transaction() as db:
        here = {"workspace": shop.actor.workspace_id, "campaign": campaign}
        await db.execute(
            sql(
                "UPDATE campaign SET launched_at = launched_at - interval '2 days'"
                " WHERE workspace_id = :workspace AND id = :campaign"
            ),
            here,
        )
        await db.execute(
            sql(
                "UPDATE message SET accepted_at = accepted_at - interval '2 days'"
                " WHERE workspace_id = :workspace AND campaign_id = :campaign AND id IN (SELECT min(id)"
                " FROM message WHERE workspace_id = :workspace AND campaign_id = :campaign)"
            ),
            here,
        )

    assert (await the_sender(shop)).sent_today == 3


async def test_a_paused_campaign_waits_for_nobody(shop: Shop) -> None:
    campaign = await shop.launched(to=await shop.people(3))
    await pause(shop.actor, campaign)

    assert (await the_sender(shop)).waiting == 0


async def test_a_stranger_sees_only_her_own(shop: Shop, house: House) -> None:
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        assert [seen.id for seen in await senders(chitras.actor)] == [chitras.sender_id]


async def test_a_link_that_comes_and_goes(shop: Shop) -> None:
    assert await told(shop, SenderStatus.OFFLINE)
    assert (await the_sender(shop)).status is SenderStatus.OFFLINE
    assert await told(shop, SenderStatus.ONLINE)
    assert not await told(shop, SenderStatus.ONLINE)
    assert (await the_sender(shop)).status is SenderStatus.ONLINE


@pytest.mark.parametrize("worse", [SenderStatus.RESTRICTED, SenderStatus.BANNED, SenderStatus.LOGGED_OUT])
async def test_a_lost_connection_does_not_hide_what_whatsapp_said(shop: Shop, worse: SenderStatus) -> None:
    await make_linked(shop)
    await told(shop, worse)
    assert not await told(shop, SenderStatus.OFFLINE)

    seen = await the_sender(shop)
    assert seen.status is worse
    assert seen.trouble

    await told(shop, SenderStatus.ONLINE)
    assert (await the_sender(shop)).trouble is None


async def test_a_logged_out_number_is_not_called_restricted(shop: Shop) -> None:
    await told(shop, SenderStatus.LOGGED_OUT)
    assert not await told(shop, SenderStatus.RESTRICTED)


async def test_a_sender_that_is_gone_is_no_trouble(shop: Shop) -> None:
    assert not await link_changed(LinkChanged(999_999, SenderStatus.ONLINE, now() - timedelta(days=1)))


@pytest.mark.parametrize("why", list(OfflineWhy))
async def test_where_waiting_alone_does_not_help_it_says_what_does(shop: Shop, why: OfflineWhy) -> None:
    await make_linked(shop)
    await told(shop, SenderStatus.OFFLINE)
    assert (await the_sender(shop)).trouble == TROUBLES[SenderStatus.OFFLINE]

    assert await link_changed(LinkChanged(shop.sender_id, SenderStatus.OFFLINE, now(), code=why))
    assert (await the_sender(shop)).trouble == NOT_BY_ITSELF[why]

    await told(shop, SenderStatus.ONLINE)
    assert (await the_sender(shop)).trouble is None
    await told(shop, SenderStatus.OFFLINE)
    assert (await the_sender(shop)).trouble == TROUBLES[SenderStatus.OFFLINE]
