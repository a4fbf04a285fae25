"""One peer and one process full of linked devices for all these tests; each test has numbers of its own."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.peers.whatsapp.devices import PATIENCE_S, Devices
from tests.peers.whatsapp.ledger import Entry
from tests.peers.whatsapp.process import PeerProcess

NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class World:
    """The peer, the devices that are linked to its phones, and the numbers of one test."""

    peer: PeerProcess
    devices: Devices
    asha: str
    ravi: str

    def links(self, who: str | None = None) -> str:
        """Asha's phone scans the code that a new device shows; the device's name."""
        device = who or self.asha
        self.devices.begin("open", device)
        qr = self.devices.hears(device, "QR")["data"]
        self.peer.ask_now("scan", phone=self.asha, qr=qr)
        self.devices.hears(device, "Connected")
        return device

    def opens(self, device: str) -> None:
        """A linked device logs in again."""
        self.devices.forget_events(device)
        self.devices.begin("open", device)

    def sends(self, text: str, to: str | None = None) -> str:
        id: str = self.devices.do("send", self.asha, to=to or self.ravi, text=text)
        return id

    def ask(self, what: str, **facts: Any) -> Any:
        return self.peer.ask_now(what, **facts)

    def ledger(self) -> list[Entry]:
        """What Asha's devices have sent."""
        return [entry for entry in self.peer.ledger() if entry.session == self.asha]

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for an end that nobody tells of; give up after a minute."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def entry(self, id: str) -> Entry:
        return next(entry for entry in self.ledger() if entry.id == id)


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PeerProcess, Devices]]:
    folder = tmp_path_factory.mktemp("whatsapp")
    peer, devices = PeerProcess(folder / "peer"), Devices(folder / "devices")
    devices.start(peer.start())
    yield peer, devices
    devices.kill()
    peer.kill()


@pytest.fixture
def world(shared: tuple[PeerProcess, Devices]) -> World:
    number = next(NUMBERS)
    return World(*shared, asha=f"91900000{number:04}", ravi=f"91981000{number:04}")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "sweets.jpg"
    Image.new("RGB", (80, 60), "orange").save(file)
    return file
