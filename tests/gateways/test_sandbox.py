"""The sandbox keeps the gateways' contract, and its own promises: numbers, people, a ledger."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from services.gateways.protocol import (
    Accepted,
    Gateway,
    Left,
    NeverLeft,
    NotSent,
    Opened,
    ReceiptHeard,
    ReceiptKind,
)
from services.gateways.sandbox import Sandbox
from services.gateways.sandbox.ledger import Ledger, read_ledger, read_turned_away
from services.gateways.sandbox.people import Deed, Ending, reactions
from tests.gateways.contract import (
    PATIENCE_S,
    SENDER,
    BreaksBefore,
    Does,
    Ears,
    Reached,
    Rig,
    accepted,
    outgoing,
)

ENDINGS = {
    Does.READ: Ending.REPLIES_THANKS,
    Does.NOT_ON_WHATSAPP: Ending.NOT_ON_WHATSAPP,
    Does.REFUSE_NEW_CHATS: Ending.NEW_CHATS_REFUSED,
    Does.NEVER_SEND: Ending.NEVER_SENT,
    Does.BREAK_AFTER: Ending.BREAKS_AFTER_LEAVING,
    Does.BREAK_BEFORE: Ending.BREAKS_BEFORE_LEAVING,
    Does.NOT_OPEN_IT: Ending.UNREADABLE,
    Does.SAY_STOP: Ending.REPLIES_STOP,
    Does.KNOW_US: Ending.REPLIES_THANKS,
}


class SandboxRig(Rig):
    """A folder, and sandboxes that share it."""

    speedup = 10_000

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gateways: list[Sandbox] = []
        self._numbers = count(1)

    def gateway(self, ears: Ears) -> Sandbox:
        self.gateways.append(Sandbox(self.folder, ears))
        return self.gateways[-1]

    def ledger(self) -> list[Reached]:
        return [
            Reached(
                s.phone,
                s.text,
                s.wa_id,
                bytes.fromhex(s.media_sha256) if s.media_sha256 else None,
                s.media_name,
            )
            for s in read_ledger(self.folder)
        ]

    def number(self) -> str:
        return f"+91980{next(self._numbers):04}777"

    def number_that(self, does: Does) -> str:
        return f"+91980{next(self._numbers):04}{ENDINGS[does]}"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[SandboxRig]:
    made = SandboxRig(tmp_path / "sandbox")
    yield made
    for gateway in made.gateways:
        await gateway.aclose()


class TestSandbox(BreaksBefore):
    """The contract, word for word."""


# --- numbers ---


async def test_502_goes_at_the_second_attempt(rig: SandboxRig) -> None:
    gateway = await opened(rig)
    first, second = [await gateway.send(SENDER, outgoing(rig, "+919800000502")) for _ in range(2)]

    assert isinstance(first, NotSent)
    assert isinstance(second, Accepted)


async def test_502_remembers_its_first_attempt_through_a_restart(rig: SandboxRig) -> None:
    gateway = await opened(rig)
    assert isinstance(await gateway.send(SENDER, outgoing(rig, "+919800000502")), NotSent)

    again = await opened(rig, epoch=2)
    assert isinstance(await again.send(SENDER, outgoing(rig, "+919800000502")), Accepted)


async def test_503_is_never_sent_and_every_attempt_is_on_record(rig: SandboxRig) -> None:
    gateway = await opened(rig)
    for _ in range(3):
        assert isinstance(await gateway.send(SENDER, outgoing(rig, "+919800000503")), NotSent)

    assert [(a.phone, a.outcome) for a in read_turned_away(rig.folder)] == [("+919800000503", "not_sent")] * 3


# --- people ---


def test_people_are_as_their_description_says() -> None:
    lives = [reactions(secrets.token_bytes(32), "+919800000777", 1) for _ in range(20_000)]
    deeds = Counter(reaction.deed for life in lives for reaction in life)

    assert deeds[Deed.DELIVERED] / len(lives) == pytest.approx(0.96, abs=0.01)
    assert deeds[Deed.READ] / deeds[Deed.DELIVERED] == pytest.approx(0.62, abs=0.02)
    assert deeds[Deed.REPLIED] / len(lives) == pytest.approx(0.04, abs=0.01)
    assert deeds[Deed.UNREADABLE] == 0


def test_nobody_reads_before_it_is_delivered_or_answers_before_reading() -> None:
    for _ in range(2000):
        life = reactions(secrets.token_bytes(32), "+919800000222", 1)
        assert [reaction.deed for reaction in life] == [Deed.DELIVERED, Deed.READ, Deed.REPLIED]
        assert [reaction.after_s for reaction in life] == sorted(reaction.after_s for reaction in life)
        assert 1 <= life[0].after_s <= 20
        assert 10 <= life[1].after_s - life[0].after_s <= 1800


def test_a_faster_rehearsal_is_the_same_in_less_time() -> None:
    token = secrets.token_bytes(32)
    slow, fast = reactions(token, "+919800000222", 1), reactions(token, "+919800000222", 100)

    assert [(r.deed, r.text) for r in slow] == [(r.deed, r.text) for r in fast]
    assert [r.after_s / 100 for r in slow] == pytest.approx([r.after_s for r in fast])


async def test_what_was_told_is_what_the_ledger_says(rig: SandboxRig) -> None:
    ears = Ears()
    gateway = await opened(rig, ears=ears)
    for _ in range(200):
        accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))
    ledger = read_ledger(rig.folder)
    expected = sum(len(sent.reactions()) for sent in ledger)
    await ears.until(lambda: len(ears.heard) - len(ears.links()) == expected)

    for sent in read_ledger(rig.folder):
        assert set(sent.told) == {reaction.deed for reaction in sent.reactions()}
        assert {kind.value for kind in ears.receipts(sent.wa_id)} == {
            deed.value for deed in sent.told if deed is not Deed.REPLIED
        }
        assert [reply.text for reply in ears.replies(sent.phone)] == ([sent.reply] if sent.reply else [])


# --- the ledger ---


async def test_what_was_settled_long_ago_is_not_told_again(
    rig: SandboxRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateways.sandbox.ledger.TOLD_AGAIN_S", -1.0)
    ears = Ears()
    gateway = await opened(rig, ears=ears)
    wa_id = accepted(await gateway.send(SENDER, outgoing(rig, rig.number_that(Does.SAY_STOP))))
    await ears.until(lambda: len(ears.heard) == 4)

    later = Ears()
    again = await opened(rig, epoch=2, ears=later)
    thanks = rig.number_that(Does.READ)
    accepted(await again.send(SENDER, outgoing(rig, thanks)))
    await later.until(lambda: bool(later.replies(thanks)))
    assert later.receipts(wa_id) == []


async def test_what_was_told_just_before_a_crash_is_told_again(rig: SandboxRig) -> None:
    ears, later = Ears(), Ears()
    gateway = await opened(rig, ears=ears)
    wa_id = accepted(await gateway.send(SENDER, outgoing(rig, rig.number_that(Does.SAY_STOP))))
    await ears.until(lambda: len(ears.heard) == 4)

    await opened(rig, epoch=2, ears=later)
    await later.until(lambda: len(later.heard) == 4)
    told, again = receipts(ears), receipts(later)
    assert [r.kind for r in told] == [r.kind for r in again] == [ReceiptKind.DELIVERED, ReceiptKind.READ]
    assert [r.at for r in told] == [r.at for r in again]
    assert {r.wa_id for r in again} == {wa_id}


def test_a_later_owner_reads_only_what_is_not_settled(tmp_path: Path) -> None:
    first = Ledger.take(tmp_path, 1, 1)
    for n in range(50):
        first.write([sent_line(f"old{n}", phone="+919800000777", at=0.0)])
        first.write([{"k": deed, "wa_id": f"old{n}", "at": 1.0} for deed in ("delivered", "read", "replied")])
    second = Ledger.take(tmp_path, 1, 2)
    second.write([sent_line("new", phone="+919800000222", at=10_000.0)])
    third = Ledger.take(tmp_path, 1, 3)

    assert [sent.wa_id for sent in third.unsettled] == ["new"]
    assert len(read_ledger(tmp_path)) == 51


def test_a_torn_line_never_happened(tmp_path: Path) -> None:
    ledger = Ledger.take(tmp_path, 1, 1)
    token = secrets.token_bytes(32)
    ledger.write([sent_line("A")])
    whole = (tmp_path / "1.jsonl").read_bytes()
    ledger.write([sent_line("B", token=token)])
    line = (tmp_path / "1.jsonl").read_bytes()[len(whole) :]

    for kept in (1, len(line) // 2, len(line) - 1):
        (tmp_path / "1.jsonl").write_bytes(whole + line[:kept])
        later = Ledger.take(tmp_path, 1, 2)
        assert later.find([token]) == [None]
        later.write([sent_line("C")])
        assert [sent.wa_id for sent in read_ledger(tmp_path)] == ["A", "C"]


async def test_a_full_disk_means_not_sent(rig: SandboxRig, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = await opened(rig)
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))
    whole = os.write
    message = outgoing(rig, rig.number())
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: whole(file, line[: len(line) // 2]))
        assert isinstance(await gateway.send(SENDER, message), NotSent)
        assert await gateway.recover(SENDER, [message.token]) == [NeverLeft()]

    wa_id = accepted(await gateway.send(SENDER, message))
    assert await gateway.recover(SENDER, [message.token]) == [Left(wa_id)]
    assert len(rig.ledger()) == 2


def test_a_text_cannot_pretend_to_be_a_line(tmp_path: Path) -> None:
    ledger = Ledger.take(tmp_path, 1, 1)
    token = secrets.token_bytes(32)
    lie = f'"}}\n{{"k": "epoch", "epoch": 99}}\n{{"k": "sent", "token": "{token.hex()}", "wa_id": "X"}}\n'
    ledger.write([sent_line("A", text=lie)])

    assert Ledger.take(tmp_path, 1, 2).find([token]) == [None]
    assert [sent.text for sent in read_ledger(tmp_path)] == [lie]


# --- processes ---

CHILD = """
import asyncio, sys, secrets
from pathlib import Path
from services.gateways.protocol import Opened, Outgoing
from services.gateways.sandbox import Sandbox

