"""Every stanza of a client, and who answers it."""

import time
from collections import Counter

from tests.peers.whatsapp.connection import Connection
from tests.peers.whatsapp.directory import Directory
from tests.peers.whatsapp.mailbox import Mailbox
from tests.peers.whatsapp.media import Media
from tests.peers.whatsapp.nodes import Attribute, Node
from tests.peers.whatsapp.pairing import Pairing
from tests.peers.whatsapp.phones import Phones
from tests.peers.whatsapp.sending import Sending


class Answers:
    """take() is called with each stanza in turn."""

    def __init__(
        self,
        pairing: Pairing,
        sending: Sending,
        directory: Directory,
        mailbox: Mailbox,
        media: Media,
        phones: Phones,
    ) -> None:
        self._pairing, self._sending, self._directory = pairing, sending, directory
        self._mailbox, self._media, self._phones = mailbox, media, phones
        self.seen: Counter[str] = Counter()
        self.unknown: list[str] = []  # stanzas that nobody here understands

    async def take(self, line: Connection, node: Node) -> None:
        self.seen[f"{node.tag}:{node['xmlns'] or node['class'] or node['type']}"] += 1
        match node.tag:
            case "iq":
                await self._iq(line, node)
            case "message":
                await self._sending.take(line, node)
            case "receipt":
                await self._receipt(line, node)
            case "ack":
                self._ack(line, node)

    def _ack(self, line: Connection, node: Node) -> None:
        if line.companion:
            kind = None if node["class"] == "message" else node["type"]
            self._mailbox.acknowledged(line.companion, node["class"], node["id"], kind)

    async def _receipt(self, line: Connection, node: Node) -> None:
        """The linked device has a message that somebody wrote to it."""
        if line.companion:
            self._mailbox.acknowledged(line.companion, "message", node["id"])
        attrs: dict[str, Attribute] = {
            "class": "receipt",
            "id": node["id"],
            "from": node.attrs.get("to"),
            "type": node["type"] or None,
            "t": int(time.time()),
        }
        await line.send(Node("ack", attrs))

    async def _iq(self, line: Connection, iq: Node) -> None:
        if iq["type"] in ("result", "error"):
            await self._answered(line, iq)
            return
        asked = iq.children[0] if iq.children else Node("")
        match iq["xmlns"], asked.tag:
            case "md", "link_code_companion_reg":
                stage = asked["stage"]
                step = self._pairing.hello if stage == "companion_hello" else self._pairing.finish
                await step(line, iq, asked)
            case "md", "remove-companion-device":
                await line.result(iq)
                if line.companion:
                    self._phones.forget(line.companion)
            case "encrypt", _:
                await self._directory.keys(line, iq, asked)
            case "usync", _:
                await self._directory.usync(line, iq, asked)
            case "w:m", _:
                await line.result(iq, self._media.connection())
            case "privacy", "tokens":
                await self._tokens(line, iq, asked)
            case "privacy", _:
                await line.result(iq, Node("privacy"))
            case "w:profile:picture", _:
                await line.error(iq, 404, "item-not-found")
            case (("md" | "w:p" | "passive"), _):
                await line.result(iq)
            case _:
                self.unknown.append(repr(iq))
                await line.result(iq)

    async def _answered(self, line: Connection, iq: Node) -> None:
        if iq.find("pair-device-sign"):
            await self._pairing.linked(line, iq)
        elif iq["type"] == "error":
            self.unknown.append(repr(iq))

    async def _tokens(self, line: Connection, iq: Node, asked: Node) -> None:
        """The sender trusts whom it has written to, and gives them a token."""
        await line.result(iq)
        if line.companion:
            self._phones.trusted_by_device(line.companion, [token.jid("jid") for token in asked.children])
