"""What the inspector asks for reaches the session."""

from __future__ import annotations

import pytest
from textual.message import Message
from textual.pilot import Pilot

from tests.workbench.app.conftest import Build, answer_question
from tests.workbench.fake_session import FakeSession
from workbench.app.panel_area import PanelArea
from workbench.app.panels.base import Compare, Define, Measure, Pin, ShowAttention


async def wish(pilot: Pilot[int], message: Message) -> None:
    """Let a panel post ``message``."""
    pilot.app.query_one(PanelArea).current.post_message(message)
    await pilot.pause()


async def test_pins_and_comparisons_are_passed_on(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await wish(pilot, Pin(5, (0, "weight")))
        await wish(pilot, Compare(5, (), 9))

        assert session.pinned == [(5, (0, "weight"))]
        assert session.compared == [(5, (), 9)]


async def test_a_look_at_every_element_can_be_stopped(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await wish(pilot, Measure(5, ("k",), 9))
        await pilot.press("ctrl+c")

        assert session.measured == [(5, ("k",), 9)]
        assert session.interrupts == 1


@pytest.mark.parametrize(("name", "defined"), [(" mine ", [("mine", 5, ("k",))]), ("", [])])
async def test_a_variable_is_defined_under_the_name_that_is_typed(
    build: Build, session: FakeSession, name: str, defined: list[object]
) -> None:
    async with build(None).run_test() as pilot:
        await wish(pilot, Define(5, ("k",)))
        await answer_question(pilot, name)

        assert session.defined == defined


async def test_escape_defines_nothing(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await wish(pilot, Define(5, ()))
        await pilot.press("x", "escape")
        await pilot.pause()

        assert session.defined == []


async def test_a_model_attends_to_what_is_typed(build: Build, session: FakeSession) -> None:
    async with build(None).run_test() as pilot:
        await wish(pilot, ShowAttention(5, ("encoder", 0), "inside › [x]"))
        await answer_question(pilot, "(list 1 2)")
        await wish(pilot, ShowAttention(6, (), "model"))
        await pilot.press("enter")
        await pilot.pause()

        assert session.attended == [(5, ("encoder", 0), "(list 1 2)"), (6, (), "(list 1 2)")]
        assert session.interrupts == 0
