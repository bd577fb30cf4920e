"""The trail: who did what, and to whom, over facts of all rooms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bylaw.records.fact import Fact
from bylaw.records.folder import init
from bylaw.records.records import Records
from bylaw.staff.trail import Deed, Trail, TrailProjector
from staff_world import MINUTE, START, Clock

ADA, BO, KEY = "staff_ada", "staff_bo", "key_shop"
KINDS = (
    "staff.assigned",
    "staff.failed",
    "staff.signed_in",
    "key.created",
    "content.read",
    "case.decided",
    "event.decided",
    "notice.sent",
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> Iterator[Records]:
    place = init(tmp_path / "data", "house")
    with Records.open(place, projectors=(TrailProjector(KINDS),), clock=clock) as records:
        yield records


def record(records: Records, kind: str, body: str) -> int:
    return records.commit([Fact(kind, body.encode())]).first


def test_who_did_it_is_by_or_else_the_member_and_whom_is_the_other(records: Records) -> None:
    record(records, "staff.signed_in", f'{{"staff":"{ADA}"}}')
    record(records, "staff.assigned", f'{{"staff":"{BO}","by":"{ADA}"}}')
    record(records, "staff.assigned", f'{{"staff":"{BO}"}}')
    record(records, "key.created", f'{{"key":"{KEY}","by":"{ADA}"}}')
    record(records, "content.read", f'{{"staff":"{KEY}"}}')
    record(records, "staff.failed", '{"kind":"password"}')
    found = Trail(records).deeds(50)
    assert found == [
        Deed(6, "staff.failed", "", ""),
        Deed(5, "content.read", KEY, ""),
        Deed(4, "key.created", ADA, KEY),
        Deed(3, "staff.assigned", "", BO),
        Deed(2, "staff.assigned", ADA, BO),
        Deed(1, "staff.signed_in", ADA, ""),
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{"by":""}',
        '{"by":"system"}',
        '{"by":5,"staff":["staff_x"]}',
        '{"text":"staff_ada"}',
        '{"about":"staff_ada"}',
    ],
)
def test_what_no_member_did_is_not_in_it_whatever_its_body_says(records: Records, body: str) -> None:
    record(records, "case.decided", body)
    record(records, "notice.sent", body)
    assert Trail(records).deeds(50) == []


def test_what_is_decided_about_events_is_never_in_it(records: Records) -> None:
    record(records, "event.decided", f'{{"by":"{ADA}"}}')
    assert Trail(records).deeds(50) == []


def test_it_is_filtered_by_member_kind_and_time_and_paged(records: Records, clock: Clock) -> None:
    for n in range(6):
        clock.now = START + n * MINUTE
        record(records, "case.decided", f'{{"by":"{ADA if n % 2 else BO}"}}')
        record(records, "staff.assigned", f'{{"staff":"{BO}","by":"{ADA}"}}')
    trail = Trail(records)
    assert [deed.seq for deed in trail.deeds(3)] == [12, 11, 10]
    assert [deed.seq for deed in trail.deeds(3, before=10)] == [9, 8, 7]
    assert [deed.seq for deed in trail.deeds(50, kinds=("case.decided",), member=ADA)] == [11, 7, 3]
    assert [deed.seq for deed in trail.deeds(4, member=BO)] == [12, 10, 9, 8]
    assert [deed.seq for deed in trail.deeds(50, since=START + 4 * MINUTE)] == [12, 11, 10, 9]
    assert [deed.seq for deed in trail.deeds(50, since=START + 4 * MINUTE + 1)] == [12, 11]
    assert trail.deeds(50, since=START + 9 * MINUTE) == []
    assert [deed.seq for deed in trail.deeds(2, kinds=("case.decided", "staff.assigned"))] == [12, 11]
