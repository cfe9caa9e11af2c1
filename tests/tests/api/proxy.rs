//! Behind a real nginx: with the administrator guide's configuration, and below a path.

use invoke_tests::events::Listener;
use invoke_tests::nginx::Nginx;
use invoke_tests::tls::Certificate;
use invoke_tests::{ADMIN, Answer, Client, PASSWORD, TestServer, graphs};
use reqwest::Method;
use serde_json::{Value, json};

/// What the guide sets for the location it proxies.
const GUIDE: &str = r#"
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    # WebSocket support
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
"#;

const SITE: &str = "invoke.example.com";

/// Pages with a script beside them.
fn pages() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    let index = "<!doctype html><html><head><base href=\"/\" /><script src=\"assets/app.js\"></script></head></html>";
    std::fs::write(folder.path().join("index.html"), index).unwrap();
    std::fs::write(folder.path().join("assets/app.js"), "go()").unwrap();
    folder
}

fn account() -> Value {
    json!({ "email": ADMIN, "display_name": "Admin", "password": PASSWORD })
}

#[test]
fn the_guides_nginx_with_https_serves_people_pictures_and_live_events() {
    let server = TestServer::multiuser().with(&format!("allowed_hosts: [{SITE}]")).start();
    let certificate = Certificate::new(SITE);
    let nginx = Nginx::start(&format!(
        "server {{ listen 127.0.0.1:PORT ssl http2; server_name {SITE}; ssl_certificate {}; ssl_certificate_key {};
         location / {{ proxy_pass http://{}; {GUIDE} }} }}",
        certificate.file().display(),
        certificate.key().display(),
        server.authority(),
    ));
    let ask = |request: &str, headers: &[(&str, &str)], body: &Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        certificate.ask(nginx.port(), request, headers, &body)
    };
    assert_eq!(ask("GET /readyz", &[], &Value::Null).text(), "ready");

    let own = format!("https://{SITE}");
    let made = ask("POST /api/v1/auth/setup", &[("Origin", &own)], &account());
    let cookie = made.header("set-cookie");
    assert!(cookie.contains("Path=/api/v1") && cookie.ends_with("; Secure"), "{cookie}");
    let token = made.ok()["token"].as_str().unwrap().to_owned();

    let bearer = format!("Bearer {token}");
    let enqueue = "POST /api/v1/queue/default/enqueue_batch";
    let batch = json!({ "batch": { "graph": graphs::addition(), "runs": 1 } });
    let foreign = [("Authorization", bearer.as_str()), ("Origin", "https://evil.example")];
    ask(enqueue, &foreign, &batch).refused(403, "Cross-origin request refused");

    let url = format!("wss://{SITE}/ws/socket.io/?EIO=4&transport=websocket");
    let mut events = Listener::over(certificate.connect(nginx.port()), &url, &token).unwrap();
    events.subscribe("default");
    ask(enqueue, &[("Authorization", &bearer), ("Origin", &own)], &batch).ok();
    assert_eq!(events.next_event().name, "batch_enqueued");
    events.until(|event| event.data["status"] == "completed");
}

#[test]
fn a_proxy_that_nobody_named_is_not_believed() {
    let server = TestServer::multiuser().with("forwarded_allow_ips: 192.0.2.7").start();
    let nginx = Nginx::start(&format!(
        "server {{ listen 127.0.0.1:PORT; location / {{ proxy_pass http://{}; {GUIDE}
         proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Prefix /p; }} }}",
        server.authority(),
    ));
    let made = Client::nobody(&format!("http://127.0.0.1:{}", nginx.port())).post("/api/v1/auth/setup", &account());
    let cookie = made.header("set-cookie");
    assert!(cookie.contains("Path=/api/v1") && !cookie.contains("Secure"), "{cookie}");
}

