"""The index answers a query as the interpreter does, on any decisions: in one go, and page by page."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.engine.recording import Body
from bylaw.finding.envelope import Envelope
from bylaw.finding.index import HOUR
from bylaw.finding.listing import Found, Listing, Place, Sight
from finding_world import PEOPLE, START, ask, body, folded, named

KINDS = ("post.created", "post.edited", "message.sent")
RULES = ("spam", "spam-links", "loud")
CLAUSES = ("aup/spam/a", "aup/spam/b", "aup/spam", "aup", "privacy/p1")
EFFECTS = ("hold", "remove", "label", "strike")
TIMES = tuple(START + n * HOUR // 3 for n in range(4))


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)


BODIES = st.lists(
    st.builds(
        body,
        kind=st.sampled_from(KINDS),
        at=st.sampled_from(TIMES),
        people=some(tuple(PEOPLE)),
        rules=some(RULES),
        shadow=some(RULES),
        clauses=some(CLAUSES),
        effects=some(EFFECTS),
        degraded=st.booleans(),
        silent=st.just(False),
    ),
    max_size=12,
)
MOMENTS = st.sampled_from(
    [f'timestamp("1970-01-01T00:00:00Z") + duration("{at}us")' for at in (*TIMES, TIMES[1] + 1)]
    + [f'timestamp("1970-01-01T00:00:00Z") + duration("{TIMES[1] * 1000 + 1}ns")', 'now - duration("20m")']
)


def quoted(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([*(f'"{value}"' for value in values), '"nothing"', '"x\\ny"', '"a" + "b"'])


def listed(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(quoted(values), max_size=2).map(lambda items: f"[{', '.join(items)}]")


SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
FIELDS = {"rules": RULES, "shadow": RULES, "clauses": CLAUSES, "effects": EFFECTS, "accounts": tuple(PEOPLE)}
ATOMS = st.one_of(
    st.builds("decision.kind {} {}".format, SIGNS, quoted(KINDS)),
    st.builds("{1} {0} decision.account".format, st.sampled_from(["==", "!="]), quoted(tuple(PEOPLE))),
    st.builds("decision.kind in {}".format, listed(KINDS)),
    st.builds("decision.account in {}".format, listed(tuple(PEOPLE))),
    st.builds("decision.outcome == {}".format, quoted(("hold", "allow"))),
    st.builds(
        "decision.kind.startsWith({})".format, st.sampled_from(['"post."', '""', '"P"', '"post.created.."'])
    ),
    st.builds("decision.at {} {}".format, SIGNS, MOMENTS),
    st.builds("{1} {0} decision.at".format, SIGNS, MOMENTS),
    st.builds("decision.seq {} {}".format, SIGNS, st.integers(-2, 14)),
    st.builds("decision.clauses.under({})".format, quoted((*CLAUSES, "aup/sp", ""))),
    st.builds("decision.degraded == {}".format, st.sampled_from(["true", "false"])),
    st.sampled_from(
        [
            "decision.degraded",
            "has(decision.account)",
            "has(decision.kind)",
            "true",
            "size(decision.rules) > 1",
        ]
    ),
    *(
        st.builds("{1} in decision.{0}".format, st.just(field), quoted(values))
        | st.builds("decision.{0}.exists(x, x == {1})".format, st.just(field), quoted(values))
        | st.builds("decision.{0}.exists(x, x in {1})".format, st.just(field), listed(values))
        | st.builds("decision.{0}.all(x, x != {1})".format, st.just(field), quoted(values))
        for field, values in FIELDS.items()
    ),
)
QUERIES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)


def interpreted(text: str, bodies: list[Body]) -> list[int]:
    """Return the numbers of the decisions of which a query is true, the newest first."""
    query = ask(text)
    envelopes = [Envelope(seq, START + seq, one, named) for seq, one in enumerate(bodies, 1)]
    true = [one for one in envelopes if query.says(query.trees, one)]
    return [one.seq for one in sorted(true, key=lambda one: (one.at, one.seq), reverse=True)]


def found_by(text: str, bodies: list[Body], limit: int) -> list[int]:
    """Return the numbers of the decisions that are found page by page."""
    query = ask(text)
    found: list[Found] = []
    listing = Listing(query, Sight(named))
    with folded(bodies, each=5) as core:
        after: Place | None = None
        while True:
            page = listing.page(core, after, limit)
            assert len(page.found) <= limit
            found += page.found
            after = page.next
            if after is None:
                break
    left = [Envelope(one.seq, one.recorded, one.body, named) for one in found]
    return [one.seq for one in left if query.says(query.content, one)]


@settings(max_examples=120, deadline=None)
@given(QUERIES, BODIES, st.integers(1, 4))
def test_a_query_finds_by_the_index_what_is_true(text: str, bodies: list[Body], limit: int) -> None:
    assert found_by(text, bodies, limit) == interpreted(text, bodies)


@settings(max_examples=60, deadline=None)
@given(SIGNS, st.booleans(), st.integers(-1_500, 1_500), st.lists(st.integers(-2, 2), max_size=5))
def test_instants_are_compared_to_the_nanosecond(sign: str, mirrored: bool, ns: int, ats: list[int]) -> None:
    moment = f'timestamp("1970-01-01T00:00:00Z") + duration("{START * 1000 + ns}ns")'
    text = f"{moment} {sign} decision.at" if mirrored else f"decision.at {sign} {moment}"
    bodies = [body(at=START + at, rules=("spam",)) for at in ats]
    for whole in (text, f'"spam" in decision.rules && {text}'):
        assert found_by(whole, bodies, 10) == interpreted(whole, bodies)
