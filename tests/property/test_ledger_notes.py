"""Notes, checkpoints and records: what is written reads back, and nothing else means the same."""

from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import InputError, IntegrityError
from bylaw.records.fact import Fact, entry, row_of
from bylaw.records.ledger import verifier
from bylaw.records.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from bylaw.records.ledger.export import record_line
from bylaw.records.ledger.note import SigningKey, Use, VerifierKey, open_note, parse_note, sign_note
from ledger_exports import LOG, flipped

names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=40)
seeds = st.binary(min_size=32, max_size=32)
keys = st.builds(SigningKey, names, st.just(Use.LOG), seeds)
printable = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
texts = st.lists(st.text(printable), min_size=1).map(lambda lines: "\n".join(lines) + "\n").filter(str.strip)
sizes = st.integers(1, 2**63 - 1)
ids = st.none() | st.binary(min_size=16, max_size=16)
facts = st.builds(
    Fact,
    st.text(
        st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=40
    ),
    st.binary(min_size=1, max_size=60).filter(lambda body: b"\n" not in body),
    ids,
    ids,
    st.none() | st.binary(min_size=1, max_size=60),
)


def readable(data: bytes, key: VerifierKey) -> bool:
    try:
        open_note(data, [key])
    except (InputError, IntegrityError):
        return False
    return True


@given(keys)
def test_a_key_reads_back(key: SigningKey) -> None:
    assert VerifierKey.read(str(key.public)) == key.public


@given(texts, keys, st.data())
def test_a_note_reads_back_and_no_bit_of_it_can_change(
    text: str, key: SigningKey, data: st.DataObject
) -> None:
    note = sign_note(text, [key])
    assert open_note(note, [key.public]) == (text, (key.public,))
    assert bytes(parse_note(note)) == note
    assert not readable(flipped(note, data.draw(st.integers(0, len(note) * 8 - 1))), key.public)


@given(st.binary())
def test_whatever_comes_is_a_note_or_refused(data: bytes) -> None:
    assert not readable(data, LOG.public)


@given(sizes, seeds)
def test_a_checkpoint_reads_back_here_and_in_the_verifier(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(LOG.public.name, size, root)
    note = sign_checkpoint(checkpoint, LOG)
    assert open_checkpoint(note, LOG.public)[0] == checkpoint
    assert verifier.open_checkpoint(note, str(LOG.public), ()) == verifier.Checkpoint(*checkpoint)


@given(st.integers(1, 2**63 - 1), st.integers(-(2**63), 2**63 - 1), facts, st.booleans())
def test_a_record_says_what_its_entry_commits_to(seq: int, at: int, fact: Fact, sealed: bool) -> None:
    row = row_of(seq, at, fact)
    line = record_line(row, sealed=sealed)
    assert line.endswith(b"\n")
    assert verifier.entry_of(seq, line[:-1]) == entry(seq, at, fact)
    assert verifier.entry_of(seq % (2**63 - 1) + 1, line[:-1]) is None or seq == 2**63 - 1


@given(facts, st.data())
def test_no_bit_of_a_record_can_change(fact: Fact, data: st.DataObject) -> None:
    line = record_line(row_of(7, 8, fact), sealed=True)[:-1]
    changed = flipped(line, data.draw(st.integers(0, len(line) * 8 - 1)))
    assert verifier.entry_of(7, changed) != entry(7, 8, fact)
