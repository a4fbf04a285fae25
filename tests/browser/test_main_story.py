"""The main job once through, by a thumb on a cheap phone."""

from collections import Counter
from collections.abc import Mapping

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Hand, Open
from tests.browser.messy import messy_file, numbers
from tests.browser.phone import PATIENCE_MS, Phone
from tests.browser.steps import adds_them, in_file, signs_up, writes_to_everybody
from tests.browser.truth import GREETING, twice, whole_truth

# Every value that "Sent" showed, from now on, as the eye sees it.
WATCH_SENT = """() => {
    const number = document.querySelector('.lp-step[href$=accepted] .lp-number b');
    window.seen = [number.textContent];
    new MutationObserver(() => window.seen.push(number.textContent))
        .observe(number, {characterData: true, childList: true, subtree: true});
}"""


@pytest.mark.timeout(300)
async def test_from_signing_up_to_the_last_tick(broadcaster: Open, hand: Hand) -> None:
    people = numbers(1000)
    phone = await hand()
    await signs_up(phone, "Asha", "98700 00001")
    await imports(phone, messy_file(people))
    await writes_to_everybody(phone, GREETING + " {name|friend}, our laddus are here!")
    await phone.photographs("story-check")
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")

    pages = phone.pages_loaded
    await phone.page.evaluate(WATCH_SENT)
    await phone.sees("Finished on", within_s=200)
    truth = await whole_truth(broadcaster.folder / "sandbox", people)
    await shows(phone, Counter(truth.values()))
    await phone.photographs("story-finished")

    assert phone.pages_loaded == pages
    assert len(await phone.page.evaluate("window.seen")) > 3
    assert twice(broadcaster.folder / "sandbox", people) == []
    await phone.taps("Replied")
    await phone.taps("All 1,000")
    file = await phone.downloads("Download as CSV")
    assert in_file(await file.path()) == truth


async def imports(phone: Phone, file: bytes) -> None:
    await phone.taps("Add contacts")
    await phone.is_at("/contacts")
    await phone.taps("Import")
    await phone.gives_file("grahak.csv", file)
    await phone.is_at("/contacts/import/[0-9]+")
    await phone.sees("Twice in this list")
    await phone.photographs("story-preview")
    for verdict, count in {"New": "1,000", "Twice in this list": "3", "Wrong: left out": "3"}.items():
        line = phone.page.locator("summary").filter(has=phone.page.get_by_text(verdict, exact=True))
        await expect(line.locator(".vd-count")).to_have_text(count)
    await adds_them(phone, 1000)


async def shows(phone: Phone, ends: Mapping[str, int]) -> None:
    """The screen's numbers; each of the first four counts those that come after it, too."""
    replied, read = ends["Replied"], ends["Replied"] + ends["Read"]
    delivered = read + ends["Delivered"]
    expected = {
        "Sent": delivered + ends["Sent"],
        "Delivered": delivered,
        "Read": read,
        "Replied": replied,
        "Failed": ends["Failed"],
        "Not sure": ends["Not sure"],
    }
    for word, number in expected.items():
        line = phone.page.locator("a.lp-step, a.lp-cell").filter(has_text=word).first
        await expect(line.locator("b")).to_have_text(f"{number:,}", timeout=PATIENCE_MS)
