"""The engine's own moves, in bulk: records, marks, receipts, recovery. With moves.py the only writers.

Every statement takes arrays, one element a message, and moves the counters in the same breath.
"""

from collections.abc import Mapping, Sequence

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from models.states import LOST, MESSAGE_MOVES, MessageStatus, spelled
from services.gateways.protocol import ReceiptHeard
from services.senders.limits import FIRST_DAY, GROWTH, ROUND, STEPS
from services.sending.columns import Column, floats, ints, raws, texts, words
from services.sending.lane import TOKEN_BYTES, Mark, Record
from services.sending.often import within_the_week
from services.sending.still import MAY

MOST_REFUSALS = 5  # in a row
NO_NEW_CHATS = "24 hours"  # so long, as far as is known, WhatsApp refuses new chats

# Tokens come back in one piece: a row for each would cost both sides more than the token.
RECORDED_TOKENS = "(SELECT string_agg(token, ''::bytea) FROM moved)"
MARKED_TOKENS = "(SELECT string_agg(inflight_token, ''::bytea) FROM marked)"

# From `moved (campaign_id, old, new)` to the counters; always in this order, so that no two transactions wait
# for one another.
RECOUNT = f"""
recounted AS (
    UPDATE campaign_count c
       SET {", ".join(f"{s} = c.{s} + d.{s}" for s in MessageStatus)}, changed_at = now()
      FROM (SELECT campaign_id,
                   {", ".join(f"count(*) FILTER (WHERE new = '{s}') - count(*) FILTER (WHERE old = '{s}') AS {s}" for s in MessageStatus)}
              FROM moved GROUP BY campaign_id ORDER BY campaign_id) d
     WHERE c.campaign_id = d.campaign_id)
"""  # noqa: E501, S608 - made of our own enum

# What rows must still be is a column here, in a CTE that the planner does not look into: it counted the
# queued rows before this launch, believes that there are none, and would begin with "all" of them. So it did
# with senders that have no alarm, where it had not counted them yet.
RECORDED = """
WITH r AS MATERIALIZED (
    SELECT *, 'queued' AS was
      FROM unnest(%(of)s::bigint[], %(told)s::bytea[], %(wa_ids)s::text[], %(in)s::bigint[],
                  %(recorded)s::bigint[], %(statuses)s::text[], %(reasons)s::text[], %(due)s::float8[],
                  %(tries)s::bigint[])
           AS r(sender_id, token, wa_id, campaign_id, message_id, status, reason, due_in_s, tries)),
"""

# The usual case: the row is still queued and the sender still carries the very token that was marked. An
# attempt that got no id of WhatsApp's leaves that of an earlier one, which a human had tried again: should
# a phone tell that it has that one after all, it is heard.
RECORD = f"""{RECORDED}
moved AS (
    UPDATE message m
       SET status = r.status, reason = r.reason, wa_id = COALESCE(r.wa_id, m.wa_id), token = r.token,
           due_at = now() + r.due_in_s * interval '1 second', attempts = m.attempts + r.tries,
           status_at = now(), accepted_at = CASE WHEN r.status = 'accepted' THEN now() END
      FROM r JOIN sender s ON s.id = r.sender_id AND s.inflight_token = r.token
     WHERE m.campaign_id = r.campaign_id AND m.id = r.message_id AND m.status = r.was
       AND m.token IS DISTINCT FROM r.token
    RETURNING m.campaign_id, 'queued' AS old, m.status AS new, r.token),
{RECOUNT}
SELECT {RECORDED_TOKENS}, NULL
""".encode()  # noqa: S608

# The very usual case: WhatsApp took all of them. The sender's mark says which message a token was for.
ACCEPTED = """
r AS MATERIALIZED (
    SELECT *, 'queued' AS was
      FROM unnest(%(of)s::bigint[], %(told)s::bytea[], %(wa_ids)s::text[]) AS r(sender_id, token, wa_id)),
moved AS (
    UPDATE message m
       SET status = 'accepted', reason = NULL, wa_id = r.wa_id, token = r.token, due_at = NULL,
           attempts = m.attempts + 1, status_at = now(), accepted_at = now()
      FROM r JOIN sender s ON s.id = r.sender_id AND s.inflight_token = r.token
     WHERE m.campaign_id = s.inflight_campaign AND m.id = s.inflight_message AND m.status = r.was
       AND m.token IS DISTINCT FROM r.token
    RETURNING m.campaign_id, r.token),
recounted AS (
    UPDATE campaign_count c SET queued = c.queued - d.n, accepted = c.accepted + d.n, changed_at = now()
      FROM (SELECT campaign_id, count(*) AS n FROM moved GROUP BY campaign_id ORDER BY campaign_id) d
     WHERE c.campaign_id = d.campaign_id)
"""

