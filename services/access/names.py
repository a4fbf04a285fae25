"""What people and businesses call themselves."""

from services.errors import Invalid
from services.i18n import N_

LONGEST_NAME = 80  # characters
JOINERS = "\u200c\u200d"  # Devanagari needs them


def named(given: str) -> str:
    """In one line, without what nobody can see. Raises Invalid: there is nothing in it, or too much."""
    seen = "".join(letter if letter.isprintable() or letter in JOINERS else " " for letter in given)
    name = " ".join(seen.split())
    if not name:
        raise Invalid(N_("Please fill in your name and the name of your business."))
    if len(name) > LONGEST_NAME:
        raise Invalid(N_("Please use a shorter name: {longest} characters at most."), longest=LONGEST_NAME)
    return name
