"""Erase × hold × release × age out × restore × crash, in any order, against a plain model of what must be readable.

What a hold keeps stays readable. Whom nothing keeps is unreadable, also after a backup was put back. Everything that
was begun ends once the holds are gone; in the end the ledger verifies and the tables are the fold of their facts.

The examples are the same in every run. ``BYLAW_EXAMPLES=1000 pytest tests/property/test_holds_model.py`` tries that
many others.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bylaw.base.errors import RefusedError
from bylaw.records.checking import check
from bylaw.records.holds.model import BEGUN, Ground, State
from bylaw.records.people import PEOPLE
from databases import new_place
from keeping_world import World, back_up, chances, make, opened, put_back

NAMES = ("ann", "bob", "cy")
PARTS = ((True, False), (False, True), (True, True))  # of a backup: the database, the vault
EXAMPLES = os.environ.get("BYLAW_EXAMPLES", "")


class CrashedError(Exception):
    """The process is gone."""


@dataclass(frozen=True)
class Note:
    """A record: whom it names, the owner first; ``number`` tells it from others that have its place."""

    number: int
    people: tuple[str, ...]


@dataclass
class Hold:
    seqs: frozenset[int]
    people: frozenset[str]
    placed: int
    end: int = 1 << 60  # records after it are none that it means: the database was put back since


@dataclass
class Backup:
    """What a backup knows."""

    head: int
    notes: dict[int, Note]
    aged: set[int]
    gone: set[str]
    ends: dict[str, int]


@dataclass
class Model:
    """What must be so. Notes, holds and copies go by their numbers."""

    notes: dict[int, Note] = field(default_factory=dict)  # by their places
    aged: set[int] = field(default_factory=set)  # contents that aged out; a backup brings them back
    withered: set[int] = field(default_factory=set)  # contents that were destroyed; nothing brings them back
    gone: dict[str, int] = field(default_factory=dict)  # and when
    asked: set[str] = field(default_factory=set)  # whose destruction was asked for
    holds: dict[str, Hold] = field(default_factory=dict)
    former: set[str] = field(default_factory=set)  # released holds
    copies: set[tuple[int, str]] = field(default_factory=set)  # note, hold
    now: int = 0

    def readable(self, seq: int) -> bool:
        note = self.notes[seq]
        if self.gone.keys().isdisjoint(note.people):
            return note.number not in self.aged | self.withered
        return any((note.number, hold) in self.copies for hold in self.holds)

    def keeping(self, seq: int) -> list[str]:
        people = self.notes[seq].people
        return [
            name
            for name, hold in self.holds.items()
            if (seq in hold.seqs and seq <= hold.end) or not hold.people.isdisjoint(people)
        ]

    def place(self, name: str, hold: Hold) -> None:
        readable = {seq for seq in self.notes if self.readable(seq)}
        self.holds[name] = hold
        self.copy(readable)

    def release(self, name: str) -> None:
        readable = {seq for seq in self.notes if self.readable(seq)}
        del self.holds[name]
        self.former.add(name)
        self.settle(readable)

    def destroy(self, name: str) -> None:
        readable = {seq for seq in self.notes if self.readable(seq)}
        self.asked.add(name)
        self.settle(readable)

    def settle(self, readable: set[int]) -> None:
        held = {name for hold in self.holds.values() for name in hold.people}
        for name in self.asked - held - self.gone.keys():
            self.gone[name] = self.now
        self.copy(readable)

    def copy(self, seqs: set[int]) -> None:
        """What was readable and names somebody who is gone was copied for every hold that keeps it."""
        for seq in seqs:
            note = self.notes[seq]
            if not self.gone.keys().isdisjoint(note.people):
                self.copies |= {(note.number, hold) for hold in self.keeping(seq)}

    def back_up(self, head: int) -> Backup:
        ends = {name: hold.end for name, hold in self.holds.items()} | dict.fromkeys(self.former, 0)
        return Backup(head, dict(self.notes), set(self.aged), set(self.gone), ends)

    def put_back(self, backup: Backup, *, database: bool, vault: bool) -> None:
        if database:
            self.notes, self.aged = dict(backup.notes), set(backup.aged)
            for name, hold in self.holds.items():
                hold.end = backup.ends.get(name, backup.head)
        if not vault:
            return
        known = backup.ends.keys()
        kept = {pair for pair in self.copies if pair[1] in known}  # the keys of later holds are lost
        for seq, note in self.notes.items():
            gone = {self.gone[name] for name in note.people if name in self.gone}
            alive = backup.gone.isdisjoint(note.people) and note.number not in self.aged | self.withered
            for name in self.keeping(seq) if gone else ():
                had = (note.number, name) in self.copies
                original = alive and (had or self.holds[name].placed < min(gone))
                live = any((note.number, other) in kept for other in self.holds)
                former = had and any((note.number, other) in kept for other in self.former)
                if original or live or former:
                    kept.add((note.number, name))
        self.copies = kept


class Holds(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.data = new_place(Path(self.folder.name)).folder
        make(self.data)
        self.left = 0  # boundaries until the crash; 0: none comes
        self.chance = chances()
        self.open()
        self.subjects = self.world.vault.subjects(PEOPLE, NAMES)
        self.model, self.numbers = Model(), count()
        self.backups: list[Backup] = []
        for people in (("ann", "bob"), ("bob", "ann"), ("ann",), ("cy", "ann"), ("cy",)):
            self.write(people)

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            assert check(self.world.records, rebuild=True).problems == ()
            assert self.world.vault.check() == []
            self.release_everything()
        finally:
            self.life.close()
            self.folder.cleanup()

    # -- what happens

    @rule(owner=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def note(self, owner: str, other: str) -> None:
        people = (owner,) if other == owner else (owner, other)
        if self.model.gone.keys().isdisjoint(people):
            self.write(people)

    @precondition(lambda self: self.model.notes)
    @rule(data=st.data(), crash=st.integers(0, 12))
    def hold_records(self, data: st.DataObject, crash: int) -> None:
        readable = sorted(filter(self.model.readable, self.model.notes))
        if readable:
            seqs = frozenset(data.draw(st.sets(st.sampled_from(readable), min_size=1, max_size=3)))
            self.place(seqs, frozenset(), crash)

    @rule(name=st.sampled_from(NAMES), crash=st.integers(0, 12))
    def hold_person(self, name: str, crash: int) -> None:
        if name not in self.model.gone:
            self.place(frozenset(), frozenset({name}), crash)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), crash=st.integers(0, 30))
    def release(self, data: st.DataObject, crash: int) -> None:
        hold = data.draw(st.sampled_from(sorted(self.model.holds)))
        done = self.act(lambda world: world.keeper.release(hold, "settled"), crash)
        if done or hold not in self.in_force():
            self.model.release(hold)

    @rule(name=st.sampled_from(NAMES), crash=st.integers(0, 30))
    def destroy(self, name: str, crash: int) -> None:
        if name in self.model.gone:
            return
        done = self.act(lambda world: world.destroy(self.subjects[name]), crash)
        if done or self.is_begun(name):
            self.model.destroy(name)

    @precondition(lambda self: self.model.notes)
    @rule(data=st.data(), retention=st.booleans(), crash=st.integers(0, 12))
    def wither(self, data: st.DataObject, retention: bool, crash: int) -> None:
        seq = data.draw(st.sampled_from(sorted(self.model.notes)))
        ground = Ground.RETENTION if retention else Ground.REQUEST
        before = self.world.records.head
        done = self.act(lambda world: world.wither(seq, ground=ground), crash)
        begun = any(row.kind == BEGUN for row in self.world.records.rows(before + 1))
        gone = self.world.records.row(seq).sealed is None
        number = self.model.notes[seq].number
        if self.model.keeping(seq):
            assert not begun
            assert gone == (number in self.model.aged | self.model.withered)
        elif begun:
            assert gone
            (self.model.aged if retention else self.model.withered).add(number)
        else:
            assert not done or (gone and retention)

    @rule()
    def open_again(self) -> None:
        self.life.close()
        self.open()

    @rule()
    def back_up(self) -> None:
        if len(self.backups) < 3:
            self.backups.append(self.model.back_up(self.world.records.head))
            self.life.close()
            back_up(self.data, self.backup(len(self.backups) - 1))
            self.open()

    @precondition(lambda self: self.backups)
    @rule(data=st.data(), parts=st.sampled_from(PARTS), crash=st.integers(0, 30))
    def put_back(self, data: st.DataObject, parts: tuple[bool, bool], crash: int) -> None:
        number = data.draw(st.integers(0, len(self.backups) - 1))
        self.life.close()
        put_back(self.data, self.backup(number), database=parts[0], vault=parts[1])
        try:
            self.open()
        except RefusedError as error:
            assert error.code == "records.restored"
            self.open_after_a_crash(crash)
        self.model.put_back(self.backups[number], database=parts[0], vault=parts[1])

    # -- what must hold

    @invariant()
    def what_is_read_is_what_must_be(self) -> None:
        if not hasattr(self, "data"):
            return
        self.model.now += 1
        for seq, note in self.model.notes.items():
            found = self.world.read(seq)
            if self.model.readable(seq):
                assert found == (b"said by " + note.people[0].encode(), note.people), (seq, note)
            else:
                assert found is None, (seq, note)
        for name in NAMES:
            assert (self.world.vault.known(PEOPLE, name) is None) == (name in self.model.gone)
        assert self.in_force() == self.model.holds.keys()
        assert not any(one.state is State.BEGUN for one in self.world.keeper.unfinished())

    # -- the world

    def write(self, people: tuple[str, ...]) -> None:
        self.model.notes[self.world.note(*people)] = Note(next(self.numbers), people)

    def place(self, seqs: frozenset[int], people: frozenset[str], crash: int) -> None:
        subjects = tuple(self.subjects[name] for name in people)
        self.act(lambda world: world.hold(*seqs, people=subjects), crash)
        for new in self.in_force() - self.model.holds.keys():
            self.model.place(new, Hold(seqs, people, self.model.now))

    def in_force(self) -> set[str]:
        return {hold.id for hold in self.world.keeper.holds()}

    def is_begun(self, name: str) -> bool:
        gone = self.world.vault.known(PEOPLE, name) is None
        waiting = [getattr(one.target, "subject", "") for one in self.world.keeper.unfinished()]
        return gone or any(self.subjects[name].hex() in one for one in waiting)

    def backup(self, number: int) -> Path:
        return Path(self.folder.name) / f"backup-{number}"

    def open(self, *, replay: bool = False) -> None:
        with ExitStack() as life:
            opening = opened(self.data, replay=replay, boundary=self.boundary, chance=self.chance)
            self.world: World = life.enter_context(opening)
            self.life = life.pop_all()

    def open_after_a_crash(self, crash: int) -> None:
        self.left = crash
        try:
            self.open(replay=True)
        except CrashedError:
            self.open(replay=True)
        self.left = 0

    def boundary(self, _: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise CrashedError

    def act(self, verb: Callable[[World], object], crash: int) -> bool:
        """Do something, or crash at the boundary of this number; tell whether it was done."""
        self.left = crash
        try:
            verb(self.world)
        except CrashedError:
            self.life.close()
            self.open()
            return False
        finally:
            self.left = 0
        return True

    def release_everything(self) -> None:
        for hold in sorted(self.model.holds):
            self.world.keeper.release(hold, "settled")
        assert self.world.keeper.unfinished() == []
        for name in NAMES:
            assert (self.world.vault.known(PEOPLE, name) is None) == (name in self.model.asked)


TestHolds = Holds.TestCase
TestHolds.settings = settings(
    max_examples=int(EXAMPLES or 20),
    derandomize=not EXAMPLES,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
