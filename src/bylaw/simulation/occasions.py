"""Occasions on which ordinary people do what abusers do: register together, write to everybody, crowd around one.

They are why a rule must look at more than numbers.
"""

from collections.abc import Iterator

from bylaw.events.event import Event
from bylaw.events.vocabulary import (
    AccountRegistered,
    CommentCreated,
    MessageSent,
    PostCreated,
    RelationMade,
    ReportReceived,
)
from bylaw.simulation.chance import OFFICE, between, pick
from bylaw.simulation.members import describes
from bylaw.simulation.population import CIRCLE, Person, home_ip
from bylaw.simulation.scene import Scene, Stage


def newcomer(stage: Stage) -> Iterator[Event]:
    """Somebody registers, says who they are and finds friends."""
    number = int(stage.chance.random() * 1e9)
    me = stage.world.person(number, role="newcomer")
    yield _registers(stage, me, me.ip, 0)
    yield describes(stage, me)
    yield stage.after(
        90, RelationMade, actor=me.account, other=stage.world.anybody(stage.chance).account, relation="follow"
    )


def school_class(stage: Stage) -> Iterator[Event]:
    """A class registers in one lesson, from one address."""
    ip = home_ip(stage.chance)
    for _ in range(between(stage.chance, 8, 20)):
        yield _registers(
            stage, stage.world.person(int(stage.chance.random() * 1e9), role="newcomer"), ip, 100
        )


def _registers(stage: Stage, me: Person, ip: str, mean: float) -> Event:
    return stage.after(
        mean,
        AccountRegistered,
        actor=me.account,
        email=me.email,
        username=me.username,
        display_name=me.display_name,
        age=between(stage.chance, 16, 80),
        country=me.place.country,
        interface="web",
        ip=ip,
        plan="commons",
    )


def feast(stage: Stage) -> Iterator[Event]:
    """Somebody invites everyone they know with nearly the same words; all know each other, most answer."""
    me = stage.world.anybody(stage.chance)
    text = stage.say("invitation")
    start = me.number - me.number % CIRCLE
    guests = [stage.world.person(start + n) for n in range(CIRCLE) if start + n != me.number]
    for guest in guests:
        yield stage.after(
            30, RelationMade, actor=guest.account, other=me.account, relation="follow", mutual=True
        )
    for guest in guests:
        yield _writes(stage, me, guest, text, 45)
        if stage.chance.random() < 0.7:
            yield _writes(stage, guest, me, stage.say("chat"), 40)


def _writes(stage: Stage, me: Person, to: Person, text: str, mean: float) -> Event:
    return stage.after(
        mean,
        MessageSent,
        actor=me.account,
        channel="chat",
        recipient=to.account,
        recipient_count=1,
        text=text,
    )


def celebration(stage: Stage) -> Iterator[Event]:
    """Many people write to one within an hour, and all mean well."""
    star = stage.world.anybody(stage.chance)
    for _ in range(between(stage.chance, 25, 60)):
        yield stage.after(
            70,
            CommentCreated,
            actor=stage.world.anybody(stage.chance).account,
            recipient=star.account,
            place="group/neighbours",
            text=stage.say("congratulation"),
        )


def look_alike(stage: Stage) -> Iterator[Event]:
    """Somebody talks about bad things without doing any."""
    me = stage.world.anybody(stage.chance)
    yield stage.after(
        0, PostCreated, actor=me.account, place=stage.say("group"), text=stage.say("look_alike")
    )


def report(stage: Stage) -> Iterator[Event]:
    """Somebody reports somebody; whether rightly, nobody knows yet."""
    chance = stage.chance
    yield stage.after(
        0,
        ReportReceived,
        actor=stage.world.anybody(chance).account,
        category=pick(chance, ("spam", "harassment", "other")),
        target=stage.world.anybody(chance).account,
        text=stage.say("report"),
        channel="form",
    )


SCENES = (
    Scene(name="newcomer", actor_kind="newcomer", share=1.5, size=3, play=newcomer),
    Scene(name="school-class", actor_kind="newcomer", share=0.2, size=14, play=school_class, rhythm=OFFICE),
    Scene(name="feast", actor_kind="person", share=0.7, size=30, play=feast),
    Scene(name="celebration", actor_kind="person", share=0.7, size=42, play=celebration),
    Scene(name="look-alike", actor_kind="person", share=0.6, size=1, play=look_alike),
    Scene(name="report", actor_kind="person", share=0.4, size=1, play=report),
)
