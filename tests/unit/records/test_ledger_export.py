"""Exports, and the verifier that reads them alone."""

import json
import random  # noqa: TID251 - with fixed seeds
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bylaw.base.errors import ConflictError, InputError, IntegrityError
from bylaw.records.fact import Fact, Row, row_of
from bylaw.records.ledger import verifier
from bylaw.records.ledger.checkpoint import Checkpoint, cosign, sign_checkpoint
from bylaw.records.ledger.export import export, record_line
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.note import SigningKey, Use
from bylaw.records.ledger.proof import Proof
from bylaw.records.ledger.tiles import Part, inclusion, path
from bylaw.records.ledger.tree import EMPTY_ROOT
from ledger_exports import (
    KEY,
    LOG,
    WITNESS,
    WITNESS_KEY,
    RowsInMemory,
    checkpoint_over,
    files_of,
    flipped,
    signed_over,
    some_rows,
    verified,
)


def exported(rows: list[Row], folder: Path, *, sealed: bool = False) -> dict[str, bytes]:
    export(RowsInMemory(rows), signed_over(rows), folder, sealed=sealed)
    return files_of(folder)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 700])
def test_an_export_is_sound(tmp_path: Path, count: int, sealed: bool) -> None:
    rows = some_rows(count)
    told: list[int] = []
    done = export(RowsInMemory(rows), signed_over(rows), tmp_path / "e", sealed=sealed, progress=told.append)
    files = files_of(tmp_path / "e")
    assert done == checkpoint_over(rows)
    assert told[-1] == count
    assert verified(files) == verifier.Report(verifier.Checkpoint(*done), ())
    again = exported(rows, tmp_path / "again", sealed=sealed)
    assert again == files


def test_an_export_is_laid_out_as_a_static_log(tmp_path: Path) -> None:
    assert sorted(exported(some_rows(257), tmp_path / "e")) == [
        "checkpoint",
        "records/000",
        "records/001.p/1",
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/1",
    ]


