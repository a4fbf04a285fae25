"""How long a campaign will take, and how to say it."""

from datetime import timedelta

from models.pace import GAPS
from models.states import Pace
from services.i18n import Words

# How many times faster than life a rehearsal in the sandbox may run.
SPEEDS = (1, 10, 100, 1000)


def lasting(messages: int, pace: str, speed: int = 1) -> timedelta:
    """From the first message to the last: a gap between each two, on average; `speed` divides it."""
    gaps = max(messages - 1, 0)
    return timedelta(seconds=gaps * GAPS[Pace(pace)].mean_s / speed)


def in_words(_: Words, time: timedelta) -> str:
    """A duration as one says it: "about 3 hours 20 minutes". Two units at most, minutes by fives."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes > 60:
        minutes = 5 * round(minutes / 5)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    said = [
        _.many("{count} day", "{count} days", days) if days else "",
        _.many("{count} hour", "{count} hours", hours) if hours else "",
        _.many("{count} minute", "{count} minutes", minutes) if minutes and not days else "",
    ]
    return _("about {time}", time=" ".join(unit for unit in said if unit))
