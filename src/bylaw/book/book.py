"""The book: an operator's folder, read, checked and named by its digest.

``load_book`` collects every problem of every file and raises them all at once; what it returns is whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bylaw.base.errors import InputError, Problem, Problems
from bylaw.book.cases import PolicyCase, read_cases
from bylaw.book.documents import check_links, read_documents
from bylaw.book.folder import Folder, read_folder
from bylaw.book.limits import FILE as LIMITS_FILE
from bylaw.book.limits import Limits, read_limits
from bylaw.book.lists import read_lists
from bylaw.book.monitoring import switches_of
from bylaw.book.operator import FILE as OPERATOR_FILE
from bylaw.book.operator import Operator, check_account, check_sanctions, event_kinds, read_operator
from bylaw.book.phrases import Phrases, read_phrases
from bylaw.book.promises import FILE as PROMISES_FILE
from bylaw.book.promises import Promise, read_promises
from bylaw.book.rule_files import Names, read_counters, read_rules
from bylaw.book.scoring import check_expectations
from bylaw.book.templates import Template, read_templates
from bylaw.engine.basis import Basis, basis_of
from bylaw.engine.decide import ERROR_QUEUE
from bylaw.engine.environment import environment_for
from bylaw.engine.memory.acquaintance import Acquaintance
from bylaw.engine.memory.counters import Counter
from bylaw.engine.memory.memory import Spec, spec_of
from bylaw.events.decode import Codec
from bylaw.events.kinds import Kind
from bylaw.policy.library import Library
from bylaw.rules.cel.condition import Condition
from bylaw.rules.compile.costs import check_costs
from bylaw.rules.compile.pattern_costs import check_patterns
from bylaw.rules.rule import Mode, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One content-addressed version of everything an operator wrote."""

    name: str
    digest: str
    operator: Operator
    library: Library
    rules: tuple[Rule, ...]
    memory: Spec  # what is to be remembered of events for the rules
    promises: Mapping[str, Promise]
    lists: Mapping[str, tuple[str, ...]]
    limits: Limits | None
    cases: tuple[PolicyCase, ...]
    templates: tuple[Template, ...]
    phrases: Mapping[str, Phrases]  # by language
    kinds: Mapping[str, Kind]
    warnings: tuple[Problem, ...]

    @property
    def basis(self) -> Basis:
        """The book as the engine needs it."""
        return basis_of(
            operator=self.operator.operator.name,
            book=self.digest,
            library=self.library,
            lists=self.lists,
            rules=self.rules,
            kinds=self.kinds,
            memory=self.memory,
        )

    @property
    def codec(self) -> Codec:
        """Reads events of the kinds that the book knows."""
        return Codec(self.kinds.values())


def load_book(path: Path) -> Book:
    """Read a book from its folder.

    Raises:
        Problems: everything that is wrong with it.
        NotFoundError: there is no such folder.
        InputError: the folder is over a limit.
        BusyError: it changes while it is read.
    """
    return book_of(read_folder(path))


def book_of(folder: Folder) -> Book:
    """Return the book that a folder's bytes make. Pure.

    Raises:
        Problems: everything that is wrong with it.
    """
    problems: list[Problem] = []
    operator_bytes = folder.files.get(OPERATOR_FILE)
    operator = read_operator(operator_bytes, problems)
    kinds = event_kinds(operator, (operator_bytes or b"").decode(errors="replace"), problems)
    lists = read_lists(folder, problems)
    limits = read_limits(folder.files.get(LIMITS_FILE), problems)
    promises_bytes = folder.files.get(PROMISES_FILE)
    library = read_documents(folder, problems)
    promises = read_promises(promises_bytes, clauses_below(library), _defined(operator), problems)
    environments = {name: environment_for(kind, lists) for name, kind in kinds.items()}
    names = Names(
        clauses=library.clause_ids(),
        queues=frozenset({*operator.queues, ERROR_QUEUE}),
        kinds=kinds,
        environments=environments,
        counters=read_counters(folder, environments, problems),
    )
    rules = read_rules(folder, names, problems)
    problems += [*check_costs(rules), *check_patterns(_conditions(rules, names.counters), lists)]
    known = {"rules": [rule.id for rule in rules], "clauses": names.clauses}
    cases = read_cases(folder, Codec(kinds.values()), known, problems)
    phrases = read_phrases(folder, problems)
    templates = read_templates(folder, names.clauses, phrases, problems)
    problems += check_sanctions(operator, operator_bytes, names.clauses)
    problems += check_account(operator, operator_bytes, names.clauses, rules)
    problems += [*check_links(library), *check_expectations(folder, names.clauses)]
    memory = _memory(folder.digest, rules, names.counters, operator, problems)
    if memory is None or any(problem.severity == "error" for problem in problems):
        raise Problems(problems)
    return Book(
        name=folder.name,
        digest=folder.digest,
        operator=operator,
        library=library,
        rules=rules,
        memory=memory,
        promises=promises,
        lists=lists,
        limits=limits,
        cases=cases,
        templates=templates,
        phrases=phrases,
        kinds=kinds,
        warnings=tuple(sorted(problems, key=lambda problem: (problem.where, problem.code))),
    )


def _conditions(rules: Iterable[Rule], counters: Mapping[str, Counter]) -> Iterable[tuple[str, Condition]]:
    """Yield what texts are tried on, by kind of event: conditions of rules and of what is counted."""
    for rule in rules:
        yield from rule.conditions.items()
    for counter in counters.values():
        yield from ((kind, where) for kind, where in counter.where.items() if where)


def _memory(
    digest: str,
    rules: Iterable[Rule],
    counters: Mapping[str, Counter],
    operator: Operator,
    problems: list[Problem],
) -> Spec | None:
    """Return what must be remembered for the rules that run; nothing, and a problem, when it is too much."""
    live = (rule for rule in rules if rule.mode is not Mode.OFF)
    conditions = [condition for rule in live for condition in rule.conditions.values()]
    own = Acquaintance(operators=frozenset(operator.operator.accounts))
    try:
        return spec_of(digest, conditions, counters, own, switches_of(operator.monitoring))
    except InputError as error:
        problems.append(error.problem)
        return None


def clauses_below(library: Library) -> Mapping[str, tuple[str, ...]]:
    """Return, for every clause and every document key, the clauses under it, in reading order."""
    below: dict[str, dict[str, None]] = {}
    for versions in library.versions.values():
        for document in versions:
            parents = {clause.id: clause.parent for clause in document.clauses}
            for clause in document.clauses:
                below.setdefault(clause.id, {})
                if clause.heading:
                    continue
                for ancestor in _ancestors(clause.id, parents, document.key):
                    below.setdefault(ancestor, {})[clause.id] = None
    return {clause_id: tuple(ids) for clause_id, ids in below.items()}


def _ancestors(clause_id: str, parents: Mapping[str, str | None], key: str) -> Iterable[str]:
    parent = parents[clause_id]
    while parent is not None:
        yield parent
        parent = parents[parent]
    yield key


def _defined(operator: Operator) -> Callable[[str], Iterable[str]]:
    tables: dict[str, Iterable[str]] = {
        "queues": operator.queues,
        "contacts": operator.contacts,
        "roles": operator.roles,
    }
    return lambda table: tables[table]
