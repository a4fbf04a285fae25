"""python -m tests.peers.whatsapp FOLDER [PROXY_PORT CONTROL_PORT]: run the peer.

One line of JSON on stdout says where it is.
"""

import asyncio
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from tests.peers.whatsapp.control import Control
from tests.peers.whatsapp.peer import Peer


async def main(folder: Path, proxy_port: int = 0, control_port: int = 0) -> None:
    peer = Peer(folder)
    address = await peer.start(proxy_port)
    runner = web.AppRunner(Control(peer).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", control_port).start()
    control = f"http://127.0.0.1:{runner.addresses[0][1]}"
    sys.stdout.write(replace(address, control=control).as_json() + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("PEER_LOG", "WARNING"), format="%(asctime)s %(message)s")
    asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
