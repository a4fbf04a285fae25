"""A photo, PDF or video goes with the message: as WhatsApp takes it, without the place it was taken.

What left is judged by the sandbox's ledger. Asha owns the shop, Chitra is a stranger.
"""

import hashlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import text

from models.db import transaction
from services.campaigns import draft
from services.campaigns.launch import launch
from services.campaigns.ready import FileGone
from services.campaigns.review import review
from services.errors import Invalid, NotFound, WrongMoment
from services.media.find import Attached, find, find_file
from services.media.receive import receive
from services.media.store import store
from services.media.sweep import sweep
from services.media.unfit import MB, MOST_BYTES, TooLarge, Unfit
from services.templates import write
from tests import files
from tests.conftest import House
from tests.lists import in_pieces
from tests.shop import Shop, open_shop


@pytest.fixture
async def chitra(house: House) -> AsyncIterator[Shop]:
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as opened:
        yield opened


async def brings(shop: Shop, content: bytes, name: str = "IMG_2041.jpg") -> Attached:
    return await receive(shop.actor, name, in_pieces(content))


async def refused(shop: Shop, content: bytes, name: str = "IMG_2041.jpg") -> str:
    """The sentence, and nothing is kept."""
    with pytest.raises(Unfit) as told:
        await brings(shop, content, name)
    assert [place for place in store().incoming.parent.rglob("*") if place.is_file()] == []
    return told.value.sentence


async def as_kept(shop: Shop, attached: Attached) -> bytes:
    return (await find_file(shop.actor, attached.id)).path.read_bytes()


# --- what comes in ---


async def test_a_large_photo_is_made_small_enough_for_a_slow_line(shop: Shop) -> None:
    attached = await brings(shop, files.photo(4000, 3000))

    kept = await as_kept(shop, attached)
    with Image.open(io.BytesIO(kept)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (1600, 1200))
    assert (attached.mime, attached.width, attached.height) == ("image/jpeg", 1600, 1200)
    assert attached.size == len(kept)


async def test_nobody_learns_where_a_photo_was_taken(shop: Shop) -> None:
    came = files.photo_of_a_phone_held_upright()
    assert b"A phone" in came

    kept = await as_kept(shop, await brings(shop, came))

    with Image.open(io.BytesIO(kept)) as seen:
        assert dict(seen.getexif()) == {}
        assert seen.size == (800, 1600)  # and it stands upright by itself
    assert b"A phone" not in kept


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_other_pictures_become_what_every_phone_shows(shop: Shop, kind: str) -> None:
    attached = await brings(shop, files.photo(300, 200, kind), f"poster.{kind.lower()}")

    assert (attached.name, attached.mime) == ("poster.jpg", "image/jpeg")
    assert (await as_kept(shop, attached)).startswith(b"\xff\xd8\xff")


async def test_what_is_see_through_becomes_white_not_black(shop: Shop) -> None:
    with Image.open(io.BytesIO(await as_kept(shop, await brings(shop, files.see_through())))) as seen:
        assert seen.getpixel((10, 10)) == (255, 255, 255)


async def test_a_pdf_stays_as_it_is_and_keeps_its_name(shop: Shop) -> None:
    attached = await brings(shop, files.pdf(), "C:\\Users\\Asha\\दर सूची.PDF")

    assert (attached.kind, attached.name, attached.mime) == ("document", "दर सूची.pdf", "application/pdf")
    assert await as_kept(shop, attached) == files.pdf()


async def test_a_video_stays_as_it_is_but_for_its_place(shop: Shop) -> None:
    came = files.video()
    assert files.PLACE in came

    attached = await brings(shop, came, "VID_2041.mp4")

    kept = await as_kept(shop, attached)
    assert (attached.kind, attached.mime, len(kept)) == ("video", "video/mp4", len(came))
    assert files.PLACE not in kept
    assert b"avc1" in kept


async def test_what_counts_is_what_is_inside_not_what_it_is_called(shop: Shop) -> None:
    assert (await brings(shop, files.pdf(), "photo.jpg")).name == "photo.pdf"
    assert (await brings(shop, files.photo(), "prices.pdf")).kind == "image"


