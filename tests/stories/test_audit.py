"""Who came in and who did what is written down, in words, for good; the list has pages.

Asha owns the shop, Chitra is a stranger. Ravi is a contact.
"""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from models.access import Person
from models.db import transaction
from services.access import passwords
from services.access.actor import Actor
from services.access.audit import PAGE, Deed, entries, note
from services.access.login import WrongLogin, all_noted, log_in
from services.access.signup import sign_up
from services.access.throttle import TooManyTries
from services.analytics.export import people_csv
from services.analytics.people import Asked
from services.campaigns.control import cancel
from services.campaigns.schedule import launch_due, schedule
from services.contacts.apply import apply
from services.contacts.edit import delete
from services.contacts.undo import undo
from services.i18n import LANGUAGES, words
from services.senders.care import set_limits
from services.senders.rules import Rules, change_rules
from tests.conftest import House
from tests.lists import AGREEMENT, desk
from tests.shop import Shop, open_shop
from ui.rights.audit_page import _deed, _told

PASSWORD = "Ladoo & kaju 7"


async def deeds(shop: Shop) -> list[Deed]:
    return [entry.deed for entry in (await entries(shop.actor)).entries]


async def can_log_in(shop: Shop) -> str:
    """Asha has a password; her login."""
    async with transaction() as db:
        asha = await db.get_one(Person, shop.actor.person_id)
        asha.password_hash = await passwords.hashed(PASSWORD)
        return asha.login


async def test_who_logs_in_is_written_down_and_so_is_a_wrong_password_once(shop: Shop, house: House) -> None:
    login = await can_log_in(shop)
    await log_in(login, PASSWORD, ip="192.0.2.7")
    for _ in range(3):
        with pytest.raises(WrongLogin):
            await log_in(login, "guess", ip="192.0.2.66")

    await all_noted()  # as a process does that is stopped in this moment
    assert Deed.WRONG_PASSWORD in await deeds(shop)
    for _ in range(4):
        with pytest.raises((WrongLogin, TooManyTries)):
            await log_in(login, "guess", ip="192.0.2.66")
    with pytest.raises(WrongLogin):
        await log_in("nobody@shop.example", "guess", ip="192.0.2.66")
    assert await deeds(shop) == [Deed.WRONG_PASSWORD, Deed.LOGGED_IN], "once, however often it was tried"
    wrong, right = (await entries(shop.actor)).entries
    assert (wrong.who, wrong.facts) == ("", {"name": "Asha", "address": "192.0.2.66"})
    assert (right.who, right.facts) == ("Asha", {"address": "192.0.2.7"})


async def test_a_shop_begins_with_who_signed_up(house: House) -> None:
    await sign_up(name="Asha", business="Sweets", login="asha@new.example", password=PASSWORD, ip="192.0.2.9")
    async with transaction() as db:
        (asha,) = await db.scalars(select(Person).where(Person.login == "asha@new.example"))  # type: ignore[arg-type]
    (begun,) = (await entries(Actor(asha.id, asha.workspace_id, "Asha"))).entries
    assert (begun.who, begun.deed, begun.facts) == ("Asha", Deed.SIGNED_UP, {"address": "192.0.2.9"})


async def test_lists_campaigns_and_settings_are_in_it(shop: Shop) -> None:
    people = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched(people)
    await cancel(shop.actor, campaign)
    async for _piece in await people_csv(shop.actor, campaign, Asked()):
        pass
    await delete(shop.actor, [people[1].id])
    await set_limits(shop.actor, shop.sender_id, daily_cap=80, cold_per_day=5, plays_limits=False)
    await change_rules(shop.actor, Rules(22 * 60, 8 * 60 + 30, 2))

    assert await deeds(shop) == [
        Deed.RULES_CHANGED,
        Deed.LIMITS_CHANGED,
        Deed.DELETED,
        Deed.DOWNLOADED,
        Deed.CANCELLED,
        Deed.LAUNCHED,
    ]
    _ = words("en")
    said = [_told(_, entry, shop.actor.timezone) for entry in (await entries(shop.actor)).entries]
    assert said[0] == "Quiet from 10:00 pm to 8:30 am · 2 offers a week"
    assert said[1] == "Sandbox: 80 messages a day at most, 5 of them to new people"
    assert said[2] == "1 person"
    assert said[4].endswith("· 2 people")


async def test_an_import_and_its_undo_are_in_it(shop: Shop, house: House) -> None:
    async with desk(shop.actor, house.folder / "imports") as asha:
        preview = await asha.brings("Ravi,9812300077\nMeena,9812300078\n")
        await apply(shop.actor, preview.id, agreement=AGREEMENT)
        await undo(shop.actor, preview.id)

    _ = words("en")
    undone, imported = (await entries(shop.actor)).entries
    assert (imported.deed, undone.deed) == (Deed.IMPORTED, Deed.IMPORT_UNDONE)
    assert _told(_, imported, shop.actor.timezone).endswith(": 2 new, 0 changed, 2 agreed")
    assert _told(_, undone, shop.actor.timezone).endswith(": 2 people are gone again")


async def test_what_a_schedule_launches_has_begun_by_itself(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    draft = await shop.draft([ravi])
    await schedule(shop.actor, draft, datetime.now().replace(microsecond=0) + timedelta(days=2))  # noqa: DTZ005
    async with transaction() as db:
        await db.execute(sql("UPDATE campaign SET scheduled_at = now() WHERE id = :id"), {"id": draft})
    assert await launch_due() == 1
    launched, planned = (await entries(shop.actor)).entries
    assert (launched.deed, launched.who) == (Deed.LAUNCHED, "")
    assert (planned.deed, planned.who) == (Deed.SCHEDULED, "Asha")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("deed", Deed)
async def test_every_deed_has_its_sentence_in_every_language(shop: Shop, language: str, deed: Deed) -> None:
    async with transaction() as db:
        await note(db, shop.actor, deed)
    (entry,) = (await entries(shop.actor)).entries
    said = _deed(words(language), entry)
    assert len(said) > len("Asha ")
    assert language == "en" or re.search("[\u0900-\u097f]", said)


async def test_the_list_has_pages_and_is_the_shops_own(shop: Shop, house: House) -> None:
    async with transaction() as db:
        for number in range(PAGE + 3):
            await note(db, shop.actor, Deed.LAUNCHED, campaign=f"Campaign {number}", people=1)
    first, second = await entries(shop.actor), await entries(shop.actor, 2)
    told = [entry.facts["campaign"] for page in (first, second) for entry in page.entries]
    assert told == [f"Campaign {number}" for number in reversed(range(PAGE + 3))]
    assert (first.more, second.more) == (True, False)
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        assert (await entries(chitras.actor)).entries == []
