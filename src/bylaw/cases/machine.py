"""How cases go forward: a table, ids, priority, who may have one. Plain functions over values."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bylaw.base.errors import ConflictError
from bylaw.base.ids import derived_id
from bylaw.cases import model
from bylaw.cases.model import WHOLE, Raised, State

PREFIX: Final = "case"

STEPS: Final[Mapping[tuple[State, str], State]] = {
    (State.OPEN, model.CLAIMED): State.CLAIMED,
    (State.CLAIMED, model.CLAIMED): State.CLAIMED,
    (State.CLAIMED, model.LEFT): State.OPEN,
    (State.OPEN, model.ASSIGNED): State.OPEN,
    (State.CLAIMED, model.ASSIGNED): State.OPEN,
    (State.OPEN, model.ESCALATED): State.OPEN,
    (State.CLAIMED, model.ESCALATED): State.OPEN,
    (State.OPEN, model.DECIDED): State.DECIDED,
    (State.CLAIMED, model.DECIDED): State.DECIDED,
    (State.DECIDED, model.WITHDRAWN): State.CLAIMED,
    (State.DECIDED, model.CARRIED): State.CLOSED,
    (State.OPEN, model.CLOSED): State.CLOSED,
    (State.CLAIMED, model.CLOSED): State.CLOSED,
    **{(state, model.NOTED): state for state in State},
    **{
        (state, late): state
        for state in (State.OPEN, State.CLAIMED)
        for late in (model.WARNED, model.BREACHED)
    },
}
UNDECIDED: Final = (State.OPEN, State.CLAIMED)


class Held(NamedTuple):
    """What matters for the next step: where a case stands, who has it or whose it is, until when."""

    state: State
    by: str
    until: int


def step(case: str, held: Held, kind: str, by: str, now: int) -> State:
    """Return where a fact takes a case.

    Raises:
        ConflictError: ``case.order``, it cannot follow; ``case.taken``, somebody else has it.
    """
    following = STEPS.get((held.state, kind))
    if following is None:
        raise ConflictError("case.order", f"`{case}` is {held.state}: `{kind}` cannot follow")
    if kind in _BY_HOLDER and not is_free(held, by, now):
        raise ConflictError("case.taken", "somebody else has this case", hint="take another one")
    return following


def is_free(held: Held, by: str, now: int) -> bool:
    """Tell whether somebody may take a case: it is theirs, or nobody's, or the lease on it is over."""
    if held.by in {"", by}:
        return True
    return held.state is State.CLAIMED and held.until <= now


def case_of(raised: Raised) -> str:
    """Return the id of the case that something raises, unless it joins one that waits."""
    return derived_id(PREFIX, raised.what, raised.decision, raised.queue, raised.about, str(raised.at))


def place_of(raised: Raised) -> str:
    """Return where something joins what waits already: a queue and a target."""
    if raised.about:  # a case of its own, whatever else waits
        return f"{raised.queue} {raised.about} {raised.at}"
    return f"{raised.queue} {raised.person or raised.decision or raised.at}"


def precision(right: int, wrong: int) -> int:
    """Return how far somebody who was right and wrong so often is to be trusted, in thousandths.

    Four of five is assumed of a rule that nobody has looked at (a Beta prior of 4 and 1).
    """
    return WHOLE * (right + 4) // (right + wrong + 5)


def accuracy(right: int, wrong: int) -> int:
    """Return the same of a reporter, of whom nothing is assumed (a prior of 1 and 1)."""
    return WHOLE * (right + 1) // (right + wrong + 2)


class Weight(NamedTuple):
    """What the priority of a case is made of, in thousandths."""

    severity: int
    confidence: int
    reach: int
    reporter: int

    @property
    def priority(self) -> int:
        """Their product, in millionths."""
        return self.severity * self.confidence * self.reach * self.reporter // WHOLE**2

    def joined(self, other: "Weight", *, another_reporter: bool) -> "Weight":
        """Return the weight of two things in one case: the worse of both, reaching further, reported by more."""
        reporter = max(self.reporter, other.reporter)
        return Weight(
            max(self.severity, other.severity),
            max(self.confidence, other.confidence),
            min(WHOLE, max(self.reach, other.reach) + WAVE),
            _either(self.reporter, other.reporter) if another_reporter else reporter,
        )


WAVE: Final = 25  # thousandths of reach that each further thing in a case adds
_BY_HOLDER: Final = frozenset({model.CLAIMED, model.LEFT, model.DECIDED})


def _either(one: int, other: int) -> int:
    """Return how likely it is that one of two who say the same is right."""
    return WHOLE - (WHOLE - one) * (WHOLE - other) // WHOLE
