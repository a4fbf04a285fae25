"""The first page tells what needs a human, and the people behind the week's numbers are those it counts.

Asha owns the shop, Chitra is a stranger, Ravi and Meena are contacts.
"""

from models.states import CampaignStatus
from services.analytics.home import home
from services.analytics.week import Behind, people_of_week
from services.campaigns.control import pause
from services.contacts.agree import asked_to_stop
from tests.conftest import House
from tests.shop import Shop, open_shop
from tests.visitor import Visitor


async def test_a_newcomer_is_where_they_left_off(shop: Shop) -> None:
    at_first = await home(shop.actor)
    await shop.contacts("Ravi")
    with_contacts = await home(shop.actor)
    await shop.draft(to=[])
    begun = await home(shop.actor)

    assert (at_first.has_contacts, at_first.is_new, at_first.is_set_up) == (False, True, False)
    assert (with_contacts.has_contacts, with_contacts.is_set_up) == (True, False)
    assert begun.is_set_up


async def test_the_week_counts_the_people_that_it_opens(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena", phones=["+916104020222", "+916104020404"])
    campaign = await shop.launched(to=[ravi, meena])
    async with shop.engine():
        await shop.until(lambda: replied(shop))

    week = (await home(shop.actor)).week
    behind = {
        standing: [one.name for one in (await people_of_week(shop.actor, standing, rehearsed=True)).people]
        for standing in Behind
    }

    assert week.rehearsed
    assert behind == {
        Behind.SENT: ["Ravi"],
        Behind.READ: ["Ravi"],
        Behind.REPLIED: ["Ravi"],
        Behind.STOPPED: [],
    }
    assert (week.sent, week.read, week.replied) == (1, 1, 1)
    assert (await people_of_week(shop.actor, Behind.SENT, rehearsed=False)).people == []
    assert (await shop.counts(campaign)).failed == 1


async def test_who_said_stop_is_behind_the_weeks_number_and_nobody_of_other_weeks(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena", phones=["+916104020111", "+916104020222"])
    (sunil,) = await shop.contacts("Sunil")
    await asked_to_stop(shop.actor, sunil.id)  # and not in answer to a campaign
    await shop.launched(to=[ravi, meena])
    async with shop.engine():
        await shop.until(lambda: stopped(shop))

    behind = await people_of_week(shop.actor, Behind.STOPPED, rehearsed=True)

    assert [one.name for one in behind.people] == ["Ravi"]


async def stopped(shop: Shop) -> bool:
    return (await home(shop.actor)).week.stopped == 1


async def replied(shop: Shop) -> bool:
    week = (await home(shop.actor)).week
    return (week.read, week.replied) == (1, 1) and await shop.nothing_queued()


async def test_a_stranger_sees_another_week(shop: Shop, house: House) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched(to=[ravi])
    await shop.pump_dry()
    async with open_shop(house.folder, "Chitra's Saris", owner="Chitra") as other:
        seen = await home(other.actor)
        people = await people_of_week(other.actor, Behind.SENT, rehearsed=True)

    assert seen.week.sent == 0
    assert people.people == []


async def test_what_was_paused_by_hand_waits_for_nobody(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    campaign = await shop.launched(to=[ravi])
    await pause(shop.actor, campaign)

    seen = await home(shop.actor)

    assert seen.held == []
    assert [one.status for one in seen.campaigns] == [CampaignStatus.PAUSED]


async def test_the_week_is_for_those_who_are_logged_in() -> None:
    async with Visitor() as passer_by:
        answer = await passer_by.looks_at("/week")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
