"""The peer over HTTP, for tests that run it in a process of its own. Each answer is JSON."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.peers.whatsapp.connection import Connection
from tests.peers.whatsapp.faults import Fault
from tests.peers.whatsapp.nodes import Node
from tests.peers.whatsapp.pairing import CannotLink
from tests.peers.whatsapp.peer import Peer

Facts = dict[str, Any]


class Control:
    """Each public method is a path: POST /scan {"phone": …, "qr": …}."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def app(self) -> web.Application:
        app = web.Application()
        for name in (name for name in dir(self) if not name.startswith("_") and name != "app"):
            app.router.add_post(f"/{name}", _route(getattr(self, name)))
        return app

    # --- linking ---

    async def scan(self, phone: str, qr: str) -> None:
        """A phone scans a QR code."""
        await self._peer.pairing.scan(phone, qr)

    async def enter_code(self, phone: str, code: str) -> None:
        """The 8 characters are typed into a phone."""
        await self._peer.pairing.enter_code(phone, code)

    async def unlink(self, phone: str, told: bool = True) -> None:
        """A phone removes its linked devices."""
        await self._peer.phones.unlink(phone, told=told)

    # --- people ---

    async def say(self, sender: str, to: str, text: str) -> str:
        """Somebody writes; the message's id."""
        return await self._peer.phones.say(sender, to, text)

    async def trust(self, person: str, whom: str) -> None:
        await self._peer.phones.trust(person, whom)

    async def read_all(self, person: str) -> None:
        await self._peer.phones.read_all(person)

    async def reinstall(self, person: str) -> None:
        self._peer.phones.reinstall(person)

    async def online(self, phone: str, online: bool) -> None:
        self._peer.phones.set_online(phone, online)

    async def account(self, phone: str, **facts: Any) -> None:
        """Set on_whatsapp, passkey, restricted, or failure: the reason of a refused login ("405")."""
        account = self._peer.people.account(phone)
        for name, value in facts.items():
            if name not in ("on_whatsapp", "passkey", "restricted", "failure"):
                raise ValueError(f"an account has no {name}")
            setattr(account, name, value)
        self._peer.people.save(account)

    async def manners(self, **manners: Any) -> None:
        """How all phones behave: delivered_after_s, read_after_s, retry."""
        for name, value in manners.items():
            if not hasattr(self._peer.receipts.manners, name):
                raise ValueError(f"a phone has no manners called {name}")
            setattr(self._peer.receipts.manners, name, value)

    # --- accidents ---

    async def ban(self, phone: str, code: int, seconds: float) -> None:
        """A temporary ban: every login is refused until it is over."""
        self._peer.phones.ban(phone, code, seconds)

    async def faults(self, faults: list[Facts]) -> None:
        """These instead of all earlier ones."""
        self._peer.faults.set(*(Fault(**fault) for fault in faults))

    async def drop(self, phone: str = "") -> int:
        """Cut the lines of a phone's devices, or all lines; how many."""
        lines = self._lines(phone)
        for line in lines:
            line.drop()
        return len(lines)

    async def mute(self, phone: str) -> None:
        """The lines stand, and nobody answers on them any more."""
        for line in self._lines(phone):
            line.muted = True

    async def stream_error(self, phone: str, code: str | None = None, conflict: str = "") -> None:
        children = [Node("conflict", {"type": conflict})] if conflict else []
        for line in self._lines(phone):
            await line.stream_error(code, *children)

    # --- judging ---

    async def ledger(self, session: str = "") -> list[Facts]:
        """What reached the server; of one sender."""
        return [asdict(entry) for entry in self._peer.ledger if session in ("", entry.session)]

    async def facts(self) -> Facts:
        peer = self._peer
        return {
            "connections": len(peer.connections),
            "linked": {a.phone: len(a.companions) for a in peer.people if a.companions},
            "unheard": sum(line.unheard for line in peer.connections),
            "waiting": len(peer.mailbox),
            "uploads": peer.media.uploads,
            "offered": peer.pairing.offered,
            "looked_up": peer.directory.looked_up,
            "seen": dict(peer.answers.seen),
            "unknown": peer.answers.unknown[-20:],
        }

    def _lines(self, phone: str) -> list[Connection]:
        return self._peer.lines.of_phone(phone) if phone else list(self._peer.connections)


def _route(act: Callable[..., Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def route(request: web.Request) -> web.Response:
        try:
            said = await act(**json.loads(await request.text() or "{}"))
        except CannotLink as e:
            return web.json_response({"cannot": str(e)}, status=409)
        except (TypeError, ValueError) as e:
            return web.json_response({"wrong": str(e)}, status=400)
        return web.json_response({"said": said})

    return route
