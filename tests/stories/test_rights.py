"""Everybody may know what a shop keeps about them, and be forgotten; each such deed is remembered for good.

The cast: Asha owns the shop, Chitra owns another. Ravi and Meena are contacts.
"""

import asyncio
import json

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from models.db import transaction
from services.access.audit import Deed, entries
from services.access.typed import keep, kept
from services.analytics.chats import inbox
from services.campaigns.find import find_campaign
from services.campaigns.launch import start
from services.campaigns.ready import EmptyAudience
from services.clock import now
from services.consent.hashing import phone_hash
from services.consent.suppress import is_suppressed
from services.contacts.add import add
from services.contacts.agree import asked_to_stop
from services.contacts.edit import delete, edit
from services.contacts.find import Asked
from services.contacts.person import person
from services.contacts.search import search
from services.errors import NotFound
from services.gateways.protocol import ReplyHeard
from services.ops.erase import erase_chat, erase_contact
from services.ops.person_file import person_file
from services.sending.chats import answer, find_chat
from services.sending.inbox import take
from services.sending.outbox import send_to
from tests.conftest import House
from tests.shop import Shop, Someone, open_shop
from tests.visitor import logged_in

STRANGER = "+919811100077"


async def chat_with(shop: Shop, phone: str) -> int:
    (line,) = [line for line in (await inbox(shop.actor)).lines if line.phone == phone]
    return line.id


async def talked(shop: Shop) -> Someone:
    """Ravi got a campaign, wrote, and was answered."""
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched(to=[ravi], text="Hello {name}, laddus today")
    await shop.pump_dry()
    await shop.hears(from_=ravi, text="Bring <two> boxes to 12 MG Road")
    await answer(shop.actor, await chat_with(shop, ravi.phone), "At five, Ravi.")
    await shop.pump_dry()
    return ravi


