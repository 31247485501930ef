"""What crosses the boundary between the app and its evaluator: plain data.

Live values stay with the evaluator. The app holds a :class:`Handle` and asks for more of a value
by it. Everything here is a frozen dataclass of numbers, strings and tuples that survives pickle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch_lib.events import (
    GenerationFinished,
    GenerationStarted,
    Metric,
    Progress,
    TokenGenerated,
)

EvaluationId = int
Handle = int
RequestId = int
Stream = Literal["output", "error"]
Element = float | int | bool
Step = str | int | float
Trail = tuple[Step, ...]
"""The way from a value to a part of it: indices, keys, names of submodules and parameters."""

ATTENTION_KIND = "torch_attention_maps"
"""The kind of the value that ``attend`` gives: a tensor (batch, head, query, key) a layer."""

GRADIENT = "gradient"
"""The step from a tensor to its gradient."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a tensor that is looked at: the last two dimensions, cut out.

    ``leading`` holds one index for every dimension before the last two.
    """

    leading: tuple[int, ...] = ()
    row: int = 0
    rows: int = 40
    column: int = 0
    columns: int = 20


@dataclass(frozen=True, slots=True)
class TensorStatistics:
    """Numbers about the finite elements; ``sampled`` of them were looked at if not all.

    ``histogram`` counts elements in equal bins from ``minimum`` to ``maximum``.
    """

    minimum: float
    maximum: float
    mean: float
    deviation: float
    nans: int
    infinities: int
    histogram: tuple[int, ...]
    sampled: int | None = None


@dataclass(frozen=True, slots=True)
class TensorView:
    """A tensor as far as it is shown: facts, statistics, one window of elements.

    ``statistics`` is ``None`` for a tensor without finite elements. ``elements`` are rows of the
    window that was asked for, clipped to the tensor. ``trail`` leads to it from the value under
    ``handle``. ``row_labels`` and ``column_labels`` are what stands beside the rows and columns of
    the window, if anything does: of attention the tokens.
    """

    handle: Handle
    shape: tuple[int, ...]
    dtype: str
    device: str
    requires_grad: bool
    statistics: TensorStatistics | None
    window: Window
    elements: tuple[tuple[Element, ...], ...]
    trail: Trail = ()
    has_gradient: bool = False
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What a module holds, or one parameter of it, its submodules included.

    ``output`` tells the last sizes of what a module gives as far as its class does, ``→32``, or
    the shape of a parameter. ``parameters`` and ``trainable`` count numbers, ``size`` is in
    bytes. ``marks`` are words such as ``frozen``, ``LoRA`` and ``int8``.
    """

    output: str
    parameters: int
    trainable: int
    size: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """A part of a value in one line; ``step`` leads to it, ``opens`` says that it has parts."""

    step: Step
    label: str
    kind: str
    text: str
    opens: bool = False
    module: ModuleFacts | None = None


@dataclass(frozen=True, slots=True)
class EntriesView:
    """The parts of a value from number ``first`` on, of ``count`` in all."""

    count: int
    first: int
    entries: tuple[EntryView, ...]
    module: ModuleFacts | None = None


@dataclass(frozen=True, slots=True)
class ValueView:
    """A value as text: ``kind`` is its Lisp type name; ``text`` may be cut (``truncated``).

    ``trail`` leads to it from the value under ``handle``.
    """

    kind: str
    text: str
    handle: Handle
    truncated: bool = False
    tensor: TensorView | None = None
    entries: EntriesView | None = None
    trail: Trail = ()


@dataclass(frozen=True, slots=True)
class PartComparison:
    """How a tensor inside a model or a container differs from the one of the same name.

    A shape is ``None`` where there is no such tensor. ``problem`` says why there is no largest
    difference.
    """

    name: str
    shape: tuple[int, ...] | None
    other_shape: tuple[int, ...] | None
    problem: str = ""
    largest: float = 0.0


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """How the tensor at ``handle`` and ``trail`` differs from the one under ``other``.

    Of models and containers all tensors in them are compared, ``parts``. ``counterpart`` leads to
    the part of the other one that a part was compared with.

    ``problem`` says why there are no differences to tell. They are those of the elements that are
    finite in both; ``unlike`` counts elements that are finite in one only. ``place`` holds the
    index of the largest difference, ``relative`` the largest one as a share of the larger number.
    ``sampled`` elements were looked at if not all.
    """

    handle: Handle
    trail: Trail
    other: Handle
    shape: tuple[int, ...] = ()
    other_shape: tuple[int, ...] = ()
    problem: str = ""
    largest: float = 0.0
    place: tuple[int, ...] = ()
    relative: float = 0.0
    mean: float = 0.0
    cosine: float = 0.0
    different: int = 0
    unlike: int = 0
    sampled: int | None = None
    parts: tuple[PartComparison, ...] = ()
    counterpart: Trail = ()


@dataclass(frozen=True, slots=True)
class VariableView:
    """A global of the program: its kind and a short printed value on one line."""

    name: str
    kind: str
    text: str
    handle: Handle
    is_tensor: bool = False


