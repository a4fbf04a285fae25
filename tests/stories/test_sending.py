"""Everybody gets the message once, and the screen says what became of each.

What "really" left is judged by the sandbox's ledger on disk. The sandbox's numbers decide their own ends:
…404 is refused, …502 fails once before it leaves, …500 breaks after it left, …501 before.
"""

from collections import Counter
from dataclasses import asdict

from sqlalchemy import text

from models.db import transaction
from models.states import MessageStatus
from services.campaigns.control import pause, resume, send_again
from services.gateways.sandbox.ledger import read_turned_away
from services.sending.counts import Counts
from tests.shop import Shop


async def test_everybody_is_reached_once(shop: Shop) -> None:
    people = await shop.people(60)
    await shop.launched(to=people)

    await shop.pump_dry()

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)


async def test_the_name_is_in_the_text_and_the_fallback_where_there_is_none(shop: Shop) -> None:
    ravi, nobody = await shop.contacts("Ravi", "")
    await shop.launched(to=[ravi, nobody], text="Namaste {name|friend}, sweets are ready")

    await shop.pump_dry()

    told = {sent.phone: sent.text for sent in shop.ledger()}
    assert told[ravi.phone] == "Namaste Ravi, sweets are ready"
    assert told[nobody.phone] == "Namaste friend, sweets are ready"


async def test_counters_equal_the_rows(shop: Shop) -> None:
    people = await shop.people(40)
    odd = await shop.contacts("R", "B", phones=["+919811110404", "+919811110501"])
    campaign = await shop.launched(to=[*people, *odd])

    await shop.pump_dry()

    await counters_equal_rows(shop, campaign)


async def test_each_end_is_told_with_its_reason(shop: Shop) -> None:
    refused, again, before = await shop.contacts(
        "Refused", "Again", "Before", phones=["+919811110404", "+919811110502", "+919811110501"]
    )
    campaign = await shop.launched(to=[refused, again, before])

    async with shop.engine():
        await shop.until(shop.nothing_queued)

    assert await shop.status(campaign, refused) == "failed"
    assert await shop.reason(campaign, refused) == "not_on_whatsapp"
    assert await shop.status(campaign, again) in ("accepted", "delivered", "read")
    assert await shop.status(campaign, before) == "unconfirmed"
    assert await shop.reason(campaign, before) == "broke_midway"
    assert before.phone not in shop.phones_reached()


async def test_what_does_not_leave_is_tried_again_after_5_10_and_20_seconds_and_then_given_up(
    shop: Shop,
) -> None:
    (never,) = await shop.contacts("Never", phones=["+919811110503"])
    campaign = await shop.launched(to=[never])
    asked = (
        "SELECT attempts, EXTRACT(epoch FROM due_at - status_at)::float8 FROM message WHERE campaign_id = :id"
    )

    async def tries_and_wait() -> tuple[int, float | None]:
        async with transaction() as db:
            attempts, wait_s = (await db.execute(text(asked), {"id": campaign})).one()
            return attempts, wait_s

    for tries, wait_s in ((1, 5.0), (2, 10.0), (3, 20.0)):

        async def tried_again(tries: int = tries) -> bool:
            return (await tries_and_wait())[0] == tries

        async with shop.engine():
            await shop.until(tried_again)
        assert await tries_and_wait() == (tries, wait_s)
        assert await shop.status(campaign, never) == "queued"
        async with transaction() as db:  # the time passes
            await db.execute(
                text("UPDATE message SET due_at = now() WHERE campaign_id = :id"), {"id": campaign}
            )
    await shop.pump_dry()

    assert await shop.status(campaign, never) == "failed"
    assert await shop.reason(campaign, never) == "not_sent"
    assert len(read_turned_away(shop.folder / "sandbox")) == 4
    await counters_equal_rows(shop, campaign)


async def test_a_late_receipt_settles_what_we_did_not_know(shop: Shop) -> None:
    """The line broke after the message left: unconfirmed at first, and the phone's receipt is the truth."""
    (after,) = await shop.contacts("After", phones=["+919811110500"])
    campaign = await shop.launched(to=[after])

    async def the_truth_came() -> bool:
        return await shop.status(campaign, after) in ("delivered", "read")

    async with shop.engine():
        await shop.until(the_truth_came)

    assert shop.phones_reached() == [after.phone]


async def test_what_was_refused_is_not_tried_again(shop: Shop) -> None:
    (refused,) = await shop.contacts("Refused", phones=["+919811110404"])
    campaign = await shop.launched(to=[refused])

    await shop.pump_dry()
    await shop.pump_dry()

    assert await shop.status(campaign, refused) == "failed"
    assert (await shop.counts(campaign)).failed == 1


