"""Why a number cannot be used, as a sentence for the customer."""

from collections.abc import Mapping

from models.phone import NotAPhone, PhoneProblem, parse
from services.errors import Invalid
from services.i18n import N_

PHONE_SENTENCES: Mapping[PhoneProblem, str] = {
    PhoneProblem.EMPTY: N_("There is no mobile number."),
    PhoneProblem.LOST_DIGITS: N_(
        "Excel shortened this number and its last digits are lost. In the original file select the column,"
        " choose Format Cells, Number, 0 decimal places, and save it again."
    ),
    PhoneProblem.TOO_SHORT: N_("This number has too few digits."),
    PhoneProblem.TOO_LONG: N_(
        "This number has too many digits. A number from abroad needs + and the country code."
    ),
    PhoneProblem.LANDLINE: N_("This is not a mobile number: Indian mobiles begin with 6, 7, 8 or 9."),
    PhoneProblem.NOT_A_NUMBER: N_("This is not a mobile number."),
}


def phone_from(typed: str) -> str:
    """E.164 of what somebody typed. Raises Invalid with the sentence that says what is wrong."""
    try:
        return parse(typed)
    except NotAPhone as e:
        raise Invalid(PHONE_SENTENCES[e.problem]) from None
