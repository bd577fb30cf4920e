"""Every bound of the condition language (ADR 0001). All are counts, none is a time."""

SOURCE_LIMIT = 65_536  # characters of one condition
TOKEN_LIMIT = 10_000  # words and signs of one condition
NESTING_LIMIT = 64  # expressions inside expressions: keeps every walk over a tree off Python's own limit
DISPLAY_LIMIT = 1_000  # items written out in one list or map
COMPREHENSION_LIMIT = 4  # comprehensions inside comprehensions

STEP_LIMIT = 100_000  # expressions evaluated and items compared in one evaluation
WEIGHT_UNIT = 1_024  # characters or items of an argument that cost a function one step more
TEXT_LIMIT = 1_048_576  # characters or bytes of a text that an expression makes
LIST_LIMIT = 100_000  # items of a list that an expression makes

ASSUMED_ITEMS = 100  # length of a list whose length is not known, for the static cost
COMPARISON_LIMIT = 100  # comparisons kept for one explanation
RENDERED_LIMIT = 80  # characters of one operand shown in an explanation
