"""The people of the sandbox: who receives, reads and answers a message, and after how long.

All of it follows from the message's token and its number: every process, and a test, foresees the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """The last three digits of a number that has a special end."""

    NOT_ON_WHATSAPP = "404"
    NEW_CHATS_REFUSED = "463"
    NEW_CHATS_REFUSED_LATER = "464"  # after a few of them: see STRANGERS
    NEVER_SENT = "503"
    SENT_AT_SECOND_TRY = "502"
    BREAKS_AFTER_LEAVING = "500"
    BREAKS_BEFORE_LEAVING = "501"
    UNREADABLE = "400"
    REPLIES_STOP = "111"
    REPLIES_THANKS = "222"


class Deed(StrEnum):
    """What a phone or its owner does with a message; also the kind of its line in the ledger."""

    DELIVERED = "delivered"
    READ = "read"
    UNREADABLE = "unreadable"
    REPLIED = "replied"


@dataclass(frozen=True, slots=True)
class Reaction:
    """`after_s` seconds after the message left; `text` where it is a reply."""

    deed: Deed
    after_s: float
    text: str = ""


DELIVERED_SHARE = 0.96
READ_SHARE = 0.62  # of those delivered
REPLY_SHARE = 0.067  # of those read: 4 in 100 of all

# Repeated by weight. Nobody asks to stop by chance: a rehearsal must not cost a shop its real customers.
REPLIES = (
    *("Ok", "Ok", "Ok", "Okay 👍", "👍", "🙏", "Thanks", "Thank you", "धन्यवाद", "धन्यवाद", "ठीक आहे"),
    *("ठीक है", "Price?", "Price?", "Kitne ka hai?", "किंमत काय?", "Address please", "Kab tak hai?"),
    *("Hi", "Aaj open hai?", "Will come tomorrow", "उद्या येतो", "Which branch?"),
)

ENDINGS = {end.value: end for end in Ending}
NOBODY_HEARS = {
    Ending.NOT_ON_WHATSAPP,
    Ending.NEW_CHATS_REFUSED,
    Ending.NEVER_SENT,
    Ending.BREAKS_BEFORE_LEAVING,
}
# So many people of the ending …464 get their message from a sender; then WhatsApp refuses it new chats.
STRANGERS = 9
SURE_REPLY = {Ending.REPLIES_STOP: "STOP", Ending.REPLIES_THANKS: "Thank you"}


def ending(phone: str) -> Ending | None:
    """The special end of a number, or None for an ordinary person."""
    return ENDINGS.get(phone[-3:])


def reactions(token: bytes, phone: str, speedup: int) -> tuple[Reaction, ...]:
    """All that will happen to a message that left, in order of time."""
    chances = _chances(token)
    end = ending(phone)
    if end in NOBODY_HEARS:
        return ()
    if end is Ending.UNREADABLE:
        lived = [Reaction(Deed.UNREADABLE, 1 + 19 * next(chances))]
    else:
        lived = _life(chances, end)
    return tuple(Reaction(r.deed, r.after_s / speedup, r.text) for r in lived)


def _life(chances: Iterator[float], end: Ending | None) -> list[Reaction]:
    surely = end is not None
    if next(chances) >= DELIVERED_SHARE and not surely:
        return []
    after_s = 1 + 19 * next(chances)
    if end is Ending.BREAKS_AFTER_LEAVING:
        after_s += 30  # late: the phone was out of reach as well
    lived = [Reaction(Deed.DELIVERED, after_s)]
    if next(chances) >= READ_SHARE and not surely:
        return lived
    after_s += 10 * 180 ** next(chances)  # 10 s to 30 min, half of them within 134 s
    lived.append(Reaction(Deed.READ, after_s))
    answers = next(chances) < REPLY_SHARE if end not in SURE_REPLY else True
    if answers:
        text = SURE_REPLY[end] if end in SURE_REPLY else REPLIES[int(next(chances) * len(REPLIES))]
        lived.append(Reaction(Deed.REPLIED, after_s + 5 + 55 * next(chances), text))
    return lived


def _chances(token: bytes) -> Iterator[float]:
    """Eight numbers from 0 up to 1, fixed by the token (or whatever bytes)."""
    digest = hashlib.sha256(token).digest()
    for i in range(0, 32, 4):
        yield int.from_bytes(digest[i : i + 4]) / 2**32
