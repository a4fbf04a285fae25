"""The shop's people: added, found, changed, tagged and deleted, by the shop alone.

Asha owns the shop; Chitra, of another shop, must not see or touch her people.
"""

import pytest

from models.db import transaction
from models.states import Consent
from services.consent import record
from services.consent.hashing import phone_hash
from services.consent.suppress import is_suppressed
from services.contacts.add import add
from services.contacts.agree import AskedToStop, agreed, asked_to_stop, one_agreed
from services.contacts.edit import delete, edit
from services.contacts.find import AlreadyThere, Asked
from services.contacts.person import PersonPage, person
from services.contacts.search import PAGE, search
from services.contacts.tags import put_on, tags, take_off
from services.errors import Invalid, NotFound
from tests.conftest import House
from tests.shop import Shop, open_shop

AGREED = "This person agreed to hear from us on WhatsApp."


async def names(shop: Shop, asked: Asked) -> list[str]:
    return sorted(someone.name for someone in (await search(shop.actor, asked)).people)


async def changed(shop: Shop, who: PersonPage, **form: object) -> PersonPage:
    """The person after the form was saved with these changes."""
    filled = {"name": who.name, "phone": who.phone, "language": who.language, "tags": who.tags}
    await edit(shop.actor, who.id, **{**filled, "fields": who.fields, **form})  # type: ignore[arg-type]
    return await person(shop.actor, who.id)


async def test_a_person_is_added_as_typed(shop: Shop) -> None:
    id = await add(
        shop.actor,
        name="  रवि   कुमार ",
        phone="०९८७६५ ४३२१०",
        language="hi",
        tags="VIP, vip, Pune",
        agreement=AGREED,
    )
    ravi = await person(shop.actor, id)

    assert (ravi.name, ravi.phone, ravi.language) == ("रवि कुमार", "+919876543210", "hi")
    assert ravi.tags == ["VIP", "Pune"]
    assert ravi.consent == Consent.GIVEN
    assert [(word.wording, word.source, word.by) for word in ravi.history] == [(AGREED, "typed", "Asha")]


async def test_nobody_is_there_twice(shop: Shop) -> None:
    await add(shop.actor, name="Ravi", phone="9876543210")

    with pytest.raises(AlreadyThere) as told:
        await add(shop.actor, name="Ravi again", phone="+91 98765 43210")
    assert told.value.facts["name"] == "Ravi"


async def test_a_wrong_number_is_told(shop: Shop) -> None:
    with pytest.raises(Invalid):
        await add(shop.actor, name="Ravi", phone="98765")


async def test_who_does_not_agree_is_not_noted_as_agreed(shop: Shop) -> None:
    id = await add(shop.actor, name="Ravi", phone="9876543210")

    assert (await person(shop.actor, id)).consent == Consent.UNKNOWN


async def test_a_stop_outlives_the_contact(shop: Shop) -> None:
    first = await add(shop.actor, name="Ravi", phone="9876543210", agreement=AGREED)
    await asked_to_stop(shop.actor, first)
    await delete(shop.actor, [first])
    again = await add(shop.actor, name="Ravi", phone="9876543210", agreement=AGREED)

    assert (await person(shop.actor, again)).consent == Consent.WITHDRAWN
    with pytest.raises(AskedToStop):
        await one_agreed(shop.actor, again, wording=AGREED)


async def test_only_the_person_lifts_a_stop(shop: Shop) -> None:
    id = await add(shop.actor, name="Ravi", phone="9876543210", agreement=AGREED)
    await asked_to_stop(shop.actor, id)
    async with transaction() as db:
        await record.give(db, shop.actor.workspace_id, "+919876543210", source="reply", wording="START")

    ravi = await person(shop.actor, id)
    assert ravi.consent == Consent.GIVEN
    assert [word.consent for word in ravi.history] == [Consent.GIVEN, Consent.WITHDRAWN, Consent.GIVEN]
    async with transaction() as db:
        assert not await is_suppressed(db, shop.actor.workspace_id, ravi.phone)


