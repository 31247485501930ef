"""The torch functions as Lisp calls them: names, conversions, messages."""

from __future__ import annotations

import inspect
import timeit
import warnings
from io import StringIO

import pytest
import torch

from lispe_core.dictionaries import filled
from lispe_core.errors import LispError
from lispe_core.forms import TRUE, LispList, Value
from lispe_core.library import Definition
from lispe_core.printer import display, type_name
from lispe_core.typed_lists import Floats, Integers, Numbers, Shorts
from torch_lib.errors import TorchLibWarning
from workbench.runtime.build import build_interpreter
from workbench.runtime.conversions import conversion
from workbench.runtime.tensor_value import TensorValue
from workbench.runtime.torch_binding import (
    ALIASES,
    Parameters,
    converting,
    torch_library,
    warning_sentence,
)

LIBRARY = torch_library()


def call(name: str, *arguments: Value) -> Value:
    return LIBRARY.definitions[name].function(*arguments)


def printed(name: str, *arguments: Value) -> str:
    return display(call(name, *arguments))


def tensor(*numbers: float) -> TensorValue:
    return TensorValue(torch.tensor(numbers))


@pytest.mark.parametrize("definition", LIBRARY, ids=lambda definition: definition.name)
def test_every_parameter_has_a_conversion(definition: Definition) -> None:
    Parameters.of(inspect.unwrap(definition.function))


@pytest.mark.parametrize("annotation", [bytes, complex | None, dict[str, int] | set[int]])
def test_an_annotation_without_conversion_is_refused(annotation: object) -> None:
    with pytest.raises(TypeError, match="no conversion"):
        conversion(annotation)


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_aliases_mean_the_function_they_stand_for(alias: str, name: str) -> None:
    definitions = LIBRARY.definitions

    assert inspect.unwrap(definitions[alias].function) is inspect.unwrap(definitions[name].function)


@pytest.mark.parametrize("name", ["zeros", "add", "matmul", "exp", "softmax", "slice", "cat"])
def test_functions_on_tensors_are_also_called_tensor(name: str) -> None:
    assert f"tensor_{name}" in LIBRARY.definitions


def test_lists_numbers_and_tensors_are_tensors() -> None:
    assert printed("torch_add", LispList([1.0, 2.0, 3.0]), 1) == "(2.0 3.0 4.0)"
    assert printed("torch_add", Floats([1, 2]), tensor(4.0, 5.0)) == "(5.0 7.0)"


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (Floats([1.5]), "float32"),
        (Numbers([1.5]), "float64"),
        (Integers([1]), "int64"),
        (Shorts([1]), "int16"),
        (LispList([1, 2]), "int64"),
        (LispList([1, 2.5]), "float32"),
        (LispList([TRUE, None]), "bool"),
        (LispList([Floats([1.0]), Floats([2.0])]), "float32"),
    ],
)
def test_lists_choose_the_element_type(data: Value, dtype: str) -> None:
    assert call("torch_dtype", call("torch_tensor", data)) == dtype


def test_a_tensor_never_shares_memory_with_the_list_it_was_made_from() -> None:
    numbers = Floats([1.0, 2.0])
    made = call("torch_tensor", numbers)
    numbers[0] = 9.0

    assert display(made) == "(1.0 2.0)"


def test_shapes_come_back_as_integers() -> None:
    shape = call("torch_shape", call("torch_zeros", Integers([2, 3])))

    assert type(shape) is Integers
    assert display(shape) == "(2 3)"
    assert display(call("torch_shape", call("torch_sum", tensor(1.0)))) == "()"


def test_results_are_lisp_values() -> None:
    assert call("torch_cuda_is_available") in (None, TRUE)
    assert call("torch_manual_seed", 1) is TRUE
    assert call("torch_grad", tensor(1.0)) is None
    assert type(call("torch_split", tensor(1.0, 2.0), 1)) is LispList


def test_to_list_keeps_the_kind_of_number() -> None:
    rows = call("torch_to_list", call("torch_ones", LispList([2, 2])))

    assert type(rows) is LispList
    assert [type(row) for row in rows] == [Floats, Floats]
    assert type(call("torch_to_list", call("torch_tensor", Integers([1])))) is Integers


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("float32", Floats),
        ("float64", Numbers),
        ("float16", Floats),
        ("bfloat16", Floats),
        ("int64", Integers),
        ("int32", Integers),
        ("uint8", Integers),
        ("int16", Shorts),
    ],
)
def test_lists_hold_the_elements_of_a_tensor(dtype: str, kind: type) -> None:
    rows = torch.tensor([[1, 2, 3], [4, 5, 6]]).to(getattr(torch, dtype)).T

    lists = call("torch_to_list", TensorValue(rows))

    assert display(lists) == "((1 4) (2 5) (3 6))"
    assert {type(row) for row in lists} == {kind}