async def test_a_human_may_send_the_unconfirmed_again(shop: Shop) -> None:
    (before,) = await shop.contacts("Before", phones=["+919811110501"])
    campaign = await shop.launched(to=[before])
    await shop.pump_dry()

    await send_again(shop.actor, campaign, [MessageStatus.UNCONFIRMED])

    assert await shop.status(campaign, before) == "queued"
    await counters_equal_rows(shop, campaign)


async def test_pause_stops_before_the_next_message_and_resume_goes_on(shop: Shop) -> None:
    people = await shop.people(40)
    campaign = await shop.launched(to=people)

    async def some_left() -> bool:
        return len(shop.ledger()) >= 5

    async with shop.engine():
        await shop.until(some_left)
        await pause(shop.actor, campaign)
        # what had its mark when the pause was committed may still leave; then nothing does
        await shop.until(lambda: nothing_on_its_way(shop))
        left = len(shop.ledger())
        others = await shop.people(10)
        await shop.launched(to=others)  # the same number goes on with another campaign meanwhile
        await shop.until(shop.nothing_queued)
        assert len(shop.ledger()) == left + len(others) < len(people)
        await resume(shop.actor, campaign)
        await shop.until(shop.nothing_queued)

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in [*people, *others])


async def test_cancel_means_the_rest_never_leaves(shop: Shop) -> None:
    people = await shop.people(40)
    campaign = await shop.launched(to=people)

    async def some_left() -> bool:
        return len(shop.ledger()) >= 5

    async with shop.engine():
        await shop.until(some_left)
        await shop.cancels(campaign)
        await shop.until(lambda: nothing_on_its_way(shop))

    statuses = await shop.statuses(campaign)
    reached = set(shop.phones_reached())
    assert {phone for phone, status in statuses.items() if status == "skipped"} == set(statuses) - reached
    assert len(reached) < len(people)
    await counters_equal_rows(shop, campaign)


async def test_two_campaigns_of_one_number_take_turns(shop: Shop) -> None:
    first = await shop.people(20)
    second = await shop.people(20)
    await shop.launched(to=first)
    await shop.launched(to=second)

    await shop.pump_dry()

    order = ["first" if sent.phone in {p.phone for p in first} else "second" for sent in shop.ledger()]
    assert Counter(order[:20])["first"] in range(8, 13)


async def test_a_stop_leaves_the_rest_queued_and_nothing_in_doubt(shop: Shop) -> None:
    people = await shop.people(60)
    campaign = await shop.launched(to=people)

    async def some_left() -> bool:
        return len(shop.ledger()) >= 5

    async with shop.engine():
        await shop.until(some_left)

    statuses = await shop.statuses(campaign)
    assert set(statuses.values()) <= {"queued", "accepted", "delivered", "read"}
    assert {p for p, status in statuses.items() if status != "queued"} == set(shop.phones_reached())
    await shop.pump_dry()
    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)


async def test_two_sending_processes_share_the_work_and_nobody_hears_twice(shop: Shop) -> None:
    people = await shop.people(60)
    await shop.launched(to=people)

    async with shop.engine(), shop.engine():
        await shop.until(shop.nothing_queued)

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)


async def test_stop_in_the_middle_of_a_campaign_still_counts(shop: Shop) -> None:
    people = await shop.people(30)
    last = people[-1]
    campaign = await shop.launched(to=people)

    async def some_left() -> bool:
        return len(shop.ledger()) >= 3

    async with shop.engine():
        await shop.until(some_left)
        await shop.hears(from_=last, text="बंद करो")
        await shop.until(shop.nothing_queued)

    assert last.phone not in shop.campaign_reached()
    assert await shop.status(campaign, last) == "skipped"
    assert await shop.reason(campaign, last) == "opted_out"


async def nothing_on_its_way(shop: Shop) -> bool:
    """No mark of the shop's sender is open."""
    async with transaction() as db:
        asked = text(
            "SELECT count(*) FROM sender s JOIN message m ON m.campaign_id = s.inflight_campaign"
            " AND m.id = s.inflight_message WHERE s.id = :id AND m.token IS DISTINCT FROM s.inflight_token"
        )
        return not await db.scalar(asked, {"id": shop.sender_id})


async def counters_equal_rows(shop: Shop, campaign: int) -> None:
    rows = Counter((await shop.statuses(campaign)).values())
    told = await shop.counts(campaign)
    assert {status.value: rows.get(status.value, 0) for status in MessageStatus} == {
        status.value: asdict(told)[status.value] for status in MessageStatus
    }
    assert told.total == sum(rows.values())
    assert isinstance(told, Counts)
