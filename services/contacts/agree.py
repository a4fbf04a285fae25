"""What the shop notes of a person's consent, by hand."""

from sqlalchemy import text

from models.db import transaction
from models.states import Consent
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.consent import record
from services.consent.suppress import is_suppressed
from services.contacts.find import MEANT, Whom, find_contact, meant
from services.errors import BroadcasterError
from services.i18n import N_
from services.live import announce


class AskedToStop(BroadcasterError):
    """Only the person may take a STOP back."""

    sentence = N_("This person asked you to stop. Only they can change that, by writing START to you.")


IDS = text(f"SELECT c.id FROM contact c WHERE {MEANT}")  # noqa: S608 - MEANT is a constant


async def agreed(actor: Actor, whom: Whom, *, wording: str) -> int:
    """Note that these people agreed; returns for how many that was news.

    Args:
        wording: the declaration as it stood on the screen.
    """
    async with transaction() as db:
        ids = list((await db.scalars(IDS, meant(actor.workspace_id, whom))).all())
        said = {"source": "typed", "wording": wording, "recorded_by": actor.person_id}
        news = await record.declare(db, actor.workspace_id, ids, **said)  # type: ignore[arg-type]
        await announce(db, f"contacts:{actor.workspace_id}")
    return news


async def one_agreed(actor: Actor, contact_id: int, *, wording: str) -> None:
    """Note that this person agreed.

    Raises:
        NotFound: no such contact in the actor's workspace.
        AskedToStop: they said STOP.
    """
    async with transaction() as db:
        contact = await find_contact(db, actor, contact_id)
        if contact.consent == Consent.WITHDRAWN or await is_suppressed(db, actor.workspace_id, contact.phone):
            raise AskedToStop
    await agreed(actor, [contact_id], wording=wording)


async def asked_to_stop(actor: Actor, contact_id: int) -> None:
    """The person told the shop, on the phone or at the counter, to stop.

    Raises:
        NotFound: no such contact in the actor's workspace.
    """
    async with transaction() as db:
        contact = await find_contact(db, actor, contact_id)
        await record.withdraw(
            db, actor.workspace_id, contact.phone, source="typed", recorded_by=actor.person_id
        )
        await note(db, actor, Deed.OPTED_OUT, phone_hash=contact.phone_hash)
        await announce(db, f"contacts:{actor.workspace_id}")
