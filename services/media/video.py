"""Videos: MP4 and 3GP that every phone can play, without the place where they were taken.

An MP4 is boxes within boxes: four bytes of length, four of name, content. We look at the names of the
codecs, and blank what tells where and with what it was filmed; the picture itself is not touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.media.unfit import CUT_SHORT, NOT_MEDIA, OTHER_VIDEO, Unfit

WITHIN = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}  # boxes that hold boxes we care for
TELLING = {b"udta", b"meta", b"uuid"}  # place, phone, time
PLAYED_EVERYWHERE = {b"avc1", b"avc3", b"mp4v", b"s263"}
OTHERS = {b"hvc1", b"hev1", b"dvh1", b"dvhe", b"av01", b"vp08", b"vp09"}
MOST_BOXES = 10_000
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Box:
    """`start` is where its length stands, `body` where its content begins."""

    name: bytes
    start: int
    body: int
    end: int


def check_and_clean(path: Path) -> None:
    """Blank the telling boxes of the file in its place.

    Raises:
        Unfit: it is cut short, or in a format that many phones cannot play.
    """
    with path.open("r+b") as file:
        boxes = list(_boxes(file, 0, path.stat().st_size, 0))
        names = {box.name for box in boxes}
        if b"moov" not in names:
            raise Unfit(CUT_SHORT)
        codecs = {codec for box in boxes if box.name == b"stsd" for codec in _codecs(file, box)}
        if codecs & OTHERS:
            raise Unfit(OTHER_VIDEO)
        if not codecs & PLAYED_EVERYWHERE:
            raise Unfit(NOT_MEDIA)
        for box in boxes:
            if box.name in TELLING:
                _blank(file, box)


def _boxes(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[Box]:
    for _ in range(MOST_BOXES):
        if end - start < 8:
            return
        file.seek(start)
        head = file.read(16)
        size, body = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < body - start or start + size > end:
            raise Unfit(CUT_SHORT)
        box = Box(head[4:8], start, body, start + size)
        yield box
        if box.name in WITHIN and depth < DEEPEST:
            yield from _boxes(file, box.body, box.end, depth + 1)
        start = box.end


def _codecs(file: BinaryIO, stsd: Box) -> Iterator[bytes]:
    for entry in _boxes(file, stsd.body + 8, stsd.end, DEEPEST):  # after its version and its count
        yield entry.name


def _blank(file: BinaryIO, box: Box) -> None:
    """Make it free space: every player passes over that."""
    file.seek(box.start + 4)
    file.write(b"free")
    file.seek(box.body)
    left = box.end - box.body
    while left:
        left -= file.write(bytes(min(left, 1 << 16)))
