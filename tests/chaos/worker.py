"""A sending process to break: engine and clock as main.py runs them, told by the environment where the
servers are.

    python -m tests.chaos.worker [sabotage]

A sabotage shows that the proof can fail. With `rivals` everybody sends for every number: leases are believed
in for ever, the sandbox has neither fence nor memory, and the claim reads as if no number had a limit. What
is left is the law. With `epoch` a mark is made whoever took over; with `token` a mark of the same message is
taken for one's own, whoever's it is. With `cap`, `new people` or `week` the mark does not look at that limit.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection

from models.db import close_pool, open_pool
from scheduler.clockwork import Clockwork
from services.gateways.protocol import DoNotKnow, Knowledge
from services.gateways.registry import Gateways
from services.gateways.sandbox import Sandbox, gateway
from services.gateways.sandbox.ledger import Ledger
from services.key import use_key
from services.leases import Leases, Renewed
from services.redis_link import close_redis, open_redis
from services.senders.limits import NO_LIMITS, Allowance
from services.sending import claims, hot_moves, often, owning
from services.sending.budget import allowances
from services.sending.engine import Engine
from services.sending.fleet import Fleet
from services.sending.hearing import Hearing
from services.sending.owning import Owning

LEASE_S = 3.0  # shorter than in life, so that a minute sees many takeovers
FORGETS = 2
# Where the law stands, and of each guard: what it says, and what is left of it.
LAW = ((hot_moves, "MARK"), (hot_moves, "BOTH"), (often, "ROOM"))
GUARDS = {
    "epoch": ("s.epoch = w.epoch", "true"),
    "token": ("s.epoch = w.epoch", "(s.epoch = w.epoch OR s.inflight_message = w.message_id)"),
    "cap": (f"s.sent_today < {hot_moves.CAP}", "true"),
    "new people": ("s.cold_today < s.cold_per_day", "true"),
    "week": ("w.most_a_week >", "true OR w.most_a_week >"),
}
OF_LIMITS = ("cap", "new people", "week")
SLOW_S = 0.9  # there, and back: at the clock's own speed. So every fault meets messages on their way


class Forgetful(Sandbox):
    """Every other number's door remembers nothing, so that what we do not know has to be said."""

    async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        if sender_id % FORGETS:
            return [DoNotKnow() for _ in tokens]
        return await super().recover(sender_id, tokens)


def sabotage(guard: str) -> None:
    """Take all manners away, and `guard` with them."""
    global FORGETS
    FORGETS = sys.maxsize
    Ledger._check = lambda self, newest: None  # type: ignore[method-assign]
    Leases.renew = _believe  # type: ignore[assignment, method-assign]
    Owning._let_go_of_outlived = lambda self, epochs: None  # type: ignore[method-assign]
    Fleet.share = lambda self, how_many: how_many  # type: ignore[method-assign]
    owning.MARGIN_S = -3600.0
    claims.allowances = _generous  # type: ignore[attr-defined]
    if guard in GUARDS:
        _take_out(*GUARDS[guard])


def _take_out(says: str, left: str) -> None:
    found = [(room, name) for room, name in LAW if says.encode() in getattr(room, name)]
    assert found, f"the law does not say {says}"
    for room, name in found:
        setattr(room, name, getattr(room, name).replace(says.encode(), left.encode()))


async def _generous(db: AsyncConnection, sender_ids: Sequence[int]) -> dict[int, Allowance]:
    """The day begins as ever, but the claim holds nothing back."""
    await allowances(db, sender_ids)
    return dict.fromkeys(sender_ids, NO_LIMITS)


async def _believe(leases: Leases, names: Sequence[str]) -> Renewed:
    """A lease once had is had for ever."""
    return Renewed([], [])


async def work() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    open_pool(os.environ["DATABASE_URL"])
    open_redis(os.environ["REDIS_URL"])
    hearing = Hearing()
    engine = Engine(Gateways(Forgetful(Path(os.environ["SANDBOX"]), hearing)), hearing)
    clock = Clockwork()
    await engine.start()
    clock.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell, engine)
    await told.wait()
    await clock.stop()
    await engine.stop()
    await close_redis()
    await close_pool()


def tell(engine: Engine) -> None:
    """What this process is at, for whoever wonders why nothing moves: kill -USR1."""
    owning = engine._owning
    told = [f"the fleet {owning._fleet._signs}, opening {owning._opening}"]
    told += [f"owned {lane}" for lane in owning.lanes.values()]
    told += [f"leaving {lane}" for lane in owning.leaving.values()]
    told += [f"{task.get_name()} {[*_waits_in(task.get_coro())]}" for task in asyncio.all_tasks()]
    sys.stderr.write("".join(f"{os.getpid()} {line}\n" for line in told))


def _waits_in(coroutine: Any) -> Iterator[str]:
    """Where a task waits, from the outside in."""
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        yield f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        coroutine = coroutine.cr_await


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("BROADCASTER_LOG", "error").upper())
    use_key(b"the key of a test, 32 bytes long")
    owning.LEASE_S = LEASE_S
    gateway.THERE_S = gateway.BACK_S = SLOW_S
    if sys.argv[1:]:
        sabotage(sys.argv[1])
    asyncio.run(work())
