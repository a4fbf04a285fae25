"""Linked numbers, with the shipped neonize and the peer as the wire: what they weigh, and how fast they are.

The peer runs on the same machine and takes its share of it: rates are lower bounds.
"""

import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import psutil

from services.gateways.linked import Linked, wire
from services.gateways.protocol import Accepted, Opened, Outgoing
from tests.bench.figure import Figure
from tests.gateways.linked_rig import Deaf, launcher, link, new_phone
from tests.peers.whatsapp.process import PeerProcess

SENDERS = 100
LINKED_AT_ONCE = 4
OPENED_AT_ONCE = 20  # as the engine does
ONE_SENDS = 200
ALL_SEND = 10
WOKEN = 10
WATCHED_S = 15.0
ROUND_TRIPS = 2000
MEMORY_MB = 1500.0
IDLE_PERCENT = 5.0
WAKE_S = 2.0

PEOPLE = count(10**7)


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="broadcaster-") as folder:
        peer = PeerProcess(Path(folder) / "peer")
        peer.start()
        gateway = Linked(Path(folder) / "linked", Deaf(), launcher(peer, "peers.whatsapp.trusting"))
        try:
            phones = await _link_all(gateway, peer)
            return await _measure(gateway, phones)
        finally:
            await gateway.aclose()
            peer.kill()


async def _measure(gateway: Linked, phones: dict[int, str]) -> list[Figure]:
    first, *_ = phones
    cold_s = await _timed(lambda: _open(gateway, first, phones[first]))
    woken = await _open_all(gateway, phones)
    children = [psutil.Process(host.pid) for host in gateway._hosts.all]
    idle = await _idle_percent(children)
    memory = sum(child.memory_full_info().pss for child in children) / 1e6
    one = await _rate(gateway, {first: phones[first]}, ONE_SENDS)
    before, began = _cpu_s(children), time.monotonic()
    everybody = await _rate(gateway, phones, ALL_SEND)
    sending_s, took_s = _cpu_s(children) - before, time.monotonic() - began
    busy = sum(child.memory_full_info().pss for child in children) / 1e6
    return [
        _below(f"{SENDERS} linked numbers connected, MB in all", memory, MEMORY_MB),
        _figure("… each, MB", memory / SENDERS),
        _figure("… after they have sent, MB in all", busy),
        _below("… idle, % of a core", idle, IDLE_PERCENT),
        _figure("… sending flat out, % of a core", 100 * sending_s / took_s),
        _figure("… CPU, ms a message to somebody new", 1000 * sending_s / (SENDERS * ALL_SEND)),
        _figure("… open files", sum(child.num_fds() for child in children)),
        _figure("… threads", sum(child.num_threads() for child in children)),
        _figure("the first number wakes, its child too, s", cold_s),
        _figure("a number wakes beside others, median s", statistics.median(woken)),
        _below(f"… the slowest of {WOKEN}, s", max(woken), WAKE_S),
        _figure("one number to new people, messages/s", one),
        _figure(f"{SENDERS} numbers to new people, messages/s", everybody),
        _figure("a question to a child and back, µs", await _round_trip(gateway)),
    ]


def _figure(name: str, ours: float) -> Figure:
    return Figure(name, ours, 0.0, 0.0, "", holds=True)


def _below(name: str, ours: float, most: float) -> Figure:
    return Figure(name, ours, 0.0, 0.0, f"< {most:g}", ours < most)


async def _link_all(gateway: Linked, peer: PeerProcess) -> dict[int, str]:
    phones = {sender_id: new_phone() for sender_id in range(1, SENDERS + 1)}
    await _each(phones, LINKED_AT_ONCE, lambda i: link(gateway, peer, phones[i], i))
    return phones


async def _open_all(gateway: Linked, phones: dict[int, str]) -> list[float]:
    """All of them; then how long a few took that slept again, with all children running."""

    async def opened(sender_id: int) -> None:
        await _open(gateway, sender_id, phones[sender_id])

    await _each(list(phones)[1:], OPENED_AT_ONCE, opened)
    took = []
    for sender_id in list(phones)[1 : WOKEN + 1]:
        await gateway.close(sender_id)
        began = time.monotonic()
        await _open(gateway, sender_id, phones[sender_id], 2)
        took.append(time.monotonic() - began)
    return took


async def _open(gateway: Linked, sender_id: int, phone: str, epoch: int = 1) -> None:
    await gateway.open(Opened(sender_id, epoch, phone))


async def _each(
    senders: "list[int] | dict[int, str]", at_once: int, act: Callable[[int], Awaitable[None]]
) -> None:
    room = asyncio.Semaphore(at_once)

    async def in_turn(sender_id: int) -> None:
        async with room:
            await act(sender_id)

    await asyncio.gather(*(in_turn(sender_id) for sender_id in senders))


async def _rate(gateway: Linked, phones: dict[int, str], each: int) -> float:
    async def send(sender_id: int) -> None:
        for _ in range(each):
            message = Outgoing(f"+9198{next(PEOPLE):08}", "Diwali sweets are here", secrets.token_bytes(32))
            outcome = await gateway.send(sender_id, message)
            assert isinstance(outcome, Accepted), outcome

    return len(phones) * each / await _timed(lambda: _each(phones, len(phones), send))


async def _idle_percent(children: list[psutil.Process]) -> float:
    before = _cpu_s(children)
    await asyncio.sleep(WATCHED_S)
    return 100 * (_cpu_s(children) - before) / WATCHED_S


def _cpu_s(children: list[psutil.Process]) -> float:
    return float(sum(sum(child.cpu_times()[:2]) for child in children))


async def _round_trip(gateway: Linked) -> float:
    host = gateway._hosts.all[0]

    async def ask() -> None:
        for _ in range(ROUND_TRIPS):
            await host.ask(lambda call: wire.Close(call, 0))

    return 1e6 * await _timed(ask) / ROUND_TRIPS


async def _timed(act: Callable[[], Awaitable[None]]) -> float:
    began = time.monotonic()
    await act()
    return time.monotonic() - began
