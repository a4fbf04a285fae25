"""Messages a second and their price: our engine, the original's shape (Bull 4), and an unguarded floor.

A door without latency, 1,000 senders without gaps. Ours and the floor's differ in the guards alone: the
mark before the send, the epochs, the tokens, the leases.
"""

import asyncio
from collections.abc import Sequence
from statistics import median

import psycopg

from services.access.actor import Actor
from services.embedded import Servers
from tests.bench import bull, sending, stock
from tests.bench.figure import Figure
from tests.bench.ground import lasting_servers, pools
from tests.bench.sending import Cost, Round

ROUNDS = 5
SENDERS = 1000
EACH = 60  # messages of a sender in a round
FOR_BULL = 15_000  # messages in a round
NO_GAPS = 1_000_000  # so many times faster than life
REAL_S = 20.0
REAL_SEND_S = 0.3

PEER = """
DROP TABLE IF EXISTS peer;
CREATE TABLE peer (id bigint PRIMARY KEY, status text NOT NULL, wa_id text, sent_at timestamptz);
INSERT INTO peer SELECT n, 'queued' FROM generate_series(1, {messages}) n;
"""


async def measure() -> list[Figure]:
    bull.install()
    ours: list[Cost] = []
    floors: list[Cost] = []
    bulls: list[Cost] = []
    with lasting_servers() as (servers, _):
        async with pools(servers.database_url, servers.redis_url):
            actor = await stock.open_workspace()
            senders = await stock.hire(actor, SENDERS)
            for _ in range(ROUNDS):
                ours.append(await _round(servers, "engine", actor, senders))
                floors.append(await _round(servers, "floor", actor, senders))
                bulls.append(await _bull(servers))
            real = await _real_pace(servers, actor, senders)
    return [*_figures(ours, floors, bulls), _real_figure(real)]


async def _round(servers: Servers, way: str, actor: Actor, senders: Sequence[int]) -> Cost:
    campaigns = await stock.write(actor, senders, each=EACH, speed=NO_GAPS)
    _tidy(servers)
    return await sending.run(servers, Round(way, campaigns, list(senders)))


async def _bull(servers: Servers) -> Cost:
    _tidy(servers, PEER.format(messages=FOR_BULL))
    told = await bull.run(servers, "work", FOR_BULL)
    return Cost(FOR_BULL, told.seconds, told.cpu)


async def _real_pace(servers: Servers, actor: Actor, senders: Sequence[int]) -> Cost:
    campaigns = await stock.write(actor, senders, each=EACH)
    _tidy(servers)
    what = Round("engine", campaigns, list(senders), takes_s=REAL_SEND_S, for_s=REAL_S)
    return await sending.run(servers, what)


def _tidy(servers: Servers, statements: str = "ANALYZE message") -> None:
    """Nobody pays for what was written before his turn."""
    assert servers.postgres is not None
    with psycopg.connect(servers.database_url) as db:
        db.execute(statements.encode())
    with psycopg.connect(servers.postgres.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")


def _figures(ours: list[Cost], floors: list[Cost], bulls: list[Cost]) -> list[Figure]:
    def middle(of: list[Cost], what: str) -> float:
        return median(float(getattr(cost, what)) for cost in of)

    speed, bull_speed = middle(ours, "a_second"), middle(bulls, "a_second")
    own, bull_own, floor_own = (middle(of, "own_us") for of in (ours, bulls, floors))
    everything, bull_all, floor_all = (middle(of, "all_us") for of in (ours, bulls, floors))
    return [
        Figure(
            "1,000 senders: messages a second, against Bull 4",
            speed,
            bull_speed,
            speed / bull_speed,
            "8 times or more",
            speed >= 8 * bull_speed,
        ),
    ]


def _real_figure(real: Cost) -> Figure:
    percent = real.cpu.own_s / real.seconds * 100
    return Figure("x", percent, 0, 0, "under 15", percent < 15)


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(figure)
