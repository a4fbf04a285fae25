"""Phone numbers as people write them, and as we keep them: E.164, "+919876543210"."""

import re
import unicodedata
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType


class PhoneProblem(StrEnum):
    """Why something is no number we can write to. services/contacts/problems.py has a sentence for each."""

    EMPTY = "empty"
    LOST_DIGITS = "lost_digits"  # a spreadsheet wrote 9.19877E+11: the last digits are gone
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LANDLINE = "landline"
    NOT_A_NUMBER = "not_a_number"


class NotAPhone(ValueError):
    """What `parse` raises."""

    def __init__(self, problem: PhoneProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


# Nearly every cell of an Indian list matches the first, at a sixth of what `phonenumbers` costs.
PLAIN = re.compile(r"\s*(?:\+?91[\s-]?|0)?([6-9]\d{9})(?:\.0+)?\s*", re.ASCII)
COMPACT = re.compile(r"(?:\+91|0091|91)?0?([6-9]\d{9})", re.ASCII)
SCIENTIFIC = re.compile(r"\+?\d(?:[.,](\d*))?e\+?(\d{1,3})", re.ASCII | re.IGNORECASE)
WHOLE_FLOAT = re.compile(r"\.0+$", re.ASCII)
SEVERAL = re.compile(r"[,;/|&\n]|:::")
NO_DIGIT = re.compile(r"[^\d+]", re.ASCII)
FROM_ABROAD = 12  # digits; shorter ones without a + are rather mistyped Indian numbers


def parse(raw: str, region: str = "IN") -> str:
    """The number in E.164. Understands +91, 0, 91 and 0091, any spacing, any digits, "919876543210.0".

    A cell with several numbers gives the first that can be used.

    Raises:
        NotAPhone: a ValueError that knows its `problem`.
    """
    if region == "IN" and (plain := PLAIN.fullmatch(raw)):
        return "+91" + plain[1]
    given = _latin_digits(raw).strip(" \t\r\n'\"=\u200e\u200f\u202a\u202c\u2060\ufeff")
    if not given:
        raise NotAPhone(PhoneProblem.EMPTY)
    given = _whole(given)
    for piece in SEVERAL.split(given) if SEVERAL.search(given) else ():
        try:
            return _one(piece, region)
        except NotAPhone:
            continue
    return _one(given, region)


def mask(phone: str) -> str:
    """For logs and shared screens: "+91 98•••••210"."""
    return f"{phone[:3]} {phone[3:5]}•••••{phone[-3:]}"


def is_made_up(phone: str) -> bool:
    """Whether it belongs to nobody: no Indian operator has numbers that begin with 61. For rehearsals."""
    return phone.startswith("+9161")


def shown(phone: str) -> str:
    """As people read it: "+91 98765 43210"."""
    if phone.startswith("+91") and len(phone) == 13:
        return f"+91 {phone[3:8]} {phone[8:]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return phone


def _latin_digits(raw: str) -> str:
    """९८७६५ → 98765, whatever the script."""
    if raw.isascii():
        return raw
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in raw)


def _whole(given: str) -> str:
    """Undo what spreadsheets make of a number, where nothing is lost."""
    scientific = SCIENTIFIC.fullmatch(given)
    if scientific is None:
        return WHOLE_FLOAT.sub("", given)
    decimals, exponent = scientific[1] or "", int(scientific[2])
    if len(decimals) < exponent:
        raise NotAPhone(PhoneProblem.LOST_DIGITS)
    if decimals[exponent:].strip("0"):
        raise NotAPhone(PhoneProblem.NOT_A_NUMBER)
    return given.lstrip("+")[0] + decimals[:exponent]


def _one(given: str, region: str) -> str:
    digits = NO_DIGIT.sub("", given)
    if region == "IN" and (indian := COMPACT.fullmatch(digits)):
        return "+91" + indian[1]
    digits = digits[:1] + digits[1:].replace("+", "")
    count = len(digits.lstrip("+"))
    if count < 5:
        raise NotAPhone(PhoneProblem.TOO_SHORT if count else PhoneProblem.NOT_A_NUMBER)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return _judged(digits, region)


def _judged(digits: str, region: str) -> str:
    """What the world's numbering plans say of `digits`."""
    tries = [digits]
    if not digits.startswith(("+", "0")) and len(digits) >= FROM_ABROAD:
        tries.append("+" + digits)
    for written in tries:
        try:
            number = phonenumbers.parse(written, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            if number.country_code == 91 and phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE:
                raise NotAPhone(PhoneProblem.LANDLINE)
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise NotAPhone(_why_not(digits))


def _why_not(digits: str) -> PhoneProblem:
    national = re.sub(r"^(?:\+91|0)", "", digits).lstrip("+")
    if len(national) < 10:
        return PhoneProblem.TOO_SHORT
    return PhoneProblem.TOO_LONG if len(national) > 10 else PhoneProblem.NOT_A_NUMBER
