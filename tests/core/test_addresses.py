"""Which addresses a report may be fetched from: none that is inside anything, in whatever way it is written."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.addresses import why_forbidden

INSIDE = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "2001:db8::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.1.2.3", "::ffff:7f00:1", "::127.0.0.1",
    "::ffff:0:127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::169.254.169.254", "64:ff9b::a00:1",
    "64:ff9b:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "5f00::1", "4000::1",
)  # fmt: skip
PUBLIC = (
    "8.8.8.8", "51.140.0.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.0", "2001:4860:4860::8888",
    "2a00:1450:4009:80b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
)  # fmt: skip
NO_ADDRESSES = ("", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", "[::1]", "010.1.1.1")


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_a_network_is_forbidden(address: str) -> None:
    assert why_forbidden(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_on_the_internet_is_not(address: str) -> None:
    assert why_forbidden(address) is None


@pytest.mark.parametrize(
    "address", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", "[::1]", "010.1.1.1"]
)
def test_what_is_no_address_is_forbidden(address: str) -> None:
    assert why_forbidden(address) == "cannot be read"


def test_a_council_opens_its_own_network_and_nothing_beside_it() -> None:
    opened = [ip_network("10.1.2.0/24")]
    assert why_forbidden("10.1.2.200", opened) is None
    assert why_forbidden("::ffff:10.1.2.200", opened) is None, "the very same host"
    assert why_forbidden("10.1.3.1", opened)
    assert why_forbidden("127.0.0.1", opened)
    assert why_forbidden("64:ff9b::10.1.2.200", opened), "another network's 10.1.2.200"


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_an_ipv4_host_is_judged_the_same_however_it_is_wrapped(number: int) -> None:
    address = IPv4Address(number)
    forbidden = why_forbidden(str(address)) is not None
    nat64 = IPv6Address((0x64FF9B << 96) | number)
    six_to_four = IPv6Address((0x2002 << 112) | (number << 80) | 1)
    assert (why_forbidden(f"::ffff:{address}") is not None) == forbidden
    assert (why_forbidden(str(nat64)) is not None) == forbidden
    assert (why_forbidden(str(six_to_four)) is not None) == forbidden
    assert why_forbidden(f"::{address}")


@given(st.ip_addresses())
def test_what_python_knows_to_be_inside_is_never_let_through(address: IPv4Address | IPv6Address) -> None:
    within = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    known = within or address
    known_inside = known.is_private or known.is_loopback or known.is_link_local or known.is_multicast
    nat64 = isinstance(known, IPv6Address) and known in ip_network("64:ff9b::/96")
    if not nat64 and (known_inside or known.is_reserved or known.is_unspecified):
        assert why_forbidden(str(address))


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    why_forbidden(text)