async def traces(shop: Shop, *words: str) -> list[str]:
    """The tables in which one of these words still stands, anywhere in a row."""
    found = []
    async with transaction() as db:
        tables = await db.scalars(
            sql(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        )
        for table in sorted(tables):
            for word in words:
                asked = sql(f"SELECT count(*) FROM {table} t WHERE position(:word IN t::text) > 0")  # noqa: S608
                if await db.scalar(asked, {"word": word}):
                    found.append(f"{table}: {word}")
    return found


async def test_everything_about_a_person_is_in_their_file(shop: Shop) -> None:
    ravi = await talked(shop)
    found = await person_file(shop.actor, ravi.id)

    assert (found.name, found.phone, found.consent) == ("Ravi", ravi.phone, "given")
    assert [line.text for line in found.sent] == ["Hello Ravi, laddus today", "At five, Ravi."]
    assert "Bring <two> boxes to 12 MG Road" in [line.text for line in found.written]
    assert [entry.deed for entry in (await entries(shop.actor)).entries] == [Deed.EXPORTED, Deed.LAUNCHED]


async def test_the_file_comes_to_read_and_for_a_computer(shop: Shop, house: House) -> None:
    ravi = await talked(shop)
    async with logged_in(shop.actor) as browser:
        page = await browser.looks_at(f"/contacts/{ravi.id}/data.html")
        data = await browser.looks_at(f"/contacts/{ravi.id}/data.json")

    assert "attachment" in page.headers["content-disposition"]
    assert "Bring &lt;two&gt; boxes" in page.text
    assert "At five, Ravi." in page.text
    assert json.loads(data.text)["phone"] == ravi.phone
    async with (
        open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras,
        logged_in(chitras.actor) as browser,
    ):
        for kind in ("html", "json"):
            assert (await browser.looks_at(f"/contacts/{ravi.id}/data.{kind}")).status_code == 404


async def test_who_is_no_contact_may_know_too(shop: Shop, house: House) -> None:
    await shop.hears(from_=STRANGER, text="Who gave you my number?")
    chat = await chat_with(shop, STRANGER)
    await answer(shop.actor, chat, "Nobody: you wrote to us.")
    await shop.pump_dry()
    async with logged_in(shop.actor) as browser:
        page = await browser.looks_at(f"/inbox/{chat}/data.html")
        data = await browser.looks_at(f"/inbox/{chat}/data.json")

    told = json.loads(data.text)
    assert [line["text"] for line in told["written"]] == ["Who gave you my number?"]
    assert [line["text"] for line in told["sent"]] == ["Nobody: you wrote to us."]
    assert (told["since"], told["consent"]) == (None, "unknown")
    assert "Not a contact" in page.text
    assert {entry.deed for entry in (await entries(shop.actor)).entries} == {Deed.EXPORTED}
    async with (
        open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras,
        logged_in(chitras.actor) as browser,
    ):
        for kind in ("html", "json"):
            assert (await browser.looks_at(f"/inbox/{chat}/data.{kind}")).status_code == 404


async def test_what_was_sent_before_a_contact_was_deleted_and_came_anew_is_theirs_still(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched(to=[ravi], text="Before, {name}")
    await shop.pump_dry()
    await delete(shop.actor, [ravi.id])
    again = await add(shop.actor, name="Ravi", phone=ravi.phone)

    assert [line.text for line in (await person_file(shop.actor, again)).sent] == ["Before, Ravi"]
    await erase_contact(shop.actor, again)
    assert await traces(shop, ravi.phone, "Ravi") == []


async def test_who_has_another_number_now_is_not_mixed_up_with_who_has_the_old_one(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched(to=[ravi], text="Before, {name}")
    await shop.pump_dry()
    await edit(shop.actor, ravi.id, name="Ravi", phone="+919812300055", language=None, tags=[], fields={})
    meena = await add(shop.actor, name="Meena", phone=ravi.phone)
    await shop.launched(to=[Someone(ravi.id, "Ravi", "+919812300055")], text="After, {name}", kind="service")
    await shop.pump_dry()

    assert [line.text for line in (await person_file(shop.actor, meena)).sent] == ["Before, Ravi"]
    await erase_contact(shop.actor, meena)
    assert [line.text for line in (await person_file(shop.actor, ravi.id)).sent][-1:] == ["After, Ravi"]


async def test_of_an_erased_person_only_the_hash_stays(shop: Shop) -> None:
    ravi = await talked(shop)
    assert await traces(shop, ravi.phone)
    await erase_contact(shop.actor, ravi.id)

    assert await traces(shop, ravi.phone, ravi.phone[3:], "Ravi", "MG Road") == []
    async with transaction() as db:
        assert await is_suppressed(db, shop.actor.workspace_id, ravi.phone)
    with pytest.raises(NotFound):
        await person(shop.actor, ravi.id)
    assert (await inbox(shop.actor)).found == 0


async def test_the_numbers_of_old_campaigns_stay_true(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched(to=[ravi, meena])
    await shop.pump_dry()
    before = await shop.counts(campaign)
    await erase_contact(shop.actor, ravi.id)

    assert (await shop.counts(campaign)).total == before.total
    assert sorted(await shop.statuses(campaign)) == sorted(["", meena.phone])


@pytest.mark.parametrize("place", ["/contacts/new", "/contacts/import"])
async def test_what_was_typed_of_an_erased_person_and_not_saved_is_gone(shop: Shop, place: str) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await keep(shop.actor, place, {"paste": f"Meena {meena.phone}"})
    await erase_contact(shop.actor, ravi.id)
    assert await kept(shop.actor, place), "it is not about Ravi"

    by_hand = f"{meena.phone[3:8]} {meena.phone[8:]}"
    await keep(shop.actor, place, {"paste": f"Sunita 98111 40010\nMeena {by_hand}"})
    await erase_contact(shop.actor, meena.id)

    assert await kept(shop.actor, place) == {}


async def test_what_still_waits_for_an_erased_person_never_leaves(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched(to=[ravi, meena])
    await shop.hears(from_=ravi, text="Delete my data")
    await answer(shop.actor, await chat_with(shop, ravi.phone), "Yes, at once.")
    await erase_contact(shop.actor, ravi.id)
    await shop.pump_dry()

    assert shop.phones_reached() == [meena.phone]
    told = await shop.counts(campaign)
    assert (told.queued, told.skipped, told.total) == (0, 1, 2)


async def test_an_erased_person_is_not_brought_back_by_a_list(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await erase_contact(shop.actor, ravi.id)
    again = await add(shop.actor, name="Ravi", phone=ravi.phone, agreement="They agreed.")

    assert (await person(shop.actor, again)).consent == "withdrawn"
    with pytest.raises(EmptyAudience):
        await shop.launched(to=[Someone(again, "Ravi", ravi.phone)])


async def test_somebody_who_is_no_contact_can_be_erased_too(shop: Shop) -> None:
    await shop.hears(from_=STRANGER, text="Who gave you my number? MG Road")
    await erase_chat(shop.actor, await chat_with(shop, STRANGER))

    assert await traces(shop, STRANGER, "MG Road") == []
    assert (await inbox(shop.actor)).found == 0


async def test_a_message_told_again_does_not_bring_the_text_back(shop: Shop) -> None:
    said = ReplyHeard(shop.sender_id, STRANGER, "MG Road", "once", now())
    await take([said])
    await erase_chat(shop.actor, await chat_with(shop, STRANGER))
    await take([said])

    assert await traces(shop, STRANGER, "MG Road") == []


async def test_one_persons_erasure_leaves_the_others(shop: Shop, house: House) -> None:
    ravi = await talked(shop)
    (meena,) = await shop.contacts("Meena")
    await shop.hears(from_=meena, text="Price?")
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        (same,) = await chitras.contacts("Ravi", phones=[ravi.phone])
        with pytest.raises(NotFound):
            await erase_contact(chitras.actor, ravi.id)
        await erase_contact(shop.actor, ravi.id)
        assert (await person(chitras.actor, same.id)).name == "Ravi"

    assert [line.name for line in (await inbox(shop.actor)).lines] == ["Meena"]
    assert [one.name for one in (await search(shop.actor, Asked())).people] == ["Meena"]


async def test_the_record_names_nobody_and_cannot_be_changed(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await asked_to_stop(shop.actor, meena.id)
    await erase_contact(shop.actor, ravi.id)
    erased, opted_out = (await entries(shop.actor)).entries

    assert (erased.deed, erased.who) == (Deed.ERASED, "Asha")
    assert opted_out.deed is Deed.OPTED_OUT
    assert erased.about == phone_hash(shop.actor.workspace_id, ravi.phone).hex()[:8]
    for change in (
        "UPDATE audit_entry SET who = 'nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ):
        with pytest.raises(DBAPIError, match="only added to"):
            async with transaction() as db:
                await db.execute(sql(change))
    assert len((await entries(shop.actor)).entries) == 2


async def over_or_waiting(shop: Shop, erasing: "asyncio.Task[None]") -> None:
    """The erasure has ended, or waits for a lock."""
    waiting = sql("SELECT count(*) FROM pg_locks WHERE NOT granted")

    async def is_so() -> bool:
        async with transaction() as db:
            return erasing.done() or bool(await db.scalar(waiting))

    await shop.until(is_so)


async def test_who_is_erased_during_a_launch_is_not_left_in_it(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign_id = await shop.draft(to=[ravi, meena])
    async with transaction() as db:
        await start(db, shop.actor, await find_campaign(db, shop.actor, campaign_id, lock=True))
        erasing = asyncio.create_task(erase_contact(shop.actor, ravi.id))
        await over_or_waiting(shop, erasing)
    await erasing

    assert await traces(shop, ravi.phone, "Ravi") == []
    told = await shop.counts(campaign_id)
    assert (told.queued, told.skipped, told.total) == (1, 1, 2)


async def test_who_is_erased_while_they_are_answered_leaves_no_answer(shop: Shop) -> None:
    await shop.hears(from_=STRANGER, text="Who are you?")
    chat_id = await chat_with(shop, STRANGER)
    async with transaction() as db:
        found = await find_chat(db, shop.actor, chat_id)
        await send_to(db, found.whom, "A shop in MG Road")
        erasing = asyncio.create_task(erase_chat(shop.actor, chat_id))
        await over_or_waiting(shop, erasing)
    await erasing

    assert await traces(shop, STRANGER, "MG Road") == []
