"""Signing in by an identity provider: OpenID Connect, authorization code with PKCE (RFC 7636) and a nonce.

What is asked and what is answered are values; whoever calls sends the browser, fetches the token and the keys.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bylaw.base.errors import RefusedError

ALGORITHMS: Final = (
    "RS256",
    "PS256",
    "ES256",
    "EdDSA",
    "Ed25519",
)  # signatures only: never `none`, never a shared key
CHANCE_BYTES: Final = 32  # of state, nonce and verifier each
LEEWAY_SECONDS: Final = 60  # between their clock and ours
OLDEST_SECONDS: Final = 600  # a token issued longer ago was not issued for this asking
MAX_TOKEN: Final = 1 << 15  # characters
MAX_SUBJECT: Final = 255  # OpenID Connect Core, 2


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider, as the operator configures it. ``two_factors``: it asks everybody for two."""

    name: str
    issuer: str
    client_id: str
    authorize: str  # the authorization endpoint
    redirect: str  # where it sends the browser back to
    scopes: tuple[str, ...] = ("openid",)
    algorithms: tuple[str, ...] = ("RS256",)
    two_factors: bool = False


class Asked(msgspec.Struct, frozen=True):
    """What was asked, to be kept until the answer comes."""

    provider: str
    state: str
    nonce: str
    verifier: str


class Identity(NamedTuple):
    """Whom a provider vouches for: ``subject`` is its own name for a person, unique with it and for good."""

    issuer: str
    subject: str

    @property
    def name(self) -> str:
        """Both in one."""
        return f"{self.issuer} {self.subject}"


def ask(provider: Provider, chance: Callable[[int], bytes]) -> tuple[str, Asked]:
    """Return where to send the browser, and what to keep."""
    state, nonce, verifier = (_text(chance(CHANCE_BYTES)) for _ in range(3))
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect,
        "scope": " ".join(provider.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": _text(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in provider.authorize else "?"
    return provider.authorize + joint + urlencode(query), Asked(provider.name, state, nonce, verifier)


def token_form(provider: Provider, asked: Asked, code: str) -> dict[str, str]:
    """Return the form to send to the token endpoint; the client's secret is not this room's to know."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect,
        "client_id": provider.client_id,
        "code_verifier": asked.verifier,
    }


def identity(
    provider: Provider, asked: Asked, state: str, id_token: str, keys: Mapping[str, Any], now: int
) -> Identity:
    """Return whom an ID token vouches for. ``keys`` is the provider's JWKS; ``now`` in seconds since 1970.

    Raises:
        RefusedError: ``staff.provider``: not from this provider, not for us, not for this asking, or not now.
    """
    if asked.provider != provider.name or not hmac.compare_digest(asked.state.encode(), state.encode()):
        raise _refused()
    claims = _claims(provider, id_token, keys, now)
    if not hmac.compare_digest(str(claims["nonce"]).encode(), asked.nonce.encode()):
        raise _refused()
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise _refused()
    if claims["iat"] < now - OLDEST_SECONDS or not 0 < len(claims["sub"]) <= MAX_SUBJECT:
        raise _refused()
    return Identity(provider.issuer, claims["sub"])


def _claims(provider: Provider, id_token: str, keys: Mapping[str, Any], now: int) -> dict[str, Any]:
    asked = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True},
    )
    allowed = [name for name in provider.algorithms if name in ALGORITHMS]
    if not allowed or len(id_token) > MAX_TOKEN:  # an empty list would mean the library's own
        raise _refused()
    try:
        token = jwt.decode(id_token, KeySet.import_key_set({"keys": list(keys["keys"])}), allowed)
        asked.validate(token.claims)
    except (JoseError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise _refused() from error
    return dict(token.claims)


def _refused() -> RefusedError:
    return RefusedError("staff.provider", "the identity provider's answer does not hold", hint="begin again")


def _text(chance: bytes) -> str:
    return urlsafe_b64encode(chance).rstrip(b"=").decode()
