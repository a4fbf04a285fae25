"""What people do again and again, from one screen to the next."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from tests.browser.phone import Phone

PASSWORD = "tulsi and turmeric"


async def signs_up(phone: Phone, name: str, login: str) -> None:
    await phone.opens("/signup")
    await phone.types("Your name", name)
    await phone.types("Name of your business", f"{name}'s Sweets")
    await phone.types("Mobile number or e-mail", login)
    await phone.types("Password", PASSWORD)
    await phone.taps("Sign up")
    await phone.is_at("/")


async def pastes(phone: Phone, people: Sequence[str]) -> None:
    """Contacts who agreed, by number; ends at "Write to them"."""
    await phone.opens("/contacts/import")
    await phone.types("Each line: name and number", "\n".join(f"Ravi {phone}" for phone in people))
    await phone.taps("Check")
    await phone.is_at("/contacts/import/[0-9]+")
    await adds_them(phone, len(people))


async def adds_them(phone: Phone, how_many: int) -> None:
    await phone.taps("All these people agreed")
    await phone.taps(f"Add {how_many:,} people")
    await phone.sees(f"{how_many:,} people were added.")


async def writes_to_everybody(phone: Phone, text: str, *, sent_from: str = "") -> None:
    """From "Write to them" to the check before sending."""
    await phone.taps("Write to them")
    await phone.is_at("/campaigns/[0-9]+/edit")
    await phone.taps("Everybody who agreed")
    if sent_from:
        await phone.taps(sent_from)
    await phone.sees("people will get it")
    await phone.types("Message (English)", text)
    await phone.sees("Saved")
    await phone.taps("Check and send")
    await phone.is_at("/campaigns/[0-9]+/review")
    await phone.taps("2 to 5 seconds")
    if not sent_from:
        await phone.taps("As fast as it can")


def in_file(file: Path) -> dict[str, str]:
    """Who is in the downloaded file, and what it says of them."""
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    return {row["Mobile number"].replace(" ", ""): row["Status"] for row in rows}
