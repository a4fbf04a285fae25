"""What was quick on the shop's first day is quick when it has grown.

PostgreSQL keeps a statement that it sees again and again, and may keep to the way in which it did it while
the tables were empty. Asha's shop is a day old here, and then large; what is counted is the rows that were
read, never the time.
"""

from psycopg import AsyncConnection

from models.db import by_index, driver, raw, transaction
from services.clock import now
from services.gateways.protocol import ReceiptHeard, ReceiptKind
from services.sending import hot_moves
from services.sending.inbox import ANSWERED, ANSWERS_WITHIN
from services.sending.of_person import whom
from tests.bench import stock
from tests.shop import Shop

FIRST_DAYS = 15  # what is seen for the sixth time is kept, and its plan may be from the eleventh on
LARGE = 3000

# Of this very connection, lately.
READ = b"""
SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))::int8 FROM pg_stat_xact_user_tables
 WHERE relname LIKE %s
"""
REACHED = b"""
UPDATE message SET status = 'accepted', accepted_at = now(), wa_id = 'W' || contact_id WHERE campaign_id = %s
"""


async def large_campaign(shop: Shop) -> int:
    """It has reached everybody."""
    (campaign_id,) = await stock.write(shop.actor, [shop.sender_id], each=LARGE)
    await stock.go([campaign_id])
    async with raw() as db:
        await db.execute(REACHED, [campaign_id])
    return campaign_id


async def rows_read(db: AsyncConnection, tables: str) -> int:
    return await stock.number(db, READ, tables)


async def phones_tell(shop: Shop, wa_ids: list[str]) -> int:
    """How many messages were read for these receipts."""
    async with raw() as db:
        await by_index(db)
        read = [ReceiptHeard(shop.sender_id, wa_id, ReceiptKind.READ, now()) for wa_id in wa_ids]
        await hot_moves.store_receipts(db, read)
        before = await rows_read(db, "message_p%")
        await hot_moves.apply_receipts(db, newer_than="1 hour")
        return await rows_read(db, "message_p%") - before


async def test_a_receipt_is_looked_up_by_itself(shop: Shop) -> None:
    """Each went through all that were told before it: seven seconds for a thousand of them."""
    for _ in range(FIRST_DAYS):
        await phones_tell(shop, ["of another phone"])
    await large_campaign(shop)
    assert await phones_tell(shop, [f"W{n}" for n in range(1, 101)]) < 100 * 5


async def test_an_answer_finds_its_message_by_itself(shop: Shop) -> None:
    async with transaction() as db:

        async def answered() -> int:
            them = whom(shop.actor.workspace_id, "+919000000007", 7)
            asked = {**them, "sender_id": shop.sender_id, "since": now() - ANSWERS_WITHIN, "at": now()}
            before = await rows_read(await driver(db), "message_p%")
            await db.execute(ANSWERED, asked)
            return await rows_read(await driver(db), "message_p%") - before

        for _ in range(FIRST_DAYS):
            await answered()
        await large_campaign(shop)
        assert await answered() < 10
