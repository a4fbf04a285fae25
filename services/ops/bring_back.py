"""At the start: whoever said STOP after the backup was made that has been put back has still said it.

The file beside the database (services/consent/kept.py) and the database are brought up to one another. Where
they differ, the later word counts.
"""

import asyncio
import logging
from datetime import datetime

from sqlalchemy import text

from models.db import transaction
from services.access.actor import Actor
from services.consent import kept
from services.consent.kept import Said
from services.consent.record import again_given, again_withdrawn
from services.ops.erase import erase_contact

log = logging.getLogger(__name__)

# Neither what was only played, nor who waits for a human's decision: nobody has said anything there yet.
SUPPRESSED = text("""
SELECT workspace_id, phone_hash, source, at FROM suppression WHERE source NOT IN ('rehearsal', 'unheard')
""")
ERASED = text("""
SELECT c.workspace_id, c.id
  FROM unnest(CAST(:workspaces AS bigint[]), CAST(:hashes AS bytea[])) AS e (workspace_id, phone_hash)
  JOIN contact c ON c.workspace_id = e.workspace_id AND c.phone_hash = e.phone_hash
""")

Whose = tuple[int, bytes]  # a workspace, and a number's hash in it


async def bring_back() -> int:
    """How many people the database had forgotten; safe to do twice. Those who were erased are erased again.

    Raises:
        OSError: the file cannot be read. Nothing should be sent then.
    """
    file = kept.kept_file()
    if file is None:
        return 0
    lines = await asyncio.to_thread(kept.read, file)
    said = {_whose(one): one for one in sorted(lines, key=lambda one: one.at)}
    async with transaction() as db:
        rows = (await db.execute(SUPPRESSED)).all()
        known = {(row.workspace_id, bytes(row.phone_hash)): row for row in rows}
        missing = [one for whose, one in said.items() if one.stop and whose not in known]
        news = await again_withdrawn(db, missing)
        lifted = [
            one for whose, one in said.items() if not one.stop and whose in known and known[whose].at < one.at
        ]
        await again_given(db, lifted)
    unwritten = [
        Said(row.at, True, *whose, row.source)
        for whose, row in known.items()
        if _is_news(said.get(whose), row.at)
    ]
    if unwritten:
        await asyncio.to_thread(kept.append, file, unwritten)
    if news:
        log.warning("%s people had asked to stop after this database was backed up: noted again", len(news))
        await _erase_again([one for one in missing if one.source == "erased" and _whose(one) in news])
    return len(news)


def _whose(said: Said) -> Whose:
    return said.workspace_id, said.phone_hash


def _is_news(said: Said | None, at: datetime) -> bool:
    """The file does not know of this STOP, which came at `at`, or only of a START before it."""
    return said is None or (not said.stop and said.at < at)


async def _erase_again(erased: list[Said]) -> None:
    if not erased:
        return
    asked = {
        "workspaces": [one.workspace_id for one in erased],
        "hashes": [one.phone_hash for one in erased],
    }
    async with transaction() as db:
        found = (await db.execute(ERASED, asked)).all()
    for row in found:
        await erase_contact(Actor(0, row.workspace_id, ""), row.id)
    log.warning("%s people who had been erased were in it again: erased again", len(found))
