"""Whatever people do with a draft, nothing that bites comes into force which nobody else agreed to as it stands."""

from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import BylawError
from bylaw.drafts import model
from bylaw.drafts.machine import STEPS, demand_activation, demand_another, following
from bylaw.drafts.model import Stage, State

PEOPLE = ("ann", "bob", "cem")
FACTS = sorted({fact for row in STEPS.values() for fact in row})
STEP = st.tuples(st.sampled_from(FACTS), st.sampled_from(PEOPLE), st.sampled_from(Stage), st.booleans())


class Desk:
    """A draft as people know it: who wrote, who agreed to the latest version, what came into force."""

    def __init__(self) -> None:
        self.state = State.OPEN
        self.authors = {"ann"}
        self.agreed: str | None = None

    def do(self, fact: str, by: str, stage: Stage, *, bites: bool) -> None:
        new = following("draft", self.state, fact)
        if fact == model.APPROVED:
            demand_another("draft", by, self.authors)
            self.agreed = by
        if fact == model.ACTIVATED:
            demand_activation("draft", self.state, stage, bites=bites)
            assert (stage is Stage.SHADOW and not bites) or (self.agreed and self.agreed not in self.authors)
        if fact in {model.SAVED, model.ASKED}:
            self.authors.add(by)
        if fact in {model.SAVED, model.UNDONE} and self.state is not State.WITHDRAWN:
            self.agreed = None
        self.state = new


@given(st.lists(STEP, max_size=30))
def test_what_bites_was_agreed_to_by_somebody_else(steps: list[tuple[str, str, Stage, bool]]) -> None:
    desk = Desk()
    for fact, by, stage, bites in steps:
        try:
            desk.do(fact, by, stage, bites=bites)
        except BylawError:
            continue
        assert (desk.state is State.APPROVED) <= (desk.agreed is not None)


def test_every_state_but_the_last_can_be_left_and_reached() -> None:
    reached = {state for row in STEPS.values() for state in row.values()}
    assert reached == set(State)
    assert [state for state, row in STEPS.items() if not row] == [State.WITHDRAWN]
