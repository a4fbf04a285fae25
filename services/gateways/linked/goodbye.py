"""Logins that nobody uses any more: linked again, or linked by mistake. The phone's list of linked devices
shall not keep them, whoever stops or crashes meanwhile.

A login that waits for its goodbye is a folder `old-…`; whoever says it holds the file `leaving` in there.
"""

import asyncio
import fcntl
import logging
import os
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from services.gateways.linked import wire
from services.gateways.linked.hosts import Launcher, end, relay
from services.gateways.linked.store import NotLinked, Store

OLD = "old-"
LEAVES_S = 40.0  # to load the library, connect, and say it
log = logging.getLogger(__name__)


def put_aside(store: Path) -> Path:
    """From here on it waits for its goodbye; where. Raises FileNotFoundError."""
    old = store.with_name(f"{OLD}{token_hex(8)}")
    store.rename(old)
    return old


def waiting(folder: Path, prefix: str, unused_s: float) -> list[Path]:
    """Logins whose goodbye was cut short, and what attempts to link (`prefix`) left behind `unused_s` ago."""
    for left in folder.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):  # another process has it
            if time.time() - left.stat().st_mtime > unused_s:
                put_aside(left)
    return list(folder.glob(f"{OLD}*"))


async def farewell(launcher: Launcher, old: Path) -> None:
    """End the link, and throw the login away. Never raises; where WhatsApp cannot be reached, the owner of
    the phone can still end it there. Cut short, it waits for the next start.
    """
    try:
        said_by_us = os.open(old / "leaving", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return  # another process has said it meanwhile
    try:
        fcntl.flock(said_by_us, fcntl.LOCK_EX | fcntl.LOCK_NB)
        await _said(launcher, old)
    except BlockingIOError:
        return  # another process is at it
    finally:
        os.close(said_by_us)


async def _said(launcher: Launcher, old: Path) -> None:
    try:
        await asyncio.to_thread(Store(old).identity)
        await _leave(launcher, old)
    except NotLinked:
        log.info("an old link has ended by itself")
    except (OSError, sqlite3.Error) as e:
        log.warning("an old link may still stand on the phone: %s", e)
    await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)


async def _leave(launcher: Launcher, old: Path) -> None:
    """Raises OSError where it may still be linked; TimeoutError is one."""
    process, wired = await launcher.start("leaver", str(old))
    talking = asyncio.create_task(relay(process))
    try:
        async with asyncio.timeout(LEAVES_S):
            said = await anext(wired.messages(), None)
        if not isinstance(said, wire.Done) or said.trouble:
            raise ConnectionError(said.trouble if isinstance(said, wire.Done) else "its child ended")
    finally:
        await end(process, wired, talking)
