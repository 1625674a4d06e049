//! Which IP addresses are on the public internet. The list says what is allowed; the rest is not (IANA special registries).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this is a global unicast address: none that is private, local, shared, reserved, mapped or tunnelled.
#[must_use]
pub(crate) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation();
    let reserved = a == 0 || a >= 240 || (a == 100 && (64..128).contains(&b)) || (a == 198 && (b == 18 || b == 19));
    let protocol = (a == 192 && b == 0 && c == 0) || (a == 192 && b == 88 && c == 99);
    !(special || reserved || protocol)
}

/// Of all of IPv6 only `2000::/3` is assigned to the internet; the tunnels and documentation inside it are not.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let unicast = (0x2000..0x4000).contains(&first);
    let protocol = first == 0x2001 && second < 0x0200;
    let documentation = (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
    let six_to_four = first == 0x2002;
    unicast && !(protocol || documentation || six_to_four)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One or more of every range that is not on the public internet.
    pub(in crate::federation) const SPECIAL: [&str; 47] = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:1.1.1.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ];

    #[test]
    fn addresses_of_the_internet_are_global() {
        for address in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a02:2770::1"] {
            assert!(is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn every_special_address_is_not() {
        for address in SPECIAL {
            assert!(!is_global(address.parse().unwrap()), "{address} should not be global");
        }
    }
}
