//! `invoke-userdel`.

use super::{NOTE, details, id_of, server};
use invoke_tests::commands::{Printed, run};
use invoke_tests::{ADMIN, TestServer};

const ALICE: &str = "alice@example.com";
const SURE: &str = "\n⚠️  Are you sure you want to delete this user? (yes/no): ";

fn userdel(server: &TestServer, arguments: &[&str], input: &str) -> Printed {
    run("invoke-userdel", server.root(), arguments, input)
}

fn is_there(server: &TestServer, email: &str) -> bool {
    let users = server.admin().get("/api/v1/auth/users").ok();
    users.as_array().unwrap().iter().any(|user| user["email"] == email)
}

/// Alice's first image, and its file.
fn picture(server: &TestServer) -> (String, std::path::PathBuf) {
    let image = server.store_image(&server.sign_in(ALICE), None);
    let file = server.root().join("outputs/images").join(&image.name.0);
    assert!(file.exists());
    (image.name.0, file)
}

#[test]
fn forced_it_removes_the_account_with_its_content_and_files_while_the_server_runs() {
    let server = server();
    let alice = server.sign_in(ALICE);
    let (image, file) = picture(&server);
    userdel(&server, &["--email", ALICE, "--force"], "").is(0, &format!("✅ User deleted successfully!\n{NOTE}"));
    assert!(!is_there(&server, ALICE));
    assert!(!file.exists(), "the file went with its owner");
    alice.get("/api/v1/auth/me").refused(401, "User account is inactive or does not exist");
    server.admin().get(&format!("/api/v1/images/i/{image}")).has_status(404);
}

#[test]
fn content_goes_to_another_account_or_is_kept_for_administrators() {
    let server = server();
    let (image, file) = picture(&server);
    let bob = server.user("bob");
    userdel(&server, &["-e", ALICE, "-f", "--transfer-to", "bob@example.com"], "").done();
    bob.get(&format!("/api/v1/images/i/{image}")).ok();
    userdel(&server, &["-e", "bob@example.com", "-f", "--keep-content"], "").done();
    server.admin().get(&format!("/api/v1/images/i/{image}")).ok();
    assert!(file.exists());
}

#[test]
fn it_asks_first_and_takes_only_yes_for_an_answer() {
    let server = server();
    picture(&server);
    let shown = details(&id_of(&server, ALICE), ALICE, "alice", "No", "Yes");
    for answer in ["no\n", "\n", "yess\n"] {
        userdel(&server, &["-e", ALICE], answer)
            .is(1, &format!("User to delete:\n{shown}   Content: 1 image, to be deleted\n{SURE}Deletion cancelled.\n"));
    }
    assert!(is_there(&server, ALICE));
    let transfer = userdel(&server, &["-e", ALICE, "--transfer-to", ADMIN], "no\n");
    assert!(transfer.out.contains("   Content: 1 image, to be given to admin@example.com\n"), "{}", transfer.out);
    let sure = userdel(&server, &["-e", ALICE, "--keep-content"], "Y\n");
    assert!(sure.out.contains("   Content: 1 image, to be kept for administrators\n"), "{}", sure.out);
    assert!(sure.done().ends_with(&format!("{SURE}✅ User deleted successfully!\n{NOTE}")), "{}", sure.out);
}

#[test]
fn without_arguments_it_asks_whom() {
    let server = server();
    let asked = "=== Delete InvokeAI User ===\n\nEmail address of user to delete: ";
    let shown = details(&id_of(&server, ALICE), ALICE, "alice", "No", "Yes");
    userdel(&server, &[], "\n").is(1, &format!("{asked}Error: Email is required\n"));
    let ghost = "\n❌ Error: No user found with email 'ghost@example.com'\n";
    userdel(&server, &[], "ghost@example.com\n").is(1, &format!("{asked}{ghost}"));
    let done = userdel(&server, &[], &format!("{ALICE}\nyes\n"));
    done.is(
        0,
        &format!(
            "{asked}\nUser to delete:\n{shown}   Content: nothing, to be deleted\n{SURE}\n\
             ✅ User deleted successfully!\n{NOTE}"
        ),
    );
}

#[test]
fn the_last_administrator_and_the_system_user_stay() {
    let server = server();
    let refused = |email: &str, text: &str| userdel(&server, &["-e", email, "-f"], "").is(1, text);
    refused(ADMIN, "❌ Error: Cannot remove the last administrator\n");
    refused(
        "system@system.invokeai",
        "❌ Error: The system user cannot be deleted, deactivated, promoted to administrator, or given a password\n",
    );
    refused("ghost@example.com", "❌ Error: No user found with email 'ghost@example.com'\n");
    userdel(&server, &["-e", ALICE, "-f", "--transfer-to", "ghost@example.com"], "")
        .is(1, "❌ Error: No user found with email 'ghost@example.com'\n");
    assert!(is_there(&server, ALICE) && is_there(&server, ADMIN));
}
