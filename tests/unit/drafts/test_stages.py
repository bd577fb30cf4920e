"""What comes into force of a draft: in shadow nothing that is enforced changes; comments stay where people wrote them."""

from datetime import date

import pytest

from bylaw.base.errors import ConflictError, InputError
from bylaw.drafts.blocks import rules_in
from bylaw.drafts.files import Changes, changes_of, clashes
from bylaw.drafts.model import MAX_FILE, Stage
from bylaw.drafts.stages import biting, rule_changes, staged

DAY = date(2026, 11, 21)
BASE = {
    "rules/a.yaml": b"""\
# words of ours
on_error: hold
rules:
  # the first
  - id: one
    clause: house/words/p1
    on: post.created
    when: >
      event.text == "1"
      && size(event.text) > 0
    then: [hold]

  # the second
  - id: two
    clause: house/words/p1
    on: post.created
    when: event.text == "2"
    then: [warn]
    mode: shadow
""",
    "lists/words.txt": b"a\n",
}
THREE = b"""\
  - id: three
    clause: house/words/p1
    on: post.created
    when: event.text == "3"
    then: [hold]
"""


def changed(*words: tuple[bytes, bytes], more: bytes = b"") -> Changes:
    text = BASE["rules/a.yaml"]
    for old, new in words:
        assert old in text
        text = text.replace(old, new)
    return changes_of(BASE, {"rules/a.yaml": text + more})


def at(changes: Changes, stage: Stage, percent: int = 100) -> str:
    return staged(BASE, changes, stage, percent, DAY)["rules/a.yaml"].decode()


def test_a_new_rule_is_added_in_shadow() -> None:
    made = staged(BASE, changed(more=THREE), Stage.SHADOW, 100, DAY)
    assert made["rules/a.yaml"] == BASE["rules/a.yaml"] + THREE + b"    mode: shadow\n"
    assert biting(BASE, made) == ()


def test_a_changed_rule_stands_in_shadow_beside_the_old_one() -> None:
    changes = changed((b'event.text == "1"', b'event.text == "one"'))
    made = staged(BASE, changes, Stage.SHADOW, 100, DAY)
    rules = rules_in(made)
    assert list(rules) == ["one", "one-next", "two"]
    assert rules["one"].said == rules_in(BASE)["one"].said
    assert (rules["one-next"].values["mode"], '"one"' in rules["one-next"].values["when"]) == ("shadow", True)
    assert biting(BASE, made) == ()
    assert "# the first" in made["rules/a.yaml"].decode()


def test_a_removed_rule_stays_while_the_draft_is_in_shadow() -> None:
    text = BASE["rules/a.yaml"]
    start, end = text.index(b"  - id: one"), text.index(b"\n  # the second")
    changes = changes_of(BASE, {"rules/a.yaml": text[:start] + text[end:]})
    made = staged(BASE, changes, Stage.SHADOW, 100, DAY)
    assert set(rules_in(made)) == {"one", "two"}
    assert biting(BASE, made) == ()
    assert set(rules_in(staged(BASE, changes, Stage.ENFORCE, 100, DAY))) == {"two"}


def test_a_removed_file_stays_while_the_draft_is_in_shadow() -> None:
    changes = changes_of(BASE, {"rules/a.yaml": None})
    assert staged(BASE, changes, Stage.SHADOW, 100, DAY) == BASE
    assert staged(BASE, changes, Stage.ENFORCE, 100, DAY) == {"lists/words.txt": b"a\n"}


def test_a_share_and_the_day_are_written_into_what_the_draft_touches_and_nothing_else() -> None:
    changes = changed((b'event.text == "1"', b'event.text == "one"'), more=THREE)
    told = at(changes, Stage.SHARE, 25)
    assert told.count("roll-out: 25%") == told.count("since: 2026-11-21") == 2
    enforced = at(changes, Stage.ENFORCE)
    assert ("roll-out" in enforced, enforced.count("since: 2026-11-21")) == (False, 2)
    assert enforced.replace("    since: 2026-11-21\n", "") == changes.new["rules/a.yaml"].decode()


def test_a_rule_that_is_written_in_shadow_stays_so_at_every_stage() -> None:
    changes = changed((b'event.text == "2"', b'event.text == "two"'))
    assert at(changes, Stage.ENFORCE) == changes.new["rules/a.yaml"].decode()
    assert biting(BASE, staged(BASE, changes, Stage.ENFORCE, 100, DAY)) == ()