@dataclass(frozen=True, slots=True)
class FrameView:
    """One level of the Lisp call stack; lines and columns count from 1, 0 is unknown.

    ``held`` are its variables with their values, each on one line that is not too long.
    """

    name: str
    origin: str
    line: int
    column: int
    held: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An error of the program: its sentence, its place, the source line, the Lisp stack.

    ``trace`` is the Python traceback, filled in only for a defect of the workbench itself.
    """

    message: str
    origin: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    source_line: str = ""
    hint: str = ""
    frames: tuple[FrameView, ...] = ()
    trace: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """A name that the language offers: ``kind`` as in ``lispe_core.library.Definition``."""

    name: str
    kind: str
    usage: str
    doc: str
    library: str


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """One device now. Memory in bytes, utilisation in percent; ``None`` where unknown.

    Temperature in degrees Celsius, power in watts. ``process_load`` and ``process_memory`` are the
    evaluator's own part of utilisation and memory.
    """

    name: str
    label: str
    utilisation: float | None
    memory_used: int | None
    memory_total: int | None
    memory_peak: int | None = None
    memory_reserved: int | None = None
    temperature: float | None = None
    power: float | None = None
    process_load: float | None = None
    process_memory: int | None = None


@dataclass(frozen=True, slots=True)
class OutputWritten:
    """Text that the program, or native code in its process, wrote."""

    text: str
    stream: Stream = "output"


@dataclass(frozen=True, slots=True)
class EvaluationStarted:
    """The evaluator took up this source."""

    id: EvaluationId
    source: str
    origin: str


@dataclass(frozen=True, slots=True)
class EvaluationFinished:
    """The value of the last form; ``view`` is ``None`` where it prints as nothing."""

    id: EvaluationId
    view: ValueView | None
    seconds: float


@dataclass(frozen=True, slots=True)
class EvaluationFailed:
    """An error ended the evaluation; definitions made before it stay."""

    id: EvaluationId
    error: ErrorView
    seconds: float


@dataclass(frozen=True, slots=True)
class EvaluationInterrupted:
    """A stop request ended the evaluation; definitions survive."""

    id: EvaluationId
    seconds: float


@dataclass(frozen=True, slots=True)
class LibraryLoaded:
    """These names are available from now on."""

    name: str
    definitions: tuple[DefinitionView, ...]


@dataclass(frozen=True, slots=True)
class Completions:
    """Names that begin with ``prefix``, best first."""

    prefix: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TensorInspected:
    """The answer to ``inspect``: the tensor under the handle, with the window asked for."""

    view: TensorView


@dataclass(frozen=True, slots=True)
class ValueInspected:
    """The answer to ``inspect`` for a value that is no tensor, or is gone (``kind`` empty)."""

    view: ValueView


@dataclass(frozen=True, slots=True)
class ValuePinned:
    """A value is kept under ``pinned`` until another one is; a tensor as it was, if ``copied``."""

    handle: Handle
    trail: Trail
    pinned: Handle
    copied: bool


@dataclass(frozen=True, slots=True)
class ValuesCompared:
    """The answer to ``compare``."""

    view: ComparisonView


@dataclass(frozen=True, slots=True)
class TensorMeasured:
    """The answer to ``measure``: numbers about every element; ``None`` where none is finite."""

    handle: Handle
    trail: Trail
    statistics: TensorStatistics | None


@dataclass(frozen=True, slots=True)
class DeviceSampled:
    """What the devices do now."""

    readings: tuple[DeviceReading, ...]


@dataclass(frozen=True, slots=True)
class VariablesChanged:
    """The program's globals after an evaluation, all of them, sorted by name."""

    variables: tuple[VariableView, ...]


@dataclass(frozen=True, slots=True)
class InputRequested:
    """The program reads a line; ``Session.answer`` gives it."""

    request: RequestId
    prompt: str


@dataclass(frozen=True, slots=True)
class TorchStateChanged:
    """Whether the evaluator has PyTorch at hand: ``loading``, ``ready`` or ``missing``."""

    state: Literal["loading", "ready", "missing"]


@dataclass(frozen=True, slots=True)
class SessionUnresponsive:
    """The evaluator did not answer an interrupt for ``seconds``: a restart would end it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SessionRestarted:
    """A fresh evaluator is at work; the state of the old one is gone.

    ``reason`` says in one sentence why: asked for, or how the old process ended.
    """

    reason: str


Event = (
    OutputWritten
    | EvaluationStarted
    | EvaluationFinished
    | EvaluationFailed
    | EvaluationInterrupted
    | LibraryLoaded
    | Completions
    | TensorInspected
    | ValueInspected
    | ValuePinned
    | ValuesCompared
    | TensorMeasured
    | DeviceSampled
    | VariablesChanged
    | InputRequested
    | TorchStateChanged
    | SessionUnresponsive
    | SessionRestarted
    | Metric
    | Progress
    | GenerationStarted
    | TokenGenerated
    | GenerationFinished
)
