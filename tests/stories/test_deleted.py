"""Who was deleted is not written to any more, unless they are brought back before their turn.

The cast: Asha owns the shop. Ravi and Meena are contacts.
"""

from services.contacts.apply import apply
from services.contacts.edit import bring_back, delete, edit
from services.contacts.undo import undo
from tests.conftest import House
from tests.lists import AGREEMENT, desk
from tests.midway import left_out_midway
from tests.shop import Shop, Someone


async def test_who_is_deleted_after_the_launch_gets_nothing(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched(to=[ravi, meena])

    await delete(shop.actor, [ravi.id])
    await shop.pump_dry()

    assert shop.campaign_reached() == [meena.phone]
    assert await shop.status(campaign, ravi) == "skipped"
    assert await shop.reason(campaign, ravi) == "deleted"
    counted = await shop.counts(campaign)
    assert (counted.queued, counted.skipped) == (0, 1)


async def test_who_is_brought_back_before_their_turn_gets_it(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await shop.launched(to=[ravi, meena])

    gone = await delete(shop.actor, [ravi.id, meena.id])
    await bring_back(shop.actor, gone.token)
    await shop.pump_dry()

    assert sorted(shop.campaign_reached()) == sorted([ravi.phone, meena.phone])


async def test_a_deletion_in_mid_campaign_counts_for_what_was_read_a_minute_before(shop: Shop) -> None:
    assert await left_out_midway(shop, lambda late: delete(shop.actor, [late.id])) == "deleted"


async def test_a_number_that_its_person_has_left_gets_nothing(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    campaign = await shop.launched(to=[ravi])

    await edit(shop.actor, ravi.id, name="Ravi", phone="+919811100999", language=None, tags=[], fields={})
    await shop.pump_dry()

    assert shop.campaign_reached() == []
    assert await shop.reason(campaign, ravi) == "deleted"


async def test_people_of_a_list_that_is_taken_back_are_not_written_to(shop: Shop, house: House) -> None:
    (ravi,) = await shop.contacts("Ravi", agreed=False)
    async with desk(shop.actor, house.folder / "imports") as asha:
        preview = await asha.brings(f"Ravi,{ravi.phone}\nMeena,9811100888\n")
        await apply(shop.actor, preview.id, agreement=AGREEMENT)
        found = await asha.contacts()
        meena = Someone(int(str(found["+919811100888"]["id"])), "Meena", "+919811100888")
        campaign = await shop.launched(to=[ravi, meena])

        await undo(shop.actor, preview.id)
        await shop.pump_dry()

    assert shop.campaign_reached() == []
    assert await shop.reason(campaign, meena) == "deleted"
    assert await shop.reason(campaign, ravi) == "no_consent", "that they agreed was a mistake, too"


async def test_an_answer_goes_to_whoever_wrote_contact_or_not(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await delete(shop.actor, [ravi.id])

    await shop.hears(from_=ravi, text="STOP")
    await shop.pump_dry()

    assert shop.phones_reached() == [ravi.phone], "the one word that answers it"
