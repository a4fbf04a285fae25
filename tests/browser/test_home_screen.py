"""On a phone's home screen: a friendly page when there is no line, and what is pushed is shown."""

import asyncio
import json

from playwright.async_api import CDPSession

from tests.browser.conftest import Hand, Open
from tests.browser.line import Line
from tests.browser.phone import Phone
from tests.browser.test_lost_line import NO_LINE

# The worker of another language gives way to that of this one.
WORKER_UP_TO_DATE = """navigator.serviceWorker.register('/sw.js').then((one) => one.update())
    .then((one) => one.active && !one.waiting && !one.installing && caches.match('/offline?{language}'))
    .then(Boolean)"""
WORKER_READY = "navigator.serviceWorker.ready.then((one) => one.active.state === 'activated')"


async def test_it_can_be_installed(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/")
    await phone.page.evaluate(WORKER_READY)
    browser = await phone.page.context.new_cdp_session(phone.page)

    found = await browser.send("Page.getAppManifest")
    missing = await browser.send("Page.getInstallabilityErrors")

    assert found["errors"] == []
    assert json.loads(found["data"])["display"] == "standalone"
    # what a test's own window cannot be
    assert [e for e in missing["installabilityErrors"] if e["errorId"] != "in-incognito"] == []


async def test_without_a_line_there_is_a_friendly_page_and_then_the_one_that_was_asked_for(
    broadcaster: Open, line: Line, hand: Hand
) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies, line=line)
    for language, words in (("en", "You are offline"), ("hi", "इंटरनेट नहीं है"), ("mr", "इंटरनेट नाही")):
        await phone.opens(f"/language?to={language}&next=/campaigns")
        await until(phone, WORKER_UP_TO_DATE.format(language=language))
        with phone.expecting(*NO_LINE):
            line.cut()
            await phone.page.goto(f"{line.address}/contacts")
            await phone.sees(words)
            await phone.photographs(f"offline-{language}")
            line.mend()
            # by itself, at the address that was asked for
            await phone.page.wait_for_selector(".page")
            assert phone.path == "/contacts"


async def test_pages_are_never_kept_on_the_phone(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/")
    await phone.page.evaluate(WORKER_READY)
    for path in ("/contacts", "/campaigns", "/templates"):
        await phone.opens(path)

    kept = await phone.page.evaluate(
        "(async () => { let all = []; for (const name of await caches.keys())"
        " all.push(...(await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname));"
        " return all })()"
    )

    assert {path for path in kept if not path.startswith(("/_nicegui/", "/static/"))} == {"/offline"}


async def test_what_is_pushed_is_shown(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.page.context.grant_permissions(["notifications"])
    await phone.opens("/")
    await phone.page.evaluate(WORKER_READY)
    worker = await phone.page.context.new_cdp_session(phone.page)
    told = {"title": "मोहीम पूर्ण झाली", "body": "“Diwali” पूर्ण झाली.", "path": "/campaigns/7", "language": "mr"}

    await _deliver(worker, phone, json.dumps(told))

    shown = await until(
        phone,
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) =>"
        " all.map((one) => [one.title, one.body, one.data, one.lang])[0])",
    )
    assert shown == [told["title"], told["body"], told["path"], "mr"]


async def until(phone: Phone, what: str) -> object:
    """What a promise of the page comes to, once that is something."""
    async with asyncio.timeout(20):
        while not (found := await phone.page.evaluate(what)):
            await asyncio.sleep(0.05)
    return found


async def _deliver(worker: CDPSession, phone: Phone, data: str) -> None:
    """As the browser does with what its push service brought."""
    found: list[str] = []
    worker.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    await worker.send("ServiceWorker.enable")
    async with asyncio.timeout(20):
        while not found:
            await asyncio.sleep(0.05)
    await worker.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": phone.address, "registrationId": found[0], "data": data},
    )


async def test_leave_is_asked_for_only_after_a_tap(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.page.add_init_script(
        "window.askedFor = 0;"
        "Notification.requestPermission = async () => (window.askedFor++, 'denied');"
        "const said = { get: () => window.askedFor ? 'denied' : 'default' };"
        "Object.defineProperty(Notification, 'permission', said)"
    )
    await phone.opens("/notifications")
    switch = phone.page.get_by_role("switch", name="Tell me on this phone")
    await switch.wait_for()
    assert await phone.page.evaluate("window.askedFor") == 0

    await switch.click()

    await phone.sees("You told this browser not to show our notifications.")
    assert await phone.page.evaluate("window.askedFor") == 1
