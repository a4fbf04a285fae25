"""What becomes of each person of an audience, in SQL: one text for the review and the launch, so that who is
counted is who is written to. `c` is the contact; the blanks come from `fates`.
"""

from collections.abc import Mapping
from datetime import timedelta

from models.campaign import Campaign
from models.states import Kind
from services.clock import now
from services.contacts.audience import Audience, chosen
from services.contacts.known import STALE
from services.senders.limits import WEEK

# WhatsApp's own tokens live for three to four weeks.
TOKEN_LIVES = timedelta(days=21)

# How often the shop's promotions reached each person lately, whichever contact they were then; nothing is
# read where that is not limited, or where there were not so many. What a rehearsal plays counts in
# rehearsals.
MOST = "(SELECT most_a_week FROM workspace WHERE id = :workspace_id)"
HEARD = f"""(
      WITH offer AS MATERIALIZED (
    SELECT p.id
      FROM campaign p
      JOIN sender t ON t.id = p.sender_id
     WHERE p.workspace_id = :workspace_id AND p.kind = 'promotional' AND p.chat_id IS NULL AND :promotional
       AND p.launched_at > CAST(:week_ago AS timestamptz) - interval '90 days'
       AND (p.finished_at IS NULL OR p.finished_at > :week_ago)
       AND EXISTS (SELECT 1 FROM sender s
                    WHERE s.id = :sender_id AND s.workspace_id = :workspace_id
                      AND (s.channel = 'sandbox') = (t.channel = 'sandbox')
                      AND (s.channel <> 'sandbox' OR s.plays_limits)))
    SELECT m.phone_hash, count(*) AS times
      FROM offer JOIN message m ON m.campaign_id = offer.id
     WHERE (SELECT count(*) FROM offer) >= {MOST}
       AND (m.accepted_at > :week_ago OR m.status = 'unconfirmed' AND m.status_at > :week_ago)
     GROUP BY m.phone_hash)"""  # noqa: S608 - constants

JOINED = f"""
  LEFT JOIN suppression o ON o.workspace_id = c.workspace_id AND o.phone_hash = c.phone_hash
  LEFT JOIN known_number k ON k.workspace_id = c.workspace_id AND k.phone = c.phone
   AND NOT k.on_whatsapp AND k.checked_at > :asked_since
  LEFT JOIN acquaintance a ON a.sender_id = :sender_id AND a.phone = c.phone
  LEFT JOIN {HEARD} h ON h.phone_hash = c.phone_hash"""

FATE = f"""
CASE WHEN o.phone_hash IS NOT NULL OR c.consent = 'withdrawn' THEN 'opted_out'
     WHEN c.consent <> 'given' AND :promotional THEN 'no_consent'
     WHEN k.phone IS NOT NULL OR NOT a.there AND a.asked_at > :asked_since THEN 'not_on_whatsapp'
     WHEN h.times >= {MOST} THEN 'too_often'
     ELSE 'reached' END"""

COLD = "COALESCE(a.wrote_at, a.read_at) IS NULL AND COALESCE(a.trusted_at <= :token_since, true)"


def fates(campaign: Campaign) -> Mapping[str, object]:
    """The blanks of CHOSEN, JOINED, FATE and COLD."""
    at = now()
    return {
        "sender_id": campaign.sender_id,
        "promotional": campaign.kind == Kind.PROMOTIONAL,
        "week_ago": at - WEEK,
        "asked_since": at - STALE,
        "token_since": at - TOKEN_LIVES,
        **chosen(campaign.workspace_id, Audience(**campaign.audience)),  # type: ignore[typeddict-item]
    }
