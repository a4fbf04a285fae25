"""Whatever file a shop has is read, or refused with a sentence. None harms the server."""

import asyncio
import codecs
import io
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from models.db import transaction
from models.states import ImportStatus
from services.contacts import carry, unreadable
from services.contacts.apply import apply
from services.contacts.import_duties import forget_old, refuse_abandoned
from services.contacts.imports import one_import, past_imports
from services.contacts.reading import close_reading, open_reading, reading
from services.contacts.undo import undo
from services.contacts.unreadable import TooLarge
from services.contacts.upload import MOST_BYTES, receive
from services.errors import Invalid
from tests.conftest import House
from tests.lists import Desk, desk, in_pieces, workbook
from tests.shop import Shop

TWO = {"+919876543210": "रवि", "+919876543211": "Meena"}


@pytest.fixture
async def asha(shop: Shop, house: House) -> AsyncIterator[Desk]:
    async with desk(shop.actor, house.folder / "imports") as opened:
        yield opened


async def becomes(asha: Desk, content: str | bytes) -> dict[str, str]:
    """Who is in the contacts after this file."""
    preview = await asha.brings(content)
    assert preview.problem is None
    await apply(asha.actor, preview.id)
    return await asha.people()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_any_delimiter(asha: Desk, delimiter: str) -> None:
    lines = [("Name", "Mobile"), ("रवि", "9876543210"), ("Meena", "98765 43211")]

    assert await becomes(asha, "\n".join(map(delimiter.join, lines))) == TWO


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
async def test_any_encoding(asha: Desk, encoding: str) -> None:
    content = "Name\tMobile\r\nरवि\t9876543210\r\nMeena\t9876543211\r\n".encode(encoding)

    assert await becomes(asha, content) == TWO


async def test_excels_unicode_text(asha: Desk) -> None:
    content = codecs.BOM_UTF16_LE + "नाव\tदूरध्वनी\r\nरवि\t९८७६५४३२१०\r\n".encode("utf-16-le")

    assert await becomes(asha, content) == {"+919876543210": "रवि"}


async def test_an_old_windows_file(asha: Desk) -> None:
    assert await becomes(asha, "Name,Mobile\nJosé,9876543210\n".encode("cp1252")) == {"+919876543210": "José"}


async def test_one_bad_letter_spoils_its_own_name_only(asha: Desk) -> None:
    content = "Name,Mobile\nरवि,9876543210\nमीना,9876543211\n".encode() + b"Jos\xe9,9876543212\n"

    assert await becomes(asha, content) == {
        "+919876543210": "रवि",
        "+919876543211": "मीना",
        "+919876543212": "Jos\N{REPLACEMENT CHARACTER}",
    }


async def test_an_excel_file_with_numbers_formulas_and_dates(asha: Desk) -> None:
    content = workbook(
        ("Customers of 2026",),
        (),
        ("ग्राहक", "Bill", "WhatsApp No.", "Last visit"),
        ("रवि", 200, 919876543210, None),
        ("Meena", 12.5, 9876543211.0, None),
        ("Cut", 1, "9.19877E+11", None),
    )
    preview = await asha.brings(content, "customers.xlsx")

    assert preview.counts == {"new": 2, "changed": 0, "same": 0, "duplicate": 0, "wrong": 1}
    assert preview.columns["fields"] == {"bill": 1}
    await apply(asha.actor, preview.id)
    assert await asha.people() == TWO


async def test_the_name_of_a_file_does_not_matter(asha: Desk) -> None:
    preview = await asha.brings(workbook(("रवि", "9876543210")), "photo.jpg")

    assert preview.counts["new"] == 1


async def test_columns_in_any_order_without_a_header(asha: Desk) -> None:
    assert await becomes(asha, "VIP,9876543210,रवि\nVIP,9876543211,Meena\n") is not None
    preview = await asha.brings("9876543212,Gita\n9876543213,Hari\n")
    assert (preview.columns["phone"], preview.columns["name"]) == (0, 1)


