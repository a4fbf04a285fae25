"""Coming in with a login and a password."""

from sqlalchemy import select

from models.access import Person
from models.db import transaction
from services.access import passwords, sessions
from services.access.logins import NotALogin, spelled
from services.access.throttle import WRONG_AT_ADDRESS, WRONG_LOGINS, check, count, forgive, spend
from services.errors import BroadcasterError
from services.i18n import LANGUAGES, N_


class WrongLogin(BroadcasterError):
    """Says not which of the two is wrong: that would tell strangers who is a customer."""

    sentence = N_("This login and password do not fit together. Please try again.")


async def log_in(login: str, password: str, *, ip: str, agent: str = "", language: str | None = None) -> str:
    """The secret of a new session, for the browser's cookie. `ip` and `agent` describe the browser;
    `language`, if one was chosen in it, becomes the person's.

    Raises:
        WrongLogin: after the same time whether the login is known or not.
        TooManyTries: by this address, or with this login from anywhere; the password was not looked at.
    """
    try:
        who = spelled(login)
    except NotALogin:
        who = login.strip().lower()
    await check(WRONG_AT_ADDRESS, ip)
    # Counted before the slow comparison, so that a thousand tries at once are no way around it.
    await spend(WRONG_LOGINS, who)
    person = await _known(who)
    kept = None if person is None else person.password_hash
    if not await passwords.matches(password, kept) or person is None:
        await count(WRONG_AT_ADDRESS, ip)
        raise WrongLogin()
    await forgive(WRONG_LOGINS, who)
    async with transaction() as db:
        if language is not None and language in LANGUAGES and language != person.language:
            person.language = language
            db.add(person)
        return await sessions.begin(db, person, agent=agent)


async def _known(login: str) -> Person | None:
    async with transaction() as db:
        return (await db.scalars(select(Person).where(Person.login == login))).one_or_none()  # type: ignore[arg-type]
