from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from lispe_core.interpreter import Interpreter
from tests.workbench.panels.panel_app import PanelApp
from torch_lib.events import GenerationFinished, GenerationStarted, TokenGenerated
from workbench.app.panels.ask_form import AskForm
from workbench.app.panels.base import EvaluateSource
from workbench.app.panels.chat import (
    ORIGIN,
    Message,
    Sampling,
    is_name,
    lisp_string,
    question_program,
    sampling,
)
from workbench.app.panels.generation import GenerationPanel
from workbench.app.panels.model_loading import ways_to_load
from workbench.app.panels.models import MOST, find_models, model_folders
from workbench.app.panels.pick import Pick
from workbench.runtime.protocol import (
    ErrorView,
    EvaluationFailed,
    EvaluationInterrupted,
    EvaluationStarted,
    VariablesChanged,
    VariableView,
)

ODD_TEXT = 'a "b"\\n c\\ \n\t\r λ (d) [e] {f} ;; g\\'


@pytest.fixture
def panel() -> GenerationPanel:
    return GenerationPanel()


def variables(**kinds: str) -> VariablesChanged:
    views = (VariableView(name, kind, "", 1) for name, kind in kinds.items())
    return VariablesChanged(tuple(views))


def test_any_text_survives_as_a_string_of_lisp() -> None:
    assert Interpreter([]).evaluate(lisp_string(ODD_TEXT)) == ODD_TEXT


def test_a_program_asks_with_the_conversation_and_the_settings() -> None:
    turns = [Message("user", "Hi"), Message("assistant", "Yes?"), Message("user", 'Say "a"')]

    program = question_program("m", turns, Sampling(0.5, 7, 0.9, 30))

    for part in (
        '{"role":"assistant" "content":"Yes?"}',
        r'"content":"Say \"a\""',
        '"max_length":30 "do_sample":true "temperature":0.5 "top_k":7 "top_p":0.9',
    ):
        assert part in program


STUBS = """
(defun torch_model_tokenizer (model) model)
(defun torch_generator_create (model) model)
(defun torch_generator_configure (generator options) true)
(defun torch_generator_generate (generator ids) ids)
(defun torch_encode (tokenizer text) text)
(defun torch_decode (tokenizer ids) ids)
(defun torch_slice (ids dimension from to) ids)
(defun torch_chat_prompt (tokenizer messages)
   (if (in tokenizer (@ messages 0 "role")) (throw "refused"))
   (join (maplist (\\ (turn) (+ (@ turn "role") "=" (@ turn "content"))) messages) "|"))
"""
"""A model that writes its prompt; its template refuses what begins with the roles it names."""


@pytest.mark.parametrize(
    ("refused", "prompt"),
    [
        ("", 'system=Be "[b]"|user=Hi|assistant=Yes?|user=Why'),
        ("system", 'user=Be "[b]"\n\nHi|assistant=Yes?|user=Why'),
        ("system user", 'Be "[b]"\n\nWhy'),
    ],
)
def test_a_system_message_goes_to_the_model_in_the_way_it_knows(refused: str, prompt: str) -> None:
    turns = [Message("user", "Hi"), Message("assistant", "Yes?"), Message("user", "Why")]
    program = question_program("m", [Message("system", 'Be "[b]"'), *turns], Sampling())
    interpreter = Interpreter([])
    interpreter.evaluate(f'{STUBS}(setq m "{refused}")')

    assert interpreter.evaluate(program) == prompt


def test_a_question_without_a_template_is_continued() -> None:
    interpreter = Interpreter([])
    interpreter.evaluate(f'{STUBS}(setq m "user")')

    assert interpreter.evaluate(question_program("m", [Message("user", "Hi")], Sampling())) == "Hi"


def test_temperature_zero_takes_the_best_token() -> None:
    program = question_program("m", [Message("user", "Hi")], Sampling(temperature=0))

    assert '"do_sample":false "repetition_penalty":1.0}' in program


