"""We stop before WhatsApp stops the number, say why, and go on when a human says so.

Asha's sandbox plays the limits here, and with them the brakes. Ravi is a contact.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text as sql

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from models.states import Brake, CampaignStatus, SenderStatus
from services.analytics.funnel import progress
from services.campaigns.brakes import pull_brakes
from services.campaigns.control import resume
from services.clock import now
from services.gateways.protocol import LinkChanged
from services.i18n import words
from services.senders.moves import end_bans, link_changed
from tests.shop import Shop, Someone
from ui.told import told


async def plays_limits(shop: Shop, **facts: object) -> None:
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        sender.plays_limits = True
        sender.cold_per_day = 50
        for name, value in facts.items():
            setattr(sender, name, value)


async def sender(shop: Shop) -> Sender:
    async with transaction() as db:
        return await db.get_one(Sender, shop.sender_id)


async def campaign(campaign_id: int) -> Campaign:
    async with transaction() as db:
        return await db.get_one(Campaign, campaign_id)


async def why(shop: Shop, campaign_id: int) -> str:
    """What the page says, in English."""
    seen = await progress(shop.actor.workspace_id, campaign_id)
    assert seen.why is not None
    assert seen.why.trouble
    return told(words("en"), seen.why.sentence, dict(seen.why.facts), shop.actor.timezone)


def alarmed(shop: Shop) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await sender(shop)).alarm is not None

    return look


async def wrong_numbers(shop: Shop, how_many: int) -> list[Someone]:
    return await shop.contacts(
        *(f"Wrong {n}" for n in range(how_many)), phones=[f"+9198124{n:02}404" for n in range(how_many)]
    )


async def test_after_five_refusals_in_a_row_nothing_leaves_and_a_human_is_asked(shop: Shop) -> None:
    await plays_limits(shop, clean_days=4)
    people = await wrong_numbers(shop, 9)
    sent = await shop.launched(people)
    async with shop.engine():
        await shop.until(alarmed(shop))
        assert await pull_brakes() == 1
        assert await pull_brakes() == 0
    assert (await shop.counts(sent)).failed == 5
    assert (await campaign(sent)).status == CampaignStatus.PAUSED
    assert (await why(shop, sent)).startswith(
        "Paused by itself: WhatsApp refused five messages in a row from Sandbox."
    )
    found = await sender(shop)
    assert (found.alarm, found.refused_in_row, found.clean_days) == (None, 0, 2)


async def test_the_alarm_outlives_the_process_that_raised_it(shop: Shop) -> None:
    await plays_limits(shop)
    sent = await shop.launched(await wrong_numbers(shop, 9))
    async with shop.engine():
        await shop.until(alarmed(shop))
    async with shop.engine():
        await pull_brakes()
    assert (await shop.counts(sent)).failed == 5


async def test_a_message_that_is_taken_ends_the_row(shop: Shop) -> None:
    await plays_limits(shop, clean_days=4)
    ends = ["404", "404", "404", "404", "077", "404", "404", "404", "404", "078"]
    phones = [f"+9198124{n:02}{end}" for n, end in enumerate(ends)]
    await shop.launched(await shop.contacts(*ends, phones=phones))
    await shop.pump_dry()
    found = await sender(shop)
    assert (found.alarm, found.clean_days, found.troubled_at) == (None, 4, None), "a wrong number is no sign"
    assert await pull_brakes() == 0


async def test_who_resumes_gets_five_more_tries(shop: Shop) -> None:
    await plays_limits(shop)
    sent = await shop.launched(await wrong_numbers(shop, 12))
    async with shop.engine():
        for failed in (5, 10):
            await shop.until(alarmed(shop))
            await pull_brakes()
            assert (await shop.counts(sent)).failed == failed
            await resume(shop.actor, sent)


async def test_too_many_opt_outs_pause_a_campaign_once(shop: Shop) -> None:
    await plays_limits(shop)
    people = await shop.people(20)
    sent = await shop.launched(people, rehearsal_speed=10)  # a third of a second between two
    async with shop.engine():
        await shop.until(lambda: accepted(sent, 4))
        for person in people[:2]:
            await shop.hears(person, "STOP")
            await shop.hears(person, "stop please")
        assert await pull_brakes() == 0, "two people may be cross with anybody"
        await shop.hears(people[2], "नको")
        assert await pull_brakes() == 1
    assert (await shop.counts(sent)).queued > 0
    said = await why(shop, sent)
    assert said.startswith("Paused by itself: 3 of ")
    assert "asked you to stop, which is more than 2 in 100" in said

    await resume(shop.actor, sent)
    assert await pull_brakes() == 0, "the human has seen it"
    assert (await campaign(sent)).braked == [Brake.OPT_OUTS]


async def test_messages_that_reach_no_phone_are_a_reason_to_stop(shop: Shop) -> None:
    await plays_limits(shop)
    sent = await shop.launched(await shop.people(50), rehearsal_speed=100)
    async with shop.engine():
        await shop.until(lambda: accepted(sent, 40))
    assert await pull_brakes() == 0, "they may still arrive"
    async with transaction() as db:
        await db.execute(
            sql(
                "UPDATE message SET accepted_at = now() - interval '1 hour', status = 'accepted'"
                " WHERE campaign_id = :id AND accepted_at IS NOT NULL"
            ),
            {"id": sent},
        )
        await db.execute(
            sql(
                "UPDATE campaign_count SET accepted = accepted + delivered + read, delivered = 0, read = 0"
                " WHERE campaign_id = :id"
            ),
            {"id": sent},
        )
    assert await pull_brakes() == 1
    assert "Paused by itself: only 0 of the last" in await why(shop, sent)


async def test_a_ban_pauses_says_why_and_until_when_and_ends(shop: Shop) -> None:
    await plays_limits(shop)
    sent = await shop.launched(await shop.people(3))
    until = now() + timedelta(hours=5)
    await link_changed(
        LinkChanged(shop.sender_id, SenderStatus.BANNED, now(), "temporary", until=until, code="101")
    )
    assert await pull_brakes() == 1
    said = await why(shop, sent)
    assert "WhatsApp has stopped Sandbox until" in said
    assert "too many people do not have your number" in said
    await resume(shop.actor, sent)
    assert await pull_brakes() == 1, "it is still banned"

    assert await end_bans() == 0
    await plays_limits(shop, restricted_until=now())
    assert await end_bans() == 1
    await resume(shop.actor, sent)
    assert await pull_brakes() == 0
    assert (await sender(shop)).status == SenderStatus.OFFLINE


async def test_a_rehearsal_without_limits_is_never_stopped(shop: Shop) -> None:
    sent = await shop.launched(await wrong_numbers(shop, 7))
    await shop.pump_dry()
    assert await pull_brakes() == 0
    assert (await shop.counts(sent)).failed == 7


async def accepted(campaign_id: int, how_many: int) -> bool:
    async with transaction() as db:
        asked = sql("SELECT accepted + delivered + read FROM campaign_count WHERE campaign_id = :id")
        found: int = await db.scalar(asked, {"id": campaign_id}) or 0
        return found >= how_many
