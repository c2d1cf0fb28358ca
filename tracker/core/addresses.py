"""Which network addresses a report may be fetched from: the public internet, and what a council allows by name.

A web address that a pull is given, or is sent on to, could name a host inside the council: its own pages, a database,
the cloud's store of keys at 169.254.169.254. So every address is judged before it is connected to.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_NOT_PUBLIC: tuple[tuple[str, str], ...] = (
    # IANA's registries of special-purpose addresses, written out: what Python calls private changes with its version
    ("0.0.0.0/8", "names this network"),
    ("10.0.0.0/8", "is private"),
    ("100.64.0.0/10", "is a carrier's own"),
    ("127.0.0.0/8", "is this machine's own"),
    ("169.254.0.0/16", "is local to the link"),
    ("172.16.0.0/12", "is private"),
    ("192.0.0.0/24", "is reserved"),
    ("192.0.2.0/24", "is for documents only"),
    ("192.31.196.0/24", "is reserved"),
    ("192.52.193.0/24", "is reserved"),
    ("192.88.99.0/24", "is a relay"),
    ("192.168.0.0/16", "is private"),
    ("192.175.48.0/24", "is reserved"),
    ("198.18.0.0/15", "is for measurements only"),
    ("198.51.100.0/24", "is for documents only"),
    ("203.0.113.0/24", "is for documents only"),
    ("224.0.0.0/4", "names many hosts"),
    ("240.0.0.0/4", "is reserved"),
    ("::/96", "is reserved"),  # unspecified, loopback, IPv4 written the oldest way
    ("::ffff:0:0:0/96", "is a translated one"),
    ("64:ff9b:1::/48", "is a translated one"),
    ("100::/64", "is reserved"),
    ("2001::/23", "is reserved"),  # Teredo and others that hold another address within
    ("2001:db8::/32", "is for documents only"),
    ("3fff::/20", "is for documents only"),
    ("5f00::/16", "is reserved"),
    ("fc00::/7", "is private"),
    ("fe80::/10", "is local to the link"),
    ("fec0::/10", "is private"),
    ("ff00::/8", "names many hosts"),
)
_RANGES: tuple[tuple[Network, str], ...] = tuple((ip_network(text), why) for text, why in _NOT_PUBLIC)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")


def why_forbidden(address: str, allowed: Iterable[Network] = ()) -> str | None:
    """Why nothing may be fetched from this address, in words that follow "the address"; None where it may.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is judged as well as the whole. What cannot be read as an
    address is forbidden. `allowed`: networks that the council's settings open.
    """
    try:
        whole = ip_address(address.partition("%")[0])
    except ValueError:
        return "cannot be read"
    plain = _unmapped(whole)
    if any(plain in network for network in allowed):
        return None
    return _why_not_public(plain)


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """`::ffff:10.0.0.1` is the very host 10.0.0.1, so it is allowed or forbidden as that."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv6Address):
        within = _ipv4_within(address)
        if within is not None:
            return _why_not_public(within)
    for network, why in _RANGES:
        if address in network:
            return why
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "is reserved"
    return None


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 host that a gateway would pass this address on to."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return None
