"""What those concerned do: object, say more, mark as mended. Each is one commit, durable on return.

What they write is sealed under their own key.
"""

from collections.abc import Sequence
from typing import Final

from bylaw.appeals import model
from bylaw.appeals.attaching import checked
from bylaw.appeals.grounds import Grounds, bar_of, standing
from bylaw.appeals.machine import Bar, Step, step
from bylaw.appeals.model import Appeal, Attached, File, Lodged, Mended, Said
from bylaw.appeals.reading import Reading
from bylaw.appeals.sealing import demand_text
from bylaw.base.errors import ConflictError
from bylaw.base.ids import derived_id, time_ordered_id
from bylaw.book.operator import Operator
from bylaw.cases.machine import case_of
from bylaw.cases.model import Raised, What
from bylaw.cases.raising import fact, raising, settings_of
from bylaw.records.fact import Fact
from bylaw.records.people import alias_of

_CHANCE: Final = 9
_BARRED: Final = {
    Bar.NOTHING: "there is nothing here that could be taken back",
    Bar.STRANGER: "objections of this account are not taken to what this told of",
    Bar.LODGED: "there is an objection to this already",
    Bar.LATE: "the time in which it was possible to object is over",
    Bar.LIMITED: "no objection of this account is taken now",
}


class Lodging(Reading):
    """Objections, as far as those concerned go. For whoever writes the record, one call at a time."""

    def lodge(self, notice: str, text: str, files: Sequence[File] = ()) -> Appeal:
        """Object to what a notice told: it becomes a case that nobody decides who took part before.

        Raises:
            InputError: the text or a file is not as it must be.
            ConflictError: ``appeal.`` and a ``Bar``: not now, or not any more.
            NotFoundError: there is no such notice.
            Destroyed: it can be read no more.
        """
        operator, now = self._book().operator, self._records.clock()
        words = demand_text(text, operator.appeals.characters)
        taken = checked(files, operator.appeals.attachments)
        grounds = self.grounds(notice)
        bar = bar_of(grounds, operator.appeals, now, *standing(self._records, grounds, now))
        if bar is not None:
            raise ConflictError(f"appeal.{bar}", _BARRED[bar])
        name, alias = derived_id("appeal", notice), alias_of(grounds.notice.person)
        raised = _raised(operator, What.APPEAL, grounds, now, name)
        lodged = Lodged(
            appeal=name,
            notice=notice,
            people=(alias,),
            at=now,
            decision=grounds.notice.decision,
            actions=tuple(s.action.action for s in grounds.stood),
            effects=tuple(s.action.effect for s in grounds.stood),
            clauses=grounds.planned.clauses,
            rules=grounds.rules,
            took_part=tuple(sorted(grounds.took_part)),
            automated=not grounds.took_part,
            source=grounds.source,
            queue=raised.queue,
            case=case_of(raised),
        )
        facts = [self._sealed.fact(model.LODGED, lodged, alias, words)]
        facts += [self._attached(name, 0, alias, one.file, one.media) for one in taken]
        self._records.commit([*facts, fact(raised)])
        return self.find(name)

    def answer(self, appeal: str, text: str, files: Sequence[File] = ()) -> Appeal:
        """Say something more about one's own objection.

        Raises:
            InputError: the text or a file is not as it must be.
            ConflictError: ``appeal.order``, it is decided; ``appeal.texts``, that is enough.
            NotFoundError: there is no such objection.
        """
        settings, found = self._book().operator.appeals, self.find(appeal)
        words = demand_text(text, settings.characters)
        taken = checked(files, settings.attachments)
        step(found.state, Step.ANSWER)
        if found.texts >= settings.texts:
            raise ConflictError("appeal.texts", f"at most {settings.texts} texts are taken on one objection")
        said = self._said(found, "")
        facts = [self._sealed.fact(model.SAID, said, said.people[0], words)]
        facts += [self._attached(appeal, said.letter, said.people[0], one.file, one.media) for one in taken]
        self._records.commit(facts)
        return self.find(appeal)

    def mend(self, notice: str, text: str) -> None:
        """Say that what a notice told of is mended: somebody looks, with what else waits about this account.

        Raises:
            InputError: the text is not as it must be.
            ConflictError: ``appeal.mended``, it was said before; ``appeal.nothing``.
            NotFoundError, Destroyed: as for ``lodge``.
        """
        operator, now, grounds = self._book().operator, self._records.clock(), self.grounds(notice)
        words = demand_text(text, operator.appeals.characters)
        if not grounds.stood:
            raise ConflictError("appeal.nothing", _BARRED[Bar.NOTHING])
        alias = alias_of(grounds.notice.person)
        said = Mended(
            notice=notice,
            people=(alias,),
            at=now,
            decision=grounds.notice.decision,
            clauses=grounds.planned.clauses,
            rules=grounds.rules,
        )
        raised = _raised(operator, What.REVIEW, grounds, now)
        self._records.commit([self._sealed.fact(model.MENDED, said, alias, words), fact(raised)])

    # --

    def _attached(self, appeal: str, letter: int, alias: str, file: File, media: str) -> Fact:
        now = self._records.clock()
        said = Attached(
            appeal=appeal,
            file=time_ordered_id("file", now // 1000, self._records.chance(_CHANCE)),
            letter=letter,
            people=(alias,),
            at=now,
            media=media,
            size=len(file.content),
        )
        return self._sealed.file(said, file)

    def _said(self, found: Appeal, by: str) -> Said:
        now, people = self._records.clock(), found.lodged.people
        return Said(appeal=found.id, letter=found.letters, by=by, people=people, at=now)


def _raised(operator: Operator, what: What, grounds: Grounds, now: int, about: str = "") -> Raised:
    """Return what has somebody look: at an objection nobody who took part before."""
    return raising(
        settings_of(operator),
        what,
        now,
        queue=operator.appeals.queue,
        about=about,
        seq=grounds.source,
        decision=grounds.notice.decision,
        person=alias_of(grounds.notice.person),
        clauses=grounds.planned.clauses,
        rules=grounds.rules,
        event=grounds.statement.event.kind if grounds.statement.event else "",
        barred=sorted(grounds.took_part) if about else (),
    )
