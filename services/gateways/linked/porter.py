"""Where the library calls us: what came is written down here, in its own thread, before all else.

It logs a stanza before it opens or acknowledges it, and waits for us meanwhile; it tells what a message says
while its acknowledgement is on the way, and one after the other. So a child that is killed forgets nothing
that it was told, and knows of everything that came. Imported in children only: it knows neonize.
"""

import asyncio
import ctypes
from collections.abc import Callable
from typing import Any

from neonize._binder import func_callback_bytes, func_callback_bytes2
from neonize.aioze.events import MessageEv, ReceiptEv
from neonize.events import EVENT_TO_INT
from neonize.proto.Neonize_pb2 import LogEntry

from services.gateways.linked.journal import Journal
from services.gateways.linked.stanzas import came, key

LEVEL = b"DEBUG"  # only then does it log what it receives
RECEIVED = "Client/Recv"
MESSAGE, RECEIPT = EVENT_TO_INT[MessageEv], EVENT_TO_INT[ReceiptEv]
# The places of what we change among the words of the library's own call, as neonize 0.5.2 orders them.
LEVEL_AT, EVENT_AT, LOG_AT = 5, 8, 9


class Porter:
    """One session's. `ring` is called on the loop when there is something new in the journal."""

    def __init__(self, journal: Journal, ring: Callable[[int], None]) -> None:
        self._journal = journal
        self._ring = ring
        self._loop = asyncio.get_running_loop()

    def instead(self, words: tuple[Any, ...]) -> tuple[Any, ...]:
        """The words of the call that begins a session, with us in between."""
        ours = list(words)
        told, logged = words[EVENT_AT], words[LOG_AT]
        ours[LEVEL_AT] = LEVEL
        ours[EVENT_AT] = func_callback_bytes(self._told(told))
        ours[LOG_AT] = func_callback_bytes2(self._logged(logged))
        return tuple(ours)

    def _logged(self, otherwise: Any) -> Callable[[int, int], None]:
        def logged(address: int, size: int) -> None:
            entry = LogEntry.FromString(ctypes.string_at(address, size))
            if entry.Level != "DEBUG":
                otherwise(address, size)
            elif entry.Name == RECEIVED and (news := came(entry.Message)):
                self._journal.note(news)

        return logged

    def _told(self, otherwise: Any) -> Callable[[bytes, int, int, int], None]:
        def told(uuid: bytes, address: int, size: int, code: int) -> None:
            if code not in (MESSAGE, RECEIPT):
                otherwise(uuid, address, size, code)
                return
            data = ctypes.string_at(address, size)
            number = self._take(code, data)
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._ring, number)

        return told

    def _take(self, code: int, data: bytes) -> int:
        if code == MESSAGE:
            message = key("message", MessageEv.FromString(data).Info.ID)
            return self._journal.take(message, code, data, surely=True)
        receipt = ReceiptEv.FromString(data)
        which = key("receipt", next(iter(receipt.MessageIDs), ""), receipt.Type)
        return self._journal.take(which, code, data, surely=False)