async def test_the_same_file_is_kept_once(shop: Shop) -> None:
    first, second = await brings(shop, files.pdf(), "a.pdf"), await brings(shop, files.pdf(), "b.pdf")
    assert (await brings(shop, files.pdf(), "a.pdf")).id == first.id
    assert (await find_file(shop.actor, first.id)).path == (await find_file(shop.actor, second.id)).path


# --- what does not ---


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "photo.jpg", "empty"),
        (files.zipped(), "photo.jpg", "ZIP"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "prices.doc", "Office"),
        (b"GIF89a" + bytes(60), "diya.gif", "GIF"),
        (b"just words", "photo.jpg", "cannot be sent"),
        (bytes(5000), "video.mp4", "cannot be sent"),
        (files.box(b"ftyp", b"heic", bytes(40)), "IMG_1.heic", "HEIC"),
        (files.video(brand=b"qt  "), "IMG_1.mov", "many phones cannot play"),
        (files.video(codec=b"hvc1"), "VID_1.mp4", "many phones cannot play"),
        (files.video(codec=b"mp4a"), "song.mp4", "cannot be sent"),
        (files.video()[:-500], "VID_1.mp4", "not complete"),
        (files.pdf()[:-100], "prices.pdf", "not complete"),
        (files.photo()[:9000], "IMG_1.jpg", "damaged"),
        (b"\xff\xd8\xff" + bytes(900), "IMG_1.jpg", "damaged"),
        (files.bomb(50_000, 50_000), "wide.png", "dots large"),
        (files.bomb(50_000, 10), "wide.png", "dots large"),
        (files.video(size=17 * MB), "VID_1.mp4", "WhatsApp takes no more"),
    ],
    ids=lambda given: given[:12] if isinstance(given, str) else "file",
)
async def test_what_cannot_be_sent_is_told_in_a_sentence(
    shop: Shop, content: bytes, name: str, says: str
) -> None:
    assert says in await refused(shop, content, name)


async def test_too_large_is_told_before_all_of_it_came(shop: Shop) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += MB
            yield bytes(MB)

    with pytest.raises(TooLarge):
        await receive(shop.actor, "film.mp4", endless())
    assert taken == MOST_BYTES + MB


async def test_an_upload_that_breaks_off_leaves_nothing(shop: Shop) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield files.photo()[:1000]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await receive(shop.actor, "photo.jpg", broken())
    assert list(store().incoming.iterdir()) == []


# --- where it goes ---


