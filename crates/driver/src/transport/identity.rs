//! When two transports are one, and what a transport prints: an account that is asked for with another transport gets
//! another driver.

use std::fmt;
use std::sync::Arc;

use super::{Kind, Transport};

/// Equal are those that were cloned from each other.
impl PartialEq for Transport {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Http(own), Kind::Http(other)) => Arc::ptr_eq(own, other),
            (Kind::Service(own), Kind::Service(other)) => Arc::ptr_eq(own, other),
            (Kind::Http(_), Kind::Service(_)) | (Kind::Service(_), Kind::Http(_)) => false,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Http(_) => "Transport(http)",
            Kind::Service(_) => "Transport(service)",
        })
    }
}
