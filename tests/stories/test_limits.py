"""A number is warmed up, has a cap and a few new people a day, and is quiet at night. Crash or not.

Asha's sandbox plays the limits here. Ravi and Meena are contacts.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text as sql

from models.access import Workspace
from models.campaign import Campaign
from models.db import raw, transaction
from models.sender import Sender
from services.campaigns.control import pause, resume
from services.clock import now
from services.contacts.edit import delete
from services.contacts.known import wrote
from services.senders.limits import (
    Closed,
    Limits,
    allowance,
    cap_after,
    closing,
    is_quiet,
    next_opening,
    opening_of_tomorrow,
    today,
)
from tests.clock import Clock
from tests.shop import Shop, Someone

KOLKATA = Limits(True, "Asia/Kolkata", 21 * 60, 9 * 60, daily_cap=500, cold_per_day=20)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- when: nothing but the row and the moment decides ---


@pytest.mark.parametrize(
    ("at", "quiet", "opens"),
    [
        ("2026-11-24 15:29", False, None),  # 20:59 in India
        ("2026-11-24 15:30", True, "2026-11-25 03:30"),  # 21:00, till 9:00 on the next day
        ("2026-11-24 18:29", True, "2026-11-25 03:30"),  # a minute before midnight
        ("2026-11-24 18:31", True, "2026-11-25 03:30"),  # and after
        ("2026-11-25 03:29", True, "2026-11-25 03:30"),
        ("2026-11-25 03:30", False, None),  # 9:00
    ],
)
def test_quiet_hours_cross_midnight_in_a_zone_with_half_hours(
    at: str, quiet: bool, opens: str | None
) -> None:
    assert is_quiet(KOLKATA, utc(at)) is quiet
    if opens:
        may = allowance(KOLKATA, utc(at))
        assert (may.closed, may.room, may.opens_at) == (Closed.QUIET_HOURS, 0, utc(opens))


def test_the_clock_on_the_wall_counts_when_the_clocks_go_forward_or_back() -> None:
    berlin = Limits(True, "Europe/Berlin", 21 * 60, 9 * 60, daily_cap=500)
    saturday = utc("2026-03-28 22:00")  # 23:00 there; the night loses an hour
    assert next_opening(berlin, saturday) == utc("2026-03-29 07:00")
    assert next_opening(berlin, saturday - timedelta(days=1)) == utc("2026-03-28 08:00")
    autumn = utc("2026-10-24 20:00")  # 22:00 there; the night has an hour twice
    assert next_opening(berlin, autumn) == utc("2026-10-25 08:00")
    assert is_quiet(berlin, utc("2026-10-25 00:30"))
    assert is_quiet(berlin, utc("2026-10-25 01:30")), "half past two comes again"


def test_a_time_that_the_night_skips_comes_as_soon_as_there_is_one() -> None:
    berlin = Limits(True, "Europe/Berlin", 21 * 60, 2 * 60 + 30)
    assert next_opening(berlin, utc("2026-03-28 22:00")) == utc("2026-03-29 01:30")  # 3:30 on the wall


def test_what_was_decided_holds_till_the_quiet_hours_or_the_next_day() -> None:
    assert closing(KOLKATA, utc("2026-11-24 10:00")) == utc("2026-11-24 15:30")
    never_quiet = Limits(True, "Asia/Kolkata", daily_cap=500)
    assert closing(never_quiet, utc("2026-11-24 10:00")) == utc("2026-11-24 18:30")
    assert opening_of_tomorrow(never_quiet, utc("2026-11-24 10:00")) == utc("2026-11-24 18:30")


def test_the_day_is_the_shops_own() -> None:
    assert today(KOLKATA, utc("2026-11-24 18:29")) == date(2026, 11, 24)
    assert today(KOLKATA, utc("2026-11-24 18:30")) == date(2026, 11, 25)


def test_a_new_number_begins_small_and_never_goes_beyond_its_cap() -> None:
    assert [cap_after(days, 500) for days in range(7)] == [50, 75, 110, 165, 250, 375, 500]
    assert cap_after(0, 30) == 30
    assert cap_after(10_000, 2000) == 2000


def test_yesterdays_count_is_no_count() -> None:
    at = utc("2026-11-24 10:00")
    used = Limits(True, daily_cap=500, cold_per_day=20, day=date(2026, 11, 24), sent_today=50, cold_today=20)
    assert allowance(used, at).closed is Closed.DAILY_CAP
    assert allowance(used, at).opens_at == utc("2026-11-24 18:30")
    fresh = allowance(used, at + timedelta(days=1))
    assert (fresh.room, fresh.cold_room) == (50, 20)


def test_a_rehearsal_has_no_limits() -> None:
    assert allowance(Limits(False, quiet_from=0, quiet_until=1439), now()).room is None


# --- what leaves: judged by the sandbox's ledger ---


async def plays_limits(shop: Shop, **limits: object) -> None:
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        sender.plays_limits = True
        for name, value in limits.items():
            setattr(sender, name, value)


async def know(shop: Shop, people: Sequence[Someone]) -> None:
    """These have written to the sender before."""
    async with transaction() as db:
        for one in people:
            await wrote(db, shop.actor.workspace_id, shop.sender_id, one.phone, now())


async def once_a_week(shop: Shop) -> None:
    async with transaction() as db:
        (await db.get_one(Workspace, shop.actor.workspace_id)).most_a_week = 1


async def quiet(shop: Shop, start: int, end: int, zone: str = "Asia/Kolkata") -> None:
    async with transaction() as db:
        workspace = await db.get_one(Workspace, shop.actor.workspace_id)
        workspace.quiet_from, workspace.quiet_until, workspace.timezone = start, end, zone


async def sender(shop: Shop) -> Sender:
    async with transaction() as db:
        return await db.get_one(Sender, shop.sender_id)


def reached(shop: Shop, how_many: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return len(shop.ledger()) >= how_many

    return look


def used_up(shop: Shop, how_many: int) -> Callable[[], Awaitable[bool]]:
    """All that may leave has left and is recorded, and the engine has looked again since."""
    looks = 0

    async def look() -> bool:
        nonlocal looks
        async with transaction() as db:
            asked = sql("SELECT count(*) FROM message WHERE workspace_id = :w AND accepted_at IS NOT NULL")
            done: int = await db.scalar(asked, {"w": shop.actor.workspace_id})
        looks += done >= how_many
        return looks > 100  # at 20 ms each: two looks of the engine

    return look


async def test_no_more_than_the_days_cap_and_the_rest_goes_on_by_itself_tomorrow(
    shop: Shop, clock: Clock
) -> None:
    await plays_limits(shop, daily_cap=3)
    clock.show(utc("2026-11-24 10:00"))
    people = await shop.people(5)
    await know(shop, people)
    campaign = await shop.launched(people)
    async with shop.engine():
        await shop.until(used_up(shop, 3))
        assert len(shop.ledger()) == 3

        clock.show(utc("2026-11-25 10:00"))
        await shop.until(reached(shop, 5))
    assert sorted(shop.phones_reached()) == sorted(one.phone for one in people)
    assert (await shop.counts(campaign)).queued == 0


async def test_the_cap_is_remembered_by_the_next_process(shop: Shop, clock: Clock) -> None:
    await plays_limits(shop, daily_cap=2)
    clock.show(utc("2026-11-24 10:00"))
    people = await shop.people(5)
    await know(shop, people)
    await shop.launched(people)
    async with shop.engine():
        await shop.until(used_up(shop, 2))
    async with shop.engine():
        await shop.until(used_up(shop, 2))
    assert len(shop.ledger()) == 2
    assert (await sender(shop)).sent_today == 2


async def test_what_could_not_leave_and_is_tried_again_counts_once(shop: Shop) -> None:
    await plays_limits(shop)
    (twice,) = await shop.contacts("Twice", phones=["+919812300502"])
    await shop.launched([twice])
    await shop.pump_dry()
    assert (await sender(shop)).sent_today == 1


async def test_new_people_are_written_to_last_and_only_a_few_a_day(shop: Shop, clock: Clock) -> None:
    await plays_limits(shop, cold_per_day=2)
    clock.show(utc("2026-11-24 10:00"))
    strangers, friends = await shop.people(4), await shop.people(3)
    await know(shop, friends)
    await shop.launched(strangers + friends)
    async with shop.engine():
        await shop.until(used_up(shop, 5))
        first_day = shop.phones_reached()
        clock.show(utc("2026-11-25 10:00"))
        await shop.until(reached(shop, 7))
    assert first_day[:3] == [one.phone for one in friends]
    assert len(first_day) == 5
    assert (await sender(shop)).cold_total == 4


async def test_who_read_a_message_knows_the_number_from_then_on(shop: Shop) -> None:
    await plays_limits(shop)
    (thanks,) = await shop.contacts("Thanks", phones=["+919812300222"])
    await shop.launched([thanks])

    async def read() -> bool:
        async with transaction() as db:
            asked = sql("SELECT count(*) FROM acquaintance WHERE sender_id = :s AND read_at IS NOT NULL")
            found: int = await db.scalar(asked, {"s": shop.sender_id})
            return found > 0

    async with shop.engine():
        await shop.until(read)
    second = await shop.launched([thanks])
    async with transaction() as db:
        assert (await db.get_one(Campaign, second)).cold_from is None


async def test_nothing_leaves_in_quiet_hours_and_all_of_it_afterwards(shop: Shop, clock: Clock) -> None:
    await plays_limits(shop)
    await quiet(shop, 21 * 60, 9 * 60)
    clock.show(utc("2026-11-24 17:00"))  # half past ten at night
    people = await shop.people(3)
    await shop.launched(people)
    async with shop.engine():
        await shop.until(used_up(shop, 0))
        assert shop.ledger() == []
        clock.show(utc("2026-11-25 03:30"))
        await shop.until(reached(shop, 3))


async def test_what_was_read_before_the_quiet_hours_does_not_leave_in_them(shop: Shop, clock: Clock) -> None:
    await plays_limits(shop)
    await quiet(shop, 21 * 60, 9 * 60)
    clock.show(utc("2026-11-24 15:00"))
    await shop.launched(await shop.people(40), rehearsal_speed=10)  # a third of a second apart
    async with shop.engine():
        await shop.until(reached(shop, 2))
        clock.show(utc("2026-11-24 15:30"))
        left = len(shop.ledger())
        await shop.until(used_up(shop, 2))
        assert len(shop.ledger()) <= left + 1, "one may have been on its way"


async def test_what_waited_for_the_database_does_not_leave_in_the_quiet_hours(
    shop: Shop, clock: Clock
) -> None:
    """Its mark was on its way when they began."""
    await plays_limits(shop)
    await quiet(shop, 21 * 60, 9 * 60)
    clock.show(utc("2026-11-24 15:00"))
    people = await shop.people(4)
    await shop.launched(people)
    async with shop.engine():
        await shop.until(reached(shop, 1))
        async with raw() as db, db.transaction():
            await db.execute("SELECT FROM sender WHERE id = %s FOR UPDATE", [shop.sender_id])
            await shop.until(somebody_waits)
            left = len(shop.ledger())
            clock.show(utc("2026-11-24 15:30"))
        await shop.until(used_up(shop, left))
        assert len(shop.ledger()) == left
        clock.show(utc("2026-11-25 03:30"))
        await shop.until(reached(shop, 4))
    assert (await sender(shop)).sent_today == 4 - left


async def somebody_waits() -> bool:
    """For a row, or a lock of ours, that another has."""
    async with raw() as db:
        asked = await db.execute(
            "SELECT FROM pg_locks WHERE locktype IN ('tuple', 'transactionid', 'advisory') AND NOT granted"
        )
        return await asked.fetchone() is not None


async def test_a_rehearsal_is_not_held_back_by_the_night(shop: Shop, clock: Clock) -> None:
    await quiet(shop, 21 * 60, 9 * 60)
    clock.show(utc("2026-11-24 17:00"))
    await shop.launched(await shop.people(60))
    await shop.pump_dry()
    assert len(shop.ledger()) == 60, "more than a new number may send in a day"


async def test_a_day_of_work_without_trouble_warms_a_number_up(shop: Shop, clock: Clock) -> None:
    await plays_limits(shop)
    clock.show(utc("2026-11-24 10:00"))
    people = await shop.people(12)
    await know(shop, people)
    await shop.launched(people[:11])
    await shop.pump_dry()
    clock.forward(timedelta(days=1))
    await shop.launched(people[11:])
    await shop.pump_dry()
    assert (await sender(shop)).clean_days == 1
    clock.forward(timedelta(days=1))
    await shop.launched(people[:1])
    await shop.pump_dry()
    assert (await sender(shop)).clean_days == 1, "one message is no day of work"


async def test_no_more_promotions_than_the_week_allows_whatever_the_campaign(shop: Shop) -> None:
    await plays_limits(shop)
    async with transaction() as db:
        (await db.get_one(Workspace, shop.actor.workspace_id)).most_a_week = 2
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await know(shop, [ravi, meena])
    for _ in range(2):
        await shop.launched([ravi])
        await shop.pump_dry()

    third = await shop.launched([ravi, meena])
    assert await shop.reason(third, ravi) == "too_often"
    service = await shop.launched([ravi], kind="service")
    await shop.pump_dry()
    assert await shop.status(service, ravi) in ("accepted", "delivered", "read")
    assert shop.phones_reached().count(ravi.phone) == 3


async def test_two_campaigns_that_were_launched_together_do_not_exceed_the_week_either(shop: Shop) -> None:
    await plays_limits(shop)
    await once_a_week(shop)
    (ravi,) = await shop.contacts("Ravi")
    await know(shop, [ravi])
    first, second = await shop.launched([ravi]), await shop.launched([ravi])
    await shop.pump_dry()
    assert shop.phones_reached() == [ravi.phone]
    reasons = {await shop.reason(first, ravi), await shop.reason(second, ravi)}
    assert reasons == {None, "too_often"}


async def comes_anew(shop: Shop, who: Someone) -> Someone:
    """Deleted, and added again with the same number."""
    await delete(shop.actor, [who.id])
    (again,) = await shop.contacts(who.name, phones=[who.phone])
    await know(shop, [again])
    return again


async def test_deleted_and_added_anew_it_is_the_same_person_and_the_same_week(shop: Shop) -> None:
    await plays_limits(shop)
    await once_a_week(shop)
    (ravi,) = await shop.contacts("Ravi")
    await know(shop, [ravi])
    await shop.launched([ravi])
    await shop.pump_dry()

    again, (meena,) = await comes_anew(shop, ravi), await shop.contacts("Meena")
    campaign = await shop.launched([again, meena])
    assert await shop.reason(campaign, again) == "too_often"
    assert await shop.reason(campaign, meena) is None


async def test_one_who_was_added_anew_while_both_campaigns_wait_hears_from_one(shop: Shop) -> None:
    await plays_limits(shop)
    await once_a_week(shop)
    (ravi,) = await shop.contacts("Ravi")
    await know(shop, [ravi])
    first = await shop.launched([ravi])
    again = await comes_anew(shop, ravi)
    second = await shop.launched([again])
    await shop.pump_dry()
    assert shop.phones_reached() == [ravi.phone]
    reasons = {await shop.reason(first, ravi), await shop.reason(second, again)}
    assert reasons == {None, "too_often"}


@pytest.mark.parametrize("later", ["the old", "the new"])
async def test_whoever_they_were_when_it_was_queued_the_week_is_theirs(shop: Shop, later: str) -> None:
    """One of the two campaigns is through before the other may begin."""
    await plays_limits(shop)
    await once_a_week(shop)
    (ravi,) = await shop.contacts("Ravi")
    await know(shop, [ravi])
    of_old = await shop.launched([ravi])
    again = await comes_anew(shop, ravi)
    of_new = await shop.launched([again])
    waits = of_old if later == "the old" else of_new
    await pause(shop.actor, waits)
    await shop.pump_dry()
    await resume(shop.actor, waits)
    await shop.pump_dry()
    assert shop.phones_reached() == [ravi.phone]
    assert await shop.reason(waits, ravi) == "too_often"


# --- what WhatsApp refuses ---


async def test_463_holds_new_people_back_and_nobody_else(shop: Shop) -> None:
    await plays_limits(shop, cold_per_day=50)
    strangers = await shop.contacts(
        *(f"New {n}" for n in range(12)), phones=[f"+9198123{n:02}464" for n in range(10, 22)]
    )
    friends = await shop.people(2)
    await know(shop, friends[:1])
    campaign = await shop.launched(strangers)
    async with shop.engine():
        await shop.until(restricted(shop))
        other = await shop.launched(friends)
        await shop.until(reached(shop, 10))
        await shop.until(used_up(shop, 10))
    told = await shop.counts(campaign)
    assert (told.failed, told.queued) == (1, 2), "the tenth is refused, and nobody new after that"
    assert await shop.status(other, friends[0]) != "queued", "who knows the number still hears from it"
    assert await shop.status(other, friends[1]) == "queued"
    found = await sender(shop)
    assert (found.restricted_why, found.cold_refused, found.cold_total) == ("new_chats_refused", 1, 10)
    assert found.restricted_until is not None
    assert timedelta(hours=23) < found.restricted_until - now() < timedelta(hours=25)


def restricted(shop: Shop) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await sender(shop)).restricted_until is not None

    return look


async def test_new_people_go_on_when_the_restriction_is_over(shop: Shop) -> None:
    await plays_limits(shop, restricted_until=now() + timedelta(hours=1), restricted_why="new_chats_refused")
    people = await shop.people(2)
    await shop.launched(people)
    async with shop.engine():
        await shop.until(used_up(shop, 0))
        assert shop.ledger() == []
        await plays_limits(shop, restricted_until=now())
        await shop.until(reached(shop, 2))
