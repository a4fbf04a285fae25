"""A linked device logs in: let in and told what it has missed, or turned away with a reason."""

import math
import time

from tests.peers.whatsapp.connection import Connection, Lines
from tests.peers.whatsapp.mailbox import Mailbox
from tests.peers.whatsapp.nodes import SERVER, Attribute, Node
from tests.peers.whatsapp.people import Account, Companion, People

NOT_LINKED: dict[str, Attribute] = {"reason": "401", "location": "frc"}


class Login:
    """One line per linked device: who comes later replaces who was there."""

    def __init__(self, people: People, lines: Lines, mailbox: Mailbox) -> None:
        self._people, self._lines, self._mailbox = people, lines, mailbox

    async def let_in(self, line: Connection, phone: str, number: int) -> bool:
        companion = self._people.companion(phone, number)
        if companion is None or companion.noise != line.noise:
            await line.end(Node("failure", NOT_LINKED))
            return False
        failure = _turned_away(self._people.account(phone))
        if failure:
            await line.end(failure)
            return False
        earlier = self._lines.of(companion)
        if earlier:
            await earlier.stream_error(None, Node("conflict", {"type": "replaced"}))
        self._lines.joined(companion, line)
        await self._welcome(line, companion)
        return True

    async def _welcome(self, line: Connection, companion: Companion) -> None:
        facts: dict[str, Attribute] = {"t": int(time.time()), "props": "27", "lid": companion.lid}
        await line.send(Node("success", {**facts, "companion_enc_static": "", "abprops": "1"}))
        missed = self._mailbox.waiting(companion)
        counts = {"count": len(missed), "message": 0, "receipt": 0, "notification": 0, "appdata": 0}
        await line.send(Node("ib", {"from": SERVER}, [Node("offline_preview", counts)]))
        line.ready = True
        for node in missed:
            await line.send(Node(node.tag, {**node.attrs, "offline": "0"}, node.content))
        await line.send(Node("ib", {"from": SERVER}, [Node("offline", {"count": len(missed)})]))


def _turned_away(account: Account) -> Node | None:
    left_s = math.ceil(account.ban_until - time.time())
    if left_s > 0:
        return Node("failure", {"reason": "402", "code": account.ban_code, "expire": left_s})
    return Node("failure", {"reason": account.failure}) if account.failure else None
