"""From the login to the launch by keys alone: each stop can be seen, and a dialog gives the focus back."""

from playwright.async_api import expect

from tests.browser.conftest import DESK, Hand, Open
from tests.browser.phone import Phone
from tests.browser.steps import PASSWORD, pastes

PEOPLE = ["+919811100610", "+919811100620"]
MOST_STOPS = 80
FOCUSED = """() => {
    const one = document.activeElement;
    const label = one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || "";
    const shown = getComputedStyle(one.closest(".q-field, .me-field, .pick") || one);
    const ring = getComputedStyle(one).outlineStyle !== "none" || shown.outlineStyle !== "none"
        || !!one.closest(".q-field--focused, .q-focusable, .q-btn");
    return [label.trim().replace(/\\s+/g, " "), ring];
}"""


async def tabs_to(phone: Phone, words: str) -> None:
    """Press Tab until the focus is on what has these words; every stop on the way can be seen."""
    for _ in range(MOST_STOPS):
        await phone.page.keyboard.press("Tab")
        label, ring = await phone.page.evaluate(FOCUSED)
        assert ring, f"nobody sees the focus on {label!r}"
        if words in label:
            return
    raise AssertionError(f"no Tab leads to {words!r}")


async def test_from_the_login_to_the_launch(broadcaster: Open, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    await pastes(await hand(asha.cookies), PEOPLE)
    phone = await hand(size=DESK)
    keys = phone.page.keyboard
    await phone.opens("/login")
    await tabs_to(phone, "Mobile number or e-mail")
    await keys.type(asha.login)
    await tabs_to(phone, "Password")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await phone.is_at("/")

    await tabs_to(phone, "Write your first campaign")
    await keys.press("Enter")
    await phone.is_at("/campaigns/[0-9]+/edit")
    await tabs_to(phone, "Everybody who agreed")
    await keys.press("Space")
    await phone.sees("2 people will get it")
    await tabs_to(phone, "From a template")
    await keys.press("Enter")
    await phone.sees("Choose a template")
    await keys.press("Escape")
    await phone.sees_no("Choose a template")
    await expect(phone.page.get_by_role("button", name="From a template")).to_be_focused()
    await tabs_to(phone, "Message (English)")
    await keys.type("Namaste!")
    await phone.sees("Saved")
    await tabs_to(phone, "Check and send")
    await keys.press("Enter")
    await phone.is_at("/campaigns/[0-9]+/review")
    await tabs_to(phone, "As fast as it can")
    await keys.press("Space")
    await tabs_to(phone, "Launch now")
    await keys.press("Enter")
    await phone.is_at("/campaigns/[0-9]+")

    await phone.sees("Sent to 2 of 2 people")
