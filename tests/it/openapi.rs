//! The contract: what `openapi.yaml` says is what the service does.

use std::fs;
use std::path::Path;

use serde_json::Value;
use server::service;

fn contract() -> Value {
    serde_json::to_value(service::openapi()).unwrap()
}

fn operations() -> Vec<(String, String, Value)> {
    let contract = contract();
    let paths = contract["paths"].as_object().unwrap().clone();
    paths
        .into_iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().clone();
            methods
                .into_iter()
                .filter(|(_, operation)| operation.is_object())
                .map(move |(method, operation)| (method, path.clone(), operation))
        })
        .collect()
}

#[test]
fn the_committed_contract_is_what_the_code_says() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    let committed = fs::read_to_string(committed).unwrap();
    assert!(committed == service::contract().unwrap(), "run `cargo xtask openapi`");
}

/// X2
#[test]
fn every_route_names_a_role_or_is_public_on_purpose() {
    for (method, path, operation) in operations() {
        let security =
            operation["security"].as_array().unwrap_or_else(|| panic!("{method} {path} says nothing of roles"));
        assert!(!security.is_empty(), "{method} {path}");
    }
}

#[test]
fn every_refusal_is_documented_as_a_problem() {
    let contract = contract();
    let last = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    for (method, path, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.as_str() >= "400" {
                // Shared refusals are referred to by name.
                let shared = response["$ref"].as_str().map(|name| &contract["components"]["responses"][last(name)]);
                let response = shared.unwrap_or(response);
                let content = response["content"].as_object().unwrap_or_else(|| panic!("{method} {path} {status}"));
                assert_eq!(
                    content.keys().collect::<Vec<_>>(),
                    ["application/problem+json"],
                    "{method} {path} {status}"
                );
            }
        }
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let mut names: Vec<String> = operations()
        .into_iter()
        .map(|(_, _, operation)| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}
