"""What rules read of the past, event by event."""

from collections.abc import Sequence

import pytest

from bylaw.base.errors import InputError, Problems
from bylaw.engine.memory.bounds import TABLES
from bylaw.engine.memory.counters import declare_counter
from bylaw.engine.memory.functions import QUESTIONS, VARIABLE
from bylaw.engine.memory.reader import recorded
from bylaw.engine.memory.snapshot import restore, snapshot
from bylaw.events.vocabulary import AccountRegistered, MessageSent, UsageMetered
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.values import CelError, Timestamp
from memory_books import ENVIRONMENTS, KEYS, after, asked, bound, decided, memory_for, spec_for

COUNT = bound('count("message.sent", event.actor, duration("1h"))', "message.sent")
ADVERT = "the best pills for a small price are here so order them today while the offer lasts number 17"


def message(second: float, actor: str = "ada", text: str = "hello", **fields: object) -> MessageSent:
    return MessageSent(id=f"{second}", at=after(second), actor=actor, text=text, **fields)  # type: ignore[arg-type]


def burst(number: int) -> list[MessageSent]:
    return [message(0) for _ in range(number)]


def test_the_21st_message_of_a_burst_reads_20() -> None:
    assert decided(memory_for(COUNT), COUNT, burst(21)) == list(range(21))


def test_a_burst_is_counted_exactly_across_a_restore() -> None:
    memory = memory_for(COUNT)
    decided(memory, COUNT, burst(13))
    continued, _ = restore(snapshot(memory), spec_for([COUNT]), KEYS)
    assert decided(continued, COUNT, burst(8)) == list(range(13, 21))


def test_a_window_slides_and_its_far_edge_is_open() -> None:
    stream = [message(0), message(1800), message(3599), message(3600), message(7199)]
    assert decided(memory_for(COUNT), COUNT, stream) == [0, 1, 2, 2, 1]


def test_keys_are_apart() -> None:
    stream = [message(0, "ada"), message(1, "bob"), message(2, "ada"), message(3, "bob")]
    assert decided(memory_for(COUNT), COUNT, stream) == [0, 0, 1, 1]


def test_events_without_a_key_are_not_counted() -> None:
    memory = memory_for(COUNT)
    memory.observe(MessageSent(id="1", at=after(0), text="x"), after(0))
    assert memory.observe(message(1), after(1)).erred == ()
    assert decided(memory, COUNT, [message(2)]) == [1]


@pytest.mark.parametrize(
    ("happened", "arrived", "moment", "odd"),
    [
        (0, 0, 0, ()),
        (-300, 0, -300, ()),
        (-301, 0, 0, ("late",)),
        (10, 0, 0, ("early",)),
        (-1000, -1000, -1000, ("back",)),
        (-9000, -1000, -1000, ("late", "back")),
        (86_400, 86_400, 86_400, ()),
    ],
)
def test_the_moment_of_an_event_and_what_is_odd_about_it(
    happened: int, arrived: int, moment: int, odd: tuple[str, ...]
) -> None:
    memory = memory_for(COUNT)
    start = memory.observe(message(0), after(0)).at
    observed = memory.observe(message(happened), after(arrived))
    assert (observed.at - start, observed.odd) == (moment * 1_000_000, odd)


def test_dating_back_does_not_hide_a_burst() -> None:
    memory, seen = memory_for(COUNT), []
    for number in range(30):
        event = message(-number * 7200)
        seen.append(asked(COUNT, event, memory.reader(event, after(number))))
        memory.observe(event, after(number))
    assert seen == list(range(30))


def test_a_clock_that_jumped_ahead_and_back_neither_hides_nor_piles_up() -> None:
    memory = memory_for(COUNT)
    decided(memory, COUNT, [message(second) for second in range(5)])
    decided(memory, COUNT, [message(86_400 * 365)])
    assert decided(memory, COUNT, [message(10), message(11)])[-1] <= 6


