"""Nothing flickers where motion is not wanted, nobody is talked over, and an empty list fills by itself."""

from datetime import timedelta

from playwright.async_api import expect

from services.clock import now
from tests.browser.conftest import Hand, Open
from tests.browser.phone import Phone
from tests.browser.steps import pastes, writes_to_everybody
from tests.browser.test_waiting import held_back

PEOPLE = [f"+9198111008{n:02}" for n in range(10, 40)]
MOVES_ON = (
    "document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime === Infinity).length"
)
# Every sentence that a screen reader is told of the campaign.
LISTEN = """() => {
    const told = document.querySelector('.lp-hidden[aria-live=polite]');
    window.heard = [told.textContent];
    const all = { characterData: true, childList: true, subtree: true };
    new MutationObserver(() => heard.push(told.textContent)).observe(told, all);
}"""


async def test_what_breathes_rests_where_motion_is_not_wanted(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    async with held_back(phone.page, "**/static/nicegui.js"):
        await phone.page.goto(f"{broadcaster.address}/contacts", wait_until="commit")
        await expect(phone.page.locator(".sk-row").first).to_be_visible()
        await phone.page.emulate_media(reduced_motion="no-preference")
        assert await phone.page.evaluate(MOVES_ON) > 0
        await phone.page.emulate_media(reduced_motion="reduce")
        assert await phone.page.evaluate(MOVES_ON) == 0


async def test_a_campaign_is_told_a_sentence_at_a_time(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "Namaste!")
    await phone.page.clock.install()
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")
    await phone.page.clock.pause_at(now() + timedelta(minutes=1))
    await phone.page.evaluate(LISTEN)

    await phone.sees("Finished on")
    assert len(await phone.page.evaluate("heard")) <= 2, "they were still listening to the first"

    await phone.page.clock.run_for(5000)
    heard = await phone.page.evaluate("heard")
    assert len(heard) <= 3
    assert "Finished" in heard[-1]


async def test_an_empty_list_fills_by_itself_when_the_first_thing_comes(
    broadcaster: Open, hand: Hand
) -> None:
    asha = broadcaster.signs_up("Asha")
    wall, phone = await hand(asha.cookies), await hand(asha.cookies)
    await wall.opens("/contacts")
    await wall.sees("Bring your customers.")
    await adds(phone, "Ravi Kumar")
    await wall.sees("Ravi Kumar")

    await wall.opens("/campaigns")
    await wall.sees("Tell your customers something.")
    await phone.opens("/campaigns/new")
    await phone.is_at("/campaigns/[0-9]+/edit")
    await wall.sees_no("Tell your customers something.")
    await wall.sees("Draft")


async def adds(phone: Phone, name: str) -> None:
    await phone.opens("/contacts/new")
    await phone.types("Name", name)
    await phone.types("Mobile number", "98111 40910")
    await phone.taps("Add")
    await phone.is_at("/contacts/[0-9]+")
