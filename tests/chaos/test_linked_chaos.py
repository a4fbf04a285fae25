"""Whatever breaks, nobody hears twice from a linked number. Larger: python -m tests.chaos.linked."""

from pathlib import Path

import pytest

from models import migrate
from services import embedded
from tests.chaos.linked.run import run

SEED = 20261124


@pytest.mark.timeout(400)
async def test_whatever_breaks_nobody_hears_twice_from_a_linked_number(tmp_path: Path) -> None:
    with embedded.start_in(tmp_path / "servers") as servers:
        migrate.upgrade(servers.database_url)
        verdict = await run(
            servers, servers.database_url, tmp_path, SEED, senders=3, messages=90, accidents=4, workers=1
        )
    assert verdict.clean, verdict
