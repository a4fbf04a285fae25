"""The only file that writes link_request.status. What links is taken away with the attempt's end."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import LINK_MOVES, LinkProblem, LinkStatus, sources
from services.errors import WrongMoment
from services.live import announce


@dataclass(frozen=True, slots=True)
class Work:
    """An attempt that a process is to work on; numbers are E.164."""

    request_id: int
    workspace_id: int
    sender_id: int | None
    how: str
    phone: str | None
    person_id: int | None
    who: str  # the name of the person of the shop who asked


# One of the fleet's processes gets it: a row that another has just moved is passed over.
START = text("""
UPDATE link_request SET status = 'started', status_at = now(), worker = :worker, alive_at = now()
 WHERE id = (SELECT id FROM link_request
              WHERE status = 'asked' AND (how <> 'unlink' OR sender_id = ANY(:here))
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, workspace_id, sender_id, how, phone, person_id,
          COALESCE((SELECT p.name FROM person p WHERE p.id = person_id), '')
""")

END = text("""
UPDATE link_request
   SET status = :to, status_at = now(), problem = :problem, found = :found,
       sender_id = COALESCE(:sender_id, sender_id), letters = NULL, qr = NULL, shown_until = NULL
 WHERE id = :id AND workspace_id = :workspace_id AND status = ANY(:sources)
RETURNING id
""")

# Their process has not said for a while that it is at them, or nobody picked them up.
ABANDONED = text("""
UPDATE link_request
   SET status = 'failed', status_at = now(), problem = :problem, letters = NULL, qr = NULL, shown_until = NULL
 WHERE (status = 'started' AND alive_at < now() - make_interval(secs => :quiet_s))
    OR (status = 'asked' AND created_at < now() - make_interval(secs => :unheard_s))
RETURNING id
""")


async def end(
    db: AsyncSession,
    workspace_id: int,
    request_id: int,
    *,
    to: LinkStatus,
    problem: LinkProblem | None = None,
    found: str | None = None,
    sender_id: int | None = None,
) -> None:
    """Raises WrongMoment if the attempt has ended already."""
    asked = {"id": request_id, "workspace_id": workspace_id, "to": to.value, "found": found}
    facts = {"problem": problem and problem.value, "sender_id": sender_id}
    if await db.scalar(END, {**asked, **facts, "sources": sources(LINK_MOVES, to)}) is None:
        raise WrongMoment(wanted=to.value)
    await announce(db, f"link:{request_id}")


async def start(db: AsyncSession, worker: str, here: Sequence[int]) -> Work | None:
    """The oldest attempt that waits for a process; it is this one's now.

    Only who has a sender open can unlink it: `here` are those that are.
    """
    row = (await db.execute(START, {"worker": worker, "here": list(here)})).one_or_none()
    if row is None:
        return None
    await announce(db, f"link:{row.id}")
    return Work(*row)


async def end_abandoned(db: AsyncSession, *, quiet_s: float, unheard_s: float) -> int:
    """End what nobody works on; how many."""
    asked = {"problem": LinkProblem.INTERRUPTED.value, "quiet_s": quiet_s, "unheard_s": unheard_s}
    ended = (await db.scalars(ABANDONED, asked)).all()
    if ended:
        await announce(db, *(f"link:{request_id}" for request_id in ended))
    return len(ended)
