"""A number is understood however it was written; one that cannot be used says why."""

import pytest

from models.phone import NotAPhone, PhoneProblem, mask, parse, shown

RAVI = "+919876543210"


@pytest.mark.parametrize(
    "written",
    [
        "9876543210", "+919876543210", "919876543210", "09876543210", "00919876543210", "+91 98765 43210",
        "098765-43210", "(+91) 98765 43210", "+91 (0) 98765-43210", "98765.43210", " 9876543210 ",
        "९८७६५४३२१०", "+९१ ९८७६५ ४३२१०", "૯૮૭૬૫૪૩૨૧૦", "919876543210.0", "9876543210.00",
        "9.19876543210E+11", "9.876543210e9", "'9876543210", '="9876543210"', "\u202a+91 98765 43210\u202c",
        "tel:+919876543210", "p:+919876543210", "9876543210 (Ravi)", "9876543210 / 9123456789",
        "9876543210 ::: 9123456789", "020-25501234, 9876543210",
    ],
)  # fmt: skip
def test_ravi_however_he_is_written(written: str) -> None:
    assert parse(written) == RAVI


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("+1 415 555 2671", "+14155552671"),
        ("0044 7911 123456", "+447911123456"),
        ("971501234567", "+971501234567"),
    ],
)
def test_people_abroad_keep_their_country(written: str, phone: str) -> None:
    assert parse(written) == phone


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", PhoneProblem.EMPTY),
        ("  ", PhoneProblem.EMPTY),
        ("9.19877E+11", PhoneProblem.LOST_DIGITS),
        ("9,19877E+11", PhoneProblem.LOST_DIGITS),
        ("9.876543E+09", PhoneProblem.LOST_DIGITS),
        ("12345", PhoneProblem.TOO_SHORT),
        ("98765 4321", PhoneProblem.TOO_SHORT),
        ("98765432101", PhoneProblem.TOO_LONG),
        ("98765O3210", PhoneProblem.TOO_SHORT),
        ("020-25501234", PhoneProblem.LANDLINE),
        ("Ravi", PhoneProblem.NOT_A_NUMBER),
        ("-", PhoneProblem.NOT_A_NUMBER),
    ],
)
def test_what_is_no_mobile_says_why(written: str, problem: PhoneProblem) -> None:
    with pytest.raises(NotAPhone) as told:
        parse(written)
    assert told.value.problem == problem


def test_a_number_is_shown_as_people_read_it() -> None:
    assert shown(RAVI) == "+91 98765 43210"
    assert shown("+14155552671") == "+1 415-555-2671"


def test_a_masked_number_keeps_its_secret() -> None:
    assert mask(RAVI) == "+91 98•••••210"
