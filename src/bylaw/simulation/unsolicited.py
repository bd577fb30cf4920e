"""Those who write to people that did not ask: campaigns with variations, misplaced adverts, floods, mobs."""

from collections.abc import Iterator

from bylaw.events.event import Event
from bylaw.events.vocabulary import CommentCreated, MessageSent, PostCreated
from bylaw.simulation.chance import NIGHT, Chance, between, pick
from bylaw.simulation.population import Person, rented_ip
from bylaw.simulation.scene import Scene, Stage
from bylaw.simulation.wording import disguised


def stranger(stage: Stage, role: str) -> Person:
    """Return an account of its own for one scene of abuse."""
    return stage.world.person(int(stage.chance.random() * 1e9), role=role)


def _varied(chance: Chance, text: str) -> str:
    """A text as a campaign sends it: as it is, disguised, in capitals, or with chaff behind it."""
    way = chance.random()
    if way < 0.25:
        return disguised(chance, text, 0.5)
    if way < 0.35:
        return text.replace(". ", "!!! ")
    if way < 0.5:
        return f"{text} {int(chance.random() * 1e6)}"
    return text


def campaign(stage: Stage) -> Iterator[Event]:
    """A few accounts write to strangers, at the pace of a script, in ever other words."""
    crew = [stranger(stage, "spammer") for _ in range(between(stage.chance, 1, 3))]
    channel = pick(stage.chance, ("chat", "mail"))
    for me in crew:
        yield stage.log_in(me, mean=30, ip=rented_ip(stage.chance))
    for _ in range(between(stage.chance, 80, 220)):
        yield stage.after(
            25,
            MessageSent,
            actor=pick(stage.chance, crew).account,
            channel=channel,
            recipient=stage.world.anybody(stage.chance).account,
            recipient_count=1,
            text=_varied(stage.chance, stage.say("spam")),
        )


def adverts(stage: Stage) -> Iterator[Event]:
    """One account praises its shop wherever people talk about something else."""
    me = stranger(stage, "advertiser")
    yield stage.log_in(me)
    for _ in range(between(stage.chance, 20, 60)):
        text = _varied(stage.chance, stage.say("advert"))
        place = stage.say("group")
        if stage.chance.random() < 0.3:
            yield stage.after(90, PostCreated, actor=me.account, place=place, text=text)
        else:
            to = stage.world.anybody(stage.chance).account
            yield stage.after(90, CommentCreated, actor=me.account, recipient=to, place=place, text=text)


def mail_bomb(stage: Stage) -> Iterator[Event]:
    """One mailbox is buried under messages."""
    crew = [stranger(stage, "bomber") for _ in range(between(stage.chance, 1, 3))]
    target = stage.world.anybody(stage.chance).account
    for _ in range(between(stage.chance, 150, 320)):
        yield stage.after(
            6,
            MessageSent,
            actor=pick(stage.chance, crew).account,
            channel="mail",
            recipient=target,
            recipient_count=1,
            subject="Hello",
            text=stage.say("bomb"),
        )


def pile_on(stage: Stage) -> Iterator[Event]:
    """Many accounts crowd in on one person; some words are insults, some only sting."""
    mob = [stranger(stage, "mob") for _ in range(between(stage.chance, 10, 25))]
    target = stage.world.anybody(stage.chance).account
    for _ in range(between(stage.chance, 60, 130)):
        yield stage.after(
            50,
            CommentCreated,
            actor=pick(stage.chance, mob).account,
            recipient=target,
            place="group/neighbours",
            text=stage.say("hostile"),
        )


SCENES = (
    Scene(
        name="spam-campaign",
        actor_kind="spammer",
        share=2.4,
        size=152,
        play=campaign,
        rhythm=NIGHT,
        topics={MessageSent: "bulk-unsolicited"},
    ),
    Scene(
        name="adverts",
        actor_kind="advertiser",
        share=0.8,
        size=41,
        play=adverts,
        topics={PostCreated: "misplaced-adverts", CommentCreated: "misplaced-adverts"},
    ),
    Scene(
        name="mail-bomb",
        actor_kind="bomber",
        share=0.8,
        size=235,
        play=mail_bomb,
        topics={MessageSent: "mail-bomb"},
    ),
    Scene(
        name="pile-on", actor_kind="mob", share=0.6, size=95, play=pile_on, topics={CommentCreated: "pile-on"}
    ),
)
