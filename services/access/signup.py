"""A new shop: its workspace, its first person, and a sandbox to rehearse with at once."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.access import Person, Workspace
from models.db import transaction
from models.sender import Sender
from models.states import Channel, SenderStatus
from services.access import passwords, sessions
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.access.logins import spelled
from services.access.names import named
from services.access.throttle import SIGN_UPS, spend
from services.errors import BroadcasterError
from services.i18n import LANGUAGES, N_


class LoginTaken(BroadcasterError):
    sentence = N_("Somebody signed up with this before. If it was you, log in.")


async def sign_up(
    *,
    name: str,
    business: str,
    login: str,
    password: str,
    language: str = "en",
    ip: str = "",
    agent: str = "",
) -> str:
    """Found a workspace and log its owner in: the secret of the session, for the browser's cookie.

    Raises:
        Invalid: the name or the business is missing or too long.
        NotALogin, PasswordTooShort, PasswordTooLong: see logins.py and passwords.py.
        LoginTaken: this mobile or address has a workspace.
        TooManyTries: this address founds too many.
    """
    name, business = named(name), named(business)
    login = spelled(login)
    passwords.check(password)
    await spend(SIGN_UPS, ip)
    password_hash = await passwords.hashed(password)
    try:
        async with transaction() as db:
            owner = await found(
                db, name=name, business=business, login=login, password_hash=password_hash, language=language
            )
            await note(db, Actor(owner.id, owner.workspace_id, owner.name), Deed.SIGNED_UP, address=ip)
            return await sessions.begin(db, owner, agent=agent)
    except IntegrityError:
        raise LoginTaken() from None


async def found(
    db: AsyncSession,
    *,
    name: str,
    business: str,
    login: str,
    password_hash: str,
    language: str = "en",
    demo: bool = False,
) -> Person:
    """The rows of a new workspace; its owner. `login` is spelled as in logins.py.

    Raises:
        IntegrityError: the login is taken.
    """
    workspace = Workspace(name=business, demo=demo)
    db.add(workspace)
    await db.flush()
    owner = Person(
        workspace_id=workspace.id,
        name=name,
        login=login,
        password_hash=password_hash,
        language=language if language in LANGUAGES else "en",
    )
    sandbox = Sender(
        workspace_id=workspace.id, channel=Channel.SANDBOX, name="Sandbox", status=SenderStatus.ONLINE
    )
    db.add_all([owner, sandbox])
    await db.flush()
    return owner
