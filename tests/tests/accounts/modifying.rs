//! `invoke-usermod`.

use super::{NOTE, admin_id, details, id_of, server};
use invoke_tests::commands::{Printed, run};
use invoke_tests::{ADMIN, PASSWORD, TestServer};
use serde_json::json;

const ALICE: &str = "alice@example.com";

fn usermod(server: &TestServer, arguments: &[&str]) -> Printed {
    run("invoke-usermod", server.root(), arguments, "")
}

fn updated(server: &TestServer, name: &str, admin: &str, active: &str, note: &str) -> String {
    let shown = details(&id_of(server, ALICE), ALICE, name, admin, active);
    format!("✅ User updated successfully!\n{shown}{note}")
}

#[test]
fn a_name_and_a_role_are_changed_while_the_server_runs() {
    let server = server();
    let alice = server.sign_in(ALICE);
    usermod(&server, &["-e", ALICE, "-n", "Alice L."]).is(0, &updated(&server, "Alice L.", "No", "Yes", ""));
    usermod(&server, &["-e", ALICE, "--admin"]).is(0, &updated(&server, "Alice L.", "Yes", "Yes", NOTE));
    alice.get("/api/v1/auth/users").ok();
    usermod(&server, &["-e", ALICE, "--no-admin"]).is(0, &updated(&server, "Alice L.", "No", "Yes", NOTE));
    alice.get("/api/v1/auth/users").refused(403, "Admin privileges required");
}

#[test]
fn a_new_password_ends_what_the_old_one_opened() {
    let server = server();
    let alice = server.sign_in(ALICE);
    usermod(&server, &["-e", ALICE, "-p", "Another1horse"]).is(0, &updated(&server, "alice", "No", "Yes", NOTE));
    alice.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    let login = |password: &str| {
        server.nobody().post("/api/v1/auth/login", &json!({ "email": ALICE, "password": password })).status
    };
    assert_eq!((login(PASSWORD), login("Another1horse")), (401, 200));
    run("invoke-usermod", server.root(), &["-e", ALICE, "--password-stdin"], "Third1horse\n").done();
    assert_eq!(login("Third1horse"), 200);
}

