"""Erase × hold × release × restore × crash, in any order, against a plain model of what must be readable.

What a hold keeps stays readable. Whom nothing keeps is unreadable, also after a backup was put back. Everything that
was begun ends once the holds are gone, and the ledger verifies all along.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bylaw.base.errors import RefusedError
from bylaw.records.checking import check
from bylaw.records.holds.model import State
from bylaw.records.people import PEOPLE
from databases import new_place
from keeping_world import World, back_up, make, opened, put_back

NAMES = ("ann", "bob", "cy")
MANY = 100_000


class CrashedError(Exception):
    """The process is gone."""


@dataclass(frozen=True)
class Note:
    """A record: who owns it and whom it names."""

    people: tuple[str, ...]
    withered: bool = False


@dataclass
class Hold:
    seqs: frozenset[int]
    people: frozenset[str]


@dataclass
class Said:
    """What the model knows of the record; a backup has a copy of it."""

    notes: dict[int, Note] = field(default_factory=dict)


class Holds(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.data = new_place(Path(self.folder.name)).folder
        make(self.data)
        with opened(self.data) as world:
            self.subjects = world.vault.subjects(PEOPLE, NAMES)
            begun = (("ann", "bob"), ("bob", "ann"), ("ann",), ("cy", "ann"), ("cy",))
            self.notes = {world.note(*people): Note(people) for people in begun}
        self.holds: dict[str, Hold] = {}
        self.asked: set[str] = set()  # whose destruction was asked for
        self.gone: set[str] = set()
        self.backups: list[dict[int, Note]] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            try:
                self.release_everything()
            finally:
                self.folder.cleanup()

    # -- what happens

    @rule(owner=st.sampled_from(NAMES), other=st.sampled_from((*NAMES, None)))
    def note(self, owner: str, other: str | None) -> None:
        people = (owner,) if other in (None, owner) else (owner, str(other))
        if not self.gone.isdisjoint(people):
            return
        with opened(self.data) as world:
            self.notes[world.note(*people)] = Note(people)

    @precondition(lambda self: self.notes)
    @rule(data=st.data(), crash=st.integers(0, 12))
    def hold_records(self, data: st.DataObject, crash: int) -> None:
        readable = sorted(seq for seq in self.notes if self.expected(seq))
        if readable:
            seqs = frozenset(data.draw(st.sets(st.sampled_from(readable), min_size=1, max_size=3)))
            self.place(Hold(seqs, frozenset()), crash)

    @rule(name=st.sampled_from(NAMES), crash=st.integers(0, 12))
    def hold_person(self, name: str, crash: int) -> None:
        if name not in self.gone:
            self.place(Hold(frozenset(), frozenset({name})), crash)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), crash=st.integers(0, 30))
    def release(self, data: st.DataObject, crash: int) -> None:
        hold = data.draw(st.sampled_from(sorted(self.holds)))
        known = self.act(lambda world: world.keeper.release(hold, "settled"), crash)
        if known or hold not in self.in_force():
            del self.holds[hold]
            self.settle()

    @rule(name=st.sampled_from(NAMES), crash=st.integers(0, 30))
    def destroy(self, name: str, crash: int) -> None:
        if name in self.gone:
            return
        known = self.act(lambda world: world.destroy(self.subjects[name]), crash)
        if known or self.is_begun(name):
            self.asked.add(name)
            self.settle()

    @precondition(lambda self: self.notes)
    @rule(data=st.data(), crash=st.integers(0, 12))
    def wither(self, data: st.DataObject, crash: int) -> None:
        seq = data.draw(st.sampled_from(sorted(self.notes)))
        known = self.act(lambda world: world.wither(seq), crash)
        if not self.keeping(seq):
            with opened(self.data) as world:
                gone = world.records.row(seq).sealed is None
            assert gone or not known
            self.notes[seq] = replace(self.notes[seq], withered=gone or self.notes[seq].withered)

    @rule()
    def back_up(self) -> None:
        if len(self.backups) < 3:
            back_up(self.data, Path(self.folder.name) / f"backup-{len(self.backups)}")
            self.backups.append(dict(self.notes))

    @precondition(lambda self: self.backups)
    @rule(data=st.data(), crash=st.integers(0, 30))
    def put_back(self, data: st.DataObject, crash: int) -> None:
        number = data.draw(st.integers(0, len(self.backups) - 1))
        parts = data.draw(st.sampled_from(((True, False), (False, True), (True, True))))
        put_back(self.data, Path(self.folder.name) / f"backup-{number}", database=parts[0], vault=parts[1])
        try:
            with opened(self.data):
                pass
        except RefusedError as error:
            assert error.code == "records.restored"
            self.act(lambda _: None, crash, replay=True)
            with opened(self.data, replay=True):
                pass
        if parts[0]:
            self.forget_since(self.backups[number])

    # -- what must hold

    @invariant()
    def what_is_read_is_what_must_be(self) -> None:
        if not hasattr(self, "data"):
            return
        with opened(self.data) as world:
            for seq, note in self.notes.items():
                found = world.read(seq)
                if self.expected(seq):
                    assert found == (b"said by " + note.people[0].encode(), note.people), (seq, note)
                else:
                    assert found is None, (seq, note)
            for name in NAMES:
                assert (world.vault.known(PEOPLE, name) is None) == (name in self.gone)
            assert {hold.id for hold in world.keeper.holds()} == set(self.holds)
            assert not any(one.state is State.BEGUN for one in world.keeper.unfinished())
            assert check(world.records).problems == ()

    # -- the model

    def expected(self, seq: int) -> bool:
        note = self.notes[seq]
        return not note.withered and (self.gone.isdisjoint(note.people) or bool(self.keeping(seq)))

    def keeping(self, seq: int) -> list[Hold]:
        people = self.notes[seq].people
        return [
            hold for hold in self.holds.values() if seq in hold.seqs or not hold.people.isdisjoint(people)
        ]

    def settle(self) -> None:
        held = {name for hold in self.holds.values() for name in hold.people}
        self.gone |= self.asked - held
        for seq, note in self.notes.items():  # a copy that died with its hold does not come back with another
            if not self.expected(seq) and not note.withered:
                self.notes[seq] = replace(note, withered=True)

    def forget_since(self, notes: dict[int, Note]) -> None:
        known = dict(self.notes)
        self.notes = {
            seq: replace(note, withered=known[seq].withered)
            if seq in known and known[seq].people == note.people
            else note
            for seq, note in notes.items()
        }

    # -- the world

    def place(self, hold: Hold, crash: int) -> None:
        people = tuple(self.subjects[name] for name in hold.people)
        before = set(self.holds)
        self.act(lambda world: world.hold(*hold.seqs, people=people), crash)
        for new in self.in_force() - before:
            self.holds[new] = hold

    def in_force(self) -> set[str]:
        with opened(self.data) as world:
            return {hold.id for hold in world.keeper.holds()}

    def is_begun(self, name: str) -> bool:
        with opened(self.data) as world:
            gone = world.vault.known(PEOPLE, name) is None
            waiting = [getattr(one.target, "subject", "") for one in world.keeper.unfinished()]
        return gone or any(self.subjects[name].hex() in one for one in waiting)

    def act(self, verb: Callable[[World], object], crash: int, *, replay: bool = False) -> bool:
        """Do something, or crash at the boundary of this number; tell whether it was done."""
        left = crash or MANY

        def boundary(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise CrashedError

        try:
            with opened(self.data, replay=replay, boundary=boundary) as world:
                left = crash or MANY  # opening has boundaries of its own
                verb(world)
        except CrashedError:
            return False
        return True

    def release_everything(self) -> None:
        with opened(self.data) as world:
            for hold in sorted(self.holds):
                world.keeper.release(hold, "settled")
            assert world.keeper.unfinished() == []
            for name in NAMES:
                assert (world.vault.known(PEOPLE, name) is None) == (name in self.gone | self.asked)


TestHolds = Holds.TestCase
TestHolds.settings = settings(
    max_examples=25,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
