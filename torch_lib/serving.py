"""A generator as an endpoint that clients of OpenAI's API can talk to.

Starlette routes the requests and Uvicorn speaks HTTP, in a thread of their own. One more thread
writes, since a model writes one text at a time: requests wait for their turn, and a client that
goes away ends its text at the next token, or at the next part of its prompt.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar, cast

from torch_lib.completions import Answer, Request, RequestError, read_chat, read_completion
from torch_lib.errors import ArgumentError, MissingPackage, TorchLibError
from torch_lib.events import (
    Event,
    GenerationFinished,
    Progress,
    TokenGenerated,
    emit,
    listening,
)
from torch_lib.generation import Generator
from torch_lib.generation_config import GenerationConfig
from torch_lib.options import check_keys
from torch_lib.pretrained import model_tokenizer
from torch_lib.text_files import json_value
from torch_lib.tokenizers import Tokenizer

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import Request as WebRequest
    from starlette.responses import Response

__all__ = ["Endpoint", "EndpointOptions", "serve"]

LARGEST_REQUEST = 8 * 2**20
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ENDED = "the endpoint has ended"
FAILED = "the endpoint has failed"
PATIENCE = 0.1  # seconds between two looks at whether serving is to end or a client has gone

Reader = Callable[[Mapping[str, Any], Tokenizer, GenerationConfig], Request]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """How an endpoint is reached.

    Args:
        host: The address to listen on; others than this machine's own need an API key.
        api_key: What clients must send; None lets everybody on this machine in.
        model: The name that the model is served under.
    """

    host: str = "127.0.0.1"
    api_key: str | None = None
    model: str = "lispe"

    def __post_init__(self) -> None:
        for name in ("host", "model"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise ArgumentError(f"{name} must be a text")
        if self.api_key is not None and (not isinstance(self.api_key, str) or not self.api_key):
            raise ArgumentError("api_key must be a text")
        if self.host not in LOOPBACK and self.api_key is None:
            raise ArgumentError(
                f"serving on {self.host} lets other machines in: an api_key is needed"
            )


class Endpoint:
    """Listens from the moment it is made; answers while ``run`` runs.

    Args:
        generator: Writes the answers; its settings hold where a request names none.
        port: Where to listen; 0 takes a free one.
        options: How it is reached.

    Raises:
        MissingPackage: Starlette or Uvicorn is not installed.
        ArgumentError: The model has no tokenizer, or the port cannot be had.
    """

    def __init__(
        self, generator: Generator, port: int, options: EndpointOptions | None = None
    ) -> None:
        try:
            import starlette
            import uvicorn
        except ImportError as error:
            needed = "serving needs starlette and uvicorn (pip install 'lispe-workbench[serve]')"
            raise MissingPackage(needed) from error
        del starlette, uvicorn
        self._generator = generator
        self._options = options or EndpointOptions()
        self._tokenizer = model_tokenizer(generator.model)
        self._socket = _listening_socket(self._options.host, port)
        self._context: Context = copy_context()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._stopped = Flag()

    @property
    def address(self) -> str:
        """The base address that clients are given."""
        host, port = self._options.host, self._socket.getsockname()[1]
        return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"

    def run(self) -> None:
        """Answer requests until the caller is interrupted, or another thread calls ``stop``."""
        import uvicorn

        config = uvicorn.Config(
            self._application(),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([self._socket],), name="endpoint", daemon=True)
        thread.start()
        try:
            while thread.is_alive() and not self._stopped.wait(PATIENCE):
                pass
        finally:
            self._stopped.set()  # texts end at the next token
            server.should_exit = True
            thread.join()
            self._socket.close()
            self._writer.shutdown(cancel_futures=True)

    def stop(self) -> None:
        """Let ``run`` return."""
        self._stopped.set()

    def _application(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.routing import Route

        async def models(request: WebRequest) -> Response:
            return _json(200, {"object": "list", "data": [self._model()]})

        async def model(request: WebRequest) -> Response:
            name = request.path_params["name"]
            if name != self._options.model:
                return _problem(404, f"there is no model {name}", code="model_not_found")
            return _json(200, self._model())

        async def chat(request: WebRequest) -> Response:
            return await self._respond(request, read_chat)

        async def completion(request: WebRequest) -> Response:
            return await self._respond(request, read_completion)

        routes = {
            "/v1/models": (models, "GET"),
            "/v1/models/{name:path}": (model, "GET"),
            "/v1/chat/completions": (chat, "POST"),
            "/v1/completions": (completion, "POST"),
        }
        # A page of another site that has its name point to this machine is not let in.
        local = [Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]"])]
        return Starlette(
            routes=[
                Route(path, self._guarded(answer), methods=[method])
                for path, (answer, method) in routes.items()
            ],
            middleware=local if self._options.host in LOOPBACK else [],
            exception_handlers={404: _not_there, 405: _wrong_method, 500: _failed},
        )

    def _model(self) -> dict[str, Any]:
        return {
            "id": self._options.model,
            "object": "model",
            "created": 0,
            "owned_by": "lispe-workbench",
        }

    def _guarded(self, answer: Callable[[WebRequest], Any]) -> Callable[[WebRequest], Any]:
        async def guarded(request: WebRequest) -> Response:
            key = self._options.api_key
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if key is not None and not secrets.compare_digest(given.encode(), key.encode()):
                return _problem(401, "the API key is missing or wrong", code="invalid_api_key")
            try:
                response: Response = await answer(request)
            except asyncio.CancelledError:
                if not self._stopped.is_set():
                    raise
                return _problem(503, ENDED)
            return response

        return guarded

    async def _respond(self, web: WebRequest, read: Reader) -> Response:
        from starlette.requests import ClientDisconnect
        from starlette.responses import Response, StreamingResponse

        try:
            body = await _json_body(web)
            request = await asyncio.to_thread(read, body, self._tokenizer, self._generator.config)
            answer = Answer(request, self._options.model)
            written = self._written(request)
            # What is wrong with the prompt shows now.
            first = await _unless_gone(web, anext(written))
        except ClientDisconnect:
            return Response()  # nobody reads it
        except TorchLibError as error:
            status = 503 if self._stopped.is_set() else 400
            return _problem(status, str(error), parameter=getattr(error, "parameter", None))
        if request.stream:
            lines = _lines(answer, first, written)
            return StreamingResponse(lines, media_type="text/event-stream")
        try:
            return _json(200, await _whole(web, answer, first, written))
        except TorchLibError as error:
            return _json(500, _error(str(error), "server_error"))

    async def _written(
        self, request: Request
    ) -> AsyncGenerator[TokenGenerated | GenerationFinished, None]:
        """The tokens of the answer as they come, and what ended it."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[TokenGenerated | GenerationFinished | BaseException] = asyncio.Queue()
        unwanted = Flag()

        def tell(item: TokenGenerated | GenerationFinished | BaseException) -> None:
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                loop.call_soon_threadsafe(queue.put_nowait, item)

        ending: list[GenerationFinished] = []

        def hear(event: Event) -> None:
            if isinstance(event, GenerationFinished):
                ending.append(event)
            elif isinstance(event, Progress) and over():
                raise ArgumentError(ENDED)  # between two parts of a long prompt

        def over() -> bool:
            return unwanted.is_set() or self._stopped.is_set()

        def write() -> None:
            if self._stopped.is_set():
                tell(ArgumentError(ENDED))
            if over():
                return
            try:
                stream = self._generator.stream(request.prompt, request.config)
                with listening(hear), closing(stream):
                    for event in stream:
                        tell(event)
                        if over():
                            break
                tell(ending[0])  # where an error ends the text, that is told instead
            except BaseException as error:
                tell(error)

        # The context of the caller has its listeners: panels show what is served.
        self._writer.submit(self._context.copy().run, write)
        try:
            while True:
                item = await queue.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
                if isinstance(item, GenerationFinished):
                    return
        finally:
            unwanted.set()


