"""A photo comes in from whoever is logged in, up to a limit, and is shown to the same shop alone."""

import io
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from services.access import passwords
from services.access.signup import sign_up
from services.media.store import store
from services.media.unfit import MOST_BYTES
from tests import files
from tests.lists import in_pieces
from tests.shop import Shop
from tests.visitor import Visitor

PASSWORD = "saree-1987"


@pytest.fixture
async def asha(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    monkeypatch.setattr(passwords, "ROUNDS", 4)  # bcrypt as quick as it gets
    async with Visitor() as visitor:
        yield await logged_in(visitor, "asha@example.com")


async def logged_in(visitor: Visitor, login: str) -> Visitor:
    await sign_up(name="Somebody", business="A shop", login=login, password=PASSWORD)
    await visitor.sends("/login", login=login, password=PASSWORD)
    return visitor


async def sent(by: Visitor, content: bytes, name: str, **headers: str) -> httpx.Response:
    """As ui/pieces/attachment.js sends a file."""
    told = {"x-file-name": quote(name), "accept": "application/json", "origin": by.address, **headers}
    return await by.http.post("/media", content=in_pieces(content), headers=told)


async def test_a_photo_comes_in_and_is_shown(asha: Visitor) -> None:
    number = (await sent(asha, files.photo(), "दिवाली.jpg")).json()["id"]

    whole, small = await asha.looks_at(f"/media/{number}"), await asha.looks_at(f"/media/{number}/small")

    assert whole.headers["content-type"] == small.headers["content-type"] == "image/jpeg"
    assert whole.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(small.content)) as seen:
        assert seen.size == (480, 360)


async def test_a_pdf_is_saved_not_opened_among_our_pages(asha: Visitor) -> None:
    number = (await sent(asha, files.pdf(), "prices.pdf")).json()["id"]

    answer = await asha.looks_at(f"/media/{number}")

    assert answer.headers["content-disposition"] == 'attachment; filename="prices.pdf"'
    assert (await asha.looks_at(f"/media/{number}/small")).status_code == 404


async def test_what_is_wrong_is_a_sentence_in_her_language(asha: Visitor) -> None:
    await asha.looks_at("/language?to=hi&next=/")
    answer = await sent(asha, files.zipped(), "photo.jpg")

    assert answer.status_code == 422
    assert "ZIP" in answer.json()["problem"]
    assert "Inside" not in answer.json()["problem"]


@pytest.mark.parametrize("headers", [{}, {"content-length": str(MOST_BYTES + 1)}])
async def test_over_the_limit_is_a_sentence(asha: Visitor, headers: dict[str, str]) -> None:
    answer = await sent(asha, bytes(MOST_BYTES + 1), "film.mp4", **headers)

    assert answer.status_code == 413
    assert "25 MB" in answer.json()["problem"]
    assert list(store().incoming.iterdir()) == []


async def test_a_passer_by_brings_nothing_and_sees_nothing(asha: Visitor) -> None:
    number = (await sent(asha, files.photo(), "photo.jpg")).json()["id"]
    async with Visitor() as nobody:
        assert (await sent(nobody, files.photo(), "photo.jpg")).status_code == 401
        assert (await nobody.looks_at(f"/media/{number}")).status_code == 303


async def test_another_site_cannot_bring_a_file_in_her_name(asha: Visitor) -> None:
    assert (await sent(asha, files.photo(), "photo.jpg", origin="http://evil.example")).status_code == 403


async def test_for_a_stranger_it_is_not_there(asha: Visitor) -> None:
    number = (await sent(asha, files.photo(), "photo.jpg")).json()["id"]
    async with Visitor() as visitor:
        chitra = await logged_in(visitor, "chitra@example.com")
        assert (await chitra.looks_at(f"/media/{number}")).status_code == 404
        assert (await chitra.looks_at(f"/media/{number}/small")).status_code == 404
