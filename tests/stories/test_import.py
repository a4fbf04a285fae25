"""A list of people as shops have them becomes contacts: previewed first, written once, and only at the tap.

Asha owns the shop; Chitra, of another shop, must not see her list.
"""

from collections.abc import AsyncIterator

import pytest

from models.db import transaction
from models.states import ImportStatus
from services.consent import record
from services.contacts.apply import apply
from services.contacts.imports import one_import, past_imports, problems_csv, rows
from services.contacts.tags import put_on
from services.contacts.undo import look_again, undo
from services.contacts.upload import choose_columns
from services.errors import Invalid, NotFound, WrongMoment
from tests.conftest import House
from tests.lists import AGREEMENT, Desk, desk, messy_thousand
from tests.shop import Shop, open_shop


@pytest.fixture
async def asha(shop: Shop, house: House) -> AsyncIterator[Desk]:
    async with desk(shop.actor, house.folder / "imports") as opened:
        yield opened


async def test_a_messy_file_of_a_thousand_is_understood(asha: Desk) -> None:
    preview = await asha.brings(messy_thousand())

    assert preview.status == ImportStatus.READY
    assert preview.counts == {"new": 948, "changed": 0, "same": 0, "duplicate": 20, "wrong": 32}

    await apply(asha.actor, preview.id, agreement=AGREEMENT)
    people = await asha.contacts()
    assert set(people) == {f"+91{9_800_000_000 + n}" for n in range(948)}
    assert people["+919800000000"]["name"] == "Ravi 0"
    assert people["+919800000001"]["name"] == "मीना 1"
    assert people["+919800000002"]["name"] == "Gita; the 2th"
    assert people["+919800000000"]["fields"] == {"शहर": "पुणे"}
    assert {row["consent"] for row in people.values()} == {"given"}


async def test_every_wrong_row_says_why(asha: Desk) -> None:
    preview = await asha.brings("Name,Mobile\nRavi,9.19877E+11\nMeena,12345\nGita,\nHari,02025501234\n")

    told = {row.name: row.problem or "" for row in await asha.rows(preview, "wrong")}
    assert "Format Cells" in told["Ravi"]
    assert "too few" in told["Meena"]
    assert "no mobile number" in told["Gita"]
    assert "begin with 6, 7, 8 or 9" in told["Hari"]
    assert [row.line for row in await asha.rows(preview, "wrong")] == [2, 3, 4, 5]


async def test_nothing_is_written_before_the_tap(asha: Desk) -> None:
    await asha.brings("Ravi,9876543210\n")

    assert await asha.people() == {}


async def test_the_first_of_two_rows_with_one_number_wins(asha: Desk) -> None:
    preview = await asha.brings("Name,Mobile\nRavi,9876543210\nRavi again,+91 98765 43210\n")
    await apply(asha.actor, preview.id)

    assert preview.counts["duplicate"] == 1
    assert await asha.people() == {"+919876543210": "Ravi"}


async def test_a_second_file_changes_only_what_it_says_otherwise(asha: Desk) -> None:
    first = await asha.brings(
        "Name,Mobile,City\nRavi,9876543210,Pune\nMeena,9876543211,Thane\nGita,9876543212,Wai\n"
    )
    await apply(asha.actor, first.id)
    second = await asha.brings(
        "Name,Mobile,City\nRavi Kumar,9876543210,\n,9876543211,Thane\nHari,9876543213,Wai\n"
    )

    assert second.counts == {"new": 1, "changed": 1, "same": 1, "duplicate": 0, "wrong": 0}
    (ravi,) = await asha.rows(second, "changed")
    assert (ravi.was, ravi.name) == ("Ravi", "Ravi Kumar")
    await apply(asha.actor, second.id)
    people = await asha.contacts()
    assert people["+919876543210"]["name"] == "Ravi Kumar"
    assert people["+919876543210"]["fields"] == {"city": "Pune"}, "an empty cell erases nothing"
    assert people["+919876543211"]["name"] == "Meena"


async def test_a_double_tap_writes_once(asha: Desk) -> None:
    preview = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, preview.id, agreement=AGREEMENT)

    with pytest.raises(WrongMoment):
        await apply(asha.actor, preview.id, agreement=AGREEMENT)
    assert len(await asha.people()) == 1


async def test_people_agree_only_when_the_shop_declares_it(asha: Desk) -> None:
    silent = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, silent.id)
    declared = await asha.brings("Ravi,9876543210\nMeena,9876543211\n")
    done = await apply(asha.actor, declared.id, agreement=AGREEMENT)

    assert done.agreed == 2, "also of Ravi it was not known before"
    assert (await one_import(asha.actor, declared.id)).wording == AGREEMENT


async def test_an_import_never_overrides_a_stop(asha: Desk) -> None:
    first = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, first.id, agreement=AGREEMENT)
    async with transaction() as db:
        workspace = asha.actor.workspace_id
        await record.withdraw(db, workspace, "+919876543210", source="reply", wording="STOP")
        await record.withdraw(db, workspace, "+919876543211", source="reply", wording="बंद")
    second = await asha.brings("Ravi,9876543210\nMeena,9876543211\n")
    await apply(asha.actor, second.id, agreement=AGREEMENT)

    assert {row["consent"] for row in (await asha.contacts()).values()} == {"withdrawn"}


