"""What Lighthouse says of the login and of the first page, on a phone: the figures of docs/light.md.

npm install --prefix build/lighthouse lighthouse
make run                                             # in another terminal, with the demo shop
.venv/bin/python .ci/lighthouse.py [http://localhost:8080]
"""

import asyncio
import json
import re
import sys
from pathlib import Path

import httpx
from playwright.async_api import async_playwright

sys.path.insert(0, ".")
from services.embedded.program import free_port
from tests.chromium import chromium

LIGHTHOUSE = Path("build/lighthouse/node_modules/.bin/lighthouse")
REPORTS = Path("build/lighthouse")
KINDS = ("performance", "accessibility", "best-practices")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")


async def main(address: str) -> None:
    port = free_port()
    cookies = log_into_the_demo(address)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            "", executable_path=chromium(), args=[f"--remote-debugging-port={port}", "--no-sandbox"]
        )
        tab = await browser.new_cdp_session(browser.pages[0])
        for name, path in (("login", "/login"), ("home", "/")):
            await tab.send("Network.clearBrowserCache")  # nothing is there yet but the cookie
            if name == "home":
                await browser.add_cookies(
                    [{"name": key, "value": value, "url": address} for key, value in cookies.items()]
                )
            await judge(name, address + path, port)
        await browser.close()


def log_into_the_demo(address: str) -> dict[str, str]:
    page = httpx.get(f"{address}/login").text
    shown = dict(re.findall(r'type="hidden" name="(login|password)" value="([^"]+)"', page))
    return dict(httpx.post(f"{address}/login", data=shown, headers={"origin": address}).cookies)


async def judge(name: str, page: str, port: int) -> None:
    report = REPORTS / f"{name}.json"
    told = ["--quiet", "--output=json", f"--output-path={report}", f"--only-categories={','.join(KINDS)}"]
    process = await asyncio.create_subprocess_exec(
        LIGHTHOUSE, page, f"--port={port}", "--disable-storage-reset", *told
    )
    await process.wait()
    found = json.loads(report.read_text())
    scores = [f"{kind} {round(100 * (found['categories'][kind]['score'] or 0))}" for kind in KINDS]
    times = [f"{time} {found['audits'][time]['displayValue']}" for time in TIMES]
    say(f"{name} · {', '.join(scores)} · {', '.join(times)}")
    for kind in KINDS[1:]:
        for one in found["categories"][kind]["auditRefs"]:
            audit = found["audits"][one["id"]]
            if audit["score"] is not None and audit["score"] < 1:
                say(f"    {kind}: {audit['title']}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"))
