"""What keeps a campaign from going: the same few checks for its review, its schedule and its launch."""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.sender import Sender
from models.states import Channel
from services.contacts.audience import CHOSEN
from services.errors import BroadcasterError, Invalid
from services.i18n import LANGUAGES, N_
from services.media.find import is_gone
from services.media.unfit import LONGEST_CAPTION
from services.sending.fates import COLD, FATE, JOINED, fates
from services.templates.footer import FOOTER_TAKES, has_footer
from services.templates.render import LONGEST, needed, problems_of, says_nothing

# One row a person of the audience: the text they will read, what becomes of them, and whether they are new
# to the sender.
AUDIENCE = f"""
SELECT c.id, c.name, c.phone, c.language, c.fields,
       CASE WHEN c.language = ANY(:languages) THEN c.language ELSE :default_language END AS reads,
       {FATE} AS fate, {COLD} AS cold, a.wrote_at IS NOT NULL AS wrote
  FROM contact c {JOINED}
 WHERE {CHOSEN}
"""  # noqa: S608 - constants

# `need` says which blanks each language must have a value for; people who read another are not asked.
WITHOUT = """
  JOIN unnest(CAST(:need_language AS text[]), CAST(:need_key AS text[])) AS need (language, key)
    ON need.language = a.reads
 WHERE a.fate = 'reached'
   AND btrim(COALESCE(CASE need.key WHEN 'name' THEN a.name ELSE a.fields ->> need.key END, '')) = ''
"""

LACKING = text(f"""
SELECT need.key, need.language, count(*) AS people
  FROM ({AUDIENCE}) a
{WITHOUT}
 GROUP BY need.key, need.language
 ORDER BY people DESC, need.key, need.language
""")  # noqa: S608 - constants


class NoText(BroadcasterError):
    """There is nothing to send."""

    sentence = N_("Write the message first.")


class FileGone(BroadcasterError):
    """What it should carry is not in its folder any more."""

    sentence = N_("The photo, PDF or video is not on the server any more. Please choose it again.")


class NoSender(BroadcasterError):
    """Nobody was chosen to send it."""

    sentence = N_("Choose the number to send from.")


class NobodyChosen(BroadcasterError):
    """The audience is nobody, or there are no such contacts."""

    sentence = N_("Choose who gets it: nobody is in it yet.")


class EmptyAudience(BroadcasterError):
    """There are people in it, and none may be written to."""

    sentence = N_(
        "Nobody in it may get this message, so there is no one to send to. See who is left out, and why."
    )


class MissingBlanks(BroadcasterError):
    """Some people have nothing for a blank that has no fallback: `people`, `blank`, `lacking`."""

    sentence = N_("{people} of them have no “{blank}”. Give it a fallback, or leave the blank out.")


@dataclass(frozen=True, slots=True)
class Lacking:
    """So many readers of the text in `language` have nothing for its blank `key`."""

    key: str
    language: str
    people: int


def obstacle_in_texts(campaign: Campaign) -> BroadcasterError | None:
    """The first thing that is wrong with the texts themselves."""
    if not campaign.texts and campaign.attachment_id is None:
        return NoText()
    for body in campaign.texts.values():
        for problem in problems_of(body, longest_of(campaign)):
            return Invalid(problem.sentence, **problem.facts)
        if campaign.attachment_id is None and says_nothing(body):
            return NoText()
    return None


def longest_of(campaign: Campaign) -> int:
    """How many characters each of its texts may have: fewer beside a photo, or above a footer."""
    most = LONGEST if campaign.attachment_id is None else LONGEST_CAPTION
    return most - (FOOTER_TAKES if has_footer(campaign) else 0)


def default_language(campaign: Campaign) -> str:
    """What they read whose own language has no text: the chosen one, or the first that is written."""
    if campaign.texts and campaign.default_language not in campaign.texts:
        return next(language for language in LANGUAGES if language in campaign.texts)
    return campaign.default_language


def speed_of(campaign: Campaign, sender: Sender | None) -> int:
    """How many times faster than life it runs: a rehearsal may, what reaches people never."""
    return campaign.rehearsal_speed if sender and sender.channel == Channel.SANDBOX else 1


async def sender_of(db: AsyncSession, campaign: Campaign) -> Sender | None:
    """The campaign's sender, if it is still the workspace's."""
    return await db.scalar(
        select(Sender).where(
            Sender.id == campaign.sender_id,  # type: ignore[arg-type]
            Sender.workspace_id == campaign.workspace_id,  # type: ignore[arg-type]
        )
    )


async def lacking(db: AsyncSession, campaign: Campaign) -> list[Lacking]:
    """Who of those that would be written to has nothing for a blank; the largest group first."""
    facts = audience_facts(campaign)
    if not facts["need_key"]:
        return []
    return [Lacking(*row) for row in await db.execute(LACKING, facts)]


async def check(db: AsyncSession, campaign: Campaign) -> Sender:
    """What can be known before the messages are made; who gets them is known after. Returns the sender.

    Raises:
        NoText, Invalid: nothing to send, or a text that cannot be.
        FileGone: what it carries is missing.
        NoSender: no number to send from.
        MissingBlanks: somebody would read a hole.
    """
    if wrong := obstacle_in_texts(campaign):
        raise wrong
    if await is_gone(db, campaign.workspace_id, campaign.attachment_id):
        raise FileGone
    sender = await sender_of(db, campaign)
    if sender is None:
        raise NoSender
    if missing := await lacking(db, campaign):
        raise missing_blanks(missing)
    return sender


def missing_blanks(found: list[Lacking]) -> MissingBlanks:
    """The largest group as an error."""
    people = sum(lack.people for lack in found if lack.key == found[0].key)
    return MissingBlanks(people=people, blank=found[0].key)


def audience_facts(campaign: Campaign) -> dict[str, object]:
    """The blanks of AUDIENCE and of WITHOUT."""
    need = [(language, key) for language, body in campaign.texts.items() for key in needed([body])]
    return {
        "languages": list(campaign.texts),
        "default_language": default_language(campaign),
        "need_language": [language for language, _key in need],
        "need_key": [key for _language, key in need],
        **fates(campaign),
    }
