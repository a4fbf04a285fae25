"""The composition root: what Broadcaster is made of, in the order in which it starts. It stops in reverse.

    settings → port → servers → migrations → engine → pages

Whatever fails says so in one sentence, with exit code 2, and nothing stays half-started.
"""

import argparse
import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType
from typing import NoReturn

from models import migrate
from models.db import close_pool, open_pool
from scheduler.clockwork import DUTIES, Clockwork
from services import embedded
from services.access.login import all_noted
from services.consent.kept import open_kept
from services.contacts.reading import close_reading, open_reading
from services.gateways.linked import Linked
from services.gateways.registry import Gateways
from services.gateways.sandbox import Sandbox
from services.key import use_key
from services.media.store import open_store
from services.ops.bring_back import bring_back
from services.ops.demo import make_demo
from services.ops.health import watch_over
from services.redis_link import close_redis, open_redis
from services.senders.asker import Asker
from services.senders.friends import Friends
from services.senders.linker import Linker
from services.sending import loop
from services.sending.engine import Engine
from services.sending.hearing import Hearing
from services.sending.partitions import make_ahead
from services.settings import CannotStart, Settings, SettingsError, load


def main(words: list[str]) -> int:
    stop = StopSignals()
    try:
        settings = load(role=role_in(words))
        logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("alembic").setLevel(logging.WARNING)
        # It warns of each beat that a duty was too busy for; a duty that is late is told by /health.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        if settings.role != "worker":
            check_port(settings.host, settings.port)
        with embedded.start(settings) as servers:
            stop.when_repeated = servers.hurry
            settings = settings.model_copy(
                update={"database_url": servers.database_url, "redis_url": servers.redis_url}
            )
            migrate.upgrade(servers.database_url)
            if settings.role == "worker":
                loop.run(work(settings, stop))
            else:
                serve(settings)
    except CannotStart as e:
        print(e, file=sys.stderr)
        return 2
    return 0


@asynccontextmanager
async def ground(settings: Settings) -> AsyncIterator[None]:
    """What pages and engine stand on: the keyed hash, the pools, and room for the messages to come."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    use_key(settings.secret_key.encode())
    open_pool(settings.database_url)
    open_redis(settings.redis_url)
    open_reading(settings.data_dir / "imports")
    open_store(settings.data_dir / "media")
    watch_over(settings.data_dir, {name: every for name, (_job, every) in DUTIES.items()})
    open_kept(settings.data_dir / "said-stop")
    await make_ahead()
    await bring_back()
    try:
        yield
    finally:
        await close_reading()
        await all_noted()
        await close_redis()
        await close_pool()


@asynccontextmanager
async def engine(settings: Settings) -> AsyncIterator[None]:
    """What sends, and what keeps time: runs while the block runs."""
    hearing = Hearing()
    sandbox = Sandbox(settings.data_dir / "sandbox", hearing)
    linked = Linked(settings.data_dir / "linked", hearing)
    sending = Engine(Gateways(sandbox, linked), hearing)
    beside = Linker(sending.process, linked), Asker(linked, sandbox), Friends(linked)
    clock = Clockwork()
    await sending.start()
    for one in beside:
        await one.start()
    clock.start()
    try:
        yield
    finally:
        await clock.stop()
        for one in beside:
            await one.stop()
        await sending.stop()


@asynccontextmanager
async def pages(settings: Settings) -> AsyncIterator[None]:
    """What the screens need while they are open."""
    from ui.access import show_demo_login
    from ui.live import start_live, stop_live

    if settings.in_development:
        demo = await make_demo()
        show_demo_login(demo.login, demo.password)
        print(f"Look around as {demo.login} with the password {demo.password}", flush=True)
    start_live()
    try:
        yield
    finally:
        await stop_live()


def serve(settings: Settings) -> None:
    """The pages, and the engine beside them unless that is another process's role. Returns when told to."""
    # Imported late: it takes a second, and neither a worker nor nonsense in the settings should wait for it.
    from nicegui import app, background_tasks, ui
    from nicegui.server import Server

    from ui.pages import open_pages

    open_pages(production=not settings.in_development)

    async def say_when_listening() -> None:
        while not Server.instance.started:  # uvicorn has a flag, and no event
            await asyncio.sleep(0.02)
        print(f"Broadcaster is ready: {address(settings)}", flush=True)

    app.on_startup(lambda: background_tasks.create(say_when_listening(), name="say when listening"))
    nicegui_runs = app.router.lifespan_context

    @asynccontextmanager
    async def everything_runs(app: object) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:  # the first request finds all of it running
            await running.enter_async_context(ground(settings))
            await running.enter_async_context(nicegui_runs(app))
            loop.look_for_rings_seldom()  # uvicorn runs on the quickest loop by itself
            if settings.role == "all":
                await running.enter_async_context(engine(settings))
            await running.enter_async_context(pages(settings))
            yield

    app.router.lifespan_context = everything_runs
    ui.run(
        host=settings.host,
        port=settings.port,
        title="Broadcaster",
        favicon="ui/static/favicon.ico",
        language="en-US",
        reload=False,
        show=False,
        show_welcome_message=False,
        reconnect_timeout=60,  # "switch to WhatsApp and back" on a phone must not lose the page
        message_history_length=200,
        binding_refresh_interval=1.0,
        tailwind=False,
        gzip_middleware_factory=None,  # ui/packed.py does it once per file, not once per visitor
        fastapi_docs=False,
        ws_per_message_deflate=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=3,
    )


