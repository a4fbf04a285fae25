"""What a child told its parent a moment ago, for a parent that died before it could write it down.

WhatsApp tells a receipt or an answer once: it is acknowledged before we have it. So when a session ends, what
it told within the last half minute is left beside its store, and the next session tells it again. That is
harmless: whoever hears it twice takes it once.
"""

import os
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from services.gateways.linked import wire

AGAIN_S = 30.0  # longer than our parent ever takes to write it down while it lives


class Told:
    """One session's. Blocks a little; files are a few kilobytes."""

    def __init__(self, folder: Path, sender_id: int) -> None:
        self._path = folder / f"{sender_id}.told"
        self._lately: deque[tuple[float, wire.Receipt | wire.Reply]] = deque()

    def note(self, news: wire.Message) -> None:
        if isinstance(news, wire.Receipt | wire.Reply):
            self._forget()
            self._lately.append((time.monotonic(), news))

    def before(self) -> list[wire.Message]:
        """What an earlier session left. Raises nothing: a torn file is what a crash left of it."""
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            return [wire.understood(line) for line in self._path.read_bytes().splitlines()]
        return []

    def leave(self) -> None:
        """The session ends."""
        self._forget()
        draft = self._path.with_suffix(".draft")
        draft.write_bytes(b"\n".join(wire.spelled(news)[wire.HEAD.size :] for _, news in self._lately))
        os.replace(draft, self._path)

    def _forget(self) -> None:
        while self._lately and self._lately[0][0] < time.monotonic() - AGAIN_S:
            self._lately.popleft()
