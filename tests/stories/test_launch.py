"""What the review tells is what the launch does: once, for all or for nobody, and never to who said no.

Asha owns the shop, Chitra is a stranger. Ravi, Meena and Sunita are contacts.
"""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from models.campaign import Campaign
from models.contact import Contact
from models.db import transaction
from models.sender import Sender
from models.states import Pace, Reason
from services.analytics.campaign_list import PAGE, campaign_page
from services.campaigns import draft
from services.campaigns.launch import Launched, launch
from services.campaigns.ready import EmptyAudience, MissingBlanks, NobodyChosen, NoSender, NoText
from services.campaigns.review import Review, review
from services.consent.record import withdraw
from services.errors import BroadcasterError, Invalid, NotFound, WrongMoment
from services.templates.render import with_fallback
from tests.conftest import House
from tests.shop import Shop, Someone, open_shop


async def rows(shop: Shop) -> int:
    async with transaction() as db:
        asked = text("SELECT count(*) FROM message WHERE workspace_id = :workspace")
        return int(await db.scalar(asked, {"workspace": shop.actor.workspace_id}) or 0)


async def status_of(campaign_id: int) -> str:
    async with transaction() as db:
        return (await db.get_one(Campaign, campaign_id)).status


async def speaks(someone: Someone, language: str) -> None:
    async with transaction() as db:
        (await db.get_one(Contact, someone.id)).language = language


async def test_everybody_who_agreed_is_queued_and_the_others_know_why_not(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    (unasked,) = await shop.contacts("Unasked", agreed=False)
    (stopped,) = await shop.contacts("Stopped")
    async with transaction() as db:
        await withdraw(db, shop.actor.workspace_id, stopped.phone, source="reply", wording="STOP")
    campaign = await shop.draft([ravi, meena, unasked, stopped])

    told = await review(shop.actor, campaign)
    assert told.reach == 2
    assert [(out.reason, out.people, out.first[0].name) for out in told.left_out] == [
        (Reason.NO_CONSENT, 1, "Unasked"),
        (Reason.OPTED_OUT, 1, "Stopped"),
    ]
    assert told.obstacle is None

    assert await launch(shop.actor, campaign) == Launched(campaign, queued=2, left_out=2)
    assert await shop.statuses(campaign) == {
        ravi.phone: "queued",
        meena.phone: "queued",
        unasked.phone: "skipped",
        stopped.phone: "skipped",
    }
    assert await shop.reason(campaign, stopped) == "opted_out"


async def test_what_was_reviewed_and_launched_is_what_arrives(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await speaks(meena, "hi")
    texts = {"en": "Hello {name|friend}", "hi": "नमस्ते {name|दोस्त}"}
    campaign = await shop.draft([ravi, meena], texts=texts)
    await launch(shop.actor, campaign)

    await shop.pump_dry()

    assert sorted((sent.phone, sent.text) for sent in shop.ledger()) == sorted(
        [(ravi.phone, "Hello Ravi"), (meena.phone, "नमस्ते Meena")]
    )


async def test_a_double_tap_launches_once(shop: Shop) -> None:
    people = await shop.people(50)
    campaign = await shop.draft(people)

    taps = [launch(shop.actor, campaign) for _ in range(5)]
    answers = await asyncio.gather(*taps, return_exceptions=True)

    assert sum(isinstance(answer, Launched) for answer in answers) == 1
    assert sum(isinstance(answer, WrongMoment) for answer in answers) == 4
    assert await rows(shop) == 50
    with pytest.raises(WrongMoment):
        await launch(shop.actor, campaign)


async def test_a_stranger_finds_nothing(shop: Shop, house: House) -> None:
    campaign = await shop.draft(await shop.people(1))
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        for attempt in (
            launch(other.actor, campaign),
            review(other.actor, campaign),
            draft.find(other.actor, campaign),
            draft.save(other.actor, campaign, {"name": "Mine"}),
            draft.delete_draft(other.actor, campaign),
            draft.duplicate(other.actor, campaign, "Mine"),
        ):
            with pytest.raises(NotFound):
                await attempt
        mine = await draft.create(other.actor, "Mine")
        with pytest.raises(NotFound):
            await draft.save(other.actor, mine, {"sender_id": shop.sender_id})
    assert await status_of(campaign) == "draft"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"texts": {}}, NoText),
        ({"texts": {"en": "Hello {name"}}, Invalid),
        ({"texts": {"en": "न" * 4097}}, Invalid),
        ({"sender_id": None}, NoSender),
        ({"audience": {}}, NobodyChosen),
        ({"audience": {"tags": ["unasked"]}}, EmptyAudience),
    ],
)
async def test_what_cannot_be_sent_is_told_at_review_and_leaves_no_trace(
    shop: Shop, facts: dict[str, object], refusal: type[BroadcasterError]
) -> None:
    people = await shop.people(1)
    (unasked,) = await shop.contacts("Unasked", agreed=False)
    campaign = await shop.draft(people)
    async with transaction() as db:
        (await db.get_one(Contact, unasked.id)).tags = ["unasked"]
        for name, value in facts.items():
            setattr(await db.get_one(Campaign, campaign), name, value)

    assert isinstance((await review(shop.actor, campaign)).obstacle, refusal)
    with pytest.raises(refusal):
        await launch(shop.actor, campaign)
    assert (await status_of(campaign), await rows(shop)) == ("draft", 0)


