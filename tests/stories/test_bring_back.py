"""What was deleted comes back with a tap, as it was, for ten minutes: to its own shop alone,
and nobody who asked to be forgotten.

Asha owns the shop, Chitra is a stranger, Ravi and Meena are contacts.
"""

import pytest
from sqlalchemy import text

from models.db import transaction
from models.states import Consent, Kind, Thing
from services.access import bin as paper_bin
from services.access.bin import GoneForGood, thrown
from services.campaigns import draft
from services.contacts import edit
from services.contacts.add import add
from services.contacts.find import Asked
from services.contacts.person import person
from services.contacts.search import search
from services.errors import NotFound
from services.ops.erase import erase_contact
from services.templates import write
from tests.conftest import House
from tests.shop import Shop, open_shop

LATER = text("UPDATE binned SET binned_at = binned_at - interval '11 minutes'")
IN_BIN = text("SELECT count(*) FROM binned")


async def test_a_person_comes_back_whole_and_a_second_tap_does_nothing(shop: Shop) -> None:
    contact = await add(shop.actor, name="Ravi", phone="9812300001", tags="VIP", agreement="He said yes.")
    before = await person(shop.actor, contact)

    deleted = await edit.delete(shop.actor, [contact])
    with pytest.raises(NotFound):
        await person(shop.actor, contact)
    assert await edit.bring_back(shop.actor, deleted.token) == [contact]

    assert await person(shop.actor, contact) == before
    with pytest.raises(GoneForGood):
        await edit.bring_back(shop.actor, deleted.token)


async def test_many_come_back_but_who_was_added_anew_stays_as_they_are(shop: Shop) -> None:
    people = await shop.people(5)
    deleted = await edit.delete(shop.actor, Asked())
    assert deleted.count == 5
    anew = await add(shop.actor, name="Anew", phone=people[0].phone)

    assert len(await edit.bring_back(shop.actor, deleted.token)) == 4

    assert (await person(shop.actor, anew)).name == "Anew"
    assert (await search(shop.actor, Asked(), 1)).found == 5


async def test_a_stop_that_came_meanwhile_is_not_undone(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    deleted = await edit.delete(shop.actor, [ravi.id])
    await shop.hears(ravi.phone, "STOP")

    await edit.bring_back(shop.actor, deleted.token)

    assert (await person(shop.actor, ravi.id)).consent is Consent.WITHDRAWN


async def test_whoever_is_erased_does_not_come_back(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    deleted = await edit.delete(shop.actor, [ravi.id])
    anew = await add(shop.actor, name="Ravi", phone=ravi.phone)
    await erase_contact(shop.actor, anew)

    with pytest.raises(GoneForGood):
        await edit.bring_back(shop.actor, deleted.token)


async def test_a_template_comes_back_with_its_languages(shop: Shop) -> None:
    texts = {"en": "Your order is ready", "hi": "आपका ऑर्डर तैयार है"}
    template = await write.create(shop.actor, "Ready", texts, kind=Kind.SERVICE)
    before = await write.find(shop.actor, template)

    token = await write.delete_template(shop.actor, template)
    told = await thrown(shop.actor, token)
    assert told is not None
    assert (told.what, told.name) == (Thing.TEMPLATE, "Ready")
    assert await write.bring_back(shop.actor, token) == template

    assert await write.find(shop.actor, template) == before


async def test_a_draft_comes_back_under_its_old_address(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    campaign = await shop.draft(to=[ravi], text="Hello {name}")
    before = await draft.find(shop.actor, campaign)

    assert await draft.bring_back(shop.actor, await draft.delete_draft(shop.actor, campaign)) == campaign

    assert (await draft.find(shop.actor, campaign)).model_dump() == before.model_dump()


async def test_a_stranger_brings_nothing_back(shop: Shop, house: House) -> None:
    (ravi,) = await shop.contacts("Ravi")
    people = await edit.delete(shop.actor, [ravi.id])
    template = await write.delete_template(shop.actor, await write.create(shop.actor, "T", {"en": "x"}))
    campaign = await draft.delete_draft(shop.actor, await shop.draft(to=[]))
    async with open_shop(house.folder, "Chitra's Saris", owner="Chitra") as other:
        assert await thrown(other.actor, people.token) is None
        for bring_back, token in (
            (edit.bring_back, people.token),
            (write.bring_back, template),
            (draft.bring_back, campaign),
        ):
            with pytest.raises(GoneForGood):
                await bring_back(other.actor, token)


async def test_after_ten_minutes_nothing_is_left_of_it(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    deleted = await edit.delete(shop.actor, [ravi.id])
    await paper_bin.empty()
    assert await thrown(shop.actor, deleted.token) is not None
    async with transaction() as db:
        await db.execute(LATER)

    assert await thrown(shop.actor, deleted.token) is None
    with pytest.raises(GoneForGood):
        await edit.bring_back(shop.actor, deleted.token)
    await paper_bin.empty()
    async with transaction() as db:
        assert await db.scalar(IN_BIN) == 0
