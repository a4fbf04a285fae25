"""`python -m tests.chaos.linked.stress`: twenty numbers send flat out in one child while eight come and go.

That killed neonize's process within minutes before a gate stood around its starts and stops.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path

from services.gateways.linked import Linked, hosts
from services.gateways.protocol import Opened, Outgoing
from tests.gateways.linked_rig import Deaf, launcher, link, new_phone
from tests.peers.whatsapp.process import PeerProcess

SENDING, COMING_AND_GOING = 20, 8
PEOPLE = count(10**7)


async def main(minutes: float) -> int:
    hosts.SENDERS = SENDING + COMING_AND_GOING
    hosts.BIG_MB = hosts.MANY_FILES = 10**9  # it shall not be relieved
    with tempfile.TemporaryDirectory() as folder:
        peer = PeerProcess(Path(folder) / "peer")
        peer.start()
        gateway = Linked(Path(folder) / "linked", Deaf(), launcher(peer, "peers.whatsapp.trusting"))
        try:
            return await _stress(gateway, peer, minutes)
        finally:
            await gateway.aclose()
            peer.kill()


async def _stress(gateway: Linked, peer: PeerProcess, minutes: float) -> int:
    phones = {sender_id: new_phone() for sender_id in range(1, SENDING + COMING_AND_GOING + 1)}
    for sender_id, phone in phones.items():
        await link(gateway, peer, phone, sender_id)
        await gateway.open(Opened(sender_id, 1, phone))
    (child,) = gateway._hosts.all
    until = time.monotonic() + minutes * 60
    happened: Counter[str] = Counter()

    async def send(sender_id: int) -> None:
        while time.monotonic() < until and not child.gone:
            to = f"+9198{next(PEOPLE) % 10**8:08}"
            outcome = await gateway.send(sender_id, Outgoing(to, "Namaste", secrets.token_bytes(32)))
            happened[type(outcome).__name__] += 1

    async def come_and_go(sender_id: int) -> None:
        for epoch in count(2):
            if time.monotonic() > until or child.gone:
                return
            await gateway.close(sender_id)
            await gateway.open(Opened(sender_id, epoch, phones[sender_id]))
            happened["came and went"] += 1

    work = [send(i) if i <= SENDING else come_and_go(i) for i in phones]
    await asyncio.gather(*work)
    print(dict(happened), "the child died" if child.gone else "the child lives", child.alive.memory_mb, "MB")
    return int(child.gone)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.linked.stress")
    parser.add_argument("--minutes", type=float, default=5.0)
    sys.exit(asyncio.run(main(parser.parse_args().minutes)))