def test_the_inner_filter_says_what_is_counted_the_outer_one_when_it_is_asked() -> None:
    linked = declare_counter("linked", on=["message.sent"], where="urls.count > 0", environments=ENVIRONMENTS)
    condition = bound('count("linked", event.actor, duration("1h"))', "message.sent", [linked])
    memory = memory_for(condition, counters=[linked])

    class Urls:
        def __init__(self, count: int) -> None:
            self.count = count

    for number, links in enumerate([0, 1, 2, 0]):
        event = message(number)
        memory.observe(event, event.at, {"event": event, "urls": Urls(links)})
    assert decided(memory, condition, [message(9)])[0] == 2


def test_a_counter_counts_several_kinds_by_any_key() -> None:
    signups = declare_counter(
        "by-network",
        on=["account.registered", "account.logged_in"],
        by='event.ip + "/24"',
        environments=ENVIRONMENTS,
    )
    condition = bound(
        'count("by-network", event.ip + "/24", duration("10m"))', "account.registered", [signups]
    )
    stream = [
        AccountRegistered(id=f"{number}", at=after(number), ip=f"192.0.2.{number % 2}") for number in range(4)
    ]
    memory = memory_for(condition, counters=[signups])
    assert decided(memory, condition, stream) == [0, 0, 1, 1]
    without = memory.observe(AccountRegistered(id="x", at=after(9)), after(9))
    assert without.erred == (("by-network", "no_such_key"),)


def test_distinct_looks_into_lists_and_sums_add_amounts() -> None:
    distinct = bound('distinct("message.sent", "recipients", event.actor, duration("1h"))', "message.sent")
    stream = [message(1, recipients=["a", "b"]), message(2, recipients=["b", "c"]), message(3)]
    assert decided(memory_for(distinct), distinct, stream) == [0, 2, 3]
    total = bound('sum("usage.metered", "quantity", event.actor, duration("1h"))', "usage.metered")
    used = [
        UsageMetered(id=f"{second}", at=after(second), actor="a", resource="disk", quantity=quantity)
        for second, quantity in enumerate([0.1, 0.2, -0.05, 1e300, 0.0])
    ]
    assert decided(memory_for(total), total, used) == [0.0, 0.1, 0.1 + 0.2, 0.25, 0.25]


def test_first_seen_is_asked_after_known() -> None:
    first = bound('first_seen("message.sent", event.actor)', "message.sent")
    both = bound(
        'known("message.sent", event.actor) && first_seen("message.sent", event.actor) < event.at',
        "message.sent",
    )
    memory = memory_for(first, both)
    with pytest.raises(CelError) as error:
        asked(first, message(0), memory.reader(message(0), after(0)))
    assert error.value.code == "never_seen"
    assert decided(memory, both, [message(0), message(5)]) == [False, True]
    assert decided(memory, first, [message(9)]) == [Timestamp(int(after(0).timestamp()) * 10**9)]


def texts(*written: str) -> list[MessageSent]:
    return [message(second, actor=f"{second}", text=text) for second, text in enumerate(written)]


def test_variations_of_a_text_are_near_duplicates_whoever_sends_them() -> None:
    near = bound('near_duplicates("message.sent", event.text, duration("1h"))', "message.sent")
    other = "shall we meet at the harbour on sunday with the children and take the early ferry across"
    stream = texts(ADVERT, other, ADVERT.replace("17", "99"), f"Hi Bob! {ADVERT.upper()}", other, ADVERT[:60])
    assert decided(memory_for(near), near, stream) == [0, 0, 1, 2, 1, 3]


def test_short_texts_are_not_compared() -> None:
    near = bound('near_duplicates("message.sent", event.text, duration("1h"))', "message.sent")
    assert decided(memory_for(near), near, texts("", "thank you", "thank you", "")) == [0, 0, 0, 0]


def test_keys_may_be_of_any_length_and_stand_nowhere_in_the_state() -> None:
    long = "who-is-this" * 100_000
    memory = memory_for(COUNT)
    assert decided(memory, COUNT, [message(0, long), message(1, long)]) == [0, 1]
    state = snapshot(memory)
    assert len(state) < 200
    assert b"who-is-this" not in state


