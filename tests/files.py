"""Photos, PDFs and videos as phones make them, and as they should not be; made when a test needs them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

PUNE = {1: "N", 2: (18.0, 31.0, 13.0), 3: "E", 4: (73.0, 51.0, 24.0)}  # degrees, minutes, seconds
PLACE = b"+18.5204+073.8567/"


def photo(width: int = 2400, height: int = 1800, kind: str = "JPEG", **saved: Any) -> bytes:
    """A gradient, which a JPEG keeps well and a broken reader does not."""
    wide = Image.linear_gradient("L").resize((width, height))
    tall = Image.linear_gradient("L").rotate(90).resize((width, height))
    out = io.BytesIO()
    Image.merge("RGB", (wide, tall, Image.new("L", (width, height), 90))).save(out, kind, **saved)
    return out.getvalue()


def noisy_photo() -> bytes:
    """Some megabytes large, as a phone's camera makes them."""
    out = io.BytesIO()
    Image.effect_noise((3000, 2250), 60).convert("RGB").save(out, "JPEG", quality=92)
    return out.getvalue()


def photo_of_a_phone_held_upright() -> bytes:
    """Lies on its side in the file, with a note to turn it and the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it a quarter
    exif[0x010F] = "A phone"
    exif.get_ifd(0x8825).update(PUNE)
    return photo(2000, 1000, exif=exif)


def see_through() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few KB that says it is that large, and would be."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * min(height, 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(size: int = 3000) -> bytes:
    return b"%PDF-1.4\n" + b"% prices\n" * (size // 9) + b"%%EOF\n"


def box(name: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + name + body


def video(codec: bytes = b"avc1", brand: bytes = b"isom", size: int = 2000) -> bytes:
    """The boxes of a phone's video, its place among them."""
    described = box(b"stsd", struct.pack(">II", 0, 1), box(codec, bytes(70)))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", described))))
    place = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7), PLACE))
    start = box(b"ftyp", brand, bytes(4), b"isom")
    return start + box(b"moov", box(b"mvhd", bytes(100)), track, place) + box(b"mdat", bytes(size))


def zipped() -> bytes:
    return b"PK\x03\x04" + bytes(200)
