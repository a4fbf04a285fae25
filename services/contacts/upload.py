"""A list comes in, as a file or as pasted text, and its reading begins. It goes to disk piece by piece."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from models.contact import ContactImport
from models.db import transaction
from models.states import ImportStatus
from services.access.actor import Actor
from services.contacts import unreadable
from services.contacts.carry import Job
from services.contacts.columns import chosen
from services.contacts.import_moves import move
from services.contacts.imports import find_import
from services.contacts.reading import reading
from services.contacts.tidy import one_line
from services.contacts.unreadable import MOST_MB, TooLarge, Unreadable
from services.errors import Invalid, WrongMoment
from services.i18n import N_

MOST_BYTES = MOST_MB * 1024 * 1024


async def receive(actor: Actor, file_name: str, pieces: AsyncIterator[bytes]) -> int:
    """Keep an upload and begin to read it; returns the import's id. Its status tells how it goes on.

    Raises:
        TooLarge: more than MOST_BYTES came; nothing is kept.
        Unreadable: nothing came.
    """
    path = reading().folder / secrets.token_hex(16)
    kept = False
    file: BinaryIO = await asyncio.to_thread(path.open, "wb")
    try:
        if not await _write(file, pieces):
            raise Unreadable(unreadable.EMPTY)
        import_id = await _begin(actor, file_name, path)
        kept = True
    finally:  # a client that hangs up leaves nothing behind
        await asyncio.to_thread(file.close)
        if not kept:
            await asyncio.to_thread(path.unlink, missing_ok=True)
    return import_id


async def paste(actor: Actor, written: str) -> int:
    """Read what was pasted; returns the import's id. Raises as `receive`."""

    async def pieces() -> AsyncIterator[bytes]:
        yield written.strip().encode("utf-8", "replace")

    return await receive(actor, "", pieces())


async def choose_columns(actor: Actor, import_id: int, roles: list[str]) -> None:
    """Read the file again with other columns: READY → READING.

    Args:
        roles: one a column: "phone", "name", "language", "field" or "" for one that is left out.

    Raises:
        NotFound: no such import in the actor's workspace.
        Invalid: no column holds the numbers.
        WrongMoment: it is not a preview any more.
    """
    if "phone" not in roles:
        raise Invalid(N_("Choose the column that has the mobile numbers."))
    async with transaction() as db:
        found = await find_import(db, actor, import_id, lock=True)
        await move(db, actor.workspace_id, import_id, to=ImportStatus.READING)
        if found.stored_as is None:
            raise WrongMoment
        columns = chosen(found.mapping, found.headers, roles)
        path = reading().folder / found.stored_as
        job = Job(import_id, actor.workspace_id, path, found.headers, columns)
    reading().begin(job)


async def _write(file: BinaryIO, pieces: AsyncIterator[bytes]) -> int:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise TooLarge
        await asyncio.to_thread(file.write, piece)
    await asyncio.to_thread(file.flush)
    return size


async def _begin(actor: Actor, file_name: str, path: Path) -> int:
    async with transaction() as db:
        row = ContactImport(
            workspace_id=actor.workspace_id,
            person_id=actor.person_id,
            file_name=one_line(file_name),
            stored_as=path.name,
        )
        db.add(row)
        await db.flush()
    reading().begin(Job(row.id, actor.workspace_id, path))
    return row.id
