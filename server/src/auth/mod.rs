//! Who is asking: roles as extractors. To take one as an argument is to require it; a route without one is
//! public on purpose.

mod caller;

pub(crate) use caller::{Auditor, Caller, Clerk, Inspector, Member, Operator, Participant, Role};
