"""A phone in somebody's hand: what they see, tap and type. Whatever its browser complains about is kept.

Things are found as people find them: by the words on them, or by what a screen reader says.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import ConsoleMessage, Download, Locator, Page, Request, Response, expect

SCREENS = Path(__file__).parents[2] / "build" / "screens"
PATIENCE_MS = 20_000
TAPPABLE = ("button", "link", "menuitem", "radio", "checkbox", "tab")
# A plain page is at work when it is there; one of NiceGUI's when its socket is: taps before that are lost.
AT_WORK = """document.readyState === 'complete'
    && (!document.querySelector('script[src*="/_nicegui/"]') || window.did_handshake === true)"""

# A change of colour wakes others inside it, each a frame later.
AT_REST = """async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    const ends = (one) => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity;
    for (let calm = 0; calm < 3; calm = document.getAnimations().some(ends) ? 0 : calm + 1) await frame();
}"""


class Phone:
    """One tab. `trouble` is what must not happen: errors on the console, uncaught ones, answers of 500."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.trouble: list[str] = []
        self._expected: list[str] = []
        self.pages_loaded = 0
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._note(f"uncaught: {error}"))
        page.on("response", self._answered)
        page.on("request", self._asked)

    @property
    def path(self) -> str:
        """Where it is."""
        return self.page.url.removeprefix(self.address)

    async def opens(self, path: str) -> int:
        """Go there by the address line; the status of the answer."""
        answer = await self.page.goto(f"{self.address}{path}")
        await self.settles()
        assert answer
        return answer.status

    async def reloads_the_page(self) -> None:
        await self.page.reload()
        await self.settles()

    async def settles(self) -> None:
        """Wait until the page hears taps."""
        await self.page.wait_for_function(AT_WORK)

    async def rests(self) -> None:
        """Wait until nothing moves any more, but for what moves for ever."""
        await self.page.evaluate(AT_REST)

    async def is_at(self, path: str) -> None:
        """Wait until the address is this one: a regular expression."""
        await self.page.wait_for_url(re.compile(f"^{re.escape(self.address)}{path}$"))
        await self.settles()

    async def taps(self, name: str, *, times: int = 1) -> None:
        """The one thing that can be tapped and has these words on it; `times` as fast as a finger can."""
        await self.tap(self.tappable(name), times=times)

    async def tap(self, thing: Locator, *, times: int = 1) -> None:
        await thing.wait_for()
        await self.settles()
        await thing.click(click_count=times)

    def tappable(self, name: str) -> Locator:
        first, *others = (self.page.get_by_role(role, name=name) for role in TAPPABLE)  # type: ignore[arg-type]
        for other in others:
            first = first.or_(other)
        return first.filter(visible=True)

    async def types(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label, exact=True).and_(self.page.locator("input, textarea"))
        await field.wait_for()
        await self.settles()
        await field.fill(text)

    async def holds(self, label: str, text: str) -> None:
        """A field has this in it, soon."""
        field = self.page.get_by_label(label, exact=True).and_(self.page.locator("input, textarea"))
        await expect(field).to_have_value(text, timeout=PATIENCE_MS)

    async def sees(self, words: str, *, within_s: float = PATIENCE_MS / 1000) -> None:
        """These words are on the screen, soon."""
        await self.page.get_by_text(words).filter(visible=True).first.wait_for(timeout=within_s * 1000)

    async def sees_no(self, words: str) -> None:
        await expect(self.page.get_by_text(words).filter(visible=True)).to_have_count(0)

    async def gives_file(self, name: str, content: bytes) -> None:
        """Choose a file, as if it was on the phone."""
        chooser = self.page.locator("input[type=file]")
        await chooser.wait_for(state="attached")
        await self.settles()
        await chooser.set_input_files({"name": name, "mimeType": "", "buffer": content})

    async def downloads(self, name: str) -> Download:
        async with self.page.expect_download() as coming:
            await self.taps(name)
        return await coming.value

    async def photographs(self, name: str) -> None:
        """Keep the screen in build/screens/, for people to look at."""
        await self.settles()
        SCREENS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENS / f"{name}.png")

    @contextmanager
    def expecting(self, *trouble: str) -> Iterator[None]:
        """Inside, this trouble is what the test is about."""
        before = list(self._expected)
        self._expected += trouble
        try:
            yield
        finally:
            self._expected = before

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location.get('url')})")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status} from {response.url}")

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.pages_loaded += 1

    def _note(self, trouble: str) -> None:
        if not any(expected in trouble for expected in self._expected):
            self.trouble.append(trouble)
