"""Signed notes, checkpoints and proof files, against the examples that their specifications print."""

import base64

import pytest

from bylaw.base.errors import ConflictError, InputError, IntegrityError
from bylaw.records.ledger.checkpoint import Checkpoint, cosign, open_checkpoint, sign_checkpoint
from bylaw.records.ledger.growth import Growth
from bylaw.records.ledger.note import SigningKey, Use, VerifierKey, open_note, parse_note, sign_note
from bylaw.records.ledger.proof import Proof
from bylaw.records.ledger.tiles import consistency, inclusion
from bylaw.records.ledger.tree import EMPTY_ROOT
from ledger_exports import LOG, WITNESS, checkpoint_over, flipped, signed_over, some_rows

# The key and note that golang.org/x/mod/sumdb/note documents itself with.
PETER = VerifierKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
PETERS_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT + "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

# The example of C2SP tlog-cosignature.
COSIGNED = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
""".encode()

ROWS = some_rows(9)
CHECKPOINT = signed_over(ROWS)
LEAVES = b"".join(row.leaf for row in ROWS)


def read(level: int, _n: int) -> bytes:
    return b"" if level else LEAVES


def test_a_note_is_signed_as_go_signs_it() -> None:
    key = SigningKey("PeterNeumann", Use.LOG, PETERS_SEED)
    assert key.public == PETER
    assert sign_note(TEXT, [key]) == NOTE
    assert open_note(NOTE, [PETER]) == (TEXT, (PETER,))


def test_a_key_never_shows_its_secret() -> None:
    key = SigningKey("PeterNeumann", Use.LOG, PETERS_SEED)
    assert repr(key) == f"SigningKey({PETER})"


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = sign_note(TEXT, [SigningKey("PeterNeumann", Use.LOG, PETERS_SEED), LOG])
    assert open_note(note, [PETER]) == (TEXT, (PETER,))
    with pytest.raises(IntegrityError, match="none of the given keys"):
        open_note(NOTE, [LOG.public])


def test_a_false_signature_of_a_known_key_condemns_the_note() -> None:
    note = sign_note(TEXT, [LOG]) + NOTE.rpartition(b"\n\n")[2].replace(b"x08go/", b"x08go+")
    with pytest.raises(IntegrityError, match="`PeterNeumann` is false"):
        open_note(note, [LOG.public, PETER])


@pytest.mark.parametrize(
    "spelled",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
        "PeterNeumann+c74f20a3+AXpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
    ],
)
def test_a_misspelled_key_is_refused(spelled: str) -> None:
    with pytest.raises(InputError, match="no verifier key"):
        VerifierKey.read(spelled)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tbed", "no\u00a0break"])
def test_a_name_that_could_be_misread_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="name has no spaces"):
        SigningKey(name, Use.LOG, b"k" * 32)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace(b"\xe2\x80\x94 ", b"- "),
        NOTE.replace(b"JnAM=\n", b"JnAN=\n"),
        NOTE.replace(b"JnAM=\n", b"JnAM\n"),
        NOTE.replace(b"Neumann x", b"Neumann  x"),
        NOTE.replace(b"you", b"y\xffu"),
        NOTE.replace(b"you ", b"you\t"),
        NOTE.replace(b"\n", b"\r\n"),
        NOTE + NOTE.rpartition(b"\n\n")[2],
        NOTE.rpartition(b"\n\n")[0] + b"\n\n" + NOTE.rpartition(b"\n\n")[2] * 17,
        TEXT.encode() * 1_000 + NOTE,
    ],
)
def test_a_note_has_one_spelling(data: bytes) -> None:
    with pytest.raises(InputError, match="not a signed note"):
        parse_note(data)


def test_the_cosigned_checkpoint_of_the_specification_is_read() -> None:
    note = parse_note(COSIGNED)
    assert bytes(note) == COSIGNED
    assert Checkpoint.read(note.text)[:2] == ("example.com/behind-the-sofa", 20_852_163)
    assert [s.name for s in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert note.signatures[1].at == 1_679_315_147


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n\u0661\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n",
    ],
)
def test_a_checkpoint_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError, match="not a checkpoint"):
        Checkpoint.read(text)


def test_a_checkpoint_opens_under_its_logs_key_only() -> None:
    checkpoint, witnesses = open_checkpoint(CHECKPOINT, LOG.public)
    assert (checkpoint, witnesses) == (checkpoint_over(ROWS), ())
    other = SigningKey(LOG.public.name, Use.LOG, b"o" * 32)
    with pytest.raises(IntegrityError, match="none of the given keys"):
        open_checkpoint(CHECKPOINT, other.public)
    of_another_log = sign_checkpoint(checkpoint._replace(origin="elsewhere.example"), LOG)
    with pytest.raises(InputError, match="not of `bylaw"):
        open_checkpoint(of_another_log, LOG.public)


def test_a_witness_signs_what_grew_from_what_it_saw() -> None:
    seen = checkpoint_over(ROWS[:4])
    proof = consistency(4, 9, read)
    cosigned = cosign(CHECKPOINT, proof, log=LOG.public, seen=seen, key=WITNESS, at=1_760_000_000)
    checkpoint, witnesses = open_checkpoint(cosigned, LOG.public, [WITNESS.public])
    assert (checkpoint, witnesses) == (checkpoint_over(ROWS), (WITNESS.public,))
    assert parse_note(cosigned).signatures[1].at == 1_760_000_000
    again = cosign(cosigned, [], log=LOG.public, seen=checkpoint, key=WITNESS, at=1_760_000_001)
    assert [s.name for s in parse_note(again).signatures] == [LOG.public.name, WITNESS.public.name]


def test_a_witness_signs_the_first_checkpoint_it_sees() -> None:
    cosigned = cosign(CHECKPOINT, [], log=LOG.public, seen=None, key=WITNESS, at=1)
    assert open_checkpoint(cosigned, LOG.public, [WITNESS.public])[1] == (WITNESS.public,)


@pytest.mark.parametrize("seen", [checkpoint_over(ROWS[1:5]), Checkpoint(LOG.public.name, 10, EMPTY_ROOT)])
def test_a_witness_refuses_a_rewritten_log(seen: Checkpoint) -> None:
    with pytest.raises(ConflictError, match="did not grow"):
        cosign(CHECKPOINT, consistency(4, 9, read), log=LOG.public, seen=seen, key=WITNESS, at=1)


def test_a_proof_file_is_verified_without_the_log() -> None:
    proof = Proof(4, tuple(inclusion(4, 9, read)), CHECKPOINT)
    assert Proof.read(bytes(proof)) == proof
    assert proof.verify(ROWS[4].leaf, LOG.public) == checkpoint_over(ROWS)
    with pytest.raises(IntegrityError, match="record 5 is not"):
        proof.verify(ROWS[5].leaf, LOG.public)
    with pytest.raises(IntegrityError, match="a witness did not sign"):
        proof.verify(ROWS[4].leaf, LOG.public, [WITNESS.public])


def test_a_proof_file_looks_as_its_specification_says() -> None:
    lines = bytes(Proof(4, tuple(inclusion(4, 9, read)), CHECKPOINT)).split(b"\n")
    assert lines[:2] == [b"c2sp.org/tlog-proof@v1", b"index 4"]
    assert [len(base64.b64decode(line)) for line in lines[2:6]] == [32] * 4
    assert lines[6:9] == [b"", b"bylaw.example/harbour", b"9"]


def test_no_bit_of_a_proof_file_can_change() -> None:
    data = bytes(Proof(4, tuple(inclusion(4, 9, read)), CHECKPOINT))
    for bit in range(len(data) * 8):
        with pytest.raises((InputError, IntegrityError)):
            Proof.read(flipped(data, bit)).verify(ROWS[4].leaf, LOG.public)


def test_the_only_record_of_a_log_needs_no_hashes() -> None:
    rows = ROWS[:1]
    proof = Proof(0, (), signed_over(rows))
    assert Proof.read(bytes(proof)).verify(rows[0].leaf, LOG.public).root == rows[0].leaf
    assert Growth().append([rows[0].leaf])[0].root == rows[0].leaf