def test_names_follow_the_specification() -> None:
    names = list(verifier.expected_names(70_000))
    tiles = [name for name in names if name.startswith("tile/0/")]
    assert (len(tiles), tiles[-1]) == (274, "tile/0/273.p/112")
    assert names[-3:] == ["tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert "records/x001/171.p/224" in set(verifier.expected_names(300_000))
    assert path("tile/0", Part(1_234_067, 256)) == "tile/0/x001/x234/067"
    assert path("tile/entries", Part(1_234_067, 7)) == "tile/entries/x001/x234/067.p/7"


def test_records_read_as_json(tmp_path: Path) -> None:
    lines = exported(some_rows(7), tmp_path / "e")["records/000.p/7"].splitlines()
    first, sixth = json.loads(lines[0]), json.loads(lines[5])
    assert list(first) == ["seq", "at", "kind", "tag", "subject", "sealed", "body"]
    assert (first["seq"], first["at"], first["kind"]) == (1, 1_760_000_000_000_001, "thing.happened")
    assert first["body"] == {"decision": "dec_1", "silent": True}
    assert (sixth["tag"], len(sixth["sealed"]["sha256"])) == (None, 64)


def test_a_part_that_aged_out_is_exported_as_its_digest(tmp_path: Path) -> None:
    rows = some_rows(3)
    before = exported(rows, tmp_path / "before")
    digest = bytes.fromhex(json.loads(record_line(rows[0]))["sealed"]["sha256"])
    rows[0] = rows[0]._replace(sealed=None, withered=digest)
    assert exported(rows, tmp_path / "after") == before
    assert not verified(exported(rows, tmp_path / "whole", sealed=True)).findings


def test_an_empty_log_is_exported_too(tmp_path: Path) -> None:
    files = exported([], tmp_path / "e")
    assert list(files) == ["checkpoint"]
    assert verified(files).checkpoint == verifier.Checkpoint(LOG.public.name, 0, EMPTY_ROOT)


def test_every_bit_of_an_export_counts(tmp_path: Path) -> None:
    files = exported(some_rows(3), tmp_path / "e")
    for name, data in files.items():
        for bit in range(len(data) * 8):
            found = verified(files | {name: flipped(data, bit)}).findings
            assert [finding.where for finding in found][:1] == [name], (name, bit)


def test_every_bit_of_a_sealed_part_counts(tmp_path: Path) -> None:
    files = exported(some_rows(3), tmp_path / "e", sealed=True)
    name, data = "records/000.p/3", files["records/000.p/3"]
    for bit in range(len(data) * 8):
        found = verified(files | {name: flipped(data, bit)}).findings
        assert {finding.where for finding in found} == {name}, bit


def test_a_thousand_changed_bits_are_each_found_where_they_are(tmp_path: Path) -> None:
    rows = some_rows(10_000)
    files = exported(rows, tmp_path / "e")
    chance = random.Random(1)  # noqa: S311 - a fixed seed
    names = sorted(set(files) - {"checkpoint"})
    weights = [len(files[name]) for name in names]
    for _ in range(15):
        picked = {name: one_bit(files[name], chance) for name in chance.choices(names, weights, k=70)}
        found = verified(files | picked).findings
        assert {finding.where for finding in found} == set(picked)


def one_bit(data: bytes, chance: random.Random) -> bytes:
    return flipped(data, chance.randrange(len(data) * 8))


@pytest.mark.parametrize(
    ("name", "bit", "what"),
    [
        ("records/000", 20, "record 1 is not what the ledger holds"),
        ("tile/entries/000", 67 * 8 * 2 + 40, "record 3 is not what the ledger holds"),
        ("tile/0/000", 32 * 8 * 255, "record 256 is not what the ledger holds"),
        ("tile/1/000.p/1", 9, "hashes [0] are wrong"),
    ],
)
def test_what_was_changed_is_named(tmp_path: Path, name: str, bit: int, what: str) -> None:
    files = exported(some_rows(300), tmp_path / "e")
    found = verified(files | {name: flipped(files[name], bit)}).findings
    assert found == (verifier.Finding(name, what),)


def test_files_that_are_missing_cut_or_too_many_are_named(tmp_path: Path) -> None:
    files = exported(some_rows(300), tmp_path / "e")
    for name in sorted(set(files) - {"checkpoint"}):
        less = {one: data for one, data in files.items() if one != name}
        for changed in (less, files | {name: files[name][:-1]}, files | {name: b""}):
            assert {finding.where for finding in verified(changed).findings} == {name}
        for longer in (files[name] + b"\n", files[name] + b"\x00", files[name] * 2):
            assert {finding.where for finding in verified(files | {name: longer}).findings} == {name}
    for name in ("notes.txt", "tile/0/002.p/1", "records/0"):
        assert verified(files | {name: b""}).findings == (
            verifier.Finding(name, "does not belong to this export"),
        )
    assert verified({}) == verifier.Report(None, (verifier.Finding("checkpoint", "is missing"),))


def test_a_forgery_that_is_changed_throughout_still_lacks_the_signature(tmp_path: Path) -> None:
    rows = some_rows(300)
    forged = [*rows[:99], row_of(100, rows[99].at, Fact("event.decided", b"{}")), *rows[100:]]
    files = exported(forged, tmp_path / "e") | {"checkpoint": signed_over(rows)}
    found = verified(files).findings
    assert found == (verifier.Finding("checkpoint", "the records do not lead to the root that was signed"),)
    other = SigningKey(LOG.public.name, Use.LOG, b"o" * 32)
    files["checkpoint"] = sign_checkpoint(checkpoint_over(forged), other)
    assert verified(files).findings == (
        verifier.Finding("checkpoint", "bylaw.example/harbour did not sign this"),
    )


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 599, 600])
def test_an_older_checkpoint_shows_that_nothing_before_it_was_rewritten(tmp_path: Path, size: int) -> None:
    rows = some_rows(600)
    files = exported(rows, tmp_path / "e")
    assert not verified(files, older=signed_over(rows[:size])).findings
    if size:
        other = row_of(1, 7, Fact("event.decided", b"{}"))
        found = verified(files, older=signed_over([other, *rows[1:size]])).findings
        assert [finding.where for finding in found] == ["older checkpoint"]


