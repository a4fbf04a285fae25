"""What stops a campaign before WhatsApp stops the number. A human may go on; each sentence says when and how.

A brake that looks at a share is pulled once a campaign: whoever resumes has seen it. Rehearsals without
limits are never stopped.
"""

from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import in_order, transaction
from models.states import Brake, CampaignStatus, News
from services.campaigns.moves import move
from services.clock import now
from services.errors import BroadcasterError
from services.i18n import N_
from services.notices.tell import tell
from services.senders.limits import FACTS, limits_of, opening_of_tomorrow

OPT_OUTS_IN_100 = 2
FEWEST_OPT_OUTS = 3  # one angry person among ten is no sign
DELIVERED_IN_100 = 30
FEWEST_SENT = 30  # messages that are old enough to have arrived
ARRIVES_WITHIN = "20 minutes"
LOOKED_AT = 200  # the latest messages


class RefusedInARow(BroadcasterError):
    sentence = N_(
        "Paused by itself: WhatsApp refused five messages in a row from {sender}. Check that these people"
        " know your shop and that their numbers are right. It is better to wait until {until} before you"
        " resume."
    )


class StoppedForAWhile(BroadcasterError):
    sentence = N_(
        "Paused by itself: WhatsApp has stopped {sender} until {until}. {reason} Write only to people who"
        " know your shop, and resume after that time."
    )


class Stopped(BroadcasterError):
    sentence = N_(
        "Paused by itself: WhatsApp has stopped {sender}. {reason} Open WhatsApp on that phone to see what it"
        " asks of you. You can resume when it works there again."
    )


class TooManyOptOuts(BroadcasterError):
    sentence = N_(
        "Paused by itself: {count} of {sent} people asked you to stop, which is more than 2 in 100. WhatsApp"
        " stops numbers for that. Check who gets it and what it says; you can resume when you are sure."
    )


class NotDelivered(BroadcasterError):
    sentence = N_(
        "Paused by itself: only {count} of the last {sent} messages reached a phone. WhatsApp may be holding"
        " them back. Look whether {sender} works in WhatsApp as usual, and wait until {until} before you"
        " resume."
    )


# What WhatsApp means by the number of a ban.
REASONS = {
    "101": N_("It says that too many people do not have your number among their contacts."),
    "102": N_("It says that too many people have blocked your number."),
    "103": N_("It says that too many groups were made or left."),
    "104": N_("It says that the same message went to too many people."),
    "106": N_("It says that too many messages went to lists."),
}
NO_REASON = N_("It does not say why.")

RUNNING_ON = f"""
SELECT c.id, c.workspace_id, c.name AS campaign, s.id AS sender_id, s.name, s.restricted_why, {FACTS}
  FROM campaign c
  JOIN sender s ON s.id = c.sender_id
  JOIN workspace w ON w.id = c.workspace_id
 WHERE c.status = 'running' AND c.chat_id IS NULL"""  # noqa: S608 - constants

ALARMED = text(f"{RUNNING_ON} AND s.alarm IS NOT NULL")
BANNED = text(f"{RUNNING_ON} AND s.status = 'banned'")

OPTED_OUT = text(f"""
SELECT r.*, n.opted_out AS count, n.accepted + n.delivered + n.read AS sent
  FROM ({RUNNING_ON} AND NOT '{Brake.OPT_OUTS}' = ANY(c.braked)) r
  JOIN campaign_count n ON n.campaign_id = r.id
 WHERE r.limited AND n.opted_out >= {FEWEST_OPT_OUTS}
   AND n.opted_out * 100 > {OPT_OUTS_IN_100} * (n.accepted + n.delivered + n.read)
""")  # noqa: S608

# The latest messages that could have arrived by now: just below the first that waits.
FIRST_WAITS = """(
    SELECT min(q.id) FROM message q WHERE q.campaign_id = r.id AND q.waits AND {part})"""