# Late truth: somebody took over meanwhile and called it unconfirmed (a human may even have queued it again
# since), or it was left out while it was leaving: by a cancel, or by somebody who was overtaken and lacks its
# file. The token in the row (or still on the sender) says that this record is of that very attempt.
#
# What never left is queued again, but not in a campaign that has finished: nobody sends anything of that. It
# may be weeks ago, and the shop, who read "not sure", may have told this person in another way: a human
# decides. The others are held, so that none finishes before this is counted. One that somebody else holds may
# be finishing: not waited for, since everybody's records would wait too.
RECORD_LATE = f"""{RECORDED}
going_on AS MATERIALIZED (
    SELECT c.id FROM campaign c
     WHERE c.status <> 'finished'
       AND c.id IN (SELECT r.campaign_id
                      FROM r JOIN message m ON m.campaign_id = r.campaign_id AND m.id = r.message_id
                     WHERE r.status = 'queued' AND m.status = 'unconfirmed' AND m.token = r.token)
       FOR SHARE SKIP LOCKED),
found AS (
    SELECT m.campaign_id, m.id, m.status AS old, r.wa_id, r.token,
           CASE WHEN r.status = 'queued' AND g.id IS NULL THEN 'failed' ELSE r.status END AS new,
           CASE WHEN r.status = 'queued' AND g.id IS NULL THEN 'not_sent' ELSE r.reason END AS reason,
           r.tries - CASE m.status WHEN 'unconfirmed' THEN 1 ELSE 0 END AS more_tries  -- that one was counted
      FROM r
      JOIN message m ON m.campaign_id = r.campaign_id AND m.id = r.message_id
      JOIN sender s ON s.id = r.sender_id
      LEFT JOIN going_on g ON g.id = m.campaign_id
     WHERE (m.token = r.token AND m.status = 'unconfirmed' AND r.status IN ('accepted', 'failed', 'queued'))
        OR (m.token = r.token AND m.status = 'unconfirmed' AND m.wa_id IS DISTINCT FROM r.wa_id
            AND r.wa_id IS NOT NULL)
        OR (m.token = r.token AND m.status = 'queued' AND r.status = 'accepted')
        OR (s.inflight_token = r.token AND m.token IS DISTINCT FROM r.token
            AND m.status IN ('skipped', 'failed') AND r.status IN ('accepted', 'failed', 'unconfirmed'))
       FOR UPDATE OF m),
moved AS (
    UPDATE message m
       SET status = f.new, reason = f.reason, wa_id = COALESCE(f.wa_id, m.wa_id), token = f.token,
           attempts = GREATEST(m.attempts + f.more_tries, 0), status_at = now(), due_at = NULL,
           accepted_at = CASE WHEN f.new = 'accepted' THEN now() END
      FROM found f WHERE m.campaign_id = f.campaign_id AND m.id = f.id
    RETURNING m.campaign_id, f.old, f.new, f.token),
{RECOUNT}
SELECT {RECORDED_TOKENS}, NULL
""".encode()  # noqa: S608

# A wrong number now and then says nothing of the sender.
TROUBLE = f"r.new_chats > 0 OR s.refused_in_row + r.times >= {MOST_REFUSALS}"

