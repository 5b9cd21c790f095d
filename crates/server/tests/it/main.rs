//! The server through its public API: the gateway in process, and the same requests over sockets.

mod bad_input;
mod call;
mod connections;
mod gateway;
mod lifecycle;
mod scene;
mod shutdown;
mod sockets;
mod wire;
