"""When something was said, as short as it can be told: a time today, a day before that."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.clock import now
from services.i18n import Words


def when(_: Words, moment: datetime, zone: str) -> str:
    today = now().astimezone(ZoneInfo(zone)).date()
    return _.time(moment, zone) if moment.astimezone(ZoneInfo(zone)).date() == today else _.date(moment, zone)
