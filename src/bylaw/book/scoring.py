"""Decisions held against the truth of simulated traffic: what was found, what was cited wrongly, who was touched.

``simulation.yaml`` of a book says which clauses the abuse of each topic breaks::

    mail-bomb:
      clauses: [acceptable-use/security/p2-s3-b]   # one of them must be cited for the abuse to be found
      also: [acceptable-use/security/p2-s1]        # citing it is right too, and not enough

Only what is enforced counts; a rule in shadow finds nothing and touches nobody. What is cited on a report is
what somebody alleges, and not counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from bylaw.base.errors import InputError, Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder
from bylaw.book.yaml_reader import Node, YamlReader
from bylaw.engine.decision import Decision
from bylaw.events.vocabulary import ReportReceived
from bylaw.rules.effects import EFFECTS, Lane
from bylaw.simulation.stream import TOPICS
from bylaw.simulation.truth import Happening, Register, account_of

FILE = "simulation.yaml"
TOUCHING = frozenset({Lane.CONTENT, Lane.ACCOUNT})  # lanes of effects that somebody feels


class Expected(msgspec.Struct, frozen=True):
    """The clauses that the abuse of one topic breaks."""

    clauses: tuple[str, ...]
    also: tuple[str, ...] = ()


class TopicScore(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one sort of abuse was found. ``recall`` is None where none occurred."""

    topic: str
    clauses: tuple[str, ...]
    events: int
    found: int
    recall: float | None


class ClauseScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well one clause is cited.

    ``events`` break it or a clause beside it in its topic, of which ``found`` got a decision that cites
    one of them. ``cited`` counts the decisions that cite this very clause: ``right`` ones, those on abuse of
    ``another`` topic, and ``wrong`` ones, where nothing was the matter. ``precision`` is right / cited.
    """

    clause: str
    events: int
    found: int
    recall: float | None
    cited: int
    right: int
    another: int
    wrong: int
    precision: float | None


class ActorScore(msgspec.Struct, frozen=True, kw_only=True):
    """How many accounts of one sort were touched: an effect on their content or on themselves."""

    actor_kind: str
    ordinary: bool
    accounts: int
    touched: int
    share: float


class ScoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """All scores. ``unmapped`` are topics for which the book names no clause; ``ordinary`` sums them up."""

    events: int
    abuse: int
    topics: tuple[TopicScore, ...]
    clauses: tuple[ClauseScore, ...]
    actors: tuple[ActorScore, ...]
    ordinary: ActorScore
    touched_by: Mapping[str, int]
    unmapped: tuple[str, ...]


def read_expectations(folder: Folder, clauses: Iterable[str]) -> Mapping[str, Expected]:
    """Return what a book's ``simulation.yaml`` expects, by topic. ``clauses`` are those that exist.

    Raises:
        InputError: ``simulation.no_file``.
        Problems: everything that is wrong with the file.
    """
    data = folder.files.get(FILE)
    if data is None:
        hint = "write which clauses each topic of abuse breaks: docs/simulation.md"
        raise InputError("simulation.no_file", f"the book has no `{FILE}`", where=Where(FILE), hint=hint)
    problems: list[Problem] = []
    reader, known = YamlReader(FILE, problems), frozenset(clauses)
    root = reader.root(data)
    entries = reader.mapping(root, known=sorted(TOPICS)) if root is not None else {}
    expected = {topic: _expected(reader, node, known) for topic, node in entries.items()}
    if problems:
        raise Problems(problems)
    return expected


def check_expectations(folder: Folder, clauses: Iterable[str]) -> Iterable[Problem]:
    """Return what is wrong with a book's ``simulation.yaml``; nothing when it has none."""
    if FILE not in folder.files:
        return ()
    try:
        read_expectations(folder, clauses)
    except Problems as error:
        return error.problems
    return ()


def _expected(reader: YamlReader, node: Node, known: frozenset[str]) -> Expected:
    entries = reader.mapping(node, known=("clauses", "also"), needed=("clauses",))
    named = {}
    for key, item in entries.items():
        named[key] = reader.texts(item)
        for clause in named[key]:
            if clause not in known:
                hint = did_you_mean(clause, known)
                reader.complain(item, "simulation.unknown_clause", f"no clause `{clause}`", hint)
    return Expected(named.get("clauses", ()), named.get("also", ()))


