entry-to-come = nog niet ingeschreven
entry-short-what = , de inschrijving die dit bewijst
paging = Bladeren
paging-first = Naar het begin van de lijst
paging-next = Verder
trouble-too-much-due = Op dat tijdstip moest er zo veel gebeuren dat dit niet kan worden getoond. Kies een ander tijdstip.
trouble-no-place = Deze plaats in de lijst is er niet. Begin opnieuw bij het begin van de lijst.
overview-kicker = Grootboek van
overview-lead = Wat er in de buurten is afgesproken, en hoe het daarmee staat.
overview-promises = Hoe staan de afspraken ervoor?
overview-to-attention = Bekijk wat aandacht vraagt
overview-search = Zoek uw buurt
overview-to-agreements = Alle convenanten
overview-to-agenda = Bekijk wat telkens terugkeert
overview-who = Wie is verantwoordelijk?
overview-owner = Eigenaar van dit grootboek
overview-ministry = Ministerie
overview-at-ministry = Nu bij de minister
overview-origin = Naam van het grootboek
overview-rules = Regels die nu gelden
overview-rules-version = Versie { $rules }, met de feestdagen van { $holidays }
overview-went-on = Op { $day } is dit grootboek verdergegaan vanaf een oudere stand, van { $left } inschrijvingen. Er was getekend voor { $signed } inschrijvingen: wat daarna kwam, is verloren. Hebt u een ontvangstbewijs van zo'n inschrijving? Dien uw verklaring dan opnieuw in.
overview-went-on-reason = Toelichting van de eigenaar:
overview-went-on-entry = Bekijk de inschrijving
counts-not-all = Nog niet alle convenanten zijn geteld: er zijn er te veel voor één bladzijde.
cases = { $count ->
    [0] geen zaken
    [one] 1 zaak
   *[other] { $count } zaken
}
agreements-lead = Een convenant is een ondertekende afspraak tussen instellingen. Niemand kan er zomaar uit stappen.
agreements-none = Er zijn hier nog geen convenanten.
agreements-size = { $parties } partijen, { $promises } afspraken
agreements-count = { $count ->
    [one] 1 convenant
   *[other] { $count } convenanten
}
neighbourhoods-title = Buurten
neighbourhoods-lead = Zoek uw buurt en zie wie daar wat doet, en wanneer.
neighbourhoods-search = Naam van de buurt of wijk, of de CBS-code
neighbourhoods-go = Zoek
neighbourhoods-all = Alle buurten en wijken met een convenant
neighbourhoods-found = { $count ->
    [0] Niets gevonden voor «{ $search }»
    [one] 1 buurt of wijk gevonden voor «{ $search }»
   *[other] { $count } buurten en wijken gevonden voor «{ $search }»
}
neighbourhoods-none = Probeer een deel van de naam, of een code die met BU, WK of GM begint.
neighbourhoods-more = U ziet de eerste { $count }. Zoek op naam om minder te zien.
neighbourhood-kicker = Buurt of wijk, CBS-code { $code }
neighbourhood-covered = Sinds { $first } is hier zonder onderbreking een convenant van kracht.
neighbourhood-gaps = Sinds { $first } was hier { $days ->
    [one] op één dag
   *[other] op { $days } dagen
} geen convenant van kracht:
gap-closed = van { $first } tot en met { $last } ({ $days ->
    [one] één dag
   *[other] { $days } dagen
})
gap-open = sinds { $first } ({ $days ->
    [one] één dag
   *[other] { $days } dagen
})
neighbourhood-lead = Wie doet hier wat, en wanneer? En wordt dat ook gedaan?
neighbourhood-none = Voor deze buurt staat er op dit moment geen convenant in het grootboek.
neighbourhood-next = eerstvolgende termijn { $date }
neighbourhood-all = Alle afspraken van dit convenant
neighbourhood-other = Zoek een andere buurt
attention-lead = Wat niet is nagekomen, wie is stilgevallen, wie weg wil, en wie nog een antwoord moet geven.
attention-only = U ziet alleen:
attention-all = Toon alles
attention-none = Er is niets dat aandacht vraagt.
attention-more = En nog { $count } andere. Kies een partij of buurt om minder te zien.
attention-until = Uiterlijk { $until }.
attention-since = sinds { $since }
attention-by-party = Per partij
attention-by-party-chart = Waar moet elke partij iets aan doen?
attention-by-party-table = Aantal punten per partij
attention-party = Partij
attention-by-area = Per buurt
attention-by-area-table = Aantal punten per buurt of wijk
attention-area = CBS-code
attention-answers = Antwoord gevraagd
group-breached = Niet nagekomen ({ $count })
group-overdue = Te laat ({ $count })
group-quiet = Stilgevallen ({ $count })
group-leaving = Opzeggingen die lopen ({ $count })
group-ending = Loopt af zonder opvolger ({ $count })
group-answers = Antwoord gevraagd ({ $count })
chart-table = Dezelfde getallen staan in de tabel hieronder.
cases-lead = Wie zijn woord niet houdt, krijgt eerst de kans om het te herstellen. Lukt dat niet, dan gaat de zaak omhoog: eerst de stad, dan het rijk.
cases-which = Welke zaken
cases-open = Lopende zaken
cases-minister = Bij de minister
cases-all = Alle zaken
cases-none = Er zijn geen zaken.
agenda-lead = Wat telkens opnieuw niet wordt nagekomen, over buurten en gemeenten heen, kan hier worden voorgedragen voor de agenda van de minister. Aan zet is { $ministry }: op elke voordracht volgt een antwoord met redenen.
agenda-none = Er is niets voorgedragen.
agenda-more = Er zijn { $count } oudere voordrachten. Kies een eerdere dag om die te zien.
agenda-party = Dezelfde partij: { $kind } { $number }
agenda-theme = Hetzelfde thema: { $theme }
agenda-nature = Dezelfde soort afspraak: { $nature }
agenda-instrument = Hetzelfde soort instrument: { $instrument }
agenda-times = { $count } keer niet nagekomen binnen { $months ->
    [1] een maand
   *[other] { $months } maanden
}.
agenda-waits = wacht op antwoord, uiterlijk { $until }
agenda-on = op de agenda
agenda-not-on = niet op de agenda
agenda-late = Te laat: het antwoord had er uiterlijk { $until } moeten zijn.
agenda-meeting = Op de agenda van «{ $meeting }», { $day }.
agenda-answered = Beantwoord op { $day }.
agenda-breaches = Welke afspraken niet zijn nagekomen
agenda-breach = «{ $obligation }» in convenant «{ $agreement }», termijn { $due }, door { $party };
agenda-breach-entry = inschrijving { $entry } van
agenda-put-forward = Voorgedragen door { $who } op { $day }.
case-number = Zaak { $case }
case-about-obligation = afspraak «{ $obligation }»
case-about-withdrawal = opzegging van { $who }
case-about-report = melding zonder uitspraak
case-about-support = hulpvraag aan het rijk ({ $kind })
case-against = Tegen: { $who }
case-until = De volgende stap volgt uiterlijk { $until }.
case-opened = begonnen op { $since }
case-stands = Deze zaak staat nu op: { $stage }.
case-asked = De gemeente heeft zelf om hulp gevraagd.
case-by-ladder = De stad kwam er niet uit; de zaak is volgens de afgesproken stappen omhoog gegaan.
case-ministry-term = Het ministerie moet antwoorden vóór { $until }.
case-ministry-late = Het ministerie is te laat: het antwoord had er moeten zijn op { $until }.
case-agreement = Convenant
case-who = Tegen
case-since = Begonnen op
case-answer = Antwoord van de partij
case-now = Nu aan zet
case-closed = Gesloten
case-promise = De afspraak
case-acts = Wat de minister kan doen
case-acts-what = De minister wijzigt geen convenant. Het antwoord is altijd een van deze handelingen, met redenen.
case-acts-how = Zo tekent het ministerie zijn antwoord
case-city = Wat er eerst in de stad is gedaan
case-city-what = Dit gebeurde voordat de zaak bij de minister kwam.
case-city-still = De zaak is nog in de stad.
case-state = Wat er daarna gebeurde
case-more = Deze zaak heeft meer inschrijvingen dan hier passen. Zie de tijdlijn van het convenant.
case-breaches = Schendingen in deze zaak
case-breaches-caption = Elke schending, en hoe zij is afgedaan
column-due = Termijn
column-breached = Geschonden op
column-settled = Afgedaan
column-not-settled = nog niet
column-month = Maand
column-party = Partij
column-role = Rol
column-signed = Ondertekend
column-stands = Stand
deeds-none = Er is nog niets ingeschreven.
agreement-kicker = Convenant
agreement-stands = Dit convenant is { $state }.
agreement-period = Looptijd
agreement-from-to = { $from } tot en met { $to }
agreement-director = Regisseur
agreement-where = Buurten
agreement-themes = Thema's
agreement-approach = Aanpak
agreement-text = Getekende tekst
agreement-proposed = voorgesteld door { $who }
agreement-in-force = Van kracht sinds
agreement-ended = Beëindigd
agreement-accession = Toetreding
accession-all-parties = alle partijen moeten instemmen
accession-director = de regisseur moet instemmen
accession-director-and-parties = { $count ->
    [one] de regisseur en 1 andere partij moeten instemmen
   *[other] de regisseur en { $count } andere partijen moeten instemmen
}
party-acceded = toegetreden op
party-owes = blijft gebonden voor { $obligations }
agreement-expulsion = Royement
expulsion-none = niet afgesproken; niemand kan worden geroyeerd
expulsion-by-majority = door { $majority } van de andere partijen, nadat de betrokken partij { $days } dagen kreeg om haar zienswijze te geven
agreement-answer = Antwoord van de gemeente
agreement-answer-until = Uiterlijk { $until }
agreement-answer-late = Te laat
agreement-answer-none = Niet op tijd geantwoord
agreement-consultation = Overleg
agreement-consultation-held = { $body }, { $day }
agreement-consultation-with = Met: { $who }
agreement-consultation-residents = Inbreng van bewoners:
agreement-consultation-minutes = Er is een verslag.
agreement-reviews = Toetsen
review-planned = { $kind } «{ $review }», uiterlijk { $day }
review-late = Niet op tijd vastgelegd.
review-held = Gehouden op { $day }; vastgelegd door { $who }. Uitkomst: { $outcome }.
review-change = Een wijziging die hieruit volgt, is van kracht.
review-no-change = Er is nog geen wijziging van kracht die hieruit volgt.
review-never-changed = Er is geen wijziging op gevolgd.
agreement-succession = Wat voorafging en wat volgt
succession-after = Opvolger van:
succession-before = Opgevolgd door:
succession-signed = Door alle partijen ondertekend op { $day }; van kracht vanaf { $from }.
succession-lacking = Toen het einde naderde, was er geen opvolger getekend. Die is er nog niet.
succession-lacked = Toen het einde naderde, was er nog geen opvolger getekend.
promise-continues = gaat verder als «{ $to }» in
agreement-budgets = Wie betaalt wat
budget = { $title }: samen { $total } euro
budget-share = { $who }: { $percent } procent, dat is { $amount } euro. Betaald en bevestigd: { $paid } euro (afspraak «{ $obligation }»).
agreement-capacity = Wat partijen zeggen te kunnen
capacity-declared = { $who }: { $indicator } { $declared } { $unit }. Daarvan hier toegezegd: { $promised } { $unit }.
promise-staff = { $fte } fte { $function }
agreement-goals = Doelen
agreement-waits = Wat wacht op een antwoord
agreement-waits-none = Niemand hoeft nu iets te beantwoorden.
promises = Afspraken ({ $count })
promise-target = { $indicator }: { $value } { $unit }
promise-more-reasons = En nog { $count } andere redenen.
due-kept = op tijd
due-late = te laat of hersteld
due-breached = geschonden
due-other = open of vervallen
due-by-month = Nagekomen per maand
due-by-month-chart = Wat werd er van de termijnen in de laatste twaalf maanden?
due-by-month-caption = Aantal termijnen per maand, naar wat ervan werd
parties = Partijen en handtekeningen ({ $count })
parties-caption = Wie meedoet, en wanneer elk heeft ondertekend
party-not-signed = nog niet
party-quiet = stilgevallen
party-takes-part = doet mee
withdrawals = Opzeggingen
withdrawal-notice = Opgezegd op { $since }, per { $date }.
withdrawal-plan = Wat er met elke afspraak gebeurt:
withdrawal-silent = Geen reactie van { $who }.
withdrawal-unresolved = Niet alles is geregeld: de partij blijft gebonden.
timeline = Tijdlijn
timeline-what = Het nieuwste staat bovenaan.
act-no-action = geen actie, met redenen
attention-times = ({ $count } keer)
withheld-title = Niet openbaar
withheld-what = Deze convenanten zijn niet openbaar. Wie een convenant geheimhoudt, noemt de grond uit de Wet open overheid en is daarop aanspreekbaar.
withheld-director = Regisseur:
withheld-ground = { $code }
withheld-more = Er zijn er meer. De hele lijst staat in de API.
withheld-entry = Deze inschrijving hoort bij een convenant dat niet openbaar is. Iedereen kan zien dat zij er is en sinds wanneer; wat er staat, zien alleen de betrokken instellingen.
withheld-to-grounds = Welke convenanten niet openbaar zijn, en op welke grond
