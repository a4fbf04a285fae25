"""An older backup that is put back does not bring anybody back who has said STOP since.

Asha's database is copied, and later that copy takes its place. Ravi and Meena are contacts of hers; her
number is a real one here, for what is only played in a rehearsal is not kept.
"""

import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text as sql

from models.db import close_pool, open_pool, transaction
from models.sender import Sender
from models.states import Consent
from services.campaigns.ready import EmptyAudience
from services.consent import kept
from services.consent.suppress import is_suppressed
from services.contacts.agree import asked_to_stop
from services.contacts.find import Asked
from services.contacts.person import person
from services.contacts.search import search
from services.embedded import Servers
from services.ops.bring_back import bring_back
from services.ops.erase import erase_contact
from tests.conftest import House, beside
from tests.shop import Shop, Someone

PutBack = Callable[[], Awaitable[None]]


@pytest.fixture
async def file(shop: Shop) -> AsyncIterator[Path]:
    there = shop.folder / "said-stop"
    async with transaction() as db:
        (await db.get_one(Sender, shop.sender_id)).channel = "linked"
    kept.open_kept(there)
    yield there
    kept.open_kept(None)


def tear(file: Path) -> None:
    """Nothing but half a line reached the disk."""
    file.write_bytes(b"\n2026-11-24T10:00:00+00:00 stop 1 ab")


def look_into(file: Path) -> tuple[str, int]:
    """What is in it, and who may read it."""
    return file.read_text(), stat.S_IMODE(file.stat().st_mode)


async def backup(house: House, servers: Servers) -> PutBack:
    """Copy the database as it is; what comes back puts the copy in its place, as a restore does."""
    name = house.database_url.partition("?")[0].rpartition("/")[2]
    await close_pool()
    assert servers.postgres is not None
    with psycopg.connect(servers.postgres.admin_url, autocommit=True) as db:
        db.execute(f"DROP DATABASE IF EXISTS {name}_old".encode())
        db.execute(f"CREATE DATABASE {name}_old TEMPLATE {name}".encode())
    open_pool(house.database_url)

    async def put_back() -> None:
        await close_pool()
        open_pool(beside(house.database_url, f"{name}_old"))

    return put_back


async def stopped(shop: Shop, someone: Someone) -> bool:
    async with transaction() as db:
        return await is_suppressed(db, shop.actor.workspace_id, someone.phone)


async def test_a_stop_after_the_backup_outlives_its_restore(
    shop: Shop, house: House, servers: Servers, file: Path
) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    put_back = await backup(house, servers)
    await shop.hears(ravi, "STOP")
    await put_back()
    assert not await stopped(shop, ravi), "the old database knows nothing of it"

    assert await bring_back() == 1
    assert await stopped(shop, ravi)
    assert (await person(shop.actor, ravi.id)).consent is Consent.WITHDRAWN
    with pytest.raises(EmptyAudience):
        await shop.launched([ravi])
    assert not await stopped(shop, meena)
    assert await bring_back() == 0, "a second start changes nothing"


async def test_so_does_what_the_shop_noted_by_hand(
    shop: Shop, house: House, servers: Servers, file: Path
) -> None:
    (ravi,) = await shop.contacts("Ravi")
    put_back = await backup(house, servers)
    await asked_to_stop(shop.actor, ravi.id)
    await put_back()
    assert await bring_back() == 1
    assert await stopped(shop, ravi)


async def test_the_last_word_counts_whichever_database_comes_back(
    shop: Shop, house: House, servers: Servers, file: Path
) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(ravi, "STOP")
    put_back = await backup(house, servers)
    await shop.hears(ravi, "START")
    assert await bring_back() == 0, "an ordinary start believes the database"
    assert not await stopped(shop, ravi)
    await put_back()
    await bring_back()
    assert not await stopped(shop, ravi)
    assert (await person(shop.actor, ravi.id)).consent is Consent.GIVEN


async def test_a_start_in_another_process_is_not_undone_by_this_ones_file(shop: Shop, file: Path) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(ravi, "STOP")
    kept.open_kept(file.with_name("of-another-worker"))
    await shop.hears(ravi, "START")
    kept.open_kept(file)
    assert await bring_back() == 0
    assert not await stopped(shop, ravi)


async def test_what_a_crash_kept_from_the_file_is_written_at_the_next_start(
    shop: Shop, house: House, servers: Servers, file: Path
) -> None:
    (ravi,) = await shop.contacts("Ravi")
    put_back = await backup(house, servers)
    await shop.hears(ravi, "STOP")
    tear(file)
    await bring_back()
    await put_back()
    assert await bring_back() == 1
    assert await stopped(shop, ravi)


async def test_who_was_erased_is_erased_again(shop: Shop, house: House, servers: Servers, file: Path) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    put_back = await backup(house, servers)
    await erase_contact(shop.actor, ravi.id)
    await put_back()
    await bring_back()
    assert [one.name for one in (await search(shop.actor, Asked())).people] == [meena.name]


async def test_the_file_names_nobody_and_is_nobody_elses_to_read(shop: Shop, file: Path) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(ravi, "STOP, please")
    await shop.hears(ravi, "STOP")
    written, mode = look_into(file)
    assert "stop" in written
    assert ravi.phone[3:] not in written
    assert "Ravi" not in written
    assert mode == 0o600


async def test_what_is_played_is_not_kept(shop: Shop, file: Path) -> None:
    async with transaction() as db:
        await db.execute(sql("UPDATE sender SET channel = 'sandbox'"))
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(ravi, "STOP")
    assert kept.read(file) == []