#[test]
fn a_deactivated_account_is_out_at_once_and_back_when_activated() {
    let server = server();
    let alice = server.sign_in(ALICE);
    usermod(&server, &["-e", ALICE, "--deactivate"]).is(0, &updated(&server, "alice", "No", "No", NOTE));
    alice.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    usermod(&server, &["-e", ALICE, "--activate"]).is(0, &updated(&server, "alice", "No", "Yes", NOTE));
    server.sign_in(ALICE);
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_changed() {
    let server = server();
    let before = server.admin().get("/api/v1/auth/users").ok();
    let refused = |arguments: &[&str], text: &str| usermod(&server, arguments).is(1, text);
    refused(&["-e", ALICE], "❌ Error: No changes specified. Use --name, --password, --admin, or --no-admin\n");
    refused(&["-e", "ghost@example.com", "-n", "X"], "❌ Error: No user found with email 'ghost@example.com'\n");
    refused(
        &["-e", ALICE, "-p", "Ab1"],
        "❌ Password validation failed: Password must be at least 8 characters long\n",
    );
    for change in ["--no-admin", "--deactivate"] {
        refused(&["-e", ADMIN, change], "❌ Error: Cannot remove the last administrator\n");
    }
    let system = "❌ Error: The system user cannot be deleted, deactivated, promoted to administrator, or given a \
                  password\n";
    for change in [&["--admin"][..], &["--deactivate"], &["-p", PASSWORD]] {
        refused(&[&["-e", "system@system.invokeai"], change].concat(), system);
    }
    refused(
        &["--name", "X"],
        "❌ Error: --email is required when using CLI mode\n   Run without arguments for interactive mode\n",
    );
    assert_eq!(server.admin().get("/api/v1/auth/users").ok(), before);
}

#[test]
fn arguments_that_contradict_each_other_are_a_usage_error() {
    let server = server();
    for contradiction in [["--admin", "--no-admin"], ["--activate", "--deactivate"]] {
        let printed = usermod(&server, &[&["-e", ALICE][..], &contradiction].concat());
        assert_eq!((printed.code, printed.out.as_str()), (2, ""), "{}", printed.err);
        assert!(printed.err.contains("cannot be used with"), "{}", printed.err);
    }
}

const ASKED: &str = "=== Modify InvokeAI User ===\n\nEmail address of user to modify: ";
const CHOICES: &str = "\n--- What would you like to change? (leave blank to keep current value) ---\n\n";

#[test]
fn without_arguments_it_asks_what_to_change() {
    let server = server();
    let answers = format!("{ALICE}\nAl\ny\n{PASSWORD}\nother\nshort\nshort\nAnother1horse\nAnother1horse\ny\ny\n");
    let asked = run("invoke-usermod", server.root(), &[], &answers);
    let before = details(&id_of(&server, ALICE), ALICE, "alice", "No", "Yes");
    asked.is(
        0,
        &format!(
            "{ASKED}\nCurrent user details:\n{before}{CHOICES}\
             New display name [alice]: Change password? (y/N): New password: Confirm new password: \
             Error: Passwords do not match. Please try again.\n\n\
             New password: Confirm new password: Error: Password must be at least 8 characters long\n\n\
             New password: Confirm new password: Change admin status? (y/N): \
             Make administrator? [current: No] (y/N): \n{}",
            updated(&server, "Al", "Yes", "Yes", NOTE)
        ),
    );
}

#[test]
fn without_arguments_nothing_may_be_changed() {
    let server = server();
    let asked = run("invoke-usermod", server.root(), &[], &format!("{ALICE}\n\ny\n\nn\n"));
    let before = details(&id_of(&server, ALICE), ALICE, "alice", "No", "Yes");
    asked.is(
        0,
        &format!(
            "{ASKED}\nCurrent user details:\n{before}{CHOICES}\
             New display name [alice]: Change password? (y/N): New password: Keeping existing password.\n\
             Change admin status? (y/N): \nNo changes requested. User not modified.\n"
        ),
    );
    run("invoke-usermod", server.root(), &[], "\n").is(1, &format!("{ASKED}Error: Email is required\n"));
    let ghost = run("invoke-usermod", server.root(), &[], "ghost@example.com\n");
    ghost.is(1, &format!("{ASKED}\n❌ Error: No user found with email 'ghost@example.com'\n"));
    let last = run("invoke-usermod", server.root(), &[], &format!("{ADMIN}\n\nn\ny\nn\n"));
    assert_eq!(last.code, 1);
    assert!(
        last.out.ends_with("[current: Yes] (y/N): \n❌ Error: Cannot remove the last administrator\n"),
        "{}",
        last.out
    );
}

#[test]
fn what_was_made_before_there_were_accounts_is_counted_and_then_assigned() {
    let server = server();
    let alice = server.sign_in(ALICE);
    let bob = server.user("bob");
    server.store_image(&bob, None);
    server.store_image(&bob, None);
    let adopt = |flag: &[&str]| usermod(&server, &[&["-e", ALICE], flag].concat());
    adopt(&["--adopt-legacy", "--dry-run"]).is(0, "Would be assigned to alice@example.com: nothing\n");
    adopt(&["--adopt-from", "bob@example.com", "--dry-run"])
        .is(0, "Would be assigned to alice@example.com: 2 images\n");
    let count = || alice.get("/api/v1/images/names?is_intermediate=false").ok()["total_count"].clone();
    assert_eq!(count(), 0);
    // Bob goes, his images stay for administrators, and become Alice's.
    run("invoke-userdel", server.root(), &["-e", "bob@example.com", "-f", "--keep-content"], "").done();
    adopt(&["--adopt-legacy"]).is(0, "✅ Assigned to alice@example.com: 2 images\n");
    assert_eq!(count(), 2);
    assert_ne!(admin_id(&server), id_of(&server, ALICE));
}
