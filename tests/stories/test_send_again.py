"""Whoever sends messages again is told before what that risks; what risks nothing is sent without a question.

Asha owns the shop, Chitra is a stranger. The last digits of a number say what becomes of its message.
"""

from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import text

from models.db import transaction
from models.states import MessageStatus, Reason
from services.campaigns.control import send_again
from services.campaigns.risks import Danger, Risk, risks
from services.errors import NotFound
from services.i18n import words
from services.ops.erase import erase_contact
from tests.conftest import House
from tests.shop import Shop, Someone, open_shop

FAILED, UNCONFIRMED = MessageStatus.FAILED, MessageStatus.UNCONFIRMED
TWICE, NUMBER = Danger.TWICE, Danger.NUMBER
UNREADABLE, NO_NEW_CHATS, NOT_ON_WHATSAPP, UNSURE = (f"+919812340{end}" for end in (400, 463, 404, 501))


async def came_to_nothing(shop: Shop, *phones: str) -> tuple[int, list[Someone]]:
    """A campaign to these numbers, each of which is failed or unconfirmed by now."""
    people = await shop.contacts(*phones, phones=phones)
    campaign = await shop.launched(people)

    async def ended() -> bool:
        told = await shop.counts(campaign)
        return told.failed + told.unconfirmed == len(phones)

    async with shop.engine():
        await shop.until(ended)
    return campaign, people


async def message_to(campaign: int, someone: Someone) -> int:
    async with transaction() as db:
        asked = text("SELECT id FROM message WHERE campaign_id = :campaign AND contact_id = :contact")
        return int(await db.scalar(asked, {"campaign": campaign, "contact": someone.id}) or 0)


@pytest.mark.parametrize(
    ("phone", "status", "danger"),
    [
        (UNREADABLE, FAILED, TWICE),  # a phone may show it after all
        (UNSURE, UNCONFIRMED, TWICE),
        (NO_NEW_CHATS, FAILED, NUMBER),
        (NOT_ON_WHATSAPP, FAILED, None),
    ],
    ids=["unreadable", "not sure", "new chat refused", "not on WhatsApp"],
)
async def test_what_a_second_attempt_risks(
    shop: Shop, phone: str, status: MessageStatus, danger: Danger | None
) -> None:
    campaign, (someone,) = await came_to_nothing(shop, phone)
    message = await message_to(campaign, someone)
    expected = [Risk(danger, 1, 1)] if danger else []
    assert await risks(shop.actor, campaign, [status]) == expected
    assert await risks(shop.actor, campaign, [FAILED, UNCONFIRMED], message) == expected


async def test_what_was_said_to_be_unreadable_is_shown_to_somebody_twice(shop: Shop) -> None:
    """Why it is asked at all."""
    campaign, _people = await came_to_nothing(shop, UNREADABLE)
    await send_again(shop.actor, campaign, [FAILED])
    await shop.pump_dry()
    assert shop.phones_reached() == [UNREADABLE] * 2


async def test_of_many_each_risk_is_counted_and_of_one_its_own(shop: Shop) -> None:
    phones = UNREADABLE, NO_NEW_CHATS, NOT_ON_WHATSAPP, UNSURE
    campaign, (unreadable, no_new_chats, absent, unsure) = await came_to_nothing(shop, *phones)

    assert await risks(shop.actor, campaign, [FAILED]) == [Risk(TWICE, 1, 3), Risk(NUMBER, 1, 3)]
    assert await risks(shop.actor, campaign, [UNCONFIRMED]) == [Risk(TWICE, 1, 1)]
    assert await risks(shop.actor, campaign, [FAILED, UNCONFIRMED]) == [Risk(TWICE, 2, 4), Risk(NUMBER, 1, 4)]
    for someone, expected in (
        (unreadable, [Risk(TWICE, 1, 1)]),
        (no_new_chats, [Risk(NUMBER, 1, 1)]),
        (absent, []),
        (unsure, [Risk(TWICE, 1, 1)]),
    ):
        message = await message_to(campaign, someone)
        assert await risks(shop.actor, campaign, [FAILED, UNCONFIRMED], message) == expected


OF_A_FAILURE: Mapping[Reason, Danger | None] = {
    Reason.NOT_ON_WHATSAPP: None,
    Reason.NEW_CHATS_REFUSED: NUMBER,
    Reason.REFUSED: NUMBER,
    Reason.UNREADABLE: TWICE,
    Reason.BLANK_MISSING: None,
    Reason.FILE_GONE: None,
    Reason.NOT_SENT: None,
}
OF_NO_FAILURE = {
    Reason.OPTED_OUT,
    Reason.NO_CONSENT,
    Reason.TOO_OFTEN,
    Reason.CANCELLED,
    Reason.ERASED,
    Reason.DELETED,
    Reason.TIMED_OUT,
    Reason.BROKE_MIDWAY,
    Reason.STOPPED_MIDWAY,
}


async def test_every_reason_is_asked_about_or_harmless(shop: Shop) -> None:
    assert set(OF_A_FAILURE) == set(Reason) - OF_NO_FAILURE, "a new reason: what does it risk?"
    campaign, _people = await came_to_nothing(shop, NOT_ON_WHATSAPP)
    for reason, danger in OF_A_FAILURE.items():
        async with transaction() as db:
            given = text("UPDATE message SET reason = :reason WHERE campaign_id = :campaign")
            await db.execute(given, {"reason": reason.value, "campaign": campaign})
        found = [risk.danger for risk in await risks(shop.actor, campaign, [FAILED])]
        assert found == ([danger] if danger else []), reason


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
def test_the_sentence_fits_the_number(language: str) -> None:
    def said(*all_risks: Risk) -> Sequence[str]:
        _ = words(language)
        return [_(risk.sentence, **risk.facts) for risk in all_risks]

    for danger in Danger:
        one, these, some = said(Risk(danger, 1, 1), Risk(danger, 5, 5), Risk(danger, 2, 1234))
        assert len({one, these, some}) == 3
        assert "2" in some
        assert "1,234" in some


async def test_who_was_erased_is_not_counted(shop: Shop) -> None:
    campaign, (unreadable, _) = await came_to_nothing(shop, UNREADABLE, NO_NEW_CHATS)
    await erase_contact(shop.actor, unreadable.id)
    assert await risks(shop.actor, campaign, [FAILED]) == [Risk(NUMBER, 1, 1)]


async def test_a_stranger_is_told_of_no_risk(shop: Shop, house: House) -> None:
    campaign, _people = await came_to_nothing(shop, UNREADABLE)
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        with pytest.raises(NotFound):
            await risks(other.actor, campaign, [FAILED])


async def test_of_a_second_attempt_that_never_left_the_first_is_not_forgotten(shop: Shop) -> None:
    """The first was not sure, and has an id: a phone may show it."""
    campaign, _people = await came_to_nothing(shop, NOT_ON_WHATSAPP)
    assert await risks(shop.actor, campaign, [FAILED]) == []
    async with transaction() as db:
        twice = text("UPDATE message SET reason = 'not_sent', wa_id = '3EB0A' WHERE campaign_id = :campaign")
        await db.execute(twice, {"campaign": campaign})

    assert await risks(shop.actor, campaign, [FAILED]) == [Risk(TWICE, 1, 1)]
