"""A test goes to whoever writes the campaign and to nobody else, just as they would read it.

Asha owns the shop, Chitra is a stranger, Ravi is a contact.
"""

import pytest
from sqlalchemy import text

from models.db import transaction
from services.analytics.home import home
from services.campaigns import draft
from services.campaigns.ready import NoText
from services.campaigns.try_out import NOBODYS, try_out
from services.errors import NotFound
from tests.conftest import House
from tests.shop import Shop, open_shop

LOGS_IN_WITH = text("UPDATE person SET login = :login WHERE id = :id AND workspace_id = :workspace_id")


async def test_it_reaches_her_own_mobile_alone(shop: Shop) -> None:
    mobile = f"+9198111{shop.actor.workspace_id % 100000:05}"
    async with transaction() as db:
        who = {"id": shop.actor.person_id, "workspace_id": shop.actor.workspace_id}
        await db.execute(LOGS_IN_WITH, {**who, "login": mobile})
    (ravi,) = await shop.contacts("Ravi")
    campaign = await shop.draft(to=[ravi], text="Hello {name|friend} of {city|our town}", footer=True)

    tried = await try_out(shop.actor, campaign, "en")
    await shop.pump_dry()

    assert tried.phone == mobile
    (sent,) = shop.ledger()
    assert sent.phone == mobile
    assert sent.text.startswith("Hello Asha of our town")
    assert "STOP" in sent.text
    assert (await draft.find(shop.actor, campaign)).status == "draft"
    assert len((await home(shop.actor)).campaigns) == 1


async def test_who_logs_in_with_an_address_rehearses_with_nobodys_number(shop: Shop) -> None:
    campaign = await shop.draft(to=[])

    tried = await try_out(shop.actor, campaign, "en")
    await shop.pump_dry()

    assert tried.phone == NOBODYS
    assert shop.phones_reached() == [NOBODYS]


async def test_there_is_no_test_of_nothing_and_none_of_a_strangers(shop: Shop, house: House) -> None:
    empty = await draft.create(shop.actor, "Nothing yet")
    campaign = await shop.draft(to=[])
    with pytest.raises(NoText):
        await try_out(shop.actor, empty, "en")
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        with pytest.raises(NotFound):
            await try_out(other.actor, campaign, "en")
    await shop.pump_dry()
    assert shop.ledger() == []
