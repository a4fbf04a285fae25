"""“Send HI to join”: somebody writes to the shop first, and that is their yes, in their own hand.

The link and the poster's code have a whole sentence ready, which names the shop: it counts at once. The bare
word may be a greeting, so it is answered with a question, once, and the YES to it counts. Nothing counts
before the shop has asked for it (`joining_since`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.clock import now
from services.consent import record
from services.consent.hashing import phone_hash
from services.consent.stop_words import ShopWords, plain, wish
from services.contacts.tags import as_spelled
from services.errors import Invalid
from services.i18n import LANGUAGES, N_, Words, words
from services.live import announce

LONGEST = 20  # characters of the word
ASKED_WITHIN = timedelta(days=2)  # later, a yes is an answer to something else
ASKED_AGAIN = timedelta(days=30)  # nobody is asked sooner than this because they said "Hi" once more

INVITATION = N_("{word}, please send me news and offers from {shop} on WhatsApp.")
QUESTION = N_(
    "Would you like to get news and offers from {shop} here on WhatsApp? Reply YES, and you will. If not, you"
    " need not do anything."
)
NOTICE = N_(
    "Thank you! {shop} will send you news and offers on WhatsApp, and keeps your number and your name for"
    " that alone.\n\nReply STOP at any time and we stop. To see what we keep about you, or to have it"
    " deleted, just write to us here."
)


@dataclass(frozen=True, slots=True)
class Joining:
    """What a shop asks people to write; `since` is empty while it does not ask."""

    word: str
    shop: str
    since: datetime | None = None

    def invited(self, written: str) -> str | None:
        """In which of our languages the whole message is the link's sentence, which names the shop."""
        said = plain(written)
        if self.since is None or not said:
            return None
        return next((code for code in LANGUAGES if said == plain(invitation(words(code), self))), None)

    def named(self, written: str) -> bool:
        """Whether the whole message is the word alone."""
        return self.since is not None and plain(written) == plain(self.word)


def invitation(_: Words, joining: Joining) -> str:
    """What WhatsApp has ready in its box after the link or the code: one tap sends it."""
    return _(INVITATION, word=joining.word, shop=joining.shop)


def link(_: Words, joining: Joining, phone: str) -> str:
    """wa.me opens a chat with the shop; `phone` in E.164."""
    return f"https://wa.me/{phone.lstrip('+')}?text={quote(invitation(_, joining), safe='')}"


def question(_: Words, joining: Joining) -> str:
    """What they are asked who wrote the word alone."""
    return _(QUESTION, shop=joining.shop)


def notice(_: Words, joining: Joining) -> str:
    """The answer to who joins: who keeps what, what for, and how to end it."""
    return _(NOTICE, shop=joining.shop)


READ = text("SELECT join_word, name, joining_since FROM workspace WHERE id = :workspace_id")


async def joining_of(actor: Actor) -> Joining:
    async with transaction() as db:
        return Joining(*(await db.execute(READ, {"workspace_id": actor.workspace_id})).one())


WRITE = text("""
UPDATE workspace SET join_word = :word,
       joining_since = CASE WHEN :on THEN COALESCE(joining_since, now()) END
 WHERE id = :workspace_id
""")


async def change_joining(actor: Actor, *, word: str, on: bool, shop_words: ShopWords) -> Joining:
    """Ask people to join with `word`, or stop asking. Who joined stays.

    Raises:
        Invalid: no word that can be told from a STOP or a START.
    """
    tidy = _word(word, shop_words)
    async with transaction() as db:
        known = {"workspace_id": actor.workspace_id}
        await db.execute(WRITE, {**known, "word": tidy, "on": on})
        await note(db, actor, Deed.JOINING_CHANGED, word=tidy, on=on)
        return Joining(*(await db.execute(READ, known)).one())


def _word(typed: str, shop_words: ShopWords) -> str:
    word = " ".join(typed.split())
    if not plain(word) or len(word) > LONGEST or len(plain(word).split()) > 2:
        raise Invalid(N_("Choose one short word, for example {example}."), example="SWEETS")
    if wish(word, shop_words) is not None:
        raise Invalid(N_("People write “{word}” to stop or to start again. Choose another word."), word=word)
    return word.upper()


LATEST = text("""
SELECT consent, source FROM consent_record
 WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash ORDER BY id DESC LIMIT 1
""")

WELCOME = text("""
INSERT INTO contact (workspace_id, phone, phone_hash, language, tags)
VALUES (:workspace_id, :phone, :phone_hash, :language, :tags)
    ON CONFLICT (workspace_id, phone) DO UPDATE
   SET language = COALESCE(contact.language, EXCLUDED.language), updated_at = now(),
       tags = CASE WHEN contact.tags @> EXCLUDED.tags THEN contact.tags ELSE contact.tags || EXCLUDED.tags END
RETURNING id
""")


async def join(
    db: AsyncSession,
    workspace_id: int,
    phone: str,
    joining: Joining,
    language: str | None,
    *,
    written: str,
    source: str,
    evidence: str,
) -> int | None:
    """A step: this person agrees, in their own words; the contact's id, or None where it is no news. An
    earlier STOP is lifted by it.

    Args:
        language: in which they were asked, if that is known.
        written: what they agreed to, and how they said it.
        source: join; rehearsal where it was played.
        evidence: the id of the message at WhatsApp.
    """
    hashed = phone_hash(workspace_id, phone)
    person = {"workspace_id": workspace_id, "phone_hash": hashed}
    latest = (await db.execute(LATEST, person)).one_or_none()
    if latest is not None and tuple(latest) == ("given", source):
        return None
    tags = await as_spelled(db, workspace_id, [joining.word])
    row = {**person, "phone": phone, "language": language, "tags": tags}
    contact_id: int = await db.scalar(WELCOME, row)
    await record.give(db, workspace_id, phone, source=source, wording=written, evidence=evidence)
    await announce(db, f"contacts:{workspace_id}")
    return contact_id


# Whoever said STOP is asked nothing, and who has agreed already need not be. No question twice in a month.
ASK = text("""
UPDATE chat h SET join_question = :language, join_asked_at = :at
 WHERE h.workspace_id = :workspace_id AND h.id = :chat_id
   AND (h.join_asked_at IS NULL OR h.join_asked_at < :asked_before)
   AND NOT EXISTS (SELECT 1 FROM suppression o
                    WHERE o.workspace_id = h.workspace_id AND o.phone_hash = :phone_hash)
   AND NOT EXISTS (SELECT 1 FROM contact c
                    WHERE c.workspace_id = h.workspace_id AND c.phone = h.phone AND c.consent <> 'unknown')
RETURNING id
""")


async def may_ask(db: AsyncSession, workspace_id: int, chat_id: int, phone: str, language: str) -> bool:
    """A step: whether to ask this person now; if so, the next thing that they write may be their yes."""
    at = now()
    asked = {"workspace_id": workspace_id, "chat_id": chat_id, "language": language, "at": at}
    person = {"phone_hash": phone_hash(workspace_id, phone), "asked_before": at - ASKED_AGAIN}
    return await db.scalar(ASK, {**asked, **person}) is not None
