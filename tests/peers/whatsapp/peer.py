"""The server, put together. In a test's own process: `async with Peer(folder) as peer`."""

import asyncio
import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from aiohttp import web
from cryptography.exceptions import InvalidTag

from tests.peers.whatsapp import tls
from tests.peers.whatsapp.answers import Answers
from tests.peers.whatsapp.connection import Connection, Lines
from tests.peers.whatsapp.directory import Directory
from tests.peers.whatsapp.faults import Faults
from tests.peers.whatsapp.ledger import Ledger
from tests.peers.whatsapp.login import Login
from tests.peers.whatsapp.mailbox import Mailbox
from tests.peers.whatsapp.media import LARGEST, Media
from tests.peers.whatsapp.noise import Authority
from tests.peers.whatsapp.pairing import Pairing
from tests.peers.whatsapp.people import People
from tests.peers.whatsapp.phones import Phones
from tests.peers.whatsapp.protobuf import dec, raw, whole
from tests.peers.whatsapp.proxy import Proxy
from tests.peers.whatsapp.receipts import Receipts
from tests.peers.whatsapp.sending import Sending
from tests.peers.whatsapp.store import Store
from tests.peers.whatsapp.tokens import dictionary

STATE, LEDGER, FILES = "state.db", "ledger.jsonl", "files"
LARGEST_STANZA = 1 << 24
NEW_DEVICE = 19  # this field of a ClientPayload: it wants to be linked
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Address:
    """What a client needs to reach the peer instead of WhatsApp."""

    proxy: str  # for HTTPS_PROXY
    ca_file: str  # for SSL_CERT_FILE
    root: str  # the key to trust, in hex
    folder: str
    control: str = ""  # where it runs in a process of its own

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Peer:
    """WhatsApp's server and everybody's phones, kept in `folder` over a restart, crash or not."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._store = Store(folder / STATE)
        self._authority = self._store.get("authority") or Authority()
        self._store.put("authority", self._authority)
        self.lines = Lines()
        self.faults = Faults()
        self.people = People(self._store)
        self.ledger = Ledger(folder / LEDGER)
        self.mailbox = Mailbox(self._store, self.lines)
        self.media = Media(folder / FILES, self.faults)
        self.receipts = Receipts(self.people, self.ledger, self.mailbox)
        self.pairing = Pairing(self.people)
        self.directory = Directory(self.people)
        self.phones = Phones(self.people, self.lines, self.mailbox, self.ledger, self.receipts)
        self._sending = Sending(self.people, self.ledger, self.faults, self.receipts, self.media)
        self._login = Login(self.people, self.lines, self.mailbox)
        self.answers = Answers(
            self.pairing, self._sending, self.directory, self.mailbox, self.media, self.phones
        )
        self.connections: set[Connection] = set()

    async def start(self, proxy_port: int = 0) -> Address:
        """`proxy_port`: the one it had before a restart, so that clients find it again."""
        await asyncio.to_thread(dictionary)
        self._ca_file, tls_context = tls.make(self.folder)
        app = web.Application(client_max_size=LARGEST)
        app.router.add_get("/ws/chat", self._serve)
        self.media.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls_context)
        await site.start()
        self._proxy = Proxy(self._runner.addresses[0][1])
        await self._proxy.start(proxy_port)
        self.receipts.begin_all()
        return self.address

    @property
    def address(self) -> Address:
        root = self._authority.root.pub.hex()
        return Address(f"http://127.0.0.1:{self._proxy.port}", str(self._ca_file), root, str(self.folder))

    async def stop(self) -> None:
        self._proxy.stop()
        self.receipts.stop()
        self._sending.stop()
        for connection in list(self.connections):
            connection.drop()
        await self._runner.cleanup()
        self.ledger.close()
        self._store.close()

    async def __aenter__(self) -> "Peer":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=LARGEST_STANZA, compress=False)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.connections.add(connection)
        try:
            await self._talk(connection)
        except (InvalidTag, ValueError, IndexError, KeyError):
            log.exception("a connection made no sense")
        finally:
            self.connections.discard(connection)
            self.lines.gone(connection)
            self.pairing.gone(connection)
        return socket

    async def _talk(self, connection: Connection) -> None:
        shaken = await connection.shake(self._authority)
        if shaken is None:
            return
        hello = dec(shaken.payload)
        if NEW_DEVICE in hello:
            await self.pairing.begin(connection, dec(raw(hello, NEW_DEVICE)))
        elif not await self._login.let_in(connection, str(whole(hello, 1)), whole(hello, 18)):
            return
        async for node in connection.stanzas():
            await self.answers.take(connection, node)