def test_a_decision_is_made_again_from_its_readings() -> None:
    memory = memory_for(COUNT)
    decided(memory, COUNT, burst(7))
    event = message(30)
    live = memory.reader(event, event.at)
    assert asked(COUNT, event, live) == 7
    (reading,) = live.readings()
    assert (reading.function, reading.counter, reading.value) == ("count", "message.sent", 7)
    assert "ada" not in reading.key
    assert asked(COUNT, event, recorded([reading], KEYS)) == 7
    with pytest.raises(CelError) as error:
        asked(COUNT, message(30, "bob"), recorded([reading], KEYS))
    assert error.value.code == "not_recorded"


def test_an_error_is_recorded_too() -> None:
    first = bound('first_seen("message.sent", event.actor)', "message.sent")
    live = memory_for(first).reader(message(0), after(0))
    for reader in (live, None):
        with pytest.raises(CelError) as error:
            asked(first, message(0), reader or recorded(live.readings(), KEYS))
        assert error.value.code == "never_seen"


def test_a_condition_that_was_not_bound_has_no_answer() -> None:
    with pytest.raises(CelError) as error:
        evaluate(COUNT.tree, {})
    assert error.value.code == "unknown_name"
    assert VARIABLE in str(error.value)


@pytest.mark.parametrize(
    ("source", "codes", "hint"),
    [
        ('count("mesage.sent", event.actor, duration("1h"))', ["memory.unknown_counter"], "message.sent"),
        (
            'distinct("message.sent", "recipent", event.actor, duration("1h"))',
            ["memory.unknown_field"],
            "recipient",
        ),
        ('sum("message.sent", "text", event.actor, duration("1h"))', ["memory.unknown_field"], ""),
        ('near_duplicates("session.seen", event.text, duration("1h"))', ["memory.unknown_field"], ""),
        ("count(event.actor, event.actor, duration(event.text))", ["memory.not_written"] * 2, "duration"),
        ('count("message.sent", event.actor, duration("0.5s"))', ["memory.window"], "1s"),
        ('count("message.sent", event.actor, duration("9000h"))', ["memory.window"], ""),
        ('count("message.sent", 1.5, duration("1h"))', ["rule.type"], ""),
    ],
)
def test_what_is_written_out_is_checked_before_anything_runs(
    source: str, codes: Sequence[str], hint: str
) -> None:
    with pytest.raises(Problems) as error:
        bound(source, "message.sent")
    assert [problem.code for problem in error.value.problems] == codes
    assert hint in "".join(problem.hint for problem in error.value.problems)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"on": ["message.snt"]}, "counter.unknown_kind"),
        ({"on": []}, "counter.no_kind"),
        ({"by": "event.attachments"}, "counter.key"),
        ({"where": "event.texts == ''"}, "rule.unknown_field"),
        ({"where": 'knows(event.actor, "x")'}, "counter.reads_memory"),
    ],
)
def test_a_counter_is_checked_when_it_is_declared(changed: dict[str, object], code: str) -> None:
    with pytest.raises(Problems) as error:
        declare_counter("c", **{"on": ["message.sent"], "environments": ENVIRONMENTS, **changed})  # type: ignore[arg-type]
    assert [problem.code for problem in error.value.problems] == [code]


def test_a_question_may_stand_inside_a_comprehension() -> None:
    strangers = bound("event.recipients.exists(one, !knows(event.actor, one))", "message.sent")
    memory = memory_for(strangers)
    stream = [
        message(0, "bob", recipients=["ada"]),
        message(1, recipients=["bob"]),
        message(2, recipients=["bob", "eve"]),
    ]
    assert decided(memory, strangers, stream) == [True, False, True]


def test_a_book_reads_no_more_tables_than_are_kept() -> None:
    many = [
        declare_counter(f"c{number}", on=["message.sent"], environments=ENVIRONMENTS)
        for number in range(TABLES + 1)
    ]
    reads = [bound(f'known("{counter.id}", event.actor)', "message.sent", many) for counter in many]
    assert spec_for(reads[1:], many).windows()
    with pytest.raises(InputError) as error:
        spec_for(reads, many)
    assert error.value.code == "memory.too_many"


def test_every_function_says_what_it_is_for() -> None:
    assert all(row.doc and row.cost > 1 for row in QUESTIONS.values())
