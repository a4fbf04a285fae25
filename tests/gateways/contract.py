"""What every gateway promises to the engine, as one suite. A channel brings a Rig and inherits the promises:

    class TestSandbox(GatewayContract):
        @pytest.fixture
        async def rig(self, tmp_path): ...

A channel whose world can break the line before a message leaves inherits BreaksBefore as well.
"""

import asyncio
import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

import pytest

from models.states import Reason, SenderStatus
from services.gateways.protocol import (
    Accepted,
    DoNotKnow,
    Event,
    Gateway,
    Left,
    LinkChanged,
    Media,
    MediaKind,
    NeverLeft,
    NotSent,
    Opened,
    Outcome,
    Outgoing,
    ReceiptHeard,
    ReceiptKind,
    Refused,
    ReplyHeard,
    Unknown,
)

PATIENCE_S = 30.0  # what never comes fails the test instead of hanging it
SENDER = 7


class Does(StrEnum):
    """What a number does when it is written to."""

    READ = "is delivered to and reads"
    NOT_ON_WHATSAPP = "is not on WhatsApp"
    REFUSE_NEW_CHATS = "may not be written to first (463)"
    NEVER_SEND = "cannot be sent to just now"
    BREAK_AFTER = "breaks the line once the message has left"
    BREAK_BEFORE = "breaks the line before the message leaves"
    NOT_OPEN_IT = "cannot open it"
    SAY_STOP = "answers STOP"
    KNOW_US = "knows the sender, so that it is no new chat"


@dataclass(frozen=True, slots=True)
class Reached:
    """One message as the world beyond the gateway saw it."""

    phone: str
    text: str
    wa_id: str
    media_sha256: bytes | None = None
    media_name: str | None = None  # of a document; pictures have none


class Ears:
    """A listener that remembers, and can be waited for. Who is not `careful` never has it for good."""

    def __init__(self, careful: bool = True) -> None:
        self.heard: list[Event] = []
        self._careful = careful
        self._something = asyncio.Event()

    def hear(self, event: Event) -> None:
        self.heard.append(event)
        if self._careful and not isinstance(event, LinkChanged):
            event.kept()
        self._something.set()

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self._something.clear()
                await self._something.wait()

    def receipts(self, wa_id: str) -> list[ReceiptKind]:
        return [e.kind for e in self.heard if isinstance(e, ReceiptHeard) and e.wa_id == wa_id]

    def replies(self, phone: str) -> list[ReplyHeard]:
        return [e for e in self.heard if isinstance(e, ReplyHeard) and e.phone == phone]

    def links(self) -> list[SenderStatus]:
        return [e.status for e in self.heard if isinstance(e, LinkChanged)]


class Rig(ABC):
    """A channel's world, and gateways in front of it. SENDER is linked there."""

    speedup = 1
    phone: str | None = None  # SENDER's own
    takeovers = 10  # in a row

    def sender(self, epoch: int) -> Opened:
        return Opened(SENDER, epoch, self.phone)

    @abstractmethod
    def gateway(self, ears: Ears) -> Gateway:
        """A new gateway, as another process would have one; the rig closes it in the end."""

    @abstractmethod
    def ledger(self) -> Sequence[Reached]:
        """All that really left, in order."""

    @abstractmethod
    def number(self) -> str:
        """Somebody new, on WhatsApp, who may be written to."""

    @abstractmethod
    def number_that(self, does: Does) -> str | None:
        """Somebody new who surely does this; None where this world knows nobody like that."""


