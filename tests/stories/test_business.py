"""A shop's name and clock can be changed; everybody of it sees them at once, and nobody else's move.

The cast: Asha owns the shop, Chitra owns another.
"""

import pytest

from models.access import Person
from models.db import transaction
from services.access import sessions
from services.access.actor import Actor
from services.access.audit import Deed, entries
from services.access.business import change_business
from services.errors import Invalid
from services.i18n import words
from tests.conftest import House
from tests.shop import Shop, open_shop


async def logged_in(shop: Shop) -> str:
    async with transaction() as db:
        return await sessions.begin(db, await db.get_one(Person, shop.actor.person_id))


async def who(secret: str) -> Actor:
    found = await sessions.recognise(secret)
    assert found is not None
    return found.actor


async def test_a_new_name_and_clock_are_seen_on_every_phone_of_the_shop(shop: Shop, house: House) -> None:
    async with open_shop(house.folder, "Chitra's Pens", owner="Chitra") as chitra:
        hers, other, strange = await logged_in(shop), await logged_in(shop), await logged_in(chitra)
        for secret in (hers, other, strange):
            await who(secret)  # Redis remembers them

        await change_business(shop.actor, "  Asha \u200b Sweets\n", "Asia/Dubai")

        for secret in (hers, other):
            seen = await who(secret)
            assert (seen.workspace_name, seen.timezone) == ("Asha Sweets", "Asia/Dubai")
        assert (await who(strange)).workspace_name == "Chitra's Pens"
    (entry,) = (await entries(shop.actor)).entries
    assert (entry.deed, entry.facts) == (
        Deed.BUSINESS_CHANGED,
        {"business": "Asha Sweets", "zone": "Asia/Dubai"},
    )


@pytest.mark.parametrize(
    ("name", "zone"), [("\u200b ", "Asia/Kolkata"), ("A" * 81, "Asia/Kolkata"), ("Asha", "Mars")]
)
async def test_nonsense_changes_nothing(shop: Shop, name: str, zone: str) -> None:
    secret = await logged_in(shop)
    before = await who(secret)
    with pytest.raises(Invalid):
        await change_business(shop.actor, name, zone)

    assert await who(secret) == before


def test_a_clock_is_said_in_the_reader_s_language() -> None:
    assert [words(one).zone("Asia/Kolkata") for one in ("en", "hi", "mr")] == [
        "India Time",
        "भारत समय",
        "भारत वेळ",
    ]
