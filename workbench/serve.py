"""The workbench in a browser, through textual-serve.

Whoever opens the page can run programs on this machine. So the server listens on this machine
alone, and the address holds a random token: without it there is no page, no file and no socket.
"""

from __future__ import annotations

import asyncio
import gc
import secrets
import shlex
import socket
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["MISSING", "serve"]

HOST = "127.0.0.1"
MISSING = "--serve needs the textual-serve package (pip install 'lispe-workbench[serve]')"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    f"connect-src 'self' ws://{HOST}:*; img-src 'self' data:; font-src 'self' data:"
)
WARNING = """\
Whoever opens this address can run programs on this machine, as you.
It works on this machine only, and until ctrl+c is pressed here.
"""


def serve(arguments: list[str], port: int = 0) -> int:
    """Serve the workbench until ctrl+c; answers the exit status.

    Args:
        arguments: What the workbench is started with, for each page that is opened.
        port: Where to listen; 0 takes any free port.

    Raises:
        ImportError: textual-serve is not installed.
        OSError: The port is taken.
    """
    from aiohttp import web
    from textual_serve.server import Server

    token = secrets.token_urlsafe(32)
    listening = socket.create_server((HOST, port))
    port = listening.getsockname()[1]

    class Guarded(Server):
        """Everything below the token."""

        async def on_startup(self, app: web.Application) -> None:
            """Say where, to the person who started it alone."""
            print(f"http://{HOST}:{port}/{token}/", flush=True)
            print(WARNING, file=sys.stderr, end="", flush=True)

        async def guarded(self) -> web.Application:
            """The pages of textual-serve, one folder down."""
            outer = web.Application()
            outer.on_response_prepare.append(_keep_token)
            outer.on_cleanup.append(_let_go)
            outer.add_subapp(f"/{token}", await self._make_app())
            return outer

    command = shlex.join([sys.executable, "-m", "workbench", *arguments])
    server = Guarded(command, HOST, port, title="LispE Workbench")
    web.run_app(server.guarded(), sock=listening, print=None)
    return 0


async def _let_go(app: web.Application) -> None:
    """Drop the pipes of programs that have ended, which complain once the loop is gone."""
    await asyncio.sleep(0)
    gc.collect()


async def _keep_token(request: web.Request, response: web.StreamResponse) -> None:
    """Pages that are gone to from here do not learn the address; no other page shows this one."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY
