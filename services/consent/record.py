"""The only file that writes contact.consent; every word is kept in consent_record as well.

A person's own word (`withdraw`, `give`) always counts. What the shop declares about people (`declare`)
never overrides somebody who said no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.consent.kept import Said
from services.consent.suppress import phone_hash, suppress, unsuppress

# The history is kept for people who are no contacts, too.
SAY = text("""
WITH said AS (
    UPDATE contact SET consent = :consent
     WHERE workspace_id = :workspace_id AND phone = :phone AND consent <> :consent
)
INSERT INTO consent_record (workspace_id, phone_hash, consent, source, wording, evidence, recorded_by)
VALUES (:workspace_id, :phone_hash, :consent, :source, :wording, :evidence, :recorded_by)
""")


async def withdraw(
    db: AsyncSession,
    workspace_id: int,
    phone: str,
    *,
    source: str,
    wording: str = "",
    evidence: str = "",
    recorded_by: int | None = None,
) -> None:
    """This person does not want to hear from the shop any more, whether a contact or not.

    Args:
        source: who says so: reply, typed.
        wording: what the person wrote.
        evidence: where it can be looked up: the message's id at WhatsApp.
        recorded_by: the person of the shop who typed it; None when the contact wrote it.
    """
    await suppress(db, workspace_id, phone, source=source)
    await _say(db, workspace_id, phone, _Word("withdrawn", source, wording, evidence, recorded_by))


async def give(
    db: AsyncSession,
    workspace_id: int,
    phone: str,
    *,
    source: str,
    wording: str = "",
    evidence: str = "",
    recorded_by: int | None = None,
) -> None:
    """This person asked to hear from the shop, perhaps again: lifts an earlier STOP."""
    await unsuppress(db, workspace_id, phone)
    await _say(db, workspace_id, phone, _Word("given", source, wording, evidence, recorded_by))


@dataclass(frozen=True, slots=True)
class Imported:
    """The people of an import of whose consent nothing was known before it."""

    import_id: int


Whom = Sequence[int] | Imported  # contact ids, or an import's
# MATERIALIZED below: right after an import the planner believes that a shop has three contacts, and would
# otherwise look the whole import through for each of them.
IDS = "SELECT unnest(CAST(:ids AS bigint[])) AS id"
IMPORTED = """
    SELECT r.contact_id AS id FROM import_row r
     WHERE r.import_id = :import_id AND COALESCE(r.before ->> 'consent', 'unknown') = 'unknown'"""

# One statement, so that a STOP that comes meanwhile is either seen here or waits and wins.
DECLARE = """
WITH whom AS MATERIALIZED ({whom}), agreed AS (
    UPDATE contact c SET consent = 'given'
      FROM whom
     WHERE c.workspace_id = :workspace_id AND c.id = whom.id AND c.consent = 'unknown'
       AND NOT EXISTS (SELECT 1 FROM suppression o
                        WHERE o.workspace_id = c.workspace_id AND o.phone_hash = c.phone_hash)
    RETURNING c.phone_hash
)
INSERT INTO consent_record (workspace_id, phone_hash, consent, source, wording, evidence, recorded_by)
SELECT :workspace_id, phone_hash, 'given', :source, :wording, :evidence, :recorded_by FROM agreed
"""


async def declare(
    db: AsyncSession,
    workspace_id: int,
    whom: Whom,
    *,
    source: str,
    wording: str,
    recorded_by: int,
    evidence: str = "",
) -> int:
    """The shop says that these contacts agreed; counts only where nothing is known yet.

    Args:
        wording: the declaration, as it stood beside the box that was ticked.
        evidence: where it can be looked up: the file that they came in.

    Returns:
        how many of them agreed by this.
    """
    said = {"source": source, "wording": wording, "evidence": evidence, "recorded_by": recorded_by}
    return await _bulk(db, DECLARE, workspace_id, whom, said)


REMEMBER = """
WITH whom AS MATERIALIZED ({whom})
UPDATE contact c SET consent = 'withdrawn'
  FROM whom, suppression o
 WHERE c.workspace_id = :workspace_id AND c.id = whom.id AND c.consent <> 'withdrawn'
   AND o.workspace_id = c.workspace_id AND o.phone_hash = c.phone_hash AND o.source <> 'unheard'
