"""Where links are made: beside the engine, in one process of the fleet for each attempt.

An attempt that nobody works on any more ends as interrupted within seconds, and the page says so: to try
again costs one tap.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import LinkHow, LinkProblem, LinkStatus, SenderStatus
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.away import AWAY
from services.clock import now
from services.errors import WrongMoment
from services.gateways.linked.pairing import NotPaired, PairedAs, PairingEvent, ShowLetters, ShowQr
from services.gateways.protocol import LinkChanged
from services.live import announce, end
from services.senders import link_moves
from services.senders.link import WORKERS_TOPIC, heard_topic
from services.senders.link_moves import Work
from services.senders.linked_as import NotThisNumber, linked_as
from services.senders.moves import link_changed
from services.senders.rounds import Rounds

QUIET_S = 10.0  # a process that says nothing for so long is gone
UNHEARD_S = 20.0  # no process picks it up
AT_ONCE = 10  # each attempt is a process of its own, with 60 MB
log = logging.getLogger(__name__)

ALIVE = text("""
UPDATE link_request SET alive_at = now() WHERE id = ANY(:ids) AND worker = :worker AND status = 'started'
RETURNING id
""")
SHOW = text("""
UPDATE link_request
   SET letters = :letters, qr = :qr, shown_until = :until
 WHERE id = :id AND status = 'started' AND workspace_id = :workspace_id
""")
PHONE = text("SELECT phone FROM sender WHERE id = :id AND workspace_id = :workspace_id")
# Once a minute is enough for who looks, and little for the database.
HEARD = text("""
UPDATE sender SET heard_at = :at
 WHERE id = :id AND (heard_at IS NULL OR heard_at < CAST(:at AS timestamptz) - interval '1 minute')
