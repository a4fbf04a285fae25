"""Whoever writes to a shop is heard, though the child is killed at the very moment the words come.

WhatsApp is told "got it" before we have them, and nothing opens twice. So the words may be gone for good;
that somebody wrote never is, nor who.
"""

from pathlib import Path

import pytest

from models.states import SenderStatus
from services.gateways.linked import Linked
from services.gateways.linked.hosts import Launcher
from services.gateways.protocol import LinkChanged
from tests.gateways.contract import SENDER, Ears, accepted, outgoing
from tests.gateways.linked_rig import LinkedRig, launcher


def dying(rig: LinkedRig, ears: Ears, at: str, lives: Path) -> Linked:
    """Its first child dies at this moment; later ones live."""
    lives.mkdir()
    (lives / "one").touch()
    usual = launcher(rig.peer, "gateways.dying")
    there = {**usual.environment, "DIES_AT": at, "DIES_IN": str(lives)}
    rig.gateways.append(Linked(rig.folder, ears, Launcher(usual.command, there)))
    return rig.gateways[-1]


@pytest.mark.parametrize(("at", "words"), [("came", "STOP"), ("opened", ""), ("written", "STOP")])
async def test_whoever_writes_while_a_child_is_killed_is_heard(
    rig: LinkedRig, tmp_path: Path, at: str, words: str
) -> None:
    """Never opened: WhatsApp brings it again. Opened: the words are gone, and that they wrote is told."""
    phone, ears = rig.number(), Ears()
    gateway = dying(rig, ears, at, tmp_path / "lives")
    await gateway.open(rig.sender(1))
    wa_id = await rig.peer.ask("say", sender=phone[1:], to=rig.phone[1:], text="STOP")
    await ears.until(lambda: bool(ears.replies(phone)))
    assert not list((tmp_path / "lives").iterdir()), "it did not die"
    assert {(reply.text, reply.wa_id) for reply in ears.replies(phone)} == {(words, wa_id)}

    await ears.until(lambda: ears.links()[-1] is SenderStatus.ONLINE)
    told, *_ = (n for n, event in enumerate(ears.heard) if event in ears.replies(phone))
    *_, online = (n for n, e in enumerate(ears.heard) if isinstance(e, LinkChanged))
    assert told < online, "it might be written to before we know"


async def test_what_is_lost_is_told_once_and_what_was_heard_is_not_lost(
    rig: LinkedRig, tmp_path: Path
) -> None:
    """A later session tells nothing of it again, nor takes anything for lost that it has heard."""
    phone, other, ears = rig.number(), rig.number(), Ears()
    gateway = dying(rig, ears, "opened", tmp_path / "lives")
    await gateway.open(rig.sender(1))
    await rig.peer.ask("say", sender=phone[1:], to=rig.phone[1:], text="STOP")
    await ears.until(lambda: bool(ears.replies(phone)))
    await ears.until(lambda: ears.links()[-1] is SenderStatus.ONLINE)
    await rig.peer.ask("say", sender=other[1:], to=rig.phone[1:], text="Hello")
    await ears.until(lambda: bool(ears.replies(other)))
    await gateway.close(SENDER)

    later = Ears()
    gateway = rig.gateway(later)
    await gateway.open(rig.sender(2))
    accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))
    assert later.replies(phone) == later.replies(other) == []


async def test_a_receipt_is_not_lost_with_the_child_that_heard_it(rig: LinkedRig) -> None:
    ears = Ears(careful=False)
    gateway = rig.gateway(ears)
    await gateway.open(rig.sender(1))
    wa_id = accepted(await gateway.send(SENDER, outgoing(rig, rig.number())))
    await ears.until(lambda: "read" in ears.receipts(wa_id))
    for host in gateway._hosts.all:
        host.kill()
    await gateway.close(SENDER)

    later = Ears()
    await rig.gateway(later).open(rig.sender(2))
    await later.until(lambda: {"delivered", "read"} <= set(later.receipts(wa_id)))