# WhatsApp said no: counted with the very record, so that no crash forgets it. 463 closes the sender for new
# people; five refusals in a row raise the alarm. A rehearsal without limits only plays.
REFUSED = f"""
WITH r AS (
    SELECT sender_id, count(*) AS times, count(*) FILTER (WHERE reason = 'new_chats_refused') AS new_chats,
           count(*) FILTER (WHERE cold AND reason = 'new_chats_refused') AS cold
      FROM unnest(%s::bigint[], %s::text[], %s::boolean[]) AS r(sender_id, reason, cold)
     GROUP BY sender_id)
UPDATE sender s
   SET refused_in_row = s.refused_in_row + r.times, cold_refused = s.cold_refused + r.cold,
       alarm = CASE WHEN s.refused_in_row + r.times >= {MOST_REFUSALS} THEN 'refused_in_a_row'
                    ELSE s.alarm END,
       troubled_at = CASE WHEN {TROUBLE} THEN now() ELSE s.troubled_at END,
       clean_days = CASE WHEN {TROUBLE} THEN s.clean_days / 2 ELSE s.clean_days END,
       restricted_until = CASE WHEN r.new_chats > 0
                               THEN GREATEST(s.restricted_until, now() + interval '{NO_NEW_CHATS}')
                               ELSE s.restricted_until END,
       restricted_why = CASE WHEN r.new_chats > 0 THEN 'new_chats_refused' ELSE s.restricted_why END
  FROM r WHERE s.id = r.sender_id AND (s.channel <> 'sandbox' OR s.plays_limits)
""".encode()  # noqa: S608 - our own constants

# What the sender's warm-up allows in a day: cap_after() of services/senders/limits.py.
CAP = (
    f"LEAST(s.daily_cap, {ROUND} * floor({FIRST_DAY} * power({GROWTH}::float8,"
    f" LEAST(s.clean_days, {STEPS})) / {ROUND}))"
)

# What a mark counts for: nothing where the same message was marked just before, and could not leave. On
# another day it counts anew, for then it is the first.
ONE = "w.counts * (s.inflight_message IS DISTINCT FROM w.message_id OR s.sent_today = 0)::int"

# The law. Epoch: nobody owns the sender after us. Status: pause, cancel and a second attempt stop here.
# Suppression: a STOP that came a second ago counts, but for the one word that answers it; so does a refusal
# that this very flush has recorded. The contact: deleted meanwhile, or agreed only by mistake (still.py).
# The day: a cap that was lowered while the messages were read already. What does not come back may not be
# sent.
MARKED = f"""
w AS MATERIALIZED (
    SELECT *, 'running' AS campaign_is, 'queued' AS message_is, NULL::text AS alarm_is
      FROM unnest(%(senders)s::bigint[], %(epochs)s::bigint[], %(campaigns)s::bigint[],
                  %(messages)s::bigint[], %(tokens)s::bytea[], %(gaps)s::float8[], %(counts)s::bigint[],
                  %(calm)s::bigint[])
           AS w(sender_id, epoch, campaign_id, message_id, token, gap_s, counts, calm)),
marked AS (
    UPDATE sender s
       SET inflight_campaign = w.campaign_id, inflight_message = w.message_id, inflight_token = w.token,
           inflight_at = now(), next_send_at = now() + w.gap_s * interval '1 second',
           awake_until = GREATEST(s.awake_until, now() + interval '1 hour'),
           sent_today = s.sent_today + {ONE}, cold_today = s.cold_today + m.cold::int * {ONE},
           sent_total = s.sent_total + {ONE}, cold_total = s.cold_total + m.cold::int * {ONE},
           refused_in_row = CASE WHEN w.calm = 1 THEN 0 ELSE s.refused_in_row END
      FROM w
      JOIN campaign c ON c.id = w.campaign_id AND c.status = w.campaign_is
     CROSS JOIN LATERAL (SELECT cold, phone, phone_hash FROM message
                          WHERE campaign_id = w.campaign_id AND id = w.message_id AND status = w.message_is
                         OFFSET 0) m
     WHERE s.id = w.sender_id AND s.epoch = w.epoch AND s.alarm IS NOT DISTINCT FROM w.alarm_is
       AND (NOT m.cold OR s.restricted_until IS NULL OR s.restricted_until <= now())
       AND ({ONE} = 0 OR s.channel = 'sandbox' AND NOT s.plays_limits
            OR s.sent_today < {CAP} AND (NOT m.cold OR s.cold_today < s.cold_per_day))
       AND (c.last_word
            OR NOT EXISTS (SELECT 1 FROM suppression o
                            WHERE o.workspace_id = s.workspace_id AND o.phone_hash = m.phone_hash))
       AND {MAY} {{only}}
    RETURNING s.inflight_token)
"""  # noqa: S608 - constants

