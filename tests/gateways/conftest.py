"""WhatsApp on loopback, and a shop that is linked there, for the tests of the linked channel."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.gateways.linked_rig import LinkedRig, linked_rig
from tests.peers.whatsapp.process import PeerProcess


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    running = PeerProcess(tmp_path_factory.mktemp("whatsapp"))
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def linked(peer: PeerProcess, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which a number is linked, and the number; for all tests of a file."""
    made = asyncio.run(linked_rig(peer, tmp_path_factory.mktemp("linked")))
    return made.folder, made.phone


@pytest.fixture
async def rig(peer: PeerProcess, linked: tuple[Path, str]) -> AsyncIterator[LinkedRig]:
    made = LinkedRig(peer, *linked)
    yield made
    await made.aclose()


@pytest.fixture
async def own_rig(peer: PeerProcess, tmp_path: Path) -> AsyncIterator[LinkedRig]:
    """A number that may be banned or unlinked: nobody else has it."""
    made = await linked_rig(peer, tmp_path / "linked")
    yield made
    await made.aclose()
