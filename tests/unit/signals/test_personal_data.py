"""What counts as personal data in a text, and what only looks like it. All values are invented or published for tests."""

from datetime import UTC, datetime

import pytest

from bylaw.events.vocabulary import PostCreated
from bylaw.signals.personal_data.scan import count
from bylaw.signals.personal_data.table import SIGNALS

AT = datetime(2026, 3, 1, tzinfo=UTC)
NOTHING: dict[str, int] = {}


def found(text: str) -> dict[str, int]:
    return {name: number for name, number in count(text).items() if number}


@pytest.mark.parametrize(
    "text",
    [
        "my card is 4111 1111 1111 1111, exp 12/30",
        "4111111111111111",
        "4111-1111-1111-1111",
        "5555.5555.5555.4444",
        "5555 5555 5555 4444",
        "2223003122003222",  # Mastercard's newer range
        "amex 3782 822463 10005",
        "diners 3056 930902 5904",
        "JCB 3530111333300000",
        "discover 6011 1111 1111 1117",
        "４１１１１１１１１１１１１１１１",  # noqa: RUF001 - full-width digits
        "4111 1111\u200b 1111 1111",
        "2024 4111 1111 1111 1111",
        "order paid with card 4111111111111111",
    ],
)
def test_payment_cards(text: str) -> None:
    assert found(text) == {"cards": 1}


def test_cards_in_a_row_are_counted_one_by_one() -> None:
    assert found("4111 1111 1111 1111 5555 5555 5555 4444\n378282246310005") == {"cards": 3}


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # the check digit is wrong
        "order number 4111111111111111",
        "tracking 4111 1111 1111 1111",
        "ISBN 978-3-16-148410-0",
        "9783161484100",
        "1700000000000",  # milliseconds since 1970
        "2024-01-02 03:04:05.123456789",
        "0.4111111111111111",
        "https://site.example/item?id=4111111111111111",
        "a4111111111111111",
        "41111111111111111111111111111111",
        "9999 9999 9999 9995",  # no issuer
        "4111-1111 1111.1111",
        "IMEI 490154203237518",
        "1234 5678 9012",
    ],
)
def test_numbers_that_are_no_cards(text: str) -> None:
    assert "cards" not in found(text)


@pytest.mark.parametrize(
    "text", ["536-90-4399", "SSN: 536 90 4399", "my social security number is 536904399"]
)
def test_social_security_numbers(text: str) -> None:
    assert found(text) == {"ssns": 1}


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "536-00-4399",
        "536-90-0000",
        "078-05-1120",  # printed on a specimen card
        "536904399",
        "part 1536-90-4399",
        "536-90-4399-1",
        "room 536 90 4399",
    ],
)
def test_numbers_that_were_never_issued_or_that_nothing_calls_social_security(text: str) -> None:
    assert "ssns" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "GB82 WEST 1234 5698 7654 32",
        "DE89370400440532013000 thanks",
        "fr14 2004 1010 0505 0001 3m02 606 please",
    ],
)
def test_bank_accounts(text: str) -> None:
    assert found(text) == {"ibans": 1}


@pytest.mark.parametrize(
    "text",
    ["GB83 WEST 1234 5698 7654 32", "XX82 WEST 1234 5698 7654 32", "GB82WEST1234569876543", "AB12 3456"],
)
def test_letters_and_digits_that_are_no_accounts(text: str) -> None:
    assert "ibans" not in found(text)


def test_wallets() -> None:
    assert found("send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa") == {"wallets": 1}
    assert found("0x" + "ab" * 20) == {"wallets": 1}
    assert found("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb") == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        "CPF 390.533.447-05",
        "NHS number 943 476 5919",
        "National Insurance AB 12 34 56 C",
        "DNI 54362315K",
        "codice fiscale RCCMNL83S18D969H",
        "AHV 756.9217.0769.85",
        "Steuer-ID 36 574 261 809",
        "passport number C01234567",
        "my driver's license number is F162823540116",
        "henkilötunnus 131052-308T",
    ],
)
def test_identity_numbers(text: str) -> None:
    assert found(text) == {"national_ids": 1}


@pytest.mark.parametrize(
    "text", ["943 476 5919 units", "CPF 390.533.447-06", "12345678A", "C01234567", "ref 36 574 261 809"]
)
def test_numbers_that_nothing_calls_identity(text: str) -> None:
    assert "national_ids" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "date of birth: 12/03/1984",
        "born on March 12, 1984",
        "DOB 1984-03-12",
        "geboren am 12.03.1984",
        "дата рождения 12.03.1984",
    ],
)
def test_dates_of_birth(text: str) -> None:
    assert found(text)["dates_of_birth"] == 1


