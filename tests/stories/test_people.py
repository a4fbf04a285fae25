"""Every number on the screen opens exactly the people it counts, and each says where they stand and why.

Asha owns the shop, Chitra is a stranger.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator

import pytest
from nicegui import Client, core
from sqlalchemy import text

from models.access import Person
from models.db import transaction
from models.states import Reason
from services.access import sessions
from services.access.actor import Actor
from services.analytics import why
from services.analytics.export import people_csv
from services.analytics.funnel import Progress, progress
from services.analytics.people import Asked, people_behind
from services.analytics.standing import REASONS, Standing
from services.campaigns.control import pause
from services.campaigns.launch import launch
from services.clock import now
from services.errors import NotFound
from tests.conftest import House
from tests.shop import Shop, open_shop
from tests.visitor import Visitor
from ui.campaigns.progress_shown import shown


async def numbers_and_people(shop: Shop, campaign: int) -> tuple[dict[str, int], dict[str, int]]:
    seen = await look(shop, campaign)
    told = {standing.value: getattr(seen, standing.value) for standing in Standing}
    found = {
        standing.value: (await people_behind(shop.actor, campaign, Asked(standing))).found
        for standing in Standing
    }
    return told, found


async def look(shop: Shop, campaign: int) -> Progress:
    return await progress(shop.actor.workspace_id, campaign)


async def rows(actor: Actor, campaign: int, asked: Asked | None = None) -> list[list[str]]:
    """The file, without its first line."""
    pieces = [piece async for piece in await people_csv(actor, campaign, asked or Asked())]
    return list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))[1:]


async def change(sql: str, **blanks: object) -> None:
    async with transaction() as db:
        await db.execute(text(sql), blanks)


async def on_its_way(shop: Shop, campaign: int, phone: str) -> None:
    """The mark that the engine commits before a message leaves."""
    await change(
        "UPDATE sender SET inflight_campaign = :c, inflight_token = '\\x01', inflight_message ="
        " (SELECT id FROM message WHERE campaign_id = :c AND phone = :p) WHERE id = :s",
        c=campaign,
        p=phone,
        s=shop.sender_id,
    )


async def test_every_number_is_the_people_behind_it(shop: Shop) -> None:
    people = await shop.people(6)
    lost = await shop.contacts("Not there", phones=["+919800000404"])
    silent = await shop.contacts("Never asked", agreed=False)
    campaign = await shop.launched([*people, *lost, *silent])
    await shop.pump_dry()
    await shop.hears(people[0], "How much is it?")

    told, found = await numbers_and_people(shop, campaign)

    assert told == found
    assert (told["accepted"], told["failed"], told["skipped"]) == (6, 1, 1)
    assert told["replied"] >= 1  # the sandbox's people answer by themselves, too: 4 in 100


async def test_who_has_read_it_counts_as_delivered_and_as_sent(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(3))
    await shop.pump_dry()
    one_each = "UPDATE campaign_count SET accepted = 1, delivered = 1, read = 1 WHERE campaign_id = :c"
    await change(one_each, c=campaign)

    seen = await look(shop, campaign)

    assert (seen.accepted, seen.delivered, seen.read) == (3, 2, 1)


async def test_the_message_on_its_way_is_neither_waiting_nor_sent(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched([ravi, meena])
    await on_its_way(shop, campaign, ravi.phone)

    told, found = await numbers_and_people(shop, campaign)

    assert told == found
    assert (told["queued"], told["sending"]) == (1, 1)
    page = await people_behind(shop.actor, campaign, Asked(Standing.SENDING))
    assert [one.name for one in page.people] == ["Ravi"]
    assert [(one.name, one.standing) for one in (await look(shop, campaign)).latest] == [
        ("Ravi", Standing.SENDING)
    ]


async def test_people_are_found_by_name_and_by_number_however_it_is_typed(shop: Shop) -> None:
    await shop.contacts(
        "100 % Ravi", "Ravi Kumar", "मीना", phones=["+919812345678", "+919000000001", "+919000000002"]
    )
    async with transaction() as db:
        await db.execute(text("UPDATE contact SET tags = '{all}'"))
    campaign = await shop.draft([])
    await change("UPDATE campaign SET audience = '{\"everyone\": true}' WHERE id = :c", c=campaign)
    await launch(shop.actor, campaign)

    async def found(search: str) -> list[str]:
        page = await people_behind(shop.actor, campaign, Asked(search=search))
        return [one.name for one in page.people]

    assert await found("ravi") == ["100 % Ravi", "Ravi Kumar"]
    assert await found("0 % r") == ["100 % Ravi"]
    assert await found("मीन") == ["मीना"]
    assert await found("98123 45678") == await found("०९८१२३") == ["100 % Ravi"]
    assert await found("_") == []


async def test_a_page_beyond_the_last_is_the_last(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(51))
    page = await people_behind(shop.actor, campaign, Asked(), page=99)
    assert (page.found, page.pages, page.page, len(page.people)) == (51, 2, 2, 1)


def test_every_reason_has_a_sentence() -> None:
    assert set(REASONS) == set(Reason)


async def test_the_file_holds_everybody_once_in_however_many_pieces(shop: Shop) -> None:
    people = await shop.people(1201)
    campaign = await shop.launched(people)
    names = [row[0] for row in await rows(shop.actor, campaign)]
    assert sorted(names) == sorted(person.name for person in people)


async def test_the_file_holds_only_who_was_asked_for(shop: Shop) -> None:
    ravi = await shop.contacts("Ravi")
    await shop.contacts("Meena", agreed=False)
    await change("UPDATE contact SET tags = '{both}'")
    campaign = await shop.launched(ravi)
    assert [row[0] for row in await rows(shop.actor, campaign, Asked(Standing.QUEUED, "rav"))] == ["Ravi"]
    assert await rows(shop.actor, campaign, Asked(Standing.FAILED)) == []


async def test_a_name_in_the_file_is_never_a_formula(shop: Shop) -> None:
    wicked = ['=HYPERLINK("http://evil.example")', "+1+1", "-2", "@SUM(A1)", "\t=1", " =1", "Ravi = Meena"]
    campaign = await shop.launched(await shop.contacts(*wicked))

    told = await rows(shop.actor, campaign)

    assert [row[0] for row in told] == [f"'{name}" for name in wicked[:-1]] + ["Ravi = Meena"]
    # a number keeps its spaces, so a spreadsheet keeps it as text
    assert all(row[1].startswith("+91 ") for row in told)


async def test_it_says_why_nothing_moves(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(2))
    await change("UPDATE campaign SET status_at = now() - interval '1 hour' WHERE id = :c", c=campaign)

    alone = await look(shop, campaign)
    assert alone.why == why.Why(why.NO_ENGINE, trouble=True)
    assert alone.flow is None  # nobody can know when it ends

    async with shop.engine():
        await change("UPDATE sender SET status = 'logged_out' WHERE id = :s", s=shop.sender_id)
        out = await look(shop, campaign)
        assert out.why == why.Why(why.STOPPED["logged_out"], sender="Sandbox", trouble=True)

    await pause(shop.actor, campaign)
    assert (await look(shop, campaign)).why == why.Why(why.PAUSED)


async def test_the_end_is_told_from_the_pace_and_the_turns_of_the_sender(shop: Shop) -> None:
    campaign = await shop.draft(await shop.people(60), pace="safe", rehearsal_speed=1)
    await shop.launched(await shop.people(20), pace="safe", rehearsal_speed=1)
    await launch(shop.actor, campaign)
    seen = await look(shop, campaign)

    # 20 s between two messages; the other campaign slips in its twenty
    assert seen.flow is not None
    assert seen.flow.gap_s == 40
    assert seen.flow.finish_at is not None
    assert abs((seen.flow.finish_at - now()).total_seconds() - 80 * 20) < 60
    said = str(shown(seen, "en", "Asia/Kolkata")["flow"])
    assert said.startswith("about 2 messages a minute · done about ")


async def test_the_counters_are_right_after_a_reload(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(4))
    before = shown(await look(shop, campaign), "en", "Asia/Kolkata")
    await shop.pump_dry()
    after = shown(await look(shop, campaign), "en", "Asia/Kolkata")

    assert (before["queued"], before["accepted"]) == (4, 0)
    assert (after["queued"], after["accepted"]) == (0, 4)
    assert after["headline"] == "Sent to 4 of 4 people"


async def test_a_stranger_finds_no_page_no_people_and_no_file(shop: Shop, house: House, pages: None) -> None:
    campaign = await shop.launched(await shop.people(1))
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        chitra = other.actor
    with pytest.raises(NotFound):
        await progress(chitra.workspace_id, campaign)
    with pytest.raises(NotFound):
        await people_behind(chitra, campaign, Asked())

    for path in ("", "/people", "/people.csv"):
        assert await answer(chitra, f"/campaigns/{campaign}{path}") == 404
    assert await answer(shop.actor, f"/campaigns/{campaign}/people.csv") == 200


async def answer(actor: Actor, path: str) -> int:
    """What the address says to somebody's browser."""
    async with transaction() as db:
        secret = await sessions.begin(db, await db.get_one(Person, actor.person_id))
    async with Visitor() as browser:
        browser.http.cookies.set("broadcaster", secret)
        return (await browser.looks_at(path)).status_code


@pytest.fixture
async def pages(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """NiceGUI builds its pages in this test's event loop."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    yield
    for client in list(Client.instances.values()):
        client.delete()
