"""Cut ui/static/icons.woff2 out of NiceGUI's icon font: the names in ui/static/icons.txt and nothing else.

After adding a name to icons.txt, in the project's folder:

    python3 -m venv /tmp/icons
    /tmp/icons/bin/pip install fonttools brotli
    /tmp/icons/bin/python .ci/icons.py
"""

import re
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

STATIC = Path("ui/static")


def main() -> None:
    names = set((STATIC / "icons.txt").read_text().split())
    font = TTFont(theirs())
    unknown = names - keep_ligatures(font, names)
    if unknown:
        sys.exit("The font has no icon called " + ", ".join(sorted(unknown)))
    options = subset.Options(
        layout_features=["*"], flavor="woff2", hinting=False, glyph_names=False, name_IDs=[]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(names))
    cutter.subset(font)
    subset.save_font(font, STATIC / "icons.woff2", options)


def theirs() -> Path:
    """NiceGUI's own font, in the environment that `make` made."""
    (static,) = Path(".venv").glob("lib/python3*/site-packages/nicegui/static")
    found = re.search(r'"Material Icons";.*?url\((.*?)\)', (static / "fonts.css").read_text(), re.DOTALL)
    assert found is not None
    return static / found[1]


def keep_ligatures(font: TTFont, names: set[str]) -> set[str]:
    """Drop what spells none of `names`; the names that were found."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = set()
    for table in (table for lookup in font["GSUB"].table.LookupList.Lookup for table in lookup.SubTable):
        table = getattr(table, "ExtSubTable", table)
        for first, ligatures in list(getattr(table, "ligatures", {}).items()):
            spelled = {
                "".join(letters.get(g, "?") for g in (first, *one.Component)): one for one in ligatures
            }
            kept = {name: one for name, one in spelled.items() if name in names}
            found |= set(kept)
            table.ligatures[first] = list(kept.values())
            if not kept:
                del table.ligatures[first]
    return found


if __name__ == "__main__":
    main()