async def test_tags_are_put_on_everybody_in_the_file(asha: Desk) -> None:
    first = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, first.id, tags="Diwali")
    second = await asha.brings("Ravi,9876543210\nMeena,9876543211\n")
    await apply(asha.actor, second.id, tags="diwali, VIP")

    tags = {row["name"]: row["tags"] for row in (await asha.contacts()).values()}
    assert tags == {"Ravi": ["Diwali", "VIP"], "Meena": ["Diwali", "VIP"]}


async def test_an_import_can_be_undone(asha: Desk) -> None:
    before = await asha.brings("Name,Mobile,City\nRavi,9876543210,Pune\n")
    await apply(asha.actor, before.id, tags="old")
    was = await asha.contacts()
    mistaken = await asha.brings("Name,Mobile,City\nWrong,9876543210,Nowhere\nNew,9876543211,Nowhere\n")
    await apply(asha.actor, mistaken.id, agreement=AGREEMENT, tags="mistake")

    done = await undo(asha.actor, mistaken.id)

    assert (done.deleted, done.restored, done.kept) == (1, 1, 0)
    (ravi,) = (await asha.contacts()).values()
    assert {**ravi, "updated_at": None} == {**was["+919876543210"], "updated_at": None}
    with pytest.raises(WrongMoment):
        await undo(asha.actor, mistaken.id)


async def test_a_list_that_was_taken_back_can_be_brought_in_once_more(asha: Desk) -> None:
    before = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, before.id)
    hasty = await asha.brings("Ravi Kumar,9876543210\nMeena,9876543211\n")
    await apply(asha.actor, hasty.id, agreement=AGREEMENT)
    await undo(asha.actor, hasty.id)
    assert await asha.people() == {"+919876543210": "Ravi"}

    await look_again(asha.actor, hasty.id)
    assert await asha.people() == {"+919876543210": "Ravi"}, "nothing before the tap"
    done = await apply(asha.actor, hasty.id, agreement=AGREEMENT)

    assert (done.new, done.changed, done.agreed) == (1, 1, 2)
    assert await asha.people() == {"+919876543210": "Ravi Kumar", "+919876543211": "Meena"}
    again = await undo(asha.actor, hasty.id)
    assert (again.deleted, again.restored) == (1, 1)
    assert await asha.people() == {"+919876543210": "Ravi"}


async def test_what_was_not_taken_back_is_not_looked_at_again(asha: Desk) -> None:
    hers = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, hers.id)

    with pytest.raises(WrongMoment):
        await look_again(asha.actor, hers.id)


async def test_who_was_edited_since_survives_the_undo(asha: Desk) -> None:
    preview = await asha.brings("Ravi,9876543210\nMeena,9876543211\n")
    await apply(asha.actor, preview.id)
    ravi = (await asha.contacts())["+919876543210"]
    await put_on(asha.actor, [int(str(ravi["id"]))], "VIP")

    done = await undo(asha.actor, preview.id)

    assert (done.deleted, done.kept) == (1, 1)
    assert await asha.people() == {"+919876543210": "Ravi"}


async def test_an_undo_takes_a_mistaken_declaration_back(asha: Desk) -> None:
    before = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, before.id)
    declared = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, declared.id, agreement=AGREEMENT)
    await undo(asha.actor, declared.id)

    assert [row["consent"] for row in (await asha.contacts()).values()] == ["unknown"]


async def test_other_columns_can_be_chosen_on_the_preview(asha: Desk) -> None:
    preview = await asha.brings("Home,Office,Who\n9876543210,9876543211,Ravi\n")
    await choose_columns(asha.actor, preview.id, ["field", "phone", "name"])
    again = await asha.preview(preview.id)

    assert again.status == ImportStatus.READY
    await apply(asha.actor, again.id)
    (ravi,) = (await asha.contacts()).values()
    assert (ravi["phone"], ravi["name"], ravi["fields"]) == ("+919876543211", "Ravi", {"home": "9876543210"})


async def test_one_column_must_hold_the_numbers(asha: Desk) -> None:
    preview = await asha.brings("Ravi,9876543210\n")

    with pytest.raises(Invalid):
        await choose_columns(asha.actor, preview.id, ["name", ""])


async def test_what_is_wrong_can_be_downloaded_and_harms_no_spreadsheet(asha: Desk) -> None:
    preview = await asha.brings('Name,Mobile\nरवि,12345\n"=HYPERLINK(""http://evil"")",98\n')
    written = b"".join([piece async for piece in await problems_csv(asha.actor, preview.id)])

    assert written.startswith(b"\xef\xbb\xbf"), "or Excel shows no Hindi"
    assert "रवि" in written.decode()
    assert "'=HYPERLINK" in written.decode()


async def test_a_stranger_finds_no_import(asha: Desk, house: House) -> None:
    preview = await asha.brings("Ravi,9876543210\nMeena,12\n")
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        for story in (
            one_import(other.actor, preview.id),
            apply(other.actor, preview.id),
            undo(other.actor, preview.id),
            look_again(other.actor, preview.id),
            choose_columns(other.actor, preview.id, ["name", "phone"]),
            problems_csv(other.actor, preview.id),
        ):
            with pytest.raises(NotFound):
                await story
        assert await rows(other.actor, preview.id, "wrong") == []
        assert await past_imports(other.actor) == []
