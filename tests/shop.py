"""Asha's shop: the cast, and the verbs that tests speak.

Asha owns the shop, Chitra owns another (a stranger). Ravi and Meena are contacts. What reached whom is
judged by the sandbox's ledger on disk, never by our own tables.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, update
from sqlalchemy import text as sql

from models.access import Person, Workspace
from models.campaign import Campaign
from models.contact import Contact
from models.db import transaction
from models.sender import Sender
from services.access.actor import Actor
from services.campaigns.control import cancel
from services.campaigns.finish import end_cancelled
from services.campaigns.launch import launch
from services.clock import now
from services.consent.suppress import phone_hash
from services.gateways.protocol import Gateway, Listener, ReplyHeard
from services.gateways.registry import Gateways
from services.gateways.sandbox.gateway import Sandbox
from services.gateways.sandbox.ledger import Sent, read_ledger
from services.sending import inbox
from services.sending.counts import Counts, counts
from services.sending.engine import Engine
from services.sending.hearing import Hearing

PATIENCE_S = 60.0  # an end that never comes fails the test instead of hanging it


@dataclass(frozen=True)
class Someone:
    """A contact of the shop."""

    id: int
    name: str
    phone: str


@dataclass
class Shop:
    """A workspace with a sandbox sender and an owner who is logged in."""

    folder: Path
    actor: Actor
    sender_id: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def cancels(self, campaign_id: int) -> int:
        """Cancelled, and the time for an undo is over; how many do not get it because of that."""
        await cancel(self.actor, campaign_id)
        async with transaction() as db:
            over = update(Campaign).where(Campaign.id == campaign_id).values(cancel_at=now())  # type: ignore[arg-type]
            await db.execute(over)
        before = (await self.counts(campaign_id)).skipped
        await end_cancelled()
        return (await self.counts(campaign_id)).skipped - before

    async def contacts(self, *names: str, agreed: bool = True, phones: Sequence[str] = ()) -> list[Someone]:
        """New people; numbers of our own choosing where `phones` says so."""
        given = phones or [f"+9198{self.actor.workspace_id % 100:02}{next(self.numbers):04}77" for _ in names]
        workspace = self.actor.workspace_id
        rows = [
            Contact(
                workspace_id=workspace,
                phone=phone,
                phone_hash=phone_hash(workspace, phone),
                name=name,
                consent="given" if agreed else "unknown",
            )
            for name, phone in zip(names, given, strict=True)
        ]
        async with transaction() as db:
            db.add_all(rows)
        return [Someone(row.id, row.name, row.phone) for row in rows]

    async def people(self, how_many: int) -> list[Someone]:
        """A crowd that agreed."""
        return await self.contacts(*(f"Person {n}" for n in range(how_many)))

    async def draft(self, to: Sequence[Someone], text: str = "Hello {name|friend}", **more: Any) -> int:
        """A campaign to exactly these people, at the speed of a rehearsal; its id."""
        tag = f"list {next(self.numbers)}"
        facts: dict[str, Any] = {
            "name": tag,
            "sender_id": self.sender_id,
            "texts": {"en": text},
            "pace": "fast",
            "rehearsal_speed": 1000,
            "footer": False,
            **more,
        }
        async with transaction() as db:
            chosen = Contact.id.in_([someone.id for someone in to])  # type: ignore[attr-defined]
            tagged = update(Contact).where(chosen).values(tags=func.array_append(Contact.tags, tag))
            await db.execute(tagged)
            campaign = Campaign(
                workspace_id=self.actor.workspace_id,
                audience={"tags": [tag]},
                created_by=self.actor.person_id,
                **facts,
            )
            db.add(campaign)
        return campaign.id

    async def launched(self, to: Sequence[Someone], text: str = "Hello {name|friend}", **more: Any) -> int:
        campaign_id = await self.draft(to, text, **more)
        await launch(self.actor, campaign_id)
        return campaign_id

    @asynccontextmanager
    async def engine(
        self, folder: Path | None = None, door: Callable[[Path, Listener], Gateway] = Sandbox
    ) -> AsyncIterator[Engine]:
        """A sending process, inside this one."""
        hearing = Hearing()
        engine = Engine(Gateways(door(folder or self.folder / "sandbox", hearing)), hearing)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()

    async def pump_dry(self) -> None:
        """Send until nothing of this shop is queued any more."""
        async with self.engine():
            await self.until(self.nothing_queued)

    async def nothing_queued(self) -> bool:
        async with transaction() as db:
            asked = sql(
                "SELECT count(*) FROM message m JOIN campaign c ON c.id = m.campaign_id"
                " WHERE m.workspace_id = :workspace AND m.status = 'queued' AND c.status = 'running'"
            )
            return not await db.scalar(asked, {"workspace": self.actor.workspace_id})

    async def until(self, happened: Callable[[], Awaitable[bool]]) -> None:
        """Wait for an end, however long this machine takes for it; give up after a minute."""
        async with asyncio.timeout(PATIENCE_S):
            while not await happened():
                await asyncio.sleep(0.02)

    async def hears(self, from_: Someone | str, text: str) -> None:
        """Somebody writes to the shop's number."""
        phone = from_ if isinstance(from_, str) else from_.phone
        heard = ReplyHeard(self.sender_id, phone, text, f"in-{next(self.numbers)}", now())
        await inbox.take([heard])

    async def statuses(self, campaign_id: int) -> dict[str, str]:
        """Phone → status, as our tables have it."""
        async with transaction() as db:
            asked = sql("SELECT phone, status FROM message WHERE campaign_id = :id")
            return {row[0]: row[1] for row in await db.execute(asked, {"id": campaign_id})}

    async def status(self, campaign_id: int, someone: Someone) -> str:
        return (await self.statuses(campaign_id))[someone.phone]

    async def reason(self, campaign_id: int, someone: Someone) -> str | None:
        async with transaction() as db:
            asked = sql("SELECT reason FROM message WHERE campaign_id = :id AND phone = :phone")
            reason: str | None = await db.scalar(asked, {"id": campaign_id, "phone": someone.phone})
            return reason

    async def counts(self, campaign_id: int) -> Counts:
        async with transaction() as db:
            return await counts(db, campaign_id)

    def ledger(self) -> list[Sent]:
        """What really left, in the order in which it left."""
        return [sent for sent in read_ledger(self.folder / "sandbox") if sent.sender_id == self.sender_id]

    def phones_reached(self) -> list[str]:
        return [sent.phone for sent in self.ledger()]

    def campaign_reached(self) -> list[str]:
        """Whom the usual text reached; the one word that answers a STOP is none."""
        return [sent.phone for sent in self.ledger() if sent.text.startswith("Hello ")]


@asynccontextmanager
async def open_shop(folder: Path, name: str, *, owner: str) -> AsyncIterator[Shop]:
    """A workspace as a sign-up leaves it, with a sandbox to send from."""
    async with transaction() as db:
        workspace = Workspace(name=name, quiet_from=0, quiet_until=0)  # tests run at night, too
        db.add(workspace)
        await db.flush()
        login = f"{owner.lower()}@{workspace.id}.example"
        person = Person(workspace_id=workspace.id, name=owner, login=login, password_hash="-")
        sender = Sender(workspace_id=workspace.id, channel="sandbox", name="Sandbox", status="online")
        db.add_all([person, sender])
    yield Shop(folder, Actor(person.id, workspace.id, owner, name), sender.id)
