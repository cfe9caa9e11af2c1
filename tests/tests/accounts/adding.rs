//! `invoke-useradd`.

use super::{details, id_of, server};
use invoke_tests::commands::{Printed, Shown, run, run_at_terminal};
use invoke_tests::{PASSWORD, TestServer};
use serde_json::json;

fn useradd(server: &TestServer, arguments: &[&str]) -> Printed {
    run("invoke-useradd", server.root(), arguments, "")
}

#[test]
fn an_account_is_added_and_its_owner_signs_in_while_the_server_runs() {
    let server = server();
    let added = useradd(&server, &["--email", "bob@EXAMPLE.com", "--password", PASSWORD, "--name", "Bob B."]);
    let id = id_of(&server, "bob@example.com");
    let shown = details(&id, "bob@example.com", "Bob B.", "No", "Yes");
    added.is(0, &format!("✅ User created successfully!\n{shown}"));
    let database = server.root().join("databases/invokeai.db");
    assert_eq!(added.err, format!("Initializing database at {}\n", database.display()));
    let bob = server.sign_in("bob@example.com");
    bob.get("/api/v1/auth/users").refused(403, "Admin privileges required");
}

#[test]
fn an_administrator_is_added_with_short_flags_and_without_a_name() {
    let server = server();
    let added = useradd(&server, &["-e", "carol@example.com", "-p", PASSWORD, "-a"]);
    let id = id_of(&server, "carol@example.com");
    let shown = details(&id, "carol@example.com", "(not set)", "Yes", "Yes");
    added.is(0, &format!("✅ User created successfully!\n{shown}"));
    server.sign_in("carol@example.com").get("/api/v1/auth/users").ok();
}

#[test]
fn a_password_can_be_handed_over_where_nobody_sees_it() {
    let server = server();
    let told = ["--email", "dora@example.com", "--password-stdin"];
    run("invoke-useradd", server.root(), &told, &format!("{PASSWORD}\nmore\n")).done();
    server.sign_in("dora@example.com");
    run("invoke-useradd", server.root(), &["--email", "e@example.com", "--password-stdin"], "")
        .is(1, "❌ Error: No answer: the input ended\n");
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_added() {
    let server = server();
    let refused = |arguments: &[&str], text: &str| useradd(&server, arguments).is(1, text);
    let both = "❌ Error: Both --email and --password are required when using CLI mode\n   \
                Run without arguments for interactive mode\n";
    refused(&["--email", "x@example.com"], both);
    refused(&["--password", PASSWORD], both);
    refused(&["--name", "X"], both);
    let weak = |password, text: &str| {
        refused(&["-e", "x@example.com", "-p", password], &format!("❌ Password validation failed: {text}\n"));
    };
    weak("Ab1", "Password must be at least 8 characters long");
    weak("abcdefgh1", "Password must contain uppercase, lowercase, and numbers");
    let taken = "❌ Error: User with email alice@example.com already exists\n";
    refused(&["-e", "alice@example.com", "-p", PASSWORD], taken);
    let none = "❌ Error: Invalid email address: An email address must have an @-sign.\n";
    refused(&["-e", "foo", "-p", PASSWORD], none);
    assert_eq!(server.admin().get("/api/v1/auth/users").ok().as_array().unwrap().len(), 2);
}

#[test]
fn the_rules_hold_in_commands_even_where_the_pages_relax_them_and_so_do_further_ones() {
    let server = TestServer::multiuser()
        .with("strict_password_checking: false")
        .with("password_require_special: true")
        .without_workers()
        .start();
    useradd(&server, &["-e", "x@example.com", "-p", "abc"])
        .is(1, "❌ Password validation failed: Password must be at least 8 characters long\n");
    useradd(&server, &["-e", "x@example.com", "-p", "Abcdefg1"])
        .is(1, "❌ Password validation failed: Password must contain a special character, such as !@#$%^&*\n");
    useradd(&server, &["-e", "x@example.com", "-p", "Abcdef1!"]).done();
}

#[test]
fn without_arguments_it_asks_until_the_password_is_good() {
    let server = server();
    let answers = format!(" eve@example.com \nEve\nAb1\nAb2\nAb1\nAb1\n{PASSWORD}\n{PASSWORD}\nYES\n");
    let asked = run("invoke-useradd", server.root(), &[], &answers);
    let id = id_of(&server, "eve@example.com");
    let shown = details(&id, "eve@example.com", "Eve", "Yes", "Yes");
    asked.is(
        0,
        &format!(
            "=== Add InvokeAI User ===\n\n\
             Email address: Display name (optional): Password: Confirm password: \
             Error: Passwords do not match. Please try again.\n\n\
             Password: Confirm password: Error: Password must be at least 8 characters long\n\n\
             Password: Confirm password: Make this user an administrator? (y/N): \n\
             ✅ User created successfully!\n{shown}"
        ),
    );
}

#[test]
fn asked_for_an_address_nobody_has_to_answer() {
    let server = server();
    let empty = run("invoke-useradd", server.root(), &[], "\n");
    empty.is(1, "=== Add InvokeAI User ===\n\nEmail address: Error: Email is required\n");
    let taken = run("invoke-useradd", server.root(), &[], &format!("alice@example.com\n\n{PASSWORD}\n{PASSWORD}\n\n"));
    assert_eq!(taken.code, 1);
    assert!(
        taken.out.ends_with("(y/N): \n❌ Error: User with email alice@example.com already exists\n"),
        "{}",
        taken.out
    );
}

#[test]
fn a_password_that_is_typed_does_not_appear_on_the_screen() {
    let server = server();
    let (printed, screen) = run_at_terminal(
        "invoke-useradd",
        server.root(),
        &[
            ("Email address: ", "frank@example.com", Shown::Yes),
            ("Display name (optional): ", "Frank", Shown::Yes),
            ("Password: ", PASSWORD, Shown::No),
            ("Confirm password: ", PASSWORD, Shown::No),
            ("Make this user an administrator? (y/N): ", "n", Shown::Yes),
        ],
    );
    assert_eq!(printed.code, 0, "{printed:?}");
    assert!(screen.contains("frank@example.com") && screen.contains("Frank"), "{screen}");
    assert!(!screen.contains(PASSWORD) && !printed.out.contains(PASSWORD), "{screen}");
    assert_eq!(server.sign_in("frank@example.com").get("/api/v1/auth/me").ok()["display_name"], json!("Frank"));
}
