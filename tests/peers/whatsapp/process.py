"""The peer in a process of its own: started, killed, started again; and spoken to by its control API."""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.peers.whatsapp.ledger import Entry, read
from tests.peers.whatsapp.pairing import CannotLink
from tests.peers.whatsapp.peer import LEDGER, Address

CHECKOUT = Path(__file__).parents[3]
PR_SET_PDEATHSIG = 1


class PeerProcess:
    """start() waits until it listens. kill() is a crash; start() brings it back at the same ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._ports: tuple[str, ...] = ()
        self.address = Address("", "", "", str(folder))

    def start(self) -> Address:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.whatsapp", str(self.folder), *self._ports],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_us,
        )
        assert self._process.stdout
        self.address = Address(**json.loads(self._process.stdout.readline()))
        self._ports = tuple(url.rpartition(":")[2] for url in (self.address.proxy, self.address.control))
        return self.address

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()

    async def ask(self, what: str, **facts: Any) -> Any:
        """One call of the control API: `await peer.ask("scan", phone="91…", qr="…")`. Raises CannotLink."""
        return await asyncio.to_thread(self.ask_now, what, **facts)

    def ask_now(self, what: str, **facts: Any) -> Any:
        request = Request(f"{self.address.control}/{what}", json.dumps(facts).encode())
        try:
            with urlopen(request, timeout=30) as answer:
                return json.load(answer)["said"]
        except HTTPError as e:
            said = json.loads(e.read() or "{}")
            if "cannot" in said:
                raise CannotLink(said["cannot"]) from None
            raise ValueError(said.get("wrong", f"{what}: {e}")) from None

    def ledger(self) -> list[Entry]:
        """What reached the server, read from the disk: alive or dead."""
        return read(self.folder / LEDGER)


def die_with_us() -> None:
    """A pytest that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def environment(address: Address) -> dict[str, str]:
    """What a process must be started with, so that its neonize finds the peer (see trusting.py).

    Go reads it at the start of the process: to set it later does not help.
    """
    return {**os.environ, "NEONIZE_BOT_TAG": "off", **leading_to(address)}


def leading_to(address: Address) -> dict[str, str]:
    """The part of it that leads there."""
    return {"HTTPS_PROXY": address.proxy, "SSL_CERT_FILE": address.ca_file, "PEER_ROOT": address.root}