@pytest.mark.parametrize(
    "text", ["born on 45/45/1984", "the meeting is on 12/03/2026", "born in 1984", "a stillborn idea, 1.2.3"]
)
def test_dates_that_are_none_of_birth(text: str) -> None:
    assert "dates_of_birth" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "+44 20 7946 0958",
        "call me on 020 7946 0958",
        "(212) 555-0123",
        "212-555-0123 x44",
        "+1 212 555 0123",
        "0049 30 901820",
        "my mobile is 07700 900123",
        "WhatsApp 07700900123",
        "телефон 8 495 123-45-67",
    ],
)
def test_telephone_numbers(text: str) -> None:
    assert found(text) == {"phones": 1}


@pytest.mark.parametrize(
    "text",
    [
        "order 5551234567",
        "invoice no. 2024-000123-77",
        "2026-03-01 10:00",
        "01.03.2026",
        "version 10.15.7",
        "3.14159265358979",
        "1 000 000 000 euros",
        "ISBN 0-306-40615-2",
        "ids 12345678 and 87654321",
        "1700000000",
        "0123456789abcdef",
    ],
)
def test_numbers_nobody_can_call(text: str) -> None:
    assert "phones" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "jane.doe@example.com",
        "mail jane [at] example [dot] com",
        "Jane <jane+list@mail.example.co.uk>.",
        "jane(at)example(dot)org",
    ],
)
def test_mail_addresses(text: str) -> None:
    # the suffix .example is reserved; the registry's suffixes are what counts
    assert found(text) == {"emails": 1}


@pytest.mark.parametrize(
    "text", ["@jane look", "a@b", "jane@localhost", "x @ y.", "meet at noon (at home).", "user@host.invalid"]
)
def test_at_signs_without_an_address(text: str) -> None:
    assert "emails" not in found(text)


def test_network_addresses() -> None:
    assert found("he connects from 81.2.69.142 and 2a02:6b8::feed:0ff") == {"ips": 2}


@pytest.mark.parametrize(
    "text",
    [
        "version 81.2.69.142",
        "192.168.0.1",
        "127.0.0.1",
        "300.1.1.1",
        "81.2.69.142.7",
        "12:30:45",
        "std::vector::size",
    ],
)
def test_private_addresses_and_versions(text: str) -> None:
    assert "ips" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "she lives at 14 Larch Street",
        "221B Baker Street",
        "Lindenstraße 5",
        "12 rue de la Paix",
        "P.O. Box 1234",
    ],
)
def test_postal_addresses(text: str) -> None:
    assert found(text) == {"addresses": 1}


@pytest.mark.parametrize("text", ["14 people in the street", "a good place to live", "Box 12", "2 Nice Dogs"])
def test_streets_without_an_address(text: str) -> None:
    assert "addresses" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2!",
        "the password is Tr0ub4dor",
        "pwd=s3cr3tpw",
        "пароль: Qwerty12",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN RSA PRIVATE KEY-----",
        "ghp_" + "a1B2" * 9,
        "https://admin:letmein1@host.example/",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        "api_key = 0123456789abcdef0123",
    ],
)
def test_secrets(text: str) -> None:
    assert found(text)["secrets"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "your password is required",
        "password: ********",
        "Password: <your password>",
        "I forgot my password. Help",
        "the password is important",
        "password = ${DB_PASSWORD}",
        "this is the key to success: patience",
        "a token of love",
        "https://example.com:8080/@user",
    ],
)
def test_talk_about_passwords(text: str) -> None:
    assert "secrets" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "she was diagnosed with diabetes",
        "patient record: F32.1",
        "discharge diagnosis J45.909",
        "he is HIV positive",
    ],
)
def test_health(text: str) -> None:
    assert found(text)["health"] >= 1


@pytest.mark.parametrize(
    "text",
    [
        "the diagnosis of the bug took a day",
        "B12 and C64 were loaded",
        "patient people wait",
        "a positive answer",
    ],
)
def test_words_of_medicine_alone(text: str) -> None:
    assert "health" not in found(text)


def test_ordinary_prose_has_nothing_personal() -> None:
    text = (
        "We met at 4 pm on 12 March 2024, 25 of us. Version 2.10.3 fixes issue 10432; the run took 1,234,567 ms. "
        "Tickets are 12.50 each, order 2024-118822 is paid, see page 104. ISBN 0-306-40615-2. Key idea: pass it on."
    )
    assert found(text) == NOTHING


def test_what_one_detector_has_claimed_no_other_counts() -> None:
    assert found("call about card 4111 1111 1111 1111") == {"cards": 1}


def test_signals_count_and_name_kinds() -> None:
    event = PostCreated(id="p1", at=AT, title="Leak", text="jane.doe@example.com, 4111 1111 1111 1111")
    values = {signal.member: signal.compute(event, {}) for signal in SIGNALS}
    assert values["kinds"] == ["cards", "emails"]
    assert values["cards"] == values["emails"] == 1
    assert values["phones"] == 0
    assert not any(signal.personal for signal in SIGNALS)
