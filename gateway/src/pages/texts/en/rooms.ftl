entry-to-come = not entered yet
entry-short-what = , the entry that proves this
paging = Pages
paging-first = To the start of the list
paging-next = Next
trouble-too-much-due = So much had become due at that instant that this cannot be shown. Choose another instant.
trouble-no-place = There is no such place in the list. Begin again at the start of the list.
overview-kicker = Ledger of
overview-lead = What was agreed in the neighbourhoods, and how that stands.
overview-promises = How do the promises stand?
overview-to-attention = See what needs attention
overview-search = Find your neighbourhood
overview-to-agreements = All agreements
overview-to-agenda = See what happens again and again
overview-who = Who is responsible?
overview-owner = Owner of this ledger
overview-ministry = Ministry
overview-at-ministry = Before the minister now
overview-origin = Name of the ledger
overview-rules = Rules in force
overview-rules-version = Version { $rules }, with the holidays of { $holidays }
overview-went-on = On { $day } this ledger went on from an older state, of { $left } entries. It had signed for { $signed } entries: what came after is lost. Do you have a receipt of such an entry? Then send your statement again.
overview-went-on-reason = The owner says:
overview-went-on-entry = See the entry
counts-not-all = Not all agreements are counted: there are too many for one page.
cases = { $count ->
    [0] no cases
    [one] 1 case
   *[other] { $count } cases
}
agreements-lead = An agreement is a signed arrangement between institutions. Nobody can simply step out of it.
agreements-none = There are no agreements here yet.
agreements-size = { $parties } parties, { $promises } promises
agreements-count = { $count ->
    [one] 1 agreement
   *[other] { $count } agreements
}
neighbourhoods-title = Neighbourhoods
neighbourhoods-lead = Find your neighbourhood and see who does what there, and when.
neighbourhoods-search = Name of the neighbourhood or district, or its CBS code
neighbourhoods-go = Search
neighbourhoods-all = All neighbourhoods and districts with an agreement
neighbourhoods-found = { $count ->
    [0] Nothing found for “{ $search }”
    [one] 1 neighbourhood or district found for “{ $search }”
   *[other] { $count } neighbourhoods and districts found for “{ $search }”
}
neighbourhoods-none = Try a part of the name, or a code that begins with BU, WK or GM.
neighbourhoods-more = You see the first { $count }. Search by name to see fewer.
neighbourhood-kicker = Neighbourhood or district, CBS code { $code }
neighbourhood-covered = Since { $first } an agreement has been in force here without a gap.
neighbourhood-gaps = Since { $first } no agreement was in force here on { $days ->
    [one] one day
   *[other] { $days } days
}:
gap-closed = from { $first } to { $last } ({ $days ->
    [one] one day
   *[other] { $days } days
})
gap-open = since { $first } ({ $days ->
    [one] one day
   *[other] { $days } days
})
neighbourhood-lead = Who does what here, and when? And is it done?
neighbourhood-none = There is no agreement for this neighbourhood in the ledger at this instant.
neighbourhood-next = next due date { $date }
neighbourhood-all = All promises of this agreement
neighbourhood-other = Find another neighbourhood
attention-lead = What was not kept, who has gone quiet, who wants to leave, and who still owes an answer.
attention-only = You only see:
attention-all = Show everything
attention-none = Nothing needs attention.
attention-more = And { $count } more. Choose a party or neighbourhood to see fewer.
attention-until = By { $until } at the latest.
attention-since = since { $since }
attention-by-party = By party
attention-by-party-chart = What must each party attend to?
attention-by-party-table = Number of matters by party
attention-party = Party
attention-by-area = By neighbourhood
attention-by-area-table = Number of matters by neighbourhood or district
attention-area = CBS code
attention-answers = Answer asked
group-breached = Not kept ({ $count })
group-overdue = Overdue ({ $count })
group-quiet = Gone quiet ({ $count })
group-leaving = Withdrawals that run ({ $count })
group-ending = Ends without a successor ({ $count })
group-answers = Answer asked ({ $count })
chart-table = The same numbers are in the table below.
cases-lead = Who does not keep its word first gets the chance to put it right. Where that fails, the case goes up: first the city, then the State.
cases-which = Which cases
cases-open = Open cases
cases-minister = Before the minister
cases-all = All cases
cases-none = There are no cases.
agenda-lead = What is broken again and again, across neighbourhoods and municipalities, can be put forward here for the minister's agenda. It is for { $ministry } to answer each proposal, with reasons.
agenda-none = Nothing was put forward.
agenda-more = There are { $count } older ones. Choose an earlier day to see them.
agenda-party = The same party: { $kind } { $number }
agenda-theme = The same theme: { $theme }
agenda-nature = The same kind of promise: { $nature }
agenda-instrument = The same kind of instrument: { $instrument }
agenda-times = Broken { $count } times within { $months ->
    [1] a month
   *[other] { $months } months
}.
agenda-waits = waits for an answer, { $until } at the latest
agenda-on = on the agenda
agenda-not-on = not on the agenda
agenda-late = Late: the answer was due on { $until } at the latest.
agenda-meeting = On the agenda of «{ $meeting }», { $day }.
agenda-answered = Answered on { $day }.
agenda-breaches = Which promises were broken
agenda-breach = «{ $obligation }» in agreement «{ $agreement }», due { $due }, by { $party };
agenda-breach-entry = entry { $entry } of
agenda-put-forward = Put forward by { $who } on { $day }.
case-number = Case { $case }
case-about-obligation = promise “{ $obligation }”
case-about-withdrawal = withdrawal of { $who }
case-about-report = report without a ruling
case-about-support = support request to the State ({ $kind })
case-against = Against: { $who }
case-until = The next step follows by { $until } at the latest.
case-opened = begun on { $since }
case-stands = This case now stands at: { $stage }.
case-asked = The municipality itself asked for help.
case-by-ladder = The city did not solve it; the case went up by the agreed steps.
case-ministry-term = The ministry must answer before { $until }.
case-ministry-late = The ministry is late: the answer was due on { $until }.
case-agreement = Agreement
case-who = Against
case-since = Begun on
case-answer = Answer of the party
case-now = Whose turn it is
case-closed = Closed
case-promise = The promise
case-acts = What the minister can do
case-acts-what = The minister changes no agreement. The answer is always one of these acts, with reasons.
case-acts-how = How the ministry signs its answer
case-city = What the city did first
case-city-what = This happened before the case reached the minister.
case-city-still = The case is still in the city.
case-state = What happened after that
case-more = This case has more entries than fit here. See the timeline of the agreement.
case-breaches = Breaches in this case
case-breaches-caption = Each breach, and how it was settled
column-due = Due date
column-breached = Breached on
column-settled = Settled
column-not-settled = not yet
column-month = Month
column-party = Party
column-role = Role
column-signed = Signed
column-stands = Standing
deeds-none = Nothing has been entered yet.
agreement-kicker = Agreement
agreement-stands = This agreement is { $state }.
agreement-period = Term
agreement-from-to = { $from } up to and including { $to }
agreement-director = Director
agreement-where = Neighbourhoods
agreement-themes = Themes
agreement-approach = Approach
agreement-text = Signed text
agreement-proposed = proposed by { $who }
agreement-in-force = In force since
agreement-ended = Ended
agreement-accession = Joining
accession-all-parties = all parties must consent
accession-director = the director must consent
accession-director-and-parties = { $count ->
    [one] the director and 1 other party must consent
   *[other] the director and { $count } other parties must consent
}
party-acceded = joined on
party-owes = stays bound for { $obligations }
agreement-expulsion = Expulsion
expulsion-none = not agreed; nobody can be expelled
expulsion-by-majority = by { $majority } of the other parties, after the party concerned had { $days } days to give its view
agreement-answer = Answer of the municipality
agreement-answer-until = By { $until }
agreement-answer-late = Late
agreement-answer-none = Not answered in time
agreement-consultation = Consultation
agreement-consultation-held = { $body }, { $day }
agreement-consultation-with = With: { $who }
agreement-consultation-residents = What residents said:
agreement-consultation-minutes = There are minutes.
agreement-reviews = Reviews
review-planned = { $kind } “{ $review }”, by { $day }
review-late = Not recorded in time.
review-held = Held on { $day }; recorded by { $who }. It came to: { $outcome }.
review-change = A change that follows from it is in force.
review-no-change = No change that follows from it is in force yet.
review-never-changed = No change followed from it.
agreement-succession = What came before, and what follows
succession-after = Successor of:
succession-before = Succeeded by:
succession-signed = Signed by all parties on { $day }; in force from { $from }.
succession-lacking = When the end came near, no successor was signed. There is none yet.
succession-lacked = When the end came near, no successor was signed yet.
promise-continues = goes on as “{ $to }” in
agreement-budgets = Who pays what
budget = { $title }: together { $total } euros
budget-share = { $who }: { $percent } percent, that is { $amount } euros. Paid and accepted: { $paid } euros (obligation “{ $obligation }”).
agreement-capacity = What parties say that they are able to
capacity-declared = { $who }: { $indicator } { $declared } { $unit }. Promised of that here: { $promised } { $unit }.
promise-staff = { $fte } fte { $function }
agreement-goals = Goals
agreement-waits = What waits for an answer
agreement-waits-none = Nobody owes an answer now.
promises = Promises ({ $count })
promise-target = { $indicator }: { $value } { $unit }
promise-more-reasons = And { $count } more reasons.
due-kept = in time
due-late = late or cured
due-breached = breached
due-other = open or lapsed
due-by-month = Kept by month
due-by-month-chart = What became of the due dates of the last twelve months?
due-by-month-caption = Number of due dates by month, by what became of them
parties = Parties and signatures ({ $count })
parties-caption = Who takes part, and when each of them signed
party-not-signed = not yet
party-quiet = gone quiet
party-takes-part = takes part
withdrawals = Withdrawals
withdrawal-notice = Notice given on { $since }, as of { $date }.
withdrawal-plan = What becomes of each promise:
withdrawal-silent = No answer from { $who }.
withdrawal-unresolved = Not everything is settled: the party stays bound.
timeline = Timeline
timeline-what = The newest is at the top.
act-no-action = no action, with reasons
attention-times = ({ $count } times)
withheld-title = Not public
withheld-what = These agreements are not public. Whoever withholds one names the ground in the Open Government Act (Woo) and answers for it.
withheld-director = Director:
withheld-ground = ground { $code } of the Open Government Act (Woo)
withheld-more = There are more. The API has the whole list.
withheld-entry = This entry belongs to an agreement that is not public. Everybody can see that it is there, and since when; what it says is for the institutions concerned.
withheld-to-grounds = Which agreements are not public, and on which ground
