"""What a rule may ask for, and which request wins.

A rule *describes* effects; the engine plans them after all rules have run, so no rule can see another's
effect and their order does not matter. Precedence is fixed: an exemption first, then within each lane
the strongest. Lanes do not compete with each other: one event may cost its author the post *and* a strike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Argument = str | int | tuple[str, ...] | None
ArgumentType = Literal["none", "text", "number", "texts"]


class Lane(StrEnum):
    """What an effect acts on. Within ``CONTENT`` and ``ACCOUNT`` the strongest effect supersedes the others."""

    EXEMPTION = "exemption"
    CONTENT = "content"
    ACCOUNT = "account"
    RECORD = "record"  # adds to what is known or owed; different ones stand side by side
    PEOPLE = "people"  # asks a person to look


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectType:
    """One row of the table below. ``strength`` orders the effects of a lane; ``key`` names the argument."""

    name: str
    lane: Lane
    strength: int
    doc: str
    argument: ArgumentType = "none"
    key: str = ""
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Effect:
    """What one rule asks for: ``strike`` with the argument 2."""

    name: str
    argument: Argument = None

    @property
    def type(self) -> EffectType:
        """Its row in the table."""
        return EFFECTS[self.name]

    def __str__(self) -> str:
        """``suspend 7 days``, ``label spam``: for people."""
        row = self.type
        if self.argument is None:
            return self.name
        value = ", ".join(self.argument) if isinstance(self.argument, tuple) else str(self.argument)
        unit = row.key if row.argument == "number" and row.key != "weight" else ""
        return f"{self.name} {value} {unit}".strip()


_ROWS = (
    EffectType(
        name="exempt",
        lane=Lane.EXEMPTION,
        strength=0,
        argument="text",
        doc="drops what every other rule asks for",
    ),
    EffectType(name="refuse", lane=Lane.CONTENT, strength=60, doc="the thing does not happen at all"),
    EffectType(name="remove", lane=Lane.CONTENT, strength=50, doc="it is taken down"),
    EffectType(name="hold", lane=Lane.CONTENT, strength=40, doc="it waits, unseen, for a person"),
    EffectType(name="reduce", lane=Lane.CONTENT, strength=30, doc="it reaches fewer people"),
    EffectType(
        name="warn", lane=Lane.CONTENT, strength=20, doc="its author sees the clause and may rephrase"
    ),
    EffectType(
        name="terminate", lane=Lane.ACCOUNT, strength=60, doc="the account ends; needs a second person"
    ),
    EffectType(
        name="suspend",
        lane=Lane.ACCOUNT,
        strength=50,
        argument="number",
        key="days",
        most=3650,
        doc="the account rests for some days",
    ),
    EffectType(
        name="restrict",
        lane=Lane.ACCOUNT,
        strength=40,
        argument="texts",
        key="features",
        doc="the account may not use these features",
    ),
    EffectType(
        name="rate_limit",
        lane=Lane.ACCOUNT,
        strength=30,
        argument="number",
        key="per_hour",
        most=1_000_000,
        doc="the account may do so much in an hour",
    ),
    EffectType(
        name="strike",
        lane=Lane.RECORD,
        strength=20,
        argument="number",
        key="weight",
        most=100,
        doc="counts against the account for a while",
    ),
    EffectType(
        name="label", lane=Lane.RECORD, strength=10, argument="text", doc="a word that stays on the thing"
    ),
    EffectType(name="claim", lane=Lane.RECORD, strength=10, doc="a claim for damages is recorded"),
    EffectType(
        name="notify", lane=Lane.RECORD, strength=10, doc="the actor is told, beyond the notice of an action"
    ),
    EffectType(
        name="review",
        lane=Lane.PEOPLE,
        strength=10,
        argument="text",
        key="queue",
        doc="a person looks, from the named queue",
    ),
)
EFFECTS: Mapping[str, EffectType] = {row.name: row for row in _ROWS}
EXCLUSIVE = frozenset({Lane.CONTENT, Lane.ACCOUNT})
