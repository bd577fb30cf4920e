"""Ordinary people on an ordinary day: what they write, whom they know, the addresses they share, their journeys."""

from collections.abc import Callable, Iterator

from bylaw.events.event import Event
from bylaw.events.vocabulary import (
    AccountLoginFailed,
    CommentCreated,
    ListingCreated,
    MessageSent,
    PostCreated,
    ProfileUpdated,
    RelationMade,
    RequestServed,
    SessionSeen,
)
from bylaw.simulation.chance import HOUR, between, pick
from bylaw.simulation.population import ABROAD, HOMES, HOUSEHOLD, Person, home_ip, mobile_ip
from bylaw.simulation.scene import Scene, Stage

_Deed = Callable[[Stage, Person], Event]


def _posts(stage: Stage, me: Person) -> Event:
    place, text = stage.say("group"), stage.say("post")
    return stage.after(240, PostCreated, actor=me.account, place=place, visibility="public", text=text)


def _comments(stage: Stage, me: Person) -> Event:
    near = stage.chance.random() < 0.7
    other = stage.world.friend(stage.chance, me) if near else stage.world.anybody(stage.chance)
    return stage.after(
        150,
        CommentCreated,
        actor=me.account,
        recipient=other.account,
        place=stage.say("group"),
        text=stage.say("comment"),
    )


def _chats(stage: Stage, me: Person) -> Event:
    return stage.after(
        120,
        MessageSent,
        actor=me.account,
        channel="chat",
        recipient=stage.world.friend(stage.chance, me).account,
        recipient_count=1,
        text=stage.say("chat"),
    )


def _reads(stage: Stage, me: Person) -> Event:
    return stage.after(
        40,
        RequestServed,
        ip=me.ip,
        host=stage.world.host,
        method="GET",
        path=stage.say("own_page"),
        protocol="HTTP/1.1",
        status=200,
        bytes=between(stage.chance, 2_000, 60_000),
        username=me.username,
        user_agent=me.agent,
    )


def _befriends(stage: Stage, me: Person) -> Event:
    other = stage.world.friend(stage.chance, me)
    mutual = stage.chance.random() < 0.6
    return stage.after(
        60, RelationMade, actor=me.account, other=other.account, relation="follow", mutual=mutual
    )


def _sells(stage: Stage, me: Person) -> Event:
    return stage.after(
        300,
        ListingCreated,
        actor=me.account,
        place="listings",
        category="household",
        title=stage.say("thing"),
        text=stage.say("listing"),
        price=float(between(stage.chance, 5, 240)),
        currency="USD",
    )


def describes(stage: Stage, me: Person) -> Event:
    """Somebody says who they are."""
    return stage.after(200, ProfileUpdated, actor=me.account, bio=stage.say("bio"), changed=["bio"])


_DEEDS: tuple[_Deed, ...] = (
    *[_comments] * 8,
    *[_chats] * 7,
    *[_reads] * 7,
    *[_posts] * 3,
    *[_befriends] * 3,
    _sells,
    describes,
)


def _forgets(stage: Stage, me: Person, most: int) -> Iterator[Event]:
    for _ in range(between(stage.chance, 1, most)):
        yield stage.after(
            15,
            AccountLoginFailed,
            username=me.username,
            ip=me.ip,
            country=me.place.country,
            method="password",
            reason="bad_password",
        )


def visit(stage: Stage) -> Iterator[Event]:
    """Somebody signs in and spends an hour."""
    me = stage.world.anybody(stage.chance)
    if stage.chance.random() < 0.06:
        yield from _forgets(stage, me, 4)
    yield stage.log_in(me)
    for _ in range(between(stage.chance, 3, 13)):
        yield pick(stage.chance, _DEEDS)(stage, me)


def family(stage: Stage) -> Iterator[Event]:
    """Several people, each with an account and a device, behind the address of their home."""
    first = stage.world.anybody(stage.chance, role="family").number // HOUSEHOLD * HOUSEHOLD
    home = [stage.world.person(first + n, role="family") for n in range(between(stage.chance, 2, HOUSEHOLD))]
    for me in home:
        yield stage.log_in(me, mean=60)
    for _ in range(between(stage.chance, 6, 16)):
        me = pick(stage.chance, home)
        yield pick(stage.chance, (_posts, _comments, _reads, _reads))(stage, me)


def household(stage: Stage) -> Iterator[Event]:
    """One account that a whole family uses, as its plan allows: at home, and one of them on the way."""
    me = stage.world.anybody(stage.chance, role="household")
    away = mobile_ip(stage.chance)
    for number in range(1, between(stage.chance, 3, 6) + 1):
        outside = number == 3
        device = f"{me.device}-{number}"
        yield stage.log_in(me, mean=400, ip=away if outside else me.ip, device=device)
        yield stage.after(
            90,
            SessionSeen,
            actor=me.account,
            session=f"ses_{me.number}_{number}",
            concurrent=number,
            ip=away if outside else me.ip,
            country=me.place.country,
            device=device,
        )


def journey(stage: Stage) -> Iterator[Event]:
    """Somebody on the way: home, the train, a hotel; now and then another country some hours later."""
    me = stage.world.anybody(stage.chance, role="traveller")
    yield stage.log_in(me)
    for _ in range(between(stage.chance, 1, 3)):
        yield stage.log_in(me, mean=1_500, ip=mobile_ip(stage.chance))
        yield _reads(stage, me)
        yield _comments(stage, me)
    if stage.chance.random() < 0.4:
        stage.ms += int(9 * HOUR * 1000)  # a flight
        if stage.chance.random() < 0.3:
            yield from _forgets(stage, me, 3)
        place = pick(stage.chance, (*ABROAD, *HOMES))
        yield stage.log_in(me, ip=home_ip(stage.chance), place=place)
        yield _posts(stage, me)


def forgotten_password(stage: Stage) -> Iterator[Event]:
    """Somebody tries every password they ever had, and then remembers."""
    me = stage.world.anybody(stage.chance)
    yield from _forgets(stage, me, 8)
    yield stage.log_in(me, mean=60)


SCENES = (
    Scene(name="visit", actor_kind="person", share=46, size=9.1, play=visit),
    Scene(name="family", actor_kind="family", share=10, size=14, play=family),
    Scene(name="household", actor_kind="household", share=2, size=9, play=household),
    Scene(name="journey", actor_kind="traveller", share=6, size=8, play=journey),
    Scene(name="forgotten-password", actor_kind="person", share=0.3, size=5.5, play=forgotten_password),
)
