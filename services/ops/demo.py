"""A shop to look around in, so that a newcomer launches a campaign two minutes after the first start."""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.access import Person
from models.contact import Contact
from models.db import transaction
from services.access import passwords
from services.access.signup import found
from services.consent import record
from services.consent.suppress import phone_hash
from services.ops.demo_people import Sample, sample_people
from services.ops.demo_templates import SAMPLE_TEMPLATES
from services.templates.write import add_template

LOGIN = "demo@example.com"
PASSWORD = "mithai-2026"
WORDING = "Sample data: this person is made up, and so is their consent."

# Any number that no other lock of this database has: see models/migrate.py, services/sending/partitions.py.
LOCK = text("SELECT pg_advisory_xact_lock(5417002040)")


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What the login page shows."""

    login: str
    password: str


async def make_demo() -> DemoLogin:
    """Make "Asha's Sweets" unless it is there: its owner, a sandbox, 120 people, templates. All or nothing.

    What a visitor changed in it stays changed. Only main.py calls this, and never in production: everybody
    knows the password.
    """
    if not await _is_there():
        password_hash = await passwords.hashed(PASSWORD)
        async with transaction() as db:
            await db.execute(LOCK)
            if await _owner(db) is None:  # another process may have been faster
                await _make(db, password_hash)
    return DemoLogin(LOGIN, PASSWORD)


async def _is_there() -> bool:
    async with transaction() as db:
        return await _owner(db) is not None


async def _owner(db: AsyncSession) -> int | None:
    owner: int | None = await db.scalar(select(Person.id).where(Person.login == LOGIN))  # type: ignore[call-overload]
    return owner


async def _make(db: AsyncSession, password_hash: str) -> None:
    owner = await found(
        db, name="Asha", business="Asha's Sweets", login=LOGIN, password_hash=password_hash, demo=True
    )
    await _add_people(db, owner, sample_people())
    for name, texts in SAMPLE_TEMPLATES.items():
        await add_template(db, owner.workspace_id, name, texts)


async def _add_people(db: AsyncSession, owner: Person, people: list[Sample]) -> None:
    contacts = [
        Contact(
            workspace_id=owner.workspace_id,
            phone=person.phone,
            phone_hash=phone_hash(owner.workspace_id, person.phone),
            name=person.name,
            language=person.language,
            fields=person.fields,
            tags=person.tags,
        )
        for person in people
    ]
    db.add_all(contacts)
    await db.flush()
    agreed = [contact.id for contact, person in zip(contacts, people, strict=True) if person.agreed]
    await record.declare(db, owner.workspace_id, agreed, source="demo", wording=WORDING, recorded_by=owner.id)
