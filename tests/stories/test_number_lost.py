"""A number that is unlinked or stopped while a message is leaving, and whose process died: nobody will own it
to find out, and the message still comes to an end that is true.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from models.db import raw, transaction
from models.states import MessageStatus, SenderStatus
from scheduler.jobs import rescue
from services.analytics.funnel import progress
from services.campaigns.finish import finish_dry
from services.clock import now
from services.gateways.protocol import LinkChanged
from services.senders.moves import link_changed
from services.sending import hot_moves
from services.sending.rescue import give_up_lost, give_up_one, lost_marks, wake_abandoned
from tests.shop import Shop, Someone
from tests.stories.test_late_truth import Attempt, counters_fit, marked, wanted

S = MessageStatus
LONG = timedelta(minutes=10)
LOST = pytest.mark.parametrize("status", [SenderStatus.LOGGED_OUT, SenderStatus.BANNED])


@pytest.fixture
async def ravi(shop: Shop) -> Someone:
    return (await shop.contacts("Ravi"))[0]


async def on_its_way(shop: Shop, whom: Someone, since: timedelta = LONG) -> Attempt:
    """And nobody is left who could tell what became of it."""
    attempt = await marked(shop, await shop.launched([whom]), whom)
    async with transaction() as db:
        ago = text("UPDATE sender SET inflight_at = now() - :since WHERE id = :id")
        await db.execute(ago, {"since": since, "id": shop.sender_id})
    return attempt


async def number_is(shop: Shop, status: SenderStatus) -> None:
    await link_changed(LinkChanged(shop.sender_id, status, now(), "as WhatsApp said"))


@LOST
async def test_a_message_of_a_lost_number_is_called_not_sure(
    shop: Shop, ravi: Someone, status: SenderStatus
) -> None:
    """Asha cancels, and her screen said "sending now" for ever."""
    attempt = await on_its_way(shop, ravi)
    await number_is(shop, status)
    await shop.cancels(attempt.campaign)

    await rescue.run()
    await finish_dry()

    assert await shop.status(attempt.campaign, ravi) == S.UNCONFIRMED
    assert await shop.reason(attempt.campaign, ravi) == "stopped_midway"
    seen = await progress(shop.actor.workspace_id, attempt.campaign)
    assert (seen.queued, seen.sending, seen.unconfirmed) == (0, 0, 1)
    await counters_fit(shop, attempt.campaign)
    assert await give_up_lost() == 0
    assert await wake_abandoned() == 0


@LOST
async def test_nobody_is_woken_for_a_number_that_is_lost(
    shop: Shop, ravi: Someone, status: SenderStatus
) -> None:
    await on_its_way(shop, ravi)
    async with transaction() as db:
        await db.execute(text("UPDATE sender SET awake_until = NULL"))
    await number_is(shop, status)

    assert await wake_abandoned() == 0


async def test_who_may_still_be_sending_is_given_the_time_for_it(shop: Shop, ravi: Someone) -> None:
    attempt = await on_its_way(shop, ravi, since=timedelta(minutes=2))
    await number_is(shop, SenderStatus.LOGGED_OUT)

    assert await give_up_lost() == 0
    await attempt.tells(S.ACCEPTED, "3EB0A")

    assert await shop.status(attempt.campaign, ravi) == S.ACCEPTED


async def test_a_number_that_somebody_will_own_is_left_to_him(shop: Shop, ravi: Someone) -> None:
    attempt = await on_its_way(shop, ravi)
    await number_is(shop, SenderStatus.LOGGED_OUT)
    await number_is(shop, SenderStatus.ONLINE)

    assert await give_up_lost() == 0
    assert await shop.status(attempt.campaign, ravi) == S.QUEUED


async def test_who_was_only_paused_is_heard_and_marks_nothing_more(shop: Shop, ravi: Someone) -> None:
    attempt = await on_its_way(shop, ravi)
    await number_is(shop, SenderStatus.BANNED)
    assert await give_up_lost() == 1

    await attempt.tells(S.ACCEPTED, "3EB0A")

    assert await shop.status(attempt.campaign, ravi) == S.ACCEPTED
    await counters_fit(shop, attempt.campaign)
    (meena,) = await shop.contacts("Meena")
    campaign = await shop.launched([meena])
    following = await wanted(shop, campaign, meena)
    async with raw() as db:
        assert await hot_moves.mark(db, [following.mark]) == set()


async def test_what_was_recorded_in_time_stays_as_it_is(shop: Shop, ravi: Someone) -> None:
    attempt = await on_its_way(shop, ravi)
    await attempt.tells(S.ACCEPTED, "3EB0A")
    await number_is(shop, SenderStatus.LOGGED_OUT)

    assert await give_up_lost() == 0
    assert await shop.status(attempt.campaign, ravi) == S.ACCEPTED


async def test_a_message_that_is_marked_meanwhile_is_not_taken_for_the_old_one(
    shop: Shop, ravi: Someone
) -> None:
    """Between the look and the deed the number was linked again, and its new owner is sending."""
    attempt = await on_its_way(shop, ravi)
    await number_is(shop, SenderStatus.LOGGED_OUT)
    async with raw() as db:
        (mark,) = await lost_marks(db)
    await number_is(shop, SenderStatus.ONLINE)
    anew = await marked(shop, attempt.campaign, ravi)

    assert not await give_up_one(mark)
    await anew.tells(S.ACCEPTED, "3EB0A")
    assert await shop.status(attempt.campaign, ravi) == S.ACCEPTED
