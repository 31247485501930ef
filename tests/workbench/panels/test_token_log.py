from __future__ import annotations

import gc

from torch_lib.events import TokenChance, TokenGenerated
from workbench.app.panels.token_log import TokenLog


def test_tokens_come_back_as_they_were() -> None:
    chances = (TokenChance(7, " a", -0.5), TokenChance(8, "", -1.5))
    tokens = [TokenGenerated(7, " a", "", -0.5, chances), TokenGenerated(1, "", "<end>")]
    log = TokenLog()
    log.extend(tokens)

    assert [log[place] for place in range(len(log))] == tokens
    log.forget(1)
    assert len(log) == 1
    assert log[0] == tokens[1]


def test_a_search_for_garbage_passes_over_tokens() -> None:
    log = TokenLog()
    gc.collect()
    before = len(gc.get_objects())
    for number in range(1000):
        chances = (TokenChance(number, "a", -1.0), TokenChance(1, "b", -2.0))
        log.extend([TokenGenerated(number, "a", "", -1.0, chances)])
    del chances
    gc.collect()
    gc.collect()

    assert len(gc.get_objects()) < before + 100