class GatewayContract:
    """Give it a fixture `rig`."""

    @pytest.fixture
    def ears(self) -> Ears:
        return Ears()

    @pytest.fixture
    async def gateway(self, rig: Rig, ears: Ears) -> Gateway:
        gateway = rig.gateway(ears)
        await gateway.open(rig.sender(1))
        return gateway

    # --- the four outcomes ---

    async def test_what_is_accepted_left_once_with_its_text(self, rig: Rig, gateway: Gateway) -> None:
        phone, text = rig.number(), "नमस्ते Ravi 🙏\n*50%* off, “today” only\\ \u200d"
        outcome = await gateway.send(SENDER, outgoing(rig, phone, text))

        wa_id = accepted(outcome)
        assert [(r.phone, r.text, r.wa_id) for r in rig.ledger()] == [(phone, text, wa_id)]

    async def test_a_refusal_says_why_and_nothing_left(self, rig: Rig, gateway: Gateway) -> None:
        phone = somebody(rig, Does.NOT_ON_WHATSAPP)
        assert await gateway.send(SENDER, outgoing(rig, phone)) == Refused(Reason.NOT_ON_WHATSAPP)
        assert not rig.ledger()

    async def test_a_refused_new_chat_is_told_apart(self, rig: Rig, gateway: Gateway) -> None:
        phone = somebody(rig, Does.REFUSE_NEW_CHATS)
        assert await gateway.send(SENDER, outgoing(rig, phone)) == Refused(Reason.NEW_CHATS_REFUSED)

    async def test_not_sent_means_that_nothing_left(self, rig: Rig, gateway: Gateway) -> None:
        phone = somebody(rig, Does.NEVER_SEND)
        assert isinstance(await gateway.send(SENDER, outgoing(rig, phone)), NotSent)
        assert not rig.ledger()

    async def test_a_line_that_breaks_midway_means_unknown(self, rig: Rig, gateway: Gateway) -> None:
        for phone in people(rig, Does.BREAK_AFTER, Does.BREAK_BEFORE):
            assert isinstance(await outcome_of(gateway, outgoing(rig, phone)), Unknown)

    async def test_after_trouble_the_next_message_goes(self, rig: Rig, gateway: Gateway) -> None:
        troubles = (Does.NOT_ON_WHATSAPP, Does.NEVER_SEND, Does.BREAK_BEFORE, Does.BREAK_AFTER)
        for phone in people(rig, *troubles):
            await outcome_of(gateway, outgoing(rig, phone))
            accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))

    async def test_every_id_is_its_own(self, rig: Rig, gateway: Gateway) -> None:
        phone = rig.number()
        ids = [accepted(await gateway.send(SENDER, outgoing(rig, phone))) for _ in range(20)]
        assert len(set(ids)) == 20

    async def test_a_sender_that_is_not_open_sends_nothing(self, rig: Rig, ears: Ears) -> None:
        gateway = rig.gateway(ears)
        assert isinstance(await gateway.send(SENDER, outgoing(rig, rig.number())), NotSent)
        assert not rig.ledger()

    async def test_a_file_goes_with_the_text_as_its_caption(
        self, rig: Rig, gateway: Gateway, tmp_path: Path
    ) -> None:
        media = picture(tmp_path)
        message = Outgoing(rig.number(), "Our new prices", secrets.token_bytes(32), media, rig.speedup)
        accepted(await gateway.send(SENDER, message))

        (reached,) = rig.ledger()
        assert (reached.text, reached.media_sha256) == ("Our new prices", media.sha256)

    async def test_a_document_keeps_its_name(self, rig: Rig, gateway: Gateway, tmp_path: Path) -> None:
        path = tmp_path / "0f4c"
        path.write_bytes(b"%PDF-1.4\n" + secrets.token_bytes(2000) + b"\n%%EOF\n")
        sha256 = hashlib.sha256(path.read_bytes()).digest()
        media = Media(MediaKind.DOCUMENT, path, "दर सूची.pdf", "application/pdf", sha256)
        message = Outgoing(rig.number(), "", secrets.token_bytes(32), media, rig.speedup)
        accepted(await gateway.send(SENDER, message))

        (reached,) = rig.ledger()
        assert (reached.text, reached.media_sha256, reached.media_name) == ("", sha256, "दर सूची.pdf")

    async def test_a_file_that_is_gone_is_not_sent(self, rig: Rig, gateway: Gateway, tmp_path: Path) -> None:
        media = picture(tmp_path)
        media.path.unlink()
        message = Outgoing(rig.number(), "Our new prices", secrets.token_bytes(32), media, rig.speedup)
        assert isinstance(await gateway.send(SENDER, message), NotSent)
        assert not rig.ledger()

    # --- what is told ---

    async def test_an_open_sender_is_online(self, gateway: Gateway, ears: Ears) -> None:
        await ears.until(lambda: SenderStatus.ONLINE in ears.links())

    async def test_delivery_and_reading_are_told_under_the_messages_id(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        wa_id = accepted(await gateway.send(SENDER, outgoing(rig, somebody(rig, Does.READ))))
        await ears.until(lambda: set(ears.receipts(wa_id)) == {ReceiptKind.DELIVERED, ReceiptKind.READ})

    async def test_what_a_phone_cannot_open_is_told(self, rig: Rig, gateway: Gateway, ears: Ears) -> None:
        wa_id = accepted(await gateway.send(SENDER, outgoing(rig, somebody(rig, Does.NOT_OPEN_IT))))
        await ears.until(lambda: ears.receipts(wa_id) == [ReceiptKind.UNREADABLE])

    async def test_an_answer_is_told_with_its_number_and_an_id(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        phone = somebody(rig, Does.SAY_STOP)
        ids = [accepted(await gateway.send(SENDER, outgoing(rig, phone))) for _ in range(2)]
        await ears.until(lambda: len({reply.wa_id for reply in ears.replies(phone)}) == 2)

        assert {reply.text for reply in ears.replies(phone)} == {"STOP"}
        assert not {reply.wa_id for reply in ears.replies(phone)} & set(ids)

    async def test_what_happened_while_nobody_listened_is_told_later(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        phone = somebody(rig, Does.SAY_STOP)
        wa_id = accepted(await gateway.send(SENDER, outgoing(rig, phone)))
        await gateway.close(SENDER)

        later = Ears()
        await rig.gateway(later).open(rig.sender(2))
        await later.until(lambda: ReceiptKind.READ in ears.receipts(wa_id) + later.receipts(wa_id))
        await later.until(lambda: bool(ears.replies(phone) + later.replies(phone)))

    async def test_a_message_of_unknown_fate_is_explained_by_its_receipts(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        phone = somebody(rig, Does.BREAK_AFTER)
        await outcome_of(gateway, outgoing(rig, phone))

        (reached,) = rig.ledger()
        await ears.until(lambda: ReceiptKind.DELIVERED in ears.receipts(reached.wa_id))

    # --- after a crash ---

    async def test_what_never_left_is_known(self, rig: Rig, gateway: Gateway, ears: Ears) -> None:
        token = secrets.token_bytes(32)
        later = rig.gateway(ears)
        await later.open(rig.sender(2))
        assert await later.recover(SENDER, [token]) == [NeverLeft()]

    async def test_what_left_is_known_by_its_token_and_told_in_order(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        messages = [outgoing(rig, rig.number()) for _ in range(3)]
        ids = [accepted(await gateway.send(SENDER, message)) for message in messages]

        later = rig.gateway(ears)
        await later.open(rig.sender(2))
        asked = [messages[2].token, secrets.token_bytes(32), messages[0].token]
        assert await later.recover(SENDER, asked) == [Left(ids[2]), NeverLeft(), Left(ids[0])]

    async def test_a_refused_attempt_never_left(self, rig: Rig, gateway: Gateway, ears: Ears) -> None:
        message = outgoing(rig, somebody(rig, Does.NEVER_SEND))
        await gateway.send(SENDER, message)
        later = rig.gateway(ears)
        await later.open(rig.sender(2))
        assert not isinstance((await later.recover(SENDER, [message.token]))[0], Left | DoNotKnow)

    # --- who is there ---

    async def test_who_is_on_whatsapp_is_told_number_by_number(self, rig: Rig, gateway: Gateway) -> None:
        there, absent = rig.number(), somebody(rig, Does.NOT_ON_WHATSAPP)
        assert await gateway.on_whatsapp(SENDER, [there, absent]) == {there: True, absent: False}
        assert not rig.ledger()

    async def test_nobody_asked_is_nobody_told(self, gateway: Gateway) -> None:
        assert await gateway.on_whatsapp(SENDER, []) == {}

    async def test_a_sender_that_is_not_open_cannot_ask(self, rig: Rig, ears: Ears) -> None:
        gateway = rig.gateway(ears)
        with pytest.raises(OSError):
            await gateway.on_whatsapp(SENDER, [rig.number()])

    # --- owners ---

    async def test_an_older_owner_can_send_nothing_any_more(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        await rig.gateway(ears).open(rig.sender(2))
        assert isinstance(await gateway.send(SENDER, outgoing(rig, rig.number())), NotSent)
        assert not rig.ledger()

    async def test_a_late_owner_of_an_old_epoch_does_not_get_in(self, rig: Rig, ears: Ears) -> None:
        newer, older = rig.gateway(ears), rig.gateway(ears)
        await newer.open(rig.sender(5))
        with pytest.raises(OSError):
            await older.open(rig.sender(4))
        accepted(await newer.send(SENDER, outgoing(rig, rig.number())))

    async def test_a_send_that_meets_a_takeover_is_in_the_answer_or_never_happens(
        self, rig: Rig, ears: Ears
    ) -> None:
        epochs = count(1)
        owner = rig.gateway(ears)
        await owner.open(rig.sender(next(epochs)))
        for _ in range(rig.takeovers):
            message = outgoing(rig, rig.number())
            sending = asyncio.create_task(outcome_of(owner, message))
            new_owner = rig.gateway(ears)
            await new_owner.open(rig.sender(next(epochs)))
            (known,) = await new_owner.recover(SENDER, [message.token])
            await sending

            left = [reached.wa_id for reached in rig.ledger() if reached.phone == message.phone]
            assert left == ([known.wa_id] if isinstance(known, Left) else [])
            owner = new_owner

    async def test_a_sender_may_be_closed_and_opened_again(self, rig: Rig, gateway: Gateway) -> None:
        await gateway.close(SENDER)
        assert isinstance(await gateway.send(SENDER, outgoing(rig, rig.number())), NotSent)
        await gateway.open(rig.sender(2))
        accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))

    async def test_closing_what_is_not_open_is_no_trouble(self, gateway: Gateway) -> None:
        await gateway.close(SENDER)
        await gateway.close(SENDER)
        await gateway.close(99999)

    async def test_at_the_end_everything_is_let_go_in_time(self, rig: Rig, ears: Ears) -> None:
        gateway = rig.gateway(ears)
        await gateway.open(rig.sender(1))
        accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))
        async with asyncio.timeout(10):
            await gateway.aclose()

        heard = len(ears.heard)
        accepted_later = rig.gateway(Ears())
        await accepted_later.open(rig.sender(2))
        accepted(await accepted_later.send(SENDER, outgoing(rig, rig.number())))
        assert len(ears.heard) == heard


class BreaksBefore(GatewayContract):
    """And for a line that can break before anything left; a client that sends again by itself has none."""

    async def test_recover_tells_a_break_before_from_a_break_after(
        self, rig: Rig, gateway: Gateway, ears: Ears
    ) -> None:
        before = outgoing(rig, somebody(rig, Does.BREAK_BEFORE))
        after = outgoing(rig, somebody(rig, Does.BREAK_AFTER))
        for message in (before, after):
            await outcome_of(gateway, message)

        later = rig.gateway(ears)
        await later.open(rig.sender(2))
        never, left = await later.recover(SENDER, [before.token, after.token])
        (reached,) = rig.ledger()
        assert (never, left) == (NeverLeft(), Left(reached.wa_id))


def outgoing(rig: Rig, phone: str, text: str = "Namaste") -> Outgoing:
    return Outgoing(phone, text, secrets.token_bytes(32), speedup=rig.speedup)


def somebody(rig: Rig, does: Does) -> str:
    phone = rig.number_that(does)
    assert phone is not None, f"nobody in this world {does}"
    return phone


def people(rig: Rig, *whoever: Does) -> list[str]:
    """One number each, of those that this world knows."""
    known = (rig.number_that(does) for does in whoever)
    return [phone for phone in known if phone is not None]


def accepted(outcome: Outcome) -> str:
    assert isinstance(outcome, Accepted), outcome
    return outcome.wa_id


async def outcome_of(gateway: Gateway, message: Outgoing) -> Outcome:
    """As the engine sees it: anything raised means Unknown."""
    try:
        return await gateway.send(SENDER, message)
    except Exception:  # noqa: BLE001 - the contract itself
        return Unknown()


def picture(folder: Path) -> Media:
    path = folder / "prices.png"
    path.write_bytes(secrets.token_bytes(2000))
    sha256 = hashlib.sha256(path.read_bytes()).digest()
    return Media(MediaKind.IMAGE, path, "prices.png", "image/png", sha256)
