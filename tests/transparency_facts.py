"""Facts made up for the public account: what a ledger might hold, and where it may be cut."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from bylaw.base.canonical import canonical_bytes
from bylaw.cases.machine import case_of
from bylaw.cases.model import CLOSED, RAISED, Closed, Outcome, Raised, What
from bylaw.cases.model import DECIDED as JUDGED
from bylaw.cases.model import Decided as Judged
from bylaw.enforcement.model import APPROVED, RESOLVED, UNDONE, Action, Approved, Resolved, Undone
from bylaw.engine.recording import Body
from bylaw.notices.model import SUPPRESSED, Ground, Suppressed
from bylaw.records.fact import Fact, Row, row_of
from bylaw.transparency.model import DAY

START = 20_454 * DAY  # 2026-01-01
CLAUSES = ("rules/spam/p1", "rules/hate/p1", "terms/p2")
EFFECTS = ("remove", "hold", "suspend", "strike", "label")


class Ledger:
    """Facts one after the other, as a record would number them."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.at = START

    def commit(self, *facts: Callable[[int], Fact] | Fact) -> list[int]:
        """Record facts at the same instant; what is called is given its own number."""
        told = []
        for fact in facts:
            seq = len(self.rows) + 1
            made = fact(seq) if callable(fact) else fact
            self.rows.append(row_of(seq, self.at, made))
            told.append(seq)
        return told

    def decide(
        self,
        actions: Sequence[Action] = (),
        *,
        kind: str = "post.created",
        clauses: Sequence[str] = (),
        rules: Sequence[str] = (),
        more: Callable[[int], Iterable[Fact]] = lambda _: (),
        degraded: bool = False,
    ) -> int:
        """Record a decided event, and what is done about it in the same commit."""
        seq = len(self.rows) + 1
        body = Body(
            decision=f"dec_{seq}",
            kind=kind,
            at=self.at - 3_000_000,
            activation=1,
            clauses=tuple(clauses),
            rules=tuple(rules),
            silent=not clauses,
            degraded=degraded,
        )
        facts = [Fact("event.decided", canonical_bytes(body))]
        if actions:
            resolved = Resolved(at=self.at, source=seq, decision=body.decision, actions=tuple(actions))
            facts.append(Fact(RESOLVED, canonical_bytes(resolved)))
        self.commit(*facts, *more(seq))
        return seq

    def order(self, actions: Sequence[Action], *, by: str = "staff_1", source: int = 0) -> None:
        """Record what a person ordered."""
        resolved = Resolved(at=self.at, source=source, by=by, actions=tuple(actions))
        self.commit(Fact(RESOLVED, canonical_bytes(resolved)))

    def approve(self, action: Action, by: str, *, enough: bool) -> None:
        """Record that somebody agreed."""
        self.commit(Fact(APPROVED, canonical_bytes(Approved(action=action, by=by, enough=enough))))

    def undo(self, *actions: Action) -> None:
        """Record that actions were taken back."""
        inverses = tuple(
            Action(
                action=f"{one.action}_inverse",
                effect=f"un{one.effect}",
                person=one.person,
                clauses=one.clauses,
                rules=one.rules,
                undoes=one.action,
            )
            for one in actions
        )
        self.commit(
            Fact(UNDONE, canonical_bytes(Undone(at=self.at, by="staff_2", inverses=inverses))),
        )

    def raise_(self, what: What, clauses: Sequence[str], *, about: str = "") -> str:
        """Record that something is to be looked at; return the case's id."""
        raised = Raised(
            what=what, queue="q", at=self.at, about=about or str(len(self.rows)), clauses=tuple(clauses)
        )
        self.commit(Fact(RAISED, canonical_bytes(raised)))
        return case_of(raised)

    def judge(self, case: str, outcome: Outcome) -> None:
        """Record a verdict."""
        verdict = Judged(
            case=case, verdict=f"ver_{len(self.rows)}", by="staff_1", outcome=outcome, clauses=()
        )
        self.commit(Fact(JUDGED, canonical_bytes(verdict)))

    def close(self, case: str, outcome: Outcome) -> None:
        """Record that another room decided."""
        self.commit(Fact(CLOSED, canonical_bytes(Closed(case=case, by="staff_1", outcome=outcome))))

    def appeal(self, became: str, effect: str, clause: str, **more: Any) -> None:
        """Record an objection (``lodged``), or the answer to one."""
        kind, told = ("appeal.lodged", {}) if became == "lodged" else ("appeal.decided", {"outcome": became})
        body = {"effects": [effect], "clauses": [clause], "automated": True, **told, **more}
        self.commit(Fact(kind, canonical_bytes(body)))

    def withhold(self, notice: str, ground: Ground) -> None:
        """Record that somebody is not told."""
        said = Suppressed(notice=notice, people=("subj_1",), ground=ground)
        self.commit(Fact(SUPPRESSED, canonical_bytes(said)))

    def other(self, kind: str, body: dict[str, Any] | None = None) -> None:
        """Record any other fact."""
        self.commit(Fact(kind, canonical_bytes(body or {})))


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Ledgers in which things are done, agreed to, taken back, looked at and objected to, over some days."""
    ledger = Ledger()
    standing: list[Action] = []
    waiting: list[Action] = []
    events: list[int] = []
    cases: list[str] = []
    for number in range(draw(st.integers(1, 25))):
        ledger.at += draw(st.sampled_from([0, 1, 1_500_000, 3_600_000_000, DAY]))
        step = draw(
            st.sampled_from(["decide", "order", "agree", "undo", "raise", "judge", "appeal", "other"])
        )
        clause, effect = draw(st.sampled_from(CLAUSES)), draw(st.sampled_from(EFFECTS))
        action = Action(
            action=f"act_{number}",
            effect=effect,
            person="subj_1",
            clauses=(clause,),
            rules=(f"r{number % 3}",),
        )
        if step == "decide":
            spoken = draw(st.booleans())
            kind = draw(st.sampled_from(["post.created", "report.received"]))
            actions = [action] if spoken and draw(st.booleans()) else []
            said = [clause] if spoken else []
            events.append(
                ledger.decide(actions, kind=kind, clauses=said, rules=[f"r{number % 3}"] if said else [])
            )
            standing += actions
        elif step == "order":
            awaiting = draw(st.booleans())
            made = Action(
                action=action.action, effect=effect, person="subj_1", clauses=(clause,), awaiting=awaiting
            )
            source = draw(st.sampled_from([0, *events]))
            ledger.order([made], source=source, by=draw(st.sampled_from(["staff_1", ""])))
            (waiting if awaiting else standing).append(made)
        elif step == "agree" and waiting:
            one = waiting.pop()
            enough = draw(st.booleans())
            ledger.approve(one, "staff_2", enough=enough)
            standing.append(one)
        elif step == "undo" and standing:
            ledger.undo(*[standing.pop() for _ in range(draw(st.integers(1, len(standing))))])
        elif step == "raise":
            cases.append(ledger.raise_(draw(st.sampled_from(What)), [clause]))
        elif step == "judge" and cases:
            ledger.judge(draw(st.sampled_from(cases)), draw(st.sampled_from(Outcome)))
        elif step == "appeal":
            ledger.appeal(draw(st.sampled_from(["lodged", "upheld", "reversed"])), effect, clause)
        else:
            ledger.other("window.saved")
    return ledger


def cut(rows: Sequence[Row], instants: Iterable[int]) -> list[list[Row]]:
    """Cut rows before instants."""
    edges = [*sorted(instants), 1 << 62]
    parts: list[list[Row]] = [[] for _ in edges]
    for row in rows:
        parts[next(place for place, edge in enumerate(edges) if row.at < edge)].append(row)
    return parts
