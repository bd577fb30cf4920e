"""The vault: known persons sealed from memory, new persons made durable, destruction, rotation."""

import os
import tempfile
import time
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.measure import rate, show
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

BATCH = 500
PAYLOAD = os.urandom(400)
ASSOCIATED = os.urandom(100)


def bench() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        master = KeyFile(place / "master.key")
        master.make(os.urandom)
        Vault.create(place / "vault.db", master, clock=lambda: 0)
        with Vault.open(place / "vault.db", master, clock=lambda: 0) as vault:
            _bench(vault)


def _bench(vault: Vault) -> None:
    names = [f"account-{n}" for n in range(BATCH)]
    people = vault.subjects("account", names)
    bare, nonce = AESGCM(os.urandom(32)), os.urandom(12)

    def sealed() -> int:
        subjects = vault.subjects("account", names)
        for name in names:
            vault.seal(subjects[name], Use.PROFILE, PAYLOAD, ASSOCIATED)
        return BATCH

    def encrypted() -> int:
        for _ in range(BATCH):
            bare.encrypt(nonce, PAYLOAD, ASSOCIATED)
        return BATCH

    parts = [(people[name], vault.seal(people[name], Use.PROFILE, PAYLOAD, ASSOCIATED)) for name in names]

    def unsealed() -> int:
        for subject, part in parts:
            vault.unseal(subject, part, ASSOCIATED)
        return BATCH

    rates = [rate("subjects and seal, known persons", sealed), rate("unseal", unsealed)]
    show("Vault: 400 bytes", [*rates, rate("AES-GCM alone, one key", encrypted)], "payloads")

    batches = count()

    def met() -> int:
        batch = next(batches)
        vault.subjects("account", [f"new-{batch}-{n}" for n in range(BATCH)])
        return BATCH

    show("Vault: new persons, durable, 500 a call", [rate("subjects", met)], "persons")
    wall, cpu = time.perf_counter(), time.process_time()
    moved = vault.rotate()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"\nRotation: {moved:,} keys in {wall:.2f} s ({cpu:.2f} s of CPU)")
    wall = time.perf_counter()
    vault.destroy(people.values(), Use)
    print(f"Destruction of {BATCH} persons, both keys, files searched: {time.perf_counter() - wall:.2f} s")
