"""Thousands of senders that wait between two messages: what waiting costs, and how punctual it is.

Waiting: everybody has messages, and nobody is due. Safe pace: a message each 10 to 30 s, so 5,000 senders
send 250 a second.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil
import uvloop

from models.db import raw
from services.access.actor import Actor
from services.embedded import Servers
from services.gateways.protocol import Outcome, Outgoing
from services.gateways.registry import Gateways
from services.sending.beat import Beat
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from services.sending.lane import Mark, Record
from services.sending.loop import look_for_rings_seldom
from tests.bench import stock
from tests.bench.at_once import AtOnce
from tests.bench.figure import Figure
from tests.bench.ground import cpu_of, lasting_servers, pools
from tests.bench.sending import all_owned

SENDERS = (1000, 5000)
EACH = 6
SEND_S = 0.3
WATCHED_S = 20.0
WAITING_PERCENT = 2.0
LATE_MS = 250.0

# As after a restart in the middle of it: everybody's next moment is in the table.
NEXT = b"""
UPDATE sender SET next_send_at = now() + interval '1 second' * (%s + random() * 20) WHERE id = ANY(%s)
"""


class Punctual(Engine):
    """Notes when each message was planned to leave."""

    def __init__(self, gateways: Gateways, hearing: Hearing, gateway: "Clocked") -> None:
        super().__init__(gateways, hearing)
        self._beats = [PunctualBeat(self._recorded, gateway) for _ in self._beats]


class PunctualBeat(Beat):
    def __init__(self, recorded: Callable[[Sequence[Record]], None], gateway: "Clocked") -> None:
        super().__init__(recorded)
        self._clocked = gateway

    def _take_due(self) -> list[Mark]:
        marks = super()._take_due()
        for mark in marks:
            self._clocked.plan(mark.lane.sender_id, mark.lane.next_at)
        return marks


class Clocked(AtOnce):
    """Notes how late each message is."""

    def __init__(self) -> None:
        super().__init__(SEND_S)
        self._planned: dict[int, float] = {}
        self._due: dict[int, float] = {}
        self.late_ms: list[float] = []

    def plan(self, sender_id: int, next_at: float) -> None:
        self._due[sender_id] = self._planned.get(sender_id, time.monotonic())
        self._planned[sender_id] = next_at

    async def send(self, sender_id: int, message: Outgoing) -> Outcome:
        self.late_ms.append((time.monotonic() - self._due[sender_id]) * 1000)
        return await super().send(sender_id, message)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a process cost while it was watched; how late its messages were."""

    percent: float  # of a core
    memory_mb: float
    late_ms: float


async def measure() -> list[Figure]:
    figures = []
    for how_many in SENDERS:
        with lasting_servers() as (servers, _):
            async with pools(servers.database_url, servers.redis_url):
                actor = await stock.open_workspace()
                senders = await stock.hire(actor, how_many)
                waiting = await _watch(servers, actor, senders, first_after_s=600)
                pacing = await _watch(servers, actor, senders, first_after_s=8)
        figures += _figures(how_many, waiting, pacing)
    return figures


def _figures(how_many: int, waiting: Watched, pacing: Watched) -> list[Figure]:
    many = f"{how_many:,} senders"
    idle, late = waiting.percent, pacing.late_ms
    return [
        Figure(
            f"{many} waiting, % of a core", idle, 0, 0, f"under {WAITING_PERCENT:g}", idle < WAITING_PERCENT
        ),
        Figure(f"{many} at the safe pace, % of a core", pacing.percent, 0, 0, "-", True),
        Figure(f"{many} at the safe pace: memory, MB", pacing.memory_mb, 0, 0, "-", True),
        Figure(f"{many}: late, p99, ms", late, 0, 0, f"under {LATE_MS:g}", late < LATE_MS),
    ]


async def _watch(servers: Servers, actor: Actor, senders: Sequence[int], *, first_after_s: float) -> Watched:
    campaigns = await stock.write(actor, senders, each=EACH, pace="safe")
    async with raw() as db:
        await db.execute(b"UPDATE sender SET epoch = 0")
        await db.execute(NEXT, [first_after_s, list(senders)])
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.pacing_bench"),
        env=os.environ | {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await worker.communicate(json.dumps([campaigns, list(senders)]).encode())
    if worker.returncode:
        raise RuntimeError("The process that sends broke.")
    async with raw() as db:
        await db.execute(b"UPDATE campaign SET status = 'finished' WHERE id = ANY(%s)", [campaigns])
    return Watched(*json.loads(said))


async def work(campaigns: Sequence[int], senders: Sequence[int]) -> Watched:
    gateway = Clocked()
    async with pools(os.environ["DATABASE_URL"], os.environ["REDIS_URL"]):
        engine = Punctual(Gateways(gateway), Hearing(), gateway)
        await engine.start()
        try:
            await all_owned(senders)
            await stock.go(campaigns)
            await asyncio.sleep(8)  # everybody is fed
            gateway.late_ms.clear()
            before, begun = cpu_of(os.getpid()), time.perf_counter()
            await asyncio.sleep(WATCHED_S)
            used = (cpu_of(os.getpid()) - before) / (time.perf_counter() - begun) * 100
            late = sorted(gateway.late_ms or [0.0])
            return Watched(used, psutil.Process().memory_info().rss / 1e6, late[int(len(late) * 0.99)])
        finally:
            await engine.stop()


def main() -> None:
    look_for_rings_seldom()  # as main.py does
    watched = uvloop.run(work(*json.loads(sys.stdin.read())))
    print(json.dumps([watched.percent, watched.memory_mb, watched.late_ms]))


if __name__ == "__main__":
    main()
