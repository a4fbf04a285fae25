"""Carries what waits to the phones: once each, and never a second time for the sake of certainty."""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from sqlalchemy import text

from models.db import transaction
from models.states import News
from services.i18n import words
from services.key import key_in_use
from services.notices.seal import BadKey, Browser, seal, signature
from services.notices.wording import BODIES, TITLES

AT_ONCE = 10
TIMEOUT_S = 10.0
KEPT_S = 6 * 3600  # by the push service, for a phone that is off; older news is none
GONE = {401, 403, 404, 410}  # unsubscribed, or our key changed: asking again is up to them
log = logging.getLogger(__name__)

# Taken before it is pushed: a crash in between costs a notice, and tells nobody twice.
TAKE = text("""
DELETE FROM notice
 WHERE id IN (SELECT id FROM notice ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED)
RETURNING workspace_id, news, campaign, path, created_at > now() - interval '6 hours'
""")

PHONES = text("""
SELECT u.id, u.endpoint, u.public_key, u.auth, u.site, p.language
  FROM push_subscription u
  JOIN session s ON s.secret_hash = u.session AND s.revoked_at IS NULL AND s.expires_at > now()
  JOIN person p ON p.id = u.person_id
 WHERE u.workspace_id = :workspace_id
""")

FORGET = text("DELETE FROM push_subscription WHERE id = :id AND workspace_id = :workspace_id")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice, as TAKE reads it."""

    workspace_id: int
    news: News
    campaign: str
    path: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser that asked for it, as PHONES reads it."""

    id: int
    browser: Browser
    site: str
    language: str


async def push_waiting() -> int:
    """A duty: push what waits; how many notices there were."""
    async with transaction() as db:
        taken = [tuple(row) for row in await db.execute(TAKE)]
    fresh = [Waiting(row[0], News(row[1]), row[2], row[3]) for row in taken if row[4]]
    if fresh:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            carrier = Carrier(client)
            for notice in fresh:
                await carrier.carry(notice)
    return len(taken)


class Carrier:
    """Posts to the browsers' push services, a few at a time."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def carry(self, notice: Waiting) -> None:
        """To all phones of its workspace; those that are gone are forgotten."""
        gone = await asyncio.gather(*(self._push(notice, phone) for phone in await _phones(notice)))
        async with transaction() as db:
            for subscription_id in filter(None, gone):
                await db.execute(FORGET, {"id": subscription_id, "workspace_id": notice.workspace_id})

    async def _push(self, notice: Waiting, phone: Phone) -> int | None:
        """The subscription's id if it is of no use any more."""
        async with self._turns:
            try:
                body, headers = await asyncio.to_thread(_dressed, notice, phone)
                answer = await self._client.post(phone.browser.endpoint, content=body, headers=headers)
            except BadKey:
                return phone.id
            except httpx.HTTPError as e:
                log.warning("a phone could not be told: %s", e)
                return None
        if answer.is_error:
            log.warning("a phone could not be told: %s from its push service", answer.status_code)
        return phone.id if answer.status_code in GONE else None


async def _phones(notice: Waiting) -> Sequence[Phone]:
    async with transaction() as db:
        rows = (await db.execute(PHONES, {"workspace_id": notice.workspace_id})).all()
    return [Phone(row[0], Browser(row[1], row[2], row[3]), row[4], row[5]) for row in rows]


def _dressed(notice: Waiting, phone: Phone) -> tuple[bytes, dict[str, str]]:
    """The sealed body, and the headers with our signature."""
    _ = words(phone.language)
    shown = {
        "title": _(TITLES[notice.news]),
        "body": _(BODIES[notice.news], campaign=notice.campaign),
        "path": notice.path,
        "language": phone.language,
    }
    headers = {
        "Authorization": signature(key_in_use(), phone.browser.endpoint, phone.site),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_S),
        "Urgency": "normal" if notice.news is News.FINISHED else "high",
    }
    return seal(phone.browser, json.dumps(shown, ensure_ascii=False).encode()), headers
