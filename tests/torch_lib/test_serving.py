"""A generator that clients of OpenAI's API talk to."""

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread

import httpx2
import openai
import pytest
import torch
from openai import OpenAI
from openai.types.chat import ChatCompletionContentPartTextParam, ChatCompletionMessageParam
from torch import nn

from tests.torch_lib.small_models import VOCABULARY, Letters, counting_model
from torch_lib import decoding
from torch_lib.decoder import llama_model
from torch_lib.errors import ArgumentError
from torch_lib.events import Event, GenerationFinished, Progress, TokenGenerated, listening
from torch_lib.generation import Generator
from torch_lib.generation_config import GenerationConfig
from torch_lib.serving import Endpoint, EndpointOptions, serve

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "ab"}]


def alphabet(**settings: object) -> Generator:
    """Goes on with the alphabet."""
    model = counting_model()
    model.tokenizer = Letters()  # type: ignore[assignment]
    return Generator(model, GenerationConfig(max_length=3, strategy="greedy").updated(settings))


@contextmanager
def endpoint(
    generator: Generator, options: EndpointOptions | None = None, key: str = "any"
) -> Iterator[OpenAI]:
    """A client of a running endpoint."""
    served = Endpoint(generator, 0, options)
    thread = Thread(target=served.run)
    thread.start()
    try:
        with OpenAI(base_url=served.address, api_key=key, max_retries=0, timeout=20) as client:
            yield client
    finally:
        served.stop()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    """A client of the alphabet."""
    with endpoint(alphabet()) as client:
        yield client


def test_a_conversation_is_answered(client: OpenAI) -> None:
    """The text, why it ended and how long it is."""
    answer = client.chat.completions.create(model="any", messages=ASKED)
    [choice] = answer.choices
    assert choice.message.content == "cde"
    assert choice.finish_reason == "length"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (2, 3)


def test_parts_of_a_message_are_joined(client: OpenAI) -> None:
    """Clients send texts as lists of parts too."""
    parts: list[ChatCompletionContentPartTextParam] = [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "d"},
    ]
    answer = client.chat.completions.create(
        model="any", messages=[{"role": "user", "content": parts}], max_tokens=1
    )
    assert answer.choices[0].message.content == "e"


