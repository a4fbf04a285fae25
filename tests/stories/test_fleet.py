"""Several sending processes share the numbers: evenly, without a gap when one leaves, and nobody hears twice.

The processes are engines inside this one; tests/chaos kills and freezes real ones.
"""

import time

from models.db import transaction
from models.sender import Sender
from services.gateways.sandbox.ledger import read_ledger
from services.sending.engine import Engine
from tests.shop import Shop


async def numbers(shop: Shop, how_many: int) -> list[int]:
    """More senders of the shop."""
    workspace = shop.actor.workspace_id
    more = [
        Sender(workspace_id=workspace, channel="sandbox", name=f"Number {n}", status="online")
        for n in range(how_many)
    ]
    async with transaction() as db:
        db.add_all(more)
    return [sender.id for sender in more]


def owned(engine: Engine) -> set[int]:
    return set(engine._owning.lanes)


async def test_a_process_that_joins_gets_its_share(shop: Shop) -> None:
    for sender_id in await numbers(shop, 10):
        await shop.launched(await shop.people(3), sender_id=sender_id, rehearsal_speed=1)

    async with shop.engine() as first:

        async def all_owned() -> bool:
            return len(owned(first)) == 10

        await shop.until(all_owned)
        async with shop.engine() as second:

            async def shared() -> bool:
                return len(owned(first)) == 5 and len(owned(second)) == 5

            await shop.until(shared)
            assert not owned(first) & owned(second)


async def test_a_clean_stop_hands_everything_over(shop: Shop) -> None:
    people = []
    for sender_id in await numbers(shop, 6):
        some = await shop.people(4)
        people += some
        await shop.launched(some, sender_id=sender_id, rehearsal_speed=20)

    async with shop.engine() as stays:
        async with shop.engine() as leaves:

            async def shared() -> bool:
                return len(owned(stays)) == 3 and len(owned(leaves)) == 3

            await shop.until(shared)
        await shop.until(shop.nothing_queued)

    assert sorted(sent.phone for sent in read_ledger(shop.folder / "sandbox")) == sorted(
        someone.phone for someone in people
    )


async def test_the_wait_between_two_messages_survives_a_restart(shop: Shop) -> None:
    """A number that was about to wait waits, whoever owns it next."""
    await shop.launched(await shop.people(3), rehearsal_speed=1, pace="safe")

    async def one_left() -> bool:
        return len(shop.ledger()) == 1

    async with shop.engine():
        await shop.until(one_left)
    async with shop.engine() as next_owner:

        async def owns_it() -> bool:
            return shop.sender_id in owned(next_owner)

        await shop.until(owns_it)
        lane = next_owner._owning.lanes[shop.sender_id]
        assert lane.next_at > time.monotonic() + 1.0
    assert len(shop.ledger()) == 1


async def test_a_huge_campaign_does_not_delay_a_small_one_elsewhere(shop: Shop) -> None:
    (other_number,) = await numbers(shop, 1)
    await shop.launched(await shop.people(400))
    few = await shop.people(5)
    small = await shop.launched(few, sender_id=other_number)

    async with shop.engine():

        async def small_is_done() -> bool:
            return (await shop.counts(small)).queued == 0

        await shop.until(small_is_done)
        assert len(shop.ledger()) < 400
