"""One seed: linked numbers send to many while their children, their workers and WhatsApp itself break."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from models.db import close_pool, open_pool, transaction
from models.sender import Sender
from services.embedded import Servers
from services.gateways.linked import Linked
from services.key import use_key
from services.redis_link import close_redis, open_redis
from services.sending.partitions import make_ahead
from tests.chaos.linked.judge import Verdict, judge
from tests.chaos.run import UNDONE
from tests.chaos.worker import LEASE_S
from tests.gateways.linked_rig import Deaf, launcher, link, new_phone
from tests.peers.whatsapp.process import PeerProcess
from tests.shop import open_shop

PATIENCE_S = 240.0
HOST = "services.gateways.linked.host"


@dataclass
class World:
    """Two workers with linked numbers, the peer, and a diary of what happened to them."""

    servers: Servers
    database_url: str
    folder: Path
    peer: PeerProcess
    seed: int
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    diary: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    @contextmanager
    def working(self, how_many: int) -> Iterator[None]:
        self.workers = [self.hire() for _ in range(how_many)]
        try:
            yield
        finally:
            for worker in self.workers:
                worker.kill()
                worker.wait()

    def hire(self) -> subprocess.Popen[bytes]:
        told = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.servers.redis_url,
            "LINKED": str(self.folder / "linked"),
            "PEER": json.dumps(launcher(self.peer).environment),
        }
        command = [sys.executable, "-m", "tests.chaos.linked.worker"]
        return subprocess.Popen(command, env=os.environ | told, stdout=subprocess.DEVNULL)

    async def accident(self) -> None:
        """One, and its end."""
        kinds = [self.kill_child, self.kill_child, self.kill_worker, self.kill_peer, self.cut_lines]
        happen = self.chance.choice([*kinds, self.freeze_worker])
        self.diary.append(happen.__name__)
        await happen()

    async def kill_child(self) -> None:
        children = [child for worker in self.workers for child in children_of(worker.pid)]
        if children:
            with suppress(psutil.NoSuchProcess):
                self.chance.choice(children).kill()

    async def kill_worker(self) -> None:
        place = self.chance.randrange(len(self.workers))
        self.workers[place].kill()
        self.workers[place].wait()
        await asyncio.sleep(self.chance.uniform(0, LEASE_S))
        self.workers[place] = self.hire()

    async def freeze_worker(self) -> None:
        worker = self.workers[self.chance.randrange(len(self.workers))]
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(LEASE_S + 1, LEASE_S + 3))
        worker.send_signal(signal.SIGCONT)

    async def kill_peer(self) -> None:
        await asyncio.to_thread(self.peer.kill)
        await asyncio.sleep(self.chance.uniform(0, 2))
        await asyncio.to_thread(self.peer.start)

    async def cut_lines(self) -> None:
        await self.peer.ask("drop")


def children_of(pid: int) -> list[psutil.Process]:
    try:
        return [one for one in psutil.Process(pid).children() if HOST in one.cmdline()]
    except psutil.NoSuchProcess:
        return []


async def run(
    servers: Servers,
    database_url: str,
    folder: Path,
    seed: int,
    *,
    senders: int = 20,
    messages: int = 2000,
    accidents: int = 20,
    workers: int = 2,
) -> Verdict:
    """Link `senders` numbers, send `messages` over them through `accidents`, then judge."""
    world = World(servers, database_url, folder, PeerProcess(folder / "peer"), seed)
    world.peer.start()
    try:
        belongs = await _prepare(world, senders, messages)
        with world.working(workers):
            for _ in range(accidents):
                await asyncio.sleep(world.chance.uniform(1.0, 4.0))
                await world.accident()
            await _until_done(world)
            for worker in world.workers:
                worker.terminate()
            for worker in world.workers:
                await asyncio.to_thread(worker.wait)
        return judge(seed, database_url, world.peer.ledger(), belongs, world.diary, folder / "linked")
    finally:
        world.peer.kill()


async def _prepare(world: World, senders: int, messages: int) -> dict[str, str]:
    use_key(b"the key of a test, 32 bytes long")
    open_pool(world.database_url)
    open_redis(world.servers.redis_url)
    belongs: dict[str, str] = {}
    try:
        await make_ahead()
        async with open_shop(world.folder, "Asha's shop", owner="Asha") as shop:
            people = await shop.people(messages)
            each = messages // senders
            numbers = await _link(world, shop.actor.workspace_id, senders)
            for place, (sender_id, phone) in enumerate(numbers.items()):
                to = people[place * each : (place + 1) * each]
                belongs |= {someone.phone[1:]: phone[1:] for someone in to}
                await shop.launched(to, sender_id=sender_id)
    finally:
        await close_redis()
        await close_pool()
    return belongs


async def _link(world: World, workspace_id: int, how_many: int) -> dict[int, str]:
    rows = [
        Sender(
            workspace_id=workspace_id,
            channel="linked",
            name=f"Number {n}",
            phone=new_phone(),
            status="online",
            daily_cap=10**6,
            cold_per_day=10**6,
            clean_days=1000,
        )
        for n in range(how_many)
    ]
    async with transaction() as db:
        db.add_all(rows)
    gateway = Linked(world.folder / "linked", Deaf(), launcher(world.peer))
    for row in rows:
        assert row.phone
        await link(gateway, world.peer, row.phone, row.id)
    await gateway.aclose()
    return {row.id: row.phone or "" for row in rows}


async def _until_done(world: World) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        with psycopg.connect(world.database_url) as db:
            if db.execute(UNDONE).fetchone() == (0,):
                break
    await asyncio.sleep(3)  # for the last receipts
