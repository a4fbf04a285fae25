"""The linked channel's world: a peer that speaks WhatsApp's protocol, and shops that are linked there."""

import asyncio
import sys
import time
from contextlib import aclosing
from itertools import count
from pathlib import Path
from typing import Any

from services.gateways.linked import Linked
from services.gateways.linked.hosts import Launcher
from services.gateways.linked.pairing import PairedAs, PairingEvent, ShowQr
from services.gateways.linked.store import Store
from services.gateways.protocol import Event, Listener
from tests.gateways.contract import SENDER, Does, Reached, Rig
from tests.peers.whatsapp.ledger import Entry
from tests.peers.whatsapp.process import PeerProcess, environment

NUMBERS = count(int(time.time()) % 10**5)
PEOPLE = count(1)  # of all rigs: who was written to once is no new chat


class Deaf:
    """A listener for whom nothing matters."""

    def hear(self, event: Event) -> None:
        pass


def launcher(peer: PeerProcess, trusting: str = "gateways.hasty") -> Launcher:
    """Children that find the peer where WhatsApp would be, and trust its key; nothing else is different."""
    there = environment(peer.address)
    names = ("HTTPS_PROXY", "SSL_CERT_FILE", "PEER_ROOT")
    command = (sys.executable, "-m", f"tests.{trusting}")
    return Launcher(command, {name: there[name] for name in names})


async def link(gateway: Linked, peer: PeerProcess, phone: str, sender_id: int) -> None:
    """The phone scans the first code that is shown."""
    paired = await scanned(gateway, peer, phone)
    assert isinstance(paired, PairedAs), paired
    await gateway.adopt(paired.ticket, sender_id)


async def scanned(gateway: Linked, peer: PeerProcess, phone: str, **how: str | None) -> PairingEvent | None:
    """How an attempt ends when `phone` scans."""
    last: PairingEvent | None = None
    async with aclosing(gateway.pair(**how)) as events:
        async for last in events:
            if isinstance(last, ShowQr):
                await peer.ask("scan", phone=phone.removeprefix("+"), qr=last.text)
    return last


def new_phone() -> str:
    """A merchant's number that no other test has."""
    return f"+9190000{next(NUMBERS) % 10**5:05}"


async def linked_rig(peer: PeerProcess, folder: Path) -> "LinkedRig":
    """A number of its own, just linked."""
    phone = new_phone()
    gateway = Linked(folder, Deaf(), launcher(peer))
    await link(gateway, peer, phone, SENDER)
    await gateway.aclose()
    return LinkedRig(peer, folder, phone)


class LinkedRig(Rig):
    """Asha's number is linked as SENDER; gateways share her store, and each has children of its own."""

    phone: str
    takeovers = 4  # each starts a process

    def __init__(self, peer: PeerProcess, folder: Path, phone: str) -> None:
        self.peer = peer
        self.folder = folder
        self.phone = phone
        self.gateways: list[Linked] = []
        self._began = time.time()
        self._faults: list[dict[str, Any]] = []
        self._answering: list[asyncio.Task[None]] = []
        (folder / f"{SENDER}.lock").unlink(missing_ok=True)  # each test has epochs of its own

    def gateway(self, ears: Listener) -> Linked:
        self.gateways.append(Linked(self.folder, ears, launcher(self.peer)))
        return self.gateways[-1]

    def ledger(self) -> list[Reached]:
        return [
            Reached(f"+{entry.to}", entry.text or entry.caption or "", entry.id, _sha256(entry), _name(entry))
            for entry in self.entries()
            if not entry.refused
        ]

    def entries(self) -> list[Entry]:
        """All that reached the server from this number."""
        ours = self.phone.removeprefix("+")
        return [e for e in self.peer.ledger() if e.session == ours and e.time > self._began]

    def number(self) -> str:
        return f"+9198{next(PEOPLE):08}"

    def number_that(self, does: Does) -> str | None:
        phone = self.number()
        match does:
            case Does.NOT_ON_WHATSAPP:
                self.peer.ask_now("account", phone=phone[1:], on_whatsapp=False)
            case Does.REFUSE_NEW_CHATS:
                self.fault("ack_error", phone, code=463)
            case Does.NEVER_SEND:
                self.fault("ack_error", phone, code=429)
            case Does.BREAK_AFTER:
                self.fault("no_ack", phone)
            case Does.BREAK_BEFORE:
                return None  # neonize itself sends it again: see test_linked_crashes.py for a child that dies
            case Does.NOT_OPEN_IT:
                self.fault("garble", phone)
            case Does.SAY_STOP:
                self._answering.append(asyncio.create_task(self._answer(phone, "STOP")))
            case Does.KNOW_US:
                self._befriend(phone)
        return phone

    def fault(self, do: str, to: str, times: int = -1, **facts: Any) -> None:
        """From now on, so many times (-1: for ever), with what is sent to this number."""
        self._faults.append({"do": do, "to": to.removeprefix("+"), "times": times, **facts})
        self.peer.ask_now("faults", faults=self._faults)

    def no_more_faults(self) -> None:
        self._faults.clear()
        self.peer.ask_now("faults", faults=[])

    def _befriend(self, phone: str) -> None:
        """Who writes to the shop trusts it; WhatsApp tells the linked device, which writes it down."""
        self.peer.ask_now("say", sender=phone[1:], to=self.phone[1:], text="Hi")
        store = Store(self.folder / str(SENDER))
        give_up_at = time.monotonic() + 10
        while phone not in store.trusted() and time.monotonic() < give_up_at:
            time.sleep(0.01)

    async def _answer(self, phone: str, text: str) -> None:
        """Its owner answers every message."""
        answered: set[str] = set()
        while True:
            for entry in self.entries():
                if entry.to == phone[1:] and entry.id not in answered:
                    answered.add(entry.id)
                    await self.peer.ask("say", sender=phone[1:], to=self.phone[1:], text=text)
            await asyncio.sleep(0.05)

    async def aclose(self) -> None:
        for task in self._answering:
            task.cancel()
        self.no_more_faults()
        await asyncio.gather(*(gateway.aclose() for gateway in self.gateways))


def _sha256(entry: Entry) -> bytes | None:
    """What a recipient's phone downloaded and opened, as the message promised it."""
    if not entry.media or not entry.media["ok"]:
        return None
    return bytes.fromhex(str(entry.media["sha256"]))


def _name(entry: Entry) -> str | None:
    return str(entry.media["name"]) or None if entry.media else None
