"""A week at Harbour, lived in a record before anybody looks: traffic, people who decide about it, members who object.

The last day is busy, and nobody has worked on it yet: that is what whoever looks finds to do.

It goes through the same doors as a service does, with a clock that is turned by the events: each day is over, signed and
can be published when the demonstration begins. What is abuse, the made-up traffic's truth knows; the people of this week
go by it, and err now and then.
"""

import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import pyotp

from bylaw.appeals import store as appeals
from bylaw.appeals.model import Outcome as Answered
from bylaw.appeals.model import State as Standing
from bylaw.base.errors import ConflictError, RefusedError
from bylaw.book.folder import read_folder
from bylaw.cases import store as cases
from bylaw.cases.carrying import Timers as Verdicts
from bylaw.cases.model import Ordered, Outcome, What
from bylaw.cases.store import CaseAt
from bylaw.cases.timing import HANDLER as CASES
from bylaw.cases.verdicts import Verdict
from bylaw.drafts import store as written
from bylaw.drafts.model import Stage
from bylaw.enforcement import store as actions
from bylaw.enforcement.carrying import Timers as Actions
from bylaw.enforcement.folding import HANDLER as ACTIONS
from bylaw.enforcement.model import State
from bylaw.enforcement.notifying import Told
from bylaw.engine.decider import Arrival
from bylaw.engine.outcome import outcome_of
from bylaw.engine.recording import microseconds
from bylaw.notices import store as notices
from bylaw.records.rounds import Handler, Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.runtime.staffing import roles_in_force
from bylaw.simulation.stream import Plan, simulate
from bylaw.simulation.truth import Happening
from bylaw.staff.roles import Assignment
from bylaw.staff.workflow import Staff, open_staff

DAYS: Final = 7
BUSY: Final = 0.45  # the share of all events that comes on the last day
SECOND: Final = 1_000_000  # microseconds
TOGETHER: Final = 1_200 * SECOND  # of events that are decided at once
SHIFT: Final = 7_200 * SECOND
DAY: Final = 86_400 * SECOND
A_SHIFT: Final = 5  # cases that somebody decides in one
IN_BULK: Final = {"security": 60}  # the queues where waves are cleaned up, and how many at once
ERR: Final = 0.1  # how often somebody errs
OBJECT: Final = {
    True: 0.15,
    False: 0.8,
}  # how many of those object who broke a rule, and of those who did not
THINK: Final = 32_400 * SECOND  # between an objection and its answer
NOTICES: Final = 200  # the newest, that members think about at a time
OBJECTIONS: Final = (
    "This was a reply to people who asked me where to buy one. Please look at it again.",
    "I wrote to my own club. They all know me.",
    "It was a mistake of my programme, and it is mended.",
)
REPLIES: Final = {
    Answered.UPHELD: "We read it again: it went to many who had never asked for it. The decision stands.",
    Answered.REVERSED: "You are right, and we were wrong: the people you wrote to knew you. All is as it was before.",
}
CONTENT: Final = ("post.", "comment.", "message.", "listing.", "file.")
DRAFTED, AGREED = 3, 4  # the days on which a rule is written anew, and in force
RULE_FILE: Final = "rules/behaviour.yaml"
CHANGES: Final = (
    (b'event.actor, duration("1h")) > 5', b'event.actor, duration("1h")) > 3'),
    (b"note: six people within the hour, and a seventh who", b"note: four people within the hour, who"),
)


class Member(NamedTuple):
    """Somebody who works at Harbour. ``phone``: their roles take a second factor."""

    address: str
    name: str
    roles: tuple[str, ...]
    doc: str
    phone: bool = False


class Entrance(NamedTuple):
    """How somebody signs in."""

    member: Member
    id: str
    password: str
    codes: tuple[str, ...]


class Lived(NamedTuple):
    """What came of the week: how staff sign in, and what a member's own page is under."""

    entrances: tuple[Entrance, ...]
    page: str
    events: int
    outcomes: Mapping[str, int]
    clauses: Mapping[str, int]


RAE: Final = Member(
    "rae@harbour.example", "Rae Sample", ("reviewer", "auditor"), "decides cases, looks at everything"
)
LEE: Final = Member(
    "lee@harbour.example",
    "Lee Sample",
    ("lead", "policy-author", "admin"),
    "leads, writes rules, lets people in",
    phone=True,
)
SAM: Final = Member(
    "sam@harbour.example", "Sam Sample", ("lead", "policy-author"), "the second person", phone=True
)
STAFF: Final = (RAE, LEE, SAM)


class Clock:
    """Stands where the events are."""

    def __init__(self, at: datetime) -> None:
        self.now = microseconds(at)

    def __call__(self) -> int:
        """Return microseconds since 1970."""
        return self.now

    def turn(self, at: datetime) -> None:
        """Go on to an instant."""
        self.now = max(self.now, microseconds(at))


