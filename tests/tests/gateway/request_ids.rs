//! Request ids: given or made, and in the answer.

use harness::gate::Gate;

async fn id_of(gate: &Gate, headers: &[(&str, &str)]) -> String {
    gate.ask("GET", "/healthz", headers).await.1["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_id_that_is_given_comes_back_and_one_that_does_not_fit_is_replaced() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    assert_eq!(id_of(&gate, &[("x-request-id", "Order-7.a_b")]).await, "Order-7.a_b");
    let (long, spaced) = ("x".repeat(65), "a b");
    for unfit in ["", spaced, "{\"a\":1}", long.as_str()] {
        let id = id_of(&gate, &[("x-request-id", unfit)]).await;
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }
    assert_ne!(id_of(&gate, &[]).await, id_of(&gate, &[]).await);
}
