"""A line that breaks, a phone that sleeps, a server that starts anew: nothing is lost, all is right again.

The waits here are as long as people have them. How soon it is right again is up to the phone's pauses between
two attempts: those are looked at, for a busy machine proves nothing by the clock.
"""

import asyncio
import re
from collections import Counter
from pathlib import Path

import psycopg

from services.embedded import Servers
from services.embedded.program import free_port
from services.gateways.sandbox.ledger import read_ledger
from tests.browser.conftest import Hand, Open
from tests.browser.line import Line, line_to
from tests.browser.steps import pastes, writes_to_everybody
from tests.conftest import beside
from tests.start.person import started

CUT_S = 20
ASLEEP_S = 50
LONGEST_WAIT_MS = 2000
PEOPLE = ["+919811200010", "+919811200020", "+919811200030"]
NO_LINE = ("net::ERR_", "WebSocket connection", "fetching the script")  # the browser's own words for it
KNOCKS_OFTEN = f"window.socket.io.reconnectionDelayMax() <= {LONGEST_WAIT_MS}"
SOME_BUT_NOT_ALL = re.compile("Sent to [1-5] of 6 people")
AT_WORK_AGAIN = "window.did_handshake === true && window.socket.connected"


async def test_what_is_typed_while_the_line_is_cut_is_saved(
    broadcaster: Open, line: Line, hand: Hand
) -> None:
    asha = broadcaster.signs_up("Asha")
    phone, other = await hand(asha.cookies, line=line), await hand(asha.cookies)
    await phone.opens("/campaigns/new")
    await phone.is_at("/campaigns/[0-9]+/edit")
    await phone.types("Name of the campaign", "Diwali")

    with phone.expecting(*NO_LINE):
        line.cut()
        await phone.sees("The connection is lost")
        await phone.types("Message (English)", "Typed in the lift, {name|friend}")
        await asyncio.sleep(CUT_S)
        await phone.page.wait_for_function(KNOCKS_OFTEN)
        line.mend()
        await phone.sees("Saved")

    assert phone.pages_loaded <= 2  # /new, and where that leads: nothing was loaded anew
    await phone.holds("Message (English)", "Typed in the lift, {name|friend}")
    await other.opens(phone.path)
    await other.holds("Name of the campaign", "Diwali")
    await other.holds("Message (English)", "Typed in the lift, {name|friend}")


async def test_a_phone_that_slept_shows_what_happened_meanwhile(
    broadcaster: Open, line: Line, hand: Hand
) -> None:
    asha = broadcaster.signs_up("Asha")
    asleep, awake = await hand(asha.cookies, line=line), await hand(asha.cookies)
    await asleep.opens("/")
    life = await asleep.page.context.new_cdp_session(asleep.page)

    with asleep.expecting(*NO_LINE):
        await life.send("Debugger.enable")
        await life.send("Debugger.pause")  # nothing of the page runs
        line.cut()  # as phones do to what sleeps
        sleeping = asyncio.create_task(asyncio.sleep(ASLEEP_S))
        await pastes(awake, PEOPLE)
        await writes_to_everybody(awake, "Namaste!")
        await awake.taps("Launch now")
        await awake.sees("Finished on")
        await sleeping
        line.mend()
        await life.send("Debugger.resume")
        await life.send("Debugger.disable")
        await asleep.sees("Finished")


async def test_a_server_that_starts_anew_goes_on_where_it_was(
    servers: Servers, hand: Hand, tmp_path: Path
) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS restarted WITH (FORCE)")
        db.execute("CREATE DATABASE restarted")
    port = str(free_port())
    where = {"DATABASE_URL": beside(servers.database_url, "restarted"), "BROADCASTER_PORT": port}
    people = [f"+9198112100{n}" for n in range(10, 16)]
    async with line_to(f"http://localhost:{port}") as line:
        with started(tmp_path, **where) as before:
            before.reads("ready:")
            asha = Open(f"http://localhost:{port}", tmp_path, before).signs_up("Asha")
            phone = await hand(asha.cookies, line=line)
            await pastes(phone, people)
            await writes_to_everybody(phone, "Namaste!")
            await phone.taps("As slow as in life")
            await phone.taps("Launch now")
            await phone.is_at("/campaigns/[0-9]+")
            await phone.page.get_by_text(SOME_BUT_NOT_ALL).first.wait_for()
            with phone.expecting(*NO_LINE):
                before.presses_ctrl_c()
                await asyncio.to_thread(before.ended)
        with phone.expecting(*NO_LINE), started(tmp_path, **where) as after:
            await asyncio.to_thread(after.reads, "ready:")
            await phone.page.wait_for_function(AT_WORK_AGAIN)
            await phone.sees("Sent to 6 of 6 people", within_s=60)
            await phone.page.close()
    reached = Counter(sent.phone for sent in read_ledger(tmp_path / "sandbox"))
    assert reached == Counter(people)
