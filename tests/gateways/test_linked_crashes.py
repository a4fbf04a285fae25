"""Whatever becomes of a child: no message twice, none called unsent that left, and soon all is well."""

import asyncio
import os
import signal

import pytest

from models.states import SenderStatus
from services.gateways.linked import Linked, hosts
from services.gateways.linked import gateway as gateways
from services.gateways.linked.wire import Close, Wire
from services.gateways.protocol import Accepted, Event, Left, NotSent, Opened, Outcome, ReplyHeard, Unknown
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


async def test_each_sender_of_an_old_child_moves_once_however_long_a_message_takes(
    own_rig: LinkedRig, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "CARE_S", 0.1)
    gateway, other_phone = own_rig.gateway(ears), new_phone()
    await link(gateway, own_rig.peer, other_phone, OTHER)
    await gateway.open(own_rig.sender(1))
    await gateway.open(Opened(OTHER, 1, other_phone))
    (old,) = gateway._hosts.all
    phone = own_rig.number()
    own_rig.fault("ack_delay", phone, seconds=1.0)
    before = ears.links().count(SenderStatus.ONLINE)
    old.born_at -= hosts.OLD_S
    accepted(await gateway.send(SENDER, outgoing(own_rig, phone)))
    async with asyncio.timeout(60):
        while not old.gone:
            await asyncio.sleep(0.05)
    while gateway._tasks:
        await asyncio.wait(gateway._tasks)
    assert [host.senders for host in gateway._hosts.all] == [{SENDER, OTHER}]
    assert ears.links().count(SenderStatus.ONLINE) == before + 2
    for sender_id in (SENDER, OTHER):
        accepted(await gateway.send(sender_id, outgoing(own_rig, own_rig.number())))


async def test_what_is_written_down_while_its_child_leaves_stops_nobody(gateway: Linked) -> None:
    """It is told again by the next one, which is no news then."""
    (host,) = gateway._hosts.all
    leaving = asyncio.create_task(host.leave())
    await asyncio.sleep(0)
    host.say_kept(SENDER, 1)
    with pytest.raises(ConnectionError):
        await host.ask(lambda call: Close(call, SENDER))
    await leaving


class Clumsy(Ears):
    """It breaks on the first thing that it is told of somebody's words."""

    broke = False

    def hear(self, event: Event) -> None:
        if isinstance(event, ReplyHeard) and not self.broke:
            self.broke = True
            raise RuntimeError("a mistake of ours")
        super().hear(event)


async def test_what_cannot_be_taken_in_costs_a_child_and_not_everything_after_it(rig: LinkedRig) -> None:
    phone, ears = rig.number(), Clumsy()
    gateway = rig.gateway(ears)
    await gateway.open(rig.sender(1))
    await rig.peer.ask("say", sender=phone[1:], to=rig.phone[1:], text="STOP")
    await ears.until(lambda: [reply.text for reply in ears.replies(phone)] == ["STOP"])
    async with asyncio.timeout(10):
        accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))


async def test_a_sender_comes_back_however_long_no_child_could_be_started(
    rig: LinkedRig, gateway: Linked, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "AGAIN_S", (0.0,))
    starts = Failing(150, gateway._hosts._launcher)
    gateway._hosts._launcher = starts  # type: ignore[assignment]
    kill_children(gateway)
    await ears.until(lambda: ears.links()[-2:] == [SenderStatus.OFFLINE, SenderStatus.ONLINE])
    assert starts.fails_left == 0


class Failing:
    """A machine that can start no process, for a while."""

    def __init__(self, fails: int, then: hosts.Launcher) -> None:
        self.fails_left = fails
        self._then = then

    async def start(self, module: str, *words: str) -> tuple[asyncio.subprocess.Process, Wire]:
        if self.fails_left:
            self.fails_left -= 1
            raise OSError("out of memory")
        return await self._then.start(module, *words)


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
