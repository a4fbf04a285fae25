"""What it risks to send messages again. Only a human takes that risk, and is told of it before.

What never left, and was not refused, is sent again without a question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text

from models.db import in_order, transaction
from models.states import MessageStatus, Reason
from services.access.actor import Actor
from services.campaigns.find import find_campaign
from services.i18n import N_

# In the order of the launch, and no further than the last of them: the counters say how many there are.
# Whoever was erased has no number any more. What has an id of WhatsApp's was handed over, if only by an
# earlier attempt than the one that failed.
WHY = text("""
SELECT m.status, m.reason, m.handed_over, count(*)
  FROM (SELECT m.status, m.reason, m.phone, m.wa_id IS NOT NULL AS handed_over FROM message m
         WHERE m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id AND m.status = ANY(:statuses)
           AND (CAST(:message_id AS bigint) IS NULL OR m.id = :message_id)
         ORDER BY m.id
         LIMIT (SELECT n.failed * ('failed' = ANY(:statuses))::int
                       + n.unconfirmed * ('unconfirmed' = ANY(:statuses))::int
                  FROM campaign_count n WHERE n.campaign_id = :campaign_id)) m
 WHERE m.phone <> ''
 GROUP BY m.status, m.reason, m.handed_over
""")


class Danger(StrEnum):
    TWICE = "twice"  # somebody gets it a second time
    NUMBER = "number"  # WhatsApp stops the number that insists


# What a phone could not read it may show after all.
MAY_ARRIVE = (MessageStatus.UNCONFIRMED, Reason.UNREADABLE)
INSISTING = (Reason.NEW_CHATS_REFUSED, Reason.REFUSED)

# Where it is about one message; about all of several; about some of them.
SENTENCES: Mapping[Danger, tuple[str, str, str]] = {
    Danger.TWICE: (
        N_(
            "This message may have arrived, or may still show up on the phone."
            " Then this person will get it twice."
        ),
        N_(
            "These messages may have arrived, or may still show up on the phone."
            " Whoever has it will get it twice."
        ),
        N_(
            "{count} of {all} messages may have arrived, or may still show up on the phone."
            " Whoever has it will get it twice."
        ),
    ),
    Danger.NUMBER: (
        N_(
            "WhatsApp refused this message. If you send it again too soon, WhatsApp may limit or stop your"
            " number. It is better to wait a day."
        ),
        N_(
            "WhatsApp refused these messages. If you send them again too soon, WhatsApp may limit or stop"
            " your number. It is better to wait a day."
        ),
        N_(
            "WhatsApp refused {count} of {all} messages. If you send them again too soon, WhatsApp may limit"
            " or stop your number. It is better to wait a day."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Risk:
    """One of the things to say before: a msgid, and what fills its {count} and {all}."""

    danger: Danger
    count: int  # messages
    all: int  # that would be sent again

    @property
    def sentence(self) -> str:
        one, these, some = SENTENCES[self.danger]
        if self.all == 1:
            return one
        return these if self.count == self.all else some

    @property
    def facts(self) -> Mapping[str, int]:
        return {"count": self.count, "all": self.all}


async def risks(
    actor: Actor, campaign_id: int, statuses: Sequence[MessageStatus], message_id: int | None = None
) -> list[Risk]:
    """What control.send_again() of the same messages risks; nothing where there is nothing to ask.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    asked = {
        "workspace_id": actor.workspace_id,
        "campaign_id": campaign_id,
        "statuses": [status.value for status in statuses],
        "message_id": message_id,
    }
    async with transaction() as db:
        await find_campaign(db, actor, campaign_id)
        await in_order(db)
        found = (await db.execute(WHY, asked)).all()
    number = dict.fromkeys(Danger, 0)
    for status, reason, handed_over, count in found:
        number[Danger.TWICE] += count * (handed_over or status in MAY_ARRIVE or reason in MAY_ARRIVE)
        number[Danger.NUMBER] += count * (reason in INSISTING)
    together = sum(count for *_, count in found)
    return [Risk(danger, count, together) for danger, count in number.items() if count]
