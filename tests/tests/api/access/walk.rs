//! Every operation of the document, asked by every kind of caller.

use super::{OPEN, OWN_ACCOUNT, Refusal, Sent, World, ask, cases, operations, parts};
use invoke_tests::TestServer;
use reqwest::Method;

/// The words of a 401: routes about the own account have others, and ask for a token.
fn words(why: Refusal, own_account: bool) -> &'static str {
    match (why, own_account) {
        (Refusal::Missing, true) => "Missing authentication credentials",
        (Refusal::Missing, false) => "Authentication required",
        (Refusal::Invalid, true) => "Invalid or expired authentication token",
        (Refusal::Invalid, false) => "Invalid or expired token",
        (Refusal::Ended, true) => "User account is inactive or does not exist",
        (Refusal::Ended, false) => "User not found or inactive",
    }
}

#[test]
fn every_operation_has_a_case() {
    let server = TestServer::single_user().without_workers().start();
    let mut listed: Vec<&str> = cases().iter().map(|case| case.operation).collect();
    listed.extend(OPEN.iter().map(|(operation, _)| operation));
    listed.sort_unstable();
    let known = operations(&server.nobody());
    let known: Vec<&str> = known.keys().map(String::as_str).collect();
    assert_eq!(listed, known);
}

#[test]
fn nobody_gets_in_and_neither_does_a_token_that_does_not_count() {
    let (world, refused) = World::with_refused();
    let operations = operations(&world.server.nobody());
    for case in cases() {
        let operation = &operations[case.operation];
        let own_account = OWN_ACCOUNT.contains(&case.operation);
        let sent = (case.send)(&world);
        for caller in &refused {
            let answer = ask(&caller.client, operation, &sent);
            let place = format!("{} by {}: {}", case.operation, caller.who, answer.text());
            assert_eq!(answer.status, 401, "{place}");
            assert_eq!(answer.header("www-authenticate"), if own_account { "Bearer" } else { "" }, "{place}");
            if operation.0 != Method::HEAD {
                assert_eq!(answer.json()["detail"], words(caller.why, own_account), "{place}");
            }
        }
    }
    for (operation, status) in OPEN {
        for caller in &refused {
            let answer = ask(&caller.client, &operations[operation], &parts([("key", "nope".to_owned())]));
            assert_eq!(answer.status, status, "{operation} by {}: {}", caller.who, answer.text());
        }
    }
}

#[test]
fn every_operation_answers_each_kind_of_caller_as_the_table_says() {
    let world = World::new(TestServer::multiuser().without_workers().start());
    let operations = operations(&world.server.nobody());
    for case in cases() {
        for ((who, client), status) in world.callers().into_iter().zip(case.statuses) {
            let sent = (case.send)(&world);
            let answer = ask(&world.caller(client, &sent), &operations[case.operation], &sent);
            assert_eq!(answer.status, status, "{} by {who}: {}", case.operation, answer.text());
        }
    }
}

#[test]
fn without_accounts_only_the_own_account_is_out_of_reach() {
    let server = TestServer::single_user().without_workers().start();
    let nobody = server.nobody();
    let operations = operations(&nobody);
    for case in cases() {
        let (method, path) = &operations[case.operation];
        // Nothing is there; a number is a name as well.
        let mut filled = String::new();
        for (index, piece) in path.split(['{', '}']).enumerate() {
            filled.push_str(match piece {
                "image_name" if index % 2 == 1 => "nope.png",
                _ if index % 2 == 1 => "9",
                plain => plain,
            });
        }
        let answer = ask(&nobody, &(method.clone(), filled), &Sent::default());
        let refused = answer.status == 401;
        assert_eq!(refused, OWN_ACCOUNT.contains(&case.operation), "{}: {}", case.operation, answer.text());
        assert_ne!(answer.status, 403, "{}: {}", case.operation, answer.text());
    }
}