class Scores:
    """Gathers the scores of one run. Keeps one entry an account."""

    def __init__(self, expected: Mapping[str, Expected]) -> None:
        self._expected = expected
        self._register = Register()
        self._kind_of: dict[str, str] = {}
        self._ordinary: dict[str, bool] = {}
        self._touched: set[str] = set()
        self._events = 0
        self._wanted: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._cited: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._touched_by: Counter[str] = Counter()

    def add(self, happening: Happening, decision: Decision) -> None:
        """Count what was decided about one event."""
        self._events += 1
        account = self._register.meet(happening)
        if account:
            self._kind_of[account.id] = account.actor_kind
            self._ordinary[account.actor_kind] = account.ordinary
        topic = happening.truth.topic if happening.truth.abuse else ""
        cited = {citation.clause for citation in decision.clauses}
        if topic:
            self._wanted[topic] += 1
            self._found[topic] += not cited.isdisjoint(self._of(topic).clauses)
        for clause in cited if not isinstance(happening.event, ReportReceived) else ():
            self._cited[clause][self._verdict(topic, clause)] += 1
        self._touch(happening, decision)

    def _of(self, topic: str) -> Expected:
        return self._expected.get(topic, Expected(()))

    def _verdict(self, topic: str, clause: str) -> str:
        if not topic:
            return "wrong"
        expected = self._of(topic)
        return "right" if clause in expected.clauses or clause in expected.also else "another"

    def _touch(self, happening: Happening, decision: Decision) -> None:
        rules = {r for p in decision.effects if EFFECTS[p.effect].lane in TOUCHING for r in p.rules}
        account = account_of(happening.event)
        if not rules or account is None or account in self._touched:
            return
        self._touched.add(account)
        if self._ordinary[self._kind_of[account]]:
            self._touched_by.update(rules)

    def report(self) -> ScoreReport:
        """Return the scores so far."""
        accounts = Counter(self._kind_of.values())
        touched = Counter(self._kind_of[account] for account in self._touched)
        kinds = sorted(accounts, key=lambda kind: (not self._ordinary[kind], kind))
        ordinary = [kind for kind in kinds if self._ordinary[kind]]
        clauses = {c for expected in self._expected.values() for c in expected.clauses} | set(self._cited)
        return ScoreReport(
            events=self._events,
            abuse=self._wanted.total(),
            topics=tuple(self._topic(topic) for topic in sorted(self._expected)),
            clauses=tuple(self._clause(clause) for clause in sorted(clauses)),
            actors=tuple(_actor(kind, self._ordinary[kind], accounts[kind], touched[kind]) for kind in kinds),
            ordinary=_actor(
                "all ordinary", True, sum(accounts[k] for k in ordinary), sum(touched[k] for k in ordinary)
            ),
            touched_by=dict(self._touched_by.most_common()),
            unmapped=tuple(sorted(self._wanted.keys() - self._expected.keys())),
        )

    def _topic(self, topic: str) -> TopicScore:
        events, found = self._wanted[topic], self._found[topic]
        return TopicScore(
            topic=topic,
            clauses=self._of(topic).clauses,
            events=events,
            found=found,
            recall=_share(found, events),
        )

    def _clause(self, clause: str) -> ClauseScore:
        topics = [topic for topic, expected in self._expected.items() if clause in expected.clauses]
        events, found = sum(self._wanted[t] for t in topics), sum(self._found[t] for t in topics)
        verdicts = self._cited[clause]
        return ClauseScore(
            clause=clause,
            events=events,
            found=found,
            recall=_share(found, events),
            cited=verdicts.total(),
            right=verdicts["right"],
            another=verdicts["another"],
            wrong=verdicts["wrong"],
            precision=_share(verdicts["right"], verdicts.total()),
        )


def _actor(kind: str, ordinary: bool, accounts: int, touched: int) -> ActorScore:  # noqa: FBT001 - a column
    share = touched / accounts if accounts else 0.0
    return ActorScore(actor_kind=kind, ordinary=ordinary, accounts=accounts, touched=touched, share=share)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