@pytest.mark.parametrize(
    "header",
    [
        "Mobile",
        "Phone No.",
        "WhatsApp",
        "मोबाइल",
        "फ़ोन",
        "नंबर",
        "मोबाईल नंबर",
        "दूरध्वनी क्रमांक",
        "Contact Number",
    ],
)
async def test_a_header_tells_the_column_even_when_its_numbers_are_spoilt(asha: Desk, header: str) -> None:
    preview = await asha.brings(f"Aadhaar,{header}\n123412341234,9.19877E+11\n")

    assert preview.columns["phone"] == 1


async def test_a_column_of_languages_is_understood(asha: Desk) -> None:
    preview = await asha.brings(
        "नाम,मोबाइल,भाषा\nरवि,9876543210,हिंदी\nMeena,9876543211,Marathi\nX,9876543212,Tamil\n"
    )
    await apply(asha.actor, preview.id)

    languages = [row["language"] for row in (await asha.contacts()).values()]
    assert sorted(languages, key=str) == [None, "hi", "mr"]


@pytest.mark.parametrize(
    "written",
    [
        "रवि 9876543210\nMeena: +91 98765 43211",
        "1. रवि - 98765-43210\n2. Meena (9876543211)",
        "रवि\t9876543210\nMeena\t9876543211",
    ],
)
async def test_pasted_lines(asha: Desk, written: str) -> None:
    preview = await asha.pastes(written)
    await apply(asha.actor, preview.id)

    assert await asha.people() == TWO


@pytest.mark.parametrize(
    "written",
    ["9876543210, 9876543211", "९८७६५४३२१० 98765 43211"[:10] + "\n9876543211", "9876543210 9876543211"],
)
async def test_pasted_numbers(asha: Desk, written: str) -> None:
    preview = await asha.pastes(written)
    await apply(asha.actor, preview.id)

    assert set(await asha.people()) == set(TWO)


RUBBISH = {
    "random": (os.urandom(5000), unreadable.NOT_A_LIST),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + os.urandom(500), unreadable.NOT_A_LIST),
    "a document": (b"%PDF-1.7\n%words", unreadable.NOT_A_LIST),
    "an archive": (b"PK\x03\x04 broken", unreadable.NOT_A_LIST),
    "a broken old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), unreadable.LOCKED),
    "a web page": (b"<html><table><tr><td>9876543210</td></tr></table>", unreadable.NOT_EXCEL_BUT_WEB),
    "contact cards": (b"BEGIN:VCARD\nTEL:9876543210\nEND:VCARD", unreadable.CONTACT_CARDS),
    "prose": (b"Dear all,\nplease find attached.\n", unreadable.NO_NUMBERS),
    "white space": (b"  \n\n ", unreadable.EMPTY),
    "an open quotation mark": (
        b'Name,Mobile\n"Ravi,9876543210\n' + b"x,9876543211\n" * 3000,
        unreadable.OPEN_QUOTE,
    ),
    "an empty workbook": (workbook(), unreadable.EMPTY),
}


@pytest.mark.parametrize("kind", RUBBISH)
async def test_rubbish_is_refused_with_a_sentence(asha: Desk, kind: str) -> None:
    content, sentence = RUBBISH[kind]
    refused = await asha.brings(content)

    assert (refused.status, refused.problem) == (ImportStatus.REFUSED, sentence)
    assert os.listdir(asha.folder) == [], "nobody needs it any more"


async def test_a_zip_bomb_is_not_opened(asha: Desk) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(300):
                sheet.write(bytes(1_000_000))
    refused = await asha.brings(bomb.getvalue(), "bomb.xlsx")

    assert refused.problem == unreadable.UNPACKS_TOO_LARGE


