//! Tokens: JSON Web Tokens signed with HMAC-SHA256, in the form the reference gives out, so that either program takes the
//! other's. One algorithm, so none can be talked into another.

use crate::AuthError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// No token we or the reference make comes near; longer ones are not worth decoding.
const MAX_BYTES: usize = 8 * 1024;

/// `{"alg":"HS256","typ":"JWT"}`
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// What a token says. The first five are the reference's, with its order and its defaults; `exp` is optional there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) user_id: String,
    pub(crate) email: String,
    pub(crate) is_admin: bool,
    #[serde(default)]
    pub(crate) remember_me: bool,
    #[serde(default)]
    pub(crate) token_epoch: i64,
    /// Seconds since 1970.
    pub(crate) exp: i64,
    /// The sign-in it belongs to; the reference's tokens have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<String>,
}

/// Signs and verifies with one secret.
#[derive(Clone)]
pub(crate) struct Signer(Hmac<Sha256>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    pub(crate) fn new(secret: &str) -> Result<Self, AuthError> {
        Hmac::new_from_slice(secret.as_bytes()).map(Self).map_err(|error| AuthError::Hash(error.to_string()))
    }

    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, AuthError> {
        let claims = serde_json::to_vec(claims).map_err(|error| AuthError::Hash(error.to_string()))?;
        let mut token = format!("{HEADER}.{}", BASE64.encode(claims));
        let signature = self.0.clone().chain_update(token.as_bytes()).finalize().into_bytes();
        token.push('.');
        BASE64.encode_string(signature, &mut token);
        Ok(token)
    }

    /// What the token says, if it was signed with this secret and has not expired.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, AuthError> {
        let claims = self.open(token).ok_or(AuthError::InvalidToken)?;
        if claims.exp <= now.as_second() {
            return Err(AuthError::InvalidToken);
        }
        Ok(claims)
    }

    fn open(&self, token: &str) -> Option<Claims> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if header != HEADER && !is_our_kind(&BASE64.decode(header).ok()?) {
            return None;
        }
        let signature = BASE64.decode(signature).ok()?;
        self.0.clone().chain_update(signed.as_bytes()).verify_slice(&signature).ok()?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }
}

/// Whether a header written by another program asks for nothing but our algorithm.
fn is_our_kind(header: &[u8]) -> bool {
    let Ok(Value::Object(header)) = serde_json::from_slice(header) else { return false };
    header.get("alg").and_then(Value::as_str) == Some("HS256") && !header.contains_key("crit")
}

