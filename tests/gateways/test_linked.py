"""The linked channel keeps the gateways' contract: the shipped neonize, against WhatsApp's own protocol."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.gateways.linked import Linked
from tests.gateways.contract import SENDER, GatewayContract
from tests.gateways.linked_rig import Deaf, LinkedRig, launcher, link
from tests.peers.whatsapp.process import PeerProcess

PHONE = "+919000000001"


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    running = PeerProcess(tmp_path_factory.mktemp("whatsapp"))
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def linked(peer: PeerProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Asha's number is linked."""
    folder = tmp_path_factory.mktemp("linked")

    async def link_once() -> None:
        gateway = Linked(folder, Deaf(), launcher(peer))
        await link(gateway, peer, PHONE, SENDER)
        await gateway.aclose()

    asyncio.run(link_once())
    return folder


@pytest.fixture
async def rig(peer: PeerProcess, linked: Path) -> AsyncIterator[LinkedRig]:
    made = LinkedRig(peer, linked, PHONE)
    yield made
    await made.aclose()


class TestLinked(GatewayContract):
    """The contract, word for word."""