async def test_it_goes_with_the_text_as_its_caption(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    attached = await brings(shop, files.pdf(), "prices.pdf")

    await shop.launched(to=[ravi], text="Our prices, {name}", attachment_id=attached.id)
    await shop.pump_dry()

    (sent,) = shop.ledger()
    sha256 = hashlib.sha256(files.pdf()).hexdigest()
    assert (sent.text, sent.media_name, sent.media_sha256) == ("Our prices, Ravi", "prices.pdf", sha256)


async def test_a_photo_may_go_without_a_word(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    attached = await brings(shop, files.photo())
    campaign = await shop.draft([ravi], texts={}, attachment_id=attached.id)

    assert (await review(shop.actor, campaign)).obstacle is None
    await launch(shop.actor, campaign)
    await shop.pump_dry()

    (sent,) = shop.ledger()
    assert sent.text == ""
    assert sent.media_sha256 is not None


async def test_a_long_text_beside_a_photo_is_told_before_the_launch(shop: Shop) -> None:
    people = await shop.contacts("Ravi")
    attached = await brings(shop, files.photo())
    long = await shop.draft(people, text="a" * 1025, attachment_id=attached.id)

    assert isinstance((await review(shop.actor, long)).obstacle, Invalid)
    with pytest.raises(Invalid):
        await launch(shop.actor, long)


async def test_after_the_launch_it_does_not_change(shop: Shop) -> None:
    people = await shop.contacts("Ravi")
    attached, other = await brings(shop, files.pdf()), await brings(shop, files.photo())
    campaign = await shop.launched(people, attachment_id=attached.id)

    with pytest.raises(WrongMoment):
        await draft.save(shop.actor, campaign, {"attachment_id": other.id})
    assert (await draft.find(shop.actor, campaign)).attachment_id == attached.id


async def test_a_draft_takes_it_gives_it_away_and_lends_it_to_its_copy(shop: Shop) -> None:
    attached = await brings(shop, files.photo())
    campaign = await draft.create(shop.actor, "Diwali")

    assert (
        await draft.save(shop.actor, campaign, {"attachment_id": attached.id})
    ).attachment_id == attached.id
    copy = await draft.duplicate(shop.actor, campaign, "Diwali again")
    assert (await draft.find(shop.actor, copy)).attachment_id == attached.id
    assert (await draft.save(shop.actor, campaign, {"attachment_id": None})).attachment_id is None


async def test_a_template_carries_it_even_without_a_text(shop: Shop) -> None:
    attached = await brings(shop, files.photo())
    template = await write.create(shop.actor, "Poster", {}, attached.id)
    assert (await write.find(shop.actor, template)).attached == attached

    await write.change(shop.actor, template, "Poster", {"en": "New stock"})
    assert (await write.find(shop.actor, template)).attached is None


# --- and when it is gone ---


async def test_a_missing_file_is_told_before_the_launch(shop: Shop) -> None:
    people = await shop.contacts("Ravi")
    attached = await brings(shop, files.photo())
    campaign = await shop.draft(people, attachment_id=attached.id)
    (await find_file(shop.actor, attached.id)).path.unlink()

    assert isinstance((await review(shop.actor, campaign)).obstacle, FileGone)
    with pytest.raises(FileGone):
        await launch(shop.actor, campaign)


async def test_a_file_that_goes_missing_later_fails_with_its_reason_and_nothing_leaves(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    attached = await brings(shop, files.photo())
    campaign = await shop.launched([ravi, meena], attachment_id=attached.id)
    words_alone = await shop.launched([ravi])
    (await find_file(shop.actor, attached.id)).path.unlink()

    await shop.pump_dry()

    assert await shop.statuses(campaign) == {ravi.phone: "failed", meena.phone: "failed"}
    assert await shop.reason(campaign, ravi) == "file_gone"
    assert [sent.media_sha256 for sent in shop.ledger()] == [None]
    assert await shop.status(words_alone, ravi) != "failed"


# --- whose it is ---


async def test_a_stranger_finds_nothing_and_can_use_nothing(shop: Shop, chitra: Shop) -> None:
    attached = await brings(shop, files.photo())
    hers = await draft.create(chitra.actor, "Mine")

    with pytest.raises(NotFound):
        await find(chitra.actor, attached.id)
    with pytest.raises(NotFound):
        await find_file(chitra.actor, attached.id)
    with pytest.raises(NotFound):
        await draft.save(chitra.actor, hers, {"attachment_id": attached.id})
    with pytest.raises(NotFound):
        await write.create(chitra.actor, "Poster", {}, attached.id)


# --- how long it is kept ---


async def test_what_nothing_names_goes_after_a_day_and_the_rest_stays(shop: Shop, chitra: Shop) -> None:
    kept = await brings(shop, files.pdf(), "kept.pdf")
    twin = await brings(shop, files.pdf(), "twin.pdf")  # the same content under another name
    unused = await brings(shop, files.photo())
    hers = await brings(chitra, files.photo())
    fresh = await brings(shop, files.photo(300, 200))
    await shop.draft(await shop.contacts("Ravi"), attachment_id=kept.id)
    await write.create(chitra.actor, "Poster", {}, hers.id)
    gone = (await find_file(shop.actor, unused.id)).path
    await age(kept, twin, unused, hers)

    assert await sweep() == 1

    assert not gone.exists()
    assert not gone.with_suffix(".small").exists()
    for owner, attached in ((shop, kept), (chitra, hers), (shop, fresh)):
        assert (await find_file(owner.actor, attached.id)).path.exists()
    for attached in (twin, unused):
        with pytest.raises(NotFound):
            await find(shop.actor, attached.id)
    assert await sweep() == 0


async def age(*attached: Attached) -> None:
    older = text("UPDATE attachment SET created_at = now() - :age WHERE id = ANY(:ids)")
    async with transaction() as db:
        await db.execute(older, {"age": timedelta(days=2), "ids": [one.id for one in attached]})
