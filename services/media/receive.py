"""A file comes in: piece by piece to disk, looked at by a child process, and kept under its SHA-256."""

import asyncio
import errno
import json
import logging
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import MediaKind
from services.access.actor import Actor
from services.confined import check, start
from services.contacts.tidy import one_line
from services.media import unfit
from services.media.examine import Found, Task
from services.media.find import Attached
from services.media.store import store
from services.media.unfit import MOST_BYTES, TooLarge, Unfit

WAIT_S = 60.0  # for a turn
LONGEST_S = 90.0  # for one file
LOCK = 5417002041  # sweep.py takes it alone: no file may come while it looks for those that nothing names
LONGEST_NAME = 80
log = logging.getLogger(__name__)

# The same file under the same name is the same attachment; brought again, it is kept for another day.
KEEP = text("""
INSERT INTO attachment (workspace_id, sha256, kind, mime, name, size, width, height)
VALUES (:workspace_id, :sha256, :kind, :mime, :name, :size, :width, :height)
ON CONFLICT (workspace_id, sha256, name) DO UPDATE SET created_at = now()
RETURNING id
""")


async def receive(actor: Actor, file_name: str, pieces: AsyncIterator[bytes]) -> Attached:
    """Keep an upload for a message to carry. Nothing is kept where it raises.

    Args:
        file_name: as the phone calls it; recipients see it with a PDF.

    Raises:
        TooLarge: more than MOST_BYTES came.
        Unfit: WhatsApp does not take it, or phones cannot show it; the sentence says what to do.
    """
    async with _room() as folder:
        came = folder / "came"
        await _write(came, pieces)
        task = Task(str(came), str(folder / "made"), str(folder / "small"))
        found = await _examined(task)
        async with transaction() as db:
            await db.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": LOCK})
            await asyncio.to_thread(_put_away, actor.workspace_id, found, folder)
            return await _keep(db, actor, found, _name(file_name, found.kind))


@asynccontextmanager
async def _room() -> AsyncIterator[Path]:
    """A folder for one upload: gone afterwards, whatever happens."""
    folder = store().incoming / secrets.token_hex(16)
    await asyncio.to_thread(folder.mkdir, mode=0o700)
    try:
        yield folder
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unfit(unfit.NO_ROOM) from e
        raise
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _write(came: Path, pieces: AsyncIterator[bytes]) -> None:
    file: BinaryIO = await asyncio.to_thread(came.open, "wb")
    size = 0
    try:
        async for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise TooLarge
            await asyncio.to_thread(file.write, piece)
    finally:
        await asyncio.to_thread(file.close)
    if not size:
        raise Unfit(unfit.EMPTY)


async def _examined(task: Task) -> Found:
    """What the child says of the file. Raises Unfit with its sentence, or with what its death tells."""
    try:
        async with asyncio.timeout(WAIT_S):
            await store().turns.acquire()
    except TimeoutError:
        raise Unfit(unfit.STILL_COMING) from None
    try:
        said, complaint, code = await _child(task)
    finally:
        store().turns.release()
    check(code, complaint, Unfit, slow=unfit.TOO_SLOW, broken=unfit.NOT_MEDIA)
    return Found(**json.loads(said))


async def _child(task: Task) -> tuple[bytes, bytes, int]:
    """It gets no environment, so no secrets; killed when it takes too long, or when nobody waits for it."""
    child = await start("services.media.examine")
    try:
        async with asyncio.timeout(LONGEST_S):
            said, complaint = await child.communicate(json.dumps(asdict(task)).encode())
    except TimeoutError:
        said = complaint = b""
    finally:
        if child.returncode is None:
            child.kill()
        code = await child.wait()
    return said, complaint, code


def _put_away(workspace_id: int, found: Found, folder: Path) -> None:
    sha256 = bytes.fromhex(found.sha256)
    place = store().place(workspace_id, sha256)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if (folder / "small").exists():
        (folder / "small").replace(store().small(workspace_id, sha256))
    (folder / "made").replace(place)  # the whole file at once, so that nobody sends half of it


async def _keep(db: AsyncSession, actor: Actor, found: Found, name: str) -> Attached:
    told = {**asdict(found), "sha256": bytes.fromhex(found.sha256), "name": name}
    attachment_id = await db.scalar(KEEP, {**told, "workspace_id": actor.workspace_id})
    return Attached(
        attachment_id, MediaKind(found.kind), name, found.mime, found.size, found.width, found.height
    )


ENDINGS = {MediaKind.IMAGE: ".jpg", MediaKind.DOCUMENT: ".pdf", MediaKind.VIDEO: ".mp4"}


def _name(file_name: str, kind: str) -> str:
    """As recipients may see it: no folders, and the ending of what it really is."""
    plain = one_line(file_name.replace("\\", "/").rpartition("/")[2], 200)
    stem, dot, ending = plain.rpartition(".")
    stem = stem if dot and stem and len(ending) <= 5 else plain
    right = ENDINGS[MediaKind(kind)]
    return (stem[: LONGEST_NAME - len(right)].strip(" .") or kind) + right
