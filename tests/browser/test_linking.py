"""Asha links her number on the screen, writes from it, is unlinked in the middle, and links it again."""

import asyncio
import re
from collections import Counter
from contextlib import suppress

import psutil
import psycopg
import pytest
import segno
from playwright.async_api import expect

from services.embedded import Servers
from tests.browser.conftest import DESK, Hand, Open
from tests.browser.phone import PATIENCE_MS, Phone
from tests.browser.steps import pastes, writes_to_everybody
from tests.conftest import beside
from tests.peers.whatsapp.process import PeerProcess
from tests.shop import PATIENCE_S

LETTERS = re.compile(r"^[A-Z0-9]{8}$")


async def letters_on(phone: Phone) -> str:
    """The code, as a customer reads it."""
    boxes = phone.page.locator(".letters-shown span")
    await expect(boxes).to_have_count(8, timeout=PATIENCE_MS)
    return "".join(await boxes.all_inner_texts())


async def asks_for_code(phone: Phone, number: str) -> str:
    await phone.opens("/senders")
    await phone.taps("Link a WhatsApp number")
    await phone.is_at("/senders/link")
    await phone.types("WhatsApp number of your shop", number)
    await phone.taps("Show the code")
    await phone.is_at("/senders/linking/[0-9]+")
    return await letters_on(phone)


async def test_by_code_on_a_phone(broadcaster: Open, whatsapp: PeerProcess, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies, mobile=True)
    letters = await asks_for_code(phone, "98200 00001")
    assert LETTERS.fullmatch(letters)
    await phone.sees("Good for 2:")
    await phone.photographs("link-code")

    await whatsapp.ask("enter_code", phone="919820000001", code=letters)

    await phone.sees("It is linked")
    await phone.photographs("link-done")
    await phone.taps("See your numbers")
    await phone.sees("Connected")
    await phone.sees("+91 98200 00001")
    await phone.photographs("link-card")


async def test_a_child_that_is_killed_is_said_on_the_screen_and_comes_back(
    broadcaster: Open, whatsapp: PeerProcess, hand: Hand
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies, mobile=True)
    letters = await asks_for_code(phone, "98200 00007")
    await whatsapp.ask("enter_code", phone="919820000007", code=letters)
    await phone.sees("It is linked")
    await phone.taps("See your numbers")
    await phone.sees("Connected")

    for child in broadcaster.started.family():
        with suppress(psutil.NoSuchProcess):  # the disposable child of the pairing
            if "services.gateways.linked.host" in child.cmdline():
                child.kill()

    await phone.sees("Not connected now")
    await expect(phone.page.get_by_text("Connected", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    await phone.opens("/health")
    await phone.sees("Everything is well")


async def test_by_qr_on_a_computer(
    broadcaster: Open, servers: Servers, whatsapp: PeerProcess, hand: Hand
) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies, size=DESK)
    await phone.opens("/senders/link")
    await phone.taps("Show the QR code")
    await phone.is_at("/senders/linking/[0-9]+")
    shown = phone.page.locator(".qr-room svg path")
    await expect(shown).to_have_count(1, timeout=PATIENCE_MS)
    await phone.sees("A new picture comes in")
    await phone.photographs("link-qr")

    text = qr_of(servers, phone)
    drawn = segno.make_qr(text, error="l").svg_inline(border=0, scale=4, omitsize=True)
    path = await shown.get_attribute("d")
    assert path, "nothing is drawn"
    assert path in drawn, "the picture is that of the code"
    await whatsapp.ask("scan", phone="919820000002", qr=text)

    await phone.sees("It is linked")


async def test_a_wrong_number_and_a_change_of_mind(
    broadcaster: Open, whatsapp: PeerProcess, hand: Hand
) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies, mobile=True)
    await phone.opens("/senders/link")
    await phone.taps("Show the code")
    await phone.sees("There is no mobile number.")
    await phone.types("WhatsApp number of your shop", "12345")
    await phone.taps("Show the code")
    await phone.sees("This number has too few digits.")
    await phone.holds("WhatsApp number of your shop", "12345")

    await whatsapp.ask("account", phone="919820000404", on_whatsapp=False)
    await phone.types("WhatsApp number of your shop", "98200 00404")
    await phone.taps("Show the code")
    await phone.sees("WhatsApp gives no code for +91 98200 00404.")
    await phone.photographs("link-refused")
    await phone.taps("Try again")
    await phone.is_at("/senders/link.*")

    await asks_for_code(phone, "98200 00003")
    await phone.taps("Cancel")
    await phone.sees("You stopped it. Nothing has changed.")