def test_a_penalty_and_a_seed_are_asked_with() -> None:
    settings = sampling("1", "1", "1", "1", "1.2", "7")

    program = question_program("m", [Message("user", "Hi")], settings)

    assert '"repetition_penalty":1.2 "seed":7}' in program
    with pytest.raises(ValueError, match="the seed must be a whole number"):
        sampling("1", "1", "1", "1", "1", "x")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (("x", "1", "1", "1"), "the temperature must be a number"),
        (("nan", "1", "1", "1"), "the temperature"),
        (("1", "1.5", "1", "1"), "top-k must be a whole number"),
        (("1", "1", "0", "1"), "top-p"),
        (("1", "1", "1", "0"), "the number of tokens"),
    ],
)
def test_settings_out_of_their_limits_are_named(
    values: tuple[str, str, str, str], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        sampling(*values)


def test_names_of_variables() -> None:
    assert is_name("λ-model_2")
    assert not any(map(is_name, ("", "a b", "(a)", 'a"', "1a", "a;b")))


async def ask(pilot: Pilot[None], question: str) -> None:
    pilot.app.query_one("#ask-question", Input).value = question
    await pilot.press("enter")
    await pilot.pause()


async def test_a_question_goes_to_the_model_that_is_there(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.receive([variables(count="integer_", llama="torch_decoder")])
        panel.focus()
        await pilot.press("a", *"Why", "enter")
        await pilot.pause()

        (wish,) = app.wishes
        assert isinstance(wish, EvaluateSource)
        assert (wish.origin, wish.note) == (ORIGIN, "ask llama: Why")
        assert '"content":"Why"' in wish.source
        assert panel.query_one("#ask-question", Input).value == ""


async def test_an_answer_is_part_of_the_next_question(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.focus()
        await pilot.press("a")
        await ask(pilot, "One?")
        await ask(pilot, "Too early?")
        assert len(app.wishes) == 1

        panel.receive([EvaluationStarted(1, "", ORIGIN), GenerationStarted("One?", 1, 9)])
        panel.receive([TokenGenerated(1, " Yes."), GenerationFinished(1, 0.1, "end")])
        await ask(pilot, "Two?")
        wish = app.wishes[-1]
        assert isinstance(wish, EvaluateSource)
        assert '"assistant" "content":"Yes."' in wish.source

        panel.receive([EvaluationInterrupted(2, 0.1)])
        await pilot.press("escape", "n", "a")
        await ask(pilot, "Three?")
        wish = app.wishes[-1]
        assert isinstance(wish, EvaluateSource)
        assert wish.source.count('"role"') == 1


async def test_another_answer_takes_the_place_of_the_one_before(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.focus()
        await pilot.press("a")
        await ask(pilot, "One?")
        (wish,) = app.wishes
        assert isinstance(wish, EvaluateSource)
        for number, answer in enumerate((" Yes.", " No."), 1):
            panel.receive([EvaluationStarted(number, wish.source, ORIGIN)])
            panel.receive([GenerationStarted("One?", 1, 9), TokenGenerated(1, answer)])
            panel.receive([GenerationFinished(1, 0.1, "end")])
            if number == 1:
                await pilot.press("escape", "r")
                assert app.wishes[-1] == EvaluateSource(
                    wish.source, ORIGIN, "again: ask model: One?"
                )

        assert [message.content for message in panel.conversation] == ["One?", "No."]


async def test_a_question_that_fails_is_forgotten_and_says_why(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.focus()
        await pilot.press("a")
        await ask(pilot, "One?")
        panel.receive([EvaluationStarted(1, "", ORIGIN)])
        panel.receive([EvaluationFailed(1, ErrorView("no value [/x]"), 0.1)])
        await pilot.pause()

        assert panel.conversation == []
        assert [note.message for note in app._notifications] == ["no value [/x]"]


async def test_each_question_is_asked_under_the_system_message(panel: GenerationPanel) -> None:
    """It is no turn of the conversation: another one takes its place."""
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.focus()
        await pilot.press("a", "up", *"Brief", "enter")
        await ask(pilot, "One?")
        panel.receive([EvaluationStarted(1, "", ORIGIN), GenerationStarted("One?", 1, 9)])
        panel.receive([TokenGenerated(1, "Yes."), GenerationFinished(1, 0.1, "end")])
        pilot.app.query_one("#ask-system", Input).value = "Long"
        await ask(pilot, "Two?")

        first, second = (wish for wish in app.wishes if isinstance(wish, EvaluateSource))
        assert '"role":"system" "content":"Brief"' in first.source
        assert "Brief" not in second.source
        assert '"role":"system" "content":"Long"' in second.source


async def test_wrong_settings_are_named_before_anything_is_asked(panel: GenerationPanel) -> None:
    app = PanelApp(panel)
    async with app.run_test(size=(48, 20)) as pilot:
        panel.focus()
        await pilot.press("a")
        panel.query_one("#ask-top-p", Input).value = "7"
        await ask(pilot, "One?")

        assert app.wishes == []
        assert "top-p" in next(iter(app._notifications)).message


async def test_the_form_fits_a_narrow_panel(panel: GenerationPanel) -> None:
    async with PanelApp(panel).run_test(size=(48, 20)) as pilot:
        panel.focus()
        await pilot.press("a")
        await pilot.pause()

        form = panel.query_one(AskForm)
        assert all(field.region.right <= form.region.right for field in form.query(Input))
        assert all(field.region.width >= 4 for field in form.query(Input))

        await pilot.press("escape")
        await pilot.pause()
        assert not form.display


def test_models_are_found_a_few_levels_down(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "small.gguf").write_bytes(b"12345")
    (tmp_path / "llama").mkdir()
    (tmp_path / "llama" / "config.json").write_text("{}")
    (tmp_path / "llama" / "model.safetensors").write_bytes(b"123")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text("{}")
    deep = tmp_path.joinpath(*"123456")
    deep.mkdir(parents=True)
    (deep / "deep.gguf").write_bytes(b"")

    found = find_models([tmp_path, tmp_path / "missing"])

    assert [(str(one.path.relative_to(tmp_path)), one.size) for one in found] == [
        ("a/b/small.gguf", 5),
        ("llama", 3),
    ]


def test_many_models_are_found_up_to_a_number(tmp_path: Path) -> None:
    """However many folders there are: somebody's whole disk is not read."""
    for folder in "abc":
        (tmp_path / folder).mkdir()
        for number in range(MOST):
            (tmp_path / folder / f"{number}.gguf").touch()

    assert len(find_models(tmp_path / folder for folder in "abc")) == MOST


def test_folders_of_models_are_separated_as_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.app.panels.models.find_spec", lambda name: None)

    assert model_folders("/a: :/b") == [Path("/a"), Path("/b")]


@pytest.mark.parametrize(
    ("keys", "loading"),
    [
        (["enter"], '(torch_load_model "{}" nil "file")'),
        (["down", "down", "enter"], '(torch_load_model "{}" nil "int4")'),
        (["end", "enter"], '(torch_load_model "{}")'),
    ],
)
async def test_a_model_is_loaded_from_the_list(
    panel: GenerationPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: list[str],
    loading: str,
) -> None:
    monkeypatch.setattr("workbench.app.panels.models.find_spec", lambda name: None)
    path = tmp_path / "tiny[x].gguf"
    path.write_bytes(b"")
    panel.models = str(tmp_path)
    app = PanelApp(panel)
    async with app.run_test(size=(100, 20)) as pilot:
        panel.focus()
        await pilot.press("m")
        await pilot.pause(0.3)
        assert isinstance(app.screen, Pick)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert isinstance(app.screen, Pick)
        assert app.screen.topic == "Load tiny[x].gguf"
        await pilot.press(*keys)
        await pilot.pause(0.2)

        source = f"(setq model {loading.format(path)})"
        assert app.wishes == [EvaluateSource(source, ORIGIN, "load tiny[x].gguf")]


def test_the_models_of_a_folder_are_loaded_as_they_are_or_quantized() -> None:
    programs = [way.program for way in ways_to_load(Path("llama"))]

    assert programs == [
        '(torch_load_model "llama")',
        '(torch_load_model "llama" nil "int8")',
        '(torch_load_model "llama" nil "int4")',
    ]
