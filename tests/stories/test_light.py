"""What goes over the line is packed, with a proxy or without one, and is the same when unpacked."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from nicegui import __version__

from tests.shop import Shop
from tests.visitor import Visitor
from ui.access.plain import AHEAD
from ui.theme import versioned

QUASAR = f"/_nicegui/{__version__}/static/quasar.umd.prod.js"


@pytest.fixture
async def visitor(shop: Shop) -> AsyncIterator[Visitor]:
    async with Visitor() as opened:
        yield opened


async def asks(visitor: Visitor, path: str, accepts: str) -> httpx.Response:
    return await visitor.http.get(path, headers={"accept-encoding": accepts})


async def on_the_line(visitor: Visitor, path: str, accepts: str) -> int:
    """Bytes of the answer's body as they travel."""
    return int((await asks(visitor, path, accepts)).headers["content-length"])


async def packed_best(visitor: Visitor, path: str) -> httpx.Response:
    """Brotli takes its time, and meanwhile gzip is what comes."""
    async with asyncio.timeout(60):
        while (found := await asks(visitor, path, "gzip, br")).headers["content-encoding"] != "br":
            await asyncio.sleep(0.05)
    return found


async def test_every_way_of_packing_holds_the_same_file(visitor: Visitor) -> None:
    plain, packed = await asks(visitor, QUASAR, "identity"), await asks(visitor, QUASAR, "gzip")
    best = await packed_best(visitor, QUASAR)

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content == best.content
    sizes = [int(answer.headers["content-length"]) for answer in (plain, packed, best)]
    assert sizes == sorted(sizes, reverse=True)


async def test_a_file_may_be_kept_for_a_year(visitor: Visitor) -> None:
    headers = (await asks(visitor, versioned("app.css"), "gzip")).headers

    assert "max-age=31536000" in headers["cache-control"]
    assert headers["vary"] == "Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"


async def test_what_is_needed_after_the_login_is_small(visitor: Visitor) -> None:
    for address in AHEAD:
        if not address.endswith(".woff2") and "icons" not in address:
            await packed_best(visitor, address)
    assert sum([await on_the_line(visitor, address, "gzip, br") for address in AHEAD]) < 262 * 1024


async def test_a_font_that_is_packed_already_is_left_as_it_is(visitor: Visitor) -> None:
    assert "content-encoding" not in (await asks(visitor, versioned("icons.woff2"), "gzip, br")).headers


async def test_pages_are_packed_as_they_leave(visitor: Visitor) -> None:
    answer = await asks(visitor, "/login", "gzip, br")

    assert answer.headers["content-encoding"] == "gzip"
    assert "</html>" in answer.text
    assert int(answer.headers["content-length"]) < 4096


async def test_who_wants_no_gzip_gets_none(visitor: Visitor) -> None:
    assert "content-encoding" not in (await asks(visitor, "/login", "gzip;q=0, identity")).headers


async def test_what_is_not_there_is_not_kept(visitor: Visitor) -> None:
    assert (await asks(visitor, "/static/nothing.css", "gzip")).status_code == 404
