"""After the first start a demo shop is there to play with: people, templates, and a sandbox to send from."""

import asyncio

from services.access import login, sessions
from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.launch import launch
from services.campaigns.review import review
from services.contacts.find import Asked
from services.contacts.search import search
from services.contacts.tags import tags
from services.i18n import LANGUAGES
from services.ops.demo import DemoLogin, make_demo
from services.ops.demo_people import SPECIAL_ENDS, sample_people
from services.templates.write import listed
from tests.conftest import House
from tests.shop import Shop


async def inside(demo: DemoLogin) -> Actor:
    """Somebody who came in with what the login page shows."""
    secret = await login.log_in(demo.login, demo.password, ip="192.0.2.1")
    recognised = await sessions.recognise(secret)
    assert recognised is not None
    return recognised.actor


async def test_what_the_login_page_shows_opens_the_demo(house: House) -> None:
    actor = await inside(await make_demo())

    assert (actor.workspace_name, actor.demo) == ("Asha's Sweets", True)
    assert (await search(actor, Asked())).found == 120
    assert {count.tag: count.people for count in await tags(actor)} == {
        "regulars": 60,
        "new": 24,
        "wholesale": 20,
    }


async def test_templates_are_ready_in_every_language(house: House) -> None:
    actor = await inside(await make_demo())

    templates = await listed(actor)
    assert sorted(t.name for t in templates) == [
        "Appointment",
        "Festival offer",
        "New stock",
        "Payment reminder",
    ]
    assert all(set(t.texts) == set(LANGUAGES) for t in templates)


async def test_every_template_can_go_to_everybody(house: House) -> None:
    actor = await inside(await make_demo())

    for template in await listed(actor):
        campaign = await draft.create(actor, template.name)
        await draft.save(actor, campaign, {"texts": template.texts, "audience": {"everyone": True}})
        looked = await review(actor, campaign)
        assert looked.obstacle is None
        assert looked.rehearsal
        assert set(looked.readers) == set(LANGUAGES)
        assert {left.reason: left.people for left in looked.left_out} == {"no_consent": 7}


async def test_a_second_start_changes_nothing(house: House) -> None:
    actor = await inside(await make_demo())
    await asyncio.gather(make_demo(), make_demo())

    assert (await search(actor, Asked())).found == 120


async def test_two_processes_that_start_together_make_one_demo(house: House) -> None:
    one, other = await asyncio.gather(make_demo(), make_demo())

    assert one == other
    assert (await search(await inside(one), Asked())).found == 120


async def test_a_first_campaign_shows_every_end(house: House) -> None:
    actor = await inside(await make_demo())
    campaign = await draft.create(actor, "First")
    (newest, *_) = await listed(actor)
    await draft.save(
        actor,
        campaign,
        {
            "texts": newest.texts,
            "audience": {"everyone": True},
            "pace": "fast",
            "rehearsal_speed": 1000,
        },
    )
    found = await draft.find(actor, campaign)
    assert found.sender_id is not None
    shop = Shop(house.folder, actor, found.sender_id)
    await launch(actor, campaign)

    async def all_tried() -> bool:
        return set(await waiting()) <= {"502", "503"}  # these are tried again, seconds later

    async def waiting() -> list[str]:
        return [phone[-3:] for phone, status in (await shop.statuses(campaign)).items() if status == "queued"]

    async with shop.engine():
        await shop.until(all_tried)

    statuses = await shop.statuses(campaign)
    ends = {phone[-3:]: status for phone, status in statuses.items() if phone[-3:] in SPECIAL_ENDS}
    assert {ends["404"], ends["463"]} == {"failed"}
    assert ends["501"] == "unconfirmed"
    assert list(statuses.values()).count("skipped") == 7


def test_nobody_is_written_twice() -> None:
    people = sample_people()
    assert len({person.phone for person in people}) == len(people) == 120
    assert {person.phone[-3:] for person in people if person.agreed} >= set(SPECIAL_ENDS)
