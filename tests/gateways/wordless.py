"""The ear of a child alone: somebody wrote, nobody knows what, and the store cannot say at first who it is.
Prints what it tells. A process of its own, because it loads neonize.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from services.gateways.linked import child

assert not child.load_library()

from services.gateways.linked import hearing, wire  # noqa: E402
from services.gateways.linked.journal import Journal  # noqa: E402
from services.gateways.linked.stanzas import Came  # noqa: E402


async def main(folder: Path) -> None:
    hearing.LOOK_S, hearing.WORDLESS_S = 0.01, -1.0
    told: asyncio.Queue[wire.Message] = asyncio.Queue()
    asked = 0

    async def phone_of(_lid: Any) -> str | None:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise AttributeError("there is no client yet")
        return "919811122233"

    journal = Journal(folder, 1)
    journal.note(Came("message", "3A1", "77@lid", "text", 1.0, ""))
    ear = hearing.Ear(1, journal, told.put_nowait, phone_of)
    ear.start()
    async with asyncio.timeout(20):
        sys.stdout.write(repr(await told.get()))


asyncio.run(main(Path(sys.argv[1])))
