"""What somebody typed and did not save is there again: for them alone, until it is saved or long forgotten.

Asha owns the shop, Chitra is a stranger.
"""

from datetime import timedelta

from sqlalchemy import text

from models.db import transaction
from services.access import typed
from services.clock import now
from tests.conftest import House
from tests.shop import Shop, open_shop

PLACE = "/templates/new"
AGES = text("UPDATE typed SET typed_at = typed_at - interval '31 days'")
HOW_MANY = text("SELECT count(*) FROM typed WHERE person_id = :person_id")


async def test_the_latest_is_kept_and_what_was_saved_is_let_go(shop: Shop) -> None:
    await typed.keep(shop.actor, PLACE, {"name": "Diw"})
    await typed.keep(shop.actor, PLACE, {"name": "Diwali", "texts": {"hi": "शुभ दीपावली"}})
    assert await typed.kept(shop.actor, PLACE) == {"name": "Diwali", "texts": {"hi": "शुभ दीपावली"}}

    await typed.let_go(shop.actor, PLACE)
    assert await typed.kept(shop.actor, PLACE) == {}


async def test_it_is_nobody_elses(shop: Shop, house: House) -> None:
    await typed.keep(shop.actor, PLACE, {"name": "Diwali"})
    async with open_shop(house.folder, "Chitra's Saris", owner="Chitra") as other:
        assert await typed.kept(other.actor, PLACE) == {}
        await typed.let_go(other.actor, PLACE)

    assert await typed.kept(shop.actor, PLACE) == {"name": "Diwali"}


async def test_what_somebody_saved_later_wins(shop: Shop) -> None:
    await typed.keep(shop.actor, PLACE, {"name": "Diwali"})

    assert await typed.kept(shop.actor, PLACE, since=now() + timedelta(minutes=1)) == {}
    assert await typed.kept(shop.actor, PLACE, since=now() - timedelta(minutes=1)) == {"name": "Diwali"}


async def test_it_does_not_pile_up(shop: Shop) -> None:
    assert not await typed.keep(shop.actor, PLACE, {"text": "x" * typed.MOST_BYTES})
    for place in range(typed.MOST_PLACES + 3):
        await typed.keep(shop.actor, f"/inbox/{place}", {"answer": "Yes"})
    async with transaction() as db:
        assert await db.scalar(HOW_MANY, {"person_id": shop.actor.person_id}) == typed.MOST_PLACES
        await db.execute(AGES)

    await typed.forget_old()

    async with transaction() as db:
        assert await db.scalar(HOW_MANY, {"person_id": shop.actor.person_id}) == 0
