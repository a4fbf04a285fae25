"""How often one person hears offers in a week: the law at the mark, whichever number they come from.

The claim reads a minute ahead, so what it counted may have grown since. Here, whoever is about to write to a
person waits for anybody else who does, and then counts what is committed: also what has been marked and is on
its way. Only where a week is limited; a rehearsal without limits never comes here.
"""

from collections.abc import Sequence

from psycopg import AsyncConnection

from services.clock import now
from services.senders.limits import WEEK
from services.sending.columns import ints, raws
from services.sending.lane import Mark

# Of `campaign c` on `sender s`: whether it is an offer to many, and not only played.
WEEKLY = """(c.kind = 'promotional' AND c.chat_id IS NULL AND (s.channel <> 'sandbox' OR s.plays_limits))"""

# Its shop's other offers that may have reached the same people since `since`: `o`, of the sender `t`. What a
# rehearsal plays counts for rehearsals.
OTHERS = """campaign o JOIN sender t ON t.id = o.sender_id
            WHERE o.workspace_id = c.workspace_id AND o.id <> c.id AND o.kind = 'promotional'
              AND o.chat_id IS NULL AND o.launched_at > now() - interval '90 days'
              AND (o.finished_at IS NULL OR o.finished_at > %(since)s)
              AND (t.channel = 'sandbox') = (s.channel = 'sandbox')"""

# Of `message m` in a campaign of `sender t`: it reached its person, or may have.
HEARD = "(m.accepted_at > %(since)s OR m.status = 'unconfirmed' AND m.status_at > %(since)s)"
# It is marked, and nobody knows yet what becomes of it.
UNDER_WAY = """(m.status = 'queued' AND t.inflight_campaign = m.campaign_id AND t.inflight_message = m.id
                AND t.inflight_token IS DISTINCT FROM m.token)"""

LOCKS = 5418  # the first half of our advisory locks' numbers; the second is made of the contact's id

# In one order everywhere, so that no two flushes wait for each other for ever.
ONE_AT_A_TIME = f"""
SELECT pg_advisory_xact_lock({LOCKS}, person)
  FROM (SELECT DISTINCT hashint8(id) AS person FROM unnest(%s::bigint[]) AS id ORDER BY 1 OFFSET 0) AS those
""".encode()  # noqa: S608 - our own number

# The promotions that may go: the week still has room for one more.
ROOM = f"""
SELECT p.token
  FROM unnest(%(tokens)s::bytea[], %(campaigns)s::bigint[], %(contacts)s::bigint[])
           AS p(token, campaign_id, contact_id)
  JOIN campaign c ON c.id = p.campaign_id
  JOIN sender s ON s.id = c.sender_id
  JOIN workspace w ON w.id = c.workspace_id
 WHERE w.most_a_week > (
           SELECT count(*) FROM (SELECT o.id, t.inflight_campaign, t.inflight_message, t.inflight_token
                                   FROM {OTHERS}) t
             JOIN message m ON m.campaign_id = t.id AND m.contact_id = p.contact_id
            WHERE {HEARD} OR {UNDER_WAY})
""".encode()  # noqa: S608 - constants


async def within_the_week(db: AsyncConnection, marks: Sequence[Mark]) -> Sequence[Mark]:
    """Those of these marks that may be made; all others have to wait, or are left out by the next claim."""
    offers = _one_each([mark for mark in marks if mark.claimed.weekly])
    if not offers:
        return [mark for mark in marks if not mark.claimed.weekly]
    people = ints([mark.claimed.contact_id for mark in offers])
    await db.execute(ONE_AT_A_TIME, [people])
    asked = {
        "since": now() - WEEK,
        "tokens": raws([mark.claimed.token for mark in offers]),
        "campaigns": ints([mark.claimed.campaign_id for mark in offers]),
        "contacts": people,
    }
    may = {row[0] for row in await (await db.execute(ROOM, asked, binary=True)).fetchall()}
    return [mark for mark in marks if not mark.claimed.weekly or mark.claimed.token in may]


def _one_each(offers: Sequence[Mark]) -> list[Mark]:
    """Of two to one person in the same flush, the second waits for the next."""
    first: dict[int, Mark] = {}
    for mark in offers:
        first.setdefault(mark.claimed.contact_id, mark)
    return list(first.values())
