//! How an account is shown.

use invoke_domain::User;

/// What a server that runs makes of a change.
pub(crate) const RUNNING_SERVER: &str = "   ℹ️  A running server applies this to new requests immediately; already-open\n      \
     connections are re-checked within about a minute.";

/// The five lines about an account.
pub(crate) fn show(user: &User) {
    println!("   User ID: {}", user.id);
    println!("   Email: {}", user.email);
    println!("   Display Name: {}", name(user));
    println!("   Admin: {}", yes(user.is_admin));
    println!("   Active: {}", yes(user.is_active));
}

/// The display name, or that there is none.
pub(crate) fn name(user: &User) -> &str {
    user.display_name.as_deref().filter(|name| !name.is_empty()).unwrap_or("(not set)")
}

/// Yes or No.
pub(crate) fn yes(value: bool) -> &'static str {
    if value { "Yes" } else { "No" }
}
