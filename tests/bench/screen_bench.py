"""From a commit to the screen: 200 people watch while 500 messages a second flow.

All of it is the real thing: main.py with its pages, its engine and the sandbox, and plain websocket
clients that speak as NiceGUI's browser does. A commit counts from the last moment at which the table still
had the old number, so what is told is rather too much than too little.
"""

import asyncio
import os
import sys
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from models.access import Person
from models.db import connect, transaction
from services.access import sessions
from services.embedded import Servers
from services.embedded.program import free_port
from tests.bench import stock
from tests.bench.figure import Figure
from tests.bench.ground import KEY, cpu_of, lasting_servers, pools
from tests.bench.viewers import Viewer, open_all

SENDERS = 50
SPEED = 42  # about ten messages a second from every sender
WATCHED = 10  # campaigns, by 20 viewers each
VIEWERS = 200
FLOWS_S = 20.0
EACH = 800
AIM_MS = 1000.0

DONE = b"""
SELECT campaign_id, accepted + delivered + read + failed + unconfirmed FROM campaign_count
 WHERE campaign_id = ANY(%s)
"""


async def measure() -> list[Figure]:
    with lasting_servers() as (servers, folder):
        async with pools(servers.database_url, servers.redis_url):
            actor = await stock.open_workspace()
            senders = await stock.hire(actor, SENDERS)
            campaigns = await stock.write(actor, senders, each=EACH, speed=SPEED)
            async with transaction() as db:
                secret = await sessions.begin(db, await db.get_one(Person, actor.person_id))
            async with _broadcaster(servers, folder) as (address, pid):
                await stock.go(campaigns)
                viewers = [Viewer(campaigns[n % WATCHED]) for n in range(VIEWERS)]
                looking = await open_all(viewers, address, f"broadcaster={secret}")
                await asyncio.sleep(3)
                before, begun, left = cpu_of(pid), time.monotonic(), await stock.left(campaigns)
                commits = await _commits(campaigns[:WATCHED], FLOWS_S)
                took = time.monotonic() - begun
                percent = (cpu_of(pid) - before) / took * 100
                flow = (left - await stock.left(campaigns)) / took
                await _all_shown(viewers, commits)
                for one in looking:
                    one.cancel()
    late = sorted(_latencies(viewers, commits))
    p99 = late[int(len(late) * 0.99)]
    return [
        Figure(f"commit to screen, p50, ms ({VIEWERS} viewers)", late[len(late) // 2], 0, 0, "-", True),
        Figure(f"commit to screen, p99, ms ({VIEWERS} viewers)", p99, 0, 0, "under 1000", p99 < AIM_MS),
        Figure("messages a second meanwhile", flow, 0, 0, "about 500", flow > 450),
        Figure("the whole process meanwhile, % of a core", percent, 0, 0, "-", True),
    ]


@asynccontextmanager
async def _broadcaster(servers: Servers, folder: Path) -> AsyncIterator[tuple[str, int]]:
    """main.py beside us; its address and its process."""
    port = free_port()
    told = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "BROADCASTER_DATA": str(folder / "data"),
        "BROADCASTER_PORT": str(port),
        "BROADCASTER_LOG": "error",
        "SECRET_KEY": KEY.decode(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "main.py", env=os.environ | told, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if line.startswith(b"Broadcaster is ready"):
                break
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        await process.communicate()


async def _commits(campaigns: Sequence[int], for_s: float) -> dict[int, list[tuple[float, int]]]:
    """By campaign: the last moment before a new number was there, and the number."""
    numbers: dict[int, int] = {}
    seen: dict[int, list[tuple[float, int]]] = {campaign: [] for campaign in campaigns}
    db = await connect()
    await db.set_autocommit(True)
    looked = time.monotonic()
    end = looked + for_s
    while looked < end:
        before, looked = looked, time.monotonic()
        for campaign, done in await (await db.execute(DONE, [list(campaigns)])).fetchall():
            if numbers.get(campaign, done) != done:
                seen[campaign].append((before, done))
            numbers[campaign] = done
        await asyncio.sleep(0.02)
    await db.close()
    return seen


async def _all_shown(viewers: Sequence[Viewer], commits: dict[int, list[tuple[float, int]]]) -> None:
    """Until everybody has seen what was committed last, however late; gives up after a minute."""
    last = {campaign: seen[-1][1] for campaign, seen in commits.items() if seen}
    async with asyncio.timeout(60):
        while any(not v.seen or v.seen[-1][1] < last.get(v.campaign_id, 0) for v in viewers):
            await asyncio.sleep(0.1)


def _latencies(viewers: Sequence[Viewer], commits: dict[int, list[tuple[float, int]]]) -> list[float]:
    """In ms: for each commit and each viewer of its campaign, until the number or a later one was there."""
    late = []
    for viewer in viewers:
        shown = [done for _, done in viewer.seen]
        for at, done in commits[viewer.campaign_id]:
            place = bisect_left(shown, done)
            assert place < len(shown), f"campaign {viewer.campaign_id} was never shown at {done}"
            late.append((viewer.seen[place][0] - at) * 1000)
    return late
