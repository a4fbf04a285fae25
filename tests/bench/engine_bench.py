"""Messages a second and their price: our engine, the original's shape (Bull 4), and an unguarded floor.

A door without latency, 1,000 senders without gaps. Ours and the floor's differ in the guards alone: the
mark before the send, the epochs, the tokens, the leases.
"""

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
EACH = 100  # messages of a sender in a round
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
    cost = await sending.run(servers, Round(way, campaigns, list(senders)))
    await stock.finish(campaigns)  # as the clock does: nobody asks for what is over
    return cost


async def _bull(servers: Servers) -> Cost:
    with psycopg.connect(servers.database_url) as db:
        db.execute(PEER.format(messages=FOR_BULL).encode())
    _tidy(servers)
    told = await bull.run(servers, "work", FOR_BULL)
    return Cost(FOR_BULL, told.seconds, told.cpu)


async def _real_pace(servers: Servers, actor: Actor, senders: Sequence[int]) -> Cost:
    campaigns = await stock.write(actor, senders, each=EACH)
    _tidy(servers)
    what = Round("engine", campaigns, list(senders), takes_s=REAL_SEND_S, for_s=REAL_S)
    return await sending.run(servers, what)  # its campaigns run on: it comes last


def _tidy(servers: Servers) -> None:
    """Nobody pays for what was written before his turn."""
    assert servers.postgres is not None
    with psycopg.connect(servers.postgres.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")


def _figures(ours: list[Cost], floors: list[Cost], bulls: list[Cost]) -> list[Figure]:
    def middle(of: list[Cost], what: str) -> float:
        return median(float(getattr(cost, what)) for cost in of)

    speed, bull_speed = middle(ours, "a_second"), middle(bulls, "a_second")
    own, bull_own, floor_own = (middle(of, "own_us") for of in (ours, bulls, floors))
    everything, bull_all, floor_all = (middle(of, "all_us") for of in (ours, bulls, floors))
    faster, cheaper, dearer = speed / bull_speed, bull_own / own, own / floor_own
    floor_speed = middle(floors, "a_second")
    own_name, all_name = "CPU, us a message", "CPU with PostgreSQL and Redis, us a message"
    return [
        Figure(
            "messages a second, against Bull 4", speed, bull_speed, faster, "8 times or more", faster >= 8
        ),
        Figure(f"{own_name}, against Bull 4", own, bull_own, cheaper, "10 times less", cheaper >= 10),
        Figure(f"{all_name}, against Bull 4", everything, bull_all, bull_all / everything, "-", True),
        Figure(f"{own_name}, against the floor", own, floor_own, dearer, "3 times at most", dearer <= 3),
        Figure(f"{all_name}, against the floor", everything, floor_all, everything / floor_all, "-", True),
        # how much of the distance to Bull the guards cost, and how much the messages themselves
        Figure("the floor’s messages a second", floor_speed, bull_speed, floor_speed / bull_speed, "-", True),
        Figure("the floor’s CPU, us a message", floor_own, bull_own, bull_own / floor_own, "-", True),
    ]


def _real_figure(real: Cost) -> Figure:
    percent = real.cpu.own_s / real.seconds * 100
    return Figure("1,000 senders at real pace, % of a core", percent, 0, 0, "under 15", percent < 15)
