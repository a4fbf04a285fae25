"""A sending process to break: the engine as main.py runs it, told where the servers are by the environment.

    python -m tests.chaos.worker [sabotage]

A sabotage takes one guard out, to show that the proof can fail: `epoch` lets an owner mark although a newer
one is there; `token` believes a record by its message alone. The sandbox's own fence goes with it, for it
would hide what the engine does wrong.
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from models.db import close_pool, open_pool
from services.consent.hashing import use_key
from services.gateways.registry import Gateways
from services.gateways.sandbox import Sandbox
from services.gateways.sandbox.ledger import Ledger
from services.redis_link import close_redis, open_redis
from services.sending import hot_moves, owning
from services.sending.engine import Engine
from services.sending.hearing import Hearing

LEASE_S = 3.0  # shorter than in life, so that a minute sees many takeovers


def sabotage(guard: str) -> None:
    """Take a guard out of this process."""
    hot_moves.MARK = hot_moves.MARK.replace(b"AND s.epoch = w.epoch", b"")
    Ledger._check = lambda self, newest: None  # type: ignore[method-assign]
    if guard == "token":
        hot_moves.MARK = hot_moves.MARK.replace(
            b"RETURNING s.inflight_token", b"RETURNING w.token /* whoever marked it */"
        )
        hot_moves.RECORD = hot_moves.RECORD.replace(
            b"s.inflight_token = r.token", b"s.inflight_message = r.message_id"
        )


async def work() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    open_pool(os.environ["DATABASE_URL"])
    open_redis(os.environ["REDIS_URL"])
    hearing = Hearing()
    engine = Engine(Gateways(Sandbox(Path(os.environ["SANDBOX"]), hearing)), hearing)
    await engine.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell, engine)
    await told.wait()
    await engine.stop()
    await close_redis()
    await close_pool()


def tell(engine: Engine) -> None:
    """What this process is at, for whoever wonders why nothing moves: kill -USR1."""
    owning = engine._owning
    for where, lanes in (("owned", owning.lanes), ("leaving", owning.leaving)):
        for lane in lanes.values():
            print(where, lane, file=sys.stderr)
    for task in asyncio.all_tasks():
        task.print_stack(limit=2)


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("BROADCASTER_LOG", "error").upper())
    use_key(b"the key of a test, 32 bytes long")
    owning.LEASE_S = LEASE_S
    if sys.argv[1:]:
        sabotage(sys.argv[1])
    asyncio.run(work())
