from bylaw.engine.duplicates import Duplicates, Seen


def test_an_event_is_new_once_and_the_same_ever_after() -> None:
    seen = Duplicates()
    assert [seen.see("evt_1", "sha256:a") for _ in range(3)] == [Seen.NEW, Seen.SAME, Seen.SAME]


def test_an_id_used_for_something_else_is_a_conflict_and_changes_nothing() -> None:
    seen = Duplicates()
    assert [seen.see("evt_1", d) for d in ("a", "b", "a")] == [Seen.NEW, Seen.CONFLICT, Seen.SAME]


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    seen = Duplicates(limit=2)
    for name in ("1", "2", "3"):
        seen.see(name, name)
    assert seen.see("2", "2") is Seen.SAME
    assert seen.see("1", "1") is Seen.NEW