def serve(generator: Generator, port: int, options: Mapping[str, Any] | None = None) -> bool:
    """Let other programs use a generator as they use OpenAI's API, until interrupted.

    ``/v1/chat/completions`` and ``/v1/completions`` answer at once or as a stream of tokens, and
    ``/v1/models`` names the model. The answers show wherever generated text is shown.

    Args:
        generator: Its settings hold where a request names none.
        port: Where to listen on this machine; 0 takes a free port.
        options: A map with any of ``host``, ``api_key`` and ``model``, the name to serve under.

    Raises:
        ArgumentError: The model has no tokenizer, the port cannot be had, or other machines
            could come in without a key.
        MissingPackage: Starlette or Uvicorn is not installed.

    Emits:
        Progress: The address, as a task without an end.

    Example:
        (setq generator (torch_generator_create (torch_linear 2 2)))
        (catch (torch_serve generator 8080))
        ; => Error: torch_serve: the model came without a tokenizer
    """
    given = dict(options or {})
    check_keys(given, EndpointOptions.__dataclass_fields__)
    endpoint = Endpoint(generator, port, EndpointOptions(**given))
    task = f"serving {endpoint.address}"
    emit(Progress(task, 0, None))
    try:
        endpoint.run()
    finally:
        emit(Progress(task, 1, 1))
    return True


