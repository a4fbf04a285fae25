"""Pages that follow what happens: one subscription to the announcements per process, whoever looks.

An announcement says only *that* a topic changed; a page then reads the truth and shows it. A page that
is not connected is left alone, and looks once more the moment it is back.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from functools import partial
from typing import Generic, TypeVar

from nicegui import Client, ui

from services.away import DATABASE_AWAY, PATIENCE_S
from services.live import end, listen
from services.watched import watched as watched_over
from ui.beat import Beat

# An announcement can get lost, and Redis may be away: campaigns are looked at by themselves as well.
SAFETY_NET_S = 5.0

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
log = logging.getLogger(__name__)

_watched: defaultdict[str, set[Beat]] = defaultdict(set)
_running: list[asyncio.Task[None]] = []


def start_live() -> None:
    """Begin to hear announcements; once per process, on the event loop."""
    listening = watched_over(partial(listen, hear))
    _running[:] = [asyncio.create_task(listening), asyncio.create_task(_safety_net())]


async def stop_live() -> None:
    """Hear nothing more."""
    await end(_running)
    _running.clear()


async def hear(topics: frozenset[str]) -> None:
    """Poke who watches one of `topics`; none at all means that we may have missed some: poke everybody."""
    for topic in topics or list(_watched):
        for beat in list(_watched.get(topic, ())):
            beat.poke()


def watched() -> frozenset[str]:
    """The topics that somebody watches in this process."""
    return frozenset(_watched)


def watch(topics: Iterable[str], refresh: Callable[[], Awaitable[None]]) -> None:
    """Call `refresh` in this page's context when one of `topics` is announced.

    At most twice a second, never twice at once, and always once more after the last announcement; when
    the page connects, and when it comes back. Ends with the page. For a page with many viewers see
    Snapshots.
    """
    client = ui.context.client

    async def turn() -> None:
        if _is_looking(client):
            with client:
                await refresh()

    beat = Beat(turn)
    followed = frozenset(topics)
    _follow(followed, beat)

    def leave() -> None:
        _leave(followed, beat)
        beat.stop()

    client.on_connect(beat.poke)
    client.on_delete(leave)


class Snapshots(Generic[K, T]):
    """One thing that many pages show: read once a tick per process, shown by each.

    `read` must depend on the key alone, so put the workspace's id into the key: who may see one
    snapshot of a key may see them all. While the database is away, `away` says what is shown in place of
    the last snapshot.
    """

    def __init__(
        self, read: Callable[[K], Awaitable[T]], *, topic: Callable[[K], str], away: Callable[[T], T]
    ) -> None:
        self._read = read
        self._topic = topic
        self._away = away
        self._last: dict[K, T] = {}
        self._viewers: dict[K, dict[Client, Callable[[T], None]]] = {}
        self._beats: dict[K, Beat] = {}

    def watch(self, key: K, show: Callable[[T], None]) -> None:
        """Call `show` in this page's context with each new snapshot of `key`. Ends with the page."""
        client = ui.context.client
        self.join(key, client, show)
        client.on_connect(lambda: self.poke(key))
        client.on_delete(lambda: self.leave(key, client))

    def last(self, key: K) -> T | None:
        """What is shown of `key` on other pages right now, if it is on any; read at once."""
        return self._last.get(key)

    def join(self, key: K, client: Client, show: Callable[[T], None]) -> None:
        if key not in self._beats:
            self._viewers[key] = {}
            self._beats[key] = Beat(lambda: self._turn(key))
            _follow({self._topic(key)}, self._beats[key])
        self._viewers[key][client] = show

    def leave(self, key: K, client: Client) -> None:
        viewers = self._viewers.get(key, {})
        viewers.pop(client, None)
        if not viewers and key in self._beats:
            beat = self._beats.pop(key)
            _leave({self._topic(key)}, beat)
            beat.stop()
            del self._viewers[key]
            self._last.pop(key, None)

    def poke(self, key: K) -> None:
        if key in self._beats:
            self._beats[key].poke()

    async def _turn(self, key: K) -> None:
        if not any(map(_is_looking, self._viewers[key])):
            return
        snapshot = await self._seen(key)
        if snapshot is None:
            return
        for client, show in list(self._viewers.get(key, {}).items()):
            if _is_looking(client):
                client.safe_invoke(partial(show, snapshot))  # one that breaks is logged, the others go on

    async def _seen(self, key: K) -> T | None:
        """The truth; while nobody can read it, the last that was read, with a word about that."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                seen = self._last[key] = await self._read(key)
        except (*DATABASE_AWAY, TimeoutError) as e:
            log.warning("the numbers on the screens stand still: %s", e)
            last = self._last.get(key)
            return None if last is None else self._away(last)
        return seen


async def _safety_net() -> None:
    while True:
        await asyncio.sleep(SAFETY_NET_S)
        for topic in watched():
            if topic.startswith("campaign:"):
                await hear(frozenset({topic}))


def _is_looking(client: Client) -> bool:
    """Connected, and not emptied because its session has ended (ui/access/kick.py)."""
    return client.has_socket_connection and not client.content.is_deleted


def _follow(topics: Iterable[str], beat: Beat) -> None:
    for topic in topics:
        _watched[topic].add(beat)


def _leave(topics: Iterable[str], beat: Beat) -> None:
    for topic in topics:
        _watched[topic].discard(beat)
        if not _watched[topic]:
            del _watched[topic]
