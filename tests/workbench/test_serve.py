"""The workbench in a browser."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

pytest.importorskip("textual_serve")
import aiohttp


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
