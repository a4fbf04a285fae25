"""The three speeds: how long a sender waits between the starts of two messages."""

import random
from dataclasses import dataclass

from models.states import Pace


@dataclass(frozen=True, slots=True)
class Gap:
    """Seconds; each wait is drawn evenly between the two."""

    least_s: float
    most_s: float

    @property
    def mean_s(self) -> float:
        return (self.least_s + self.most_s) / 2

    def draw_s(self) -> float:
        return random.uniform(self.least_s, self.most_s)


GAPS: dict[Pace, Gap] = {
    Pace.FAST: Gap(2, 5),
    Pace.BALANCED: Gap(5, 10),
    Pace.SAFE: Gap(10, 30),
}
# A rehearsal divides these gaps, but nothing leaves twice in one beat of the engine.
BEAT_S = 0.02


def mean_gap_s(pace: str, speed: int = 1) -> float:
    """Between two messages of a sender, on average, when a rehearsal plays `speed` times faster than life."""
    return max(GAPS[Pace(pace)].mean_s / speed, BEAT_S)