class Deaf:
    def hear(self, event): pass

async def main():
    gateway = Sandbox(Path(sys.argv[1]), Deaf())
    await gateway.open(Opened(7, epoch=1))
    n = 0
    while True:
        n += 1
        token = secrets.token_bytes(32)
        print("begin", token.hex(), flush=True)
        outcome = await gateway.send(7, Outgoing(f"+9198{n:05}222", "Hi", token, speedup=3000))
        print("end", token.hex(), outcome.wa_id, flush=True)

asyncio.run(main())
"""
HOLDER = """
import fcntl, sys
file = open(sys.argv[1])
fcntl.flock(file, fcntl.LOCK_EX)
print(flush=True)
input()
"""


@pytest.fixture
def child(rig: SandboxRig) -> Iterator["subprocess.Popen[str]"]:
    """Another process that sends as fast as it can."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(rig.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        process.kill()


async def test_after_kill_9_every_token_is_explained_and_its_people_go_on(
    rig: SandboxRig, child: "subprocess.Popen[str]"
) -> None:
    said = [await line_of(child) for _ in range(61)]
    child.send_signal(signal.SIGKILL)
    while line := await line_of(child):
        said.append(line)
    begun = [bytes.fromhex(words[1]) for words in said if words[0] == "begin"]
    ended = {bytes.fromhex(words[1]): words[2] for words in said if words[0] == "end"}

    ears = Ears()
    gateway = await opened(rig, epoch=2, ears=ears)
    known = dict(zip(begun, await gateway.recover(SENDER, begun), strict=True))
    left = {sent.token: sent.wa_id for sent in read_ledger(rig.folder)}
    assert {token: Left(wa_id) for token, wa_id in left.items()} == {
        token: answer for token, answer in known.items() if isinstance(answer, Left)
    }
    assert ended.items() <= left.items()
    await ears.until(lambda: all(ReceiptKind.READ in ears.receipts(wa_id) for wa_id in left.values()))


