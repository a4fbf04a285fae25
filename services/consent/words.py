"""What counts as a STOP in one shop: its own words beside ours, and those of ours that do not count there."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.consent.stop_words import ALWAYS, PHRASES, ShopWords, Wish, our_stop_phrases, plain
from services.errors import Invalid
from services.i18n import N_

MOST = 50  # words of its own
LONGEST = 40  # characters of one

READ = text("SELECT stop_words, words_off, join_word FROM workspace WHERE id = :workspace_id")
WRITE = text("UPDATE workspace SET stop_words = :more, words_off = :off WHERE id = :workspace_id")


async def shop_words(db: AsyncSession, workspace_id: int) -> ShopWords:
    """A step: the words of a workspace."""
    more, off, _join = (await db.execute(READ, {"workspace_id": workspace_id})).one()
    return ShopWords(tuple(more), tuple(off))


async def words_of(actor: Actor) -> ShopWords:
    async with transaction() as db:
        return await shop_words(db, actor.workspace_id)


async def change_words(actor: Actor, *, more: Sequence[str], off: Sequence[str]) -> ShopWords:
    """Write what stands on the page; what was written twice is kept once.

    Raises:
        Invalid: a word that means something else, or is no word.
    """
    async with transaction() as db:
        before = await shop_words(db, actor.workspace_id)
        _more, _off, join_word = (await db.execute(READ, {"workspace_id": actor.workspace_id})).one()
        after = ShopWords(_own(more, join_word), _switched_off(off))
        if after != before:
            words, off_now = list(after.more), list(after.off)
            await db.execute(WRITE, {"workspace_id": actor.workspace_id, "more": words, "off": off_now})
            await note(db, actor, Deed.WORDS_CHANGED, more=words, off=off_now)
    return after


def _own(written: Sequence[str], join_word: str) -> tuple[str, ...]:
    tidy = {plain(word): " ".join(word.split()) for word in written if word.strip()}
    for said, word in tidy.items():
        _check(said, word, join_word)
    if len(tidy) > MOST:
        raise Invalid(N_("That is too many words: {most} at most."), most=MOST)
    return tuple(word for said, word in tidy.items() if PHRASES.get(tuple(said.split())) is not Wish.STOP)


def _check(said: str, word: str, join_word: str) -> None:
    """Nobody may be opted out by an everyday word, or by the one that they join with."""
    known = PHRASES.get(tuple(said.split()), Wish.STOP)
    if len(said) < 2 or len(word) > LONGEST:
        raise Invalid(
            N_("“{word}” cannot be used. Write a word or two, {most} letters at most."),
            word=word,
            most=LONGEST,
        )
    if known is Wish.START or said == plain(join_word):
        raise Invalid(N_("“{word}” already means the contrary: people write it to hear from you."), word=word)
    if known is None or said in EVERYDAY:
        raise Invalid(
            N_("“{word}” is what people write every day. They would stop without meaning it."), word=word
        )


def _switched_off(chosen: Sequence[str]) -> tuple[str, ...]:
    """Only ours can be switched off, and not those that every footer names."""
    wanted = {plain(word) for word in chosen} - {plain(word) for word in ALWAYS}
    return tuple(phrase for phrase in our_stop_phrases() if plain(phrase) in wanted)


EVERYDAY_WORDS = """
    yes | no | hi | hello | hey | haan | ha | ho | nahi | nahin | naahi | namaste | yes please | no thanks
    good | price | order | हाँ | हां | हो | नहीं | नाही | नमस्ते | नमस्कार | अच्छा | बरं
"""
EVERYDAY = {plain(word) for line in EVERYDAY_WORDS.splitlines() for word in line.split("|")}