# Whoever has a record that its token did not vouch for waits: its truth is looked for under the old mark.
TOLD = """
       AND w.sender_id <> ALL (ARRAY(SELECT sender_id FROM r WHERE token NOT IN (SELECT token FROM moved)))"""

ACCEPT = f"WITH {ACCEPTED} SELECT {RECORDED_TOKENS}, NULL".encode()
MARK = f"WITH {MARKED.format(only='')} SELECT NULL, {MARKED_TOKENS}".encode()
BOTH = f"WITH {ACCEPTED}, {MARKED.format(only=TOLD)} SELECT {RECORDED_TOKENS}, {MARKED_TOKENS}".encode()

SKIP = f"""
WITH r AS MATERIALIZED (
    SELECT *, 'queued' AS was FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
        AS r(campaign_id, message_id, status, reason)),
moved AS (
    UPDATE message m SET status = r.status, reason = r.reason, status_at = now()
      FROM r WHERE m.campaign_id = r.campaign_id AND m.id = r.message_id AND m.status = r.was
    RETURNING m.campaign_id, 'queued' AS old, m.status AS new),
{RECOUNT}
SELECT count(*) FROM moved
""".encode()  # noqa: S608

# An owner is gone and its message may have left. With the message's token the late owner is heard.
UNCONFIRM = f"""
WITH r AS (SELECT %s::bigint AS campaign_id, %s::bigint AS message_id, %s::bytea AS token, %s::text AS wa_id),
found AS (
    SELECT m.campaign_id, m.id, m.status AS old, r.token, r.wa_id
      FROM r JOIN message m ON m.campaign_id = r.campaign_id AND m.id = r.message_id
     WHERE m.status IN ('queued', 'skipped', 'failed') AND m.token IS DISTINCT FROM r.token
       FOR UPDATE OF m),
moved AS (
    UPDATE message m SET status = 'unconfirmed', reason = 'stopped_midway', token = f.token,
                         wa_id = COALESCE(f.wa_id, m.wa_id),  -- or that of an earlier attempt, as in RECORD
                         attempts = m.attempts + 1, status_at = now()
      FROM found f WHERE m.campaign_id = f.campaign_id AND m.id = f.id
    RETURNING m.campaign_id, f.old, m.status AS new),
{RECOUNT}
SELECT count(*) FROM moved
""".encode()  # noqa: S608

CLOSE_MARK = b"""
UPDATE sender SET inflight_token = NULL, inflight_campaign = NULL, inflight_message = NULL
 WHERE id = %s AND epoch = %s AND inflight_token = %s
"""

# A new owner's first step and its last in one, where there will be no owner: the epoch makes sure that
# whoever had it before marks nothing any more.
GIVE_UP = f"""
UPDATE sender
   SET epoch = epoch + 1, inflight_token = NULL, inflight_campaign = NULL, inflight_message = NULL
 WHERE id = %s AND inflight_token = %s AND status IN ({spelled(LOST)})
""".encode()  # noqa: S608 - our own constants

STORE_RECEIPTS = b"""
INSERT INTO receipt (sender_id, wa_id, kind, at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
"""

FORWARD = ", ".join(
    f"('{old}', '{new}')"
    for old, targets in MESSAGE_MOVES.items()
    for new in sorted(targets & {MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.FAILED})
    if (old, new) != (MessageStatus.QUEUED, MessageStatus.FAILED)
)