def _listening_socket(host: str, port: int) -> socket.socket:
    if not 0 <= port < 65536:
        raise ArgumentError(f"the port must be from 0 to 65535, got {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArgumentError(f"cannot listen on {host} port {port}: {reason}") from error


async def _json_body(web: WebRequest) -> Mapping[str, Any]:
    """The JSON object of a request.

    Pages of other sites can send texts here without being asked, but nothing marked as JSON.
    """
    if web.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise RequestError("the content type must be application/json")
    content = bytearray()
    async for part in web.stream():
        content += part
        if len(content) > LARGEST_REQUEST:
            raise RequestError(f"the request is larger than {LARGEST_REQUEST} bytes")
    try:
        body = json_value(bytes(content))
    except ValueError:
        raise RequestError("the request is not JSON") from None
    if not isinstance(body, dict):
        raise RequestError("the request must be a JSON object")
    return body


async def _whole(
    web: WebRequest,
    answer: Answer,
    first: TokenGenerated | GenerationFinished,
    rest: AsyncGenerator[TokenGenerated | GenerationFinished, None],
) -> dict[str, Any]:
    """An answer in one piece; its text ends where the client goes away."""
    events: list[TokenGenerated] = []
    item = first
    async with aclosing(rest):
        while isinstance(item, TokenGenerated):
            events.append(item)
            if await web.is_disconnected():
                return answer.whole(events, "stopped")
            item = await anext(rest)
    return answer.whole(events, item.reason)


async def _lines(
    answer: Answer,
    first: TokenGenerated | GenerationFinished,
    rest: AsyncGenerator[TokenGenerated | GenerationFinished, None],
) -> AsyncIterator[str]:
    """An answer as server-sent events."""
    item = first
    try:
        while isinstance(item, TokenGenerated):
            piece = answer.chunk(item)
            if piece is not None:
                yield _event(piece)
            item = await anext(rest)
        for piece in answer.rest(item.reason):
            yield _event(piece)
        yield "data: [DONE]\n\n"
    except TorchLibError as error:
        yield _event(_error(str(error), "server_error"))
    except Exception:
        yield _event(_error(FAILED, "server_error"))
        raise
    finally:
        await rest.aclose()


def _event(content: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"


async def _unless_gone(web: WebRequest, work: Awaitable[Result]) -> Result:
    """What ``work`` gives; it is cancelled when the client goes away.

    Raises:
        ClientDisconnect: It has gone.
    """
    from starlette.requests import ClientDisconnect

    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait((task,), timeout=PATIENCE))[0]:
            if await web.is_disconnected():
                raise ClientDisconnect
        return task.result()
    finally:
        task.cancel()


async def _not_there(web: WebRequest, error: Exception) -> Response:
    return _problem(404, f"there is no {web.url.path}")


async def _failed(web: WebRequest, error: Exception) -> Response:
    return _json(500, _error(FAILED, "server_error"))


async def _wrong_method(web: WebRequest, error: Exception) -> Response:
    headers = cast("HTTPException", error).headers or {}
    right = " or ".join(sorted(headers["Allow"].split(", ")))
    problem = _problem(405, f"{web.url.path} takes {right}, not {web.method}")
    problem.headers.update(headers)
    return problem


def _problem(
    status: int, message: str, parameter: str | None = None, code: str | None = None
) -> Response:
    return _json(status, _error(message, "invalid_request_error", parameter, code))


def _error(
    message: str, kind: str, parameter: str | None = None, code: str | None = None
) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": parameter, "code": code}}


def _json(status: int, content: Mapping[str, Any]) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(content, status)