def test_a_log_that_became_shorter_is_told(tmp_path: Path) -> None:
    rows = some_rows(20)
    found = verified(exported(rows[:9], tmp_path / "e"), older=signed_over(rows)).findings
    assert found == (verifier.Finding("older checkpoint", "has 20 records, the export only 9"),)


def test_witnesses_must_all_be_known_and_all_have_signed(tmp_path: Path) -> None:
    files = exported(some_rows(3), tmp_path / "e")
    assert [f.what for f in verified(files, witnesses=[WITNESS_KEY]).findings] == [
        "witness.example/w1 did not sign this"
    ]
    files["checkpoint"] = cosign(files["checkpoint"], [], log=LOG.public, seen=None, key=WITNESS, at=1)
    assert not verified(files, witnesses=[WITNESS_KEY]).findings
    assert "whose key was not given" in verified(files).findings[0].what
    note = files["checkpoint"]
    for bit in range(0, len(note) * 8, 5):
        assert verified(files | {"checkpoint": flipped(note, bit)}, witnesses=[WITNESS_KEY]).findings


def test_an_export_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    rows, folder = some_rows(300), tmp_path / "e"
    wrong = [*rows[:299], rows[299]._replace(body=b"{}")]
    with pytest.raises(IntegrityError, match="record 300 is not"):
        export(RowsInMemory(wrong), signed_over(rows), folder)
    with pytest.raises(IntegrityError, match="ends at record 299"):
        export(RowsInMemory(rows[:299]), signed_over(rows), folder)
    with pytest.raises(IntegrityError, match="root of the checkpoint"):
        export(RowsInMemory(rows), sign_checkpoint(Checkpoint(KEY, 300, EMPTY_ROOT), LOG), folder)
    assert list(tmp_path.iterdir()) == []
    export(RowsInMemory(rows), signed_over(rows), folder)
    with pytest.raises(ConflictError, match="exists"):
        export(RowsInMemory(rows), signed_over(rows), folder)


@pytest.mark.parametrize("fact", [Fact('a"b', b"{}"), Fact("ä", b"{}"), Fact("kind", b"{\n}")])
def test_what_cannot_stand_in_a_line_is_refused(fact: Fact) -> None:
    with pytest.raises(InputError, match="cannot be written in one line"):
        record_line(row_of(1, 0, fact))


