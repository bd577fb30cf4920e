"""A program that is killed at every boundary of its durable writes, one after the other, and looked at afterwards.

Run as ``python crash_matrix.py FOLDER [DATABASE-URL]``; prints one line of JSON for every boundary. Each run is a
fork of this process, so that a hundred of them take seconds.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.replay import Ending, Replay
from bylaw.events.event import Event
from bylaw.events.vocabulary import MessageSent, PostCreated
from bylaw.records.ledger.signing import checkpoint
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office, open_record
from small_book import files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """\
rules:
  - {id: burst, clause: house/words/p1, on: message.sent,
     when: 'count("message.sent", event.actor, duration("1h")) >= 5', then: [hold]}
  - {id: shouting, clause: house/words/p1, on: post.created, when: 'event.text == "AAA"', then: [hold]}
"""
FIRST = files(rules__words_yaml=RULES)
SECOND = files(rules__words_yaml=RULES.replace(">= 5", ">= 3"))
MOST_BOUNDARIES = 1_000


def event(number: int) -> Event:
    at = START + timedelta(seconds=number)
    if number % 3:
        return MessageSent(
            id=f"e{number}", at=at, actor=f"a{number % 2}", recipient=f"r{number % 6}", text="Hi"
        )
    return PostCreated(id=f"e{number}", at=at, actor=f"p{number}", text="AAA" if number % 2 else "calm")


EVENTS = [event(number) for number in range(36)]


def work(office: Office, acknowledge: Callable[[list[Answer]], None]) -> None:
    """Everything that is written when events are decided."""
    office.appoint(FIRST)
    decide(office, EVENTS[:9], acknowledge)
    decide(office, EVENTS[9:16], acknowledge)
    decide(office, EVENTS[16:17], acknowledge)  # nobody is new, and of one who is known there is evidence now
    decide(office, EVENTS[17:18], acknowledge)
    office.decider.save()
    checkpoint(office.records, office.log_key)
    office.appoint(SECOND)
    decide(office, EVENTS[18:27], acknowledge)
    decide(office, EVENTS[24:36], acknowledge)


def decide(office: Office, events: list[Event], acknowledge: Callable[[list[Answer]], None]) -> None:
    acknowledge(office.decider.decide([Arrival(one, one.at) for one in events]))


def killed_at(data: Path, number: int, told: int) -> None:
    """In a fork: work, tell what is acknowledged, and die at the boundary of that number."""
    count = 0

    def boundary(name: str) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.write(told, json.dumps({"boundary": name}).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def acknowledge(answers: list[Answer]) -> None:
        lines = ({"seq": a.seq, "decision": a.decision.id if a.decision else ""} for a in answers)
        os.write(told, b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    with open_office(data, boundary=boundary) as office:
        work(office, acknowledge)
    os.write(told, b'{"boundary": ""}\n')


def run(data: Path, number: int) -> tuple[str, list[dict[str, object]]]:
    """Return the boundary at which a run was killed (none: it ended), and what it had acknowledged."""
    reading, telling = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            killed_at(data, number, telling)
        finally:
            os._exit(0)
    os.close(telling)
    with os.fdopen(reading) as lines:
        said = [json.loads(line) for line in lines]
    os.waitpid(child, 0)
    return str(next(line["boundary"] for line in said if "boundary" in line)), [s for s in said if "seq" in s]


def looked_at(data: Path, acknowledged: list[dict[str, object]]) -> dict[str, object]:
    """Open again, hand in everything again, and say what is there."""
    with open_office(data) as office:
        if office.records.head == 0:
            office.appoint(FIRST)
        answers: list[Answer] = []
        decide(office, EVENTS[:18], answers.extend)
        office.appoint(SECOND)
        decide(office, EVENTS[18:], answers.extend)
        by_seq = {answer.seq: answer for answer in answers}
        rows = Counter(row.kind for row in office.records.rows())
        lost = [said for said in acknowledged if _is_other(by_seq.get(int(str(said["seq"]))), said)]
        found = [list(answer.decision.rules) if answer.decision else None for answer in answers]
    with open_record(data, writing=False) as kept:
        replay = Replay(kept.archive, kept.keys)
        endings = {replay.replay(row).ending for row in kept.records.rows(kinds={"event.decided"})}
    return {
        "lost": len(lost),
        "decided": rows["event.decided"],
        "activated": rows["book.activated"],
        "replayed": endings == {Ending.SAME},
        "found": found,
    }


def _is_other(answer: Answer | None, said: dict[str, object]) -> bool:
    return answer is None or answer.decision is None or answer.decision.id != said["decision"]


def matrix(folder: Path, database: str) -> Iterator[dict[str, object]]:
    for number in range(1, MOST_BOUNDARIES):
        data = folder / f"data-{number}"
        init_data(data, f"crash-{os.getpid()}-{number}", database=database)
        boundary, acknowledged = run(data, number)
        yield {"boundary": boundary, **looked_at(data, acknowledged)}
        if not boundary:
            return


if __name__ == "__main__":
    for line in matrix(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
