"""Making a data folder, and where its master key comes from."""

import os
import shlex
import unicodedata
from pathlib import Path

from bylaw.records import folder as places
from bylaw.records.folder import MAX_OPERATOR, Place, machine_chance, machine_clock
from bylaw.records.vault.master import KeyCommand, KeyFile, KeyVariable, Master
from bylaw.records.vault.vault import Vault

VAULT = "vault.db"
MASTER_KEY = "master.key"
MASTER_VARIABLE = "BYLAW_MASTER_KEY"  # 32 bytes in base64
MASTER_COMMAND = "BYLAW_MASTER_COMMAND"  # prints them; of a key management system, say
SECRETS = (
    "ledger",
    "member",
    "rejects",
    "staff",
    "tags",
    "windows",
)  # made at once, so that who only reads finds them


def short_name(operator: str) -> str:
    """Return the name under which an operator's record stands: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", operator).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    name = "-".join(words)[:MAX_OPERATOR].strip("-")
    return name if name[:1].isalpha() else f"operator-{name}"[:MAX_OPERATOR].strip("-")


def master_of(data: Path) -> Master:
    """Return where the master key of a folder comes from: a command, the environment, or a file in the folder."""
    if command := os.environ.get(MASTER_COMMAND):
        return KeyCommand(shlex.split(command))
    return KeyVariable(MASTER_VARIABLE) if MASTER_VARIABLE in os.environ else KeyFile(data / MASTER_KEY)


def init_data(data: Path, operator: str, *, database: str = "", master: Master | None = None) -> Place:
    """Make a data folder with its vault. Without a master key from elsewhere, one is made in the folder."""
    place = places.init(data, operator, database=database)
    master = master or master_of(data)
    if isinstance(master, KeyFile):
        master.make(machine_chance)
    Vault.create(data / VAULT, master, clock=machine_clock)
    with Vault.open(data / VAULT, master, clock=machine_clock) as vault:
        for name in SECRETS:
            vault.secret(name)
    return place
