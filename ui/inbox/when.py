"""When something was said, as short as it can be told: a time today, a day this year, or a date."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.clock import now
from services.i18n import Words


def when(_: Words, moment: datetime, zone: str) -> str:
    today = now().astimezone(ZoneInfo(zone)).date()
    day = moment.astimezone(ZoneInfo(zone)).date()
    if day == today:
        return _.time(moment, zone)
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return _.day(moment, zone) if day.year == today.year else _.date(moment, zone)
