"""WhatsApp's own formatting as HTML for our bubbles: *bold*, _italic_, ~struck~, ```typewriter```."""

import html
import re

# Bounded, so that no text takes longer than its length deserves.
# A mark opens before a letter at the start of a word and closes after one at its end: 2*3*4 stays as it is.
_MARKED = re.compile(
    r"```(?P<typed>.{1,1000}?)```"
    r"|(?<![^\W_])(?P<mark>[*_~])(?=\S)(?P<inside>[^\n]{1,1000}?)(?<=\S)(?P=mark)(?![^\W_])",
    re.DOTALL,
)
_TAGS = {"*": "b", "_": "i", "~": "s"}


def html_of(text: str) -> str:
    """The text as safe HTML: everything of it escaped, and only <b> <i> <s> <code> around it.

    Line ends stay; show it with `white-space: pre-wrap`.
    """
    shown = []
    end = 0
    for found in _MARKED.finditer(text):
        shown.append(html.escape(text[end : found.start()]))
        if found["typed"] is not None:
            shown.append(f"<code>{html.escape(found['typed'])}</code>")
        else:
            tag = _TAGS[found["mark"]]
            shown.append(f"<{tag}>{html_of(found['inside'])}</{tag}>")
        end = found.end()
    shown.append(html.escape(text[end:]))
    return "".join(shown)
