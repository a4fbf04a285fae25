"""On a real WhatsApp number: a customer joins, asks, is answered and stops, each said to them once.

WhatsApp is the peer of tests/peers/whatsapp; everything else is real, the library included.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from models.db import transaction
from models.sender import Sender
from services.analytics.chat import conversation
from services.analytics.chats import inbox
from services.clock import now
from services.consent.stop_words import ShopWords
from services.consent.suppress import is_suppressed
from services.contacts.find import Asked
from services.contacts.join import NOTICE, change_joining, invitation
from services.contacts.search import search
from services.gateways.linked import Linked
from services.gateways.registry import Gateways
from services.i18n import words
from services.sending.chats import answer
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from services.sending.inbox import STOPPED
from tests.gateways.linked_rig import Deaf, launcher, link, new_phone
from tests.peers.whatsapp.process import PeerProcess
from tests.shop import Shop

CUSTOMER = "+919811122233"
NAME = "Asha's shop"


@dataclass(frozen=True)
class Counter:
    """Asha's counter: her number is linked, and a customer has WhatsApp too."""

    shop: Shop
    peer: PeerProcess
    phone: str
    folder: Path

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        hearing = Hearing()
        engine = Engine(Gateways(Linked(self.folder, hearing, launcher(self.peer))), hearing)
        await engine.start()
        try:
            yield
        finally:
            await engine.stop()

    async def customer_writes(self, text: str) -> None:
        await self.peer.ask("say", sender=CUSTOMER[1:], to=self.phone[1:], text=text)

    def customer_got(self) -> list[str]:
        ours = [entry for entry in self.peer.ledger() if entry.session == self.phone[1:]]
        return [entry.text or "" for entry in ours if entry.to == CUSTOMER[1:] and not entry.refused]

    async def customer_gets(self, *texts: str) -> None:
        async def there() -> bool:
            return self.customer_got() == list(texts)

        await self.shop.until(there)


@pytest.fixture
async def counter(shop: Shop, peer: PeerProcess, tmp_path: Path) -> Counter:
    phone = new_phone()
    async with transaction() as db:
        sender = Sender(
            workspace_id=shop.actor.workspace_id,
            channel="linked",
            name="Counter",
            phone=phone,
            status="online",
            awake_until=now() + timedelta(hours=1),
        )
        db.add(sender)
    gateway = Linked(tmp_path / "linked", Deaf(), launcher(peer))
    await link(gateway, peer, phone, sender.id)
    await gateway.aclose()
    shop.sender_id = sender.id
    return Counter(shop, peer, phone, tmp_path / "linked")


async def test_a_customer_joins_asks_is_answered_and_stops(counter: Counter) -> None:
    shop, _ = counter.shop, words("en")
    notice, price, stopped = _(NOTICE, shop=NAME), "₹480 a kilo", _(STOPPED, shop=NAME)
    joining = await change_joining(shop.actor, word="HI", on=True, shop_words=ShopWords())
    ready = invitation(_, joining)  # in the box, after the poster's code
    async with counter.at_work():
        await counter.customer_writes(ready)
        await counter.customer_gets(notice)
        await counter.customer_writes("Price of kaju katli?")
        await shop.until(lambda: last_said(shop, "Price of kaju katli?"))
        (line,) = (await inbox(shop.actor)).lines
        await answer(shop.actor, line.id, price)
        await counter.customer_gets(notice, price)
        await counter.customer_writes("STOP")
        await counter.customer_gets(notice, price, stopped)

    said = (await conversation(shop.actor, line.id)).said
    assert [one.text for one in said if one.ours] == [notice, price, stopped]
    assert [one.text for one in said if not one.ours] == [ready, "Price of kaju katli?", "STOP"]
    (contact,) = (await search(shop.actor, Asked(search=CUSTOMER))).people
    assert (contact.tags, contact.consent) == (["HI"], "withdrawn")
    async with transaction() as db:
        assert await is_suppressed(db, shop.actor.workspace_id, CUSTOMER)


async def last_said(shop: Shop, text: str) -> bool:
    return [line.last_text for line in (await inbox(shop.actor)).lines] == [text]
