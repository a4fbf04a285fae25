"""A door without a WhatsApp behind it: what is measured through it is our engine, and nothing else."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from models.states import Channel
from services.gateways.protocol import Accepted, Knowledge, NeverLeft, Opened, Outcome, Outgoing


class AtOnce:
    """Accepts everything after `takes_s`, at once by default."""

    channel = Channel.SANDBOX

    def __init__(self, takes_s: float = 0.0) -> None:
        self._takes_s = takes_s

    async def open(self, sender: Opened) -> None:
        pass

    async def close(self, sender_id: int) -> None:
        pass

    async def send(self, sender_id: int, message: Outgoing) -> Outcome:
        if self._takes_s:
            await asyncio.sleep(self._takes_s)
        # as long as WhatsApp's ids, and as varied: they are in an index
        return Accepted(f"3EB0{message.token[:8].hex().upper()}")

    async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        return [NeverLeft() for _ in tokens]

    async def on_whatsapp(self, sender_id: int, phones: Sequence[str]) -> dict[str, bool]:
        return dict.fromkeys(phones, True)

    async def trusted(self, sender_id: int) -> dict[str, datetime]:
        return {}

    async def aclose(self) -> None:
        pass
