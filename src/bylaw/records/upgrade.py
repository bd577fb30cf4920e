"""Bringing a database's schema to what this program knows."""

from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bylaw.base.errors import ConflictError
from bylaw.records.schema import HEAD

_SCRIPTS: Final = "bylaw.records:migrations"


def revision(connection: sa.Connection) -> str | None:
    """Return the revision of a database's schema; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """Return every revision there was, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def refuse_newer(found: str) -> None:
    """See to it that a revision is one this program knows.

    Raises:
        ConflictError: it is not: a newer program made it.
    """
    if found not in revisions():
        raise ConflictError(
            "records.newer_schema",
            f"the database has schema `{found}`; this program knows up to `{HEAD}`",
            hint="a newer Bylaw has upgraded it: run that one, or restore a backup from before",
        )


def refuse_unknown(connection: sa.Connection) -> str | None:
    """Return the revision of a schema, as ``revision`` does.

    Raises:
        ConflictError: as for ``refuse_newer``.
    """
    found = revision(connection)
    if found is not None:
        refuse_newer(found)
    return found


def upgrade(connection: sa.Connection, target: str = HEAD) -> None:
    """Bring a schema to a revision. The caller's transaction makes it all or nothing, on both databases.

    Raises:
        ConflictError: as for ``refuse_unknown``.
    """
    refuse_unknown(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