# Receipts wait in their table until their message is recorded; they come doubled and in any order. The
# newest come first: the oldest may wait for ever, for what the shop's own phone wrote has no message here.
# A receipt whose message is found is done with, even where it is not news any more. Who has read a message
# knows its sender from then on, in the other campaigns that it sends too.
APPLY_RECEIPTS = f"""
WITH waiting AS (
    SELECT id, sender_id, wa_id, kind, at FROM receipt
     WHERE stored_at > now() - %s::interval ORDER BY stored_at DESC LIMIT 5000 FOR UPDATE SKIP LOCKED),
told AS (
    SELECT w.sender_id, w.wa_id, min(w.at) FILTER (WHERE w.kind = 'delivered') AS delivered_at,
           min(w.at) FILTER (WHERE w.kind = 'read') AS read_at, array_agg(w.id) AS receipts
      FROM waiting w GROUP BY w.sender_id, w.wa_id),
found AS (
    SELECT m.campaign_id, m.id, m.status AS old, t.delivered_at, t.read_at, t.receipts,
           CASE WHEN t.read_at IS NOT NULL THEN 'read'
                WHEN t.delivered_at IS NOT NULL THEN 'delivered' ELSE 'failed' END AS new
      FROM told t JOIN message m ON m.wa_id = t.wa_id AND m.sender_id = t.sender_id
     ORDER BY m.campaign_id, m.id
       FOR UPDATE OF m),
news AS (
    SELECT f.* FROM found f JOIN (VALUES {FORWARD}) AS allowed(old, new)
        ON allowed.old = f.old AND allowed.new = f.new),
moved AS (
    UPDATE message m
       SET status = n.new, status_at = now(),
           reason = CASE WHEN n.new = 'failed' THEN 'unreadable' END,
           accepted_at = COALESCE(m.accepted_at, n.delivered_at, n.read_at),
           delivered_at = COALESCE(m.delivered_at, n.delivered_at), read_at = COALESCE(n.read_at, m.read_at)
      FROM news n WHERE m.campaign_id = n.campaign_id AND m.id = n.id
    RETURNING m.campaign_id, n.old, n.new, m.workspace_id, m.sender_id, m.contact_id, m.phone, n.read_at),
met AS (
    INSERT INTO acquaintance (sender_id, phone, workspace_id, read_at)
    SELECT sender_id, phone, min(workspace_id), max(read_at) FROM moved WHERE new = 'read' AND phone <> ''
     GROUP BY sender_id, phone ORDER BY sender_id, phone
        ON CONFLICT (sender_id, phone) DO UPDATE SET read_at = EXCLUDED.read_at
     WHERE COALESCE(acquaintance.read_at < EXCLUDED.read_at - interval '1 day', true)),
known AS (
    UPDATE message q SET cold = false
      FROM moved m
      JOIN campaign c ON c.sender_id = m.sender_id AND c.status = 'running' AND c.id <> m.campaign_id
     WHERE m.new = 'read' AND c.cold_from IS NOT NULL
       AND q.campaign_id = c.id AND q.contact_id = m.contact_id AND q.waits AND q.cold),
gone AS (DELETE FROM receipt WHERE id IN (SELECT unnest(receipts) FROM found)),
{RECOUNT}
SELECT DISTINCT campaign_id FROM moved
""".encode()  # noqa: S608


async def flush_plain(
    db: AsyncConnection, records: Sequence[Record], marks: Sequence[Mark]
) -> tuple[set[bytes], set[bytes]]:
    """Records and marks in one statement, where `are_plain`: the tokens that were recorded, and those that
    may be sent. What no token vouched for is for record_late(), and its sender was not marked.
    """
    asked = (_accepted(records) if records else {}) | (_marked(marks) if marks else {})
    statement = BOTH if records and marks else ACCEPT if records else MARK
    return await _tokens(db, statement, asked)


def are_plain(records: Sequence[Record], marks: Sequence[Mark]) -> bool:
    """WhatsApp took all of them, and nobody's week has to be counted."""
    return all(record.status == MessageStatus.ACCEPTED for record in records) and not any(
        mark.claimed.weekly for mark in marks
    )


async def record(db: AsyncConnection, records: Sequence[Record]) -> None:
    """Write what became of marked messages; what no token vouches for changes nothing. Repeatable."""
    told, _ = await _tokens(db, RECORD, _recorded(records))
    told |= await record_late(db, [record for record in records if record.token not in told])
    if refused := [record for record in records if record.refused and record.token in told]:
        columns = [(r.lane.sender_id, r.reason, r.cold) for r in refused]
        await db.execute(REFUSED, [list(column) for column in zip(*columns, strict=True)])


async def record_late(db: AsyncConnection, late: Sequence[Record]) -> set[bytes]:
    """What somebody who was overtaken has to tell; the tokens that were still believed."""
    if not late:
        return set()
    told, _ = await _tokens(db, RECORD_LATE, _recorded(late))
    return told


