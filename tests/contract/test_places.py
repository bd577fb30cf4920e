"""Data folders and schemas: whose they are, of which version, and that one decider has them."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from bylaw.base.errors import (
    BusyError,
    ConflictError,
    InputError,
    IntegrityError,
    NotFoundError,
    RefusedError,
)
from bylaw.records import upgrade
from bylaw.records.checking import check
from bylaw.records.fact import row_of
from bylaw.records.folder import init, open_folder
from bylaw.records.opening import connect, settle, upgrade_place
from bylaw.records.records import Records
from bylaw.records.schema import CHECKPOINTS, HEAD, METADATA, OUTBOX, row_digest
from databases import MakePlace, Server, new_place
from room import Sums, noted


def test_a_second_decider_is_refused(make_place: MakePlace) -> None:
    place = make_place()
    with Records.open(place), pytest.raises(BusyError) as refused:
        Records.open(place)
    assert refused.value.code == "records.locked"
    Records.open(place).close()


def test_a_second_decider_with_a_copied_folder_is_refused_by_the_server(
    server: Server, tmp_path: Path
) -> None:
    place = new_place(tmp_path, server.url)
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / "folder.json").write_bytes((place.folder / "folder.json").read_bytes())
    with Records.open(place), pytest.raises(BusyError) as refused:
        Records.open(open_folder(copied))
    assert refused.value.code == "records.locked"


def test_another_operators_database_is_refused(make_place: MakePlace) -> None:
    mine, other = make_place(), make_place()
    for place in (mine, other):
        Records.open(place).close()
    said = json.loads((mine.folder / "folder.json").read_text())
    said["installation"] = other.installation
    (mine.folder / "folder.json").write_text(json.dumps(said))
    with pytest.raises(RefusedError) as refused:
        Records.open(open_folder(mine.folder))
    assert refused.value.code == "records.other_operator"


def test_two_operators_share_nothing(make_place: MakePlace) -> None:
    with Records.open(make_place()) as one, Records.open(make_place()) as other:
        fact = noted("a", 1)
        assert one.commit([fact]).first == 1
        assert (other.head, other.find([fact.tag or b""])) == (0, {})
        assert other.commit([fact]).first == 1


def test_a_newer_schema_is_refused_and_an_older_one_asks_for_upgrade(make_place: MakePlace) -> None:
    place = make_place()
    with Records.open(place) as records:
        newer = sa.text("UPDATE alembic_version SET version_num = '9999'")
        records.transact("tamper", lambda tx: tx.execute(newer))
    with pytest.raises(ConflictError) as refused:
        Records.open(place)
    assert refused.value.code == "records.newer_schema"
    older = make_place()
    store = connect(older, writing=True)
    settle(store, older, writing=True, target="0001")
    store.close()
    with pytest.raises(ConflictError) as refused:
        Records.open(older)
    assert refused.value.code == "records.older_schema"


@pytest.mark.parametrize("revision", upgrade.revisions())
def test_every_earlier_schema_is_upgraded_with_its_data(make_place: MakePlace, revision: str) -> None:
    place = make_place()
    store = connect(place, writing=True)
    settle(store, place, writing=True, target=revision)
    store.begin()
    facts = [noted("a", n) for n in range(3)]
    store.insert([row_of(seq, 5, fact) for seq, fact in enumerate(facts, start=1)])
    note = {"size": 2, "note": b"two", "digest": row_digest(CHECKPOINTS, (2, b"two"))}
    store.core.execute(sa.insert(CHECKPOINTS), note)
    if revision >= "0002":
        values = (1, 0, "d", 5, None, b"x", 0, 0, 5, None, "")
        names = [column.name for column in OUTBOX.c][:-1]
        made = {**dict(zip(names, values, strict=True)), "digest": row_digest(OUTBOX, values)}
        store.core.execute(sa.insert(OUTBOX), made)
    store.commit()
    store.close()
    assert upgrade_place(place) == (revision, HEAD)
    with Records.open(place, projectors=[Sums()]) as records:
        assert [row.tag for row in records.rows()] == [fact.tag for fact in facts]
        assert records.latest_checkpoint() == (2, b"two")
        assert check(records).is_sound
        assert records.commit([noted("a", 1)]).first == 4


def test_the_schemas_history_ends_in_the_tables_of_today(make_place: MakePlace) -> None:
    with Records.open(make_place()) as records, records.reading() as core:
        inspector = sa.inspect(core)
        for table in METADATA.sorted_tables:
            found = {c["name"]: c["nullable"] for c in inspector.get_columns(table.name)}
            assert found == {c.name: c.nullable for c in table.c}
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [
                c.name for c in table.primary_key
            ]
            assert {index["name"] for index in inspector.get_indexes(table.name)} == {
                index.name for index in table.indexes
            }


def test_a_folder_tells_what_is_wrong_with_it(tmp_path: Path) -> None:
    place = init(tmp_path / "data", "harbour", clock=lambda: 5)
    assert open_folder(place.folder) == place
    with pytest.raises(ConflictError):
        init(place.folder, "harbour")
    with pytest.raises(NotFoundError):
        open_folder(tmp_path / "nowhere")
    for text, error in (
        ("{", IntegrityError),
        ('{"format": 2}', ConflictError),
        ('{"format": 1}', IntegrityError),
    ):
        (place.folder / "folder.json").write_text(text)
        with pytest.raises(error):
            open_folder(place.folder)


@pytest.mark.parametrize("operator", ["", "Harbour", "1st", "a" * 41, "a/b", "ä"])
def test_names_that_could_escape_are_no_operators(tmp_path: Path, operator: str) -> None:
    with pytest.raises(InputError):
        init(tmp_path / "data", operator)


@pytest.mark.parametrize(
    "url", ["mysql://host/db", "postgresql://me:secret@host/db", "postgresql:///?password=x"]
)
def test_urls_with_secrets_or_of_other_databases_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError) as refused:
        init(tmp_path / "data", "harbour", database=url)
    assert "me:secret@" not in str(refused.value)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    place = init(tmp_path / "data", "harbour", database=f"postgresql:///x?host={tmp_path}")
    with pytest.raises(Exception, match=r"records\.unavailable"):
        Records.open(place)
