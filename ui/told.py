"""A sentence with facts that were written down earlier, in the reader's language and time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.clock import now
from services.i18n import N_, Words

MOMENTS = ("until", "since")  # in ISO's form
SPANS = ("span",)  # in seconds
SENTENCES = ("reason",)  # msgids of their own
SANDBOX = N_("Sandbox")  # the name that each shop's rehearsal number is born with


def told(_: Words, sentence: str, facts: Mapping[str, object], zone: str) -> str:
    """`sentence` is a msgid. Moments are said in the shop's time, sentences within it are translated."""
    shown = dict(facts)
    for name in MOMENTS:
        if name in shown:
            shown[name] = moment_near(_, datetime.fromisoformat(str(shown[name])), zone)
    for name in SPANS:
        if name in shown:
            shown[name] = _.span(timedelta(seconds=float(str(shown[name]))))
    for name in SENTENCES:
        if name in shown:
            shown[name] = _(str(shown[name]))
    if "sender" in shown:
        shown["sender"] = called(_, str(shown["sender"]))
    return _(sentence, **shown)


def called(_: Words, sender: str) -> str:
    """A number's name, in the reader's language where we have named it."""
    return _(SANDBOX) if sender == SANDBOX else sender


def moment_near(_: Words, at: datetime, zone: str) -> str:
    """As one says it: "9:00 am", "tomorrow 9:00 am", "Friday 5 March, 9:00 am"."""
    here = ZoneInfo(zone)
    days = at.astimezone(here).date() - now().astimezone(here).date()
    if days == timedelta(0):
        return _.time(at, zone)
    if days == timedelta(days=1):
        return _("tomorrow {time}", time=_.time(at, zone))
    return _.moment(at, zone)
