//! What a change of an account ends: sockets, rooms, runs; by this process and by another one.

use invoke_auth::{Content, UserChanges};
use invoke_domain::UserId;
use invoke_permissions::Actor;
use invoke_tests::events::Listener;
use invoke_tests::{Client, PASSWORD, TestServer, graphs};
use serde_json::{Value, json};

fn listen(server: &TestServer, client: &Client) -> Listener {
    Listener::connect(&server.url(), client.token())
}

fn path_of(client: &Client) -> String {
    format!("/api/v1/auth/users/{}", client.own_id())
}

/// Whose batch the next `batch_enqueued` names.
fn next_batch_owner(events: &mut Listener) -> Value {
    events.until(|event| event.name == "batch_enqueued").pop().unwrap().data["user_id"].clone()
}

#[test]
fn deactivation_a_new_password_and_removal_close_open_sockets_at_once() {
    let server = TestServer::start();
    let admin = server.admin();
    let changes: [fn(&Client, &str) -> u16; 3] = [
        |admin, path| admin.patch(path, &json!({ "is_active": false })).status,
        |admin, path| admin.patch(path, &json!({ "password": "Another1horse" })).status,
        |admin, path| admin.delete(path).status,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let client = server.user(&format!("user{number}"));
        let mut events = listen(&server, &client);
        let status = change(admin, &path_of(&client));
        assert!((200..300).contains(&status), "{status}");
        events.until_disconnected();
        assert!(Listener::try_connect(&server.url(), client.token()).is_err());
    }
}

#[test]
fn a_new_name_closes_nothing() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let mut events = listen(&server, &alice);
    server.admin().patch(&path_of(&alice), &json!({ "display_name": "A." })).ok();
    alice.enqueue(&graphs::addition());
    assert_eq!(next_batch_owner(&mut events), alice.own_id());
}

#[test]
fn promotion_and_demotion_open_and_close_the_administrators_room_on_the_same_socket() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let mut events = listen(&server, &bob);
    let mut heard = || {
        alice.enqueue(&graphs::addition());
        next_batch_owner(&mut events)
    };
    assert_eq!(heard(), "redacted");
    server.admin().patch(&path_of(&bob), &json!({ "is_admin": true })).ok();
    assert_eq!(heard(), alice.own_id());
    server.admin().patch(&path_of(&bob), &json!({ "is_admin": false })).ok();
    assert_eq!(heard(), "redacted");
}

#[test]
fn changes_by_another_process_reach_open_sockets() {
    let server = TestServer::start();
    server.admin();
    let commands = server.accounts_of_another_process();
    let operator = Actor::operator();
    let id = |client: &Client| UserId::from(client.own_id().as_str());
    let changes: [&dyn Fn(&UserId); 3] = [
        &|id| {
            drop(commands.update(&operator, id, &UserChanges { is_active: Some(false), ..Default::default() }).unwrap())
        },
        &|id| {
            drop(
                commands
                    .update(&operator, id, &UserChanges { password: Some(PASSWORD), ..Default::default() })
                    .unwrap(),
            )
        },
        &|id| commands.delete(&operator, id, Content::Keep).unwrap(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let client = server.user(&format!("user{number}"));
        let mut events = listen(&server, &client);
        change(&id(&client));
        client.get("/api/v1/auth/me").has_status(401);
        events.until_disconnected();
    }
}

#[test]
fn promotion_and_demotion_by_another_process_reach_open_sockets() {
    let server = TestServer::start();
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    server.admin();
    let commands = server.accounts_of_another_process();
    let mut events = listen(&server, &bob);
    let bob = UserId::from(bob.own_id().as_str());
    for (is_admin, expected) in [(true, json!(alice.own_id())), (false, json!("redacted"))] {
        let change = UserChanges { is_admin: Some(is_admin), ..UserChanges::default() };
        commands.update(&Actor::operator(), &bob, &change).unwrap();
        // Each batch is an event; the server looks every second. Without an end the harness's own limit fails the test.
        loop {
            let id = alice.enqueue(&graphs::addition());
            server.toys().wait_for_end(id);
            if next_batch_owner(&mut events) == expected {
                break;
            }
        }
    }
}

#[test]
fn what_runs_for_somebody_who_is_deactivated_or_removed_is_stopped() {
    let server = TestServer::start();
    let admin = server.admin();
    let commands = server.accounts_of_another_process();
    let operator = Actor::operator();
    type Change<'a> = &'a dyn Fn(&Client);
    let id = |client: &Client| UserId::from(client.own_id().as_str());
    let changes: [(bool, Change<'_>); 4] = [
        (true, &|client| drop(admin.patch(&path_of(client), &json!({ "is_active": false })).ok())),
        (false, &|client| assert_eq!(admin.delete(&path_of(client)).status, 204)),
        (true, &|client| {
            let change = UserChanges { is_active: Some(false), ..UserChanges::default() };
            drop(commands.update(&operator, &id(client), &change).unwrap());
        }),
        (false, &|client| commands.delete(&operator, &id(client), Content::Delete).unwrap()),
    ];
    for (number, (stays, change)) in changes.into_iter().enumerate() {
        let client = server.user(&format!("user{number}"));
        let running = client.enqueue(&graphs::waiting());
        server.toys().wait_for_arrival(running);
        let waiting = client.enqueue(&graphs::addition());
        change(&client);
        server.toys().wait_for_end(running);
        for item in [running, waiting] {
            let path = format!("/api/v1/queue/default/i/{item}");
            if stays {
                // What waited is canceled when its turn comes.
                while admin.get(&path).ok()["status"] == "pending" {}
                assert_eq!(admin.get(&path).ok()["status"], "canceled", "change {number}");
            } else {
                admin.get(&path).has_status(404);
            }
        }
    }
}

#[test]
fn of_a_sign_out_and_a_connection_at_once_no_socket_is_left() {
    let server = TestServer::start();
    server.user("alice");
    for _ in 0..20 {
        let client = server.sign_in("alice@example.com");
        let start = std::sync::Barrier::new(2);
        let connected = std::thread::scope(|scope| {
            let connecting = scope.spawn(|| {
                start.wait();
                Listener::try_connect(&server.url(), client.token()).ok()
            });
            start.wait();
            client.post("/api/v1/auth/logout", &json!({})).ok();
            connecting.join().unwrap()
        });
        if let Some(mut events) = connected {
            events.until_disconnected();
        }
    }
}
