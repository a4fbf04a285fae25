"""What WhatsApp just said, read in the line that the library logs of it before it does anything else.

A line shows a stanza as `<message from="…@lid" id="…" sender_pn="…" t="…" type="text">…`, its words locked.
Only what a person did in a chat of two is taken: what they wrote, and that their phone has or showed ours.
"""

import re
import time
from dataclasses import dataclass, field

PEOPLE = ("s.whatsapp.net", "lid")
# As they travel, and as neonize numbers them; other receipts are between a person's own devices.
RECEIPTS = {"": 1, "retry": 3, "read": 4, "played": 6}
HEAD = re.compile(r"<(message|receipt) ([^>]*?)/?>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
ITEM = re.compile(r'<item id="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Came:
    """`sender` is a JID as it travels, `phone` E.164 or empty; `ids`: a receipt's messages of ours."""

    tag: str
    id: str
    sender: str
    type: str
    at: float
    phone: str = ""
    ids: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """An event of this key is what became of it."""
        return key(self.tag, self.id, RECEIPTS.get(self.type, 0) if self.tag == "receipt" else 0)


def key(tag: str, id: str, kind: int = 0) -> str:
    """`kind`: of a receipt, as neonize numbers them."""
    return f"{tag} {id} {kind}"


def came(line: str) -> Came | None:
    """None where it is nothing that a person did."""
    head = HEAD.match(line)
    if head is None:
        return None
    tag, said = head[1], dict(ATTRIBUTE.findall(head[2]))
    sender, type = said.get("from", ""), said.get("type", "")
    user, _, server = sender.partition("@")
    ours = "recipient" in said  # our own phone, or another of its devices
    if server not in PEOPLE or ours or not said.get("id"):
        return None
    if type not in RECEIPTS if tag == "receipt" else type == "reaction":
        return None
    phone = user if server == PEOPLE[0] else said.get("sender_pn", "").partition("@")[0]
    phone = phone.partition(":")[0].partition(".")[0]
    ids = [said["id"], *ITEM.findall(line)] if tag == "receipt" else []
    at = float(said["t"]) if said.get("t", "").isdigit() else time.time()
    return Came(tag, said["id"], sender, type, at, phone and f"+{phone}", ids)
