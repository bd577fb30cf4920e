"""The key that a service makes on its first start: shown at a terminal, else kept in a file.

What is printed elsewhere than at a terminal is kept by others, by the journal of systemd for one, and a key would stay there.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rich.markup import escape

from bylaw.base.errors import InputError
from bylaw.staff.keys import Keyring
from bylaw.staff.permissions import PERMISSIONS

NAME: Final = "first"
FILE: Final = "first.key"  # in the data folder
VARIABLE: Final = "BYLAW_FIRST_KEY_FILE"
PRIVATE: Final = 0o600


def first_key(
    keys: Keyring, data: Path, environment: Mapping[str, str] = os.environ, *, shows: bool | None = None
) -> str:
    """Make a key where there is none, for everything that a program may do; return what to say of it, or nothing.

    Args:
        keys: of the record.
        data: the data folder.
        environment: where another file may be named.
        shows: whether somebody reads what is printed; else it is told by standard output.

    Raises:
        InputError: ``serve.first_key``, the file cannot be written; no key was made.
    """
    if keys.keys():
        return ""
    if VARIABLE not in environment and (sys.stdout.isatty() if shows is None else shows):
        return f"The first key, shown this once: [bold]{_made(keys)}[/]"
    path = Path(environment.get(VARIABLE) or data / FILE)
    _write(path, lambda: _made(keys))
    return f"The first key is in [bold]{escape(str(path))}[/]: take it from there, and delete the file"


def _made(keys: Keyring) -> str:
    return keys.create(NAME, [name for name, one in PERMISSIONS.items() if not one.fresh]).token


def _write(path: Path, made: Callable[[], str]) -> None:
    """Write a key into a file of the owner's; it is made once the file is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
    except OSError as error:
        hint = f"name another file in {VARIABLE}"
        raise InputError(
            "serve.first_key", f"`{path}` cannot be written: {error.strerror}", hint=hint
        ) from error
    with open(handle, "wb") as file:  # noqa: PTH123 - it is open already
        os.fchmod(handle, PRIVATE)
        token = made().encode()
        file.truncate()
        file.write(token + b"\n")
        file.flush()
        os.fsync(handle)
