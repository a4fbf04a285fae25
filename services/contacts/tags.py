"""Tags: how many people have each, and putting them on or taking them off many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from services.access.actor import Actor
from services.contacts.find import MEANT, Whom, meant
from services.contacts.tidy import same_tag, tags_of
from services.errors import Invalid
from services.i18n import N_
from services.live import announce

COUNTED = text("""
SELECT tag, count(*) AS people FROM contact c, unnest(c.tags) AS tag
 WHERE c.workspace_id = :workspace_id GROUP BY tag ORDER BY people DESC, tag
""")


@dataclass(frozen=True, slots=True)
class TagCount:
    tag: str
    people: int


async def tags(actor: Actor) -> list[TagCount]:
    """All tags of the workspace, the most used first."""
    async with transaction() as db:
        return await tag_counts(db, actor.workspace_id)


async def tag_counts(db: AsyncSession, workspace_id: int) -> list[TagCount]:
    return [TagCount(*row) for row in await db.execute(COUNTED, {"workspace_id": workspace_id})]


async def as_spelled(db: AsyncSession, workspace_id: int, written: Iterable[str] | str) -> list[str]:
    """`written` as tags; one that is there already in another spelling ("vip") is that one ("VIP")."""
    wanted = tags_of(written)
    there = [count.tag for count in await tag_counts(db, workspace_id)] if wanted else []
    return [next((tag for tag in there if same_tag(tag, want)), want) for want in wanted]


PUT_ON = text(f"""
UPDATE contact c SET tags = c.tags || :tags, updated_at = now()
 WHERE {MEANT} AND NOT c.tags @> :tags
""")  # noqa: S608 - MEANT is a constant
# `||` above may double one of several tags; so they are put on one by one.


async def put_on(actor: Actor, whom: Whom, written: Iterable[str] | str) -> int:
    """Put tags on people; returns how many tags were put on people who had them not.

    Raises:
        Invalid: nothing was written.
    """
    async with transaction() as db:
        wanted = await as_spelled(db, actor.workspace_id, written)
        if not wanted:
            raise Invalid(N_("Write a tag first."))
        people = meant(actor.workspace_id, whom)
        changed = [await _changed(db, PUT_ON, {**people, "tags": [tag]}) for tag in wanted]
        await announce(db, f"contacts:{actor.workspace_id}")
    return sum(changed)


TAKE_OFF = text(f"""
UPDATE contact c SET tags = array_remove(c.tags, :taken), updated_at = now()
 WHERE {MEANT} AND c.tags @> ARRAY[CAST(:taken AS text)]
""")  # noqa: S608 - MEANT is a constant


async def take_off(actor: Actor, whom: Whom, tag: str) -> int:
    """Take a tag off people; returns how many had it."""
    async with transaction() as db:
        people = meant(actor.workspace_id, whom)
        changed = await _changed(db, TAKE_OFF, {**people, "taken": tag})
        await announce(db, f"contacts:{actor.workspace_id}")
    return changed


async def _changed(db: AsyncSession, statement: Any, facts: dict[str, object]) -> int:
    return cast(CursorResult[Any], await db.execute(statement, facts)).rowcount
