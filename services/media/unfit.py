"""What may go with a message, and why a file may not.

WhatsApp takes photos up to 16 MB, videos up to 16 MB and documents up to 100 MB or more. Ours are smaller
where a phone on a slow line has to download it: a PDF of 25 MB already takes minutes there.
"""

from services.errors import Invalid
from services.i18n import N_

MB = 1024 * 1024
MOST_MB = 25  # of a photo, before we make it smaller, and of a PDF
MOST_VIDEO_MB = 16
MOST_BYTES = MOST_MB * MB
LONGEST_CAPTION = 1024  # characters that WhatsApp takes beside a file


class Unfit(Invalid):
    """This file cannot go with a message; the sentence says what to do instead."""


class TooLarge(Unfit):
    """Over the limit of an upload: 413."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE, most=MOST_MB)


TOO_LARGE = N_("This file is larger than {most} MB. Please choose a smaller one.")
VIDEO_TOO_LARGE = N_(
    "This video is larger than {most} MB, and WhatsApp takes no more. Cut it shorter, or send it to yourself"
    " on WhatsApp and save it from there: that makes it smaller."
)
EMPTY = N_("This file is empty. Please choose another one.")
CUT_SHORT = N_("This file is not complete. Please copy it to your phone again, and then choose it again.")
NOT_MEDIA = N_("This file cannot be sent. Please choose a photo (JPEG, PNG, WebP), a PDF or a video (MP4).")
ARCHIVE = N_("Inside this file is a ZIP or an Office document. Please save it as PDF and choose that.")
OLD_OFFICE = N_("This is an Office document. Please save it as PDF and choose that.")
MOVING = N_("Moving pictures (GIF) cannot be sent. Please choose a photo or a short video (MP4).")
IPHONE_PHOTO = N_(
    "This photo is in a format (HEIC) that many phones cannot show. Please send it to yourself on WhatsApp,"
    " save it from there, and choose that."
)
OTHER_VIDEO = N_(
    "This video is in a format that many phones cannot play. Please send it to yourself on WhatsApp, save it"
    " from there, and choose that."
)
TOO_MANY_PIXELS = N_(
    "This picture is {width} × {height} dots large, and that is too much. Please make it smaller."
)
BROKEN_PHOTO = N_("This photo is damaged, so it cannot be opened. Please choose another one.")
TOO_SLOW = N_("This file takes too long to look through. Please choose another one.")
NO_ROOM = N_("There is no room left on the server for this file. Please tell whoever looks after it.")
STILL_COMING = N_("Many files are coming in just now. Please try again in a minute.")
