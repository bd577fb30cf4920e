"""Whatever people do with cases, in any order: nobody shares one, nothing leaves that was withdrawn, figures add up."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.base.errors import BylawError, ConflictError
from bylaw.cases import model, quality
from bylaw.cases.machine import STEPS, Held, Weight, accuracy, is_free, precision, step
from bylaw.cases.model import WHOLE, Ordered, Outcome, Skip, State
from bylaw.cases.quality import Figure, kappa
from bylaw.cases.stepping import DAY
from bylaw.records.checking import check
from case_world import HOUR, MINUTE, NEVER, SECOND, House, house, verdict

STAFF = ("rae", "ned", "lea")
KINDS = sorted({kind for _, kind in STEPS})
SHARES = st.integers(0, WHOLE)


@given(
    st.sampled_from(list(State)), st.sampled_from(["", *STAFF]), st.integers(0, 20), st.sampled_from(KINDS),
    st.sampled_from(STAFF), st.integers(0, 20),
)  # fmt: skip
def test_only_whoever_has_a_case_takes_it_further(
    state: State, by: str, until: int, kind: str, who: str, now: int
) -> None:
    held = Held(state, by, until)
    try:
        following = step("case_1", held, kind, who, now)
    except ConflictError:
        return
    assert STEPS[state, kind] is following
    if kind in {model.CLAIMED, model.DECIDED}:
        assert is_free(held, who, now)


@given(SHARES, SHARES, SHARES, SHARES)
def test_priority_is_between_nothing_and_all_and_grows_with_each_factor(
    severity: int, confidence: int, reach: int, reporter: int
) -> None:
    weight = Weight(severity, confidence, reach, reporter)
    assert 0 <= weight.priority <= WHOLE**2
    worse = weight._replace(severity=WHOLE)
    assert worse.priority >= weight.priority
    joined = weight.joined(worse, another_reporter=True)
    assert joined.priority >= weight.priority
    assert max(joined) <= WHOLE


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_trust_is_a_share_and_falls_with_every_error(right: int, wrong: int) -> None:
    for trust in (precision, accuracy):
        assert 0 <= trust(right, wrong + 1) <= trust(right, wrong) <= trust(right + 1, wrong) <= WHOLE


PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(list(Outcome)), st.sampled_from(list(Outcome))), st.integers(1, 50), max_size=9
)


@given(PAIRS)
def test_kappa_is_one_for_those_who_always_agree_and_never_more(counts: dict[tuple[str, str], int]) -> None:
    found = kappa(counts)
    if found is not None:
        assert -1 <= found <= 1 + 1e-9
        if all(first == second for first, second in counts):
            assert abs(found - 1) < 1e-9
        swapped = kappa({(second, first): count for (first, second), count in counts.items()})
        assert swapped is not None
        assert abs(swapped - found) < 1e-9


def test_kappa_is_that_of_the_books() -> None:
    # 50 applications, two readers: both yes 20, both no 15, only the first yes 5, only the second yes 10.
    found = kappa({("yes", "yes"): 20, ("no", "no"): 15, ("yes", "no"): 5, ("no", "yes"): 10})
    assert found is not None
    assert abs(found - 0.4) < 1e-9


STEP = st.tuples(
    st.sampled_from(
        "post claim next leave skip decide overturn withdraw carry wait sleep escalate assign note".split()
    ),
    st.sampled_from(STAFF),
    st.integers(0, 2),
)


def _cases(home: House) -> list[str]:
    return [one.case for waiting in (True, False) for one in home.find(waiting=waiting)]


def _do(home: House, what: str, who: str, n: int) -> None:
    if what == "post":
        home.post("AAA", f"acc{n}")
        return
    if what == "wait":
        home.clock.pass_((n + 1) * 6 * MINUTE)
        home.work()
        return
    if what == "sleep":
        home.clock.pass_((n + 1) * 20 * HOUR)
        home.work()
        return
    if what == "carry":
        home.clock.pass_(21 * SECOND)
        home.work()
        return
    if what == "next":
        home.cases.next_for(who, ["words", "leads"], drawn=NEVER)
        return
    every = _cases(home)
    if not every:
        return
    case = every[n % len(every)]
    cases = home.cases
    steps: dict[str, Callable[[], object]] = {
        "claim": lambda: cases.claim(case, who),
        "leave": lambda: cases.leave(case, who),
        "skip": lambda: cases.leave(case, who, Skip.UNSURE),
        "decide": lambda: cases.decide(
            case, who, verdict(Outcome.VIOLATION, Ordered(effect="remove")), drawn=0 if n else NEVER
        ),
        "overturn": lambda: cases.decide(case, who, verdict(Outcome.NO_VIOLATION), drawn=NEVER),
        "withdraw": lambda: cases.withdraw(case, who),
        "escalate": lambda: cases.escalate(case, who),
        "assign": lambda: cases.assign(case, "lea", who),
        "note": lambda: cases.note(case, who, "so"),
    }
    steps[what]()


def _held(home: House) -> Iterator[str]:
    for who in STAFF:
        found = home.find(by=who)
        yield from (one.case for one in found if one.state is State.CLAIMED and one.until > home.clock.now)


@settings(max_examples=25)
@given(st.lists(STEP, max_size=25))
def test_cases_go_forward_in_any_order_and_fold_again_to_the_same(steps: list[tuple[str, str, int]]) -> None:
    with TemporaryDirectory() as folder, house(Path(folder)) as home:
        for what, who, n in steps:
            with suppress(BylawError):
                _do(home, what, who, n)
            held = list(_held(home))
            assert len(held) == len(set(held))
        home.clock.pass_(21 * SECOND)
        home.work()
        assert check(home.office.records).problems == ()
        kinds = home.kinds()
        given_, back, done = (kinds.count(k) for k in (model.DECIDED, model.WITHDRAWN, model.CARRIED))
        assert given_ == back + done
        with home.office.records.reading() as core:
            figures = quality.figures(core, "rule")
            assert sum(one.right + one.wrong for one in figures) <= done
            for what in ("rule", "clause"):
                for figure in quality.figures(core, what):
                    days = quality.by_day(core, what, figure.name, 0, home.clock.now // DAY + 1)
                    assert _sum(figure.name, days.values()) == figure


def _sum(name: str, figures: Iterable[Figure]) -> Figure:
    counts = [figure[1:] for figure in figures]
    return Figure(name, *(sum(column) for column in zip(*counts, strict=True)))
