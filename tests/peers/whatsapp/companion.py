"""python -m tests.peers.whatsapp.companion FOLDER: neonize and nothing of ours, for the peer's own tests.

Takes one JSON command per line ({"n": 1, "do": "open", "who": "asha"}) and answers with lines of JSON:
{"n": 1, "said": …} or {"n": 1, "failed": …}, and {"who": "asha", "event": "Connected", …} for what happens.
"""

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from typing import Any

from neonize.aioze.client import NewAClient
from neonize.aioze.events import INT_TO_EVENT, ConnectedEv, MessageEv, ReceiptEv
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils import build_jid
from neonize.utils.enum import ClientName, ClientType

ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # the library prints what it likes


def tell(**facts: Any) -> None:
    ANSWERS.write(json.dumps(facts) + "\n")


class Session:
    """One linked device."""

    def __init__(self, who: str, store: Path) -> None:
        self.client = NewAClient(
            f"{store}?_journal_mode=WAL&_synchronous=OFF&_foreign_keys=on&_=", uuid=token_hex(8)
        )
        self.client.qr(shown(who))
        for kind in INT_TO_EVENT.values():
            self.client.event(kind)(heard(who, kind))

    async def open(self) -> None:
        self.task = await self.client.connect()


def shown(who: str) -> Any:
    async def show(_: Any, data: bytes) -> None:
        tell(who=who, event="QR", data=data.decode())

    return show


def heard(who: str, kind: Any) -> Any:
    async def hear(_: Any, event: Any) -> None:
        tell(who=who, event=kind.DESCRIPTOR.name, **facts_of(event))

    return hear


def facts_of(event: Any) -> dict[str, Any]:
    if isinstance(event, ReceiptEv):
        return {"ids": list(event.MessageIDs), "type": event.Type}
    if isinstance(event, MessageEv):
        source = event.Info.MessageSource
        return {"text": event.Message.conversation, "from": source.SenderAlt.User}
    if isinstance(event, ConnectedEv):
        return {}
    return {"text": str(event)}


class Companion:
    """Each public method is a command."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sessions: dict[str, Session] = {}

    async def open(self, who: str) -> None:
        """Log in, or ask to be linked: then QR events follow."""
        self._sessions[who] = Session(who, self._folder / f"{who}.db")
        await self._sessions[who].open()

    async def code(self, who: str, phone: str) -> str:
        """The code to type into a phone; after the first QR event."""
        asked = self._sessions[who].client.PairPhone(phone, True, ClientName.LINUX, ClientType.CHROME)
        code: str = await asked
        return code

    async def send(self, who: str, to: str, text: str) -> str:
        sent = await self._sessions[who].client.send_message(build_jid(to), Message(conversation=text))
        id: str = sent.ID
        return id

    async def image(self, who: str, to: str, file: str, caption: str) -> str:
        sent = await self._sessions[who].client.send_image(build_jid(to), file, caption=caption)
        id: str = sent.ID
        return id

    async def known(self, who: str, phones: list[str]) -> dict[str, bool]:
        answers = await self._sessions[who].client.is_on_whatsapp(*phones)
        return {answer.Query: answer.IsIn for answer in answers}

    async def logout(self, who: str) -> None:
        await self._sessions[who].client.logout()

    async def ends(self, who: str) -> str:
        """How neonize's own task ends, where it does."""
        try:
            await self._sessions[who].task
        except Exception as e:  # noqa: BLE001 - whatever it was
            return f"{type(e).__name__}: {e}"
        return ""

    async def stop(self, who: str) -> None:
        await self._sessions[who].client.stop()

    async def obey(self, line: str) -> None:
        order = json.loads(line)
        number, act = order.pop("n"), getattr(self, order.pop("do"))
        try:
            tell(n=number, said=await act(**order))
        except Exception as e:  # noqa: BLE001 - whatever it was, the test wants to see it
            tell(n=number, failed=f"{type(e).__name__}: {e}")


async def main(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(64))  # each session parks one of its threads
    companion, tasks = Companion(folder), set()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        tasks.add(asyncio.create_task(companion.obey(line.decode())))
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