@pytest.mark.timeout(300)
async def test_unlinked_in_the_middle_and_linked_again(
    broadcaster: Open, servers: Servers, whatsapp: PeerProcess, hand: Hand
) -> None:
    """Everybody is reached exactly once, and who says STOP never again."""
    number, people = "919820000005", [f"+9198300000{n:02}" for n in range(6)]
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies, mobile=True)
    letters = await asks_for_code(phone, number[2:])
    await whatsapp.ask("enter_code", phone=number, code=letters)
    await phone.sees("It is linked")

    no_quiet_hours(servers)
    await pastes(phone, people)
    await writes_to_everybody(
        phone, "Namaste {name|friend}, our laddus are here!", sent_from="+91 98200 00005"
    )
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")
    campaign = phone.path
    async with asyncio.timeout(PATIENCE_S):
        while len(of(whatsapp, number)) < 2:
            await asyncio.sleep(0.05)
    stops = [p for p in people if p[1:] not in of(whatsapp, number)][-1]  # whose turn is not next
    await whatsapp.ask("say", sender=stops[1:], to=number, text="STOP")
    await phone.sees("of 5 people")
    await whatsapp.ask("unlink", phone=number)
    await phone.sees("is logged out of WhatsApp. Link it again")
    await phone.photographs("link-lost")

    await phone.opens("/senders")
    await phone.taps("Link again")
    await phone.is_at("/senders/[0-9]+/link")
    await phone.photographs("link-again")
    await phone.taps("Show the code")
    await whatsapp.ask("enter_code", phone=number, code=await letters_on(phone))
    await phone.sees("It is linked")

    await phone.opens(campaign)
    await phone.sees("Finished on", within_s=120)
    assert Counter(of(whatsapp, number)) == {p[1:]: 1 for p in people if p != stops}
    assert all(entry.copies == 1 for entry in whatsapp.ledger() if entry.session == number)


async def test_who_is_not_on_whatsapp_is_left_out_before_the_eyes(
    broadcaster: Open, whatsapp: PeerProcess, hand: Hand
) -> None:
    number, people = "919820000006", ["+919831000001", "+919831000002", "+919831000003"]
    await whatsapp.ask("account", phone=people[1][1:], on_whatsapp=False)
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies, mobile=True)
    letters = await asks_for_code(phone, number[2:])
    await whatsapp.ask("enter_code", phone=number, code=letters)
    await phone.sees("It is linked")
    await pastes(phone, people)
    await writes_to_everybody(phone, "Namaste {name|friend}!", sent_from="+91 98200 00006")
    await phone.sees("2 people will get it", within_s=60)
    await phone.sees("1 person is not on WhatsApp")
    await phone.sees_no("Asking WhatsApp about")
    await phone.photographs("link-asked")


def no_quiet_hours(servers: Servers) -> None:
    """It sends whatever the time of the test is."""
    with psycopg.connect(beside(servers.database_url, "browser")) as db:
        db.execute("UPDATE workspace SET quiet_from = quiet_until")


def qr_of(servers: Servers, phone: Phone) -> str:
    """What the picture says: no library here reads pictures."""
    with psycopg.connect(beside(servers.database_url, "browser")) as db:
        asked = "SELECT qr FROM link_request WHERE id = %s"
        (text,) = db.execute(asked, [phone.path.rpartition("/")[2]]).fetchone() or ("",)
    return str(text)


def of(whatsapp: PeerProcess, number: str) -> list[str]:
    """Whom this number's messages of the campaign reached, in order."""
    return [
        entry.to for entry in whatsapp.ledger() if entry.session == number and "laddus" in (entry.text or "")
    ]
