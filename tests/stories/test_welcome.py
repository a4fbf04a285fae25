"""Only what is welcome goes out, and the shop knows before the tap who will get it and when.

Asha's sandbox plays the limits where it says so. Ravi and Meena are contacts.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text as sql

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from models.states import Pace, Reason
from services.analytics.funnel import Progress, progress
from services.campaigns import draft
from services.campaigns.forecast import Crowd, plan
from services.campaigns.ready import obstacle_in_texts
from services.campaigns.review import review
from services.clock import now
from services.contacts import known
from services.contacts.agree import agreed
from services.i18n import words
from services.senders.limits import Limits
from services.sending.fleet import Workers
from services.templates.footer import FOOTER_TAKES
from services.templates.render import LONGEST
from tests.clock import Clock
from tests.shop import Shop, Someone
from ui.campaigns.forecast_box import when
from ui.campaigns.progress_shown import shown
from ui.told import moment_near

NOON = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # in India


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def put(shop: Shop, **facts: object) -> None:
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        for name, value in facts.items():
            setattr(sender, name, value)


async def know(shop: Shop, people: Sequence[Someone]) -> None:
    async with transaction() as db:
        for one in people:
            await known.wrote(db, shop.actor.workspace_id, shop.sender_id, one.phone, now())


# --- the forecast ---


async def test_the_review_tells_who_knows_you_who_is_new_and_who_is_left_out_and_why(shop: Shop) -> None:
    await put(shop, plays_limits=True)
    friends, new, absent = await shop.people(4), await shop.people(3), await shop.people(2)
    (stopped,) = await shop.contacts("Stopped")
    (unasked,) = await shop.contacts("Unasked", agreed=False)
    await know(shop, [*friends, *absent])
    await shop.hears(stopped, "STOP")
    async with transaction() as db:
        answers = {one.phone: False for one in absent}
        await known.on_whatsapp(db, shop.actor.workspace_id, answers, now())
    campaign = await shop.draft([*friends, *new, *absent, stopped, unasked])

    told = await review(shop.actor, campaign)
    assert (told.reach, told.new) == (7, 3)
    assert {group.reason: group.people for group in told.left_out} == {
        Reason.NO_CONSENT: 1,
        Reason.OPTED_OUT: 1,
        Reason.NOT_ON_WHATSAPP: 2,
    }


async def test_an_old_answer_about_a_number_is_no_answer(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    async with transaction() as db:
        long_ago = now() - timedelta(days=31)
        await known.on_whatsapp(db, shop.actor.workspace_id, {ravi.phone: False}, long_ago)
    assert (await review(shop.actor, await shop.draft([ravi]))).reach == 1
    async with transaction() as db:
        await known.on_whatsapp(db, shop.actor.workspace_id, {ravi.phone: False}, now())
        await known.on_whatsapp(db, shop.actor.workspace_id, {ravi.phone: True}, long_ago)
    assert (await review(shop.actor, await shop.draft([ravi]))).reach == 0, "the newest answer counts"


async def test_whatsapps_own_token_makes_a_person_known_while_it_is_fresh(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    async with transaction() as db:
        tokens = {ravi.phone: now() - timedelta(days=2), meena.phone: now() - timedelta(days=30)}
        await known.trusted(db, shop.actor.workspace_id, shop.sender_id, tokens)
    assert (await review(shop.actor, await shop.draft([ravi, meena]))).new == 1


LIMITS = Limits(True, "Asia/Kolkata", 21 * 60, 9 * 60, daily_cap=500, cold_per_day=20, clean_days=6)


def test_new_people_take_days_and_the_others_do_not_wait_for_them() -> None:
    told = plan(LIMITS, Crowd(known=412, new=63), Pace.SAFE, NOON)
    assert told.new_days == 4, "20, 20, 20 and 3"
    assert told.known_at == NOON + timedelta(seconds=20 * 411)
    assert told.new_at is not None
    assert timedelta(days=2) < told.new_at - NOON < timedelta(days=4)


def test_a_campaign_that_outlasts_the_day_is_forecast_through_the_night() -> None:
    told = plan(LIMITS, Crowd(known=600, new=0), Pace.FAST, NOON)
    assert told.known_at is not None
    assert told.known_at > datetime(2026, 11, 25, 3, 30, tzinfo=UTC), "the last hundred go after nine"


def test_the_warm_up_is_part_of_the_forecast() -> None:
    beginner = Limits(True, "Asia/Kolkata", 21 * 60, 9 * 60, daily_cap=500, cold_per_day=20)
    told = plan(beginner, Crowd(known=235, new=0), Pace.FAST, NOON)
    assert told.known_at is not None
    assert (told.known_at - NOON).days == 1, "50, 75 and 110: the third day"


def test_a_forecast_of_more_than_a_year_says_so_and_ends() -> None:
    assert plan(LIMITS, Crowd(known=0, new=100_000), Pace.FAST, NOON).done_at is None


def test_a_restriction_is_part_of_the_forecast() -> None:
    held = Limits(
        True, daily_cap=500, cold_per_day=20, clean_days=6, restricted_until=NOON + timedelta(hours=3)
    )
    told = plan(held, Crowd(known=0, new=2), Pace.SAFE, NOON)
    assert told.new_at == NOON + timedelta(hours=3, seconds=20)


async def test_it_is_said_as_a_shopkeeper_says_it(shop: Shop, clock: Clock) -> None:
    await put(shop, plays_limits=True, clean_days=6, cold_per_day=2)
    clock.show(NOON)
    friends, new = await shop.people(3), await shop.people(7)
    await know(shop, friends)
    told = await review(shop.actor, await shop.draft(friends + new))
    said = when(words("en"), told, Pace.SAFE, "Asia/Kolkata")
    assert said.startswith("Ready about 12:00 pm, the new ones over 4 days: by Friday 27 November, 12:00 am")
    assert moment_near(words("en"), NOON + timedelta(days=1), "Asia/Kolkata") == "tomorrow 12:00 pm"


# --- consent, kinds and the way out ---


async def test_a_promotion_needs_a_yes_and_a_message_that_they_need_does_not(shop: Shop) -> None:
    yes, unasked = await shop.contacts("Yes", agreed=True), await shop.contacts("Unasked", agreed=False)
    (stopped,) = await shop.contacts("Stopped")
    await shop.hears(stopped, "STOP")
    everybody = [*yes, *unasked, stopped]
    offer = await shop.launched(everybody, kind="promotional")
    closed = await shop.launched(everybody, kind="service")
    await shop.pump_dry()
    assert await shop.reason(offer, unasked[0]) == "no_consent"
    assert await shop.status(closed, unasked[0]) != "skipped"
    assert await shop.reason(closed, stopped) == "opted_out"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Reply STOP to stop these messages."),
        ("hi", "ये मैसेज बंद करने के लिए STOP या बंद लिखकर भेजें।"),
        ("mr", "हे मेसेज थांबवण्यासाठी STOP किंवा बंद लिहून पाठवा."),
    ],
)
async def test_a_promotion_says_how_to_stop_it_in_the_readers_language(
    shop: Shop, language: str, line: str
) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched([ravi], footer=True, texts={language: "Laddu"}, default_language=language)
    await shop.launched([ravi], footer=True, kind="service", texts={language: "Band"})
    await shop.pump_dry()
    assert sorted(sent.text for sent in shop.ledger()) == ["Band", f"Laddu\n\n{line}"]


async def test_the_footer_counts_in_the_length(shop: Shop) -> None:
    campaign = Campaign(texts={"mr": "क" * (LONGEST - FOOTER_TAKES)})
    assert obstacle_in_texts(campaign) is None
    campaign.texts = {"mr": "क" * (LONGEST - FOOTER_TAKES + 1)}
    assert obstacle_in_texts(campaign) is not None
    campaign.kind = "service"
    assert obstacle_in_texts(campaign) is None


async def test_a_new_campaign_is_a_promotion_at_the_safe_speed_with_its_footer(shop: Shop) -> None:
    campaign = await draft.find(shop.actor, await draft.create(shop.actor, "Diwali"))
    assert (campaign.kind, campaign.footer, campaign.pace) == ("promotional", True, "safe")


async def test_the_history_of_consent_keeps_every_word_and_where_it_came_from(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", agreed=False)
    await agreed(shop.actor, [ravi.id], wording="Ravi told me at the counter.")
    await shop.hears(ravi, "STOP")
    await shop.hears(ravi, "START")
    async with transaction() as db:
        asked = sql(
            "SELECT consent, source, wording, evidence <> '' AS shown, recorded_by FROM consent_record"
            " WHERE workspace_id = :workspace ORDER BY id"
        )
        said = [tuple(row) for row in await db.execute(asked, {"workspace": shop.actor.workspace_id})]
    assert said == [
        ("given", "typed", "Ravi told me at the counter.", False, shop.actor.person_id),
        ("withdrawn", "rehearsal", "STOP", True, None),
        ("given", "rehearsal", "START", True, None),
    ]


# --- why isn't it moving? ---


async def look(shop: Shop, campaign_id: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the page says in English, with an engine that is alive."""

    async def alive(_sender_id: int | None) -> Workers:
        return Workers(1)

    monkeypatch.setattr("services.analytics.funnel._fleet", alive)
    seen: Progress = await progress(shop.actor.workspace_id, campaign_id)
    told = shown(seen, "en", "Asia/Kolkata")["why"]
    assert isinstance(told, dict)
    return str(told["text"])


