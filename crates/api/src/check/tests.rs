use super::*;
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "read by the checks, not by the tests")]
struct Login {
    email: String,
    #[serde(default)]
    remember_me: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_names)]
#[expect(dead_code, reason = "read by the checks, not by the tests")]
struct Names {
    #[schema(max_items = 2)]
    names: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Category {
    General,
    Mask,
}

#[derive(Debug, Deserialize, IntoParams)]
struct Listing {
    #[param(inline)]
    categories: Option<Vec<Category>>,
    #[serde(default = "ten")]
    #[param(minimum = 0, maximum = 1000)]
    limit: i64,
    starred_first: Option<bool>,
    #[serde(default)]
    #[param(inline, default = "DESC")]
    order_dir: crate::wire::Direction,
}

fn ten() -> i64 {
    10
}

fn problems<T: std::fmt::Debug>(result: Result<T, Vec<Problem>>) -> Value {
    serde_json::to_value(result.expect_err("a refusal")).unwrap()
}

#[test]
fn a_missing_field_of_a_model_quotes_the_object_and_one_of_an_embedding_body_does_not() {
    assert_eq!(
        problems(body::<Login>(Some(json!({ "remember_me": true })))),
        json!([{ "type": "missing", "loc": ["body", "email"], "msg": "Field required", "input": { "remember_me": true } }])
    );
    let expected = json!([{ "type": "missing", "loc": ["body", "names"], "msg": "Field required", "input": null }]);
    assert_eq!(problems(body::<Names>(Some(json!(["a"])))), expected);
    assert_eq!(problems(body::<Names>(None)), expected);
}

#[test]
fn an_absent_body_is_missing_as_a_whole_and_text_is_not_an_object() {
    assert_eq!(
        problems(body::<Login>(None)),
        json!([{ "type": "missing", "loc": ["body"], "msg": "Field required", "input": null }])
    );
    assert_eq!(problems(body::<Login>(Some(json!("email=a"))))[0]["type"], "model_attributes_type");
}

#[test]
fn every_problem_is_reported_with_its_place() {
    let found = problems(body::<Login>(Some(json!({ "email": 5, "remember_me": "perhaps" }))));
    assert_eq!(found[0]["msg"], "Input should be a valid string");
    assert_eq!(
        found[1],
        json!({
            "type": "bool_parsing", "loc": ["body", "remember_me"],
            "msg": "Input should be a valid boolean, unable to interpret input", "input": "perhaps",
        })
    );
}

#[test]
fn a_list_that_is_too_long_names_the_limit() {
    let found = problems(body::<Names>(Some(json!({ "names": ["a", "b", "c"] }))));
    assert_eq!(
        found,
        json!([{
            "type": "too_long", "loc": ["body", "names"],
            "msg": "List should have at most 2 items after validation, not 3", "input": ["a", "b", "c"],
            "ctx": { "field_type": "List", "max_length": 2, "actual_length": 3 },
        }])
    );
}

#[test]
fn query_text_becomes_numbers_flags_and_lists() {
    let listing: Listing = query("categories=mask&categories=general&limit=5&starred_first=false&other=1").unwrap();
    assert!(matches!(listing.categories.as_deref(), Some([Category::Mask, Category::General])));
    assert_eq!((listing.limit, listing.starred_first), (5, Some(false)));
    assert_eq!(query::<Listing>("").unwrap().limit, 10);
}

#[test]
fn query_limits_are_those_of_the_document() {
    assert_eq!(
        problems(query::<Listing>("limit=1001")),
        json!([{
            "type": "less_than_equal", "loc": ["query", "limit"],
            "msg": "Input should be less than or equal to 1000", "input": "1001", "ctx": { "le": 1000 },
        }])
    );
    assert_eq!(problems(query::<Listing>("limit=x"))[0]["type"], "int_parsing");
    assert_eq!(
        problems(query::<Listing>("categories=zzz")),
        json!([{
            "type": "enum", "loc": ["query", "categories", 0], "msg": "Input should be 'general' or 'mask'",
            "input": "zzz", "ctx": { "expected": "'general' or 'mask'" },
        }])
    );
}

#[test]
fn a_word_with_a_default_is_checked_like_any_other() {
    assert_eq!(query::<Listing>("order_dir=ASC").unwrap().order_dir, crate::wire::Direction::Ascending);
    assert_eq!(
        problems(query::<Listing>("order_dir=zzz")),
        json!([{
            "type": "enum", "loc": ["query", "order_dir"], "msg": "Input should be 'ASC' or 'DESC'", "input": "zzz",
            "ctx": { "expected": "'ASC' or 'DESC'" },
        }])
    );
}

#[test]
fn escapes_in_a_query_are_undone() {
    let pairs: Vec<_> = form_pairs("search_term=red+fox%21&x=%zz&flag").collect();
    let expected = [("search_term", "red fox!"), ("x", "%zz"), ("flag", "")];
    assert_eq!(pairs, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn malformed_json_is_placed_by_its_offset() {
    let text = br#"{"email": "#;
    let error = serde_json::from_slice::<Value>(text).unwrap_err();
    assert_eq!(
        serde_json::to_value(malformed_json(&error, text)).unwrap(),
        json!({
            "type": "json_invalid", "loc": ["body", 10], "msg": "JSON decode error", "input": {},
            "ctx": { "error": "Expecting value" },
        })
    );
}
