"""Why a file cannot be read as a list of contacts."""

from services.errors import Invalid
from services.i18n import N_

MOST_MB = 20
MOST_ROWS = 1_000_000


class Unreadable(Invalid):
    """The import is refused with this sentence."""


class TooLarge(Unreadable):
    """Over the limit of an upload: 413."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE, most=MOST_MB)


TOO_LARGE = N_("This file is larger than {most} MB. Please split it into smaller files.")
TOO_MANY_ROWS = N_("This file has more than {most} rows. Please split it into smaller files.")
UNPACKS_TOO_LARGE = N_(
    "This Excel file becomes far too large when it is opened. Please save the list as CSV."
)
NOT_A_LIST = N_(
    "This is not a list that we can read. Please choose an Excel file (.xlsx, .xls) or a CSV file."
)
NOT_EXCEL_BUT_WEB = N_(
    "This file is called Excel but is a web page inside. Open it in Excel, choose Save As, Excel Workbook"
    " (.xlsx), and try again."
)
CONTACT_CARDS = N_(
    "This file holds contact cards (.vcf). Open it in Google Contacts, export it as CSV, and try again."
)
OTHER_SHEET = N_("Please save this list as Excel Workbook (.xlsx) or as CSV, and try again.")
LOCKED = N_("Excel cannot open this file without help. If it has a password, remove it and save it again.")
OPEN_QUOTE = N_('In line {line} a quotation mark (") is opened and never closed. Please correct it.')
LONG_LINE = N_("This text is one very long line. Please put each number on a line of its own.")
EMPTY = N_("This file is empty.")
NO_NUMBERS = N_("We found no mobile numbers in it.")
BROKEN = N_("We could not read this file. Please open it in Excel, save it as CSV, and try again.")
TOO_SLOW = N_("This file takes too long to read. Please save the list as CSV, and try again.")
OUT_OF_MEMORY = N_("This file needs too much memory to read. Please save the list as CSV, and try again.")
INTERRUPTED = N_("Reading was interrupted when Broadcaster restarted. Please choose the file again.")
DATABASE_AWAY = N_("The database could not be reached while we read this. Please try again in a minute.")
BUSY = N_("Many files are being read just now. Please try again in a minute.")
