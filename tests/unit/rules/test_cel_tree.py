"""What planners read from the typed tree: types, overloads, absence, names, cost."""

import pytest

from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition, compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.functions import function
from bylaw.rules.cel.tree import Node, constants_used, functions_used, names_used, walk
from bylaw.rules.cel.types import (
    BOOL,
    DYN,
    INT,
    NOTHING,
    STRING,
    Field,
    Named,
    ObjectType,
    join,
    list_of,
    map_of,
    read_type,
)

EVENT = ObjectType(
    "message.sent",
    {
        "text": Field(STRING, personal=True),
        "recipient": Field(STRING, optional=True),
        "headers": Field(map_of(STRING, STRING)),
        "n": Field(INT),
    },
)
LISTS = ObjectType("lists", {"games": Field(list_of(STRING)), "names": Field(list_of(STRING))})
ENVIRONMENT = Environment(
    {"event": EVENT, "lists": LISTS, "any": DYN},
    [
        function("costly", (STRING,), BOOL, bool, cost=50),
        function("knows", (EVENT, STRING), BOOL, lambda *_: True),
    ],
)


def compiled(source: str) -> Condition:
    return compile_condition(source, ENVIRONMENT, expected=DYN)


def test_names_are_collected_down_to_the_field() -> None:
    condition = compiled(
        "lists.games.exists(event, event == 'x') && (has(event.recipient) || event.headers.from == 'a') "
        "&& knows(event, event.text) && any.deep.er == 1 && 'x' in lists.names"
    )
    assert names_used(condition.tree) == {
        ("lists", "games"),
        ("lists", "names"),
        ("event", "recipient"),
        ("event", "headers"),
        ("event",),
        ("event", "text"),
        ("any",),
    }
    assert functions_used(condition.tree) == {"_==_", "knows", "@in"}
    assert constants_used(condition.tree) == ("x", "a", 1, "x")


def test_a_call_knows_the_overloads_it_may_reach() -> None:
    def overloads(source: str) -> list[str]:
        node = compiled(source).tree
        assert isinstance(node, tree.Call)
        return [o.id for o in node.overloads]

    assert overloads("event.n + 1") == ["add_int64"]
    assert overloads("any + 1") == ["add_int64"]
    assert overloads("any + any")[:3] == ["add_int64", "add_uint64", "add_double"]
    assert overloads("event.n < 1.5") == ["less_int64_double"]


def test_fields_know_whether_they_may_be_absent_and_are_personal() -> None:
    def selects(source: str) -> dict[str, tuple[bool, bool]]:
        nodes = walk(compiled(source).tree)
        return {n.field: (n.optional, n.personal) for n in nodes if isinstance(n, tree.Select)}

    assert selects("event.text == event.recipient || event.headers.from == 'a'") == {
        "text": (False, True),
        "recipient": (True, False),
        "headers": (False, False),
        "from": (True, False),
    }


def test_every_node_has_the_text_it_was_written_as() -> None:
    condition = compiled("event.n > 1 && ( event.text\n.contains('a') )")
    written = {
        type(n).__name__: condition.snippet(n)
        for n in walk(condition.tree)
        if not isinstance(n, tree.Constant)
    }
    assert written["Logic"] == "event.n > 1 && ( event.text .contains('a') )"
    assert written["Variable"] == "event"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("[]", "list(nothing)"),
        ("[] + [1]", "list(int)"),
        ("[1, 'a']", "list(dyn)"),
        ("[[1], ['a']]", "list(list(dyn))"),
        ("{'a': 1, 'b': 2.0}", "map(string, dyn)"),
        ("event.headers.map(k, k)", "list(string)"),
        ("event.headers.transformMap(k, v, v.size())", "map(string, int)"),
        ("[1, 2].filter(x, x > 1)", "list(int)"),
        ("any.x.y", "dyn"),
        ("true ? [] : ['a']", "list(string)"),
        ("type(1)", "type(int)"),
    ],
)
def test_types_are_deduced(source: str, kind: str) -> None:
    assert str(compiled(source).type) == kind


def test_join_gives_the_narrowest_common_type() -> None:
    assert join(NOTHING, INT) == join(INT, NOTHING) == INT
    assert join(list_of(INT), list_of(NOTHING)) == list_of(INT)
    assert join(INT, STRING) == DYN
    assert join(EVENT, EVENT) == EVENT


def test_types_are_read_as_people_write_them() -> None:
    assert read_type("list(string)") == list_of(STRING)
    assert read_type(" map(string, list(int)) ") == map_of(STRING, list_of(INT))
    for wrong in ("text", "list", "map(double, int)", "map(string)", "list(string", "nothing"):
        with pytest.raises(ValueError, match="is no type"):
            read_type(wrong)


def test_cost_counts_nodes_functions_and_rounds() -> None:
    def cost(source: str) -> int:
        return compiled(source).cost

    assert cost("costly(event.text)") - cost("event.text.size() > 0") > 40
    assert (
        cost("[1, 2].all(x, x > 0)") < cost("[1, 2, 3].all(x, x > 0)") < cost("lists.games.all(x, x != '')")
    )
    assert cost("lists.games.all(x, lists.names.all(y, x != y))") > 100 * 100


def test_children_are_every_node_below_in_order() -> None:
    source = "cel.bind(a, [1], {'k': a}.exists(k, k == 'x') ? has(event.recipient) : !(event.n in a))"
    kinds = [type(n).__name__ for n in walk(compiled(source).tree)]
    assert kinds == [
        "Bind", "MakeList", "Constant", "Choice", "Comprehension", "MakeMap", "Constant", "Local", "Call", "Local",
        "Constant", "Has", "Variable", "Call", "Call", "Select", "Variable", "Local",
    ]  # fmt: skip


def test_equal_types_are_equal_values() -> None:
    assert list_of(STRING) == Named("list", (STRING,))
    nodes: set[Node] = {compiled("event.n").tree, compiled("event.n").tree}
    assert len(nodes) == 1