def test_a_long_list_is_copied_whole() -> None:
    """A list of numbers made one by one takes twenty times as long as its bytes do."""
    long = TensorValue(torch.rand(200_000))

    whole, one_by_one = (
        min(timeit.repeat(make, number=1, repeat=3))
        for make in (lambda: call("torch_to_list", long), lambda: Floats(long.iterate()))
    )

    assert whole < one_by_one / 5


def test_numbers_are_the_shortest_decimals() -> None:
    assert call("torch_item", tensor(2.7)) == 2.7


def test_optional_arguments_may_be_nil() -> None:
    assert printed("torch_sum", tensor(1.0, 2.0), None) == "3.0"
    assert printed("torch_arange", 0, 3, None) == "[0, 1, 2]"


def test_nil_is_no_for_a_truth_value_whatever_the_default() -> None:
    layer = call("torch_linear", 2, 2, None)

    assert layer.value.bias is None


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("torch_add", (1,), "torch_add: expected 2 arguments, got 1"),
        ("torch_neg", (), "torch_neg: expected 1 argument, got 0"),
        ("torch_sum", (1, 2, 3), "torch_sum: expected 1 to 2 arguments, got 3"),
        (
            "torch_encode",
            ("text", "text"),
            "torch_encode: first argument must be a tokenizer, got a string",
        ),
        ("torch_exp", ("a",), "torch_exp: first argument must be a tensor, got a string"),
        ("torch_exp", (None,), "torch_exp: first argument must be a tensor, got nil"),
        (
            "torch_cat",
            (LispList([1.0, "a"]), 0),
            "torch_cat: entry 2 of the first argument must be a tensor, got a string",
        ),
        (
            "torch_zeros",
            (LispList([2, -3]),),
            "torch_zeros: shape must be a list of non-negative integers, got (2 -3)",
        ),
        ("torch_eye", (2.5,), "torch_eye: n must be an integer, got 2.5"),
        (
            "torch_matmul",
            (TensorValue(torch.ones(2, 3)), TensorValue(torch.ones(2, 3))),
            "torch_matmul: inner sizes differ: (2 3) x (2 3)",
        ),
        (
            "torch_linear",
            (2, 2, 1),
            "torch_linear: third argument must be true or nil, got an integer",
        ),
        (
            "torch_decode",
            (call("torch_simple_tokenizer"), LispList(["a"])),
            "torch_decode: entry 1 of the second argument must be an integer, got a string",
        ),
        (
            "torch_optimizer",
            (LispList([call("torch_linear", 1, 1), "a"]), 0.1, "sgd"),
            "torch_optimizer: entry 2 of the first argument must be a module or a tensor, "
            "got a string",
        ),
        (
            "torch_add",
            (LispList([call("torch_linear", 2, 3)]), 1),
            "torch_add: expected numbers, got PyTorch Linear Layer (2 -> 3)",
        ),
        ("torch_tensor", (LispList([1, 2, "a"]),), 'torch_tensor: element 2 is not a number ("a")'),
    ],
)
def test_messages_say_what_was_given(name: str, arguments: tuple[Value, ...], message: str) -> None:
    with pytest.raises(LispError) as caught:
        call(name, *arguments)

    assert str(caught.value) == f"Error: {message}"


def test_an_alias_speaks_of_itself() -> None:
    with pytest.raises(LispError, match="torch_size: first argument"):
        call("torch_size", "text")


@pytest.mark.parametrize("name", ["torch_zeros", "tensor_zeros", "torch_view", "torch_no_grad"])
def test_a_function_is_printed_by_its_lisp_name(name: str) -> None:
    interpreter = build_interpreter(
        output=StringIO(), error_output=StringIO(), read_line=lambda prompt: None
    )

    assert display(interpreter.evaluate(f"(use 'lispe_torch) {name}")) == name
    assert display(interpreter.evaluate(f"(list {name} 1)")) == f"({name} 1)"


def test_torchs_own_words_are_one_line() -> None:
    with pytest.raises(LispError) as caught:
        call("torch_einsum", "ij,jk", LispList([tensor(1.0)]))

    assert str(caught.value).startswith("Error: torch_einsum: ")
    assert "\n" not in str(caught.value)


def test_missing_files_are_named() -> None:
    with pytest.raises(LispError, match=r"torch_load_tokenizer: file not found: nowhere\.model"):
        call("torch_load_tokenizer", "nowhere.model")


