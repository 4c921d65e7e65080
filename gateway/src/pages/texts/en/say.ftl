cause = Cause
consequence = Consequence
correction = Correction
cause-new-date = The due date of { $due } was moved to { $to }.
matter-overdue = Overdue: “{ $obligation }”, due { $due }
matter-breached = Not kept: “{ $obligation }”, due { $due }
matter-mandate-lapsed = { $who } signed by a mandate, and has none left for this agreement
matter-gone-quiet = { $who } has gone quiet: { $cause }
matter-under-strength = Something is wrong with the agreement: { $weakness }
matter-withdrawal-runs = { $who } has given notice, as of { $date }
matter-withdrawal-to-answer = The withdrawal of { $party } waits for an answer
matter-withdrawal-unresolved = { $who } wanted to leave, has not settled everything and stays bound
matter-offer-to-answer = An offer waits for consent: { $act }
matter-expulsion-to-answer = The proposal to expel { $who } waits for its view
matter-report-to-accept = The report on “{ $obligation }” waits for acceptance
matter-proposal-to-answer = A proposal by another waits for the answer of the municipality
matter-proposal-unanswered = The municipality has not answered a proposal in time
matter-ends-without-successor = Ends on { $lastDay }, and no successor was signed
matter-review-overdue = The review “{ $review }” was not recorded in time
matter-dispute-to-answer = The dispute of the report on “{ $obligation }” waits for an answer
matter-report-to-rule = A ruling on the report on “{ $obligation }” is due
matter-ruling-missing = The ruling on the report on “{ $obligation }” did not come in time
matter-notice-to-answer = Case { $case }: the notice of a breach waits for an answer
matter-answer-to-rule = Case { $case }: a ruling on the answer is due
matter-level1 = Case { $case } is before the director (level 1)
matter-level2 = Case { $case } is before the board consultation (level 2)
matter-last-chance = Case { $case }: last chance for the municipality
matter-ministry-to-answer = Case { $case } is before the minister (level 3)
matter-follow-up = Case { $case }: the minister has answered, the municipality must say what it does with that
todo-overdue = To act: { $who }. Needed: do it after all and report it.
todo-breached = To act: { $who }. Needed: do it after all and report it.
todo-mandate-lapsed = To act: { $who }. Needed: give a new mandate, or sign itself.
todo-gone-quiet = To act: { $who }. Needed: act again, with a report or an answer.
todo-under-strength = The parties complete the agreement.
todo-withdrawal-runs = To act: { $who }. Needed: settle what becomes of each promise.
todo-withdrawal-to-answer = To act: { $who }. Needed: consent or object.
todo-withdrawal-unresolved = To act: { $who }. Needed: settle what is still open.
todo-offer-to-answer = To act: { $who }. Needed: consent or decline.
todo-expulsion-to-answer = To act: { $who }. Needed: give its view.
todo-report-to-accept = To act: { $who }. Needed: accept the report or dispute it.
todo-proposal-to-answer = To act: { $who }. Needed: take it into negotiation, or refuse it with reasons.
todo-proposal-unanswered = To act: { $who }. Needed: answer after all.
todo-ends-without-successor = To act: { $who }. Needed: have a successor signed, or let the agreement end.
todo-review-overdue = To act: { $who }. Needed: record what the review came to after all.
todo-dispute-to-answer = To act: { $who }. Needed: answer the dispute.
todo-report-to-rule = To act: { $who }. Needed: rule on the report.
todo-ruling-missing = To act: { $who }. Needed: rule after all.
todo-notice-to-answer = To act: { $who }. Needed: answer the notice.
todo-answer-to-rule = To act: { $who }. Needed: rule.
todo-level1 = To act: { $who }. Needed: decide.
todo-level2 = To act: { $who }. Needed: record the outcome of the consultation.
todo-last-chance = To act: { $who }. Needed: act, or ask the State for help.
todo-ministry-to-answer = To act: { $who }. Needed: answer, with reasons.
todo-follow-up = To act: { $who }. Needed: say what was done with the answer.
consequence-becomes-breach = { $term ->
    [none] It stays overdue until the report has been dealt with.
   *[some] From { $until } on the promise counts as breached.
}
consequence-case-stands = { $term ->
    [none] Case { $case } is open ({ $stage }).
   *[some] Case { $case } is open ({ $stage }). The next step follows on { $until }.
}
consequence-stays-due = The breach stays on record and the promise stays due.
consequence-late-from = From { $until } on it is overdue again.
consequence-not-fulfilled-yet = { $term ->
    [none] The promise has not been fulfilled yet.
   *[some] The promise has not been fulfilled yet. An answer is due before { $until }.
}
consequence-leaves-after = The party takes part until { $date }. What is not settled by then keeps it bound.
consequence-stays-bound = The party stays bound; case { $case } is open.
consequence-promises-at-risk = These promises are at risk: { $obligations }.
correction-report = { $who } does it and reports it, with the evidence, for the due date { $due }.
correction-settle-plan = { $who } fulfils, hands over or asks for release.
correction-act-again = { $who } acts again.
correction-complete = The parties complete the agreement.
deed-genesis = The ledger has begun.
deed-registration = { $party } has registered.
deed-admission = { $party } was admitted.
deed-mandate = Mandate of { $principal } to { $holder }, for the function “{ $function }”.
deed-institution-succession = { $party } goes over into { $successor }: { $kind }, { $date }. Until that signs, { $party } is bound itself.
deed-succession-acceptance = Takes the place of { $party } in every agreement. What is open stays open.
deed-mandate-revocation = Ends a mandate of { $principal }. What was signed under it stands.
deed-proposal = The agreement “{ $title }” was proposed.
deed-consent = Has consented.
deed-decline = Has declined, with reasons.
deed-report = Has reported: “{ $obligation }” is done.
deed-acceptance = Has accepted a report.
deed-dispute = Has disputed a report, with reasons.
deed-dispute-answer = Has answered the dispute.
deed-dispute-retraction = Has retracted the dispute.
deed-report-ruling = Ruling on a report: { $finding }.
deed-release = Proposes to release “{ $obligation }”.
deed-handover = Proposes to hand over “{ $obligation }” to { $to }.
deed-breach-answer = Answer in case { $case }: { $answer }.
deed-case-ruling = Ruling in case { $case }: { $finding }.
deed-board-outcome = Outcome of the board consultation in case { $case }: { $outcome }.
deed-support-request = Has asked the State for help: { $kind }.
deed-ministry-answer = The minister answers in case { $case }: { $act }.
deed-case-closure = The municipality has said what it did with the answer; case { $case } is closed.
deed-withdrawal = Has given notice, as of { $date }.
deed-withdrawal-answer = Has answered a withdrawal: { $answer }.
deed-withdrawal-revocation = Has revoked its withdrawal.
flag-in-force = The agreement is in force.
flag-expulsion-unanswered = No view of { $party } on the proposal to expel it; votes count now.
flag-acceded = { $party } has joined and takes part.
flag-offer-lapsed = An offer has lapsed. No answer from { $silent }.
flag-ended = The agreement has ended: { $outcome }.
flag-proposal-unanswered = Has not answered the proposal: { $silent }.
flag-ends-without-successor = The agreement ends on { $lastDay }, and no successor was signed.
flag-review-overdue = The review “{ $review }” was not recorded in time. To act: { $silent }.
flag-overdue = Overdue: “{ $obligation }”, due { $due }.
flag-breached = Breached: “{ $obligation }”, due { $due }. This is the notice to the party, in case { $case }.
flag-tacitly-accepted = Nobody disputed the report; so it is accepted.
flag-report-unanswered = Report not answered by { $silent }.
flag-dispute-unanswered = Dispute not answered by { $silent }.
flag-ruling-missing = No ruling from { $silent }; case { $case } begins.
flag-breach-unanswered = Case { $case }: no answer from { $silent }.
flag-case-raised = Case { $case } goes to { $to }: { $because }.
flag-ministry-late = Case { $case }: the ministry is late with its answer.
flag-follow-up-missing = Case { $case }: { $silent } did not say what was done with the answer.
flag-mandate-lapsed = { $party } signed by a mandate, has none left for this agreement, and has signed nothing itself since. It stays bound.
flag-gone-quiet = { $party } has gone quiet: { $cause }.
flag-withdrawal-unanswered = Withdrawal of { $party }: no answer from { $silent }.
flag-withdrawal-ended = Withdrawal of { $party }: { $outcome }.
flag-under-strength = Something is wrong: { $weakness }.
flag-no-valid-key = { $party } has no valid key left and stays bound.
flag-recovery-completed = { $party } has a new key.
flag-agenda-unanswered = { $party } did not answer a proposal for the agenda in time.
when-date = by { $date }
when-rule = by the rhythm
when-daily = { $every ->
    [1] every day
   *[other] every { $every } days
}
when-weekly = { $every ->
    [1] every week
   *[other] every { $every } weeks
} { $days ->
    [0] { "" }
    [1] on { $last }
   *[other] on { $before } and { $last }
}
when-monthly = { $every ->
    [1] every month
   *[other] every { $every } months
} { $days ->
    [0] { "" }
    [1] on { $last }
   *[other] on { $before } and { $last }
}
when-yearly = { $every ->
    [1] every year
   *[other] every { $every } years
} { $days ->
    [0] { "" }
    [1] on { $last }
   *[other] on { $before } and { $last }
}
weekday-mo = Monday
weekday-tu = Tuesday
weekday-we = Wednesday
weekday-th = Thursday
weekday-fr = Friday
weekday-sa = Saturday
weekday-su = Sunday
deed-ministry-routing = Has laid down which ministry deals with which theme.
deed-agenda-proposal = Puts forward for the minister's agenda what happens again and again.
deed-agenda-answer = Has answered a proposal for the agenda.
deed-ledger-acceptance = Has recognised another ledger.
deed-log-key-rotation = Has announced a new key of the ledger.
deed-continuation = Has recorded that the ledger goes on from an older state here. What was entered after that is lost.
deed-rules-change = Has taken up other versions of the rules. What was settled already does not change.
deed-counter-proposal = Has made a counter-proposal. Earlier consents are void.
deed-retraction = Has retracted the proposal.
deed-proposal-answer = Answers the proposal: { $answer }.
deed-amendment = Proposes an amendment of the agreement.
deed-expulsion = Proposes to expel { $party }.
deed-expulsion-view = Has given its view on the proposal to expel it.
deed-review = Has recorded the review “{ $review }”. It came to: { $outcome }.
deed-accession = Asks to join the agreement, as of { $date }.
deed-suspension = Proposes to suspend the agreement.
deed-resumption = Proposes to resume the agreement.
deed-dissolution = Proposes to dissolve the agreement.
deed-event = Has recorded an event in the neighbourhood.
deed-finding = Has found that “{ $obligation }” was not kept.
deed-annulment = Proposes to annul a false flag.
deed-state-position = A State partner gives its position in case { $case }.
flag-resumed = The agreement has resumed.
flag-condition-lapsed = The condition of “{ $obligation }” can no longer come; the promise lapses.
flag-positions-missing = Case { $case }: no position from { $silent }.
when-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
when-months = { $count ->
    [one] 1 month
   *[other] { $count } months
}
when-after-fulfilment = within { $long } after “{ $what }” is fulfilled
when-after-breach = within { $long } after “{ $what }” is breached
when-after-event = within { $long } after: { $what }
deed-attachment-erasure = Had an attachment erased, on the ground of: { $ground }.
matter-impasse = The talks are stuck
matter-impasse-to-answer = Positions are missing in the impasse on: { $points }
matter-dispute-to-submit = The term that the law gives for talks has passed without an agreement
todo-impasse = To act: { $who }. Needed: choose a step together, such as mediation. The municipality can ask the State for help.
todo-impasse-to-answer = To act: { $who }. Needed: give a position.
todo-dispute-to-submit = To act: { $who }. Needed: put the dispute to the minister, or sign after all.
deed-impasse = Says that the talks are stuck, and on what.
deed-impasse-position = Gave a position in the impasse.
deed-impasse-step = Proposes a step out of the impasse: { $step }.
deed-statutory-dispute = Put the dispute to the minister.
deed-dispute-ruling = The minister rules on the dispute, in case { $case }.
flag-impasse-unanswered = No position was given in the impasse by { $silent } on: { $points }.
flag-talks-expired = The term that the law gives for talks has passed without an agreement. Not signed: { $unsigned }.
flag-dispute-missing = The dispute was not put to the minister in time. To act: { $silent }.
matter-umbrella-to-answer = The umbrella agreement “{ $umbrella }” changes or has ended: what that means here waits for an answer
todo-umbrella-to-answer = To act: { $who }. Needed: say whether the promises here are adapted or stay as they are, with reasons.
flag-umbrella-unanswered = { $silent } did not answer in time what changes or ends in the umbrella agreement “{ $umbrella }”.
deed-umbrella-change = Shows that the umbrella agreement “{ $umbrella }” changes or ends.
deed-umbrella-answer = Says what the changed umbrella agreement means here: { $answer }.
