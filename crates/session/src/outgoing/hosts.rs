//! Which services take part.

/// Hosts to which sessions go along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostList {
    exact: Vec<String>,
    below: Vec<String>,
}

/// Not a host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a host name: write `orders.internal`, or `*.internal` for all hosts below it"
)]
pub struct InvalidHost(pub String);

impl HostList {
    /// Hosts by name, or by `*.` and a domain for all hosts below it. Ports do not count.
    ///
    /// # Errors
    /// [`InvalidHost`]; `*` alone is one.
    pub fn new<H: AsRef<str>>(hosts: impl IntoIterator<Item = H>) -> Result<Self, InvalidHost> {
        let mut list = Self::default();
        for host in hosts {
            let text = host.as_ref().to_ascii_lowercase();
            let (name, names) = match text.strip_prefix("*.") {
                Some(domain) => (domain, &mut list.below),
                None => (text.as_str(), &mut list.exact),
            };
            let allowed =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '[' | ']');
            if name.is_empty() || !name.chars().all(allowed) {
                return Err(InvalidHost(host.as_ref().to_owned()));
            }
            names.push(name.to_owned());
        }
        Ok(list)
    }

    /// Whether a host takes part.
    pub fn contains(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.exact.contains(&host)
            || self.below.iter().any(|domain| {
                host.strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_hosts_take_part() {
        let list = HostList::new(["Orders.internal", "*.svc.local", "[::1]"]).unwrap();
        for (host, expected) in [
            ("orders.internal", true),
            ("ORDERS.INTERNAL.", true),
            ("orders.internal.evil.test", false),
            ("evilorders.internal", false),
            ("a.svc.local", true),
            ("a.b.svc.local", true),
            ("svc.local", false),
            (".svc.local", false),
            ("asvc.local", false),
            ("[::1]", true),
            ("", false),
        ] {
            assert_eq!(list.contains(host), expected, "{host}");
        }
        for bad in ["", "*", "*.", "a b", "http://a"] {
            assert_eq!(HostList::new([bad]), Err(InvalidHost(bad.to_owned())));
        }
    }
}
