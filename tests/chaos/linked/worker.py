"""A sending process with linked numbers, to break: engine and clock as main.py runs them, in front of the
peer."""

import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path

from models.db import close_pool, open_pool
from models.pace import GAPS, Gap
from models.states import Pace
from scheduler.clockwork import Clockwork
from services.gateways.linked import Linked
from services.gateways.linked.hosts import Launcher
from services.gateways.registry import Gateways
from services.key import use_key
from services.redis_link import close_redis, open_redis
from services.sending import owning
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from tests.chaos.worker import LEASE_S


async def work() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    open_pool(os.environ["DATABASE_URL"])
    open_redis(os.environ["REDIS_URL"])
    hearing = Hearing()
    command = (sys.executable, "-m", "tests.peers.whatsapp.trusting")
    launcher = Launcher(command, json.loads(os.environ["PEER"]))
    engine = Engine(Gateways(Linked(Path(os.environ["LINKED"]), hearing, launcher)), hearing)
    clock = Clockwork()
    await engine.start()
    clock.start()
    await told.wait()
    await clock.stop()
    await engine.stop()
    await close_redis()
    await close_pool()


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("BROADCASTER_LOG", "error").upper())
    use_key(b"the key of a test, 32 bytes long")
    owning.LEASE_S = LEASE_S
    GAPS[Pace.FAST] = Gap(0.1, 0.3)  # in life 2 to 5 s
    asyncio.run(work())
