"""The review of a campaign to 100,000 people: who knows the number, who is new, who is left out, and when.

Half of them know it, some are not on WhatsApp, some said STOP, some got enough offers this week.
"""

import time
from statistics import median

from models.access import Workspace
from models.campaign import Campaign
from models.db import raw, transaction
from models.sender import Sender
from services.campaigns.launch import launch
from services.campaigns.review import review
from services.sending.partitions import make_ahead
from tests.bench import stock
from tests.bench.figure import Figure
from tests.bench.ground import lasting_servers, pools

PEOPLE = 100_000
ROUNDS = 5
LIMIT_S = 1.0

FILL = (
    b"""
INSERT INTO contact (workspace_id, phone, phone_hash, name, fields, consent)
SELECT %(workspace)s, '+91' || (7000000000 + n), sha256(int8send(n)), 'Ravi', '{"city": "Pune"}', 'given'
  FROM generate_series(1, 100000) n
""",
    b"""
INSERT INTO acquaintance (sender_id, phone, workspace_id, read_at)
SELECT %(sender)s, phone, workspace_id, now() FROM contact WHERE id %% 2 = 0
""",
    b"""
INSERT INTO known_number (workspace_id, phone, on_whatsapp, checked_at)
SELECT workspace_id, phone, id %% 50 <> 0, now() FROM contact
""",
    b"""
INSERT INTO suppression (workspace_id, phone_hash)
SELECT workspace_id, phone_hash FROM contact WHERE id %% 100 = 7
""",
    b"ANALYZE",
)
LAST_WEEK = b"""
UPDATE message SET status = 'accepted', accepted_at = now() WHERE status = 'queued' AND contact_id % 3 = 0
"""


async def measure() -> list[Figure]:
    with lasting_servers() as (servers, _):
        async with pools(servers.database_url, servers.redis_url):
            await make_ahead()
            actor = await stock.open_workspace()
            (sender_id,) = await stock.hire(actor, 1)
            async with transaction() as db:
                (await db.get_one(Sender, sender_id)).plays_limits = True
                (await db.get_one(Workspace, actor.workspace_id)).most_a_week = 2  # so the week is counted
            async with raw() as db:
                for statement in FILL:
                    await db.execute(statement, {"workspace": actor.workspace_id, "sender": sender_id})
            seconds = []
            launches = []
            for number in range(ROUNDS):
                campaign_id = await _draft(actor.workspace_id, actor.person_id, sender_id)
                began = time.perf_counter()
                told = await review(actor, campaign_id)
                seconds.append(time.perf_counter() - began)
                assert told.reach + sum(group.people for group in told.left_out) == PEOPLE
                if number < 2:
                    began = time.perf_counter()
                    await launch(actor, campaign_id)
                    launches.append(time.perf_counter() - began)
                    async with raw() as db:
                        await db.execute(LAST_WEEK)
                        await db.execute(b"ANALYZE message")
    took = median(seconds)
    name = "the forecast for 100,000 people, two large campaigns this week, s"
    slowest = max(launches)
    return [
        Figure(name, took, 0, 0, f"under {LIMIT_S:g} s", took < LIMIT_S),
        Figure("the launch of it, s", slowest, 0, 0, "told", True),
    ]


async def _draft(workspace_id: int, person_id: int, sender_id: int) -> int:
    async with transaction() as db:
        campaign = Campaign(
            workspace_id=workspace_id,
            created_by=person_id,
            name="Diwali",
            sender_id=sender_id,
            texts={"en": stock.TEXT},
            audience={"everyone": True},
        )
        db.add(campaign)
    return campaign.id