async def mark(db: AsyncConnection, marks: Sequence[Mark]) -> set[bytes]:
    """The tokens that may be sent, once this transaction has committed. Repeatable with the same tokens."""
    marks = await within_the_week(db, marks)
    if not marks:
        return set()
    _, tokens = await _tokens(db, MARK, _marked(marks))
    return tokens


async def skip(db: AsyncConnection, found: Sequence[tuple[int, int, str, str]]) -> None:
    """QUEUED → SKIPPED or FAILED before any attempt: (campaign_id, message_id, status, reason)."""
    await db.execute(SKIP, [list(column) for column in zip(*found, strict=True)])


async def unconfirm(
    db: AsyncConnection, campaign_id: int, message_id: int, token: bytes, wa_id: str | None
) -> None:
    """What a gone owner had marked may have left: UNCONFIRMED, until a receipt or that owner tells."""
    await db.execute(UNCONFIRM, [campaign_id, message_id, token, wa_id])


async def close_mark(db: AsyncConnection, sender_id: int, epoch: int, token: bytes) -> bool:
    """The older owner's mark is dealt with; only the present epoch may say so. Whether it still was that."""
    return (await db.execute(CLOSE_MARK, [sender_id, epoch, token])).rowcount > 0


async def give_up(db: AsyncConnection, sender_id: int, token: bytes) -> bool:
    """Close the mark of a lost sender; False where it is lost no more, or has another mark."""
    return (await db.execute(GIVE_UP, [sender_id, token])).rowcount > 0


async def store_receipts(db: AsyncConnection, heard: Sequence[ReceiptHeard]) -> None:
    await db.execute(
        STORE_RECEIPTS,
        [
            [r.sender_id for r in heard],
            [r.wa_id for r in heard],
            [r.kind.value for r in heard],
            [r.at for r in heard],
        ],
    )


async def apply_receipts(db: AsyncConnection, *, newer_than: str) -> set[int]:
    """Move messages forward by what phones told; the campaigns that changed. `newer_than`: an interval."""
    rows: list[TupleRow] = await (await db.execute(APPLY_RECEIPTS, [newer_than])).fetchall()
    return {int(row[0]) for row in rows}


def _accepted(records: Sequence[Record]) -> dict[str, Column]:
    return {
        "of": ints([r.lane.sender_id for r in records]),
        "told": raws([r.token for r in records]),
        "wa_ids": texts([r.wa_id for r in records]),
    }


def _marked(marks: Sequence[Mark]) -> dict[str, Column]:
    lanes = [mark.lane for mark in marks]
    claimed = [mark.claimed for mark in marks]
    return {
        "senders": ints([lane.sender_id for lane in lanes]),
        "epochs": ints([lane.epoch for lane in lanes]),
        "campaigns": ints([one.campaign_id for one in claimed]),
        "messages": ints([one.message_id for one in claimed]),
        "tokens": raws([one.outgoing.token for one in claimed]),
        "gaps": floats([mark.gap_s for mark in marks]),
        "counts": ints([one.counts for one in claimed]),
        "calm": ints([lane.calm for lane in lanes]),
    }


def _recorded(records: Sequence[Record]) -> dict[str, Column]:
    return _accepted(records) | {
        "in": ints([r.campaign_id for r in records]),
        "recorded": ints([r.message_id for r in records]),
        "statuses": words([r.status for r in records]),
        "reasons": words([r.reason for r in records]),
        "due": floats([r.due_in_s for r in records]),
        "tries": ints([r.tries for r in records]),
    }


async def _tokens(
    db: AsyncConnection, statement: bytes, columns: Mapping[str, Column]
) -> tuple[set[bytes], set[bytes]]:
    """Those that were recorded, and those that were marked."""
    row = await (await db.execute(statement, columns, binary=True)).fetchone()
    assert row is not None
    recorded, marked = map(_apart, row)
    return recorded, marked


def _apart(tokens: bytes | None) -> set[bytes]:
    return {tokens[i : i + TOKEN_BYTES] for i in range(0, len(tokens), TOKEN_BYTES)} if tokens else set()
