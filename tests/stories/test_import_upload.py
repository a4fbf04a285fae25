"""A file comes in over the line from whoever is logged in, up to a limit, and from nobody else.

Asha owns a shop; Chitra is a stranger with a shop of her own.
"""

import os
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from services.access import passwords
from services.access.sessions import recognise
from services.access.signup import sign_up
from services.contacts.imports import one_import
from services.contacts.reading import reading
from services.contacts.upload import MOST_BYTES
from tests.conftest import House
from tests.lists import desk, in_pieces
from tests.shop import Shop
from tests.visitor import Visitor

PASSWORD = "saree-1987"
UPLOAD = "/contacts/import/upload"


@pytest.fixture
async def asha(shop: Shop, house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """Asha at her browser, and the readers behind the pages."""
    monkeypatch.setattr(passwords, "ROUNDS", 4)  # bcrypt as quick as it gets
    async with desk(shop.actor, house.folder / "imports"), Visitor() as visitor:
        yield await logged_in(visitor, "asha@example.com")


async def logged_in(visitor: Visitor, login: str) -> Visitor:
    await sign_up(name="Somebody", business="A shop", login=login, password=PASSWORD)
    await visitor.sends("/login", login=login, password=PASSWORD)
    return visitor


async def sent(by: Visitor, content: str | bytes, name: str = "list.csv", **headers: str) -> httpx.Response:
    """As ui/contacts/file_picker.js sends a file."""
    told = {"x-file-name": quote(name), "accept": "application/json", "origin": by.address, **headers}
    return await by.http.post(UPLOAD, content=in_pieces(content), headers=told)


async def test_a_file_leads_to_its_preview(asha: Visitor) -> None:
    answer = await sent(asha, "Name,Mobile\nRavi,9876543210\nMeena,12\n", "ग्राहक सूची.csv")
    await reading().settled()

    known = await recognise(asha.http.cookies["broadcaster"])
    assert known is not None
    found = await one_import(known.actor, int(answer.json()["address"].rpartition("/")[2]))
    assert (found.file_name, found.counts["new"]) == ("ग्राहक सूची.csv", 1)


async def test_what_is_wrong_comes_as_a_file(asha: Visitor) -> None:
    answer = await sent(asha, "Name,Mobile\nRavi,9876543210\nMeena,12\n")
    await reading().settled()
    file = await asha.looks_at(answer.json()["address"] + "/problems.csv")

    assert file.headers["content-type"].startswith("text/csv")
    assert "Meena" in file.text


@pytest.mark.parametrize("headers", [{}, {"content-length": str(MOST_BYTES + 1)}])
async def test_over_the_limit_is_a_sentence(asha: Visitor, headers: dict[str, str]) -> None:
    answer = await sent(asha, b"9876543210\n" * (MOST_BYTES // 11 + 1), **headers)

    assert answer.status_code == 413
    assert "20 MB" in answer.json()["problem"]
    assert os.listdir(reading().folder) == []


async def test_a_passer_by_brings_nothing(asha: Visitor) -> None:
    async with Visitor() as nobody:
        assert (await sent(nobody, "Ravi,9876543210\n")).status_code == 401
    assert os.listdir(reading().folder) == []


async def test_another_site_cannot_bring_a_list_in_her_name(asha: Visitor) -> None:
    assert (await sent(asha, "Ravi,9876543210\n", origin="http://evil.example")).status_code == 403


async def test_a_stranger_finds_none_of_it(asha: Visitor) -> None:
    answer = await sent(asha, "Name,Mobile\nRavi,9876543210\nMeena,12\n")
    await reading().settled()
    address = answer.json()["address"]
    async with Visitor() as visitor:
        chitra = await logged_in(visitor, "chitra@example.com")
        assert (await chitra.looks_at(f"{address}/problems.csv")).status_code == 404
