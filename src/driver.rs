//! Drivers: they do what the machine asks, and tell it what came of it.
//!
//! | driver | time | effects |
//! |---|---|---|
//! | [`local`] | the clock | real processes of this machine |

pub mod local;
pub mod sim;