async def test_over_the_limit_nothing_is_kept(asha: Desk) -> None:
    with pytest.raises(TooLarge):
        await receive(asha.actor, "big.csv", in_pieces(b"9876543210\n" * (MOST_BYTES // 11 + 1)))

    assert os.listdir(asha.folder) == []
    assert await past_imports(asha.actor) == []


async def test_a_child_that_dies_is_a_sentence(asha: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    refused = await asha.brings("Ravi,9876543210\n")

    assert (refused.status, refused.problem) == (ImportStatus.REFUSED, unreadable.BROKEN)


async def test_a_lost_database_connection_is_a_sentence(asha: Desk) -> None:
    import_id = await receive(asha.actor, "list.csv", in_pieces("9876543210,Ravi\n" * 100_000))
    async with asyncio.timeout(60):
        while not await cut_the_reader(import_id):
            await asyncio.sleep(0.01)
    refused = await asha.preview(import_id)

    assert (refused.status, refused.problem) == (ImportStatus.REFUSED, unreadable.DATABASE_AWAY)
    assert await asha.people() == {}


async def cut_the_reader(import_id: int) -> bool:
    """Ends the connection that holds the import's lock, if one does."""
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :id")
    async with transaction() as db:
        return bool(await db.scalar(cut, {"id": import_id}))


async def test_a_reader_that_is_left_with_its_mouth_full_is_gone(shop: Shop, tmp_path: Path) -> None:
    """The import would never end, nor any other after the second: of the places for readers there are two."""
    list_of_many = tmp_path / "list.csv"
    list_of_many.write_text("9876543210,Ravi\n" * 150_000)
    async with carry._child(carry.Job(1, shop.actor.workspace_id, list_of_many)) as child:
        assert child.stdout is not None
        async with asyncio.timeout(60):
            while not child.stdout._paused:  # type: ignore[attr-defined]
                await asyncio.sleep(0.01)

    assert child.returncode is not None


async def test_what_a_restart_interrupted_is_refused(asha: Desk) -> None:
    import_id = await receive(asha.actor, "list.csv", in_pieces("Ravi,9876543210\n"))
    await close_reading()
    open_reading(asha.folder)
    assert await refuse_abandoned() == 0, "it may still be waiting for its turn somewhere"
    await make_older(import_id, "1 minute")

    assert await refuse_abandoned() == 1
    refused = await one_import(asha.actor, import_id)
    assert (refused.status, refused.problem) == (ImportStatus.REFUSED, unreadable.INTERRUPTED)


async def test_what_is_being_read_is_not_taken_for_abandoned(asha: Desk) -> None:
    import_id = await receive(asha.actor, "list.csv", in_pieces("9876543210,Ravi\n" * 50_000))
    await make_older(import_id, "1 minute")
    while not (await one_import(asha.actor, import_id)).rows_read:
        await asyncio.sleep(0.01)

    assert await refuse_abandoned() == 0
    assert (await asha.preview(import_id)).status == ImportStatus.READY


async def test_after_a_month_the_rows_are_gone_and_the_contacts_stay(asha: Desk) -> None:
    preview = await asha.brings("Ravi,9876543210\n")
    await apply(asha.actor, preview.id)
    await make_older(preview.id, "31 days")
    await forget_old()

    assert await asha.rows(preview, "new") == []
    assert len(await asha.people()) == 1
    with pytest.raises(Invalid):
        await undo(asha.actor, preview.id)


async def make_older(import_id: int, by: str) -> None:
    aged = text(
        "UPDATE contact_import SET status_at = status_at - CAST(:by AS interval),"
        " created_at = created_at - CAST(:by AS interval) WHERE id = :id"
    )
    async with transaction() as db:
        await db.execute(aged, {"id": import_id, "by": by})


async def test_many_files_at_once_are_all_read(asha: Desk) -> None:
    ids = [await receive(asha.actor, "list.csv", in_pieces(f"Ravi,98765432{n}0\n")) for n in range(6)]
    await reading().settled()

    assert {(await one_import(asha.actor, import_id)).status for import_id in ids} == {ImportStatus.READY}
