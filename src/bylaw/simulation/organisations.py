"""Customers: newsletters that people signed up for, businesses, and the visitors of their sites."""

from collections.abc import Iterator

from bylaw.events.event import Event
from bylaw.events.vocabulary import (
    ConnectionFlow,
    FileUploaded,
    MessageSent,
    RelationMade,
    RequestServed,
    UsageMetered,
)
from bylaw.simulation.chance import HOUR, MACHINES, OFFICE, between, pick
from bylaw.simulation.population import home_ip, mobile_ip, site_of
from bylaw.simulation.scene import Scene, Stage

_READINGS = (("storage_gib", 2.0), ("transfer_gib", 3.0), ("cpu_hours", 2.0), ("mail_messages", 60.0))


def newsletter(stage: Stage) -> Iterator[Event]:
    """People sign up for a letter; hours later its next issue goes to each of them."""
    sender = stage.world.person(stage.world.owner(stage.chance).number, role="newsletter").account
    readers = []
    for _ in range(between(stage.chance, 40, 110)):
        readers.append(stage.world.anybody(stage.chance).account)
        yield stage.after(120, RelationMade, actor=readers[-1], other=sender, relation="subscription")
    stage.wait(HOUR)
    text = stage.say("news")
    for reader in dict.fromkeys(readers):
        yield stage.after(
            0.5,
            MessageSent,
            actor=sender,
            channel="mail",
            recipient=reader,
            recipient_count=1,
            bulk=True,
            commercial=True,
            subject="News",
            text=text,
        )


def office(stage: Stage) -> Iterator[Event]:
    """A business answers its customers, puts files online, and its server talks to others."""
    me = stage.world.owner(stage.chance)
    yield stage.log_in(me)
    for number in range(between(stage.chance, 3, 11)):
        yield stage.after(
            300,
            MessageSent,
            actor=me.account,
            channel="mail",
            recipient=stage.world.anybody(stage.chance).account,
            recipient_count=1,
            conversation=f"order-{me.number}-{stage.ms}-{number}",
            subject="Your order",
            text=stage.say("confirmation"),
        )
    yield stage.after(
        200,
        FileUploaded,
        actor=me.account,
        name=stage.say("file"),
        size=between(stage.chance, 4_000, 4_000_000),
        visibility="public",
    )
    yield stage.after(
        60,
        ConnectionFlow,
        account=me.account,
        source_ip=f"198.51.100.{me.number % 254 + 1}",
        destination_ip=home_ip(stage.chance),
        destination_port=pick(stage.chance, (443, 443, 80, 53, 587)),
        protocol="tcp",
        direction="out",
        state="established",
        bytes=between(stage.chance, 900, 900_000),
        packets=between(stage.chance, 6, 900),
    )


def visitors(stage: Stage) -> Iterator[Event]:
    """Somebody looks at a business's site, from home or from the train."""
    owner = stage.world.owner(stage.chance)
    ip = home_ip(stage.chance) if stage.chance.random() < 0.7 else mobile_ip(stage.chance)
    agent = stage.say("browser")
    for _ in range(between(stage.chance, 2, 14)):
        yield stage.after(
            20,
            RequestServed,
            account=owner.account,
            ip=ip,
            host=site_of(owner),
            method="GET",
            path=stage.say("page"),
            protocol="HTTP/1.1",
            status=pick(stage.chance, (200, 200, 200, 200, 304, 404)),
            bytes=between(stage.chance, 800, 90_000),
            user_agent=agent,
        )


def meter(stage: Stage) -> Iterator[Event]:
    """The meters of a business are read."""
    account = stage.world.owner(stage.chance).account
    for resource, mean in _READINGS:
        quantity = round(mean * 2 * stage.chance.random(), 3)
        yield stage.after(
            1, UsageMetered, actor=account, account=account, resource=resource, quantity=quantity
        )


SCENES = (
    Scene(
        name="newsletter",
        actor_kind="newsletter",
        share=2.5,
        size=148,
        play=newsletter,
        rhythm=OFFICE,
        others={RelationMade: "person"},
    ),
    Scene(name="office", actor_kind="business", share=4, size=10, play=office, rhythm=OFFICE),
    Scene(name="visitors", actor_kind="visitor", share=14, size=8, play=visitors),
    Scene(name="meter", actor_kind="business", share=3, size=4, play=meter, rhythm=MACHINES),
)
