//! What is sent: a signed statement, one with its attachments, or a batch, with the media type that says which.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::json::Json;
use serde::Serialize;

/// A message for `POST statements`. What was signed stays byte for byte; only white space around it is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    bytes: Vec<u8>,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Flattened,
    Compact,
    Envelope,
    Batch(usize),
}

/// The content behind an attachment, as it travels with its statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentSent {
    salt: String,
    media_type: String,
    content: String,
}

impl AttachmentSent {
    /// Content with the salt that its hash was taken with.
    pub fn new(salt: &[u8; 32], media_type: &str, content: &[u8]) -> Self {
        Self { salt: URL_SAFE_NO_PAD.encode(salt), media_type: media_type.into(), content: URL_SAFE_NO_PAD.encode(content) }
    }
}

/// A file that holds nothing that can be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageFault {
    /// It begins like JSON and is none.
    #[error("not JSON: {0}")]
    Json(String),
    /// It is JSON, and none of the three forms.
    #[error("neither a signed statement (payload, protected, signature), nor an envelope (statement), nor a batch (statements)")]
    Form,
    /// It is neither JSON nor a compact JWS.
    #[error("neither JSON nor a compact JWS of three parts")]
    Compact,
    /// A batch within a batch.
    #[error("a batch holds statements, not batches")]
    Nested,
}

impl Message {
    /// One statement as flattened JWS.
    pub fn flattened(jws: &[u8]) -> Self {
        Self { bytes: jws.trim_ascii().to_vec(), form: Form::Flattened }
    }

    /// One statement as flattened JWS, with its attachments.
    pub fn envelope(jws: &[u8], attachments: &[AttachmentSent]) -> Self {
        // Put together as text: the statement's own bytes must not pass through a writer that could change them.
        let attachments = serde_json::to_vec(attachments).expect("texts only");
        let parts: [&[u8]; 5] = [br#"{"statement":"#, jws.trim_ascii(), br#","attachments":"#, &attachments, b"}"];
        Self { bytes: parts.concat(), form: Form::Envelope }
    }

    /// Several statements in order, each judged on its own.
    pub fn batch(messages: &[Message]) -> Result<Self, MessageFault> {
        let envelopes = messages.iter().map(|message| match message.form {
            Form::Envelope => Ok(message.bytes.clone()),
            Form::Flattened => Ok(Self::envelope(&message.bytes, &[]).bytes),
            Form::Compact => Ok(Self::envelope(&flattened(&message.bytes), &[]).bytes),
            Form::Batch(_) => Err(MessageFault::Nested),
        });
        let envelopes = envelopes.collect::<Result<Vec<_>, _>>()?;
        let bytes = [br#"{"statements":["#.as_slice(), &envelopes.join(&b","[..]), b"]}"].concat();
        Ok(Self { bytes, form: Form::Batch(messages.len()) })
    }

    /// What a file holds, by looking at it.
    pub fn detect(file: &[u8]) -> Result<Self, MessageFault> {
        let bytes = file.trim_ascii();
        let form = if bytes.starts_with(b"{") {
            // The same strict reader as the ledger's: what it refuses there is better said before sending.
            let json = Json::parse(bytes).map_err(|fault| MessageFault::Json(fault.detail))?;
            match (json.get("payload"), json.get("statement"), json.get("statements")) {
                (Some(_), None, None) => Form::Flattened,
                (None, Some(_), None) => Form::Envelope,
                (None, None, Some(statements)) => Form::Batch(statements.items().len()),
                _ => return Err(MessageFault::Form),
            }
        } else if bytes.split(|byte| *byte == b'.').count() == 3 && bytes.iter().all(u8::is_ascii_graphic) {
            Form::Compact
        } else {
            return Err(MessageFault::Compact);
        };
        Ok(Self { bytes: bytes.to_vec(), form })
    }

    /// The statement, where it is sent as it is: no envelope and no batch.
    pub fn statement(&self) -> Option<&[u8]> {
        match self.form {
            Form::Flattened | Form::Compact => Some(&self.bytes),
            Form::Envelope | Form::Batch(_) => None,
        }
    }

    /// What goes over the line.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The `Content-Type` that it goes with.
    pub fn media_type(&self) -> &'static str {
        match self.form {
            Form::Flattened => "application/jose+json",
            Form::Compact => "application/jose",
            Form::Envelope | Form::Batch(_) => "application/json",
        }
    }

    /// How many statements are in it, if it is a batch; `None` for a single one.
    pub fn batch_size(&self) -> Option<usize> {
        if let Form::Batch(size) = self.form { Some(size) } else { None }
    }
}

/// A compact JWS in the other form: the signature is over the same bytes in both (RFC 7515 s5.1 step 5).
fn flattened(compact: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(compact);
    let mut parts = text.splitn(3, '.');
    let [protected, payload, signature] = [(); 3].map(|()| parts.next().unwrap_or_default());
    serde_json::json!({ "payload": payload, "protected": protected, "signature": signature }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_known_by_its_looks() {
        for (file, media_type) in [
            ("{\"payload\":\"a\",\"protected\":\"b\",\"signature\":\"c\"}\n", "application/jose+json"),
            ("aa.bb.cc\n", "application/jose"),
            ("{\"statement\":{},\"attachments\":[]}", "application/json"),
            (" {\"statements\":[{},{}]}", "application/json"),
        ] {
            let message = Message::detect(file.as_bytes()).unwrap();
            assert_eq!((message.media_type(), message.bytes()), (media_type, file.trim().as_bytes()));
        }
        assert_eq!(Message::detect(b"{\"statements\":[{},{}]}").unwrap().batch_size(), Some(2));
        for file in ["", "hello", "{}", "{\"payload\":1,\"payload\":2}", "{\"payload\":1,\"statement\":2}", "a.b c.d", "[1]"] {
            assert!(Message::detect(file.as_bytes()).is_err(), "{file}");
        }
    }

    #[test]
    fn envelopes_and_batches_hold_the_statement_byte_for_byte() {
        let jws = br#"{ "payload":"a", "protected":"b","signature":"c"}"#;
        let envelope = Message::envelope(jws, &[AttachmentSent::new(&[255; 32], "text/plain", b"hi")]);
        let batch = Message::batch(&[Message::flattened(jws), envelope.clone()]).unwrap();
        for message in [&envelope, &batch] {
            assert!(message.bytes().windows(jws.len()).any(|window| window == jws));
            assert_eq!(Message::detect(message.bytes()).as_ref(), Ok(message));
        }
        let text = String::from_utf8(envelope.bytes).unwrap();
        assert!(text.contains(r#""mediaType":"text/plain","content":"aGk""#), "{text}");
        assert_eq!(batch.batch_size(), Some(2));
        assert_eq!(Message::batch(&[batch]), Err(MessageFault::Nested));
        let compact = Message::batch(&[Message::detect(b"p.q.s").unwrap()]).unwrap();
        assert_eq!(compact.bytes, br#"{"statements":[{"statement":{"payload":"q","protected":"p","signature":"s"},"attachments":[]}]}"#);
    }
}
