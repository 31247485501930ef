"""Drawing what changed gives the same picture as drawing all, from fewer widgets."""

from __future__ import annotations

import random
from pathlib import Path

from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen

from tests.workbench.app.conftest import Build
from workbench.app.editor import Editor
from workbench.app.sparing_screen import SparingCompositor, seen_in
from workbench.app.status_line import StatusLine

WIDTH, HEIGHT = 120, 40


def compositor_of(screen: Screen[object]) -> SparingCompositor:
    compositor = screen._compositor
    assert isinstance(compositor, SparingCompositor)
    return compositor


def drawn(compositor: Compositor, kind: type[Compositor], regions: set[Region]) -> str:
    """What a kind of compositor sends to the terminal when the regions have changed."""
    compositor._dirty_regions = set(regions)
    update = kind.render_partial_update(compositor)
    assert update is not None
    return update.render_segments(compositor.root.app.console) if compositor.root else ""


async def test_the_terminal_gets_the_same(build: Build, program: Path) -> None:
    """Whatever has changed, alone or together."""
    chance = random.Random(0)
    async with build(program).run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        compositor = compositor_of(pilot.app.screen)
        for _ in range(60):
            regions = set()
            for _ in range(chance.randint(1, 4)):
                x, y = chance.randrange(WIDTH), chance.randrange(HEIGHT)
                width, height = chance.randint(1, WIDTH - x), chance.randint(1, HEIGHT - y)
                regions.add(Region(x, y, width, height))

            sparing = drawn(compositor, SparingCompositor, regions)

            assert sparing == drawn(compositor, Compositor, regions)


async def test_what_did_not_change_is_not_drawn(build: Build, program: Path) -> None:
    """The editor stands between a change at the top and one at the bottom."""
    async with build(program).run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        places = compositor_of(pilot.app.screen).visible_widgets
        editor, status = pilot.app.query_one(Editor), pilot.app.query_one(StatusLine)

        seen = seen_in([Region(0, 0, WIDTH, 1), status.region], places)
        assert status in seen
        assert editor not in seen

        assert list(seen_in([editor.content_region.shrink((1, 1, 1, 1))], places)) == [editor]