/// What holds below `prefix`, whoever takes it off the path.
fn works_below(prefix: &str, server: &TestServer, port: u16) {
    let outside = Client::nobody(&format!("http://127.0.0.1:{port}{prefix}"));
    let page = outside.get("/");
    assert!(page.text().contains(&format!("<base href=\"{prefix}/\" />")), "{}", page.text());
    assert!(outside.get("/some/page").text().contains(&format!("<base href=\"{prefix}/\" />")));
    assert_eq!(outside.get("/assets/app.js").text(), "go()");
    assert_eq!(outside.get("/?theme=dark").header("location"), format!("{prefix}/"));
    assert_eq!(outside.get("/openapi.json").ok()["servers"], json!([{ "url": prefix }]));
    outside.get("/api/v1/nope").refused(404, "Not Found");

    let login = json!({ "email": ADMIN, "password": PASSWORD });
    server.admin();
    let signed_in = outside.post("/api/v1/auth/login", &login);
    let cookie = signed_in.header("set-cookie").to_owned();
    assert!(cookie.contains(&format!("Path={prefix}/api/v1")), "{cookie}");
    let token = signed_in.ok()["token"].as_str().unwrap().to_owned();
    let image = server.store_image(server.admin(), None).name.0;
    let picture = outside.request(Method::GET, &format!("/api/v1/images/i/{image}/full"));
    let picture = Answer::of(picture.header("cookie", cookie.split(';').next().unwrap()));
    assert_eq!(picture.has_status(200).header("content-type"), "image/png");

    let mut events = Listener::connect(&format!("http://127.0.0.1:{port}{prefix}"), &token);
    outside.with_token(&token).enqueue(&graphs::addition());
    assert_eq!(events.next_event().name, "batch_enqueued");
}

#[test]
fn below_a_path_that_the_proxy_takes_off() {
    let pages = pages();
    let web_root = format!("web_root: {}", pages.path().display());
    let server = TestServer::multiuser().with("base_url: /invoke").with(&web_root).start();
    let nginx = Nginx::start(&format!(
        "server {{ listen 127.0.0.1:PORT; location /invoke/ {{ proxy_pass http://{}/; {GUIDE} }} }}",
        server.authority(),
    ));
    works_below("/invoke", &server, nginx.port());
}

#[test]
fn below_a_path_that_the_proxy_keeps() {
    let pages = pages();
    let web_root = format!("web_root: {}", pages.path().display());
    let server = TestServer::multiuser().with("base_url: invoke/").with(&web_root).start();
    let nginx = Nginx::start(&format!(
        "server {{ listen 127.0.0.1:PORT; location /invoke/ {{ proxy_pass http://{}; {GUIDE} }} }}",
        server.authority(),
    ));
    works_below("/invoke", &server, nginx.port());
}

#[test]
fn below_a_path_that_only_the_proxy_knows() {
    let pages = pages();
    let server = TestServer::multiuser().with(&format!("web_root: {}", pages.path().display())).start();
    let nginx = Nginx::start(&format!(
        "server {{ listen 127.0.0.1:PORT;
         location /studio/two/ {{ proxy_pass http://{}/; {GUIDE} proxy_set_header X-Forwarded-Prefix /studio/two; }} }}",
        server.authority(),
    ));
    works_below("/studio/two", &server, nginx.port());
}

#[test]
fn a_proxy_may_tell_the_name_it_was_asked_for() {
    let server = TestServer::start();
    let nginx = Nginx::start(&format!(
        "server {{ listen 127.0.0.1:PORT;
         location / {{ proxy_pass http://{}; proxy_set_header X-Forwarded-Host $http_host; }} }}",
        server.authority(),
    ));
    let outside = Client::nobody(&format!("http://127.0.0.1:{}", nginx.port())).with_token(server.admin().token());
    let change = |origin: &str| {
        let request = outside.request(Method::POST, "/api/v1/client_state/default/set_by_key?key=k");
        Answer::of(request.header("host", "studio.example").header("origin", origin).json(&json!("v")))
    };
    change("https://studio.example").has_status(200);
    change("https://evil.example").refused(403, "Cross-origin request refused");
}
