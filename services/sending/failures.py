"""What keeps failing in a process right now, and why: told from the second time in a row, until it works
again or nobody has tried it for a while.
"""

import time
from collections.abc import Container
from dataclasses import dataclass
from typing import Generic, TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError

from services.away import is_disk_full
from services.sending.fleet import Trouble

K = TypeVar("K")
FRESH_S = 6.0  # so long a failure is believed that is tried again every few seconds


@dataclass(slots=True)
class Failure:
    trouble: Trouble
    until: float  # on time.monotonic()'s clock
    told: bool


class Failures(Generic[K]):
    """By what fails: a sender's id, or a step's name."""

    def __init__(self) -> None:
        self._of: dict[K, Failure] = {}

    def note(self, what: K, trouble: Trouble, *, fresh_s: float = FRESH_S, at_once: bool = False) -> None:
        """It failed. The first time may be a meeting of two who stood in each other's way."""
        self._of[what] = Failure(trouble, time.monotonic() + fresh_s, at_once or what in self._of)

    def works(self, what: K) -> None:
        self._of.pop(what, None)

    def now(self, being_tried: Container[K] = ()) -> dict[K, Trouble]:
        """What fails, and why; an attempt that takes long is no sign of an end."""
        at = time.monotonic()
        self._of = {what: one for what, one in self._of.items() if one.until > at or what in being_tried}
        return {what: one.trouble for what, one in self._of.items() if one.told}


def trouble_of(error: BaseException, otherwise: Trouble) -> Trouble:
    """What an error means: the disk, the database, or whatever was tried."""
    if is_disk_full(error):
        return Trouble.DISK
    return Trouble.DATABASE if isinstance(error, psycopg.Error | DBAPIError) else otherwise
