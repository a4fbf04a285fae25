"""A child process that ends the link of a login nobody uses any more: `python -m … leaver <socket> <store>`.

Whoever starts it throws the login away afterwards, whatever became of it (goodbye.py).
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from services.gateways.linked import child, wire
from services.gateways.linked.store import store_name

CONNECTS_S = 15.0
LOGS_OUT_S = 10.0


async def leave(folder: Path) -> str:
    """Why it may still be linked; or nothing."""
    from neonize._binder import gocode
    from neonize.aioze.client import NewAClient
    from neonize.aioze.events import ConnectedEv
    from neonize.exc import NeonizeError

    from services.gateways.linked.adapter import Calls, Gate

    connected, has_login = asyncio.Event(), True

    async def is_there(_client: Any, _event: Any) -> None:
        connected.set()

    async def no_login(_client: Any, _code: bytes) -> None:
        nonlocal has_login
        has_login = False
        connected.set()

    client: Any = NewAClient(store_name(folder), uuid=uuid4().hex)
    client._NewAClient__client = Calls(Gate(), gocode)
    client.event(ConnectedEv)(is_there)
    client.qr(no_login)
    keep = await client.connect()
    try:
        async with asyncio.timeout(CONNECTS_S):
            await connected.wait()
        if has_login:
            async with asyncio.timeout(LOGS_OUT_S):
                await client.logout()
    except (NeonizeError, TimeoutError) as e:
        return str(e) or "no answer"
    del keep
    return ""


async def main(socket: int, folder: Path) -> None:
    wired = await child.wire_to_parent(socket)
    trouble = child.load_library() or await leave(folder)
    wired.send(wire.Done(0, trouble))
    await wired.flush()


def run(words: list[str]) -> None:
    child.prepare()
    asyncio.run(main(int(words[0]), Path(words[1])))
    os._exit(0)


if __name__ == "__main__":
    run(sys.argv[1:])
