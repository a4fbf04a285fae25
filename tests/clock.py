"""The clock of Broadcaster, moved by a test: it goes on from there. The database's own clock stays."""

import sys
from datetime import datetime, timedelta

import pytest

from services.clock import now as really


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = timedelta()
        for module in list(sys.modules.values()):
            if getattr(module, "now", None) is really:
                monkeypatch.setattr(module, "now", self.now)

    def now(self) -> datetime:
        return really() + self._ahead

    def show(self, moment: datetime) -> None:
        """It is `moment` now (an aware datetime)."""
        self._ahead = moment - really()

    def forward(self, by: timedelta) -> None:
        self._ahead += by
