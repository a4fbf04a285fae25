"""Who was paused in the middle of a message is heard when they wake up, by the token of that very attempt.

The steps are the engine's own statements, in the order in which two processes would make them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import token_bytes

import pytest
from psycopg import AsyncConnection
from sqlalchemy import text

from models.campaign import Campaign
from models.db import raw, transaction
from models.pace import Gap
from models.states import CampaignStatus, MessageStatus
from services.campaigns.control import send_again
from services.campaigns.finish import finish_dry
from services.campaigns.moves import move
from services.clock import now
from services.gateways.protocol import DoNotKnow, Knowledge, Outgoing, ReceiptHeard, ReceiptKind
from services.gateways.sandbox import Sandbox
from services.sending import hot_moves
from services.sending.flush import Flush
from services.sending.hearing import Hearing
from services.sending.lane import Claimed, Lane, Mark, Record
from services.sending.owning import Owned, recover
from tests.shop import Shop, Someone

S = MessageStatus


@dataclass
class Attempt:
    """A message that an owner has marked."""

    shop: Shop
    campaign: int
    message: int
    mark: Mark

    @property
    def token(self) -> bytes:
        return self.mark.claimed.token

    def ended(self, status: S, wa_id: str | None = None, tries: int = 1) -> Record:
        where = (self.campaign, self.message, self.token)
        return Record(*where, status, self.mark.lane, wa_id=wa_id, tries=tries)

    async def tells(self, status: S, wa_id: str | None = None) -> None:
        """Its owner says what became of it."""
        async with raw() as db:
            await hot_moves.record(db, [self.ended(status, wa_id)])


async def wanted(shop: Shop, campaign: int, whom: Someone, epoch: int = 0) -> Attempt:
    """Not marked yet."""
    async with transaction() as db:
        asked = text("SELECT id FROM message WHERE campaign_id = :campaign AND phone = :phone")
        message = int(await db.scalar(asked, {"campaign": campaign, "phone": whom.phone}) or 0)
    lane = Lane(shop.sender_id, shop.actor.workspace_id, Sandbox(shop.folder, Hearing()), epoch, deadline=0.0)
    outgoing = Outgoing(whom.phone, "Hello", token_bytes(32))
    claimed = Claimed(campaign, message, outgoing, 0, Gap(2, 5))
    return Attempt(shop, campaign, message, Mark(lane, claimed, gap_s=3.0))


async def marked(shop: Shop, campaign: int, whom: Someone, epoch: int = 0) -> Attempt:
    attempt = await wanted(shop, campaign, whom, epoch)
    async with raw() as db:
        assert await hot_moves.mark(db, [attempt.mark]) == {attempt.token}
    return attempt


async def taken_over(attempt: Attempt) -> None:
    """Another process owns the sender now, and nobody remembers what became of the message."""
    async with raw() as db:
        await db.execute(b"UPDATE sender SET epoch = epoch + 1 WHERE id = %s", [attempt.shop.sender_id])
        await hot_moves.unconfirm(db, attempt.campaign, attempt.message, attempt.token, None)
        await hot_moves.close_mark(db, attempt.shop.sender_id, 1, attempt.token)


async def phone_tells(shop: Shop, wa_id: str, kind: ReceiptKind, at: datetime | None = None) -> None:
    async with raw() as db:
        await hot_moves.store_receipts(db, [ReceiptHeard(shop.sender_id, wa_id, kind, at or now())])
        await hot_moves.apply_receipts(db, newer_than="1 hour")


async def counters_fit(shop: Shop, campaign: int) -> None:
    told = asdict(await shop.counts(campaign))
    rows = list((await shop.statuses(campaign)).values())
    assert {s.value: told[s] for s in S} == {s.value: rows.count(s) for s in S}


@pytest.fixture
async def ravi(shop: Shop) -> Someone:
    return (await shop.contacts("Ravi"))[0]


@pytest.mark.parametrize("status", [S.ACCEPTED, S.FAILED, S.QUEUED])
async def test_what_was_unconfirmed_becomes_what_its_owner_tells(
    shop: Shop, ravi: Someone, status: S
) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await taken_over(attempt)
    assert await shop.status(campaign, ravi) == S.UNCONFIRMED

    await attempt.tells(status, "3EB0A" if status is S.ACCEPTED else None)

    assert await shop.status(campaign, ravi) == status
    await counters_fit(shop, campaign)


async def test_an_owner_who_does_not_know_either_still_tells_the_id_that_a_receipt_will_have(
    shop: Shop, ravi: Someone
) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await taken_over(attempt)

    await attempt.tells(S.UNCONFIRMED, "3EB0A")
    assert await shop.status(campaign, ravi) == S.UNCONFIRMED
    await phone_tells(shop, "3EB0A", ReceiptKind.DELIVERED)

    assert await shop.status(campaign, ravi) == S.DELIVERED
    await counters_fit(shop, campaign)


async def test_a_truth_that_comes_before_the_second_attempt_spares_it(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await taken_over(attempt)
    await send_again(shop.actor, campaign, [S.UNCONFIRMED])

    await attempt.tells(S.ACCEPTED, "3EB0A")
    await shop.pump_dry()

    assert await shop.status(campaign, ravi) == S.ACCEPTED
    assert shop.ledger() == [], "nobody sends it again"
    await counters_fit(shop, campaign)


async def test_a_receipt_that_comes_before_the_second_attempt_spares_it(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await attempt.tells(S.UNCONFIRMED, "3EB0A")
    await send_again(shop.actor, campaign, [S.UNCONFIRMED])

    await phone_tells(shop, "3EB0A", ReceiptKind.READ)
    await shop.pump_dry()

    assert await shop.status(campaign, ravi) == S.READ
    assert shop.ledger() == []
    await counters_fit(shop, campaign)


@pytest.mark.parametrize("second", [S.QUEUED, S.FAILED])
async def test_a_phone_that_has_the_first_is_heard_though_the_second_never_left(
    shop: Shop, ravi: Someone, second: S
) -> None:
    """Else a third attempt would go to somebody who has it, or the shop would read that it is safe."""
    campaign = await shop.launched([ravi])
    await (await marked(shop, campaign, ravi)).tells(S.UNCONFIRMED, "3EB0A")
    await send_again(shop.actor, campaign, [S.UNCONFIRMED])
    await (await marked(shop, campaign, ravi)).tells(second)
    assert await shop.status(campaign, ravi) == second

    await phone_tells(shop, "3EB0A", ReceiptKind.DELIVERED)

    assert await shop.status(campaign, ravi) == S.DELIVERED
    await counters_fit(shop, campaign)


async def test_a_phone_that_has_the_first_is_heard_though_nobody_knows_of_the_second(
    shop: Shop, ravi: Someone
) -> None:
    campaign = await shop.launched([ravi])
    await (await marked(shop, campaign, ravi)).tells(S.UNCONFIRMED, "3EB0A")
    await send_again(shop.actor, campaign, [S.UNCONFIRMED])
    await taken_over(await marked(shop, campaign, ravi))
    assert await shop.status(campaign, ravi) == S.UNCONFIRMED

    await phone_tells(shop, "3EB0A", ReceiptKind.DELIVERED)

    assert await shop.status(campaign, ravi) == S.DELIVERED
    await counters_fit(shop, campaign)


async def test_the_id_of_the_second_counts_once_its_owner_tells_it(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    await (await marked(shop, campaign, ravi)).tells(S.UNCONFIRMED, "3EB0A")
    await send_again(shop.actor, campaign, [S.UNCONFIRMED])
    second = await marked(shop, campaign, ravi)
    await taken_over(second)
    await second.tells(S.UNCONFIRMED, "3EB0B")

    await phone_tells(shop, "3EB0B", ReceiptKind.DELIVERED)

    assert await shop.status(campaign, ravi) == S.DELIVERED
    await counters_fit(shop, campaign)


async def test_what_a_phone_tells_changes_the_row_in_place(shop: Shop, ravi: Someone) -> None:
    """Twice a message: a new place in each index for each of them would be most of what a message costs."""
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await attempt.tells(S.ACCEPTED, "3EB0A")
    async with raw() as db:
        before = await moved_so_far(db)
        for kind in (ReceiptKind.DELIVERED, ReceiptKind.READ):
            await hot_moves.store_receipts(db, [ReceiptHeard(shop.sender_id, "3EB0A", kind, now())])
            await hot_moves.apply_receipts(db, newer_than="1 hour")
        after = await moved_so_far(db)
    assert [late - early for early, late in zip(before, after, strict=True)] == [2, 2]


async def moved_so_far(db: AsyncConnection) -> Sequence[int]:
    """Rows of messages that this connection changed, and how many of them in place."""
    of = "'message_p0'::regclass"
    asked = f"SELECT pg_stat_get_xact_tuples_updated({of}), pg_stat_get_xact_tuples_hot_updated({of})"
    row: Sequence[int] | None = await (await db.execute(asked.encode())).fetchone()
    assert row is not None
    return row


async def test_the_same_record_twice_counts_once(shop: Shop, ravi: Someone) -> None:
    """So a flush whose commit nobody knows of is simply made again."""
    meena, *_ = await shop.contacts("Meena")
    campaign = await shop.launched([ravi, meena])
    attempt = await marked(shop, campaign, ravi)

    for _ in range(3):
        await attempt.tells(S.ACCEPTED, "3EB0A")

    assert (await shop.counts(campaign)).accepted == 1
    await counters_fit(shop, campaign)


async def test_without_the_token_of_its_mark_a_record_changes_nothing(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    earlier = await marked(shop, campaign, ravi)
    await marked(shop, campaign, ravi)  # another attempt has the mark now

    await earlier.tells(S.ACCEPTED, "3EB0A")

    assert await shop.status(campaign, ravi) == S.QUEUED
    await counters_fit(shop, campaign)


async def test_an_older_epoch_marks_nothing(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await taken_over(attempt)
    await send_again(shop.actor, campaign, [S.UNCONFIRMED])

    async with raw() as db:
        assert await hot_moves.mark(db, [attempt.mark]) == set()


async def test_a_cancel_that_met_a_message_on_its_way_yields_to_what_became_of_it(
    shop: Shop, ravi: Someone
) -> None:
    meena, *_ = await shop.contacts("Meena")
    campaign = await shop.launched([ravi, meena])
    attempt = await marked(shop, campaign, ravi)
    await shop.cancels(campaign)

    await attempt.tells(S.ACCEPTED, "3EB0A")

    assert await shop.status(campaign, ravi) == S.ACCEPTED
    assert await shop.status(campaign, meena) == S.SKIPPED
    await counters_fit(shop, campaign)


async def test_somebody_who_lacks_the_file_yields_to_who_has_it_and_sends_it(
    shop: Shop, ravi: Someone
) -> None:
    """Who was overtaken looks for the file on its own machine, and may not have it."""
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await found_no_file(attempt)

    for _ in range(2):
        await attempt.tells(S.ACCEPTED, "3EB0A")

    assert await shop.status(campaign, ravi) == S.ACCEPTED
    assert await shop.reason(campaign, ravi) is None
    await counters_fit(shop, campaign)


async def test_somebody_who_lacks_the_file_does_not_hide_that_it_may_have_left(
    shop: Shop, ravi: Someone
) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await found_no_file(attempt)
    await taken_over(attempt)

    assert await shop.status(campaign, ravi) == S.UNCONFIRMED, "to send it again may be twice"
    await counters_fit(shop, campaign)


async def test_without_the_file_what_never_left_has_failed(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await found_no_file(attempt)

    await attempt.tells(S.QUEUED)

    assert await shop.reason(campaign, ravi) == "file_gone"
    await counters_fit(shop, campaign)


async def found_no_file(attempt: Attempt) -> None:
    async with raw() as db:
        await hot_moves.skip(db, [(attempt.campaign, attempt.message, S.FAILED, "file_gone")])


async def test_what_never_left_of_a_finished_campaign_is_for_a_human_to_send_again(
    shop: Shop, ravi: Someone
) -> None:
    """It stood there as "waiting" for ever. By now Asha may have told Ravi in another way."""
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await taken_over(attempt)
    assert await finish_dry() == 1

    await attempt.tells(S.QUEUED)

    assert await shop.status(campaign, ravi) == S.FAILED
    assert await shop.reason(campaign, ravi) == "not_sent"
    await counters_fit(shop, campaign)
    assert await send_again(shop.actor, campaign, [S.FAILED]) == 1
    await shop.pump_dry()
    assert shop.phones_reached() == [ravi.phone]


async def test_so_it_is_where_the_campaign_finishes_in_that_very_moment(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await taken_over(attempt)

    async with transaction() as db:
        row = await db.get_one(Campaign, campaign, with_for_update=True)
        await move(db, row, to=CampaignStatus.FINISHED, out_of=[CampaignStatus.RUNNING])
        await attempt.tells(S.QUEUED)

    assert await shop.status(campaign, ravi) == S.FAILED
    await counters_fit(shop, campaign)


async def test_who_looked_too_long_after_a_message_leaves_it_to_its_next_owner(
    shop: Shop, ravi: Someone
) -> None:
    """Another has found out meanwhile that it never left, and is sending it."""
    campaign = await shop.launched([ravi])
    first = await marked(shop, campaign, ravi)
    second = await wanted(shop, campaign, ravi, epoch=2)

    class Slow(Sandbox):
        async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
            async with raw() as db:
                await db.execute(b"UPDATE sender SET epoch = 2 WHERE id = %s", [sender_id])
                await hot_moves.close_mark(db, sender_id, 2, first.token)
            async with raw() as db:
                assert await hot_moves.mark(db, [second.mark]) == {second.token}
            return [DoNotKnow() for _ in tokens]

    workspace = shop.actor.workspace_id
    owned = Owned(
        shop.sender_id, workspace, "sandbox", None, 1, campaign, first.message, first.token, wait_s=None
    )
    await recover(Slow(shop.folder, Hearing()), owned)
    await second.tells(S.ACCEPTED, "3EB0A")

    assert await shop.status(campaign, ravi) == S.ACCEPTED
    await counters_fit(shop, campaign)


async def test_the_next_message_of_a_number_waits_for_the_late_truth_of_the_one_before(
    shop: Shop, ravi: Someone
) -> None:
    """Both in one flush: under the next mark nobody could tell any more what the record was about."""
    (meena,) = await shop.contacts("Meena")
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    async with raw() as db:
        await hot_moves.skip(db, [(campaign, attempt.message, S.SKIPPED, "erased")])
    following = await wanted(shop, await shop.launched([meena]), meena)
    flush = Flush()

    assert await flush.commit([attempt.ended(S.ACCEPTED, "3EB0A")], [following.mark]) == set()
    assert await shop.status(campaign, ravi) == S.ACCEPTED
    await counters_fit(shop, campaign)

    assert await flush.commit([], [following.mark]) == {following.token}
    await flush.close()


async def test_a_receipt_before_its_record_waits_for_it(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await phone_tells(shop, "3EB0A", ReceiptKind.DELIVERED)
    assert await shop.status(campaign, ravi) == S.QUEUED

    await attempt.tells(S.ACCEPTED, "3EB0A")
    async with raw() as db:
        await hot_moves.apply_receipts(db, newer_than="1 hour")

    assert await shop.status(campaign, ravi) == S.DELIVERED
    await counters_fit(shop, campaign)


async def test_a_thousand_receipts_of_others_keep_none_of_ours_waiting(shop: Shop, ravi: Someone) -> None:
    """The shop's own phone writes too, and what it wrote has no message here."""
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await attempt.tells(S.ACCEPTED, "3EB0A")
    async with raw() as db:
        await db.execute(
            b"INSERT INTO receipt (sender_id, wa_id, kind, at, stored_at)"
            b" SELECT %s, 'FOREIGN' || n, 'read', now(), now() - interval '1 minute'"
            b"   FROM generate_series(1, 6000) n",
            [shop.sender_id],
        )

    await phone_tells(shop, "3EB0A", ReceiptKind.READ)

    assert await shop.status(campaign, ravi) == S.READ


async def test_receipts_only_lead_forward(shop: Shop, ravi: Someone) -> None:
    campaign = await shop.launched([ravi])
    attempt = await marked(shop, campaign, ravi)
    await attempt.tells(S.ACCEPTED, "3EB0A")

    for kind in (ReceiptKind.READ, ReceiptKind.DELIVERED, ReceiptKind.READ, ReceiptKind.UNREADABLE):
        await phone_tells(shop, "3EB0A", kind)

    assert await shop.status(campaign, ravi) == S.READ
    await counters_fit(shop, campaign)
