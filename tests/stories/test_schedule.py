"""A campaign goes by itself at the time of the shop's own clock; once; and never after we were away."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from models.campaign import Campaign
from models.contact import Contact
from models.db import transaction
from services import clock
from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.forecast import Crowd, plan
from services.campaigns.forecast import in_words as duration_in_words
from services.campaigns.launch import launch
from services.campaigns.ready import EmptyAudience, MissingBlanks
from services.campaigns.schedule import TimePassed, in_words, launch_due, moment_of, schedule, unschedule
from services.errors import Invalid, NotFound, WrongMoment
from services.i18n import words
from services.senders.limits import Limits
from tests.conftest import House
from tests.shop import Shop, open_shop

NOON = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)  # 12:00 in India


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return it_is(monkeypatch, NOON)


def it_is(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> pytest.MonkeyPatch:
    monkeypatch.setattr(clock, "now", lambda: moment)
    return monkeypatch


async def campaign_now(campaign_id: int) -> Campaign:
    async with transaction() as db:
        return await db.get_one(Campaign, campaign_id)


def minutes_later(minutes: int) -> datetime:
    """As the clock in India shows it."""
    return datetime(2026, 3, 5, 12, 0) + timedelta(minutes=minutes)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Asia/Kolkata", "2026-03-05 19:40", "2026-03-05 14:10"),
        ("Asia/Kathmandu", "2026-03-05 19:40", "2026-03-05 13:55"),
        ("America/St_Johns", "2026-03-05 19:40", "2026-03-05 23:10"),
        ("Europe/London", "2026-07-01 09:00", "2026-07-01 08:00"),
        ("Europe/London", "2026-10-25 01:30", "2026-10-25 00:30"),  # shown twice: the first one
        ("Pacific/Kiritimati", "2026-03-06 02:00", "2026-03-05 12:00"),
    ],
)
def test_a_time_is_the_time_of_the_shops_own_clock(zone: str, local: str, utc: str) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert moment_of(datetime.fromisoformat(local), zone) == expected


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Asia/Kolkata", "2026-03-05 12:00"),  # now
        ("Asia/Kolkata", "2026-03-04 23:59"),
        ("Asia/Kolkata", "2027-03-06 12:00"),  # more than a year away
        ("Europe/London", "2026-03-29 01:30"),  # the clocks skip it
        ("America/New_York", "2026-03-08 02:30"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_sentence(zone: str, local: str) -> None:
    with pytest.raises(Invalid):
        moment_of(datetime.fromisoformat(local), zone)


def test_the_time_is_said_back_with_its_zone() -> None:
    assert in_words(words("en"), NOON, "Asia/Kolkata") == "Thursday 5 March, 12:00 pm (India Time)"


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=1), "about 1 minute"),
        (timedelta(minutes=42), "about 42 minutes"),
        (timedelta(minutes=60), "about 1 hour"),
        (timedelta(minutes=201), "about 3 hours 20 minutes"),
        (timedelta(hours=23, minutes=59), "about 1 day"),
        (timedelta(hours=52, minutes=20), "about 2 days 4 hours"),
    ],
)
def test_a_duration_is_said_as_people_say_it(time: timedelta, said: str) -> None:
    assert duration_in_words(words("en"), time) == said


def test_a_rehearsal_promises_no_more_than_the_engine_can() -> None:
    """Ten thousand at a thousand times the speed of life: minutes, though the gaps alone make half of one."""
    began = clock.now()
    done_at = plan(Limits(False), Crowd(known=10_000, new=0), "fast", began, speed=1000).done_at

    assert done_at is not None
    assert done_at - began > timedelta(minutes=3)


async def test_it_waits_for_its_time_and_then_goes_by_itself(shop: Shop, noon: pytest.MonkeyPatch) -> None:
    campaign = await shop.draft(await shop.people(3))
    assert await schedule(shop.actor, campaign, minutes_later(30)) == NOON + timedelta(minutes=30)

    assert await launch_due() == 0
    assert (await campaign_now(campaign)).status == "scheduled"

    it_is(noon, NOON + timedelta(minutes=31))
    assert await launch_due() == 1
    assert (await campaign_now(campaign)).status == "running"
    assert len(await shop.statuses(campaign)) == 3


async def test_many_processes_launch_each_due_campaign_once(shop: Shop, noon: pytest.MonkeyPatch) -> None:
    people = await shop.people(3)
    campaigns = [await shop.draft(people) for _ in range(12)]
    for campaign in campaigns:
        await schedule(shop.actor, campaign, minutes_later(5))

    it_is(noon, NOON + timedelta(minutes=6))
    launched = await asyncio.gather(*(launch_due() for _ in range(4)))

    assert sum(launched) == 12
    assert all([len(await shop.statuses(campaign)) == 3 for campaign in campaigns])


async def test_what_was_due_while_we_were_away_is_held_and_asks(shop: Shop, noon: pytest.MonkeyPatch) -> None:
    campaign = await shop.draft(await shop.people(2))
    await schedule(shop.actor, campaign, minutes_later(5))

    it_is(noon, NOON + timedelta(minutes=16))
    assert await launch_due() == 0
    held = await campaign_now(campaign)
    assert (held.status, held.problem) == ("held", TimePassed.sentence)
    assert await shop.statuses(campaign) == {}

    await launch(shop.actor, campaign)
    running = await campaign_now(campaign)
    assert (running.status, running.problem) == ("running", None)


async def test_a_held_campaign_can_be_given_another_time_or_become_a_draft(
    shop: Shop, noon: pytest.MonkeyPatch
) -> None:
    campaign = await shop.draft(await shop.people(2))
    await schedule(shop.actor, campaign, minutes_later(5))
    it_is(noon, NOON + timedelta(hours=5))
    await launch_due()

    await schedule(shop.actor, campaign, minutes_later(600))
    await unschedule(shop.actor, campaign)
    assert (await campaign_now(campaign)).scheduled_at is None
    await draft.save(shop.actor, campaign, {"name": "A draft again"})


async def test_what_cannot_be_launched_at_its_time_is_held_with_the_reason(
    shop: Shop, noon: pytest.MonkeyPatch
) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    empty = await shop.draft([ravi])
    nameless = await shop.draft([meena], text="Hello {name}")
    sound = await shop.draft(await shop.people(1))
    for campaign in (empty, nameless, sound):
        await schedule(shop.actor, campaign, minutes_later(5))
    async with transaction() as db:
        (await db.get_one(Contact, ravi.id)).consent = "withdrawn"
        (await db.get_one(Contact, meena.id)).name = ""

    it_is(noon, NOON + timedelta(minutes=6))
    assert await launch_due() == 1, "the others do not keep it from going"

    first, second = await campaign_now(empty), await campaign_now(nameless)
    assert (first.status, first.problem) == ("held", EmptyAudience.sentence)
    assert (second.status, second.problem) == ("held", MissingBlanks.sentence)
    assert second.facts == {"people": 1, "blank": "name"}
    assert await shop.statuses(empty) == {}


async def test_only_what_could_be_launched_now_is_scheduled(shop: Shop) -> None:
    (nameless,) = await shop.contacts("")
    campaign = await shop.draft([nameless], text="Hello {name}")
    with pytest.raises(MissingBlanks):
        await schedule(shop.actor, campaign, minutes_later(5))
    assert (await campaign_now(campaign)).status == "draft"


async def test_a_launch_or_a_cancel_ends_the_waiting(shop: Shop, noon: pytest.MonkeyPatch) -> None:
    people = await shop.people(1)
    launched, cancelled = await shop.draft(people), await shop.draft(people)
    for campaign in (launched, cancelled):
        await schedule(shop.actor, campaign, minutes_later(5))
    await launch(shop.actor, launched)
    await shop.cancels(cancelled)

    it_is(noon, NOON + timedelta(minutes=6))
    assert await launch_due() == 0
    with pytest.raises(WrongMoment):
        await unschedule(shop.actor, launched)
    with pytest.raises(WrongMoment):
        await schedule(shop.actor, cancelled, minutes_later(60))


async def test_a_stranger_schedules_nothing(shop: Shop, house: House) -> None:
    campaign = await shop.draft(await shop.people(1))
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        with pytest.raises(NotFound):
            await schedule(other.actor, campaign, minutes_later(5))
        with pytest.raises(NotFound):
            await unschedule(other.actor, campaign)


async def test_the_workspaces_zone_decides_not_the_servers(shop: Shop) -> None:
    campaign = await shop.draft(await shop.people(1))
    nepal = Actor(shop.actor.person_id, shop.actor.workspace_id, "Asha", timezone="Asia/Kathmandu")
    at = await schedule(nepal, campaign, datetime(2026, 3, 5, 19, 40))  # noqa: DTZ001
    assert at == (await campaign_now(campaign)).scheduled_at == datetime(2026, 3, 5, 13, 55, tzinfo=UTC)
