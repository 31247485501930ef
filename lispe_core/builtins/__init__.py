"""The built-ins, a library for each topic."""

from __future__ import annotations

from lispe_core.builtins.access import access
from lispe_core.builtins.arithmetic import arithmetic
from lispe_core.builtins.arrays import arrays
from lispe_core.builtins.changes import changes
from lispe_core.builtins.combinations import combinations
from lispe_core.builtins.comparison import comparison
from lispe_core.builtins.composable import composable
from lispe_core.builtins.conversion import conversion
from lispe_core.builtins.dictionaries import dictionaries
from lispe_core.builtins.files import files
from lispe_core.builtins.higher_order import higher_order
from lispe_core.builtins.introspection import documentation, introspection
from lispe_core.builtins.json_text import json_text
from lispe_core.builtins.linear_algebra import linear_algebra
from lispe_core.builtins.lists import lists
from lispe_core.builtins.mathematics import mathematics
from lispe_core.builtins.output import output
from lispe_core.builtins.predicates import predicates
from lispe_core.builtins.randomness import randomness
from lispe_core.builtins.regular_expressions import expressions
from lispe_core.builtins.slices import slices
from lispe_core.builtins.strings import strings
from lispe_core.builtins.system import system
from lispe_core.builtins.threads import exchange
from lispe_core.builtins.tokens import tokens

LIBRARIES = (
    arithmetic,
    comparison,
    predicates,
    conversion,
    access,
    slices,
    lists,
    changes,
    combinations,
    dictionaries,
    higher_order,
    composable,
    arrays,
    linear_algebra,
    mathematics,
    randomness,
    strings,
    tokens,
    expressions,
    json_text,
    files,
    system,
    exchange,
    output,
    introspection,
    documentation,
)

PREDICATES = frozenset(
    definition.name
    for library in LIBRARIES
    for definition in library
    if definition.function.__annotations__.get("return") == "Truth | None"
)
"""The names whose answer is ``true`` or ``nil``: ``maplist`` makes it 1 or 0."""
