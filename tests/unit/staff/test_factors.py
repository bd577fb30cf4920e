"""What members of staff show to be let in: each kind, right and wrong."""

import base64
import hmac
import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from authenticators import Authenticator, text
from bylaw.base.errors import InputError, IntegrityError, RefusedError
from bylaw.staff import codes, passkeys, providers
from bylaw.staff.passwords import COST, Cost, Hasher, refuse_password

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
SITE = passkeys.Site("staff.harbour.example", "Harbour", ("https://staff.harbour.example",))
GOOD = "a few words that nobody else says"


class Chance:
    """Bytes that differ each time and are the same in every run."""

    def __init__(self) -> None:
        self._turn = count(1)

    def __call__(self, size: int) -> bytes:
        return bytes((next(self._turn) * 37 + place) % 256 for place in range(size))


# -- passwords


def test_a_password_is_the_one_that_was_hashed_and_no_other() -> None:
    hasher = Hasher(Chance(), CHEAP)
    kept = hasher.make(GOOD)
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    assert hasher.verify(kept, GOOD)
    assert not hasher.verify(kept, GOOD + " ")
    assert hasher.make(GOOD) != kept


def test_without_a_hash_the_answer_is_no() -> None:
    assert not Hasher(Chance(), CHEAP).verify(None, GOOD)


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    hasher = Hasher(Chance(), CHEAP)
    assert hasher.verify(hasher.make("cafe\u0301 au lait, chaud"), "caf\u00e9 au lait, chaud")


def test_a_hash_made_at_another_cost_is_outdated() -> None:
    cheap, dearer = Hasher(Chance(), CHEAP), Hasher(Chance(), CHEAP._replace(passes=2))
    kept = cheap.make(GOOD)
    assert dearer.verify(kept, GOOD)
    assert dearer.is_outdated(kept)
    assert not cheap.is_outdated(kept)


def test_the_cost_is_what_the_standard_recommends() -> None:
    assert COST == (3, 65536, 4)


def test_what_is_no_hash_is_told_as_damage() -> None:
    with pytest.raises(IntegrityError):
        Hasher(Chance(), CHEAP).verify("plain text", GOOD)


@pytest.mark.parametrize(
    "password", ["short", "a" * 40, "abcdabcdabcdabcdabcd", "x" * 257, "annelie.weber is the best", ""]
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse_password(password, "Annelie.Weber@harbour.example")
    assert password not in str(refused.value) or not password


def test_good_passwords_are_taken() -> None:
    refuse_password(GOOD, "annelie.weber@harbour.example")


# -- one-time codes

SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" of RFC 6238, appendix B


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(now: int, code: str) -> None:
    assert codes.step_of(SEED, code, now, -1) == now // 30


def test_a_code_is_taken_a_step_early_or_late_and_no_further() -> None:
    step = 1111111109 // 30
    for moved in range(-3, 4):
        found = codes.step_of(SEED, "081 804", 1111111109 + 30 * moved, -1)
        assert found == (step if abs(moved) <= 1 else None)


def test_no_code_is_taken_twice_nor_one_before_it() -> None:
    step = 59 // 30
    assert codes.step_of(SEED, "287082", 59, step) is None
    assert codes.step_of(SEED, "287082", 59, step - 1) == step


@given(st.text(max_size=10).filter(lambda one: "".join(one.replace("-", "").split()) != "287082"))
def test_nothing_else_is_the_code(code: str) -> None:
    assert codes.step_of(SEED, code, 59, 0) is None


def test_each_recovery_code_lets_in_once() -> None:
    paper = codes.new_recovery_codes(Chance())
    kept = [codes.recovery_digest(code) for code in paper]
    assert len(set(paper)) == codes.RECOVERY_CODES
    spent = 0
    for place, code in enumerate(paper):
        assert codes.is_recovery(code)
        assert codes.recovery_place(kept, code.lower().replace("-", " "), spent) == place
        spent |= 1 << place
        assert codes.recovery_place(kept, code, spent) is None
    assert not codes.is_recovery("123 456")


# -- passkeys


DEVICE = Authenticator()
ANSWERS = (
    DEVICE.register(passkeys.registration_question(SITE, "staff_1", "Reviewer 7F3K", b"c" * 32, [])),
    DEVICE.answer(passkeys.question(SITE, b"d" * 32)),
)
PASSKEY, _ = passkeys.registered(SITE, b"c" * 32, ANSWERS[0])


def test_a_passkey_registers_and_answers() -> None:
    key = Authenticator()
    ask = passkeys.registration_question(SITE, "staff_1", "Reviewer 7F3K", b"c" * 32, [])
    passkey, signed = passkeys.registered(SITE, b"c" * 32, key.register(ask))
    answer = key.answer(passkeys.question(SITE, b"d" * 32))
    assert passkeys.named(answer) == passkey.id
    assert passkeys.answered(SITE, b"d" * 32, answer, passkey, signed) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://staff.harbour.example.evil.example"},
        {"site": "evil.example"},
        {"verifies": False},
        {"count": 3, "step": 2},
        {"count": 4, "step": 1},
        {"step": 0, "count": 0},
        {"key": Authenticator().key},
    ],
    ids=["origin", "site", "unverified", "same count", "same count again", "no count", "another key"],
)
def test_a_passkey_that_is_not_right_lets_nobody_in(wrong: dict[str, Any]) -> None:
    key = Authenticator()
    ask = passkeys.registration_question(SITE, "staff_1", "Reviewer 7F3K", b"c" * 32, [])
    passkey, _ = passkeys.registered(SITE, b"c" * 32, key.register(ask))
    for name, value in wrong.items():
        setattr(key, name, value)
    with pytest.raises(RefusedError) as refused:
        passkeys.answered(SITE, b"d" * 32, key.answer(passkeys.question(SITE, b"d" * 32)), passkey, 5)
    assert refused.value.code == "staff.passkey"


