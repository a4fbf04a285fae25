"""A browser asks to be told, and to be told no more."""

from urllib.parse import urlsplit

from sqlalchemy import text

from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.errors import Invalid
from services.i18n import N_
from services.key import key_in_use
from services.notices.seal import BadKey, from_b64, our_name, point

# The services of the browsers. Nothing is ever posted to another address: a browser could name any.
KNOWN = (
    "https://fcm.googleapis.com",
    "https://*.push.services.mozilla.com",
    "https://*.notify.windows.com",
    "https://*.push.apple.com",
)
LONGEST_ENDPOINT = 2000
AUTH_BYTES = 16
MOST_OF_A_PERSON = 20  # browsers; the oldest gives way

SUBSCRIBE = text("""
INSERT INTO push_subscription (workspace_id, person_id, session, endpoint, public_key, auth, site)
VALUES (:workspace_id, :person_id, :session, :endpoint, :public_key, :auth, :site)
ON CONFLICT (endpoint) DO UPDATE
   SET workspace_id = :workspace_id, person_id = :person_id, session = :session,
       public_key = :public_key, auth = :auth, site = :site, created_at = now()
""")

TOO_MANY = text("""
DELETE FROM push_subscription
 WHERE workspace_id = :workspace_id AND person_id = :person_id AND id NOT IN (
       SELECT id FROM push_subscription WHERE workspace_id = :workspace_id AND person_id = :person_id
        ORDER BY created_at DESC, id DESC LIMIT :most)
""")

UNSUBSCRIBE = text("""
DELETE FROM push_subscription
 WHERE workspace_id = :workspace_id AND person_id = :person_id AND endpoint = :endpoint
RETURNING id
""")

SUBSCRIBED = text("""
SELECT EXISTS (SELECT 1 FROM push_subscription
                WHERE workspace_id = :workspace_id AND session = :session AND endpoint = :endpoint)
""")


def name_of_ours() -> str:
    """The public key that browsers subscribe to."""
    return our_name(key_in_use())


async def subscribe(actor: Actor, endpoint: str, *, public_key: str, auth: str, site: str) -> None:
    """Tell this browser of the workspace's news while this session lasts.

    Args:
        public_key, auth: base64url, as the browser gives them.
        site: "https://shop.example", where the page that asked is.

    Raises:
        Invalid: an address that is no push service's, or keys that are none.
    """
    try:
        key, secret = from_b64(public_key), from_b64(auth)
        point(key)
    except BadKey as e:
        raise Invalid(NOT_POSSIBLE) from e
    if not is_known(endpoint) or len(secret) != AUTH_BYTES:
        raise Invalid(NOT_POSSIBLE)
    mine = _mine(actor)
    told = {**mine, "session": actor.session, "endpoint": endpoint, "site": site}
    async with transaction() as db:
        await db.execute(SUBSCRIBE, {**told, "public_key": key, "auth": secret})
        await db.execute(TOO_MANY, {**mine, "most": MOST_OF_A_PERSON})
        await note(db, actor, Deed.NOTICES_ON)


async def unsubscribe(actor: Actor, endpoint: str) -> None:
    """Tell it nothing more; safe to do twice."""
    async with transaction() as db:
        if await db.scalar(UNSUBSCRIBE, {**_mine(actor), "endpoint": endpoint}) is not None:
            await note(db, actor, Deed.NOTICES_OFF)


async def is_subscribed(actor: Actor, endpoint: str) -> bool:
    """Whether this browser is told, for this session."""
    asked = {"workspace_id": actor.workspace_id, "session": actor.session, "endpoint": endpoint}
    async with transaction() as db:
        return bool(await db.scalar(SUBSCRIBED, asked))


def is_known(endpoint: str) -> bool:
    """Whether it is an address of a browser's push service."""
    try:
        found = urlsplit(endpoint)
    except ValueError:
        return False
    site = f"{found.scheme}://{found.netloc}"
    return len(endpoint) <= LONGEST_ENDPOINT and any(_fits(site, known) for known in KNOWN)


def _fits(site: str, known: str) -> bool:
    scheme, star, host = known.partition("*")
    if not star:
        return site == known
    return site.startswith(scheme) and site.endswith(host) and "@" not in site


def _mine(actor: Actor) -> dict[str, object]:
    return {"workspace_id": actor.workspace_id, "person_id": actor.person_id}


NOT_POSSIBLE = N_("This browser cannot be told. Please try another one.")