async def test_every_wait_has_its_sentence(shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.show(NOON)
    await put(shop, plays_limits=True, cold_per_day=0, day=NOON.date())
    campaign = await shop.launched(await shop.people(3))

    assert await look(shop, campaign, monkeypatch) == (
        "Everybody who knows Sandbox is done, and it has written to enough new people for today."
        " 3 wait until tomorrow 12:00 am; it goes on by itself."
    )
    await put(shop, cold_per_day=20, restricted_until=NOON + timedelta(hours=2))
    assert await look(shop, campaign, monkeypatch) == (
        "Everybody who knows Sandbox is done, and WhatsApp lets it write to nobody new for a while."
        " 3 wait until 2:00 pm; it goes on by itself."
    )
    await put(shop, restricted_until=None, sent_today=50)
    assert await look(shop, campaign, monkeypatch) == (
        "Sandbox has sent as much as it should in a day (50). The others wait until tomorrow 12:00 am;"
        " it goes on by itself."
    )
    async with transaction() as db:
        await db.execute(sql("UPDATE workspace SET quiet_from = 660, quiet_until = 900"))
    assert await look(shop, campaign, monkeypatch) == (
        "Quiet hours: nothing is sent until 3:00 pm. It goes on by itself."
    )
    await put(shop, status="offline", status_at=NOON - timedelta(minutes=58))
    async with transaction() as db:
        await db.execute(sql("UPDATE campaign SET status_at = :noon"), {"noon": NOON})
    clock.forward(timedelta(minutes=1))
    assert await look(shop, campaign, monkeypatch) == (
        "Sandbox has not been connected to WhatsApp since 11:02 am."
        " It goes on by itself when the connection is back."
    )