def test_an_answer_to_another_challenge_is_refused() -> None:
    key = Authenticator()
    ask = passkeys.registration_question(SITE, "staff_1", "Reviewer 7F3K", b"c" * 32, [])
    with pytest.raises(RefusedError):
        passkeys.registered(SITE, b"d" * 32, key.register(ask))
    passkey, _ = passkeys.registered(SITE, b"c" * 32, key.register(ask))
    with pytest.raises(RefusedError):
        passkeys.answered(SITE, b"e" * 32, key.answer(passkeys.question(SITE, b"d" * 32)), passkey, 0)


def test_passkeys_without_a_count_are_taken() -> None:
    key = Authenticator(step=0)
    ask = passkeys.registration_question(SITE, "staff_1", "Reviewer 7F3K", b"c" * 32, [])
    passkey, _ = passkeys.registered(SITE, b"c" * 32, key.register(ask))
    assert passkeys.answered(SITE, b"d" * 32, key.answer(passkeys.question(SITE, b"d" * 32)), passkey, 0) == 0


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_answer_is_refused_or_says_the_same(data: st.DataObject) -> None:
    broken = json.loads(data.draw(st.sampled_from(ANSWERS)))
    part = data.draw(st.sampled_from(sorted(broken["response"])))
    raw = base64.urlsafe_b64decode(broken["response"][part] + "==")
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 4)))
    new = raw[:start] + data.draw(st.binary(max_size=6)) + raw[end:]
    broken["response"][part] = text(new)
    said = json.dumps(broken)
    try:
        if "attestationObject" in broken["response"]:
            passkeys.registered(SITE, b"c" * 32, said)
        else:
            passkeys.answered(SITE, b"d" * 32, said, PASSKEY, 0)
    except RefusedError as error:
        assert error.code == "staff.passkey"


@pytest.mark.parametrize("deep", ["[" * 60_000, '{"a":' * 10_000, '{"id":' + "[" * 60_000])
def test_an_answer_that_goes_too_deep_is_refused(deep: str) -> None:
    for call in (
        lambda: passkeys.registered(SITE, b"c" * 32, deep),
        lambda: passkeys.answered(SITE, b"c" * 32, deep, PASSKEY, 0),
        lambda: passkeys.named(deep),
    ):
        with pytest.raises(RefusedError):
            call()


@given(st.text(max_size=60) | st.sampled_from(["{}", "[]", '{"id": 3}', '{"id": "é", "rawId": ""}', "null"]))
def test_any_other_answer_is_refused_in_the_same_words(answer: str) -> None:
    passkey = passkeys.Passkey(b"x", b"y")
    for call in (
        lambda: passkeys.registered(SITE, b"c" * 32, answer),
        lambda: passkeys.answered(SITE, b"c" * 32, answer, passkey, 0),
    ):
        with pytest.raises(RefusedError) as refused:
            call()
        assert refused.value.code == "staff.passkey"


# -- identity providers

NOW = 1_790_000_000
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
KEYS = {"keys": [KEY.as_dict(private=False)]}
PROVIDER = providers.Provider(
    name="work",
    issuer="https://id.harbour.example",
    client_id="bylaw",
    authorize="https://id.harbour.example/authorize?tenant=1",
    redirect="https://staff.harbour.example/staff/back",
)
URL, ASKED = providers.ask(PROVIDER, Chance())
CLAIMS: dict[str, Any] = {
    "iss": PROVIDER.issuer,
    "aud": "bylaw",
    "sub": "248289761001",
    "nonce": ASKED.nonce,
    "iat": NOW - 5,
    "exp": NOW + 300,
}


