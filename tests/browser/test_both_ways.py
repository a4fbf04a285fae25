"""With servers of its own or with those of somebody else: nothing that a customer sees is different."""

from collections import Counter
from pathlib import Path

import httpx
import psycopg
import pytest

from services.embedded import Servers
from tests.browser.conftest import Hand, Open
from tests.browser.line import line_to
from tests.browser.messy import numbers
from tests.browser.steps import adds_them, in_file, signs_up, writes_to_everybody
from tests.browser.test_main_story import shows
from tests.browser.truth import GREETING, twice, whole_truth
from tests.conftest import beside
from tests.start.person import started

ENDS = (111, 222, 400, 404, 463, 500, 501, 502, 503)  # see "The sandbox" in README.md
PEOPLE = [phone for end, phone in enumerate(numbers(1000)) if end < 30 or end in ENDS]
FILE = "\n".join(["Name,Mobile", *(f"Ravi,{phone}" for phone in PEOPLE)]).encode()


@pytest.fixture(params=["its own servers", "servers of somebody else"])
def servers_given(request: pytest.FixtureRequest, servers: Servers) -> dict[str, str]:
    """What the environment says of them: other processes, reached over TCP."""
    if request.param == "its own servers":
        return {}
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS given WITH (FORCE)")
        db.execute("CREATE DATABASE given")
    return {"DATABASE_URL": beside(servers.database_url, "given"), "REDIS_URL": servers.redis_url}


@pytest.mark.timeout(300)
async def test_the_main_job_once_through(servers_given: dict[str, str], hand: Hand, tmp_path: Path) -> None:
    with started(tmp_path, **servers_given) as one:
        one.reads("ready:")
        here = Open(f"http://localhost:{one.port}", tmp_path, one)
        assert (await health(here))["sending"] == 1, "the demo shop's sandbox"
        async with line_to(here.address) as line:
            phone = await hand(line=line)
            await signs_up(phone, "Asha", "asha@shop.example")
            await phone.opens("/contacts/import")
            await phone.gives_file("grahak.csv", FILE)
            await phone.is_at("/contacts/import/[0-9]+")
            await adds_them(phone, len(PEOPLE))
            await writes_to_everybody(phone, GREETING + " {name|friend}")
            await phone.taps("Launch now")
            await phone.is_at("/campaigns/[0-9]+")
            await phone.sees("Finished on", within_s=200)
            truth = await whole_truth(tmp_path / "sandbox", PEOPLE)
            await shows(phone, Counter(truth.values()))
            await phone.taps("Sent")
            await phone.taps(f"All {len(PEOPLE)}")
            file = await phone.downloads("Download as CSV")
            assert in_file(await file.path()) == truth
            await phone.page.close()

        assert twice(tmp_path / "sandbox", PEOPLE) == []
        assert bool(one.servers()) == (not servers_given)
        one.process.terminate()
        assert one.ended_well()
    if servers_given:
        with psycopg.connect(servers_given["DATABASE_URL"]) as db:
            asked = "SELECT count(*) FROM contact WHERE phone = ANY(%s)"
            assert db.execute(asked, [PEOPLE]).fetchone() == (len(PEOPLE),)


async def health(here: Open) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=here.address) as somebody:
        answer = await somebody.get("/healthz")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
