"""Where the master key comes from: a file, an environment variable, or a command.

The master key wraps the wrapping keys of the epochs and the named secrets. It is 32 bytes, written in base64
wherever it is text.
"""

import base64
import binascii
import os
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bylaw.base.errors import ConflictError, InputError, NotFoundError, UpstreamError
from bylaw.records.vault.uses import KEY_BYTES

COMMAND_SECONDS: Final = 15.0
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_HINT: Final = "32 random bytes in base64, for example from `openssl rand -base64 32`"


class Master(Protocol):
    """A source of the master key."""

    def key(self) -> bytes:
        """Return 32 bytes.

        Raises:
            InputError: what is there is no key.
            NotFoundError: nothing is there.
            UpstreamError: the command failed.
        """


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file that only its owner may read (mode 0600)."""

    path: Path

    def make(self, chance: Callable[[int], bytes]) -> None:
        """Write a new key, durably.

        Raises:
            ConflictError: there is a file already; it is never overwritten.
        """
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConflictError("vault.master_exists", "there is a master key already") from None
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(chance(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(handle)
        sync_folder(self.path.parent)

    def key(self) -> bytes:
        """Read the key."""
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_bytes()
        except FileNotFoundError:
            raise NotFoundError("vault.no_master", "the file of the master key is missing") from None
        if mode & _OTHERS:
            raise InputError("vault.master_open", "others may read the master key", hint="chmod 600 the file")
        return decoded(text)


@dataclass(frozen=True, slots=True)
class KeyVariable:
    """An environment variable."""

    name: str

    def key(self) -> bytes:
        """Read the key."""
        text = os.environ.get(self.name)
        if text is None:
            raise NotFoundError(
                "vault.no_master", f"the environment variable `{self.name}` is not set", hint=_HINT
            )
        return decoded(text.encode())


@dataclass(frozen=True, slots=True)
class KeyCommand:
    """A command, of a key management system say, that prints the key. It runs without a shell."""

    words: Sequence[str]
    seconds: float = COMMAND_SECONDS

    def key(self) -> bytes:
        """Run the command and read the key. Neither its output nor its errors are repeated anywhere."""
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
                self.words, stdin=subprocess.DEVNULL, capture_output=True, timeout=self.seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise UpstreamError(
                "vault.master_command", f"no master key after {self.seconds:g} seconds"
            ) from None
        except OSError as error:
            raise UpstreamError(
                "vault.master_command", f"the command cannot be run: {error.strerror}"
            ) from None
        if done.returncode:
            raise UpstreamError("vault.master_command", f"the command ended with status {done.returncode}")
        return decoded(done.stdout)


def decoded(text: bytes) -> bytes:
    """Return the key that a text holds.

    Raises:
        InputError: it is not 32 bytes in base64.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError("vault.master_form", "the master key is not 32 bytes in base64", hint=_HINT)
    return key


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
