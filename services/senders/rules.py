"""When a shop sends and how often: its quiet hours, and how many offers one person gets in a week."""

from dataclasses import asdict, dataclass

from sqlalchemy import select

from models.access import Workspace
from models.db import transaction
from models.sender import Sender
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.errors import Invalid
from services.i18n import N_
from services.live import announce
from services.senders.limits import MOST_A_WEEK, QUIET_FROM, QUIET_UNTIL


@dataclass(frozen=True, slots=True)
class Rules:
    """The hours are minutes after midnight, by the shop's own clock."""

    quiet_from: int
    quiet_until: int
    most_a_week: int


async def rules_of(actor: Actor) -> Rules:
    async with transaction() as db:
        found = await db.get_one(Workspace, actor.workspace_id)
        return Rules(found.quiet_from, found.quiet_until, found.most_a_week)


async def change_rules(actor: Actor, rules: Rules) -> None:
    """Counts from the next message on, for campaigns that run too.

    Raises:
        Invalid: beyond what is good for a shop's number.
    """
    bounds = (
        (rules.quiet_from, QUIET_FROM),
        (rules.quiet_until, QUIET_UNTIL),
        (rules.most_a_week, MOST_A_WEEK),
    )
    if not all(least <= value <= most for value, (least, most) in bounds):
        raise Invalid(N_("That is not possible. Choose one of the values on the page."))
    async with transaction() as db:
        found = await db.get_one(Workspace, actor.workspace_id)
        found.quiet_from, found.quiet_until = rules.quiet_from, rules.quiet_until
        found.most_a_week = rules.most_a_week
        await note(db, actor, Deed.RULES_CHANGED, **asdict(rules))
        mine = Sender.workspace_id == actor.workspace_id
        senders = await db.scalars(select(Sender.id).where(mine))  # type: ignore[call-overload]
        await announce(db, f"workspace:{actor.workspace_id}", *(f"sender:{sender}" for sender in senders))
