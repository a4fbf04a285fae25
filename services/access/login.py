"""Coming in with a login and a password."""

import asyncio
import logging
from collections.abc import Sequence

from limits import RateLimitItem
from sqlalchemy import select

from models.access import Person
from models.db import transaction
from services.access import passwords, sessions
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.access.device import device
from services.access.logins import NotALogin, spelled
from services.access.throttle import (
    WRONG_AT_ADDRESS,
    WRONG_FROM_ANYWHERE,
    WRONG_LOGINS,
    WRONG_NOTED,
    WRONG_ON_DEVICE,
    check,
    count,
    forgive,
    network,
    spend,
)
from services.away import AWAY, PATIENCE_S
from services.errors import BroadcasterError, Invalid
from services.i18n import LANGUAGES, N_

_noting: set[asyncio.Task[None]] = set()
log = logging.getLogger(__name__)


class WrongLogin(BroadcasterError):
    """Says not which of the two is wrong: that would tell strangers who is a customer."""

    sentence = N_("This login and password do not fit together. Please try again.")


async def log_in(
    login: str, password: str, *, ip: str, agent: str = "", language: str | None = None, mark: str = ""
) -> str:
    """The secret of a new session, for the browser's cookie. `ip` and `agent` describe the browser, `mark` is
    device.py's; `language`, if one was chosen in it, becomes the person's.

    Raises:
        Invalid: something is not filled in; no try is counted.
        WrongLogin: after the same time whether the login is known or not.
        TooManyTries: by this address, with this login from anywhere, or by this browser if somebody came in
            from it before; the password was not looked at.
    """
    if not login.strip() or not password:
        raise Invalid(N_("Please fill in your mobile number or e-mail, and your password."))
    who, at = _as_kept(login), network(ip)
    # Counted before the slow comparison, so that a thousand tries at once are no way around it.
    tries = await _spent(who, at, mark)
    person = await _known(who)
    kept = None if person is None else person.password_hash
    if not await passwords.matches(password, kept) or person is None:
        await count(WRONG_AT_ADDRESS, at)
        if person is not None:
            _note_beside(person, ip)
        raise WrongLogin()
    for limit, whose in tries:
        await forgive(limit, whose)
    async with transaction() as db:
        if language is not None and language in LANGUAGES and language != person.language:
            person.language = language
            db.add(person)
        who_came = Actor(person.id, person.workspace_id, person.name)
        await note(db, who_came, Deed.LOGGED_IN, address=ip)
        return await sessions.begin(db, person, agent=agent)


def _as_kept(login: str) -> str:
    """As it is kept, or as it was typed where nobody can have it."""
    try:
        return spelled(login)
    except NotALogin:
        return login.strip().lower()


async def _spent(who: str, at: str, mark: str) -> Sequence[tuple[RateLimitItem, str]]:
    """What this try was counted against. A browser that was in before counts alone: the guesses of strangers
    do not keep it out, not even from its own address."""
    tries = [(WRONG_LOGINS, f"{at} {who}"), (WRONG_FROM_ANYWHERE, who)]
    if known := device(mark, who):
        tries = [(WRONG_ON_DEVICE, known)]
    else:
        await check(WRONG_AT_ADDRESS, at)
    for limit, whose in tries:
        await spend(limit, whose)
    return tries


def _note_beside(person: Person, ip: str) -> None:
    """Remember a wrong password, once in a while. Nobody waits for it: how long an answer takes may not tell
    whether a login is known."""
    noting = asyncio.create_task(_note_wrong(person, ip))
    _noting.add(noting)
    noting.add_done_callback(_noting.discard)


async def all_noted() -> None:
    """For the end of a process, before its pools are closed: what is being noted gets written, unless the
    database is away."""
    if _noting:
        await asyncio.wait(_noting, timeout=PATIENCE_S)


async def _note_wrong(person: Person, ip: str) -> None:
    try:
        if await count(WRONG_NOTED, str(person.id)):
            async with transaction() as db:
                shop = Actor(0, person.workspace_id, "")
                await note(db, shop, Deed.WRONG_PASSWORD, name=person.name, address=ip)
    except AWAY as e:
        log.warning("a wrong password was not noted: %s", e)


async def _known(login: str) -> Person | None:
    async with transaction() as db:
        return (await db.scalars(select(Person).where(Person.login == login))).one_or_none()  # type: ignore[arg-type]