async def test_a_missing_blank_is_found_at_review_and_mended_with_one_fallback(shop: Shop) -> None:
    ravi, nameless, unasked = [
        *await shop.contacts("Ravi", ""),
        *await shop.contacts("", agreed=False),
    ]
    campaign = await shop.draft([ravi, nameless, unasked], text="Hello {name}")

    told = await review(shop.actor, campaign)
    assert [(hole.key, hole.people, hole.first[0].phone) for hole in told.without] == [
        ("name", 1, nameless.phone)
    ]
    assert isinstance(told.obstacle, MissingBlanks)
    with pytest.raises(MissingBlanks):
        await launch(shop.actor, campaign)

    mended = with_fallback("Hello {name}", "name", "friend")
    await draft.save(shop.actor, campaign, {"texts": {"en": mended}})
    assert (await review(shop.actor, campaign)).obstacle is None
    await launch(shop.actor, campaign)
    await shop.pump_dry()
    assert sorted(sent.text for sent in shop.ledger()) == ["Hello Ravi", "Hello friend"]


async def test_only_readers_of_a_text_need_its_blanks(shop: Shop) -> None:
    ravi, nameless = await shop.contacts("Ravi", "")
    await speaks(ravi, "hi")
    campaign = await shop.draft([ravi, nameless], texts={"hi": "नमस्ते {name}", "en": "Hello {name|friend}"})
    assert (await review(shop.actor, campaign)).without == []


async def test_who_reads_another_language_gets_the_default_and_the_review_says_so(shop: Shop) -> None:
    ravi, meena, sunita = await shop.contacts("Ravi", "Meena", "Sunita")
    await speaks(meena, "hi")
    await speaks(sunita, "mr")
    campaign = await shop.draft(
        [ravi, meena, sunita], texts={"hi": "नमस्ते", "en": "Hello"}, default_language="mr"
    )

    told = await review(shop.actor, campaign)
    assert (told.readers, told.fallen_back) == ({"en": 2, "hi": 1}, {"mr": 1})

    await draft.save(shop.actor, campaign, {"default_language": "hi"})
    told = await review(shop.actor, campaign)
    assert (told.readers, told.fallen_back) == ({"hi": 3}, {"mr": 1})


async def test_the_review_says_how_long_it_takes(shop: Shop) -> None:
    people = await shop.people(11)
    campaign = await shop.draft(people, rehearsal_speed=1)
    assert await seconds(shop, campaign) == {Pace.FAST: 35, Pace.BALANCED: 75, Pace.SAFE: 200}

    await draft.save(shop.actor, campaign, {"rehearsal_speed": 10})
    assert (await seconds(shop, campaign))[Pace.SAFE] == 20

    beside = await shop.draft(people[:5])
    await launch(shop.actor, beside)
    told = await review(shop.actor, campaign)
    assert (told.beside, (await seconds(shop, campaign))[Pace.SAFE]) == (5, 30)


async def seconds(shop: Shop, campaign: int) -> dict[Pace, float]:
    """From now to the last message, at each speed."""
    lasting = (await review(shop.actor, campaign)).lasting
    return {pace: time.total_seconds() for pace, time in lasting.items() if time is not None}


async def test_what_reaches_people_never_runs_faster_than_life(shop: Shop) -> None:
    campaign = await shop.draft(await shop.people(3), rehearsal_speed=1000)
    async with transaction() as db:
        (await db.get_one(Sender, shop.sender_id)).channel = "linked"

    assert (await seconds(shop, campaign))[Pace.SAFE] == 40
    await launch(shop.actor, campaign)
    async with transaction() as db:
        assert (await db.get_one(Campaign, campaign)).rehearsal_speed == 1