def test_an_answer_comes_token_by_token(client: OpenAI) -> None:
    """Each piece as it is written, then the reason, then the counts."""
    stream = client.chat.completions.create(
        model="any", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    *pieces, last, counts = stream
    assert [piece.choices[0].delta.content for piece in pieces] == ["c", "d", "e"]
    assert pieces[0].choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "length"
    assert counts.usage is not None
    assert counts.usage.total_tokens == 5


def test_a_text_is_continued(client: OpenAI) -> None:
    """From a text or from token ids, at once or as a stream."""
    for prompt in ("cd", ["cd"], [2, 3]):
        answer = client.completions.create(model="any", prompt=prompt)
        assert answer.choices[0].text == "efg"
    stream = client.completions.create(model="any", prompt="cd", stream=True)
    assert "".join(piece.choices[0].text for piece in stream) == "efg"


def test_probabilities_are_told(client: OpenAI) -> None:
    """Of the chosen tokens and of the best others."""
    answer = client.chat.completions.create(
        model="any", messages=ASKED, logprobs=True, top_logprobs=2
    )
    told = answer.choices[0].logprobs
    assert told is not None
    assert told.content is not None
    assert [token.token for token in told.content] == ["c", "d", "e"]
    first = told.content[0]
    assert [other.token for other in first.top_logprobs] == ["c", "d"]
    assert first.logprob == pytest.approx(first.top_logprobs[1].logprob + 1)
    completed = client.completions.create(model="any", prompt="cd", logprobs=1).choices[0]
    assert completed.logprobs is not None
    assert completed.logprobs.tokens == ["e", "f", "g"]
    assert completed.logprobs.text_offset == [0, 1, 2]
    stream = client.completions.create(model="any", prompt="cd", logprobs=1, stream=True)
    offsets = [piece.choices[0].logprobs for piece in stream]
    assert [one.text_offset for one in offsets if one is not None] == [[0], [1], [2]]


def test_a_text_ends_at_a_stop_string(client: OpenAI) -> None:
    """Which is not part of it."""
    answer = client.chat.completions.create(
        model="any", messages=ASKED, max_tokens=8, stop=["fg", "zz"]
    )
    assert answer.choices[0].message.content == "cde"
    assert answer.choices[0].finish_reason == "stop"
    stream = client.completions.create(
        model="any", prompt="ab", max_tokens=8, stop="fg", stream=True
    )
    assert "".join(piece.choices[0].text for piece in stream) == "cde"
    stream = client.completions.create(
        model="any", prompt="ab", max_tokens=4, stop="fz", stream=True
    )
    assert [piece.choices[0].text for piece in stream] == ["c", "d", "e", "f", ""]


def test_an_end_token_ends_a_text() -> None:
    """The reason is told apart from a full length."""
    with endpoint(alphabet(eos_token_id=4)) as client:
        answer = client.chat.completions.create(model="any", messages=ASKED, max_tokens=8)
    assert answer.choices[0].finish_reason == "stop"


def test_settings_of_a_request_hold() -> None:
    """Temperature, top-p and seed; 0 takes the most probable tokens."""
    with endpoint(alphabet(strategy="sample", temperature=1.0, max_length=30)) as client:

        def text(
            temperature: float | None = None, top_p: float | None = None, seed: int | None = None
        ) -> str | None:
            answer = client.chat.completions.create(
                model="any", messages=ASKED, temperature=temperature, top_p=top_p, seed=seed
            )
            return answer.choices[0].message.content

        assert (
            text(temperature=0)
            == text(top_p=0.01)
            == "".join("abcdefghijkl"[place % VOCABULARY] for place in range(2, 32))
        )
        assert text(temperature=2, seed=5) == text(temperature=2, seed=5)
        assert text(temperature=2, seed=5) != text(temperature=2, seed=6)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"messages": []}, "messages must be a list that is not empty"),
        ({"messages": "hello"}, "messages must be a list that is not empty"),
        ({"messages": [{"content": "a"}]}, "messages[0] must be an object with a role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content must be a text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages[0].content may only have parts of type text",
        ),
        ({"messages": [{"role": "user", "content": ""}]}, "the prompt is empty"),
        ({"temperature": 3}, "temperature must be a number from 0 to 2"),
        ({"temperature": "hot"}, "temperature must be a number from 0 to 2"),
        ({"top_p": 0}, "top_p must be a number above 0 and at most 1"),
        ({"max_tokens": 0}, "max_tokens must be an integer of at least 1"),
        ({"seed": 0.5}, "seed must be an integer"),
        ({"stop": [""]}, "stop must be a text or up to 4 texts"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs must be an integer from 0 to 20"),
        ({"n": 2}, "n is not supported"),
        ({"tools": [{"type": "function"}]}, "tools is not supported"),
        ({"frequency_penalty": 0.5}, "frequency_penalty is not supported"),
        ({"response_format": {"type": "json_object"}}, "response_format is not supported"),
        ({"logit_bias": {"1": 5}}, "logit_bias is not supported"),
        ({"stream": "yes"}, "stream must be true or false"),
    ],
)
def test_what_is_wrong_is_said(client: OpenAI, wrong: dict[str, object], sentence: str) -> None:
    """A sentence in the API's own form, whichever client shows it."""
    body = {"model": "any", "messages": ASKED, **wrong}
    answer = httpx2.post(f"{client.base_url}chat/completions", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == sentence


def test_fields_that_ask_for_nothing_are_passed_over(client: OpenAI) -> None:
    """And those that no other answer comes of."""
    fields = {"n": 1, "tools": [], "presence_penalty": 0, "response_format": {"type": "text"}}
    body = {"model": "any", "messages": ASKED, "logit_bias": None, "user": "somebody", **fields}
    answer = httpx2.post(f"{client.base_url}chat/completions", json=body)
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "cde"


@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (b"{", "application/json", "the request is not JSON"),
        (b"[" * 100_000, "application/json", "the request is not JSON"),
        (b"[]", "application/json", "the request must be a JSON object"),
        (b"{}", "text/plain", "the content type must be application/json"),
        (b" " * 9_000_000, "application/json", "the request is larger than 8388608 bytes"),
    ],
)
def test_what_is_no_request_is_refused(
    client: OpenAI, content: bytes, kind: str, sentence: str
) -> None:
    """Pages of other sites, which may send texts anywhere, are among it."""
    answer = httpx2.post(
        f"{client.base_url}chat/completions", content=content, headers={"Content-Type": kind}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == sentence


def test_unknown_paths_are_named(client: OpenAI) -> None:
    """In the same form."""
    answer = httpx2.post(f"{client.base_url}embeddings", json={})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "there is no /v1/embeddings"


def test_a_wrong_method_is_told_with_the_right_one(client: OpenAI) -> None:
    """Status 405 in the same form; the header says it to programs."""
    for method, path, right in (
        ("GET", "chat/completions", "POST"),
        ("DELETE", "completions", "POST"),
        ("POST", "models", "GET or HEAD"),
    ):
        answer = httpx2.request(method, f"{client.base_url}{path}")
        assert answer.status_code == 405
        assert sorted(answer.headers["Allow"].split(", ")) == right.split(" or ")
        error = answer.json()["error"]
        assert error["message"] == f"/v1/{path} takes {right}, not {method}"
        assert error["type"] == "invalid_request_error"


def test_a_name_that_is_made_to_point_here_is_refused(client: OpenAI) -> None:
    """A page whose own name leads to this machine reads nothing."""
    answer = httpx2.get(f"{client.base_url}models", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_a_key_is_asked_for() -> None:
    """Where there is one, nothing is answered without it."""
    options = EndpointOptions(api_key="secret", model="alphabet")
    wrong = pytest.raises(openai.AuthenticationError, match="the API key is missing or wrong")
    with endpoint(alphabet(), options, key="guess") as client, wrong:
        client.models.list()
    with endpoint(alphabet(), options, key="secret") as client:
        assert [model.id for model in client.models.list()] == ["alphabet"]


def test_a_client_that_goes_away_ends_its_text(client: OpenAI) -> None:
    """Or else nobody would be answered any more."""
    for _ in range(2):
        stream = client.chat.completions.create(
            model="any", messages=ASKED, max_tokens=10**8, stream=True
        )
        assert next(iter(stream)).choices[0].delta.content == "c"
        stream.close()
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=1).chat.completions.create(
            model="any", messages=ASKED, max_tokens=10**8
        )
    answer = client.chat.completions.create(model="any", messages=ASKED)
    assert answer.choices[0].message.content == "cde"


def failing_model() -> nn.Module:
    """Goes on with the alphabet up to ``e``, after which it knows no numbers."""
    model = counting_model()
    model.tokenizer = Letters()  # type: ignore[assignment]
    with torch.no_grad():
        model.get_parameter("weight")[4] = torch.nan
    return model


def test_a_model_that_fails_is_told() -> None:
    """What was written until then is no answer: the client would take it for one."""
    sentence = "the model's logits are not numbers (nan)"
    with endpoint(Generator(failing_model(), GenerationConfig(strategy="greedy"))) as client:
        place = f"{client.base_url}completions"
        answer = httpx2.post(place, json={"prompt": "b"})
        assert answer.status_code == 500
        assert answer.json()["error"]["type"] == "server_error"
        assert answer.json()["error"]["message"] == sentence
        stream = client.completions.create(model="any", prompt="b", stream=True)
        assert "".join(next(stream).choices[0].text for _ in "cde") == "cde"
        with pytest.raises(openai.APIError, match=re.escape(sentence)):
            next(stream)
        assert httpx2.post(place, json={"prompt": "e"}).json()["error"]["message"] == sentence


def test_a_length_that_no_memory_holds_is_refused(client: OpenAI) -> None:
    for stream in (False, True):
        body = {"prompt": "a", "max_tokens": 2**40, "stream": stream}
        answer = httpx2.post(f"{client.base_url}completions", json=body)
        assert answer.status_code == 400
        assert "GiB are available" in answer.json()["error"]["message"]


def test_a_defect_is_told_in_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients read nothing else."""

    def defective(*_: object) -> Iterator[TokenGenerated]:
        yield TokenGenerated(2, "c")
        raise ZeroDivisionError

    monkeypatch.setattr(Generator, "stream", defective)
    with endpoint(alphabet()) as client:
        answer = httpx2.post(f"{client.base_url}completions", json={"prompt": "a"})
        stream = client.completions.create(model="any", prompt="a", stream=True)
        assert next(stream).choices[0].text == "c"
        with pytest.raises(openai.APIError, match="the endpoint has failed"):
            next(stream)
    assert answer.status_code == 500
    assert answer.json()["error"]["type"] == "server_error"


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_ends_the_reading_of_its_prompt(
    stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long prompts are read part by part, and the next client waits for no more than one."""
    monkeypatch.setattr(decoding, "CHUNK", 8)
    parts = 200
    sizes = {"vocab_size": VOCABULARY, "hidden_size": 16, "num_heads": 2, "num_layers": 1}
    model = llama_model({**sizes, "max_position_embeddings": 8 * parts + 8})
    model.tokenizer = Letters()
    read: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, Progress):
            read.append(event.done)
            time.sleep(0.05)

    with listening(hear), endpoint(Generator(model, GenerationConfig(max_length=1))) as client:
        with pytest.raises(openai.APITimeoutError):
            client.with_options(timeout=0.5).completions.create(
                model="any", prompt=[1] * (8 * parts), stream=stream
            )
        client.completions.create(model="any", prompt="a")
    assert read
    assert read[-1] < 8 * parts


