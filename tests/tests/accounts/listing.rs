//! `invoke-userlist`.

use super::{admin_id, id_of, server};
use invoke_tests::commands::run;
use serde_json::{Value, json};

#[test]
fn the_table_names_everybody_and_cuts_what_is_too_long() {
    let server = server();
    let email = "a-very-long-address-of-somebody@example.com";
    let name = "Somebody with a long name";
    let password = invoke_tests::PASSWORD;
    run("invoke-useradd", server.root(), &["-e", email, "-p", password, "-n", name], "").done();
    run("invoke-usermod", server.root(), &["-e", email, "--deactivate"], "").done();
    let listed = run("invoke-userlist", server.root(), &[], "");
    // Spelled out as the reference pads: 36, 30, 20, 8 and 8 characters with a space between.
    let line = |id: &str, email: &str, name: &str, admin: &str, active: &str| {
        format!("{id:<36} {email:<30} {name:<20} {admin:<8} {active:<8}\n")
    };
    let rule = "-".repeat(108);
    let expected = [
        "\n=== InvokeAI Users ===\n\n".to_owned(),
        line("User ID", "Email", "Display Name", "Admin", "Active"),
        format!("{rule}\n"),
        line(&id_of(&server, email), "a-very-long-address-of-somebo", "Somebody with a lon", "No", "No"),
        line(&id_of(&server, "alice@example.com"), "alice@example.com", "alice", "No", "Yes"),
        line(&admin_id(&server), "admin@example.com", "Admin", "Yes", "Yes"),
        line("system", "system@system.invokeai", "System", "No", "Yes"),
        "\nTotal users: 4\n".to_owned(),
    ];
    listed.is(0, &expected.concat());
}

#[test]
fn as_json_it_names_everybody_for_programs() {
    let server = server();
    let listed: Value = serde_json::from_str(run("invoke-userlist", server.root(), &["--json"], "").done()).unwrap();
    let entry = |id: &str, email: &str, name: &str, admin: bool| json!({ "id": id, "email": email, "name": name, "is_admin": admin, "is_active": true });
    let alice = id_of(&server, "alice@example.com");
    let expected = json!([
        entry(&alice, "alice@example.com", "alice", false),
        entry(&admin_id(&server), "admin@example.com", "Admin", true),
        entry("system", "system@system.invokeai", "System", false),
    ]);
    // The keys come in the reference's order.
    assert_eq!(listed.to_string(), expected.to_string());
}

#[test]
fn verbose_it_also_says_when_and_how_much() {
    let server = server();
    let alice = server.sign_in("alice@example.com");
    let image = server.store_image(&alice, None).name.0;
    let size = |path: &str| std::fs::metadata(server.root().join(path)).unwrap().len();
    let webp = image.replace(".png", ".webp");
    let bytes = size(&format!("outputs/images/{image}")) + size(&format!("outputs/images/thumbnails/{webp}"));
    let listed = run("invoke-userlist", server.root(), &["--json", "--verbose"], "");
    let listed: Value = serde_json::from_str(listed.done()).unwrap();
    let me = alice.get("/api/v1/auth/me").ok();
    let amounts = (&listed[0]["boards"], &listed[0]["images"], &listed[0]["storage_bytes"]);
    assert_eq!(amounts, (&json!(0), &json!(1), &json!(bytes)));
    assert_eq!(listed[1]["last_login_at"], Value::Null, "the set-up is no sign-in");
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time(&listed[0]["last_login_at"]).as_second(), time(&me["last_login_at"]).as_second());

    let table = run("invoke-userlist", server.root(), &["--verbose"], "");
    let lines: Vec<&str> = table.done().lines().collect();
    let heading: Vec<&str> = lines[3].split_whitespace().collect();
    assert!(lines[3].ends_with("Boards   Images   Storage") && heading.contains(&"Created"), "{}", lines[3]);
    let login = me["last_login_at"].as_str().unwrap()[..19].replace('T', " ");
    assert!(
        lines[5].contains(&login) && lines[5].trim_end().ends_with(&format!("0        1 {bytes:>7} B")),
        "{}",
        lines[5]
    );
    assert!(lines[6].contains(" never "), "{}", lines[6]);
    let widest = lines[3..].iter().map(|line| line.chars().count()).max().unwrap();
    assert_eq!(lines[4], "-".repeat(widest), "the rule is as wide as the table");
}

#[test]
fn help_names_every_flag() {
    let server = server();
    for (command, flags) in [
        ("invoke-useradd", "--root --email --password --password-stdin --name --admin"),
        ("invoke-userlist", "--root --json --verbose"),
        (
            "invoke-usermod",
            "--root --email --password --password-stdin --name --admin --no-admin --activate --deactivate --adopt-legacy --dry-run",
        ),
        ("invoke-userdel", "--root --email --force --transfer-to --keep-content"),
    ] {
        let help = run(command, server.root(), &["--help"], "");
        for flag in flags.split(' ') {
            assert!(
                help.done().contains(&format!("{flag} ")) || help.done().contains(&format!("{flag}\n")),
                "{command} {flag}"
            );
        }
        let usage = run(command, server.root(), &["--no-such-flag"], "");
        assert_eq!((usage.code, usage.out.as_str()), (2, ""), "{command}");
    }
}