RETURNING workspace_id
""")
NAME = text("SELECT name FROM sender WHERE id = :id AND workspace_id = :workspace_id")
LINKED = text("SELECT id FROM sender WHERE channel = 'linked' AND status = 'online'")
TO_UNLINK = text("SELECT sender_id FROM link_request WHERE status = 'asked' AND how = 'unlink'")


class Linking(Protocol):
    """What a gateway can do that links: services/gateways/linked/gateway.py."""

    def pair(self, *, phone: str | None, expected: str | None) -> AsyncGenerator[PairingEvent, None]: ...

    async def adopt(self, ticket: str, sender_id: int) -> None: ...

    async def discard(self, ticket: str) -> None: ...

    async def unlink(self, sender_id: int) -> None: ...

    async def say_goodbyes(self) -> None: ...

    def heard_at(self, sender_id: int) -> datetime | None: ...


class Linker:
    """start() begins to take attempts; stop() gives those under way up."""

    def __init__(self, process: str, linking: Linking) -> None:
        self._process = process
        self._linking = linking
        self._attempts: dict[int, asyncio.Task[None]] = {}
        self._rounds = Rounds(WORKERS_TOPIC, self._look, "nothing can be linked now")

    async def start(self) -> None:
        await self._linking.say_goodbyes()
        self._rounds.start()

    async def stop(self) -> None:
        await self._rounds.stop()
        await end(self._attempts.values())

    async def _look(self, _asked: bool) -> None:
        """One round: say what we are at, end what nobody is at, take what waits, and pass on who is alive."""
        async with transaction() as db:
            asked = {"ids": list(self._attempts), "worker": self._process}
            ours = set((await db.scalars(ALIVE, asked)).all())
            await link_moves.end_abandoned(db, quiet_s=QUIET_S, unheard_s=UNHEARD_S)
        for request_id in self._attempts.keys() - ours:
            self._attempts[request_id].cancel()  # somebody changed their mind
        while len(self._attempts) < AT_ONCE and await self._take():
            pass
        await self._note_heard()

    async def _take(self) -> bool:
        async with transaction() as db:
            wanted = (await db.scalars(TO_UNLINK)).all()
            here = [sender_id for sender_id in wanted if self._linking.heard_at(sender_id)]
            work = await link_moves.start(db, self._process, here)
        if work is not None:
            task = asyncio.create_task(self._attempt(work))
            self._attempts[work.request_id] = task
            task.add_done_callback(lambda _: self._attempts.pop(work.request_id))
        return work is not None

    async def _attempt(self, work: Work) -> None:
        """To its end, whatever that is; what breaks here is found abandoned."""
        try:
            if work.how == LinkHow.UNLINK:
                await self._unlink(work)
            else:
                await self._pair(work)
        except WrongMoment:
            return  # it was cancelled while it ended
        except (*AWAY, OSError) as e:
            log.warning("the attempt %s to link came to nothing: %s", work.request_id, e)

    async def _pair(self, work: Work) -> None:
        async with transaction() as db:
            asked = {"id": work.sender_id, "workspace_id": work.workspace_id}
            expected = await db.scalar(PHONE, asked) if work.sender_id else work.phone
        phone = work.phone if work.how == LinkHow.CODE else None
        async with aclosing(self._linking.pair(phone=phone, expected=expected)) as events:
            async for event in events:
                match event:
                    case ShowQr(qr, until) if work.how == LinkHow.QR:
                        await self._show(work, until, qr=qr)
                    case ShowLetters(letters, until):
                        await self._show(work, until, letters=letters)
                    case PairedAs():
                        await self._paired(work, event)
                    case NotPaired(why, detail):
                        log.info("attempt %s did not link: %s %s", work.request_id, why, detail)
                        problem = LinkProblem(why.value)
                        found = detail if problem is LinkProblem.ANOTHER_NUMBER else None
                        await self._fail(work, problem, found)

    async def _show(
        self, work: Work, until: datetime, qr: str | None = None, letters: str | None = None
    ) -> None:
        asked = {"id": work.request_id, "workspace_id": work.workspace_id}
        async with transaction() as db:
            await db.execute(SHOW, {**asked, "qr": qr, "letters": letters, "until": until})
            await announce(db, f"link:{work.request_id}")

    async def _paired(self, work: Work, paired: PairedAs) -> None:
        try:
            async with transaction() as db:
                sender_id = await linked_as(db, work, paired.phone, paired.lid, paired.name)
        except NotThisNumber as e:
            await self._linking.discard(paired.ticket)
            await self._fail(work, e.problem, paired.phone)
            return
        await self._linking.adopt(paired.ticket, sender_id)
        async with transaction() as db:
            await link_moves.end(
                db, work.workspace_id, work.request_id, to=LinkStatus.DONE, sender_id=sender_id
            )
            await _note(db, work, Deed.LINKED, sender_id)

    async def _fail(self, work: Work, problem: LinkProblem, found: str | None = None) -> None:
        async with transaction() as db:
            await link_moves.end(
                db,
                work.workspace_id,
                work.request_id,
                to=LinkStatus.FAILED,
                problem=problem,
                found=found,
            )

    async def _unlink(self, work: Work) -> None:
        assert work.sender_id is not None
        try:
            await self._linking.unlink(work.sender_id)
        except OSError as e:
            log.warning("sender %s could not be unlinked: %s", work.sender_id, e)
            await self._fail(work, LinkProblem.NOT_REACHED)
            return
        await link_changed(LinkChanged(work.sender_id, SenderStatus.LOGGED_OUT, now(), "unlinked here"))
        async with transaction() as db:
            await link_moves.end(db, work.workspace_id, work.request_id, to=LinkStatus.DONE)
            await _note(db, work, Deed.UNLINKED, work.sender_id)

    async def _note_heard(self) -> None:
        """The last proof of life of each sender that is open here."""
        async with transaction() as db:
            there = (await db.scalars(LINKED)).all()
            heard = [(sender_id, self._linking.heard_at(sender_id)) for sender_id in there]
            for sender_id, at in heard:
                if at and (workspace_id := await db.scalar(HEARD, {"id": sender_id, "at": at})):
                    await announce(db, heard_topic(workspace_id))


async def _note(db: AsyncSession, work: Work, deed: Deed, sender_id: int) -> None:
    name = await db.scalar(NAME, {"id": sender_id, "workspace_id": work.workspace_id})
    await note(db, Actor(work.person_id or 0, work.workspace_id, work.who, ""), deed, sender=name)
