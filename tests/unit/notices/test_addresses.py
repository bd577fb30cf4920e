"""Which addresses may be called: a table of those that have been used to reach what nobody else can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.notices.webhooks.addresses import may_be_called

FORBIDDEN = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1
192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe
64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:c0a8:1:: fc00::1 fd00:ec2::254
fe80::1 fe80::1%eth0 fec0::1 ff02::1 localhost 127.1 0x7f000001 1.2.3
""".split()
OPEN = "1.1.1.1 8.8.8.8 93.184.216.34 2606:4700::1111 2a00:1450:4001:81b::200e 64:ff9b::808:808".split()


@pytest.mark.parametrize("address", [*FORBIDDEN, ""])
def test_what_is_not_of_the_open_internet_is_not_called(address: str) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize("address", OPEN)
def test_what_is_of_the_open_internet_is_called(address: str) -> None:
    assert may_be_called(address)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.1.3.1", False), ("::1", False)],
)
def test_a_network_that_the_operator_names_is_called_and_no_other(address: str, allowed: bool) -> None:
    assert may_be_called(address, ("10.1.2.0/24",)) is allowed


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_no_dress_makes_a_private_address_an_open_one(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    for dressed in (
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
    ):
        assert not may_be_called(dressed)
