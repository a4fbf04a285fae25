"""Nobody gets a message twice and nothing is lost, whatever breaks; and this proof can fail."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from models import migrate
from services import embedded
from tests.chaos.judge import Verdict
from tests.chaos.run import run

SEED = 20261123


async def broken(
    folder: Path, *, sabotage: str | None = None, accidents: int = 5, only: Sequence[str] = ()
) -> Verdict:
    with embedded.start_in(folder / "servers") as servers:
        migrate.upgrade(servers.database_url)
        return await run(
            servers,
            servers.database_url,
            folder,
            SEED,
            messages=1500,
            accidents=accidents,
            sabotage=sabotage,
            only=only,
        )


@pytest.mark.timeout(400)
async def test_whatever_breaks_nobody_hears_twice_and_nothing_is_lost(tmp_path: Path) -> None:
    verdict = await broken(tmp_path)
    assert verdict.clean, verdict


@pytest.mark.timeout(400)
@pytest.mark.parametrize("guard", ["epoch", "token"])
async def test_without_a_guard_the_proof_finds_what_went_twice(tmp_path: Path, guard: str) -> None:
    """Rivals for one number, with slow sends: exactly what epochs and tokens are there for."""
    verdict = await broken(tmp_path, sabotage=guard, accidents=3, only=("freeze_worker",))
    assert verdict.duplicates > 0, verdict