def live(record: Path, book: Path, events: int, progress: Callable[[int], object] = lambda _: None) -> Lived:
    """Live a week that ends now, in a new record. ``progress`` is told how many events were decided since it was told last."""
    end = datetime.now(UTC)
    begin = end - timedelta(days=DAYS)
    clock = Clock(begin)
    init_data(record, "harbour")
    with (
        open_office(record, clock=clock) as office,
        open_staff(office.records, office.vault, record) as staff,
    ):
        office.appoint(read_folder(book).files)
        entrances = tuple(joined(office, staff, clock, member) for member in STAFF)
        week = Week(office, clock, {one.member: one.id for one in entrances})
        today = end - timedelta(days=1)
        quiet = Plan(events=int(events * (1 - BUSY)), days=DAYS - 1, start=begin)
        busy = Plan(events=int(events * BUSY), days=1, start=today, seed=2)
        week.pass_by((one for one in simulate(quiet) if one.event.at < today), progress, worked=True)
        week.pass_by((one for one in simulate(busy) if one.event.at < end), progress, worked=False)
        clock.turn(end)
        return Lived(entrances, week.page(), week.outcomes.total(), week.outcomes, week.clauses)


def joined(office: Office, staff: Staff, clock: Clock, member: Member) -> Entrance:
    """Let somebody join: with a password, and for some roles a phone."""
    roles = [Assignment(role) for role in member.roles]
    invited = staff.roster.invite(member.address, member.name, roles, roles_in_force(office))
    password = secrets.token_urlsafe(12)
    here = staff.roster.join(invited.token, lambda one: staff.wallet.new_password(one, password))
    codes: tuple[str, ...] = ()
    if member.phone:
        offer = staff.wallet.offer_phone(here, "Harbour")
        codes = staff.wallet.add_phone(here, offer.ticket, pyotp.TOTP(offer.secret).at(clock() // SECOND))
    return Entrance(member, here.id, password, codes)


class Week:
    """The week under way."""

    def __init__(self, office: Office, clock: Clock, staff: Mapping[Member, str]) -> None:
        self._office, self._clock, self._staff = office, clock, staff
        self._chance = random.Random(7)  # noqa: S311 - the same week every time
        self._abuse: dict[int, bool] = {}  # by the number of the fact that holds an event
        self._decisions: dict[str, bool] = {}  # by the decision about it
        self._told: set[str] = set()  # notices that members have thought about
        mine: dict[str, Handler] = {CASES: Verdicts(office.cases), ACTIONS: Actions(office.enforcement)}
        self._rounds = Rounds(office.records, mine, alone=False)
        self.outcomes, self.clauses = Counter[str](), Counter[str]()

    def pass_by(
        self, traffic: Iterator[Happening], progress: Callable[[int], object], *, worked: bool
    ) -> None:
        """Let days pass; ``worked``: people work on them."""
        begun = self._clock()
        shifts = days = 0
        for slot, some in groupby(traffic, key=lambda one: microseconds(one.event.at) // TOGETHER):
            happenings = list(some)
            self._decide(happenings)
            progress(len(happenings))
            if slot * TOGETHER // SHIFT > shifts and worked:
                shifts = slot * TOGETHER // SHIFT
                self._shift()
            if (self._clock() - begun) // DAY > days:
                days += 1
                self._night(days)

    def page(self) -> str:
        """Return the token of a member's own page: of the newest notice that somebody may object to."""
        with self._office.records.reading() as core:
            newest = notices.latest(core, person=None, before=None, limit=NOTICES)
        told = (one.id for one in newest if self._office.appeals.grounds(one.id).undoable)
        mine = next((one for one in told if self._office.appeals.to_notice(one) is None), "")
        return self._office.appeals.notices.links.token(mine) if mine else ""

    # -- rules

    def _decide(self, happenings: list[Happening]) -> None:
        self._clock.turn(happenings[-1].event.at)
        arrivals = [Arrival(one.event, one.event.at) for one in happenings]
        for one, answer in zip(happenings, self._office.decider.decide(arrivals), strict=True):
            self._abuse[answer.seq] = one.truth.abuse
            if answer.decision is not None:
                self._decisions[answer.decision.id] = one.truth.abuse
                self.outcomes[outcome_of(planned.effect for planned in answer.decision.effects).value] += 1
                self.clauses.update(cited.clause for cited in answer.decision.clauses)
        while self._rounds.go():
            pass
        with self._office.records.reading() as core:
            planned = [one.action.action for one in actions.actions(core, states=(State.PLANNED,), limit=500)]
        if planned:  # Harbour's own service carries out what is asked of it
            self._office.enforcement.acknowledge(planned, "harbour")

    # -- people

    def _shift(self) -> None:
        """Let everybody decide some cases; waves are cleaned up at once, objections are thought over."""
        for member in STAFF:
            for queue, many in IN_BULK.items():
                self._clean_up(self._staff[member], queue, many)
            for _ in range(A_SHIFT):
                if not self._judge_next(self._staff[member]):
                    break
        self._object()
        self._answer()

    def _judge_next(self, staff: str) -> bool:
        queues = [name for name in self._office.cases.settings.queues if name != "appeals"]
        try:
            case = self._office.cases.next_for(staff, queues)
        except RefusedError:  # a break, or enough for today
            return False
        if case is not None:
            self._office.cases.decide(case.case, staff, self._verdict(case))
        return case is not None

    def _clean_up(self, staff: str, queue: str, many: int) -> None:
        with self._office.records.reading() as core:
            found = cases.find(core, cases.Sought(queues=(queue,)), limit=many)
        wrong = [case for case in found if self._is_abuse(case)]
        if wrong:
            clauses = wrong[0].clauses[:1]
            verdict = Verdict(outcome=Outcome.VIOLATION, clauses=clauses, reason="One wave, looked through.")
            self._office.cases.decide_all([case.case for case in wrong], staff, verdict)

    def _verdict(self, case: CaseAt) -> Verdict:
        """Return what somebody says of a case: mostly the truth."""
        broken = self._is_abuse(case) is not (self._chance.random() < ERR)
        if not broken:
            reason = "Looked at in its place: nothing here breaks the clause."
            return Verdict(
                outcome=Outcome.NO_VIOLATION,
                clauses=case.clauses[:1],
                reason=reason,
                restore=case.what is What.REVIEW,
            )
        on_content = case.what is What.REVIEW and self._event_of(case).startswith(CONTENT)
        return Verdict(
            outcome=Outcome.VIOLATION,
            clauses=case.clauses[:2],
            reason="It is what the clause describes, and not for the first time.",
            orders=(Ordered(effect="remove"),) if on_content else (),
            say=Told(),  # the event, told in the account's language
        )

    def _is_abuse(self, case: CaseAt) -> bool:
        return any(self._abuse.get(item.source, False) for item in self._items(case))

    def _event_of(self, case: CaseAt) -> str:
        return next((item.event for item in self._items(case)), "")

    def _items(self, case: CaseAt) -> list[cases.Item]:
        with self._office.records.reading() as core:
            return cases.items(core, case.case)

    # -- members

    def _object(self) -> None:
        """Let some of those who were told object."""
        with self._office.records.reading() as core:
            told = notices.latest(core, person=None, before=None, limit=NOTICES)
        for notice in told:
            if notice.id in self._told:
                continue
            self._told.add(notice.id)
            if self._chance.random() < OBJECT[self._decisions.get(notice.decision, True)]:
                with suppress(ConflictError):  # nothing that could be taken back
                    self._office.appeals.lodge(notice.id, self._chance.choice(OBJECTIONS))

    def _answer(self) -> None:
        """Let somebody who took no part answer what was objected to long enough ago."""
        with self._office.records.reading() as core:
            waiting = appeals.appeals(core, (Standing.OPEN,))
        for appeal in waiting:
            free = [one for one in (LEE, SAM) if self._staff[one] not in appeal.lodged.took_part]
            if free and appeal.lodged.at + THINK < self._clock():
                right = self._decisions.get(appeal.lodged.decision, True)
                outcome = Answered.UPHELD if right else Answered.REVERSED
                with suppress(ConflictError):  # they took part in something since then
                    self._office.appeals.decide(appeal.id, self._staff[free[0]], outcome, REPLIES[outcome])

    # -- days

    def _night(self, day: int) -> None:
        """Sign the day. On the third somebody writes a rule anew, on the fourth somebody else agrees."""
        self._office.attest()
        if day == DRAFTED:
            self._write()
        if day == AGREED:
            self._agree()

    def _write(self) -> None:
        drafts, lee = self._office.drafts, self._staff[LEE]
        draft = drafts.open("Look sooner at messages to strangers", lee)
        text = drafts.files(draft)[RULE_FILE]
        for old, new in CHANGES:
            text = text.replace(old, new)
        draft = drafts.save(draft.id, draft.version, {RULE_FILE: text}, lee)
        drafts.activate(drafts.prepare(draft, Stage.SHADOW), lee, self._office.appoint)
        drafts.ask(draft.id, draft.version, lee)

    def _agree(self) -> None:
        drafts, sam = self._office.drafts, self._staff[SAM]
        with self._office.records.reading() as core:
            (draft,) = written.drafts(core)
        drafts.approve(draft.id, draft.version, sam)
        drafts.activate(drafts.prepare(draft, Stage.ENFORCE), sam, self._office.appoint)
