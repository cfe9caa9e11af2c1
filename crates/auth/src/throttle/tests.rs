use super::*;
use jiff::{Span, ToSpan};

#[derive(Debug)]
struct TestClock(Mutex<Timestamp>);

impl TestClock {
    fn advance(&self, span: Span) {
        let mut now = self.0.lock();
        *now = now.checked_add(span).unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

fn throttle() -> (Throttle, Arc<TestClock>) {
    let clock = Arc::new(TestClock(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap())));
    (Throttle::new(clock.clone()), clock)
}

const HOME: &str = "192.0.2.1";
const SCHOOL: &str = "192.0.2.2";

fn enter(throttle: &Throttle, account: &str, address: &str) -> Result<Attempt, i64> {
    throttle.enter(account, address.parse().unwrap()).map_err(|refused| refused.seconds)
}

fn fail(throttle: &Throttle, account: &str, address: &str) -> Result<(), i64> {
    enter(throttle, account, address).map(Attempt::failed)
}

#[test]
fn after_five_failures_the_wait_doubles_up_to_five_minutes() {
    let (throttle, clock) = throttle();
    for _ in 0..5 {
        fail(&throttle, "alice", HOME).unwrap();
    }
    let mut waits = Vec::new();
    for _ in 0..11 {
        let wait = fail(&throttle, "alice", HOME).unwrap_err();
        waits.push(wait);
        clock.advance((wait * 1000 - 1).milliseconds());
        assert_eq!(fail(&throttle, "alice", HOME), Err(1), "not a moment before");
        clock.advance(1.milliseconds());
        fail(&throttle, "alice", HOME).unwrap();
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
}

#[test]
fn a_thousand_wrong_passwords_lock_out_neither_the_owner_elsewhere_nor_others_there() {
    let (throttle, _) = throttle();
    let let_through = (0..1000).filter(|_| fail(&throttle, "alice", SCHOOL).is_ok()).count();
    assert_eq!(let_through, 5);
    let owner = enter(&throttle, "alice", HOME).unwrap();
    assert_eq!(owner.delay(), Duration::ZERO);
    owner.succeeded();
    enter(&throttle, "bob", SCHOOL).unwrap().succeeded();
}

#[test]
fn many_attempts_at_once_count_as_failures_until_they_end() {
    let (throttle, _) = throttle();
    let open: Vec<Attempt> = (0..1000).filter_map(|_| enter(&throttle, "alice", HOME).ok()).collect();
    assert_eq!(open.len(), 5);
    drop(open);
    assert!(enter(&throttle, "alice", HOME).is_ok(), "what was given up counts for nothing");
}

#[test]
fn a_success_forgives_what_failed_from_the_same_address() {
    let (throttle, _) = throttle();
    for _ in 0..4 {
        fail(&throttle, "alice", HOME).unwrap();
    }
    enter(&throttle, "alice", HOME).unwrap().succeeded();
    for _ in 0..5 {
        fail(&throttle, "alice", HOME).unwrap();
    }
    assert_eq!(fail(&throttle, "alice", HOME), Err(1));
}

#[test]
fn an_hour_without_failures_forgets_them() {
    let (throttle, clock) = throttle();
    for _ in 0..5 {
        fail(&throttle, "alice", HOME).unwrap();
    }
    clock.advance(61.minutes());
    for _ in 0..5 {
        fail(&throttle, "alice", HOME).unwrap();
    }
}

#[test]
fn failures_from_everywhere_slow_an_account_down_and_never_close_it() {
    let (throttle, _) = throttle();
    for number in 0..200 {
        fail(&throttle, "admin", &format!("198.51.100.{number}")).unwrap();
    }
    assert_eq!(enter(&throttle, "admin", HOME).unwrap().delay(), ACCOUNT_SLOWEST);
    assert_eq!(enter(&throttle, "alice", HOME).unwrap().delay(), Duration::ZERO);
}

#[test]
fn addresses_of_one_ipv6_network_are_one_client_and_a_mapped_address_is_the_one_it_maps() {
    let (throttle, _) = throttle();
    for host in 1..=5 {
        fail(&throttle, "alice", &format!("2001:db8:1:2::{host}")).unwrap();
    }
    assert!(fail(&throttle, "alice", "2001:db8:1:2:ffff::1").is_err());
    fail(&throttle, "alice", "2001:db8:1:3::1").unwrap();
    for _ in 0..5 {
        fail(&throttle, "bob", "::ffff:192.0.2.1").unwrap();
    }
    assert!(fail(&throttle, "bob", HOME).is_err());
}

#[test]
fn memory_is_bounded_and_the_account_under_attack_is_remembered() {
    let (throttle, clock) = throttle();
    for _ in 0..5 {
        fail(&throttle, "admin", HOME).unwrap();
    }
    for number in 0..25_000 {
        clock.advance(1.milliseconds());
        fail(&throttle, &format!("name{number}@example.com"), HOME).unwrap();
    }
    let (by_origin, by_account) = throttle.sizes();
    assert!(by_origin <= MOST_ENTRIES && by_account <= MOST_ENTRIES, "{by_origin} {by_account}");
    assert!(enter(&throttle, "admin", HOME).is_ok(), "the first wait is over");
    fail(&throttle, "admin", HOME).unwrap();
    assert_eq!(fail(&throttle, "admin", HOME), Err(2), "six failures are still known");
}

#[test]
fn a_clock_that_is_set_back_makes_no_wait_longer() {
    let (throttle, clock) = throttle();
    for _ in 0..5 {
        fail(&throttle, "alice", HOME).unwrap();
    }
    clock.advance((-10).hours());
    assert_eq!(fail(&throttle, "alice", HOME), Err(1));
}
