//! Whoever says no says why (L32): by its form, or by a rule that a story shows.

use ledger::envelope::Type;
use ledger::lives::head::{State, Stopped};

use super::stories::{texts, told};

/// Acts that refuse, dispute, take back or rule against somebody, whose form asks for the reason.
const NO: [Type; 9] = [
    Type::Decline,
    Type::Retraction,
    Type::Dispute,
    Type::DisputeAnswer,
    Type::ReportRuling,
    Type::BreachAnswer,
    Type::CaseRuling,
    Type::MinistryAnswer,
    Type::StatePosition,
];

/// Acts that are a yes or a no; the no needs a reason by a rule, and these lines of a story show it.
const YES_OR_NO: [(Type, &str, &str); 2] = [
    (
        Type::ProposalAnswer,
        "proposal-answer-refused",
        "municipality refuses homes without reason\nexpect refusal missing-member /body/reason",
    ),
    (Type::WithdrawalAnswer, "withdrawal", "objects without reason to withdrawal of"),
];

#[test]
fn no_refusal_goes_without_a_reason() {
    let required = |kind: Type| kind.schema()["properties"]["body"]["required"].as_array().cloned().unwrap_or_default();
    for kind in NO {
        assert!(required(kind).iter().any(|member| member == "reason"), "{}", kind.code());
    }
    let texts = texts();
    for (kind, story, lines) in YES_OR_NO {
        assert!(kind.schema()["properties"]["body"]["properties"]["reason"].is_object(), "{}", kind.code());
        let (_, text) = texts.iter().find(|(name, _)| name == story).unwrap_or_else(|| panic!("there is no {story}.txt"));
        assert!(text.contains(lines), "{story}.txt shows no {} without a reason", kind.code());
    }
}

/// Whoever stopped a proposal is named, with the entry and its instant, the hash of the reason, and who must be told.
#[test]
fn a_refusal_is_attributed_and_has_its_instant_and_reason() {
    let mut stopped = 0;
    for (name, text) in texts() {
        let story = told(&name, &text);
        for agreement in story.audit.agreements() {
            let (State::Declined(Stopped { by, at, reason, told }) | State::Retracted(Stopped { by, at, reason, told })) =
                &agreement.head.state
            else {
                continue;
            };
            let entry = &story.town.door.log()[usize::try_from(at.entry).unwrap()];
            let said = ledger::envelope::Parsed::parse(&entry.bytes).unwrap();
            assert_eq!((&said.statement().by, entry.at), (by, at.at), "{name}");
            assert!(said.statement().body.attachments().iter().any(|attachment| attachment.hash == *reason), "{name}: {reason}");
            assert!(!told.contains(by) && !told.is_empty(), "{name}: {told:?}");
            stopped += 1;
        }
    }
    assert!(stopped >= 6, "{stopped} stories stop a proposal");
}
