"""The child process that looks at a file: niced, bounded in memory and time, away from the event loop.

    python -m services.media.examine

One JSON object on its standard input names the file; the answer is one on its standard output: kind, mime,
size, sha256, width, height. What is to be sent is at `made` then, and a picture's small one at `small`.
Why it is unfit is said as services/confined.py has it. It knows no database and no secret.
What counts is what is inside a file, never what it is called.
"""

import hashlib
import json
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from models.states import MediaKind
from services.confined import confine, refuse
from services.media import unfit
from services.media.photo import make_smaller
from services.media.unfit import MB, MOST_VIDEO_MB, Unfit
from services.media.video import check_and_clean

MEMORY = 1024 * MB  # of address space
CPU_S = 60
HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
PDF_ENDS_WITHIN = 16 * 1024  # bytes; some programs write a little behind the end


@dataclass(frozen=True, slots=True)
class Task:
    """Files: the one that came, and where to put what is made of it."""

    came: str
    made: str
    small: str


@dataclass(frozen=True, slots=True)
class Found:
    """What came: `size` in bytes, `sha256` in hex, `width` and `height` in dots (0: means nothing)."""

    kind: str
    mime: str
    size: int
    sha256: str
    width: int = 0
    height: int = 0


def main() -> int:
    confine(MEMORY, CPU_S)
    warnings.simplefilter("ignore")  # Pillow's, of odd files; nobody would read them
    try:
        found = examine(Task(**json.load(sys.stdin)))
    except MemoryError:
        return refuse(Unfit(unfit.TOO_SLOW))
    except Unfit as e:
        return refuse(e)
    json.dump(asdict(found), sys.stdout)
    return 0


def examine(task: Task) -> Found:
    """Raises Unfit."""
    came = Path(task.came)
    with came.open("rb") as file:
        head = file.read(1024)
    return _reader_of(head)(came, task)


def _reader_of(head: bytes) -> Callable[[Path, Task], Found]:
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4], head[8:12]) == (
        b"RIFF",
        b"WEBP",
    ):
        return _photo
    if b"%PDF-" in head:
        return _pdf
    if head[4:8] == b"ftyp" and head[8:12] not in HEIC | {b"qt  "}:
        return _video
    raise Unfit(_why_not(head))


def _why_not(head: bytes) -> str:
    if not head:
        return unfit.EMPTY
    if head[4:8] == b"ftyp":
        return unfit.IPHONE_PHOTO if head[8:12] in HEIC else unfit.OTHER_VIDEO
    if head.startswith(b"PK"):
        return unfit.ARCHIVE
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return unfit.OLD_OFFICE
    if head.startswith(b"GIF8"):
        return unfit.MOVING
    other_video = head.startswith((b"\x1a\x45\xdf\xa3", b"\x00\x00\x01\xba", b"FLV"))  # WebM, MPEG, Flash
    return (
        unfit.OTHER_VIDEO if other_video or (head[:4], head[8:11]) == (b"RIFF", b"AVI") else unfit.NOT_MEDIA
    )


def _photo(came: Path, task: Task) -> Found:
    made = Path(task.made)
    width, height = make_smaller(came, made, Path(task.small))
    return Found(MediaKind.IMAGE, "image/jpeg", *_measured(made), width, height)


def _pdf(came: Path, task: Task) -> Found:
    size = came.stat().st_size
    with came.open("rb") as file:
        file.seek(max(0, size - PDF_ENDS_WITHIN))
        if b"%%EOF" not in file.read():
            raise Unfit(unfit.CUT_SHORT)
    came.rename(task.made)
    return Found(MediaKind.DOCUMENT, "application/pdf", *_measured(Path(task.made)))


def _video(came: Path, task: Task) -> Found:
    if came.stat().st_size > MOST_VIDEO_MB * MB:
        raise Unfit(unfit.VIDEO_TOO_LARGE, most=MOST_VIDEO_MB)
    check_and_clean(came)
    with came.open("rb") as file:
        small_phone = file.read(12)[8:11] == b"3gp"
    came.rename(task.made)
    return Found(MediaKind.VIDEO, "video/3gpp" if small_phone else "video/mp4", *_measured(Path(task.made)))


def _measured(made: Path) -> tuple[int, str]:
    with made.open("rb") as file:
        return made.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
