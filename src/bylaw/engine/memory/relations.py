"""Who knows whom. ``knows(a, b)``: has ``b`` given a reason for ``a`` to count as no stranger?

Evidence points from the one who gave it. That ``a`` follows, writes to or comments on ``b`` proves nothing:
whoever sends to strangers does that all day. That ``b`` follows ``a``, answered or wrote first, does; so do
relations that are mutual, a group that both belong to, and for the operator's accounts that ``b`` used
the service. A block by ``b`` outweighs all of it.
"""

from collections.abc import Callable, Mapping
from sys import intern
from typing import Any, ClassVar

from msgspec import UNSET

from bylaw.engine.memory.acquaintance import Acquaintance
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.keys import Keys, pair
from bylaw.engine.memory.span import Span
from bylaw.engine.memory.table import Table
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of

LABELS = 64  # kinds of evidence between two accounts, or groups of one account
NAME_CHARS = 64  # of a relation; a longer one is cut


class Labels:
    """Some names, and when each was last observed; the one observed longest ago goes first.

    COST: nearly every pair of accounts has one name. A tuple of names and moments in turn takes 110 bytes less
    than a dict, of each of up to ``Limits.pairs``.
    """

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: tuple[Any, ...] = ()

    @property
    def times(self) -> dict[Any, int]:
        """When each name was last observed, in the order of observation."""
        told = iter(self._told)
        return dict(zip(told, told, strict=True))

    @property
    def latest(self) -> int:
        """The newest moment."""
        return max(self._told[1::2], default=0)

    @property
    def weight(self) -> int:
        """How many there are, and one for the set itself."""
        return len(self._told) // 2 + 1

    def add(self, at: int, _: int, name: Any) -> int:  # noqa: ANN401 - a word or a digest
        """Take in one name."""
        told = self._told
        if not told or (told[0] == name and len(told) == 2):
            self._told = name, max(at, *told[1:]) if told else at
            return not told
        times = self.times
        times[name] = max(at, times.pop(name, at))
        if len(times) > LABELS:
            del times[next(iter(times))]
        return self._tell(times)

    def drop(self, name: Any) -> int:  # noqa: ANN401 - as in ``add``
        """Forget one name; return by how much the weight changed."""
        times = self.times
        times.pop(name, None)
        return self._tell(times)

    def _tell(self, times: Mapping[Any, int]) -> int:
        before, self._told = len(self._told), tuple(part for row in times.items() for part in row)
        return (len(self._told) - before) // 2

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return the names as a snapshot holds them."""
        return list(self.times.items())

    @classmethod
    def load(cls, dumped: Any) -> "Labels":  # noqa: ANN401
        """Return the labels that ``dump`` was given for."""
        made = cls()
        made._tell({name: int(at) for name, at in dumped})
        return made


class Relations:
    """Evidence between accounts, shared groups, and customers; accounts are digests."""

    def __init__(self, settings: Acquaintance, keys: Keys, limits: Limits) -> None:
        self._settings = settings
        self._keys = keys
        self._operators = frozenset(map(keys.of, settings.operators))
        accounts, pairs = limits.accounts, limits.pairs
        self._ties = Table(Labels, keep=None, keys=pairs, entries=2 * pairs)
        self._groups = Table(Labels, keep=None, keys=accounts, entries=4 * accounts)
        self._customers = Table(Span, keep=settings.expiry.get("customer"), keys=accounts, entries=accounts)

    def observe(self, event: Event, at: int) -> None:
        """Take in what an event says about who knows whom."""
        observe = self._OBSERVED.get(kind_of(event))
        if observe and event.actor is not UNSET:
            observe(self, event, self._keys.of(event.actor), at)

    def evidence(self, one: bytes, other: bytes, at: int) -> list[str]:
        """Return why ``other`` is no stranger to ``one``, in alphabetical order; nothing if it is."""
        if one == other:
            return ["self"]
        tie = self._ties.get(pair(other, one))
        named = {name for name, since in tie.times.items() if self._lives(name, since, at)} if tie else set()
        if named & self._settings.blocking:
            return []
        if self._share_group(one, other, at):
            named.add("group")
        customer = self._customers.get(other) if one in self._operators else None
        if customer and self._lives("customer", customer.latest, at):
            named.add("customer")
        return sorted(named)

    def _lives(self, name: str, since: int, at: int) -> bool:
        expiry = self._settings.expiry.get(name)
        return expiry is None or since > at - expiry

    def _share_group(self, one: bytes, other: bytes, at: int) -> bool:
        mine, theirs = self._groups.get(one), self._groups.get(other)
        if mine is None or theirs is None:
            return False
        ours, others = mine.times, theirs.times
        return any(self._lives("group", min(ours[g], others[g]), at) for g in ours.keys() & others.keys())

    def _tie(self, giver: bytes, towards: bytes, name: str, at: int) -> None:
        self._ties.add(pair(giver, towards), at, intern(name))

    def _made(self, event: Any, actor: bytes, at: int) -> None:  # noqa: ANN401 - the kind is known by its name
        name, other = event.relation[:NAME_CHARS], self._keys.of(event.other)
        self._tie(actor, other, name, at)
        if event.mutual is True or name in self._settings.mutual:
            self._tie(other, actor, name, at)

    def _ended(self, event: Any, actor: bytes, _: int) -> None:  # noqa: ANN401
        name, other = event.relation[:NAME_CHARS], self._keys.of(event.other)
        both = event.mutual is True or name in self._settings.mutual
        for key in (pair(actor, other), pair(other, actor))[: 1 + both]:
            tie = self._ties.get(key)
            if tie:
                self._ties.weight += tie.drop(name)

    def _wrote(self, event: Any, actor: bytes, at: int) -> None:  # noqa: ANN401
        known = [event.recipient] if event.recipient is not UNSET else []
        recipients = {*known, *(getattr(event, "recipients", UNSET) or [])}
        stated = getattr(event, "recipient_count", UNSET) or 0
        if max(len(recipients), stated) > self._settings.most_recipients:
            return
        name = "reply" if getattr(event, "reply_to", UNSET) is not UNSET else "contact"
        for recipient in sorted(recipients):
            self._tie(actor, self._keys.of(recipient), name, at)

    def _commented(self, event: Any, actor: bytes, at: int) -> None:  # noqa: ANN401
        if event.recipient is not UNSET:
            self._tie(actor, self._keys.of(event.recipient), "reply", at)

    def _joined(self, event: Any, actor: bytes, at: int) -> None:  # noqa: ANN401
        self._invited(event, actor, at)
        if event.members is UNSET or event.members <= self._settings.largest_group:
            self._groups.add(actor, at, self._keys.of(event.organisation))

    def _dealt(self, _: Any, actor: bytes, at: int) -> None:  # noqa: ANN401
        self._customers.add(actor, at, None)

    def _registered(self, event: Any, actor: bytes, at: int) -> None:  # noqa: ANN401
        self._dealt(event, actor, at)
        self._invited(event, actor, at)

    def _invited(self, event: Any, actor: bytes, at: int) -> None:  # noqa: ANN401
        if event.invited_by is not UNSET:
            host = self._keys.of(event.invited_by)
            self._tie(actor, host, "invitation", at)
            self._tie(host, actor, "invitation", at)

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return everything as a snapshot holds it."""
        return [self._ties.dump(), self._groups.dump(), self._customers.dump()]

    def load(self, dumped: Any) -> None:  # noqa: ANN401
        """Take in what ``dump`` gave; nothing was observed before."""
        ties, groups, customers = dumped
        self._ties.load(ties, Labels.load)
        self._groups.load(groups, Labels.load)
        self._customers.load(customers, Span.load)

    _OBSERVED: ClassVar[Mapping[str, Callable[["Relations", Any, bytes, int], None]]] = {
        "relation.made": _made,
        "relation.ended": _ended,
        "message.sent": _wrote,
        "link.shared": _wrote,
        "comment.created": _commented,
        "organisation.joined": _joined,
        "account.registered": _registered,
        "account.updated": _dealt,
        "account.logged_in": _dealt,
        "session.seen": _dealt,
        "usage.metered": _dealt,
    }
