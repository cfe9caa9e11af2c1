//! The media cookie: with it `<img>` loads pictures, under the same rules as with a token, and it opens nothing else.

use super::{Refusal, Sent, World, cases, operations, request};
use invoke_tests::{Answer, Client, TestServer};
use reqwest::Method;

/// Operations that the cookie opens.
const BY_COOKIE: [&str; 8] = [
    "get_image_full",
    "get_image_full_head",
    "get_image_thumbnail",
    "get_workflow_thumbnail",
    "get_style_preset_image",
    "get_video_full",
    "get_video_full_head",
    "get_video_thumbnail",
];

/// Asks with `token` in the cookie and nowhere else.
fn ask(nobody: &Client, operation: &(Method, String), sent: &Sent, token: &str) -> Answer {
    Answer::of(request(nobody, operation, sent).header("cookie", format!("invokeai_media_token={token}")))
}

#[test]
fn the_cookie_opens_pictures_for_those_who_may_see_them_and_nothing_else() {
    let world = World::new(TestServer::multiuser().without_workers().start());
    let nobody = world.server.nobody();
    let operations = operations(&nobody);
    for case in cases() {
        let opens = BY_COOKIE.contains(&case.operation);
        let sent = (case.send)(&world);
        for ((who, client), status) in world.callers().into_iter().zip(case.statuses) {
            let answer = ask(&nobody, &operations[case.operation], &sent, client.token());
            let expected = if opens { status } else { 401 };
            assert_eq!(answer.status, expected, "{} with the cookie of {who}: {}", case.operation, answer.text());
        }
    }
}

#[test]
fn a_cookie_that_does_not_count_opens_nothing() {
    let (world, refused) = World::with_refused();
    let nobody = world.server.nobody();
    let operations = operations(&nobody);
    for case in cases().into_iter().filter(|case| BY_COOKIE.contains(&case.operation)) {
        let sent = (case.send)(&world);
        for caller in refused.iter().filter(|caller| caller.why != Refusal::Missing) {
            let answer = ask(&nobody, &operations[case.operation], &sent, caller.client.token());
            assert_eq!(answer.status, 401, "{} with the cookie of {}: {}", case.operation, caller.who, answer.text());
        }
    }
}
