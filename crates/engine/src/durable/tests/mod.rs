//! The store against damage, crashes and full disks.

mod damage;
mod disk;
mod platter;
