"""The poster for the counter: scan, send, and you hear from the shop. A4, in one language."""

from models.phone import shown
from services.contacts.join import Joining, invitation, link
from services.i18n import Words
from ui.join.paper import HEIGHT, Colour, Paper

GREEN: Colour = (7, 94, 84)
WHITE: Colour = (255, 255, 255)
INK: Colour = (18, 33, 31)
SOFT: Colour = (75, 94, 90)
HEAD = 430  # dots of the green band


def poster(_: Words, joining: Joining, phone: str, *, sample: bool = False) -> bytes:
    """The PDF; `phone` is the shop's own number in E.164. Blocks: call it in a thread.

    A `sample` says so: nobody should hang up a number that is nobody's.
    """
    paper = Paper(_.language)
    paper.band(HEAD, GREEN)
    paper.y = 90
    paper.write(joining.shop, size=120, colour=WHITE, bold=True, lines=2, gap=1.3)
    if sample:
        paper.y = HEAD - 90
        paper.write(_("A sample, with a made-up number"), size=50, colour=WHITE, lines=1)
    paper.y = HEAD + 60
    paper.write(_("Our news and offers, on your WhatsApp"), size=84, colour=INK, bold=True, lines=2)
    paper.y += 10
    paper.write(_("1. Scan this code with your phone's camera"), size=54, colour=INK, lines=1)
    paper.write(_("2. WhatsApp opens: send the message that is there"), size=54, colour=INK, lines=1)
    paper.y += 10
    paper.code(link(_, joining, phone), side=900)
    paper.write(
        _("Or send “{word}” to {phone}", word=joining.word, phone=shown(phone)),
        size=62,
        colour=GREEN,
        bold=True,
        lines=2,
    )
    paper.y = max(paper.y + 20, HEIGHT - 420)
    paper.write(_("You send: “{text}”", text=invitation(_, joining)), size=38, colour=SOFT, lines=3)
    paper.y += 10
    paper.write(
        _(
            "We write only to those who ask for it, and keep your number for that alone."
            " Reply STOP at any time and we stop."
        ),
        size=38,
        colour=SOFT,
        lines=3,
    )
    return paper.pdf(f"{joining.shop} · WhatsApp")
