"""Precedence: what is enforced when rules disagree."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from bylaw.engine.brakes import Caution
from bylaw.engine.resolve import INSISTS, Request, resolve
from bylaw.rules.effects import EFFECTS, EXCLUSIVE, Effect, Lane
from bylaw.rules.rule import Mode


def asks(name: str, argument: object = None, rule: str = "a", **more: object) -> Request:
    return Request(effect=Effect(name, argument), rules=(rule,), **more)  # type: ignore[arg-type]


def told(*requests: Request) -> tuple[list[str], dict[str, str]]:
    planned, dropped = resolve(requests)
    return [str(Effect(p.effect, p.argument)) for p in planned], {d.effect: d.why for d in dropped}


def test_the_strongest_of_a_lane_supersedes_the_others() -> None:
    planned, dropped = told(asks("warn"), asks("remove", rule="b"), asks("hold", rule="c"))
    assert planned == ["remove"]
    assert dropped == {"warn": "superseded by remove", "hold": "superseded by remove"}


def test_lanes_do_not_compete() -> None:
    planned, dropped = told(asks("hold"), asks("suspend", 7), asks("strike", 1), asks("review", "spam"))
    assert planned == ["hold", "suspend 7 days", "strike 1", "review spam"]
    assert dropped == {}


def test_an_exemption_drops_everything_else_and_says_who_exempted() -> None:
    planned, dropped = told(asks("exempt", rule="staff"), asks("terminate"), asks("review", "spam"))
    assert planned == ["exempt"]
    assert dropped == {"terminate": "exempted by staff", "review": "exempted by staff"}


def test_an_exemption_in_shadow_exempts_nothing() -> None:
    planned, dropped = told(asks("exempt", rule="staff", mode=Mode.SHADOW), asks("hold"))
    assert planned == ["hold"]
    assert dropped == {"exempt": "the rule is in shadow"}


def test_what_is_barred_is_dropped_with_its_reason() -> None:
    assert told(asks("hold", barred="not in force")) == ([], {"hold": "not in force"})


def test_the_same_effect_happens_once_for_all_who_asked() -> None:
    planned, dropped = resolve([asks("hold", rule="b"), asks("hold", rule="a"), asks("hold", rule="a")])
    assert [(p.effect, p.rules) for p in planned] == [("hold", ("a", "b"))]
    assert dropped == ()


def test_of_two_numbers_the_harsher_counts() -> None:
    assert told(asks("strike", 1), asks("strike", 3, rule="b"))[0] == ["strike 3"]
    assert told(asks("suspend", 30), asks("suspend", 7, rule="b"))[0] == ["suspend 30 days"]
    assert told(asks("rate_limit", 100), asks("rate_limit", 5, rule="b"))[0] == ["rate_limit 5 per_hour"]


def test_features_to_restrict_add_up() -> None:
    planned, dropped = told(asks("restrict", ("upload",)), asks("restrict", ("message", "post"), rule="b"))
    assert planned == ["restrict message, post, upload"]
    assert dropped == {}


def test_labels_and_queues_stand_side_by_side() -> None:
    assert len(told(asks("label", "a"), asks("label", "b"), asks("review", "x"), asks("review", "y"))[0]) == 4


def test_who_was_warned_is_not_warned_of_the_same_again_and_of_more_is() -> None:
    warned = Caution(warned=frozenset("ab"))
    asked = [asks("warn", rule="b"), asks("label", "loud", rule="b")]
    planned, dropped = resolve(asked, warned)
    assert [p.effect for p in planned] == ["label"]
    assert [(d.effect, d.rules, d.why) for d in dropped] == [("warn", ("b",), INSISTS)]
    for more in (asks("warn", rule="c"), asks("hold", rule="b")):
        planned, dropped = resolve([*asked, more], warned)
        assert planned[0].effect == more.effect.name
        assert INSISTS not in {d.why for d in dropped}


arguments = {
    "none": st.none(),
    "text": st.sampled_from(["x", "y"]),
    "number": st.integers(1, 5),
    "texts": st.sampled_from([("p",), ("q",), ("p", "q")]),
}
requests = st.builds(
    lambda name, data, rule, mode, barred: Request(
        effect=Effect(name, data[EFFECTS[name].argument]), rules=(rule,), mode=mode, barred=barred
    ),
    st.sampled_from(sorted(EFFECTS)),
    st.fixed_dictionaries(arguments),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([Mode.ENFORCE, Mode.SHADOW]),
    st.sampled_from(["", "", "not in force"]),
)


@given(st.lists(requests, max_size=4))
def test_the_order_of_rules_does_not_matter(asked: list[Request]) -> None:
    assert len({resolve(order) for order in permutations(asked)}) <= 1


@given(st.lists(requests, max_size=8))
def test_nothing_asked_for_is_lost(asked: list[Request]) -> None:
    planned, dropped = resolve(asked)
    answered = {(p.effect, rule) for p in planned for rule in p.rules}
    answered |= {(d.effect, rule) for d in dropped for rule in d.rules}
    assert answered == {(r.effect.name, rule) for r in asked for rule in r.rules}


@given(st.lists(requests, max_size=8))
def test_an_exclusive_lane_plans_one_effect_at_most(asked: list[Request]) -> None:
    lanes = [EFFECTS[p.effect].lane for p in resolve(asked)[0]]
    assert all(lanes.count(lane) <= 1 for lane in EXCLUSIVE)
    assert Lane.EXEMPTION not in lanes or set(lanes) == {Lane.EXEMPTION}