def test_the_verifier_runs_alone(tmp_path: Path) -> None:
    rows = some_rows(300)
    exported(rows, tmp_path / "e")
    (tmp_path / "older").write_bytes(signed_over(rows[:10]))
    alone = tmp_path / "alone.py"
    alone.write_text(Path(verifier.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(alone), str(tmp_path / "e"), "--key", KEY]
    good = subprocess.run([*command, "--older", str(tmp_path / "older")], capture_output=True, check=False)
    assert (good.returncode, good.stdout[:17]) == (0, b"sound: 300 record")
    damaged = tmp_path / "e/tile/0/001.p/44"
    damaged.write_bytes(flipped(damaged.read_bytes(), 300))
    bad = subprocess.run(command, capture_output=True, check=False)
    assert bad.returncode == 1
    assert bad.stdout.decode().splitlines() == [
        "tile/0/001.p/44: record 258 is not what the ledger holds",
        "NOT SOUND",
    ]


def test_links_and_empty_folders_do_not_belong_to_an_export(tmp_path: Path) -> None:
    files = exported(some_rows(3), tmp_path / "e")
    (tmp_path / "e/empty").mkdir()
    (tmp_path / "e/checkpoint").rename(tmp_path / "elsewhere")
    (tmp_path / "e/checkpoint").symlink_to(tmp_path / "elsewhere")
    found = verifier.files_below(tmp_path / "e")
    assert found ^ set(files) == {"checkpoint", "checkpoint (no plain file)", "empty/ (empty)"}


def test_the_proof_of_one_record_is_verified_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = some_rows(9)
    leaves = b"".join(row.leaf for row in rows)
    data = bytes(Proof(4, tuple(inclusion(4, 9, lambda *_: leaves)), signed_over(rows)))
    line = record_line(rows[4])
    assert verifier.verify_proof(data, line, KEY) == verifier.Checkpoint(*checkpoint_over(rows))
    (tmp_path / "5.tlog-proof").write_bytes(data)
    (tmp_path / "5.json").write_bytes(line)
    (tmp_path / "6.json").write_bytes(record_line(rows[5]))
    arguments = [str(tmp_path / "5.tlog-proof"), "--key", KEY, "--record"]
    assert verifier.main([*arguments, str(tmp_path / "5.json")]) == 0
    assert verifier.main([*arguments, str(tmp_path / "6.json")]) == 1
    assert capsys.readouterr().out.splitlines()[1] == "NOT SOUND: this is not record 5"
    for bit in range(0, len(data) * 8, 3):
        with pytest.raises(verifier.Untrusted):
            verifier.verify_proof(flipped(data, bit), line, KEY)
    for bit in range(len(line) * 8):
        with pytest.raises(verifier.Untrusted):
            verifier.verify_proof(data, flipped(line, bit), KEY)


def test_a_line_has_one_spelling() -> None:
    line = record_line(row_of(7, 0, Fact("kind", b"{}")))[:-1]
    assert line == b'{"seq":7,"at":0,"kind":"kind","tag":null,"subject":null,"sealed":null,"body":{}}'
    assert verifier.entry_of(7, line)
    nothing = b'{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}'
    for old, new in (
        (b'"seq":7', b'"seq":07'),
        (b'"seq":7', b'"seq": 7'),
        (b'"at":0', b'"at":-0'),
        (b'"at":0', b'"at":9223372036854775808'),
        (b'"tag":null', b'"tag":""'),
        (b'"tag":null', b'"tag":"%b"' % (b"A" * 32)),
        (b'"sealed":null', b'"sealed":""'),
        (b'"sealed":null', b'"sealed":"QUJ="'),
        (b'"sealed":null', b'"sealed":"QUI"'),
        (b'"sealed":null', b'"sealed":%b' % nothing),
        (b"null,", b"null, "),
        (b"{}}", b"{}} "),
        (b"{}}", b"}"),
    ):
        assert verifier.entry_of(7, line.replace(old, new, 1)) is None, new


def test_a_proof_is_asked_for_with_its_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = tmp_path / "5.tlog-proof"
    proof.write_bytes(b"")
    with pytest.raises(SystemExit):
        verifier.main([str(proof), "--key", KEY])
    assert "name it with --record" in capsys.readouterr().err


def test_the_verifier_knows_the_signatures_of_the_standard() -> None:
    # RFC 8032, 7.1, tests 1 and 3.
    for public, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ):
        assert verifier.is_signed(*map(bytes.fromhex, (public, message, signature)))
        assert not verifier.is_signed(*map(bytes.fromhex, (public, message + "00", signature)))


def test_the_verifier_agrees_with_a_library_on_signatures() -> None:
    chance = random.Random(2)  # noqa: S311 - a fixed seed
    order = 2**252 + 27742317777372353535851937790883648493
    for _ in range(40):
        key, message = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32)), chance.randbytes(90)
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert verifier.is_signed(public, message, signature)
        assert not verifier.is_signed(public, message, one_bit(signature, chance))
        assert not verifier.is_signed(one_bit(public, chance), message, signature)
        # The same point, said with a scalar past the group's order: a second spelling, refused.
        beyond = int.from_bytes(signature[32:], "little") + order
        assert not verifier.is_signed(public, message, signature[:32] + beyond.to_bytes(32, "little"))
    assert not verifier.is_signed(b"\xff" * 32, b"", bytes(64))
    assert not verifier.is_signed(bytes(32), b"", b"")


def test_the_edge_of_the_tree_and_the_verifier_find_the_same_root(tmp_path: Path) -> None:
    rows = some_rows(70_000)
    growth, _ = Growth().append([row.leaf for row in rows])
    found = verified(exported(rows, tmp_path / "e"))
    assert found.checkpoint is not None
    assert (found.checkpoint.root, found.findings) == (growth.root, ())