"""


async def remember(db: AsyncSession, workspace_id: int, whom: Whom) -> None:
    """Whoever of these new contacts said STOP before they were deleted has still said it."""
    await _bulk(db, REMEMBER, workspace_id, whom, {})


# Somebody who has written YES themselves meanwhile has agreed, whatever the shop declared: unless the word
# was another number's.
TAKE_BACK = """
WITH whom AS MATERIALIZED ({whom}), taken AS (
    UPDATE contact c SET consent = 'unknown'
      FROM whom
     WHERE c.workspace_id = :workspace_id AND c.id = whom.id AND c.consent = 'given'
       AND (:own_words_too
            OR NOT EXISTS (SELECT 1 FROM consent_record r
                            WHERE r.workspace_id = c.workspace_id AND r.phone_hash = c.phone_hash
                              AND r.consent = 'given' AND r.recorded_by IS NULL))
    RETURNING c.phone_hash
)
INSERT INTO consent_record (workspace_id, phone_hash, consent, source, wording, recorded_by)
SELECT :workspace_id, phone_hash, 'unknown', :source, '', :recorded_by FROM taken
"""


async def take_back(
    db: AsyncSession,
    workspace_id: int,
    whom: Whom,
    *,
    source: str,
    recorded_by: int,
    own_words_too: bool = False,
) -> None:
    """The declaration about these was a mistake: nothing is known of them again.

    Args:
        own_words_too: also where they said yes themselves, because they get another number.
    """
    said = {"source": source, "recorded_by": recorded_by, "own_words_too": own_words_too}
    await _bulk(db, TAKE_BACK, workspace_id, whom, said)


# What the file beside the database still knows (services/consent/kept.py). Of a workspace that is not there
# any more, nothing. Somebody who has agreed in their own words since has the last word.
KEPT = """
WITH kept AS MATERIALIZED (
    SELECT k.* FROM unnest(CAST(:workspaces AS bigint[]), CAST(:hashes AS bytea[]), CAST(:sources AS text[]),
                           CAST(:moments AS timestamptz[])) AS k (workspace_id, phone_hash, source, at)
      JOIN workspace w ON w.id = k.workspace_id),
news AS ({news} RETURNING suppression.workspace_id, suppression.phone_hash),
contacts AS (
    UPDATE contact c SET consent = :consent FROM news n
     WHERE c.workspace_id = n.workspace_id AND c.phone_hash = n.phone_hash AND c.consent <> :consent)
INSERT INTO consent_record (workspace_id, phone_hash, consent, source)
SELECT workspace_id, phone_hash, :consent, 'kept' FROM news
RETURNING workspace_id, phone_hash
"""
AGAIN_WITHDRAWN = text(
    KEPT.format(
        news="""
    INSERT INTO suppression (workspace_id, phone_hash, source, at)
    SELECT k.workspace_id, k.phone_hash, k.source, k.at FROM kept k
     WHERE NOT EXISTS (SELECT 1 FROM consent_record r
                        WHERE r.workspace_id = k.workspace_id AND r.phone_hash = k.phone_hash
                          AND r.consent = 'given' AND r.recorded_by IS NULL AND r.at > k.at)
        ON CONFLICT (workspace_id, phone_hash) DO UPDATE SET source = EXCLUDED.source
           WHERE suppression.source IN ('rehearsal', 'unheard')"""
    )
)
AGAIN_GIVEN = text(
    KEPT.format(
        news="""
    DELETE FROM suppression USING kept k
     WHERE suppression.workspace_id = k.workspace_id AND suppression.phone_hash = k.phone_hash
       AND suppression.at < k.at"""
    )
)


async def again_withdrawn(db: AsyncSession, kept: Sequence[Said]) -> set[tuple[int, bytes]]:
    """These said STOP, and the database has forgotten it: whose it was news of, by workspace and hash."""
    return await _again(db, AGAIN_WITHDRAWN, kept, "withdrawn")


async def again_given(db: AsyncSession, kept: Sequence[Said]) -> set[tuple[int, bytes]]:
    """These took their STOP back, and the database has forgotten that."""
    return await _again(db, AGAIN_GIVEN, kept, "given")


async def _again(
    db: AsyncSession, statement: TextClause, kept: Sequence[Said], consent: str
) -> set[tuple[int, bytes]]:
    if not kept:
        return set()
    asked = {
        "workspaces": [one.workspace_id for one in kept],
        "hashes": [one.phone_hash for one in kept],
        "sources": [one.source for one in kept],
        "moments": [one.at for one in kept],
        "consent": consent,
    }
    return {(row[0], bytes(row[1])) for row in await db.execute(statement, asked)}


async def _bulk(
    db: AsyncSession, statement: str, workspace_id: int, whom: Whom, said: Mapping[str, object]
) -> int:
    if isinstance(whom, Imported):
        condition, who = IMPORTED, {"import_id": whom.import_id}
    else:
        condition, who = IDS, {"ids": list(whom)}  # type: ignore[dict-item]
    sql = text(statement.format(whom=condition))
    result = await db.execute(sql, {"workspace_id": workspace_id, **who, **said})
    return cast(CursorResult[Any], result).rowcount


@dataclass(frozen=True, slots=True)
class _Word:
    consent: str
    source: str
    wording: str
    evidence: str
    recorded_by: int | None


async def _say(db: AsyncSession, workspace_id: int, phone: str, word: _Word) -> None:
    person = {"workspace_id": workspace_id, "phone": phone, "phone_hash": phone_hash(workspace_id, phone)}
    await db.execute(SAY, {**person, **asdict(word)})
