"""What crosses the boundary survives it."""

from __future__ import annotations

import pickle
import types
import typing
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from workbench.runtime import protocol

SAMPLES: dict[Any, Any] = {int: 3, float: 0.5, str: "text", bool: True, type(None): None}


def sample(annotation: Any) -> Any:
    """A value of the annotated type, with every optional part filled in."""
    if annotation in SAMPLES:
        return SAMPLES[annotation]
    if is_dataclass(annotation):
        return filled(typing.cast(type, annotation))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return sample(arguments[0])
    if origin is tuple:
        return (sample(arguments[0]),) * 2
    raise TypeError(f"{annotation} is no plain data")


def filled(kind: type) -> Any:
    hints = typing.get_type_hints(kind)
    return kind(**{field.name: sample(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize("kind", typing.get_args(protocol.Event))
def test_every_event_survives_pickle(kind: type) -> None:
    event = filled(kind)

    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize("kind", typing.get_args(protocol.Event))
def test_events_can_not_be_changed(kind: type) -> None:
    event = filled(kind)

    with pytest.raises(AttributeError):
        setattr(event, fields(kind)[0].name, None)
    assert hash(event) == hash(filled(kind))
