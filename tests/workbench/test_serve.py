"""The workbench in a browser."""

import asyncio
import base64
import contextlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("textual_serve")
import aiohttp
import pyte


@pytest.fixture
def address() -> Iterator[str]:
    """What the server prints."""
    command = [sys.executable, "-m", "workbench", "--serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            yield server.stdout.readline().strip()
            server.send_signal(signal.SIGINT)
            told = server.stderr.read()
            assert server.wait(20) == 0
            assert "can run programs on this machine" in told
            assert "Traceback" not in told
        finally:
            server.kill()


def test_the_address_holds_a_secret(address: str) -> None:
    """Nothing is served without it; with it the page finds its parts."""

    async def answers() -> list[int]:
        base = urlsplit(address)
        root = f"{base.scheme}://{base.netloc}"
        paths = ("/", "/ws", "/static/", f"{base.path[:-4]}/", f"{base.path}ws2")
        async with aiohttp.ClientSession() as browser:

            async def status(page: str) -> int:
                async with browser.get(page) as answer:
                    return answer.status

            async with browser.get(address) as page:
                assert page.headers["Referrer-Policy"] == "no-referrer"
                text = await page.text()
            parts = set(re.findall(r'(?:href|src)="([^"]+static[^"]+)"', text))
            assert parts
            return [await status(root + path) for path in paths] + [
                await status(part) for part in parts
            ]

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{40,}/", address)
    found = asyncio.run(answers())
    assert found[:5] == [404] * 5
    assert set(found[5:]) == {200}


def test_a_page_runs_the_workbench(address: str) -> None:
    """What the app draws comes through the socket, and keys go back."""

    async def seen(awaited: str, typed: str = "") -> bool:
        async with aiohttp.ClientSession() as browser:
            socket = await browser.ws_connect(f"{address}ws?width=100&height=30")
            text = ""
            async with asyncio.timeout(30):
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.BINARY:
                        text += message.data.decode(errors="replace")
                    if typed and "REPL" in text:
                        await socket.send_json(["stdin", typed])
                        typed = ""
                    if not typed and awaited in text:
                        return True
        return False

    assert asyncio.run(seen("=> ", "(+ 20 22)\r"))


BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


class Page:
    """A page of a headless browser, by its debugging protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._calls = 0
        self._screen = pyte.Screen(200, 60)
        self._stream = pyte.ByteStream(self._screen)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command."""
        self._calls += 1
        await self._socket.send_json({"id": self._calls, "method": method, "params": parameters})
        while True:
            message = await self._next()
            if message.get("id") == self._calls:
                result: dict[str, Any] = message["result"]
                return result

    async def until(self, text: str) -> None:
        """Wait until the terminal on the page shows ``text``."""
        try:
            while not any(text in line for line in self._screen.display):
                await self._next()
        except asyncio.CancelledError:
            shown = "\n".join(filter(str.strip, self._screen.display))
            raise AssertionError(f"{text!r} is not on the page:\n{shown}") from None

    async def type(self, text: str) -> None:
        """Type ``text`` into the terminal, which may take a moment to listen."""
        while not any(text in line for line in self._screen.display):
            await self.call("Input.insertText", text=text)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    while not any(text in line for line in self._screen.display):
                        await self._next()

    async def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json()
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            if frame["opcode"] == 2:
                self._stream.feed(base64.b64decode(frame["payloadData"]))
        return message


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_shows_the_workbench(address: str, tmp_path: Path) -> None:
    """Its terminal is drawn, and what is typed into the page is evaluated."""

    async def drive(devtools: str) -> tuple[bytes, bytes]:
        async with aiohttp.ClientSession() as session, asyncio.timeout(120):
            async with session.get(f"http://{devtools}/json/list") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            debugger = pages[0]["webSocketDebuggerUrl"]
            async with session.ws_connect(debugger, max_msg_size=0) as socket:
                page = Page(socket)
                await page.call("Network.enable")
                await page.call("Page.navigate", url=address)
                await page.until("REPL")
                focus = "document.querySelector('textarea').focus()"
                await page.call("Runtime.evaluate", expression=focus)
                before = await page.call("Page.captureScreenshot")
                await page.type("(+ 20 22)")
                enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
                await page.call("Input.dispatchKeyEvent", type="keyDown", text="\r", **enter)
                await page.until("=> 42")
                after = await page.call("Page.captureScreenshot")
        return base64.b64decode(before["data"]), base64.b64decode(after["data"])

    assert BROWSER is not None
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    command = [BROWSER, *options, f"--user-data-dir={tmp_path}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as browser:
        try:
            assert browser.stderr is not None
            lines = (re.search(r"ws://([^/]+)/devtools", line) for line in browser.stderr)
            devtools = next(found[1] for found in lines if found)
            before, after = asyncio.run(drive(devtools))
        finally:
            browser.kill()

    assert before.startswith(b"\x89PNG")
    assert after != before
