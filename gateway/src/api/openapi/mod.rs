//! The OpenAPI 3.1 document: every operation of the API, made with the keys that its route takes.

mod operations;
mod schemas;
mod standing;

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem,
    PathsBuilder, Ref, RefOr, Required, Response, Schema, ServerBuilder,
};

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

use operations::{Body, OPERATIONS, Operation};

/// How a reader proves which institution it is.
const READER: &str = "For agreements that are withheld from the public. A JWT of its own for each request, signed with a \
     registered, valid key of the institution: header alg, kid (RFC 7638 thumbprint) and typ convenant.read.v1+jwt; claims iss \
     (the institution), aud (the origin of the ledger), iat, exp (at most 300 seconds later) and jti (8 to 128 visible \
     characters, another each time).";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document()));

/// `GET /v1/openapi.json`: for everybody, from every page.
pub(super) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], DOCUMENT.as_str())
}

/// The document as JSON.
pub fn document() -> Value {
    serde_json::to_value(open_api()).expect("the document is plain JSON")
}

fn open_api() -> OpenApi {
    let contact = ContactBuilder::new()
        .name(Some("Maintainers of Convenant"))
        .email(Some("maintainers@convenant.example.nl"))
        .url(Some("https://convenant.example.nl"));
    let license = LicenseBuilder::new().name("EUPL-1.2").identifier(Some("EUPL-1.2")).build();
    let info = InfoBuilder::new()
        .title("Convenant")
        .version(super::VERSION)
        .description(Some(
            "Agreements between institutions in an append-only, signed ledger. Reads take `asOf`, an instant that has come, and answer \
             with what held then. What an institution sends is a signed statement; schemas/ has the schema of each. The language of \
             the interface is that of the code, English; each schema has a Dutch title.",
        ))
        .contact(Some(contact.build()))
        .license(Some(license));
    let server = ServerBuilder::new().url("https://convenant.example.nl/v1").build();
    let paths = OPERATIONS.iter().fold(PathsBuilder::new(), |paths, operation| {
        let path = operation.path.trim_start_matches("/v1");
        paths.path(path, PathItem::new(operation.method(), operation_of(operation)))
    });
    let reader = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(READER)).build();
    let components = schemas::all()
        .into_iter()
        .fold(ComponentsBuilder::new().security_scheme("reader", SecurityScheme::Http(reader)), |components, (name, schema)| {
            components.schema(name, schema_of(schema))
        });
    OpenApiBuilder::new().info(info.build()).servers(Some([server])).paths(paths.build()).components(Some(components.build())).build()
}

fn schema_of(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).expect("a schema that the library knows")
}

impl Operation {
    fn method(&self) -> HttpMethod {
        if self.body.is_some() { HttpMethod::Post } else { HttpMethod::Get }
    }

    fn path_keys(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'))
    }
}

fn operation_of(operation: &Operation) -> utoipa::openapi::path::Operation {
    let mut built = OperationBuilder::new().operation_id(Some(operation.id)).summary(Some(operation.summary)).tag(operation.tag);
    for name in operation.path_keys() {
        let schema = schema_of(schemas::path_key(name));
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
        built = built.parameter(parameter.schema(Some(schema)));
    }
    for key in operation.keys {
        let schema = serde_json::from_str(key.schema).map(schema_of).expect("the schema of a key is JSON");
        let parameter = ParameterBuilder::new().name(key.name).parameter_in(ParameterIn::Query).required(Required::False);
        built = built.parameter(parameter.description(Some(key.accepted)).schema(Some(schema)));
    }
    if let Some(Body { description, forms }) = &operation.body {
        let body = RequestBodyBuilder::new().description(Some(*description)).required(Some(Required::True));
        let body = forms.iter().fold(body, |body, (form, schema)| body.content(*form, content(schema)));
        built = built.request_body(Some(body.build()));
    }
    if operation.has_reader() {
        // Either will do: anybody reads what is public.
        built = built.security(SecurityRequirement::default()).security(SecurityRequirement::new::<_, _, String>("reader", []));
    }
    for (status, description, form, schema) in operation.answers {
        built = built.response(*status, versioned(description, form, schema));
    }
    for (status, description) in operation.problems() {
        built = built.response(status, versioned(description, "application/problem+json", "Problem"));
    }
    built.build()
}

/// Every answer says which version of the API gave it.
fn versioned(description: &str, form: &str, schema: &str) -> Response {
    let version = HeaderBuilder::new().schema(schema_of(serde_json::json!({ "type": "string", "example": super::VERSION })));
    let version = version.description(Some("Full version of the API")).build();
    ResponseBuilder::new().description(description).header("API-Version", version).content(form, content(schema)).build()
}

fn content(schema: &str) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(schema)))).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_keeps_every_schema_as_it_is_written() {
        let document = document();
        for (name, schema) in schemas::all() {
            assert_eq!(document["components"]["schemas"][name], schema, "{name}");
        }
        for key in OPERATIONS.iter().flat_map(|operation| operation.keys) {
            let written: Value = serde_json::from_str(key.schema).unwrap();
            assert_eq!(serde_json::to_value(schema_of(written.clone())).unwrap(), written, "{}", key.name);
        }
    }
}
