"""Every way in which a send, or a link, can end: what WhatsApp does, and what we make of it."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.states import Reason, SenderStatus
from services.gateways.linked import Linked
from services.gateways.linked.outcome import outcome
from services.gateways.protocol import (
    Lack,
    Left,
    LinkChanged,
    NotSent,
    Opened,
    Outcome,
    Outgoing,
    Refused,
    Unknown,
)
from tests.gateways.contract import SENDER, Ears, accepted, outgoing, picture
from tests.gateways.linked_rig import LinkedRig

# --- what neonize says, seen in runs; those that take minutes are judged by their text alone ---

SAYINGS = {
    "no LID found for 919812345678@s.whatsapp.net from server": Refused(Reason.NOT_ON_WHATSAPP),
    "server returned error 463": Refused(Reason.NEW_CHATS_REFUSED),
    "server returned error 479": Refused(Reason.REFUSED),
    "server returned error 400": Refused(Reason.REFUSED),
    "server returned error 500": Refused(Reason.REFUSED),
    "timed out waiting for message send response": Unknown(Reason.TIMED_OUT, "ID"),
    "websocket disconnected before message send (retry) returned response": Unknown(
        Reason.BROKE_MIDWAY, "ID"
    ),
    "websocket disconnected before message send returned response": Unknown(Reason.BROKE_MIDWAY, "ID"),
    "a sentence that nobody has ever seen": Unknown(Reason.BROKE_MIDWAY, "ID"),
}
NOTHING_LEFT = (
    "failed to get user info for 919812345678@s.whatsapp.net to fill LID cache: failed to send usync query:"
    " websocket not connected",
    "failed to get user info for 919812345678@s.whatsapp.net to fill LID cache: failed to send usync query:"
    " info query timed out",
    "failed to send message node: websocket not connected",
    "the store doesn't contain a device JID",
    "client is nil",
)


@pytest.mark.parametrize(("text", "means"), SAYINGS.items())
def test_what_neonize_says_is_understood(text: str, means: Outcome) -> None:
    assert outcome(text, "ID") == means


@pytest.mark.parametrize("text", NOTHING_LEFT)
def test_without_a_connection_nothing_left_and_no_try_is_used_up(text: str) -> None:
    assert outcome(text, None) == NotSent(text, Lack.CONNECTION)


# --- the same, against the peer ---


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def gateway(rig: LinkedRig, ears: Ears) -> Linked:
    gateway = rig.gateway(ears)
    await gateway.open(rig.sender(1))
    return gateway


@pytest.mark.parametrize(
    ("code", "means"),
    [
        (463, Refused(Reason.NEW_CHATS_REFUSED)),
        (400, Refused(Reason.REFUSED)),
        (401, Refused(Reason.REFUSED)),
        (500, Refused(Reason.REFUSED)),
        (429, NotSent("server returned error 429")),
    ],
)
async def test_a_refusal_by_its_number(rig: LinkedRig, gateway: Linked, code: int, means: Outcome) -> None:
    phone = rig.number()
    rig.fault("ack_error", phone, code=code)
    message = outgoing(rig, phone)
    assert await gateway.send(SENDER, message) == means
    assert not isinstance((await gateway.recover(SENDER, [message.token]))[0], Left)


async def test_a_stale_address_is_asked_for_once_more(rig: LinkedRig, gateway: Linked) -> None:
    phone = rig.number()
    rig.fault("ack_error", phone, times=1, code=479)
    accepted(await gateway.send(SENDER, outgoing(rig, phone)))
    assert [reached.phone for reached in rig.ledger()] == [phone]


async def test_an_address_that_stays_stale_is_a_refusal(rig: LinkedRig, gateway: Linked) -> None:
    phone = rig.number()
    rig.fault("ack_error", phone, code=479)
    assert await gateway.send(SENDER, outgoing(rig, phone)) == Refused(Reason.REFUSED)
    assert len(rig.entries()) == 2


@pytest.mark.parametrize("when", ["drop_before", "drop_after"])
async def test_a_line_that_drops_once_is_mended_by_itself(rig: LinkedRig, gateway: Linked, when: str) -> None:
    phone = rig.number()
    rig.fault(when, phone, times=1)
    wa_id = accepted(await gateway.send(SENDER, outgoing(rig, phone)))
    assert [(e.id, e.to) for e in rig.entries()] == [(wa_id, phone[1:])]


async def test_no_answer_at_all_is_unknown_with_its_id(rig: LinkedRig, gateway: Linked) -> None:
    phone = rig.number()
    rig.fault("no_ack", phone)
    outcome = await gateway.send(SENDER, outgoing(rig, phone))
    (entry,) = rig.entries()
    assert outcome == Unknown(Reason.TIMED_OUT, entry.id)


async def test_a_resent_message_that_is_never_answered_does_not_hang(rig: LinkedRig, gateway: Linked) -> None:
    phone = rig.number()
    rig.fault("drop_after", phone, times=1)
    rig.fault("no_ack", phone)
    outcome = await gateway.send(SENDER, outgoing(rig, phone))
    assert isinstance(outcome, Unknown)
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))


async def test_a_line_that_says_nothing_any_more_means_that_nothing_left(
    rig: LinkedRig, gateway: Linked
) -> None:
    await rig.peer.ask("mute", phone=rig.phone[1:])
    message = outgoing(rig, rig.number())
    outcome = await gateway.send(SENDER, message)
    assert isinstance(outcome, NotSent)
    assert outcome.lacks is Lack.CONNECTION
    assert not rig.entries()
    accepted(await gateway.send(SENDER, message))


async def test_an_upload_that_fails_is_not_sent(rig: LinkedRig, gateway: Linked, tmp_path: Path) -> None:
    media = picture(tmp_path)
    rig.peer.ask_now("faults", faults=[{"do": "upload_error", "code": 500, "times": -1}])
    message = Outgoing(rig.number(), "Our prices", secrets.token_bytes(32), media)
    failed = await gateway.send(SENDER, message)
    assert isinstance(failed, NotSent), failed
    assert not rig.entries()

    rig.no_more_faults()
    accepted(await gateway.send(SENDER, message))


async def test_a_file_is_uploaded_once_for_all_its_messages(
    rig: LinkedRig, gateway: Linked, tmp_path: Path
) -> None:
    media = picture(tmp_path)
    before = (await rig.peer.ask("facts"))["uploads"]
    for _ in range(5):
        accepted(await gateway.send(SENDER, Outgoing(rig.number(), "Prices", secrets.token_bytes(32), media)))
    assert (await rig.peer.ask("facts"))["uploads"] == before + 1
    assert {reached.media_sha256 for reached in rig.ledger()} == {media.sha256}


# --- how a link ends ---


async def opened(rig: LinkedRig, ears: Ears) -> Linked:
    gateway = rig.gateway(ears)
    await gateway.open(rig.sender(1))
    await ears.until(lambda: ears.links()[-1:] == [SenderStatus.ONLINE])
    return gateway


def last_link(ears: Ears) -> LinkChanged:
    return [event for event in ears.heard if isinstance(event, LinkChanged)][-1]


async def refused(rig: LinkedRig, reason: str | None) -> None:
    """WhatsApp refuses every login of this number from now on; None: no more."""
    await rig.peer.ask("account", phone=rig.phone[1:], failure=reason)
    if reason:
        await rig.peer.ask("drop", phone=rig.phone[1:])


async def test_a_ban_is_told_with_its_reason_and_its_end(own_rig: LinkedRig, ears: Ears) -> None:
    gateway = await opened(own_rig, ears)
    await own_rig.peer.ask("ban", phone=own_rig.phone[1:], code=101, seconds=3600)
    await ears.until(lambda: SenderStatus.BANNED in ears.links())

    told = last_link(ears)
    assert told.code == "101"
    assert told.until is not None
    assert abs(told.until - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=2)
    assert isinstance(await gateway.send(SENDER, outgoing(own_rig, own_rig.number())), NotSent)


async def test_after_a_ban_it_goes_on_without_being_linked_again(own_rig: LinkedRig, ears: Ears) -> None:
    gateway = await opened(own_rig, ears)
    await own_rig.peer.ask("ban", phone=own_rig.phone[1:], code=104, seconds=60)
    await ears.until(lambda: SenderStatus.BANNED in ears.links())
    await gateway.close(SENDER)

    await own_rig.peer.ask("ban", phone=own_rig.phone[1:], code=104, seconds=0)
    await gateway.open(own_rig.sender(2))
    accepted(await gateway.send(SENDER, outgoing(own_rig, own_rig.number())))


async def test_unlinked_on_the_phone_must_be_linked_again(own_rig: LinkedRig, ears: Ears) -> None:
    gateway = await opened(own_rig, ears)
    await own_rig.peer.ask("unlink", phone=own_rig.phone[1:])
    await ears.until(lambda: SenderStatus.LOGGED_OUT in ears.links())

    await gateway.close(SENDER)
    with pytest.raises(OSError):
        await gateway.open(own_rig.sender(2))


@pytest.mark.parametrize("reason", ["401", "403"])
async def test_a_login_that_is_refused_for_good_must_be_linked_again(
    own_rig: LinkedRig, ears: Ears, reason: str
) -> None:
    await opened(own_rig, ears)
    await refused(own_rig, reason)
    await ears.until(lambda: SenderStatus.LOGGED_OUT in ears.links())


async def test_unlinked_by_us_is_unlinked_on_the_phone_too(own_rig: LinkedRig, ears: Ears) -> None:
    gateway = await opened(own_rig, ears)
    await gateway.unlink(SENDER)
    await ears.until(lambda: SenderStatus.LOGGED_OUT in ears.links())
    assert own_rig.phone[1:] not in (await own_rig.peer.ask("facts"))["linked"]


@pytest.mark.parametrize(
    ("conflict", "reason", "code"), [("replaced", None, "replaced"), ("", "405", "outdated")]
)
async def test_what_only_patience_or_a_newer_library_helps_is_called_by_its_name(
    own_rig: LinkedRig, ears: Ears, conflict: str, reason: str | None, code: str
) -> None:
    await opened(own_rig, ears)
    if conflict:
        await own_rig.peer.ask("stream_error", phone=own_rig.phone[1:], conflict=conflict)
    else:
        await refused(own_rig, reason)
    await ears.until(lambda: last_link(ears).code == code)
    assert last_link(ears).status is SenderStatus.OFFLINE


@pytest.mark.parametrize("reason", ["415", "503"])
async def test_a_trouble_that_passes_is_survived(own_rig: LinkedRig, ears: Ears, reason: str) -> None:
    """neonize does not know 415: it kills its events, and it would never hear anything again."""
    gateway = await opened(own_rig, ears)
    await refused(own_rig, reason)
    await ears.until(lambda: last_link(ears).status is SenderStatus.OFFLINE)

    await refused(own_rig, None)
    await ears.until(lambda: last_link(ears).status is SenderStatus.ONLINE)
    wa_id = accepted(await gateway.send(SENDER, outgoing(own_rig, own_rig.number())))
    await ears.until(lambda: bool(ears.receipts(wa_id)))


async def test_anothers_store_is_not_opened(rig: LinkedRig, ears: Ears) -> None:
    gateway = rig.gateway(ears)
    with pytest.raises(OSError, match="not of"):
        await gateway.open(Opened(SENDER, 1, "+919999999999"))
    assert ears.links() == [SenderStatus.LOGGED_OUT]
