"""One line of what `make bench` tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """Ours beside a peer's in the same run, on the same machine: trust the ratio more than the seconds."""

    name: str  # with its unit: "100,000 people imported, s"
    ours: float
    peer: float
    ratio: float
    aim: str
    holds: bool
