//! The store against damage, crashes and full disks.

mod account;
mod damage;
mod disk;
mod loading;
mod platter;
