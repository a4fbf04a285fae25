"""Whatever breaks: nobody gets a message twice, nothing is lost, no limit is exceeded. And this can fail."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from models import migrate
from services import embedded
from services.embedded import Servers
from tests.chaos.judge import Verdict
from tests.chaos.run import run
from tests.chaos.worker import OF_LIMITS
from tests.conftest import House

SEED = (
    20264328  # its first five: a worker stopped, one frozen, Redis restarted, PostgreSQL crashed, one killed
)


@pytest.fixture
def own_servers() -> Iterator[Servers]:
    """Ours alone: they are killed here."""
    with TemporaryDirectory(prefix="broadcaster-") as folder, embedded.start_in(Path(folder)) as running:
        migrate.upgrade(running.database_url)
        yield running


@pytest.mark.timeout(400)
async def test_whatever_breaks_nobody_hears_twice_and_nothing_is_lost(
    own_servers: Servers, tmp_path: Path
) -> None:
    verdict = await run(
        own_servers, own_servers.database_url, tmp_path, SEED, messages=1024, numbers=64, accidents=5
    )
    assert verdict.clean, verdict
    assert verdict.waiting > 0, "the limits were reached"


async def rivals(servers: Servers, empty_house: House, guard: str) -> Verdict:
    """All three processes send for every number, as if leases were nothing, and read as if limits were."""
    return await run(
        servers,
        empty_house.database_url,
        empty_house.folder,
        SEED,
        messages=600,
        numbers=15,
        accidents=0,
        sabotage=guard,
    )


@pytest.mark.timeout(300)
async def test_rivals_for_one_number_write_to_nobody_twice_nor_beyond_a_limit(
    servers: Servers, empty_house: House
) -> None:
    verdict = await rivals(servers, empty_house, "rivals")
    wrong = (verdict.duplicates, verdict.lost, verdict.denied, verdict.miscounted, verdict.over_limit)
    assert (*wrong, verdict.unended) == (0, 0, 0, 0, 0, 0), verdict
    assert verdict.waiting > 0, "the limits were reached"
    print(verdict)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("guard", ["epoch", "token"])
async def test_without_a_guard_the_proof_finds_what_went_twice(
    servers: Servers, empty_house: House, guard: str
) -> None:
    verdict = await rivals(servers, empty_house, guard)
    print(verdict)
    assert verdict.duplicates > 0, verdict


@pytest.mark.timeout(300)
@pytest.mark.parametrize("guard", OF_LIMITS)
async def test_without_a_limit_at_the_mark_the_proof_finds_what_left_beyond_it(
    servers: Servers, empty_house: House, guard: str
) -> None:
    verdict = await rivals(servers, empty_house, guard)
    print(verdict)
    assert verdict.over_limit > 0, verdict