/// SHA-256 of a token in hexadecimal digits.
pub(crate) fn fingerprint(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "8236c778eb448cc5510ab5f68fcc8d8146f9ec3ff1dbb9b65e5c9472f412e7c7";

    fn signer() -> Signer {
        Signer::new(SECRET).unwrap()
    }

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn claims() -> Claims {
        Claims {
            user_id: "u".to_owned(),
            email: "u@example.com".to_owned(),
            is_admin: false,
            remember_me: true,
            token_epoch: 2,
            exp: now().as_second() + 60,
            sid: Some("s".to_owned()),
        }
    }

    /// Signs any header and body.
    fn forge(header: &str, body: &str) -> String {
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(body));
        let signature = signer().0.chain_update(signed.as_bytes()).finalize().into_bytes();
        format!("{signed}.{}", BASE64.encode(signature))
    }

    const GOOD: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn a_token_says_what_was_signed_until_it_expires() {
        let token = signer().sign(&claims()).unwrap();
        assert_eq!(signer().verify(&token, now()).unwrap(), claims());
        let later = Timestamp::from_second(claims().exp).unwrap();
        assert!(signer().verify(&token, later).is_err());
    }

    #[test]
    fn claims_have_the_names_and_the_order_of_the_reference() {
        let token = signer().sign(&Claims { sid: None, ..claims() }).unwrap();
        let body = BASE64.decode(token.split('.').nth(1).unwrap()).unwrap();
        let exp = claims().exp;
        let expected = format!(
            r#"{{"user_id":"u","email":"u@example.com","is_admin":false,"remember_me":true,"token_epoch":2,"exp":{exp}}}"#
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // RFC 7515, appendix A.1.
        let key = BASE64
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                      eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(signed.as_bytes());
        assert_eq!(BASE64.encode(mac.finalize().into_bytes()), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn a_token_of_the_reference_is_read_with_its_defaults() {
        let exp = claims().exp;
        let token = forge(
            r#"{"typ": "JWT", "alg": "HS256"}"#,
            &format!(r#"{{"user_id": "u", "email": "e@x.y", "is_admin": true, "exp": {exp}}}"#),
        );
        let read = signer().verify(&token, now()).unwrap();
        assert_eq!((read.remember_me, read.token_epoch, read.sid, read.is_admin), (false, 0, None, true));
    }

    #[test]
    fn a_token_without_expiry_or_identity_is_refused() {
        let exp = claims().exp;
        for body in [
            r#"{"user_id":"u","email":"e","is_admin":true}"#.to_owned(),
            r#"{"user_id":"u","email":"e","is_admin":true,"exp":null}"#.to_owned(),
            format!(r#"{{"email":"e","is_admin":true,"exp":{exp}}}"#),
            format!(r#"{{"user_id":"u","is_admin":true,"exp":{exp}}}"#),
            format!(r#"{{"user_id":"u","email":"e","exp":{exp}}}"#),
            format!(r#"{{"user_id":1,"email":"e","is_admin":true,"exp":{exp}}}"#),
        ] {
            assert!(signer().verify(&forge(GOOD, &body), now()).is_err(), "{body}");
        }
    }

    #[test]
    fn no_other_algorithm_and_no_unknown_condition_is_accepted() {
        let body = serde_json::to_string(&claims()).unwrap();
        assert!(signer().verify(&forge(GOOD, &body), now()).is_ok());
        for header in [
            r#"{"alg":"none","typ":"JWT"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"typ":"JWT"}"#,
            r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
            "[]",
            "",
        ] {
            assert!(signer().verify(&forge(header, &body), now()).is_err(), "{header}");
        }
        let unsigned = format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode(&body));
        assert!(signer().verify(&unsigned, now()).is_err());
    }

    #[test]
    fn another_secret_is_another_signature() {
        let token = Signer::new("another").unwrap().sign(&claims()).unwrap();
        assert!(signer().verify(&token, now()).is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_a_token_and_none_makes_it_panic(text in r"[ -~é.]{0,80}|[a-zA-Z0-9_.-]{0,120}") {
            prop_assert!(signer().verify(&text, now()).is_err());
        }

        #[test]
        fn what_is_signed_is_read_again(
            user_id in r"\PC{0,40}", email in r"\PC{0,60}", is_admin: bool, remember_me: bool,
            token_epoch: i64, left in 1..10_000_000_i64, sid in proptest::option::of("[a-z0-9-]{0,36}"),
        ) {
            let exp = now().as_second() + left;
            let claims = Claims { user_id, email, is_admin, remember_me, token_epoch, exp, sid };
            let token = signer().sign(&claims).unwrap();
            prop_assert_eq!(token.split('.').count(), 3);
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
            prop_assert_eq!(signer().verify(&token, now()).unwrap(), claims);
            prop_assert!(signer().verify(&token, Timestamp::from_second(exp).unwrap()).is_err());
        }

        #[test]
        fn signed_nonsense_is_refused_without_a_panic(header in r#"\PC{0,30}|\{"alg":"[A-Za-z0-9]{0,6}"\}"#, body in r"\PC{0,60}") {
            prop_assert!(signer().verify(&forge(&header, &body), now()).is_err());
        }

        #[test]
        fn no_part_of_a_token_is_one(from in 0..200_usize, length in 0..200_usize) {
            let token = signer().sign(&claims()).unwrap();
            let part: String = token.chars().skip(from).take(length).collect();
            prop_assert_eq!(signer().verify(&part, now()).is_ok(), part == token);
        }

        #[test]
        fn a_changed_character_voids_a_token(position in 0..200_usize, character in "[a-zA-Z0-9_-]") {
            let token = signer().sign(&claims()).unwrap();
            let position = position % token.len();
            let mut changed = token.clone();
            changed.replace_range(position..=position, &character);
            prop_assert_eq!(signer().verify(&changed, now()).is_ok(), changed == token);
        }
    }
}
