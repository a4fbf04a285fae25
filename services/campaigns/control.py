"""What the shopkeeper does with a campaign that is under way: pause, resume, cancel, send again."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from models.db import transaction
from models.states import OPEN, CampaignStatus, MessageStatus
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.campaigns.find import find_campaign
from services.campaigns.moves import cancel_soon, move, tell
from services.clock import now
from services.errors import BroadcasterError, WrongMoment
from services.i18n import N_
from services.sending import moves as messages
from services.sending.counts import counts

C = CampaignStatus

UNDO_FOR = timedelta(seconds=10)  # a cancel can be taken back


class TooLate(BroadcasterError):
    sentence = N_("It is cancelled for good already. Use it again to send it to those who did not get it.")


async def pause(actor: Actor, campaign_id: int) -> None:
    """Nothing new leaves; what is on its way at this second still arrives. Raises like _change()."""
    await _change(actor, campaign_id, to=C.PAUSED, out_of=(C.RUNNING,))


async def resume(actor: Actor, campaign_id: int) -> None:
    """Go on where it was paused. Raises like _change()."""
    await _change(actor, campaign_id, to=C.RUNNING, out_of=(C.PAUSED,))


async def cancel(actor: Actor, campaign_id: int) -> None:
    """Nothing more leaves from this moment on; for good after UNDO_FOR, whether or not anybody looks.

    Until then undo_cancel() takes it back. A message on its way at this second is recorded as what became
    of it. A second tap changes nothing.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        WrongMoment: it is a draft, or over already.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        before = CampaignStatus(campaign.status)
        if before not in OPEN:
            raise WrongMoment
        if campaign.cancel_at is not None:
            return
        if before is C.RUNNING:
            await move(db, campaign, to=C.PAUSED, out_of=(C.RUNNING,))
        await cancel_soon(db, campaign, now() + UNDO_FOR, before)
        waiting = (await counts(db, campaign_id)).queued
        await note(db, actor, Deed.CANCELLED, campaign=campaign.name, people=waiting)


async def undo_cancel(actor: Actor, campaign_id: int) -> None:
    """Take a cancel back: it goes on where it was.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        TooLate: it is cancelled for good.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        if campaign.status == C.CANCELLED:
            raise TooLate
        if campaign.status == C.PAUSED and campaign.cancel_from == C.RUNNING:
            await move(db, campaign, to=C.RUNNING, out_of=(C.PAUSED,))
        elif campaign.cancel_at is not None:
            await cancel_soon(db, campaign, None, None)
        else:  # the second of two taps
            return
        await note(db, actor, Deed.CANCEL_UNDONE, campaign=campaign.name)


async def send_again(
    actor: Actor, campaign_id: int, statuses: Sequence[MessageStatus], message_id: int | None = None
) -> int:
    """Queue FAILED or UNCONFIRMED messages again, all of them or one; returns how many.

    A finished campaign runs again; a paused one stays paused. Ask first, with what risks() says: only a
    human may take a risk.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        WrongMoment: it was cancelled or never launched, or no such message is left.
    """
    async with transaction() as db:
        # The lock keeps the finishing duty from closing the campaign between the two steps.
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        if campaign.status == C.FINISHED:
            await move(db, campaign, to=C.RUNNING, out_of=(C.FINISHED,))
        elif campaign.status not in (C.RUNNING, C.PAUSED):
            raise WrongMoment
        again = await messages.send_again(db, campaign.id, statuses, message_id)
        if again == 0:
            raise WrongMoment
        await messages.mark_all_known(db, campaign.id)
        await tell(db, campaign)
        return again


async def _change(
    actor: Actor, campaign_id: int, *, to: CampaignStatus, out_of: Collection[CampaignStatus]
) -> None:
    """Raises:
    NotFound: no such campaign in the actor's workspace.
    WrongMoment: somebody was faster, or it is in another status.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        await move(db, campaign, to=to, out_of=out_of)
        if to is C.RUNNING:
            await messages.mark_all_known(db, campaign.id)