@pytest.mark.parametrize("stream", [False, True])
def test_answers_end_with_the_endpoint(stream: bool) -> None:
    """The one under way as it is, the one that waits for its turn with a sentence."""
    asked = {"prompt": "a", "max_tokens": 10**8, "stream": stream}
    with ThreadPoolExecutor(2) as clients:
        with endpoint(alphabet()) as client:
            place = f"{client.base_url}completions"
            answers = [clients.submit(httpx2.post, place, json=asked, timeout=20) for _ in "ab"]
            time.sleep(0.5)
        first, second = sorted((one.result() for one in answers), key=lambda one: one.status_code)
    assert '"finish_reason": "stop"' in first.text.replace('":"', '": "')
    assert second.status_code == 503
    assert second.json()["error"]["message"] == "the endpoint has ended"


def test_several_clients_wait_for_their_turn(client: OpenAI) -> None:
    """All are answered, each with its own text."""

    def text(prompt: str) -> str:
        return client.completions.create(model="any", prompt=prompt).choices[0].text

    with ThreadPoolExecutor(6) as clients:
        assert list(clients.map(text, "abcdef")) == ["bcd", "cde", "def", "efg", "fgh", "ghi"]


def test_what_is_served_is_heard() -> None:
    """By those who listen where the endpoint was made."""
    heard: list[Event] = []
    with listening(heard.append), endpoint(alphabet()) as client:
        client.chat.completions.create(model="any", messages=ASKED)
    assert [event.text for event in heard if isinstance(event, TokenGenerated)] == ["c", "d", "e"]
    assert isinstance(heard[-1], GenerationFinished)


def test_other_machines_need_a_key() -> None:
    """An open door is not offered."""
    with pytest.raises(ArgumentError, match=r"serving on 0\.0\.0\.0 lets other machines in"):
        serve(alphabet(), 0, {"host": "0.0.0.0"})


def test_a_port_that_is_taken_is_named() -> None:
    """In one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ArgumentError, match=f"cannot listen on 127.0.0.1 port {port}: "):
            serve(alphabet(), port)
    with pytest.raises(ArgumentError, match="the port must be from 0 to 65535, got 70000"):
        serve(alphabet(), 70000)


def test_a_model_without_tokenizer_is_refused() -> None:
    """There would be no text to answer."""
    with pytest.raises(ArgumentError, match="the model came without a tokenizer"):
        serve(Generator(counting_model()), 0)
