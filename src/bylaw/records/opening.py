"""Opening a database: making it, or seeing that it is this operator's and of a schema this program knows."""

from pathlib import Path

import sqlalchemy as sa

from bylaw.base.errors import ConflictError, InputError, NotFoundError, RefusedError
from bylaw.records import upgrade
from bylaw.records.folder import Place
from bylaw.records.schema import ABOUT, HEAD
from bylaw.records.sqlite import SqliteStore
from bylaw.records.store import Store


def connect(place: Place, *, writing: bool) -> Store:
    """Connect to a place's database; a missing one is made when it is to be written to.

    Raises:
        NotFoundError: it is not there, and only to be read.
        InputError: PostgreSQL is asked for and its driver is not installed.
    """
    if not place.database:
        if not writing and not place.file.exists():
            raise NotFoundError("records.no_database", "nothing has been recorded here yet")
        return SqliteStore(place.file, writing=writing)
    try:
        from bylaw.records.postgres import PostgresStore  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            "records.no_driver", "the driver of PostgreSQL is not installed", hint="install `bylaw[postgres]`"
        ) from error
    return PostgresStore(place.database, place.schema, writing=writing)


def fill(place: Place, source: Path, revision: str) -> None:
    """Make a place's database from what ``Store.copy`` wrote of a schema's revision.

    Raises:
        ConflictError: there is a database already, or its schema is one this program does not know.
    """
    upgrade.refuse_newer(revision)
    store = connect(place, writing=True)
    try:
        if upgrade.revision(store.core) is not None:
            raise ConflictError(
                "records.database_used", "the database has something in it", hint="drop its schema"
            )
        store.load(source)
    finally:
        store.close()


def settle(store: Store, place: Place, *, writing: bool, target: str = HEAD) -> None:
    """Make the schema of an empty database; see to it that another is this operator's and up to date.

    Raises:
        RefusedError: it is another operator's.
        ConflictError: its schema is newer or older than this program's.
    """
    found = upgrade.refuse_unknown(store.core)
    if found is None:
        if not writing:
            raise NotFoundError("records.no_database", "nothing has been recorded here yet")
        store.begin()
        try:
            store.prepare()
            upgrade.upgrade(store.core, target)
            store.core.execute(sa.insert(ABOUT), [{"name": k, "value": v} for k, v in place.identity.items()])
            store.commit()
        except BaseException:
            store.rollback()
            raise
        return
    refuse_stranger(store.core, place)
    if found != target:
        raise ConflictError(
            "records.older_schema",
            f"the database has schema `{found}`; this program works with `{target}`",
            hint="make a backup, then run `bylaw db upgrade`",
        )


def refuse_stranger(core: sa.Connection, place: Place) -> None:
    """See to it that a database is the one that its folder was made for.

    Raises:
        RefusedError: it is not.
    """
    said = {row.name: row.value for row in core.execute(sa.select(ABOUT))}
    if said != place.identity:
        raise RefusedError(
            "records.other_operator",
            "the database belongs to another operator's folder",
            hint="each operator has a folder and a database (on PostgreSQL a schema) of its own",
        )


def upgrade_place(place: Place) -> tuple[str, str]:
    """Bring a place's database to the newest schema; return the revisions before and after.

    Raises:
        RefusedError, ConflictError: as for ``settle``.
    """
    store = connect(place, writing=True)
    try:
        found = upgrade.refuse_unknown(store.core)
        if found is None:
            settle(store, place, writing=True)
        elif found != HEAD:
            refuse_stranger(store.core, place)
            store.begin()
            try:
                upgrade.upgrade(store.core)
                store.commit()
            except BaseException:
                store.rollback()
                raise
        return found or "", HEAD
    finally:
        store.close()


def objects(core: sa.Connection) -> dict[str, str]:
    """Return what the schema of a SQLite database is made of, by name."""
    found = core.execute(sa.text("SELECT type, name, tbl_name, sql FROM sqlite_schema"))
    return {f"{kind} {name}": f"{table} {made}" for kind, name, table, made in found}