async def test_what_is_typed_is_kept_until_the_launch_and_frozen_after(shop: Shop) -> None:
    people = await shop.people(1)
    campaign = await draft.create(shop.actor, "Diwali")
    assert await draft.create(shop.actor, "Opened again") == campaign, "an untouched draft is used again"

    await draft.save(shop.actor, campaign, {"texts": {"en": "Hel"}, "name": " Diwali  sale "})
    await draft.save(shop.actor, campaign, {"texts": {"en": "Hello", "hi": " "}})
    await draft.save(shop.actor, campaign, {"audience": {"everyone": True, "tags": ["x"]}})
    kept = await draft.find(shop.actor, campaign)
    assert (kept.name, kept.texts, kept.audience) == ("Diwali sale", {"en": "Hello"}, {"everyone": True})
    assert kept.sender_id == shop.sender_id, "the only number there is needs no choosing"
    assert await draft.create(shop.actor, "Another") != campaign

    await launch(shop.actor, campaign)
    with pytest.raises(WrongMoment):
        await draft.save(shop.actor, campaign, {"texts": {"en": "Too late"}})
    with pytest.raises(WrongMoment):
        await draft.delete_draft(shop.actor, campaign)
    assert list(await shop.statuses(campaign)) == [people[0].phone]


@pytest.mark.parametrize("changes", [{"pace": "warp"}, {"rehearsal_speed": 7}, {"default_language": "xx"}])
async def test_a_draft_takes_no_nonsense(shop: Shop, changes: draft.Changes) -> None:
    campaign = await shop.draft([])
    with pytest.raises(Invalid):
        await draft.save(shop.actor, campaign, changes)


async def test_a_copy_is_a_new_draft_whatever_became_of_the_first(shop: Shop) -> None:
    first = await shop.launched(await shop.people(2))
    copy = await draft.duplicate(shop.actor, first, "Once more")
    assert (await launch(shop.actor, copy)).queued == 2

    thrown_away = await draft.duplicate(shop.actor, first, "Never mind")
    await draft.delete_draft(shop.actor, thrown_away)
    with pytest.raises(NotFound):
        await draft.find(shop.actor, thrown_away)


async def test_the_list_shows_what_moves_first_and_nobody_elses(shop: Shop, house: House) -> None:
    people = await shop.people(1)
    running = await shop.launched(people)
    drafts = [await shop.draft(people) for _ in range(PAGE)]
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        await other.draft(await other.people(1))

    first, second = await campaign_page(shop.actor), await campaign_page(shop.actor, 2)
    assert [seen.id for seen in first.campaigns] == [running, *drafts[:0:-1]]
    assert ([seen.id for seen in second.campaigns], first.more, second.more) == ([drafts[0]], True, False)
    assert (first.campaigns[0].total, first.campaigns[0].done) == (1, 0)


async def test_a_hundred_thousand_people_are_reviewed_in_a_few_queries(shop: Shop) -> None:
    """The number of statements does not grow with the number of people."""
    await shop.people(3)
    small = await draft.create(shop.actor, "Everyone")
    everyone: draft.Changes = {"audience": {"everyone": True}, "texts": {"en": "Hello {name} in {city}"}}
    await draft.save(shop.actor, small, everyone)
    few, _told = await statements(shop, small)

    await crowd(shop, 100_000)
    many, told = await statements(shop, small)

    assert many == few > 0
    assert told.reach == 100_003
    assert {hole.key: hole.people for hole in told.without} == {"city": 3}


async def test_a_new_shop_s_first_hundred_thousand_are_looked_at_once(shop: Shop, house: House) -> None:
    """PostgreSQL's statistics know of other shops only, and believe that this one has a single contact."""
    campaign_id = await draft.create(shop.actor, "Everyone")
    await draft.save(
        shop.actor, campaign_id, {"audience": {"everyone": True}, "texts": {"en": "Hello {name}"}}
    )
    async with open_shop(house.folder, "Chitra's Pens", owner="Chitra") as chitra:
        await crowd(chitra, 1000)
    async with transaction() as db:
        await db.execute(text("ANALYZE"))
    await crowd(shop, 100_000)

    assert (await review(shop.actor, campaign_id)).reach == 100_000


async def crowd(shop: Shop, how_many: int) -> None:
    async with transaction() as db:
        await db.execute(
            text(
                "INSERT INTO contact (workspace_id, phone, phone_hash, name, fields, consent)"
                " SELECT :workspace, '+91' || (7000000000 + n), sha256(n::text::bytea), 'Person ' || n,"
                " '{\"city\": \"Pune\"}', 'given' FROM generate_series(1, :how_many) n"
            ),
            {"workspace": shop.actor.workspace_id, "how_many": how_many},
        )


async def statements(shop: Shop, campaign_id: int) -> tuple[int, Review]:
    """How many statements a review takes, and what it tells."""
    seen: list[str] = []

    def count(*said: Sequence[object]) -> None:
        seen.append(str(said[2]))

    event.listen(Engine, "before_cursor_execute", count)
    try:
        told = await review(shop.actor, campaign_id)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return len(seen), told
