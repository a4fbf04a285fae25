"""Something happens to somebody while a campaign is under way, just before their turn."""

from collections.abc import Awaitable, Callable

from tests.shop import Shop, Someone


async def left_out_midway(shop: Shop, happens: Callable[[Someone], Awaitable[object]]) -> str | None:
    """Why the last of six people got nothing, while the five others did."""
    people = await shop.people(6)
    late = people[-1]
    campaign = await shop.launched(to=people, rehearsal_speed=3)  # about a second apart
    async with shop.engine():
        await shop.until(lambda: _begun(shop))
        assert late.phone not in shop.phones_reached(), "their message waits in the engine, ready to go"
        await happens(late)
        await shop.until(shop.nothing_queued)

    assert late.phone not in shop.campaign_reached()
    assert len(shop.campaign_reached()) == len(people) - 1
    return await shop.reason(campaign, late)


async def _begun(shop: Shop) -> bool:
    return bool(shop.ledger())