def test_the_same_rule_is_not_in_shadow_twice() -> None:
    changes = changed((b'event.text == "1"', b'event.text == "one"'))
    again = staged(BASE, changes, Stage.SHADOW, 100, DAY)
    more = changes_of(again, {"rules/a.yaml": again["rules/a.yaml"].replace(b'"1"', b'"uno"')})
    with pytest.raises(ConflictError) as told:
        staged(again, more, Stage.SHADOW, 100, DAY)
    assert told.value.code == "draft.twin"


def test_a_rule_in_braces_is_not_rewritten() -> None:
    braces = b"rules:\n  - {id: b, clause: c, on: post.created, when: 'true', then: [hold]}\n"
    with pytest.raises(ConflictError) as told:
        staged(BASE, changes_of(BASE, {"rules/b.yaml": braces}), Stage.SHADOW, 100, DAY)
    assert (told.value.code, told.value.problem.where.line) == ("draft.flow", 2)


def test_a_note_and_a_line_break_change_nothing_that_a_rule_does() -> None:
    changes = changed(
        (b'"1"\n      && size', b'"1" && size'), (b"then: [hold]\n", b"then: [hold]\n    note: x\n")
    )
    assert rule_changes(BASE, {**BASE, **changes.new}) == ()


def test_what_bites_is_told_by_name() -> None:
    after = {**BASE, "lists/words.txt": b"b\n", "lists/new.txt": b"c\n", "tests/x.yaml": b""}
    after |= changed((b'event.text == "1"', b'event.text == "one"'), more=THREE).new
    assert biting(BASE, after) == (
        "`lists/words.txt` is changed",
        "the rule `one` is changed",
        "the rule `three` is enforced",
    )


def test_a_counter_and_what_a_file_does_with_errors_bite() -> None:
    counted = BASE["rules/a.yaml"].replace(b"rules:", b"counters:\n  - {id: c, on: post.created}\nrules:")
    other = counted.replace(b"on: post.created}", b"on: message.sent}")
    assert biting({"rules/a.yaml": counted}, {"rules/a.yaml": other}) == ("the counter `c` is changed",)
    skipping = BASE["rules/a.yaml"].replace(b"on_error: hold", b"on_error: skip")
    assert biting(BASE, {**BASE, "rules/a.yaml": skipping}) == ("the rule `one` is changed",)


def test_fields_are_told_from_old_to_new() -> None:
    after = {**BASE, **changed((b"then: [hold]", b"then: [hold, {strike: 1}]")).new}
    (change,) = rule_changes(BASE, after)
    assert [(one.key, one.before, one.after) for one in change.fields] == [
        ("then", ["hold"], ["hold", {"strike": 1}])
    ]


@pytest.mark.parametrize(
    "path",
    [
        "../x.yaml",
        "/etc/passwd",
        "rules/../../x",
        "rules/.hidden",
        "other/x",
        "README.md",
        "rules//a",
        "rules/ä",
    ],
)
def test_a_path_that_is_none_of_a_book_is_refused(path: str) -> None:
    with pytest.raises(InputError) as told:
        changes_of(BASE, {path: b""})
    assert told.value.code == "draft.path"


def test_a_large_file_is_edited_elsewhere() -> None:
    with pytest.raises(InputError) as told:
        changes_of(BASE, {"lists/large.txt": b"x" * (MAX_FILE + 1)})
    assert told.value.code == "draft.size"


def test_what_is_the_same_is_no_change() -> None:
    same: dict[str, bytes | None] = {**BASE, "rules/never.yaml": None}
    assert changes_of(BASE, same).paths == frozenset()


def test_a_file_clashes_that_is_neither_as_it_was_found_nor_as_the_draft_made_it() -> None:
    changes = changed(more=THREE)
    made = staged(BASE, changes, Stage.SHADOW, 100, DAY)
    other = {**BASE, "rules/a.yaml": b"rules: []\n"}
    assert clashes(changes, BASE, BASE, None) == ()
    assert clashes(changes, BASE, made, made) == ()
    assert clashes(changes, BASE, {**BASE, **changes.new}, None) == ()  # it arrived by git
    assert [one.path for one in clashes(changes, BASE, other, None)] == ["rules/a.yaml"]
    assert [one.path for one in clashes(changes, BASE, made, None)] == ["rules/a.yaml"]
