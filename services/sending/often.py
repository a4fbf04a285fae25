"""How often one person hears offers in a week: the law at the mark, whichever number they come from.

The claim reads a minute ahead, so what it counted may have grown since. Here, whoever is about to write to a
person waits for anybody else who does, and then counts what is committed: also what has been marked and is on
its way. Only where a week is limited; a rehearsal without limits never comes here.

A person is whoever has the number, by its keyed hash: who is deleted and added anew begins no new week. Who
is erased does, for nothing is left that could be counted.
"""

from collections.abc import Iterable, Sequence

from psycopg import AsyncConnection

from services.clock import now
from services.senders.limits import WEEK
from services.sending.columns import ints, raws, texts
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

# All contacts that `p` is, or was before it was deleted: of the shop of `campaign c`. Messages are found by
# them; whether one went to this number, its own hash says.
EVERY_CONTACT = """(SELECT p.contact_id AS id
       UNION
      SELECT n.id FROM contact n WHERE n.workspace_id = c.workspace_id AND n.phone = p.phone
       UNION
      SELECT f.contact_id FROM former_contact f
       WHERE f.workspace_id = c.workspace_id AND f.phone_hash = p.person)"""

# The first half of our advisory locks' numbers; the second is the beginning of the person's hash.
LOCKS = 5418

ONE_AT_A_TIME = f"SELECT pg_advisory_xact_lock({LOCKS}, one::int) FROM unnest(%s::bigint[]) AS one".encode()  # noqa: S608

# The promotions that may go: the week still has room for one more.
ROOM = f"""
SELECT p.token
  FROM unnest(%(tokens)s::bytea[], %(campaigns)s::bigint[], %(contacts)s::bigint[], %(phones)s::text[],
              %(people)s::bytea[]) AS p(token, campaign_id, contact_id, phone, person)
  JOIN campaign c ON c.id = p.campaign_id
  JOIN sender s ON s.id = c.sender_id
  JOIN workspace w ON w.id = c.workspace_id
 WHERE w.most_a_week > (
           SELECT count(*) FROM (SELECT o.id, t.inflight_campaign, t.inflight_message, t.inflight_token
                                   FROM {OTHERS}) t
            CROSS JOIN {EVERY_CONTACT} k
             JOIN message m ON m.campaign_id = t.id AND m.contact_id = k.id AND m.phone_hash = p.person
            WHERE {HEARD} OR {UNDER_WAY})
""".encode()  # noqa: S608 - constants


async def within_the_week(db: AsyncConnection, marks: Sequence[Mark]) -> Sequence[Mark]:
    """Those of these marks that may be made; all others have to wait, or are left out by the next claim."""
    offers = _one_each([mark for mark in marks if mark.claimed.weekly])
    if not offers:
        return [mark for mark in marks if not mark.claimed.weekly]
    claims = [mark.claimed for mark in offers]
    await db.execute(ONE_AT_A_TIME, [ints(_in_order(claimed.person for claimed in claims))])
    asked = {
        "since": now() - WEEK,
        "tokens": raws([claimed.token for claimed in claims]),
        "campaigns": ints([claimed.campaign_id for claimed in claims]),
        "contacts": ints([claimed.contact_id for claimed in claims]),
        "phones": texts([claimed.outgoing.phone for claimed in claims]),
        "people": raws([claimed.person for claimed in claims]),
    }
    may = {row[0] for row in await (await db.execute(ROOM, asked, binary=True)).fetchall()}
    return [mark for mark in marks if not mark.claimed.weekly or mark.claimed.token in may]


def _one_each(offers: Sequence[Mark]) -> list[Mark]:
    """Of two to one person in the same flush, the second waits for the next."""
    first: dict[bytes, Mark] = {}
    for mark in offers:
        first.setdefault(mark.claimed.person, mark)
    return list(first.values())


def _in_order(people: Iterable[bytes]) -> list[int]:
    """Their locks, in one order everywhere, so that no two flushes wait for each other for ever."""
    return sorted({int.from_bytes(person[:4], "big", signed=True) for person in people})
