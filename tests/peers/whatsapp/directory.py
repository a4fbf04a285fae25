"""Who is on WhatsApp, with which devices and which keys."""

from dataclasses import replace

from tests.peers.whatsapp.connection import Connection
from tests.peers.whatsapp.nodes import JID, Node
from tests.peers.whatsapp.people import Companion, People, key_nodes
from tests.peers.whatsapp.ratchet import DJB, Bundle

NOT_FOUND = Node("error", {"code": 404, "text": "item-not-found"})


class Directory:
    """Answers the client's questions about people; counts the numbers it was asked about."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.looked_up: list[str] = []  # "is this number on WhatsApp?", one entry for each number

    async def usync(self, line: Connection, iq: Node, asked: Node) -> None:
        about = {node.tag for node in (asked.find("query") or asked).children}
        users = [self._user(user, about) for user in (asked.find("list") or asked).children]
        attrs = {"sid": asked["sid"], "mode": asked["mode"], "context": asked["context"]}
        whole = {**attrs, "last": "true", "index": "0"}
        await line.result(iq, Node("usync", whole, [Node("list", {}, users)]))

    async def keys(self, line: Connection, iq: Node, asked: Node) -> None:
        """How many prekeys are left, take these new ones, or give me the keys of these devices."""
        if asked.tag == "count":
            assert line.companion
            await line.result(iq, Node("count", {"value": len(line.companion.prekeys)}))
        elif iq["type"] == "set":
            assert line.companion
            self._take_keys(line.companion, iq)
            await line.result(iq)
        else:
            users = [self._keys_of(user.jid("jid")) for user in asked.children]
            await line.result(iq, Node("list", {}, users))

    def _user(self, user: Node, about: set[str]) -> Node:
        contact = user.data("contact")
        if contact:
            return self._contact(contact)
        jid = user.jid("jid")
        account = self._people.by_jid(jid)
        if account is None:
            return Node("user", {"jid": jid}, [Node(tag, {}, [NOT_FOUND]) for tag in sorted(about)])
        parts = []
        if "devices" in about:
            devices = [Node("device", {"id": number}) for number in (0, *account.companions)]
            parts.append(Node("devices", {}, [Node("device-list", {}, devices)]))
        if "lid" in about:
            parts.append(Node("lid", {"val": account.lid}))
        return Node("user", {"jid": jid}, parts)

    def _contact(self, contact: bytes) -> Node:
        phone = contact.decode().split("@")[0].lstrip("+")
        self.looked_up.append(phone)
        if not self._people.exists(phone):
            return Node("user", {"jid": JID(phone)}, [Node("contact", {"type": "out"}, contact)])
        lid = self._people.account(phone).lid
        return Node("user", {"jid": lid, "pn_jid": JID(phone)}, [Node("contact", {"type": "in"}, contact)])

    def _keys_of(self, jid: JID) -> Node:
        keys = self._bundle(jid)
        if keys is None:
            return Node("user", {"jid": jid}, [NOT_FOUND])
        registration = Node("registration", {}, keys.registration.to_bytes(4, "big"))
        return Node("user", {"jid": jid}, [registration, Node("type", {}, DJB), *key_nodes(keys)])

    def _bundle(self, jid: JID) -> Bundle | None:
        account = self._people.by_jid(jid)
        if account is None:
            return None
        if jid.device:
            companion = account.companions.get(jid.device)
            return self._people.take_bundle(companion) if companion else None
        keys = account.device.bundle()
        self._people.save(account)
        return keys

    def _take_keys(self, companion: Companion, iq: Node) -> None:
        for key in (iq.find("list") or Node("")).children:
            companion.prekeys[int.from_bytes(key.data("id"), "big")] = key.data("value")
        signed = iq.find("skey")
        if signed:
            number = int.from_bytes(signed.data("id"), "big")
            spk, signature = signed.data("value"), signed.data("signature")
            companion.keys = replace(companion.keys, spk_id=number, spk=spk, spk_signature=signature)
        self._people.save(self._people.account(companion.phone))
