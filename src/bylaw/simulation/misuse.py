"""Accounts put to a use they are not made for: opened in bulk, lent around, worn out, filled with card numbers."""

from collections.abc import Iterator

from bylaw.events.event import Event
from bylaw.events.vocabulary import (
    AccountLoggedIn,
    AccountRegistered,
    MessageSent,
    PostCreated,
    SessionSeen,
    UsageMetered,
)
from bylaw.simulation.chance import MACHINES, NIGHT, OFFICE, between, pick
from bylaw.simulation.population import ABROAD, HOMES, home_ip
from bylaw.simulation.scene import Scene, Stage
from bylaw.simulation.unsolicited import stranger


def bulk_sign_ups(stage: Stage) -> Iterator[Event]:
    """Dozens of accounts within the hour: names of one pattern, throw-away mailboxes, one small network."""
    chance = stage.chance
    word, animal, network = stage.say("lucky"), stage.say("animal"), between(chance, 0, 240)
    for _ in range(between(chance, 40, 100)):
        name = f"{word}_{animal}{between(chance, 1000, 9999)}"
        yield stage.after(
            25,
            AccountRegistered,
            actor=stranger(stage, "sign-up").account,
            email=f"{name}@{stage.say('throwaway')}",
            username=name,
            display_name=f"{word.title()} {animal.title()}",
            age=30,
            country="NL",
            interface="web",
            ip=f"203.0.113.{network + between(chance, 1, 6)}",
            plan="commons",
        )


def shared_account(stage: Stage) -> Iterator[Event]:
    """One seat, many people: sessions in distant places at once."""
    chance = stage.chance
    me = stranger(stage, "shared")
    people = between(chance, 9, 20)
    for number in range(1, people + 1):
        place, ip = pick(chance, (*HOMES, *ABROAD)), home_ip(chance)
        device = f"{me.device}-{number}"
        yield stage.log_in(me, mean=120, ip=ip, place=place, device=device)
        yield stage.after(
            40,
            SessionSeen,
            actor=me.account,
            session=f"ses_{me.number}_{number}",
            concurrent=number,
            ip=ip,
            country=place.country,
            latitude=place.latitude,
            longitude=place.longitude,
            device=device,
        )


def hogging(stage: Stage) -> Iterator[Event]:
    """A machine computes day and night; no single reading is out of the ordinary for a large plan."""
    me = stranger(stage, "hog")
    resource, mean = pick(stage.chance, (("cpu_hours", 180.0), ("transfer_gib", 900.0)))
    for _ in range(between(stage.chance, 25, 55)):
        quantity = round(mean * (0.6 + 0.8 * stage.chance.random()), 3)
        yield stage.after(
            600, UsageMetered, actor=me.account, account=me.account, resource=resource, quantity=quantity
        )


def card_numbers(stage: Stage) -> Iterator[Event]:
    """Somebody types the number of a payment card where others read it."""
    me = stranger(stage, "careless")
    for _ in range(between(stage.chance, 1, 3)):
        text = stage.say("card_post")
        if stage.chance.random() < 0.5:
            yield stage.after(300, PostCreated, actor=me.account, place=stage.say("group"), text=text)
        else:
            to = stage.world.anybody(stage.chance).account
            yield stage.after(300, MessageSent, actor=me.account, channel="chat", recipient=to, text=text)


SCENES = (
    Scene(
        name="bulk-sign-ups",
        actor_kind="bulk-account",
        share=0.8,
        size=70,
        play=bulk_sign_ups,
        rhythm=NIGHT,
        topics={AccountRegistered: "bulk-sign-ups"},
    ),
    Scene(
        name="shared-account",
        actor_kind="shared-account",
        share=0.6,
        size=29,
        play=shared_account,
        rhythm=OFFICE,
        topics={SessionSeen: "shared-account", AccountLoggedIn: "shared-account"},
    ),
    Scene(
        name="hogging",
        actor_kind="hog",
        share=0.4,
        size=40,
        play=hogging,
        rhythm=MACHINES,
        topics={UsageMetered: "resource-hog"},
    ),
    Scene(
        name="card-numbers",
        actor_kind="careless",
        share=0.2,
        size=2,
        play=card_numbers,
        topics={PostCreated: "card-numbers", MessageSent: "card-numbers"},
    ),
)
