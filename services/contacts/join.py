"""“Send HI to join”: somebody writes the shop's word, and that is their yes, in their own hand.

It counts only after the shop has asked for it (`joining_since`), for without a poster "Hi" is a greeting.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.consent import record
from services.consent.hashing import phone_hash
from services.consent.stop_words import ShopWords, plain, wish
from services.consent.suppress import is_suppressed
from services.contacts.tags import as_spelled
from services.errors import Invalid
from services.i18n import LANGUAGES, N_, Words, words
from services.live import announce

LONGEST = 20  # characters of the word

INVITATION = N_("{word}, please send me news and offers from {shop} on WhatsApp.")
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

    def heard(self, written: str) -> "Yes | None":
        """Whether the whole message is the word, or the word's sentence in one of our languages."""
        said = plain(written)
        if self.since is None or not said:
            return None
        for language in LANGUAGES:
            if said == plain(invitation(words(language), self)):
                return Yes(language)
        return Yes(None) if said == plain(self.word) else None


@dataclass(frozen=True, slots=True)
class Yes:
    """Somebody wants to join. The sentence names the shop and tells the language; the bare word does not."""

    language: str | None

    @property
    def names_the_shop(self) -> bool:
        return self.language is not None


def invitation(_: Words, joining: Joining) -> str:
    """What WhatsApp has ready in its box after the link or the code: one tap sends it."""
    return _(INVITATION, word=joining.word, shop=joining.shop)


def link(_: Words, joining: Joining, phone: str) -> str:
    """wa.me opens a chat with the shop; `phone` in E.164."""
    return f"https://wa.me/{phone.lstrip('+')}?text={quote(invitation(_, joining), safe='')}"


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
    yes: Yes,
    joining: Joining,
    *,
    written: str,
    source: str,
    evidence: str,
) -> int | None:
    """A step: this person agrees, in their own words; the contact's id, or None where it is no news.

    The bare word does not lift a STOP: "Hi" may be a greeting. The sentence does, and START.

    Args:
        source: join; rehearsal where it was played.
        evidence: the id of the message at WhatsApp.
    """
    hashed = phone_hash(workspace_id, phone)
    person = {"workspace_id": workspace_id, "phone_hash": hashed}
    latest = (await db.execute(LATEST, person)).one_or_none()
    if latest is not None and tuple(latest) == ("given", source):
        return None
    if not yes.names_the_shop and await is_suppressed(db, workspace_id, phone):
        return None
    tags = await as_spelled(db, workspace_id, [joining.word])
    row = {**person, "phone": phone, "language": yes.language, "tags": tags}
    contact_id: int = await db.scalar(WELCOME, row)
    await record.give(db, workspace_id, phone, source=source, wording=written, evidence=evidence)
    await announce(db, f"contacts:{workspace_id}")
    return contact_id
