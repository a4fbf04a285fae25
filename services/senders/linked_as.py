"""A phone said yes: which sender that makes."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.phone import shown
from models.sender import Sender
from models.states import Channel, LinkProblem
from services.live import announce
from services.senders.link import TAKEN
from services.senders.link_moves import Work

# Two attempts with the same number would both see that nobody has it.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('link ' || :phone, 0))")
MINE = text("""
SELECT id FROM sender WHERE workspace_id = :workspace_id AND channel = 'linked' AND phone = :phone
""")
AGAIN = text("""
UPDATE sender SET lid = :lid, awake_until = GREATEST(awake_until, now() + interval '10 minutes')
 WHERE id = :id AND workspace_id = :workspace_id AND (phone IS NULL OR phone = :phone)
RETURNING id
""")


class NotThisNumber(Exception):
    """The number cannot be this sender; `problem` says why."""

    def __init__(self, problem: LinkProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


async def linked_as(db: AsyncSession, work: Work, phone: str, lid: str, name: str) -> int:
    """The sender that this number is from now on: the one that was to be linked again, the one that the
    shop has with this number already, or a new one. It stays connected for a while.

    Raises:
        NotThisNumber: another shop sends from it, or another number was linked before.
    """
    await db.execute(ONE_AT_A_TIME, {"phone": phone})
    mine = {"phone": phone, "workspace_id": work.workspace_id}
    if await db.scalar(TAKEN, mine):
        raise NotThisNumber(LinkProblem.TAKEN)
    sender_id = work.sender_id or await db.scalar(MINE, mine)
    if sender_id is None:
        sender_id = await _born(db, work.workspace_id, phone, name)
    if await db.scalar(AGAIN, {**mine, "id": sender_id, "lid": lid}) is None:
        raise NotThisNumber(LinkProblem.ANOTHER_NUMBER)
    await announce(db, f"workspace:{work.workspace_id}")
    return int(sender_id)


async def _born(db: AsyncSession, workspace_id: int, phone: str, name: str) -> int:
    sender = Sender(
        workspace_id=workspace_id, channel=Channel.LINKED.value, name=name or shown(phone), phone=phone
    )
    db.add(sender)
    await db.flush()
    return sender.id
