//! When two transports are one: an account that is asked for with another transport gets another driver.

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
