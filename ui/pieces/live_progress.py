"""A campaign on its way, as one element with one dict: an update costs one small frame, whatever moved."""

from collections.abc import Mapping

from nicegui import ui


class LiveProgress(ui.element, component="live_progress.js"):
    """`words` are its labels, `data` is what moves; both come translated (ui/campaigns/progress_shown.py).

    Numbers are grouped in the browser.
    """

    def __init__(self, words: Mapping[str, str], data: Mapping[str, object]) -> None:
        super().__init__()
        self._props["words"] = dict(words)
        self._props["data"] = dict(data)

    def show(self, data: Mapping[str, object]) -> None:
        """For a page that is connected. Costs nothing when nothing moved."""
        if data != self._props["data"]:
            self._props.pop("words", None)  # the browser keeps them: half of each frame
            self._props["data"] = dict(data)  # NiceGUI sends it