def token(claims: dict[str, Any], key: Any = KEY, alg: str = "RS256", **header: str) -> str:
    return jwt.encode({"alg": alg, "kid": "one"} | header, claims, key, algorithms=[alg])


def test_asking_a_provider_says_what_is_kept_and_hides_the_verifier() -> None:
    assert "&response_type=code&" in URL
    assert f"state={ASKED.state}" in URL
    assert f"nonce={ASKED.nonce}" in URL
    assert "code_challenge_method=S256" in URL
    assert ASKED.verifier not in URL
    assert providers.token_form(PROVIDER, ASKED, "code")["code_verifier"] == ASKED.verifier


def test_a_token_of_the_provider_for_this_asking_names_whom_it_vouches_for() -> None:
    found = providers.identity(PROVIDER, ASKED, ASKED.state, token(CLAIMS), KEYS, NOW)
    assert found == (PROVIDER.issuer, "248289761001")
    several = token(CLAIMS | {"aud": ["bylaw", "other"], "azp": "bylaw"})
    assert providers.identity(PROVIDER, ASKED, ASKED.state, several, KEYS, NOW) == found


FORGED: dict[str, dict[str, Any]] = {
    "other audience": {"aud": "another"},
    "several audiences, for another": {"aud": ["bylaw", "other"], "azp": "other"},
    "several audiences, for nobody": {"aud": ["bylaw", "other"]},
    "other party": {"azp": "other"},
    "other issuer": {"iss": "https://id.evil.example"},
    "other nonce": {"nonce": "n"},
    "expired": {"exp": NOW - 61},
    "of the future": {"iat": NOW + 61},
    "old": {"iat": NOW - 601},
    "not yet": {"nbf": NOW + 61},
    "nobody": {"sub": ""},
    "a number": {"sub": 3},
    "a long name": {"sub": "x" * 256},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
def test_a_token_with_a_wrong_claim_is_refused(claims: dict[str, Any]) -> None:
    refused_token(token(CLAIMS | claims))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "nonce", "iat", "exp"])
def test_a_token_without_a_claim_is_refused(missing: str) -> None:
    refused_token(token({name: value for name, value in CLAIMS.items() if name != missing}))


def test_a_token_that_nobody_signed_is_refused() -> None:
    none = token(CLAIMS).split(".")
    header = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    refused_token(f"{header}.{none[1]}.")
    refused_token(f"{header}.{none[1]}.{none[2]}")


def test_a_token_signed_by_somebody_else_or_otherwise_is_refused() -> None:
    other = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    refused_token(token(CLAIMS, other))
    refused_token(token(CLAIMS, kid="two"))
    refused_token(token(CLAIMS, KEY, "PS256"))  # an algorithm that this provider was not configured with
    refused_token(token(CLAIMS, ECKey.generate_key("P-256", {"kid": "one"}, private=True), "ES256"))
    header = text(b'{"alg":"HS256","kid":"one"}')
    said = f"{header}.{token(CLAIMS).split('.')[1]}"
    shared = KEY.as_pem(private=False)  # the public key as a shared secret
    refused_token(f"{said}.{text(hmac.digest(shared, said.encode(), 'sha256'))}")


@given(st.text(max_size=100))
def test_what_is_no_token_is_refused(junk: str) -> None:
    refused_token(junk)


def test_an_answer_to_another_asking_is_refused() -> None:
    _, other = providers.ask(PROVIDER, lambda size: b"o" * size)
    for asked, state in ((ASKED, other.state), (other, other.state), (ASKED, "")):
        with pytest.raises(RefusedError):
            providers.identity(PROVIDER, asked, state, token(CLAIMS), KEYS, NOW)


def test_no_configuration_allows_unsigned_tokens_or_shared_keys() -> None:
    careless = providers.Provider(
        name="work",
        issuer=PROVIDER.issuer,
        client_id="bylaw",
        authorize="x",
        redirect="y",
        algorithms=("none", "HS256"),
    )
    with pytest.raises(RefusedError):
        providers.identity(careless, ASKED, ASKED.state, token(CLAIMS), KEYS, NOW)


def refused_token(forged: str) -> None:
    with pytest.raises(RefusedError) as refused:
        providers.identity(PROVIDER, ASKED, ASKED.state, forged, KEYS, NOW)
    assert refused.value.code == "staff.provider"
