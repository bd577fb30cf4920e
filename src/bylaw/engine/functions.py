"""The functions that conditions have beside CEL's own: those of the signal families, with their types."""

from bylaw.engine.types import TYPES
from bylaw.rules.cel.functions import Function, function
from bylaw.signals.text.functions import FUNCTIONS as TEXT_FUNCTIONS
from bylaw.signals.text.functions import TextFunction


def _declared(row: TextFunction) -> Function:
    return function(
        row.name,
        [TYPES[name] for name in row.parameters],
        TYPES[row.result],
        row.call,
        cost=row.cost,
        personal="never",  # flags, counts, entries of the operator's own lists
        doc=row.doc,
    )


FUNCTIONS: tuple[Function, ...] = tuple(map(_declared, TEXT_FUNCTIONS))
