"""What goes wrong on purpose."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from tests.peers.whatsapp.ledger import Entry


class Do(StrEnum):
    """With a message."""

    ACK_ERROR = "ack_error"  # refuse it with `code`
    ACK_DELAY = "ack_delay"  # answer after `seconds`
    NO_ACK = "no_ack"  # take it and never answer
    DROP_BEFORE = "drop_before"  # cut the line before it is taken
    DROP_AFTER = "drop_after"  # take it and cut the line instead of answering
    GARBLE = "garble"  # it comes, and no phone can read it, however often it asks again
    NO_RECEIPTS = "no_receipts"  # the recipient's phone never says that it has it
    # with an upload; `session` and `to` are not known there
    UPLOAD_ERROR = "upload_error"  # answer with the HTTP status `code`
    UPLOAD_DELAY = "upload_delay"  # answer after `seconds`
    UPLOAD_DROP = "upload_drop"  # cut the line in the middle


UPLOADS = frozenset({Do.UPLOAD_ERROR, Do.UPLOAD_DELAY, Do.UPLOAD_DROP})
MESSAGES = frozenset(Do) - UPLOADS


@dataclass
class Fault:
    """Meets what matches it, `times` times (< 0: for ever), after it has let `after` pass."""

    do: Do
    session: str = ""  # the sender's number; "" for all
    to: str = ""  # the recipient's number; "" for all
    code: int = 0
    seconds: float = 0
    times: int = 1
    after: int = 0

    def __post_init__(self) -> None:
        self.do = Do(self.do)

    def meets(self, session: str, to: str) -> bool:
        return self.times != 0 and self.session in ("", session) and self.to in ("", to)


class Faults:
    """Those that are waiting for their victims."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def set(self, *faults: Fault) -> None:
        """These instead of all earlier ones."""
        self._waiting[:] = faults

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def of_message(self, entry: Entry) -> Fault | None:
        return self._next(MESSAGES, entry.session, entry.to)

    def of_upload(self) -> Fault | None:
        return self._next(UPLOADS, "", "")

    def _next(self, kinds: Collection[Do], session: str, to: str) -> Fault | None:
        for fault in self._waiting:
            if fault.do in kinds and fault.meets(session, to):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None