async def test_a_process_that_was_taken_over_falls_silent(
    rig: SandboxRig, child: "subprocess.Popen[str]"
) -> None:
    for _ in range(20):
        await line_of(child)
    await opened(rig, epoch=2)
    taken_over = len(rig.ledger())

    # a NotSent has no wa_id, so the child dies of it
    async with asyncio.timeout(PATIENCE_S):
        while await line_of(child):
            pass
    assert len(rig.ledger()) == taken_over


async def test_a_paused_process_keeps_only_its_own_sender_waiting(rig: SandboxRig) -> None:
    gateway = await opened(rig)
    await gateway.open(Opened(8, epoch=1))
    with locked_by_another_process(rig.folder / f"{SENDER}.jsonl"):
        waiting = asyncio.create_task(gateway.send(SENDER, outgoing(rig, rig.number())))
        accepted(await gateway.send(8, outgoing(rig, rig.number())))
        assert not waiting.done()
    accepted(await waiting)


async def opened(rig: SandboxRig, *, epoch: int = 1, ears: Ears | None = None) -> Gateway:
    gateway = rig.gateway(ears or Ears())
    await gateway.open(Opened(SENDER, epoch))
    return gateway


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[None]:
    holding = (
        "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.kill()


def receipts(ears: Ears) -> list[ReceiptHeard]:
    return [event for event in ears.heard if isinstance(event, ReceiptHeard)]


async def line_of(child: "subprocess.Popen[str]") -> list[str]:
    assert child.stdout is not None
    line = await asyncio.to_thread(child.stdout.readline)
    return line.split()


def sent_line(
    wa_id: str, *, token: bytes = b"", phone: str = "+919800000777", at: float = 5.0, text: str = "Hi"
) -> dict[str, object]:
    return {
        "k": "sent",
        "token": (token or secrets.token_bytes(32)).hex(),
        "epoch": 1,
        "phone": phone,
        "text": text,
        "wa_id": wa_id,
        "at": at,
        "pid": 1,
        "speedup": 1,
    }
