"""One file from disk to preview: a child process parses, PostgreSQL judges, the event loop only carries.

Nothing is written to `contact` here. A reader holds an advisory lock while it works, so that
import_duties.py can tell an import whose reader is gone.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import driver, transaction
from models.states import ImportStatus
from services.confined import check, start
from services.contacts import unreadable
from services.contacts.columns import Columns
from services.contacts.import_moves import move
from services.contacts.judge import judge
from services.contacts.read_file import Task
from services.contacts.unreadable import Unreadable
from services.key import key_in_use
from services.live import announce

log = logging.getLogger(__name__)
LOCK = 5417  # the first half of our advisory locks' numbers; the second is the import's id
LONGEST_S = 180.0  # for one file
TELL_EVERY_S = 0.4
PIECE = 1 << 16  # bytes
AWAY = (SQLAlchemyError, psycopg.Error, OSError)


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read; `headers` and `columns` only when somebody has chosen them."""

    import_id: int
    workspace_id: int
    path: Path
    headers: list[str] = field(default_factory=list)
    columns: Columns | None = None


async def read(job: Job) -> None:
    """From file to preview: READING → READY, or REFUSED with a sentence."""
    try:
        async with asyncio.timeout(LONGEST_S):
            await _read(job)
    except Unreadable as e:
        await refuse(job, e)
    except TimeoutError:
        await refuse(job, Unreadable(unreadable.TOO_SLOW))
    except AWAY as e:
        log.warning("import %d: the database went away: %s", job.import_id, e)
        await refuse(job, Unreadable(unreadable.DATABASE_AWAY))


async def refuse(job: Job, why: Unreadable) -> None:
    """READING → REFUSED. While the database is away it is tried again; at last import_duties will do it."""
    for pause_s in (0, 1, 4, 10):
        await asyncio.sleep(pause_s)
        try:
            async with transaction() as db:
                await mark_refused(db, job.workspace_id, job.import_id, why)
        except AWAY as e:
            log.warning("import %d could not be refused: %s", job.import_id, e)
        else:
            return await asyncio.to_thread(job.path.unlink, missing_ok=True)


WHY = text("""
UPDATE contact_import SET problem = :problem, facts = CAST(:facts AS jsonb), stored_as = NULL
 WHERE id = :id AND workspace_id = :workspace_id
""")


async def mark_refused(db: AsyncSession, workspace_id: int, import_id: int, why: Unreadable) -> None:
    known = {"id": import_id, "workspace_id": workspace_id}
    await move(db, workspace_id, import_id, to=ImportStatus.REFUSED)
    await db.execute(WHY, {**known, "problem": why.sentence, "facts": json.dumps(why.facts)})


COPY = b"COPY reading (line, phone, phone_hash, name, language, fields, problem, given) FROM STDIN"
# The child may think for longer than the database would have patience with us.
THINKING = text("SELECT set_config('idle_in_transaction_session_timeout', :long, true)")
TABLE = text("""
CREATE TEMPORARY TABLE reading (
    line integer, phone text, phone_hash bytea, name text, language text, fields jsonb,
    problem text, given text
) ON COMMIT DROP
""")


async def _read(job: Job) -> None:
    async with transaction() as db:
        await db.execute(
            text("SELECT pg_advisory_xact_lock(:lock, CAST(:id AS integer))"),
            {"lock": LOCK, "id": job.import_id},
        )
        await db.execute(THINKING, {"long": f"{LONGEST_S}s"})
        await db.execute(TABLE)
        async with _child(job) as child:
            layout = json.loads(await _head(child))
            rows = await _copy(db, job, child)
            await _ended_well(child)
        await judge(db, job.workspace_id, job.import_id, layout, rows)
        await move(db, job.workspace_id, job.import_id, to=ImportStatus.READY)


async def _head(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout is not None
    head = await child.stdout.readline()
    if not head.endswith(b"\n"):
        await _ended_well(child)
        raise Unreadable(unreadable.BROKEN)
    return head


async def _copy(db: AsyncSession, job: Job, child: asyncio.subprocess.Process) -> int:
    """Carry the child's rows to the database; returns how many."""
    assert child.stdout is not None
    rows, told_at = 0, 0.0
    async with (await driver(db)).cursor() as cursor, cursor.copy(COPY) as copy:
        while piece := await child.stdout.read(PIECE):
            await copy.write(piece)
            rows += piece.count(b"\n")
            if time.monotonic() - told_at > TELL_EVERY_S:
                told_at = time.monotonic()
                await _tell(job, rows)
    await _tell(job, rows)
    return rows


PROGRESS = text("UPDATE contact_import SET rows_read = :rows WHERE id = :id AND workspace_id = :workspace_id")


async def _tell(job: Job, rows: int) -> None:
    known = {"id": job.import_id, "workspace_id": job.workspace_id}
    async with transaction() as db:
        await db.execute(PROGRESS, {**known, "rows": rows})
        await announce(db, f"import:{job.import_id}")


@asynccontextmanager
async def _child(job: Job) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process that parses. It gets no environment, so no secrets; killed if we leave early."""
    task = Task(str(job.path), job.workspace_id, key_in_use().hex(), job.headers, job.columns)
    child = await start("services.contacts.read_file", limit=1 << 22)
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(asdict(task)).encode())
        child.stdin.close()
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        # wait() alone would wait for ever: for what it wrote last, which nobody reads any more.
        await child.communicate()


async def _ended_well(child: asyncio.subprocess.Process) -> None:
    """Raises Unreadable with what the child said, or with what its death tells."""
    assert child.stderr is not None
    said = await child.stderr.read()
    code = await child.wait()
    check(code, said, Unreadable, slow=unreadable.TOO_SLOW, broken=unreadable.BROKEN)
