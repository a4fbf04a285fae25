"""Photos as WhatsApp would make them: upright, at most 1600 dots long, without the place they were taken.

Only the child process of examine.py comes here: what strangers made is decoded where it can break nothing.
"""

from pathlib import Path

from PIL import Image, ImageOps

from services.media.unfit import BROKEN_PHOTO, TOO_MANY_PIXELS, Unfit

LONGEST_SIDE = 1600  # dots; what WhatsApp itself makes of a photo
SMALL_SIDE = 480  # for our own pages
QUALITY = 85
SMALL_QUALITY = 70
MOST_DOTS = 64_000_000  # a phone's best camera makes 50 million
MOST_ON_A_SIDE = 20_000
LARGEST_COLOURS = 4096  # bytes of a colour profile that are worth sending
FORMATS = ("JPEG", "PNG", "WEBP")


def make_smaller(path: Path, made: Path, small: Path) -> tuple[int, int]:
    """Write the photo to `made` and a small one to `small`, both JPEG; returns width and height.

    Raises:
        Unfit: it cannot be opened, or has too many dots.
    """
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and a sentence
    try:
        with Image.open(path, formats=FORMATS) as found:
            _check(*found.size)
            colours = found.info.get("icc_profile") if found.mode == "RGB" else None
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read no larger than needed
            photo = _on_white(found)
    except (OSError, ValueError, SyntaxError, EOFError) as e:  # whatever Pillow's readers say of rubbish
        raise Unfit(BROKEN_PHOTO) from e
    if not colours or len(colours) > LARGEST_COLOURS:
        colours = None
    photo.save(made, "JPEG", quality=QUALITY, optimize=True, progressive=True, icc_profile=colours)
    size = photo.size
    photo.thumbnail((SMALL_SIDE, SMALL_SIDE))
    photo.save(small, "JPEG", quality=SMALL_QUALITY, optimize=True, icc_profile=colours)
    return size


def _check(width: int, height: int) -> None:
    if width * height > MOST_DOTS or max(width, height) > MOST_ON_A_SIDE:
        raise Unfit(TOO_MANY_PIXELS, width=width, height=height)


def _on_white(found: Image.Image) -> Image.Image:
    """Small enough, turned as the camera was held, and nothing see-through: a JPEG would show it black."""
    found.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=3.0)
    upright = ImageOps.exif_transpose(found)
    if "A" not in upright.getbands() and "transparency" not in upright.info:
        return upright.convert("RGB")
    seen = upright.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white
