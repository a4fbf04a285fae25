"""A shop sees how its number stands and how much it may send, and changes that within bounds.

Asha owns the shop, Chitra owns another.
"""

from datetime import timedelta

import pytest

from models.db import transaction
from models.sender import Sender
from services.access.audit import Deed, entries
from services.clock import now
from services.errors import Invalid, NotFound
from services.senders.care import Level, care, set_limits
from services.senders.rules import Rules, change_rules, rules_of
from tests.conftest import House
from tests.shop import Shop, open_shop


async def put(shop: Shop, **facts: object) -> None:
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        for name, value in facts.items():
            setattr(sender, name, value)


async def sentences(shop: Shop) -> list[tuple[Level, str]]:
    return [(sign.level, sign.sentence) for sign in (await care(shop.actor, shop.sender_id)).signs]


async def test_a_new_number_is_to_be_treated_with_care(shop: Shop) -> None:
    await put(shop, plays_limits=True)
    seen = await care(shop.actor, shop.sender_id)
    assert (seen.level, seen.limits.cap, seen.next_cap) == (Level.WATCH, 50, 75)


async def test_what_happened_is_what_is_said_and_the_worst_comes_first(shop: Shop) -> None:
    await put(shop, plays_limits=True, clean_days=9, cold_total=40, cold_refused=6)
    assert (await care(shop.actor, shop.sender_id)).level is Level.WATCH
    await put(shop, restricted_until=now() + timedelta(hours=3), troubled_at=now())
    told = await sentences(shop)
    assert told[0] == (Level.DANGER, "WhatsApp lets it write to nobody new until {until}.")
    assert (Level.CALM, "{count} days of sending without trouble.") in told
    await put(shop, restricted_until=now(), troubled_at=now() - timedelta(days=8), cold_refused=0)
    assert (await care(shop.actor, shop.sender_id)).level is Level.CALM


async def test_opt_outs_of_the_last_month_count(shop: Shop) -> None:
    people = await shop.people(60)
    await shop.launched(people)
    async with shop.engine():
        await shop.until(shop.nothing_queued)
    for person in people[:2]:
        await shop.hears(person, "STOP")
    await put(shop, plays_limits=True, clean_days=9)
    seen = await care(shop.actor, shop.sender_id)
    assert seen.level is Level.DANGER
    assert dict(seen.signs[0].facts)["count"] == 2


async def test_a_rehearsal_has_no_standing(shop: Shop) -> None:
    assert (await care(shop.actor, shop.sender_id)).signs == []


async def test_limits_have_bounds(shop: Shop) -> None:
    for daily_cap, cold_per_day in ((9, 20), (2001, 20), (500, -1), (500, 51)):
        with pytest.raises(Invalid):
            await set_limits(
                shop.actor,
                shop.sender_id,
                daily_cap=daily_cap,
                cold_per_day=cold_per_day,
                plays_limits=True,
            )
    await set_limits(shop.actor, shop.sender_id, daily_cap=40, cold_per_day=5, plays_limits=True)
    limits = (await care(shop.actor, shop.sender_id)).limits
    assert (limits.limited, limits.cap, limits.cold_per_day) == (True, 40, 5)
    (noted,) = (await entries(shop.actor)).entries
    assert (noted.who, noted.deed, noted.facts["daily_cap"]) == ("Asha", Deed.LIMITS_CHANGED, 40)


async def test_what_was_only_played_ends_with_the_play(shop: Shop) -> None:
    await put(shop, plays_limits=True, restricted_until=now() + timedelta(hours=3), alarm="refused_in_a_row")
    await set_limits(shop.actor, shop.sender_id, daily_cap=500, cold_per_day=20, plays_limits=False)
    seen = await care(shop.actor, shop.sender_id)
    assert (seen.sender.restricted_until, seen.sender.alarm) == (None, None)


async def test_quiet_hours_and_how_often_have_bounds(shop: Shop) -> None:
    for rules in (Rules(17 * 60, 9 * 60, 3), Rules(21 * 60, 13 * 60, 3), Rules(21 * 60, 9 * 60, 0)):
        with pytest.raises(Invalid):
            await change_rules(shop.actor, rules)
    await change_rules(shop.actor, Rules(20 * 60, 10 * 60, 1))
    assert await rules_of(shop.actor) == Rules(20 * 60, 10 * 60, 1)


async def test_a_stranger_sees_and_changes_nothing(shop: Shop, house: House) -> None:
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        with pytest.raises(NotFound):
            await care(chitras.actor, shop.sender_id)
        with pytest.raises(NotFound):
            await set_limits(chitras.actor, shop.sender_id, daily_cap=40, cold_per_day=5, plays_limits=True)
