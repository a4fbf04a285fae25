"""From the login to the launch by keys alone: each stop can be seen, and a dialog gives the focus back."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESK, Hand, Open
from tests.browser.phone import Phone
from tests.browser.steps import PASSWORD, pastes
from tests.browser.test_inbox import a_customer_writes

PEOPLE = ["+919811100610", "+919811100620"]
MOST_STOPS = 80
# A ring around what has the focus, or around the field that it belongs to.
FOCUSED = """() => {
    const one = document.activeElement;
    const label = one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || "";
    const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const frame = one.closest(".q-field")?.querySelector(".q-field__control");
    const around = one.closest(".me-field, .pick, .fp-choose") || one;
    const ring = drawn(getComputedStyle(one)) || drawn(getComputedStyle(around))
        || !!frame && parseFloat(getComputedStyle(frame, "::after").borderTopWidth) >= 2;
    return [label.trim().replace(/\\s+/g, " "), ring];
}"""

NO_RINGS = """() => document.querySelectorAll('#app .q-btn').forEach(
    (button) => button.style.setProperty('outline', 'none', 'important'))"""


async def tabs_to(phone: Phone, words: str) -> None:
    """Press Tab until the focus is on what has these words; every stop on the way can be seen."""
    for _ in range(MOST_STOPS):
        await phone.page.keyboard.press("Tab")
        await phone.rests()
        label, ring = await phone.page.evaluate(FOCUSED)
        assert ring, f"nobody sees the focus on {label!r}"
        if words in label:
            return
    raise AssertionError(f"no Tab leads to {words!r}")


async def test_a_focus_that_nobody_sees_is_found(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies, size=DESK)
    await phone.opens("/contacts")
    await phone.page.evaluate(NO_RINGS)

    with pytest.raises(AssertionError, match="nobody sees the focus on"):
        await tabs_to(phone, "Add one person")


async def test_who_writes_takes_nobodys_focus_away(broadcaster: Open, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    desk, phone = await hand(asha.cookies, size=DESK), await hand(asha.cookies)
    await desk.opens("/")
    await tabs_to(desk, "Contacts")

    await a_customer_writes(phone, "Do you have laddus?")
    await desk.page.locator("#app .nav-new", has_text="1").wait_for()

    await expect(desk.page.get_by_role("link", name="Contacts", exact=True)).to_be_focused()


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
