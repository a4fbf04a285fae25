"""A printed page: text that is shaped as it must be (Devanagari's signs and conjuncts), a QR code, a PDF.

Drawn by Pillow with its own HarfBuzz, since plain PDF libraries set Devanagari letter by letter; the page
goes into the PDF as one picture without loss. Blocks for half a second: call it in a thread.
"""

import zlib
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
DPI = 200
WIDTH, HEIGHT = 1654, 2339  # A4 at that, in dots
MARGIN = 120

Colour = tuple[int, int, int]


class Paper:
    """Everything is set centred, from the top down; `y` is where the next goes, in dots."""

    def __init__(self, language: str) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
        self.y = MARGIN
        self._language = language
        self._draw = ImageDraw.Draw(self.image)

    def band(self, height: int, colour: Colour) -> None:
        self._draw.rectangle((0, 0, WIDTH, height), fill=colour)

    def write(
        self, text: str, *, size: int, colour: Colour, bold: bool = False, lines: int = 4, gap: float = 1.4
    ) -> None:
        """`text` in at most `lines` lines: smaller until it fits."""
        text = as_encoded(text)
        while True:
            font = _font(size, bold)
            broken = self._broken(text, font)
            if (len(broken) <= lines and self._fits(broken, font)) or size <= 24:
                break
            size = int(size * 0.92)
        for line in broken:
            width = font.getlength(line, language=self._language)
            where = ((WIDTH - width) / 2, self.y)
            self._draw.text(where, line, font=font, fill=colour, language=self._language)
            self.y += int(size * gap)

    def code(self, link: str, *, side: int) -> None:
        """A QR code of about `side` dots, with the quiet zone that readers want. Devanagari is long in a
        link, so there is as much correction as the size leaves room for."""
        rows = list(segno.make(link, error="l").matrix_iter(border=4))
        dot = max(1, side // len(rows))
        left = (WIDTH - dot * len(rows)) // 2
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    x, y = left + across * dot, self.y + down * dot
                    self._draw.rectangle((x, y, x + dot - 1, y + dot - 1), fill=(0, 0, 0))
        self.y += dot * len(rows)

    def pdf(self, title: str) -> bytes:
        return _pdf(self.image, title)

    def _broken(self, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and font.getlength(longer, language=self._language) <= WIDTH - 2 * MARGIN:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _fits(self, lines: list[str], font: ImageFont.FreeTypeFont) -> bool:
        return all(font.getlength(line, language=self._language) <= WIDTH - 2 * MARGIN for line in lines)


def as_encoded(text: str) -> str:
    """What people type in two letters and fonts know as one: अॅ is ॲ."""
    return text.replace("अॅ", "ॲ")


def unknown_letters(text: str) -> str:
    """The letters of `text` that the poster's font does not have: of another script, or emoji."""
    font = _font(40, True)
    missing = font.getmask("\U0010fffd").getbbox(), font.getlength("\U0010fffd")
    return "".join(
        letter
        for letter in dict.fromkeys(as_encoded(text))
        if not letter.isspace() and (font.getmask(letter).getbbox(), font.getlength(letter)) == missing
    )


def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "poster-bold.ttf" if bold else "poster-regular.ttf"
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.RAQM)


def _pdf(image: Image.Image, title: str) -> bytes:
    """One A4 page with the picture on it."""
    picture = zlib.compress(image.tobytes(), 9)
    page = b"q 595.28 0 0 841.89 0 0 cm /I Do Q"
    name = b"<FEFF" + title.encode("utf-16-be").hex().upper().encode() + b">"
    size = f"/Width {image.width} /Height {image.height}".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.28 841.89] /Contents 4 0 R"
        b" /Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /XObject /Subtype /Image %s /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (size, len(picture), picture),
        b"<< /Title %s /Producer (Broadcaster) >>" % name,
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return made + head + table + tail % (len(parts) + 1, len(made))
