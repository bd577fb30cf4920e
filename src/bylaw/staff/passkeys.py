"""Passkeys (WebAuthn, level 2): what a browser is asked, and whether its answer is right. Challenges are values.

A passkey is asked to verify its owner (by finger, face or number), so one of them counts as two factors.
"""

from typing import Any, Final, NamedTuple

import msgspec
import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bylaw.base.errors import RefusedError

CHALLENGE_BYTES: Final = 32
ANSWER_SECONDS: Final = 300  # how long a browser may take
MAX_ANSWER: Final = 1 << 16  # characters
MAX_ID: Final = 1023  # bytes of a credential's id (WebAuthn, 4)
_WRONG: Final = (  # what the library, and the decoders below it, raise about answers that are not as they must be
    WebAuthnException,
    msgspec.MsgspecError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Site(NamedTuple):
    """Where staff sign in: ``id`` is the host that passkeys are bound to, ``origins`` the pages that may ask."""

    id: str
    name: str
    origins: tuple[str, ...]


class Passkey(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a passkey: nothing secret, yet it is about a person's device."""

    id: bytes
    public_key: bytes


class _Answer(msgspec.Struct):
    id: str


def registration_question(site: Site, member: str, name: str, challenge: bytes, known: list[bytes]) -> str:
    """Return the JSON for ``navigator.credentials.create``; passkeys in ``known`` are there already."""
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_name=name,
        user_id=member.encode(),
        challenge=challenge,
        timeout=ANSWER_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(options)


def registered(site: Site, challenge: bytes, answer: str) -> tuple[Passkey, int]:
    """Return the new passkey and its count of signatures.

    Raises:
        RefusedError: ``staff.passkey``.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=_json(answer),
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except _WRONG as error:
        raise refused() from error
    if not 0 < len(made.credential_id) <= MAX_ID:
        raise refused()
    return Passkey(made.credential_id, made.credential_public_key), made.sign_count


def question(site: Site, challenge: bytes) -> str:
    """Return the JSON for ``navigator.credentials.get``. It names nobody: the browser knows which passkeys it has."""
    options = webauthn.generate_authentication_options(
        rp_id=site.id,
        challenge=challenge,
        timeout=ANSWER_SECONDS * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def named(answer: str) -> bytes:
    """Return the id of the passkey that an answer says it is from.

    Raises:
        RefusedError: ``staff.passkey``.
    """
    try:
        return webauthn.base64url_to_bytes(msgspec.json.decode(answer[:MAX_ANSWER], type=_Answer).id)
    except _WRONG as error:
        raise refused() from error


def answered(site: Site, challenge: bytes, answer: str, passkey: Passkey, count: int) -> int:
    """Return the passkey's new count of signatures; ``count`` is the last one seen.

    Raises:
        RefusedError: ``staff.passkey``; also when the count did not grow, as that of a copy would not.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=_json(answer),
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=list(site.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
    except _WRONG as error:
        raise refused() from error
    return verified.new_sign_count


def refused() -> RefusedError:
    """Return the one answer to every passkey that is not right."""
    return RefusedError("staff.passkey", "this passkey does not let anybody in here", hint="begin again")


def _json(answer: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer[:MAX_ANSWER], type=dict[str, Any])
    except _WRONG as error:
        raise refused() from error
