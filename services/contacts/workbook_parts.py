"""The two large parts of a workbook as they stream by: the cells of a sheet, and the table of texts."""

from xml.parsers import expat

Cell = tuple[int, str, str, str]  # the column from 0, the kind of value, its style, and what is written

MOST_COLUMNS = 100


class _Names(dict[str, str]):
    """Tag → its name without the prefix that some programs put before it."""

    def __missing__(self, tag: str) -> str:
        self[tag] = name = tag.rpartition(":")[2]
        return name


class _Part:
    """What both have in common: text that counts in some places and not in others."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._heard
        self._names = _Names()
        self._text: list[str] = []
        self._listens = False
        self._sounds = False  # in the pronunciation that Japanese texts have beside them

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def _heard(self, data: str) -> None:
        if self._listens:
            self._text.append(data)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, tag: str) -> None:
        raise NotImplementedError


class Texts(_Part):
    """The table of texts: cells point into `found`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names[tag]
        if name == "t":
            self._listens = not self._sounds
        elif name == "rPh":
            self._sounds = True

    def _end(self, tag: str) -> None:
        name = self._names[tag]
        if name == "t":
            self._listens = False
        elif name == "rPh":
            self._sounds = False
        elif name == "si":
            self.found.append("".join(self._text))
            self._text.clear()


class SheetRows(_Part):
    """The rows of a sheet, each with its number from 1 and with the cells that are filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = False  # after the last row there is nothing for us
        self._ready: list[tuple[int, list[Cell]]] = []
        self._row: list[Cell] = []
        self._line = 0
        self._place = -1
        self._kind = self._style = ""
        self._places: dict[str, int] = {}

    def taken(self) -> list[tuple[int, list[Cell]]]:
        """The rows that have ended since it was last asked."""
        ready, self._ready = self._ready, []
        return ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names[tag]
        if name == "c":
            where = attributes.get("r")
            self._place = self._place + 1 if where is None else self._column(where)
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "0")
        elif name in ("v", "t"):
            self._listens = not self._sounds
        elif name == "row":
            self._line = max(int(attributes.get("r", 0)), self._line + 1)
            self._place = -1
        elif name == "rPh":
            self._sounds = True

    def _end(self, tag: str) -> None:
        name = self._names[tag]
        if name in ("v", "t"):
            self._listens = False
        elif name == "c":
            if self._text and self._place < MOST_COLUMNS:
                self._row.append((self._place, self._kind, self._style, "".join(self._text)))
            self._text.clear()
        elif name == "row":
            self._ready.append((self._line, self._row))
            self._row = []
        elif name == "rPh":
            self._sounds = False
        elif name == "sheetData":
            self.ended = True

    def _column(self, where: str) -> int:
        """ "AB12" → 27."""
        letters = where.rstrip("0123456789")
        place = self._places.get(letters)
        if place is None:
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - 64
            self._places[letters] = place = place - 1
        return place