def test_a_defect_keeps_its_traceback() -> None:
    def broken() -> None:
        """Fail as only our own mistakes fail."""
        raise AttributeError("no such attribute")

    with pytest.raises(AttributeError):
        converting("torch_broken", broken)()


def test_objects_print_their_line_and_keep_their_identity() -> None:
    model = call("torch_model", 4, 8, 2)

    assert display(model) == "PyTorch Model (4 -> 8 -> 2)"
    assert type_name(model) == "torch_model"
    assert call("torch_eval", model) is model
    assert bool(model)


def test_types_are_named_after_the_functions_that_make_them(tmp_path) -> None:
    corpus, prefix = tmp_path / "corpus.txt", str(tmp_path / "pieces")
    corpus.write_text("one two three\n" * 3)
    call("torch_train_sentencepiece", str(corpus), prefix, 16)
    made: dict[str, tuple[Value, ...]] = {
        "torch_linear": (2, 2),
        "torch_multihead_attention": (4, 2),
        "torch_simple_tokenizer": (),
        "torch_sentencepiece_tokenizer": (f"{prefix}.model",),
    }

    types = {name: type_name(call(name, *arguments)) for name, arguments in made.items()}

    assert types == {name: name for name in made}


def test_a_tensor_that_is_given_back_is_the_same_value() -> None:
    values = tensor(1.0, 2.0)

    assert call("torch_to_cpu", values) is values
    assert call("torch_requires_grad", values, TRUE) is values
    assert call("torch_clone", values) is not values


def test_a_name_that_a_state_dict_lacks_is_named() -> None:
    states = call("torch_state_dict", call("torch_linear", 2, 2))

    with pytest.raises(LispError, match=r'^Error: state dict has no entry "bais"$'):
        states.at("bais")


def test_a_tokenizer_is_made_with_or_without_a_file(tmp_path) -> None:
    path = str(tmp_path / "words.json")
    tokenizer = call("torch_tokenizer_create")
    call("torch_encode", tokenizer, "one two")
    call("torch_save_tokenizer", tokenizer, path)

    assert call("torch_vocab_size", call("torch_tokenizer_create", path)) == 6


def test_a_module_is_called_like_a_function() -> None:
    layer = call("torch_linear", 2, 3)

    assert display(call("torch_shape", layer.call((tensor(1.0, 2.0),)))) == "(3)"


def test_maps_configure() -> None:
    config = filled(dict, [("max_length", 7), ("eos_token_id", Integers([1, 2]))])

    made = call("torch_generation_config", config).value

    assert made.max_length == 7
    assert list(made.eos_token_id) == [1, 2]


def test_lisp_functions_are_called_back_with_lisp_values(tmp_path) -> None:
    seen: list[Value] = []
    path = tmp_path / "lines.txt"
    path.write_text("one two\nthree\n")

    def callback(ids: Value) -> Value:
        seen.append(ids)
        return None

    tokenizer = call("torch_simple_tokenizer")
    assert call("torch_encode_file", tokenizer, str(path), callback) == 2
    assert [display(ids) for ids in seen] == ["[2, 4, 5, 3]", "[2, 6, 3]"]


def test_a_mistake_in_a_lisp_function_is_not_the_callers() -> None:
    output = StringIO()
    interpreter = build_interpreter(
        output=output, error_output=output, read_line=lambda prompt: None
    )
    interpreter.evaluate(
        "(use 'lispe_torch)"
        "(setq model (torch_sequential (list (torch_embedding 9 4) (torch_linear 4 9))))"
        "(setq generator (torch_generator_create model))"
    )

    with pytest.raises(LispError, match=r"^Error: Wrong number of arguments in: '\(lambda \(id\)"):
        interpreter.evaluate("(torch_generator_stream generator '(1 2) (lambda (id) id))")


def test_a_warning_names_the_function_that_gives_it() -> None:
    def careless() -> None:
        """Warn."""
        warnings.warn("look out", TorchLibWarning, stacklevel=2)

    sentences: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *rest: sentences.append(warning_sentence(message))
        converting("torch_careless", careless)()

    assert sentences == ["torch_careless: look out"]


def test_a_call_costs_a_few_microseconds_more_than_torch() -> None:
    """Generous: a machine under load is many times slower than the 2 µs measured."""
    one = tensor(1.0)
    add = LIBRARY.definitions["torch_add"].function

    bound = min(timeit.repeat(lambda: add(one, one), number=500, repeat=20)) / 500
    plain = min(timeit.repeat(lambda: one.tensor + one.tensor, number=500, repeat=20)) / 500

    assert bound - plain < 20e-6
