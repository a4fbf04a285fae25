"""The business as its people and its customers see it: its name, and the clock that it lives by."""

from collections.abc import Sequence

from sqlalchemy import text

from models.access import Workspace
from models.db import transaction
from services.access import sessions
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.access.names import named
from services.errors import Invalid
from services.i18n import N_
from services.live import announce

# Where Indian shops are, and where their families opened one; the first is what a new shop has.
ZONES: Sequence[str] = (
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Colombo",
    "Asia/Dubai",
    "Asia/Qatar",
    "Asia/Kuwait",
    "Asia/Muscat",
    "Asia/Riyadh",
    "Asia/Singapore",
    "Asia/Kuala_Lumpur",
    "Indian/Mauritius",
    "Africa/Nairobi",
    "Africa/Johannesburg",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Toronto",
    "Australia/Sydney",
    "Pacific/Auckland",
)

SENDERS = text("SELECT id FROM sender WHERE workspace_id = :workspace_id")
LOGGED_IN = text("SELECT secret_hash FROM session WHERE workspace_id = :workspace_id AND revoked_at IS NULL")


async def change_business(actor: Actor, name: str, timezone: str) -> None:
    """All of the shop see it at their next page. Plans keep their moment, quiet hours follow the clock.

    Raises:
        Invalid: no name, one too long, or a clock that is not among ZONES.
    """
    name = named(name)
    if timezone not in (*ZONES, actor.timezone):
        raise Invalid(N_("That is not possible. Choose one of the values on the page."))
    async with transaction() as db:
        found = await db.get_one(Workspace, actor.workspace_id)
        found.name, found.timezone = name, timezone
        await note(db, actor, Deed.BUSINESS_CHANGED, business=name, zone=timezone)
        mine = {"workspace_id": actor.workspace_id}
        senders = (await db.scalars(SENDERS, mine)).all()
        await announce(db, f"workspace:{actor.workspace_id}", *(f"sender:{sender}" for sender in senders))
        logged_in = (await db.scalars(LOGGED_IN, mine)).all()
    for session in logged_in:
        await sessions.forget(session)
