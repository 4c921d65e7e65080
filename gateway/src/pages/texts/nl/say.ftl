cause = Oorzaak
consequence = Gevolg
correction = Herstel
cause-new-date = De termijn van { $due } is verschoven naar { $to }.
matter-overdue = Te laat: «{ $obligation }», termijn { $due }
matter-breached = Niet nagekomen: «{ $obligation }», termijn { $due }
matter-mandate-lapsed = { $who } tekende met een mandaat en heeft er geen meer voor dit convenant
matter-gone-quiet = { $who } is stilgevallen: { $cause }
matter-under-strength = Gebrek in het convenant: { $weakness }
matter-withdrawal-runs = { $who } heeft opgezegd, per { $date }
matter-withdrawal-to-answer = Opzegging van { $party } wacht op antwoord
matter-withdrawal-unresolved = { $who } wilde weg, maar heeft niet alles geregeld en blijft gebonden
matter-offer-to-answer = Een voorstel wacht op instemming: { $act }
matter-expulsion-to-answer = Het voorstel om { $who } te royeren wacht op haar zienswijze
matter-report-to-accept = Melding over «{ $obligation }» wacht op bevestiging
matter-proposal-to-answer = Voorstel van een ander wacht op antwoord van de gemeente
matter-proposal-unanswered = De gemeente heeft niet op tijd geantwoord op een voorstel
matter-ends-without-successor = Loopt af op { $lastDay }, en er is geen opvolger getekend
matter-review-overdue = De toets «{ $review }» is niet op tijd vastgelegd
matter-dispute-to-answer = Betwisting van de melding over «{ $obligation }» wacht op antwoord
matter-report-to-rule = Over de melding van «{ $obligation }» moet een uitspraak komen
matter-ruling-missing = De uitspraak over de melding van «{ $obligation }» is niet op tijd gekomen
matter-notice-to-answer = Zaak { $case }: de melding van een schending wacht op antwoord
matter-answer-to-rule = Zaak { $case }: over het antwoord moet een uitspraak komen
matter-level1 = Zaak { $case } ligt bij de regisseur (niveau 1)
matter-level2 = Zaak { $case } ligt bij het bestuurlijk overleg (niveau 2)
matter-last-chance = Zaak { $case }: laatste kans voor de gemeente
matter-ministry-to-answer = Zaak { $case } ligt bij de minister (niveau 3)
matter-follow-up = Zaak { $case }: de minister heeft geantwoord, de gemeente moet laten weten wat zij ermee doet
todo-overdue = Aan zet: { $who }. Nodig: alsnog doen en melden.
todo-breached = Aan zet: { $who }. Nodig: alsnog doen en melden.
todo-mandate-lapsed = Aan zet: { $who }. Nodig: een nieuw mandaat geven, of zelf tekenen.
todo-gone-quiet = Aan zet: { $who }. Nodig: weer van zich laten horen, met een melding of een antwoord.
todo-under-strength = De partijen vullen het convenant aan.
todo-withdrawal-runs = Aan zet: { $who }. Nodig: regelen wat er met elke afspraak gebeurt.
todo-withdrawal-to-answer = Aan zet: { $who }. Nodig: instemmen of bezwaar maken.
todo-withdrawal-unresolved = Aan zet: { $who }. Nodig: regelen wat nog open staat.
todo-offer-to-answer = Aan zet: { $who }. Nodig: instemmen of weigeren.
todo-expulsion-to-answer = Aan zet: { $who }. Nodig: een zienswijze geven.
todo-report-to-accept = Aan zet: { $who }. Nodig: de melding bevestigen of betwisten.
todo-proposal-to-answer = Aan zet: { $who }. Nodig: in onderhandeling nemen, of afwijzen met redenen.
todo-proposal-unanswered = Aan zet: { $who }. Nodig: alsnog antwoorden.
todo-ends-without-successor = Aan zet: { $who }. Nodig: een opvolger laten tekenen, of het convenant laten aflopen.
todo-review-overdue = Aan zet: { $who }. Nodig: alsnog vastleggen wat de toets opleverde.
todo-dispute-to-answer = Aan zet: { $who }. Nodig: antwoorden op de betwisting.
todo-report-to-rule = Aan zet: { $who }. Nodig: uitspraak doen over de melding.
todo-ruling-missing = Aan zet: { $who }. Nodig: alsnog uitspraak doen.
todo-notice-to-answer = Aan zet: { $who }. Nodig: antwoorden op de melding.
todo-answer-to-rule = Aan zet: { $who }. Nodig: uitspraak doen.
todo-level1 = Aan zet: { $who }. Nodig: een besluit nemen.
todo-level2 = Aan zet: { $who }. Nodig: de uitkomst van het overleg vastleggen.
todo-last-chance = Aan zet: { $who }. Nodig: zelf handelen of het rijk om hulp vragen.
todo-ministry-to-answer = Aan zet: { $who }. Nodig: antwoorden, met redenen.
todo-follow-up = Aan zet: { $who }. Nodig: laten weten wat er met het antwoord is gedaan.
consequence-becomes-breach = { $term ->
    [none] Het blijft te laat tot de melding is afgehandeld.
   *[some] Vanaf { $until } geldt de afspraak als geschonden.
}
consequence-case-stands = { $term ->
    [none] Zaak { $case } loopt ({ $stage }).
   *[some] Zaak { $case } loopt ({ $stage }). De volgende stap volgt op { $until }.
}
consequence-stays-due = De schending blijft vastgelegd en de afspraak blijft gelden.
consequence-late-from = Vanaf { $until } is het weer te laat.
consequence-not-fulfilled-yet = { $term ->
    [none] De afspraak is nog niet nagekomen.
   *[some] De afspraak is nog niet nagekomen. Er moet antwoord zijn vóór { $until }.
}
consequence-leaves-after = De partij doet mee tot en met { $date }. Wat dan niet is geregeld, blijft haar verplichting.
consequence-stays-bound = De partij blijft gebonden; zaak { $case } loopt.
consequence-promises-at-risk = Deze afspraken lopen gevaar: { $obligations }.
correction-report = { $who } doet het en meldt het, met de onderbouwing, voor de termijn van { $due }.
correction-settle-plan = { $who } komt na, draagt over of vraagt ontheffing.
correction-act-again = { $who } laat weer van zich horen.
correction-complete = De partijen vullen het convenant aan.
deed-genesis = Het grootboek is begonnen.
deed-registration = { $party } heeft zich aangemeld.
deed-admission = { $party } is toegelaten.
deed-mandate = Mandaat van { $principal } aan { $holder }, voor de functie «{ $function }».
deed-institution-succession = { $party } gaat over in { $successor }: { $kind }, { $date }. Tot die tekent, blijft { $party } zelf gebonden.
deed-succession-acceptance = Neemt de plaats in van { $party }, in elk convenant. Wat openstaat, blijft staan.
deed-mandate-revocation = Beëindigt een mandaat van { $principal }. Wat daaronder is ondertekend, blijft gelden.
deed-proposal = Het convenant «{ $title }» is voorgesteld.
deed-consent = Heeft ingestemd.
deed-decline = Heeft geweigerd, met redenen.
deed-report = Heeft gemeld: «{ $obligation }» is gedaan.
deed-acceptance = Heeft een melding bevestigd.
deed-dispute = Heeft een melding betwist, met redenen.
deed-dispute-answer = Heeft geantwoord op de betwisting.
deed-dispute-retraction = Heeft de betwisting ingetrokken.
deed-report-ruling = Uitspraak over een melding: { $finding }.
deed-release = Stelt voor om «{ $obligation }» niet meer te laten gelden.
deed-handover = Stelt voor om «{ $obligation }» over te dragen aan { $to }.
deed-breach-answer = Antwoord in zaak { $case }: { $answer }.
deed-case-ruling = Uitspraak in zaak { $case }: { $finding }.
deed-board-outcome = Uitkomst van het bestuurlijk overleg in zaak { $case }: { $outcome }.
deed-support-request = Heeft het rijk om hulp gevraagd: { $kind }.
deed-ministry-answer = De minister antwoordt in zaak { $case }: { $act }.
deed-case-closure = De gemeente heeft laten weten wat zij met het antwoord deed; zaak { $case } is gesloten.
deed-withdrawal = Heeft opgezegd, per { $date }.
deed-withdrawal-answer = Heeft gereageerd op een opzegging: { $answer }.
deed-withdrawal-revocation = Heeft de opzegging ingetrokken.
flag-in-force = Het convenant is van kracht.
flag-expulsion-unanswered = Geen zienswijze van { $party } op het voorstel tot royement; er kan nu worden gestemd.
flag-acceded = { $party } is toegetreden en doet mee.
flag-offer-lapsed = Een voorstel is vervallen. Geen antwoord van { $silent }.
flag-ended = Het convenant is beëindigd: { $outcome }.
flag-proposal-unanswered = Niet geantwoord op het voorstel: { $silent }.
flag-ends-without-successor = Het convenant loopt af op { $lastDay }, en er is geen opvolger getekend.
flag-review-overdue = De toets «{ $review }» is niet op tijd vastgelegd. Aan zet: { $silent }.
flag-overdue = Te laat: «{ $obligation }», termijn { $due }.
flag-breached = Geschonden: «{ $obligation }», termijn { $due }. Dit is de melding aan de partij, in zaak { $case }.
flag-tacitly-accepted = Niemand heeft de melding betwist; daarmee is zij bevestigd.
flag-report-unanswered = Melding niet beantwoord door { $silent }.
flag-dispute-unanswered = Betwisting niet beantwoord door { $silent }.
flag-ruling-missing = Geen uitspraak van { $silent }; zaak { $case } begint.
flag-breach-unanswered = Zaak { $case }: geen antwoord van { $silent }.
flag-case-raised = Zaak { $case } gaat naar { $to }: { $because }.
flag-ministry-late = Zaak { $case }: het ministerie is te laat met zijn antwoord.
flag-follow-up-missing = Zaak { $case }: { $silent } heeft niet laten weten wat er met het antwoord is gedaan.
flag-mandate-lapsed = { $party } tekende met een mandaat, heeft er geen meer voor dit convenant, en tekende sindsdien niets zelf. Het blijft gebonden.
flag-gone-quiet = { $party } is stilgevallen: { $cause }.
flag-withdrawal-unanswered = Opzegging van { $party }: geen reactie van { $silent }.
flag-withdrawal-ended = Opzegging van { $party }: { $outcome }.
flag-under-strength = Gebrek: { $weakness }.
flag-no-valid-key = { $party } heeft geen geldige sleutel meer en blijft gebonden.
flag-recovery-completed = { $party } heeft een nieuwe sleutel.
flag-agenda-unanswered = { $party } heeft niet op tijd geantwoord op een voordracht voor de agenda.
when-date = uiterlijk { $date }
when-rule = volgens het ritme
when-daily = { $every ->
    [1] elke dag
   *[other] om de { $every } dagen
}
when-weekly = { $every ->
    [1] elke week
   *[other] om de { $every } weken
} { $days ->
    [0] { "" }
    [1] op { $last }
   *[other] op { $before } en { $last }
}
when-monthly = { $every ->
    [1] elke maand
   *[other] om de { $every } maanden
} { $days ->
    [0] { "" }
    [1] op { $last }
   *[other] op { $before } en { $last }
}
when-yearly = { $every ->
    [1] elk jaar
   *[other] om de { $every } jaar
} { $days ->
    [0] { "" }
    [1] op { $last }
   *[other] op { $before } en { $last }
}
weekday-mo = maandag
weekday-tu = dinsdag
weekday-we = woensdag
weekday-th = donderdag
weekday-fr = vrijdag
weekday-sa = zaterdag
weekday-su = zondag
deed-ministry-routing = Heeft vastgelegd welk ministerie over welk thema gaat.
deed-agenda-proposal = Draagt voor de agenda van de minister voor wat telkens terugkeert.
deed-agenda-answer = Heeft geantwoord op een voordracht voor de agenda.
deed-ledger-acceptance = Heeft een ander grootboek erkend.
deed-log-key-rotation = Heeft een nieuwe sleutel van het grootboek aangekondigd.
deed-continuation = Heeft vastgelegd dat het grootboek hier verdergaat vanaf een oudere stand. Wat daarna was ingeschreven, is verloren.
deed-rules-change = Heeft andere versies van de regels laten ingaan. Wat al vaststond, verandert niet.
deed-counter-proposal = Heeft een tegenvoorstel gedaan. Eerdere instemmingen gelden niet meer.
deed-retraction = Heeft het voorstel ingetrokken.
deed-proposal-answer = Antwoordt op het voorstel: { $answer }.
deed-amendment = Stelt een wijziging van het convenant voor.
deed-expulsion = Stelt voor { $party } te royeren.
deed-expulsion-view = Heeft een zienswijze gegeven op het voorstel tot royement.
deed-review = Heeft de toets «{ $review }» vastgelegd. Uitkomst: { $outcome }.
deed-accession = Vraagt toe te treden tot het convenant, met ingang van { $date }.
deed-suspension = Stelt voor het convenant op te schorten.
deed-resumption = Stelt voor het convenant te hervatten.
deed-dissolution = Stelt voor het convenant te ontbinden.
deed-event = Heeft een gebeurtenis in de buurt vastgelegd.
deed-finding = Heeft vastgesteld dat «{ $obligation }» niet is nagekomen.
deed-annulment = Stelt voor een onjuiste vlag nietig te verklaren.
deed-state-position = Een rijkspartner geeft zijn standpunt in zaak { $case }.
flag-resumed = Het convenant is hervat.
flag-condition-lapsed = De voorwaarde voor «{ $obligation }» kan niet meer komen; de afspraak vervalt.
flag-positions-missing = Zaak { $case }: geen standpunt van { $silent }.
when-days = { $count ->
    [one] 1 dag
   *[other] { $count } dagen
}
when-months = { $count ->
    [one] 1 maand
   *[other] { $count } maanden
}
when-after-fulfilment = binnen { $long } nadat «{ $what }» is nagekomen
when-after-breach = binnen { $long } nadat «{ $what }» is geschonden
when-after-event = binnen { $long } na: { $what }
deed-attachment-erasure = Heeft een bijlage laten wissen, op grond van: { $ground }.
matter-impasse = Het overleg zit vast
matter-impasse-to-answer = In de impasse ontbreken standpunten over: { $points }
matter-dispute-to-submit = De wettelijke termijn voor overleg is voorbij, zonder overeenstemming
todo-impasse = Aan zet: { $who }. Nodig: samen een stap kiezen, zoals bemiddeling. De gemeente kan het rijk om hulp vragen.
todo-impasse-to-answer = Aan zet: { $who }. Nodig: een standpunt geven.
todo-dispute-to-submit = Aan zet: { $who }. Nodig: het geschil voorleggen aan de minister, of alsnog tekenen.
deed-impasse = Zegt dat het overleg vastzit, en waarop.
deed-impasse-position = Heeft in de impasse een standpunt gegeven.
deed-impasse-step = Stelt een stap uit de impasse voor: { $step }.
deed-statutory-dispute = Heeft het geschil voorgelegd aan de minister.
deed-dispute-ruling = De minister doet uitspraak over het geschil, in zaak { $case }.
flag-impasse-unanswered = Geen standpunt gegeven in de impasse, door { $silent }, over: { $points }.
flag-talks-expired = De wettelijke termijn voor overleg is voorbij, zonder overeenstemming. Niet getekend: { $unsigned }.
flag-dispute-missing = Het geschil is niet op tijd voorgelegd aan de minister. Aan zet: { $silent }.
matter-umbrella-to-answer = De koepelafspraak «{ $umbrella }» verandert of is beëindigd: wat dat hier betekent, wacht op antwoord
todo-umbrella-to-answer = Aan zet: { $who }. Nodig: laten weten of de afspraken hier worden aangepast of zo blijven, met redenen.
flag-umbrella-unanswered = { $silent } heeft niet op tijd geantwoord op de wijziging of het einde van koepelafspraak «{ $umbrella }».
deed-umbrella-change = Laat zien dat de koepelafspraak «{ $umbrella }» verandert of eindigt.
deed-umbrella-answer = Laat weten wat de gewijzigde koepelafspraak hier betekent: { $answer }.
