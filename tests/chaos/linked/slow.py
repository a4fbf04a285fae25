"""The outcome table's rows that take minutes, with the waits of life: `python -m tests.chaos.linked.slow`.

Each row has a number of its own in front of the peer, and all wait at the same time. What neonize said, how
long it took and what we made of it is printed; exit code 1 where that is not what the table promises.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from models.states import Reason
from services.gateways.linked import Linked, memory
from services.gateways.linked.outcome import outcome
from services.gateways.linked.pairing import NotPaired
from services.gateways.protocol import Accepted, Lack, NotSent, Opened, Outcome, Outgoing, Unknown
from tests.gateways.linked_rig import Deaf, launcher, link, new_phone
from tests.peers.whatsapp.devices import Devices
from tests.peers.whatsapp.process import PeerProcess

PEOPLE = count(10**7)
SILENT, DROPPED, DROPPED_TWICE = "+919800000001", "+919800000002", "+919800000003"
# What WhatsApp does to messages for these.
FAULTS = (
    *({"do": "drop_after", "to": whom[1:]} for whom in (DROPPED, DROPPED_TWICE)),
    *({"do": "no_ack", "to": whom[1:], "times": -1} for whom in (SILENT, DROPPED, DROPPED_TWICE)),
)
SAID: dict[bytes, str] = {}


@dataclass
class World:
    peer: PeerProcess
    gateway: Linked
    folder: Path
    senders: Any = field(default_factory=lambda: count(1))

    async def number(self) -> tuple[int, str]:
        """A number that is linked and open."""
        sender_id, phone = next(self.senders), new_phone()
        await link(self.gateway, self.peer, phone, sender_id)
        await self.gateway.open(Opened(sender_id, 1, phone))
        return sender_id, phone

    async def send(self, sender_id: int, to: str) -> tuple[str, Outcome]:
        """What neonize said, and what we made of it."""
        token = next(PEOPLE).to_bytes(32, "big")
        made = await self.gateway.send(sender_id, Outgoing(to, "Namaste", token))
        return SAID.get(token, ""), made

    def reached(self, to: str) -> list[str]:
        return [entry.id for entry in self.peer.ledger() if entry.to == to[1:] and not entry.refused]


Row = Callable[[World], Awaitable[tuple[str, object, bool]]]


async def never_answered(world: World) -> tuple[str, object, bool]:
    """WhatsApp takes it and never says so: 75 s."""
    (sender_id, _), to = await world.number(), SILENT
    said, made = await world.send(sender_id, to)
    right = said.startswith("timed out waiting") and made == Unknown(Reason.TIMED_OUT, world.reached(to)[0])
    return said, made, right and await goes_on(world, sender_id)


async def never_answered_again(world: World) -> tuple[str, object, bool]:
    """The line drops, neonize sends it again, and that is never answered: for ever, but for our 90 s."""
    (sender_id, _), to = await world.number(), DROPPED
    said, made = await world.send(sender_id, to)
    (wa_id,) = set(world.reached(to))
    return said, made, made == Unknown(Reason.TIMED_OUT, wa_id) and await goes_on(world, sender_id)


async def dropped_while_sent_again(world: World) -> tuple[str, object, bool]:
    """The same, and the line drops once more while that waits."""
    (sender_id, phone), to = await world.number(), DROPPED_TWICE
    sending = asyncio.create_task(world.send(sender_id, to))
    await asyncio.sleep(20)
    await world.peer.ask("drop", phone=phone[1:])
    said, made = await sending
    right = isinstance(made, Unknown) and made.wa_id in world.reached(to)
    return said, made, right and await goes_on(world, sender_id)


async def black_hole(world: World) -> tuple[str, object, bool]:
    """The line stands, and nobody answers on it: neonize asks who the person is, for 75 s."""
    (sender_id, phone), to = await world.number(), somebody()
    await world.peer.ask("mute", phone=phone[1:])
    said, made = await world.send(sender_id, to)
    right = isinstance(made, NotSent) and made.lacks is Lack.CONNECTION and not world.reached(to)
    return said, made, right and await goes_on(world, sender_id)


async def nobody_scans(world: World) -> tuple[str, object, bool]:
    """Codes that nobody uses: 150 s."""
    *_, last = [event async for event in world.gateway.pair(phone=new_phone(), expected=None)]
    return "", last, isinstance(last, NotPaired) and last.why == "timed_out"


async def stopped_client(world: World) -> tuple[str, object, bool]:
    """Somebody sends through a client that has just been stopped: neonize alone, for we never do."""
    devices, phone = Devices(world.folder / "devices"), new_phone()[1:]
    await asyncio.to_thread(devices.start, world.peer.address)
    try:
        said = await asyncio.to_thread(_through_a_stopped_client, world, devices, phone)
    finally:
        devices.kill()
    made = outcome(said.partition(": ")[2], None)
    return said, made, "client is nil" in said and made == NotSent("client is nil", Lack.CONNECTION)


def _through_a_stopped_client(world: World, devices: Devices, phone: str) -> str:
    devices.begin("open", phone)
    world.peer.ask_now("scan", phone=phone, qr=devices.hears(phone, "QR")["data"])
    devices.hears(phone, "Connected")
    devices.do("stop", phone)
    try:
        devices.do("send", phone, to=somebody()[1:], text="Namaste")
    except RuntimeError as e:
        return str(e)
    return ""


ROWS: tuple[Row, ...] = (
    never_answered,
    never_answered_again,
    dropped_while_sent_again,
    black_hole,
    nobody_scans,
    stopped_client,
)


async def goes_on(world: World, sender_id: int) -> bool:
    """Whatever happened, the next message leaves; a line that is silent takes minutes to be given up."""
    for _ in range(40):
        _, made = await world.send(sender_id, somebody())
        if not isinstance(made, NotSent):
            return isinstance(made, Accepted)
        await asyncio.sleep(5)
    return False


def somebody() -> str:
    return f"+9198{next(PEOPLE) % 10**8:08}"


async def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        peer = PeerProcess(folder / "peer")
        await asyncio.to_thread(peer.start)
        gateway = Linked(folder / "linked", Deaf(), launcher(peer, "peers.whatsapp.trusting"))
        await peer.ask("faults", faults=FAULTS)
        world = World(peer, gateway, folder)
        try:
            right = await asyncio.gather(*(_row(world, row) for row in ROWS))
        finally:
            await gateway.aclose()
            peer.kill()
    return 0 if all(right) else 1


async def _row(world: World, row: Row) -> bool:
    began = time.monotonic()
    said, made, right = await row(world)
    took_s = time.monotonic() - began
    verdict = "right" if right else "WRONG"
    print(f"{verdict}  {took_s:6.1f} s  {row.__name__}: {said!r} → {made}", flush=True)
    return right


def _remember(explained: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """What neonize says reaches us as a text, beside the message's token."""

    def explains(self: memory.Memory, sender_id: int, token: bytes, text: str) -> Outcome:
        SAID[token] = text
        return explained(self, sender_id, token, text)

    return explains


if __name__ == "__main__":
    memory.Memory.explained = _remember(memory.Memory.explained)  # type: ignore[method-assign]
    sys.exit(asyncio.run(main()))