UNDELIVERED = text(f"""
SELECT r.*, latest.arrived AS count, latest.sent
  FROM ({RUNNING_ON} AND NOT '{Brake.NOT_DELIVERED}' = ANY(c.braked)) r
  JOIN campaign_count n ON n.campaign_id = r.id AND n.accepted >= {FEWEST_SENT} * 7 / 10
 CROSS JOIN LATERAL (
       SELECT count(*) AS sent, count(*) FILTER (WHERE status <> 'accepted') AS arrived
         FROM (SELECT m.status, m.accepted_at FROM message m
                WHERE m.campaign_id = r.id
                  AND m.id < LEAST({FIRST_WAITS.format(part="NOT q.cold")},
                                   {FIRST_WAITS.format(part="q.cold")})
                ORDER BY m.id DESC LIMIT {LOOKED_AT}) recent
        WHERE status IN ('accepted', 'delivered', 'read')
          AND accepted_at < now() - interval '{ARRIVES_WITHIN}') latest
 WHERE r.limited AND latest.sent >= {FEWEST_SENT}
   AND latest.arrived * 100 < {DELIVERED_IN_100} * latest.sent
""")  # noqa: S608

HOLD = text("SELECT id FROM campaign WHERE id = :id AND status = 'running' FOR UPDATE SKIP LOCKED")
REMEMBER = text("UPDATE campaign SET braked = array_append(braked, CAST(:brake AS text)) WHERE id = :id")
TROUBLED = text("UPDATE sender SET troubled_at = now(), clean_days = clean_days / 2 WHERE id = :sender_id")

# Its campaigns are paused, so it may send again for those that a human resumes.
CALM = text("""
UPDATE sender s SET alarm = NULL, refused_in_row = 0
 WHERE s.alarm IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM campaign c WHERE c.sender_id = s.id AND c.status = 'running' AND c.chat_id IS NULL)
""")


async def pull_brakes() -> int:
    """A duty: pause what should not go on by itself; how many campaigns that were."""
    pulled = 0
    for brake, find in (
        (Brake.BANNED, BANNED),
        (Brake.REFUSED_IN_A_ROW, ALARMED),
        (Brake.OPT_OUTS, OPTED_OUT),
        (Brake.NOT_DELIVERED, UNDELIVERED),
    ):
        async with transaction() as db:
            await in_order(db)
            found = (await db.execute(find)).all()
        for row in found:
            pulled += await _pull(brake, row)
    async with transaction() as db:
        await db.execute(CALM)
    return pulled


async def _pull(brake: Brake, row: Row[Any]) -> bool:
    async with transaction() as db:
        if await db.scalar(HOLD, {"id": row.id}) is None:
            return False
        campaign = await db.get_one(Campaign, row.id)
        paused, out_of = CampaignStatus.PAUSED, (CampaignStatus.RUNNING,)
        await move(db, campaign, to=paused, out_of=out_of, why=_why(brake, row))
        await _note(db, brake, row)
    return True


async def _note(db: AsyncSession, brake: Brake, row: Row[Any]) -> None:
    await db.execute(REMEMBER, {"id": row.id, "brake": brake.value})
    await tell(db, row.workspace_id, News.PAUSED, path=f"/campaigns/{row.id}", campaign=row.campaign)
    if brake in (Brake.OPT_OUTS, Brake.NOT_DELIVERED):  # the others have counted already
        await db.execute(TROUBLED, {"sender_id": row.sender_id})


def _why(brake: Brake, row: Row[Any]) -> BroadcasterError:
    """`until` is a moment in ISO's form, `reason` a sentence of its own: ui/campaigns/telling_why.py."""
    tomorrow = opening_of_tomorrow(limits_of(row._mapping), now()).isoformat()
    match brake:
        case Brake.REFUSED_IN_A_ROW:
            return RefusedInARow(sender=row.name, until=tomorrow)
        case Brake.OPT_OUTS:
            return TooManyOptOuts(count=row.count, sent=row.sent)
        case Brake.NOT_DELIVERED:
            return NotDelivered(sender=row.name, count=row.count, sent=row.sent, until=tomorrow)
    reason = REASONS.get(row.restricted_why or "", NO_REASON)
    if row.restricted_until is None:
        return Stopped(sender=row.name, reason=reason)
    return StoppedForAWhile(sender=row.name, reason=reason, until=row.restricted_until.isoformat())
