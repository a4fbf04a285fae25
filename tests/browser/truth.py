"""What really became of people, in the words of the screen: from the sandbox's ledger alone."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.gateways.sandbox.ledger import Sent, read_ledger, read_turned_away
from services.gateways.sandbox.people import Deed
from tests.shop import PATIENCE_S

GREETING = "Namaste"  # so the campaign begins, and nothing that leaves by itself does
# The furthest thing that somebody did with it, and what the screen calls that.
FURTHEST = {
    Deed.UNREADABLE: "Failed",
    Deed.REPLIED: "Replied",
    Deed.READ: "Read",
    Deed.DELIVERED: "Delivered",
}


async def whole_truth(sandbox: Path, people: Sequence[str]) -> dict[str, str]:
    """Each of `people` with what became of them, once all who received it have done all they ever will.

    Whoever the ledger knows nothing of is somebody of whom nothing is sure.
    """
    async with asyncio.timeout(PATIENCE_S):
        while any(len(sent.told) < len(sent.reactions()) for sent in _left(sandbox, people)):
            await asyncio.sleep(0.1)
    truth = dict.fromkeys(people, "Not sure")
    truth |= {away.phone: "Failed" for away in read_turned_away(sandbox) if away.phone in truth}
    truth |= {sent.phone: _standing(sent) for sent in _left(sandbox, people)}
    return truth


def twice(sandbox: Path, people: Sequence[str]) -> list[str]:
    """Who got the campaign more than once."""
    times = Counter(sent.phone for sent in _left(sandbox, people))
    return [phone for phone, count in times.items() if count > 1]


def _left(sandbox: Path, people: Sequence[str]) -> list[Sent]:
    """The campaign's messages; whoever answers it with STOP gets one more, which says that we heard."""
    chosen = set(people)
    return [sent for sent in read_ledger(sandbox) if sent.phone in chosen and sent.text.startswith(GREETING)]


def _standing(sent: Sent) -> str:
    return next((word for deed, word in FURTHEST.items() if deed in sent.told), "Sent")
