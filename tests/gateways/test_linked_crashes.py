"""Whatever becomes of a child: no message twice, none called unsent that left, and soon all is well."""

import asyncio
import os
import signal

import pytest

from models.states import SenderStatus
from services.gateways.linked import Linked, hosts
from services.gateways.protocol import Accepted, Left, NotSent, Opened, Outcome, Unknown
from tests.gateways.contract import SENDER, Does, Ears, accepted, outcome_of, outgoing
from tests.gateways.linked_rig import LinkedRig, link, new_phone

OTHER = SENDER + 1


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def gateway(rig: LinkedRig, ears: Ears) -> Linked:
    gateway = rig.gateway(ears)
    await gateway.open(rig.sender(1))
    return gateway


async def test_a_child_killed_in_mid_send_leaves_no_doubt_that_is_not_called_so(
    rig: LinkedRig, gateway: Linked, ears: Ears
) -> None:
    """Killed a little later each time: before the message is handed over, while, and after."""
    for wait_s in (0.0, 0.002, 0.004, 0.006, 0.01, 0.02):
        message = outgoing(rig, rig.number())
        sending = asyncio.create_task(outcome_of(gateway, message))
        await asyncio.sleep(wait_s)
        kill_children(gateway)
        outcome = await sending
        await ears.until(lambda: ears.links()[-1] is SenderStatus.ONLINE)
        judge(rig, message.phone, outcome)
        (known,) = await gateway.recover(SENDER, [message.token])
        assert isinstance(known, Left) if reached(rig, message.phone) else known is not None


async def test_after_a_crash_a_sender_is_back_by_itself(
    rig: LinkedRig, gateway: Linked, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    """At the first attempt: seconds, most of them for loading the library."""
    kill_children(gateway)
    await ears.until(lambda: SenderStatus.OFFLINE in ears.links())
    await ears.until(lambda: ears.links()[-1] is SenderStatus.ONLINE)
    assert "is not back yet" not in caplog.text
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))


async def test_a_child_that_dies_takes_nobody_elses_down(
    own_rig: LinkedRig, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "SENDERS", 1)
    gateway, other_phone = own_rig.gateway(ears), new_phone()
    await link(gateway, own_rig.peer, other_phone, OTHER)
    await gateway.open(own_rig.sender(1))
    await gateway.open(Opened(OTHER, 1, other_phone))
    first, second = gateway._hosts.all
    assert (first.senders, second.senders) == ({SENDER}, {OTHER})

    first.kill()
    for _ in range(5):
        assert isinstance(await gateway.send(OTHER, outgoing(own_rig, own_rig.number())), Accepted)


async def test_two_numbers_are_never_mixed_up(own_rig: LinkedRig, ears: Ears) -> None:
    """In one child, at the same time, to the same people, through a crash."""
    gateway, other_phone = own_rig.gateway(ears), new_phone()
    await link(gateway, own_rig.peer, other_phone, OTHER)
    people = [own_rig.number() for _ in range(5)]
    for epoch in (1, 2):
        await gateway.open(own_rig.sender(epoch))
        await gateway.open(Opened(OTHER, epoch, other_phone))
        for phone in people:
            both = await asyncio.gather(
                gateway.send(SENDER, outgoing(own_rig, phone, "from Asha")),
                gateway.send(OTHER, outgoing(own_rig, phone, "from Bharat")),
            )
            assert all(isinstance(outcome, Accepted) for outcome in both), both
        kill_children(gateway)
        await gateway.close(SENDER)
        await gateway.close(OTHER)

    texts = {(entry.session, entry.text) for entry in own_rig.peer.ledger() if entry.to in digits(people)}
    assert texts == {(own_rig.phone[1:], "from Asha"), (other_phone[1:], "from Bharat")}


async def test_a_child_that_hangs_is_replaced(
    rig: LinkedRig, gateway: Linked, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    (host,) = gateway._hosts.all
    os.kill(host.pid, signal.SIGSTOP)
    with monkeypatch.context() as impatient:
        impatient.setattr(hosts, "QUIET_S", 0.5)
        await ears.until(lambda: SenderStatus.OFFLINE in ears.links())
    await ears.until(lambda: ears.links()[-1] is SenderStatus.ONLINE)
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))


async def test_a_newer_owner_gets_in_even_if_the_older_child_hangs(
    rig: LinkedRig, gateway: Linked, ears: Ears
) -> None:
    (host,) = gateway._hosts.all
    os.kill(host.pid, signal.SIGSTOP)
    newer = rig.gateway(Ears())
    await newer.open(rig.sender(2))
    message = outgoing(rig, rig.number())
    assert isinstance(await gateway.send(SENDER, message), NotSent)
    assert not reached(rig, message.phone)
    accepted(await newer.send(SENDER, message))