async def work(settings: Settings, stop: "StopSignals") -> None:
    """The engine alone. Returns when told to."""
    told = asyncio.Event()
    running = asyncio.get_running_loop()
    stop.when_first = lambda: running.call_soon_threadsafe(told.set)
    stop.when_repeated = leave
    async with ground(settings), engine(settings):
        print("Broadcaster's worker is ready.", flush=True)
        await told.wait()


class StopSignals:
    """Ctrl-C, SIGTERM and a closed terminal: the first stops in order, the next do not wait any longer.

    While the pages run, uvicorn listens instead; when it has stopped, it raises here what it heard.
    """

    def __init__(self) -> None:
        self.when_first: Callable[[], object] = leave
        self.when_repeated: Callable[[], object] = lambda: None
        self._heard = False
        signal.signal(signal.SIGINT, self._hear)
        signal.signal(signal.SIGTERM, self._hear)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # it is under nohup
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))

    def _hear(self, number: int, frame: FrameType | None) -> None:
        act = self.when_repeated if self._heard else self.when_first
        self._heard = True
        act()


def leave() -> NoReturn:
    """Unwinds what is under way, through every `with` that has something to stop."""
    raise SystemExit(0)


class Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message[:1].upper()}{message[1:]}: see python main.py --help.")


def role_in(words: list[str]) -> str | None:
    parser = Words(prog="main.py", description="Broadcaster: WhatsApp campaigns from your own server.")
    parser.add_argument("--role", help="all (the default), web: pages, no sending; worker: sending, no pages")
    role: str | None = parser.parse_args(words).role
    return role


def check_port(host: str, port: int) -> None:
    """Raises CannotStart now rather than after a minute of starting other things."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except PermissionError:
        raise CannotStart(
            f"Port {port} is for root only: choose one above 1023 with BROADCASTER_PORT=8080, behind a proxy."
        ) from None
    except OSError as e:
        if isinstance(e, socket.gaierror) or e.errno == errno.EADDRNOTAVAIL:
            raise CannotStart(
                f"BROADCASTER_HOST is {host!r}: it must be an address of this machine."
            ) from None
        raise CannotStart(
            f"Port {port} on {host} cannot be used ({e.strerror}): stop what uses it, or choose another port"
            f" with BROADCASTER_PORT={port + 1 if port < 65535 else 8080}."
        ) from None


def address(settings: Settings) -> str:
    everywhere = settings.host in ("127.0.0.1", "0.0.0.0", "::", "::1")
    return f"http://{'localhost' if everywhere else settings.host}:{settings.port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
