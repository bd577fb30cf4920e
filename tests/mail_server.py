"""A real mail server on this machine, in a thread, that keeps what it takes."""

import asyncio
import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class MailServer:
    """What arrived, in order; ``answers`` are given to the next letters instead of taking them."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[Envelope] = []
        self.answers: dict[str, list[str]] = {"RCPT": [], "DATA": []}
        self.connections = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [_parsed(envelope) for envelope in self.taken]

    # -- aiosmtpd's hooks

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers["RCPT"]:
            return self.answers["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers["DATA"]:
            return self.answers["DATA"].pop(0)
        self.taken.append(envelope)
        return "250 2.0.0 OK"


def _parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.content
    assert isinstance(content, bytes)
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Run a server; ``options`` are aiosmtpd's."""
    kept, ready = MailServer(), threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> asyncio.Server:
        made = partial(SMTP, kept, hostname="mail.house.example", loop=loop, **options)
        server = await loop.create_server(made, "127.0.0.1", 0)
        kept.port = server.sockets[0].getsockname()[1]
        ready.set()
        return server

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(serve())
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield kept
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def only(user: str, password: str) -> Any:
    """Return an authenticator that lets one user in."""

    def ask(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        given = (data.login, data.password) if hasattr(data, "login") else None
        return AuthResult(success=given == (user.encode(), password.encode()), handled=False)

    return ask


def certificate(folder: Path, host: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of a server with a certificate of its own, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day.replace(year=2099))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cadata=pem.decode())