async def test_an_old_child_is_relieved_between_two_messages(
    rig: LinkedRig, gateway: Linked, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = gateway._hosts.all
    old.born_at -= hosts.OLD_S
    for _ in range(1000):
        outcome = await gateway.send(SENDER, outgoing(rig, rig.number()))
        assert isinstance(outcome, Accepted), outcome
        if old.gone:
            break
    assert [host.senders for host in gateway._hosts.all] == [{SENDER}]
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))


async def test_a_child_follows_its_parent_and_frees_the_store(rig: LinkedRig, gateway: Linked) -> None:
    die(gateway)
    later = rig.gateway(Ears())
    await later.open(rig.sender(2))
    accepted(await later.send(SENDER, outgoing(rig, rig.number())))


async def test_what_was_told_to_a_process_that_died_is_told_again(rig: LinkedRig) -> None:
    """A STOP must not be lost because nobody wrote it down in time: WhatsApp tells it only once."""
    phone, ears = rig.number(), Ears(careful=False)
    gateway = rig.gateway(ears)
    await gateway.open(rig.sender(1))
    await rig.peer.ask("say", sender=phone[1:], to=rig.phone[1:], text="STOP")
    await ears.until(lambda: bool(ears.replies(phone)))
    die(gateway)

    later = Ears()
    await rig.gateway(later).open(rig.sender(2))
    await later.until(lambda: later.replies(phone) == ears.replies(phone))


async def test_the_end_waits_for_what_is_on_its_way(rig: LinkedRig, gateway: Linked) -> None:
    phone = rig.number()
    rig.fault("ack_delay", phone, seconds=0.7)
    sending = asyncio.create_task(gateway.send(SENDER, outgoing(rig, phone)))
    await until_reached(rig, phone)
    async with asyncio.timeout(10):
        await gateway.aclose()
    judge(rig, phone, await sending)
    accepted(await sending)


async def test_a_message_that_the_recipients_phone_asks_for_again_is_not_called_unreadable(
    rig: LinkedRig, gateway: Linked, ears: Ears
) -> None:
    """It was put on a new phone: it cannot read the first copy, asks, and reads the second."""
    phone = rig.number()
    accepted(await gateway.send(SENDER, outgoing(rig, phone)))
    await rig.peer.ask("reinstall", person=phone[1:])
    wa_id = accepted(await gateway.send(SENDER, outgoing(rig, phone)))
    await ears.until(lambda: "read" in ears.receipts(wa_id))
    assert "unreadable" not in ears.receipts(wa_id)


async def test_what_the_library_prints_stays_off_our_screen(
    rig: LinkedRig, gateway: Linked, capfd: pytest.CaptureFixture[str]
) -> None:
    await gateway.send(SENDER, outgoing(rig, somebody_absent(rig)))
    kill_children(gateway)
    await gateway.close(SENDER)
    assert capfd.readouterr() == ("", "")


async def test_a_store_is_private(rig: LinkedRig, gateway: Linked) -> None:
    """It is a login: whoever can read it can write in the shop's name."""
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))
    files = [path for path in (rig.folder / str(SENDER)).rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (rig.folder / str(SENDER)).stat().st_mode & 0o777 == 0o700


def judge(rig: LinkedRig, phone: str, outcome: Outcome) -> None:
    """What we say about a message may be "we do not know"; it may not be wrong."""
    ids = reached(rig, phone)
    match outcome:
        case Accepted(wa_id):
            assert ids == [wa_id]
        case NotSent():
            assert ids == []
        case Unknown(_, wa_id):
            assert ids in ([], [wa_id])
        case _:
            raise AssertionError(outcome)


def reached(rig: LinkedRig, phone: str) -> list[str]:
    return [one.wa_id for one in rig.ledger() if one.phone == phone]


async def until_reached(rig: LinkedRig, phone: str) -> None:
    async with asyncio.timeout(30):
        while not reached(rig, phone):
            await asyncio.sleep(0.01)


def die(gateway: Linked) -> None:
    """As if the process around it had been killed: its sockets end, and nobody tells its children."""
    gateway._open.clear()
    for host in gateway._hosts.all:
        for task in host._tasks:
            task.cancel()
        host._wire.close()


def kill_children(gateway: Linked) -> None:
    for host in gateway._hosts.all:
        host.kill()


def somebody_absent(rig: LinkedRig) -> str:
    phone = rig.number_that(Does.NOT_ON_WHATSAPP)
    assert phone
    return phone


def digits(phones: list[str]) -> set[str]:
    return {phone[1:] for phone in phones}
