"""The list of contacts, a page at a time: searched, filtered and counted by the database."""

from dataclasses import dataclass

from sqlalchemy import text

from models.db import transaction
from models.states import Consent
from services.access.actor import Actor
from services.contacts.find import MEANT, Asked, meant

PAGE = 25  # people on a screen

LIST = text(f"""
SELECT c.id, c.name, c.phone, c.tags, c.consent FROM contact c WHERE {MEANT}
 ORDER BY c.id DESC LIMIT :most OFFSET :skip
""")  # noqa: S608 - MEANT is a constant
COUNT = text(f"SELECT count(*) FROM contact c WHERE {MEANT}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    id: int
    name: str
    phone: str  # E.164
    tags: list[str]
    consent: Consent


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """`found` counts all who match, not only those on this page."""

    people: list[Listed]
    found: int
    page: int  # from 1
    pages: int


async def search(actor: Actor, asked: Asked, page: int = 1) -> ContactsPage:
    """The newest first; a page beyond the last shows the last."""
    whom = meant(actor.workspace_id, asked)
    async with transaction() as db:
        found = int(await db.scalar(COUNT, whom) or 0)
        pages = max(1, -(-found // PAGE))
        page = min(max(1, page), pages)
        rows = await db.execute(LIST, {**whom, "most": PAGE, "skip": (page - 1) * PAGE})
        people = [Listed(id, name, phone, tags, Consent(said)) for id, name, phone, tags, said in rows]
    return ContactsPage(people, found, page, pages)