async def test_many_are_noted_as_agreed_but_never_who_said_stop(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena", agreed=False)
    await asked_to_stop(shop.actor, ravi.id)

    assert await agreed(shop.actor, Asked(), wording=AGREED) == 1
    assert (await person(shop.actor, meena.id)).consent == Consent.GIVEN
    assert (await person(shop.actor, ravi.id)).consent == Consent.WITHDRAWN


async def test_a_person_is_changed(shop: Shop) -> None:
    id = await add(shop.actor, name="Ravi", phone="9876543210", agreement=AGREED)
    form = {"name": "Ravi K", "language": "mr", "tags": "new", "fields": {" City ": "Pune", "empty": " "}}
    ravi = await changed(shop, await person(shop.actor, id), **form)

    assert (ravi.name, ravi.language, ravi.tags, ravi.fields) == ("Ravi K", "mr", ["new"], {"city": "Pune"})
    assert ravi.consent == Consent.GIVEN


async def test_a_new_number_has_not_agreed_yet(shop: Shop) -> None:
    id = await add(shop.actor, name="Ravi", phone="9876543210", agreement=AGREED)
    ravi = await changed(shop, await person(shop.actor, id), phone="9876543211")

    assert (ravi.phone, ravi.consent) == ("+919876543211", Consent.UNKNOWN)


async def test_a_number_that_somebody_has_is_not_taken_twice(shop: Shop) -> None:
    await add(shop.actor, name="Ravi", phone="9876543210")
    id = await add(shop.actor, name="Meena", phone="9876543211")

    with pytest.raises(AlreadyThere):
        await changed(shop, await person(shop.actor, id), phone="9876543210")


async def test_people_are_found_by_a_part_of_name_or_number(shop: Shop) -> None:
    for name, phone in [("रवि कुमार", "9876543210"), ("Meena_1", "9123456789"), ("100% Gita", "9000000001")]:
        await add(shop.actor, name=name, phone=phone)

    assert await names(shop, Asked("कुमार")) == ["रवि कुमार"]
    assert await names(shop, Asked("mEENA")) == ["Meena_1"]
    assert await names(shop, Asked("98765 4")) == ["रवि कुमार"]
    assert await names(shop, Asked("९८७६")) == ["रवि कुमार"]
    assert await names(shop, Asked("091234 56789")) == ["Meena_1"]
    assert await names(shop, Asked("%")) == ["100% Gita"]
    assert await names(shop, Asked("_")) == ["Meena_1"]
    assert await names(shop, Asked("nobody")) == []


async def test_people_are_found_by_tag_and_by_consent(shop: Shop) -> None:
    await add(shop.actor, name="Ravi", phone="9876543210", tags="VIP", agreement=AGREED)
    await add(shop.actor, name="Meena", phone="9876543211", tags="VIP")
    await add(shop.actor, name="Gita", phone="9876543212", agreement=AGREED)

    assert await names(shop, Asked(tag="VIP")) == ["Meena", "Ravi"]
    assert await names(shop, Asked(consent=Consent.GIVEN)) == ["Gita", "Ravi"]
    assert await names(shop, Asked(tag="VIP", consent=Consent.GIVEN)) == ["Ravi"]


async def test_the_list_comes_in_pages(shop: Shop) -> None:
    await shop.people(PAGE + 3)
    first, second = await search(shop.actor, Asked()), await search(shop.actor, Asked(), page=99)

    assert (first.found, first.pages, len(first.people)) == (PAGE + 3, 2, PAGE)
    assert (second.page, len(second.people)) == (2, 3)
    assert not {p.id for p in first.people} & {p.id for p in second.people}


async def test_tags_go_on_and_off_many_at_once(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await put_on(shop.actor, [ravi.id], "VIP")
    await put_on(shop.actor, Asked(), "vip, new")

    assert {count.tag: count.people for count in await tags(shop.actor)} == {"VIP": 2, "new": 2}
    await take_off(shop.actor, [meena.id], "VIP")
    assert {count.tag: count.people for count in await tags(shop.actor)} == {"VIP": 1, "new": 2}


async def test_all_that_were_found_can_be_deleted(shop: Shop) -> None:
    await shop.contacts("Ravi", "Ravina", "Meena")

    assert (await delete(shop.actor, Asked("ravi"))).count == 2
    assert await names(shop, Asked()) == ["Meena"]


async def test_a_stranger_finds_nobody_and_changes_nothing(shop: Shop, house: House) -> None:
    id = await add(shop.actor, name="Ravi", phone="9876543210", tags="VIP")
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        chitra = other.actor
        assert (await search(chitra, Asked())).found == 0
        assert await tags(chitra) == []
        assert (await delete(chitra, [id])).count == 0
        assert await put_on(chitra, [id], "hers") == 0
        assert await take_off(chitra, [id], "VIP") == 0
        assert await agreed(chitra, [id], wording=AGREED) == 0
        for story in (person(chitra, id), asked_to_stop(chitra, id), one_agreed(chitra, id, wording=AGREED)):
            with pytest.raises(NotFound):
                await story
        assert await add(chitra, name="Ravi", phone="9876543210"), "she may know him too"

    ravi = await person(shop.actor, id)
    assert (ravi.name, ravi.tags, ravi.consent) == ("Ravi", ["VIP"], Consent.UNKNOWN)


async def test_a_hash_tells_nothing_across_shops(shop: Shop) -> None:
    assert phone_hash(1, "+919876543210") != phone_hash(2, "+919876543210")
