"""What people log in with: a mobile number or an e-mail address, always spelled the same way."""

import re

from models.phone import parse
from services.errors import BroadcasterError
from services.i18n import N_

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
LONGEST = 254  # characters of an e-mail address


class NotALogin(BroadcasterError):
    sentence = N_("Please give a mobile number or an e-mail address.")


def spelled(login: str) -> str:
    """A mobile in E.164 (Indian where no country is given), an e-mail address in small letters.

    Raises:
        NotALogin: it is neither.
    """
    given = login.strip()
    if "@" in given:
        if len(given) > LONGEST or ADDRESS.fullmatch(given) is None:
            raise NotALogin()
        return given.lower()
    try:
        return parse(given)
    except ValueError:
        raise NotALogin() from None
