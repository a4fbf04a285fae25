"""Failed and unsure messages are sent again; whoever asks for it is told first what that risks."""

from collections.abc import Sequence

from models.states import MessageStatus
from services.access.actor import Actor
from services.campaigns import control
from services.campaigns.risks import Risk, risks
from services.i18n import words
from ui.pieces.confirm import confirm
from ui.telling import telling


async def send_again(
    actor: Actor, campaign_id: int, statuses: Sequence[MessageStatus], message_id: int | None = None
) -> None:
    """All of them or one. What has changed while the question stood there is asked anew."""
    _ = words(actor.language)
    agreed_to: list[Risk] = []
    with telling(_):
        while (known := await risks(actor, campaign_id, statuses, message_id)) and known != agreed_to:
            said = [_(risk.sentence, **risk.facts) for risk in known]
            if not await confirm(*said, _("Send again anyway?"), yes=_("Send again"), no=_("Better not")):
                return
            agreed_to = known
        await control.send_again(actor, campaign_id, statuses, message_id)
