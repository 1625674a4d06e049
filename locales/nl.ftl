# Elke pagina
skip-to-content = Naar de inhoud
nav-main = Hoofdmenu
nav-labs = Labs
nav-themes = Thema’s
nav-organisation = Organisatie
nav-following = Volgend
nav-deliveries = Bezorgingen
nav-blocks = Blokkades
sign-in = Inloggen
sign-out = Uitloggen
footer-what = Een instantie van Archipel, de gefedereerde wegwijzer van publieke innovatie. Zonder scripts en zonder meekijkers.
footer-api = Voor scripts en andere systemen
any = Maakt niet uit
from-host = van { $host }
pages-shares = Meer bijdragen
pages-labs = Meer labs
pages-newest = Terug naar de nieuwste
pages-older = Ouder
pages-deliveries = Meer bezorgingen
pages-first = Terug naar het begin
pages-further = Verder
save = Bewaren
hashtags = Hashtags
followers = { $count ->
    [0] nog geen volgers
    [one] { $count } volger
   *[other] { $count } volgers
}
followers-here = { $count ->
    [0] door niemand hier gevolgd
    [one] door { $count } hier gevolgd
   *[other] door { $count } hier gevolgd
}
participants = { $count ->
    [one] { $count } doet mee
   *[other] { $count } doen mee
}
shares = { $count ->
    [0] nog niets gedeeld
    [one] { $count } bijdrage
   *[other] { $count } bijdragen
}
shares-here = { $count ->
    [0] hier geen bijdragen bekend
    [one] { $count } bijdrage hier bekend
   *[other] { $count } bijdragen hier bekend
}
replies = { $count ->
    [one] { $count } reactie
   *[other] { $count } reacties
}
likes = { $count ->
    [one] { $count } waardering
   *[other] { $count } waarderingen
}
boosts = { $count ->
    [one] { $count } keer doorgegeven
   *[other] { $count } keer doorgegeven
}
time-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } seconden
}
time-minutes = { $count ->
    [one] { $count } minuut
   *[other] { $count } minuten
}
time-hours = { $count } uur
time-days = { $count ->
    [one] { $count } dag
   *[other] { $count } dagen
}
time-ahead = over { $time }
time-past = { $time } geleden
time-now = nu
month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december

# Woorden
kind-update = Bericht
kind-story = Verhaal
kind-result = Resultaat
kind-research = Onderzoek
kind-method = Methode
kind-question = Vraag
kind-idea = Idee
kind-term = Begrip
kind-issue = Bundel
outcome-none = Valt (nog) niet te zeggen
outcome-worked = Het werkte
outcome-partly = Het werkte deels
outcome-did-not-work = Het werkte niet
outcome-stopped = Gestopt
licence-cc-by-4-0 = CC BY 4.0: hergebruik met naamsvermelding
licence-cc-by-sa-4-0 = CC BY-SA 4.0: naamsvermelding, gelijk delen
licence-cc0-1-0 = CC0 1.0: publiek domein
licence-eupl-1-2 = EUPL 1.2: voor code
lab-kind-lab = Lab
lab-kind-doetank = Doetank
lab-kind-community = Community
lab-kind-network = Netwerk
lab-kind-campaign = Campagne
lab-state-starting = begint
lab-state-active = actief
lab-state-dormant = rust
lab-state-ended = gestopt
open-to-visits = bezoek
open-to-questions = vragen
open-to-joint-work = samenwerken
organisation-kind-ministry = Ministerie
organisation-kind-agency = Uitvoeringsorganisatie
organisation-kind-municipality = Gemeente
organisation-kind-province = Provincie
organisation-kind-water-authority = Waterschap
organisation-kind-knowledge-institution = Kennisinstelling
organisation-kind-company = Bedrijf
organisation-kind-society = Vereniging of stichting
view-list = Kaarten
view-alphabet = A tot Z
view-table = Tabel
sort-activity = laatst actief
sort-name = naam
sort-newest = nieuwste
whose-all = Overal
whose-own = Hier
whose-elsewhere = Elders
follow-state-requested = gevraagd, nog geen antwoord
follow-state-accepted = je volgt
follow-state-rejected = niet toegestaan

# Beginpagina en organisatie
home-title = Begin
home-heading = Wat { $organisation } probeert, leert en deelt
home-lead = Labs schrijven hier wat werkte en wat niet. Volg ze vanaf jouw plek in de fediverse: elke organisatie heeft haar eigen eiland, en samen zijn ze een archipel.
home-to-labs = Bekijk de labs
home-newest = Nieuw, hier en elders
home-no-shares = Er is nog niets gedeeld.
home-own-labs = Onze labs
home-known-labs = { $count ->
    [one] en één lab elders
   *[other] en { $count } labs elders
}
home-all-own = Alle labs van ons
first-steps = Eerste stappen
first-lab = Meld het eerste lab aan.
first-share = Schrijf zijn eerste bijdrage: wat is geprobeerd, en wat is geleerd?
first-follow = Volg een lab van een andere organisatie, en lees het hier.
first-members = Geef collega’s een account, op de server:
first-doctor = Laat de dokter kijken of alles bereikbaar is:
first-visit = De eerste labs zijn onderweg
first-visit-text = Hier is nog niets gedeeld. Binnenkort vertellen de labs van { $organisation } hier wat ze proberen en leren; kom over een tijdje terug.
first-visit-administrator = Zorg jij voor deze instantie? Maak jezelf een account op de server, en log dan in:
how-title = Zo volg je een lab
how-copy = Kopieer het adres van de pagina van het lab.
how-search = Plak het in het zoekveld van je eigen server, zoals Mastodon.
how-follow = Druk op Volgen. Nieuwe bijdragen komen in je tijdlijn, en jouw reacties staan hier.
how-more = Of gebruik de knop Volgen van een lab: die brengt je naar je eigen server.
organisation-title = Organisatie
organisation-lead = Dit zijn de pagina’s van { $organisation }. Haar labs delen hier wat ze leren.
organisation-address = In de fediverse:
organisation-register = In het register van organisaties:
organisation-labs = Labs

# Labs
labs-title = Labs
labs-lead = Groepen die dingen uitproberen voor de publieke zaak, van elke organisatie die we kennen. Elk lab kun je volgen.
labs-none = Er is nog geen lab.
labs-known-none = Er is hier nog geen lab. Meld er een aan, of volg een lab van een andere organisatie: dan staat het hier ook.
labs-filter = Zoek een lab
labs-look = Zoek
labs-all = Toon alles
labs-more = Meer om uit te kiezen
labs-ways = Manieren om de lijst te bekijken
labs-view = Tonen als
labs-sort = Sorteren op
labs-letters = Letters
labs-audience = Publiek
labs-last = Laatst gedeeld
labs-formats = Hetzelfde voor programma’s:
labs-none-found = Zo’n lab is hier niet. Minder woorden of keuzes vinden misschien meer.
lab-new = Lab aanmelden
lab-new-lead = Een lab is een groep die je kunt volgen. Alles behalve het adres kun je later wijzigen.
lab-register = Aanmelden
lab-edit = Beschrijf dit lab
lab-collections = Waar dit lab getoond wordt
lab-collections-lead = Anderen tonen op hun profiel labs die ze aanraden. Je lab stemt daar vanzelf mee in; hier haal je het er weer uit. Daarna wordt het daar niet opnieuw getoond.
lab-collections-none = Nog niemand toont dit lab in een verzameling.
lab-collections-leave = Eruit halen
lab-about = Over dit lab
lab-no-summary = Dit lab heeft zich nog niet beschreven.
lab-stewards = Trekkers
lab-shares = Bijdragen
lab-no-shares = Dit lab heeft nog niets gedeeld.
lab-shares-here = Bijdragen die we kennen
lab-no-shares-here = We kennen nog geen bijdragen van dit lab. Ze komen zodra iemand hier het volgt.
lab-origin = Bekijk het op { $host }
lab-follow-there = Volgen op { $host }
lab-fetched = zoals het was op { $date }
lab-active = laatst gedeeld op { $date }
lab-ended = Dit lab is gestopt. Wat het leerde, blijft hier staan.
lab-ended-on = Dit lab is gestopt op { $date }. Wat het leerde, blijft hier staan.
lab-successor = Het werk gaat verder bij
lab-end = Stop dit lab
lab-end-lead = De pagina zegt dan dat het lab is gestopt. Alles wat het deelde, blijft leesbaar en kan worden verbeterd; er komt niets nieuws bij. Wie het lab opnieuw beschrijft, kan het weer openen.
lab-end-confirm = Stop het lab
lab-end-keep = Laat het doorgaan
lab-gone = Dit lab bestaat op zijn eigen plek niet meer. Wat we ervan kenden blijft leesbaar.

# Volgen
follow = Volgen
unfollow = Niet meer volgen
follow-accepted = Je volgt dit lab.
follow-requested = Je hebt gevraagd dit lab te volgen; zijn server heeft nog niet geantwoord.
follow-rejected = Zijn server staat niet toe dat je het volgt.
follow-again = Opnieuw vragen
follow-take-back = Terugnemen
follow-title = { $name } volgen
follow-lead = Je volgt met het account dat je hebt: op Mastodon, op een andere instantie van Archipel of op een andere server van de fediverse.
follow-own-title = Met je eigen account
follow-go = Breng me erheen
follow-privacy = We zoeken één keer op waar jouw server zijn volgpagina heeft. Er wordt niets bewaard.
follow-steps-title = Of met de hand
follow-step-copy = Kopieer het adres:
follow-step-search = Plak het in het zoekveld van je server of app.
follow-step-follow = Open het profiel dat je vindt, en druk op Volgen.
follow-new-title = Nog geen account?
follow-new = Elke server van de fediverse is goed. Mastodon is een vriendelijke plek om te beginnen; veel publieke organisaties hebben een eigen server, vraag het een collega.
follow-elsewhere = Iemand elders volgen
follow-elsewhere-lead = Een lab van een andere organisatie, of wie dan ook in de fediverse. Wat zij delen is dan hier te lezen.
follow-confirm = Volgen
follow-look-first = Eerst bekijken
following-title = Je volgt
following-none = Je volgt nog niemand.

# Bijdragen
share-new = Bijdrage schrijven
share-new-lead = Wat heb je geprobeerd, en wat heb je geleerd? Ook wat niet werkte helpt anderen verder.
share-edit = Verbeter deze bijdrage
share-corrected = verbeterd op { $date }
share-from = Dit is gepubliceerd op { $host }.
share-origin = Lees het daar
share-picture-there = Hier hoort een afbeelding bij; bekijk haar op { $host }.
preview = Voorbeeld
publish = Publiceren
publish-hint = Iedereen die volgt hoort het meteen.
publish-correction = Verbetering publiceren
publish-correction-hint = Het adres blijft; iedereen die de bijdrage heeft krijgt de verbetering.
withdraw = Intrekken
withdraw-title = Deze bijdrage intrekken?
withdraw-text = Ze verdwijnt hier voorgoed, en we vragen elke server die haar heeft om haar te verwijderen. Op haar adres staat dan dat ze is ingetrokken.
withdraw-confirm = Trek in
withdraw-keep = Laat staan
voice-lab = Het lab: { $lab }
voice-member = Ikzelf: { $name }
voice-organisation = De organisatie: { $organisation }
replies-title = Reacties
replies-none = Er heeft nog niemand gereageerd.
replies-earlier = Eerdere reacties
replies-newest = De nieuwste reacties
reply-label = Jouw reactie
reply-hint = Iedereen kan haar lezen. Markdown werkt.
reply-send = Reageren
reply-how-title = Reageer vanuit de fediverse
reply-how = Plak dit adres in het zoekveld van je eigen server, en reageer op wat je vindt:
tag-kicker = Alles met de hashtag
tag-empty = Hier heeft niets deze hashtag.

# Themes
themes-title = Thema’s
themes-lead = Waar labs aan werken, hoe elke organisatie het ook noemt.
theme-labs = { $count ->
    [0] nog geen labs
    [one] { $count } lab
   *[other] { $count } labs
}
theme-labs-both = { $count ->
    [one] { $count } lab werkt aan allebei
   *[other] { $count } labs werken aan allebei
}
theme-lead = Wie hier en elders eraan werkt, wat ze pas deelden, en met wie je kunt praten.
theme-who = Wie eraan werkt
theme-nobody = Nog geen lab dat we kennen, werkt hieraan. Een beheerder van een lab kan het kiezen waar het lab wordt beschreven.
theme-shares = Pas gedeeld
theme-no-shares = Er is nog niets over gedeeld. Een bijdrage komt hier te staan met een van deze hashtags:
theme-all-shares = Alles erover:
theme-organisations = Organisaties
theme-overlaps = Hier werken ze ook aan
theme-people = Met wie je kunt praten
theme-steward-of = beheert { $lab }
theme-ask = Vraag het een lab: noem het adres in een bericht vanaf je eigen server.
theme-new = Voeg een thema toe
theme-edit = Wijzig dit thema
theme-collection = Toon het op ons profiel
theme-collection-hint = Volgers in Mastodon (4.6 of nieuwer) zien de labs bij dit thema dan als verzameling op ons profiel, elk met eigen instemming. Labs elders worden eerst gevraagd.
theme-collection-granted = { $count ->
    [one] Eén lab wordt getoond.
   *[other] { $count } labs worden getoond.
  }
theme-collection-asked = { $count ->
    [0] Er wordt verder niemand gevraagd.
    [one] Eén lab is gevraagd en heeft nog niet geantwoord.
   *[other] { $count } labs zijn gevraagd en hebben nog niet geantwoord.
  }
theme-collection-show = Toon als verzameling
theme-collection-hide = Toon het niet meer
theme-merge = Voeg samen met een ander
theme-merge-into = Welk thema blijft
theme-merge-hint = Wat onder dit thema stond, staat dan onder dat andere, en dit adres leidt daarheen. Het kan niet ongedaan worden gemaakt.
theme-others = Hoe labs elders het noemen
theme-others-hint = Zet een van deze kenmerken bij een thema van ons dat hetzelfde betekent, dan vinden ze elkaar.

# Leden
sign-in-lead = Voor leden van { $organisation }. Om te lezen en te volgen heb je hier geen account nodig.
sign-in-wrong = Naam en wachtwoord horen niet bij elkaar. Probeer het opnieuw.
sign-in-wait = Dat waren veel pogingen. Wacht een minuut en probeer het dan opnieuw.
again-title = Je sessie is voorbij; je tekst staat hier
again-lead = Er is niets gepubliceerd, en niets van wat je typte is weg.
again-sign-in = Log opnieuw in, in een nieuw tabblad
again-come-back = Kom terug naar dit tabblad, en ga verder.
again-typed = Wat je typte
again-go-on = Ik ben ingelogd: verder
again-picture = Een afbeelding die je net had gekozen, moet je opnieuw kiezen.
sign-in-hint = Vergeten? Wie deze instantie beheert kan je een nieuw wachtwoord geven.
member-shares = Bijdragen op eigen naam
member-no-shares = Nog niets.

# Tokens, en de API
tokens-title = Tokens
tokens-back = Jouw pagina
tokens-lead = Met een token kan een script of een ander systeem namens jou publiceren. Het mag wat jij mag, en niet meer dan je hier kiest.
tokens-how = Hoe dat werkt
tokens-made = Het token “{ $name }” is gemaakt. Kopieer het nu: het is alleen deze ene keer te zien.
tokens-made-hint = Bewaar het als een wachtwoord. Wie het heeft, kan namens jou publiceren tot het afloopt of tot je het intrekt.
tokens-add = Een token maken
tokens-make = Dit token maken
tokens-list = Jouw tokens
tokens-none = Je hebt nog geen tokens.
tokens-since = gemaakt op { $date }
tokens-until = geldig tot en met { $date }
tokens-used = laatst gebruikt op { $date }
tokens-unused = nog niet gebruikt
tokens-revoke = Intrekken
tokens-revoke-of = Het token { $name } intrekken
token-valid = Te gebruiken
token-over = Verlopen
token-revoked = Ingetrokken
scope-labs = Labs aanmelden en beschrijven
scope-shares = Bijdragen publiceren, verbeteren en intrekken
field-token-name = Waar is het voor?
field-token-name-hint = Een naam die je volgend jaar nog begrijpt, zoals “Onze website”.
field-scopes = Waarvoor mag het gebruikt worden?
field-scopes-hint = Kies zo weinig als nodig is. Voor lezen is geen token nodig.
field-until = Laatste dag
field-until-hint = Hooguit een jaar vooruit.
api-title = Voor scripts en andere systemen
api-lead = Alles wat hier te lezen is, kunnen programma’s ook lezen. Met een token kunnen ze ook publiceren.
api-description = Alles staat beschreven, voor programma’s en voor wie ze schrijft (OpenAPI 3.1), in
api-read = Lezen
api-read-how = Voor lezen is geen token en geen account nodig. De filters zijn die van de pagina’s.
api-go-on = Doorlezen tot het einde
api-go-on-how = Een lijst komt in delen van hooguit honderd. Elk deel zegt in “next” waar het volgende staat; in het laatste is dat null.
api-write = Publiceren
api-write-how = Maak eerst een token, en bewaar het waar alleen je script het vindt. Daarna wordt een bijdrage gepubliceerd als met het formulier: wie het lab volgt, hoort het meteen. Twee keer gestuurd met dezelfde Idempotency-Key verschijnt ze één keer. Een token maken:
api-change-how = Een bijdrage kan verbeterd worden (wat je weglaat, blijft zoals het is) en ingetrokken.
api-scopes = Waarvoor een token gebruikt mag worden
api-wrong = Als er iets niet klopt
api-wrong-how = Dan is het antwoord een probleem in JSON: wat er mis ging, en bij elk veld hoe het beter kan, in het Nederlands of Engels. Na meer dan 600 verzoeken per minuut van één adres, of 120 met één token, is het antwoord 429, met wanneer het weer kan.

# Bezorgingen
deliveries-title = Bezorgingen
deliveries-lead = Wat deze instantie aan andere servers vertelt, en wat nog niet is aangekomen. Er gaat niets stilletjes verloren: elke bezorging eindigt in een van deze toestanden.
deliveries-states = Hoe bezorgingen ervoor staan
deliveries-states-of = Hoe bezorgingen aan { $host } ervoor staan
deliveries-none-yet = Er is nog niets aan andere servers verstuurd. Zodra iemand elders een lab volgt, is dat hier te zien.
deliveries-hosts = Voor wie het meeste wacht
deliveries-hosts-none = Er wacht niets. Alles wat kan aankomen, is aangekomen.
deliveries-all-hosts = Alle hosts
deliveries-all-states = Alle toestanden
deliveries-list = Eén voor één
deliveries-list-of = Eén voor één, aan { $host }
deliveries-none = Zo’n bezorging is er niet.
deliveries-tried = { $count ->
    [0] Hier valt nu niets opnieuw te proberen: het is aangekomen, of onderweg.
    [one] Eén wordt nu opnieuw geprobeerd.
   *[other] { $count } worden nu opnieuw geprobeerd.
}
deliveries-try = Nu opnieuw proberen
deliveries-try-to = Nu opnieuw proberen: { $host }
deliveries-try-all = Alles nu opnieuw proberen
deliveries-try-host = Alles voor { $host } nu opnieuw proberen
deliveries-try-hint = { $count ->
    [one] Eén bezorging; ze krijgt weer 30 dagen.
   *[other] { $count } bezorgingen; elke krijgt weer 30 dagen.
}
deliveries-blocked-hint = Wat door een blokkade is gestopt, blijft gestopt.
deliveries-waiting = { $count ->
    [one] { $count } wacht
   *[other] { $count } wachten
}
deliveries-failures = { $count ->
    [0] nog niet geprobeerd
    [one] één keer geprobeerd
   *[other] { $count } keer geprobeerd
}
deliveries-rests = rust, gaat verder { $time }
deliveries-goes = gaat nu verder
deliveries-next = volgende poging { $time }
deliveries-due = wordt geprobeerd
deliveries-to = aan
delivery-state-waiting = wacht
delivery-state-delivered = bezorgd
delivery-state-gone = verdwenen
delivery-state-refused = geweigerd
delivery-state-expired = verlopen
delivery-state-superseded = ingehaald
delivery-state-blocked = geblokkeerd
delivery-meaning-waiting = Ze wordt nu of later geprobeerd.
delivery-meaning-delivered = De andere server heeft het.
delivery-meaning-gone = De inbox bestaat niet meer.
delivery-meaning-refused = De andere server wil het niet.
delivery-meaning-expired = Ze werd 30 dagen lang geprobeerd.
delivery-meaning-superseded = Iets nieuwers over hetzelfde ging in haar plaats.
delivery-meaning-blocked = We hebben geblokkeerd wie het zou ontvangen.
deed-create = Nieuwe bijdrage
deed-correct = Verbetering
deed-delete = Intrekking
deed-announce = Doorgegeven door een lab
deed-follow = Verzoek om te volgen
deed-accept = Antwoord aan een volger
deed-undo = Teruggenomen
deed-other = Bericht
cause-trouble = De server daar heeft op dit moment problemen.
cause-too-much = De server daar vraagt ons te wachten.
cause-denied = De server daar neemt dit niet van ons aan.
cause-missing = De server daar kent deze inbox niet.
cause-closed = De server daar is niet bereikbaar.
cause-slow = De server daar antwoordde niet op tijd.
cause-barred = Dat adres mag niet geopend worden.
cause-other = Het kon niet verstuurd worden.

# Blokkades
blocks-title = Blokkades
blocks-lead = Met wie deze instantie niets te maken wil hebben. Er komt niets vandaan, er gaat niets heen, en er is niets van te zien.
blocks-none = Er is niemand geblokkeerd.
blocks-list = Nu geblokkeerd
blocks-add = Iemand blokkeren
blocks-look = Kijken wat dat afsluit
blocks-since = sinds { $date }
blocks-kind-host = met alles daaronder
blocks-kind-actor = alleen deze actor
blocks-no-reason = Er is geen reden opgeschreven.
blocks-confirm-title = { $subject } blokkeren?
blocks-closes-host = Dit sluit { $subject } af en elke host daaronder, zoals labs.{ $subject }: er komt niets vandaan, er gaat niets heen, en er is niets van te zien.
blocks-closes-actor = Dit sluit één actor af, { $subject }. Anderen op dezelfde server merken er niets van.
blocks-known = { $count ->
    [0] We kennen daar niemand.
    [one] We kennen daar één actor. Wat we ervan bewaren wordt verwijderd, en het volgen houdt op:
   *[other] We kennen daar { $count } actoren. Wat we ervan bewaren wordt verwijderd, en het volgen houdt op:
}
blocks-known-more = { $count ->
    [one] en nog één
   *[other] en nog { $count }
}
blocks-again = Wat verwijderd is, komt niet terug als de blokkade eraf gaat: het wordt opnieuw gelezen zodra het zich weer voordoet.
blocks-shared = Let op: velen die niets met elkaar te maken hebben, hebben een host onder { $subject }. Die zouden allemaal geblokkeerd worden. Bedoel je misschien een ervan?
blocks-covered = { $subject } is al geblokkeerd, en omvat dit.
blocks-block = Blokkeren
blocks-keep = Niet blokkeren
blocks-remove = Opheffen
blocks-remove-of = Opheffen: { $subject }
blocks-remove-title = Blokkade van { $subject } opheffen?
blocks-remove-text = Vanaf dan wordt er weer geluisterd, en kan er weer gevolgd worden. Wat verwijderd is, komt alleen terug waar het zich weer voordoet.
blocks-remove-confirm = Ja, opheffen
blocks-remove-keep = Geblokkeerd laten
blocks-removed = De blokkade is opgeheven. Wat verwijderd werd, wordt opnieuw gelezen zodra het zich weer voordoet.

# Velden
field-block-subject = Wie
field-block-subject-hint = Een host, zoals spam.example; of één actor: het adres van de pagina, of @naam@host als we die kennen.
field-reason = Reden
field-reason-hint = Voor andere beheerders; niemand anders ziet die.
field-look-for = Naam, adres of woorden
field-whose = Waar
field-handle = Adres
field-handle-hint = 2 tot 40 tekens uit a–z, 0–9 en _ . Mensen volgen @adres@{ $host }. Dit kan later niet veranderen.
field-name = Naam
field-name-hint = Zoals mensen hem lezen, hoogstens 100 tekens.
field-lab-kind = Soort
field-lab-kind-hint = Een lab blijft, een doetank werkt aan één zaak, een community deelt een vak, een netwerk verbindt organisaties, een campagne heeft datums.
field-theme = Thema
field-themes = Thema’s
field-themes-hint = Waar het aan werkt; hooguit 8.
field-open-to = Open voor
field-state = Toestand
field-state-hint = Begint, actief of rust. Hoe een lab stopt, staat onder het formulier.
field-place = Plaats
field-place-hint = Een plaats, een streek, of “online”.
field-languages = Talen
field-languages-hint = De codes van de talen waarin het werkt, zoals nl en.
field-founded = Opgericht
field-ended = Gestopt
field-day-hint = Zoals 2026-09-01.
field-mandate = Mandaat
field-mandate-hint = In opdracht van wie het werkt, en met welke ruimte; hooguit 300 tekens.
field-successor = Wie het werk voortzet
field-successor-hint = Het adres van de pagina van een lab, of @lab@host van een lab dat we kennen. Laat het leeg als niemand dat doet.
field-slug = Woord in het adres
field-slug-hint = 2 tot 60 van a–z, 0–9 en - . Het kan later niet meer veranderen.
field-label-nl = In het Nederlands
field-label-en = In het Engels
field-label-hint = Hooguit 60 tekens. Een hashtag van dezelfde woorden telt als dit thema.
field-same-as = Elders hetzelfde
field-same-as-hint = Kenmerken die anderen aan hetzelfde thema geven, een op elke regel, zoals https://archipel.example/themes/ai
field-organisation = Organisatie
field-organisation-kind = Soort organisatie
field-summary = Beschrijving
field-summary-hint = Waarvoor is het, en voor wie? Markdown werkt; hoogstens 2.000 tekens.
field-picture = Afbeelding
field-picture-file = Bestand
field-picture-kept = Deze afbeelding blijft, tenzij je een andere kiest.
field-picture-remove = Haal deze afbeelding weg
field-picture-hint = PNG, JPEG of WebP, hoogstens 12 MB. Wat camera’s toevoegen, zoals een plaats, gaat eraf.
field-picture-description = Wat erop te zien is
field-picture-description-hint = Voor iedereen die haar niet kan zien.
field-title = Titel
field-title-hint = Hoogstens 200 tekens.
field-body = Tekst
field-body-hint = Markdown: **vet**, ## kop, - lijst. #hashtags en @naam@server worden links.
field-kind = Soort
field-outcome = Hoe ging het?
field-language = Taal
field-licence = Licentie
field-voice = Wie spreekt?
field-address = Jouw adres
field-address-hint = Zoals @jij@mastodon.example
field-other-address = Adres
field-other-address-hint = Zoals @lab@archipel.example, of het adres van de pagina.
field-own-handle = Naam
field-password = Wachtwoord

# Wat misging
error-400 = Dat konden we niet lezen
error-400-text = Iets in het verzoek was anders dan verwacht. Ga terug en probeer het opnieuw.
error-401 = Hier is een token nodig
error-401-text = Hiervoor is een token nodig dat gebruikt kan worden.
error-403 = Dit is niet aan jou
error-403-text = Je mag dit niet doen.
error-404 = Niet gevonden
error-404-text = Op dit adres staat niets.
error-405 = Dat kan hier niet
error-405-text = Dit adres neemt niet aan wat er gestuurd is.
error-409 = Het bestaat al
error-409-text = Iets dergelijks bestaat al.
error-410 = Het is ingetrokken
error-410-text = Wat hier stond is ingetrokken.
error-413 = Dat is te veel
error-413-text = Wat er gestuurd is, is te groot.
error-415 = Niet in deze vorm
error-415-text = Wat er gestuurd is, heeft een vorm die we niet aannemen.
error-422 = Er moet iets verbeterd worden
error-422-text = Ga terug en kijk na wat je hebt ingevuld.
error-429 = Te vaak
error-429-text = Wacht even en probeer het opnieuw.
error-500 = Hier ging iets mis
error-500-text = Dat is onze fout. Ze staat in het logboek van wie deze instantie beheert. Probeer het over een poosje opnieuw.
error-forged = Dit formulier hoort niet bij deze sessie, of de sessie is voorbij. Ga terug, laad de pagina opnieuw en probeer het nog eens.
error-to-labs = Bekijk de labs
error-to-home = Naar de beginpagina

# Weigeringen: één voor elke sleutel in de code
refused-actor-unknown = We kennen { $address } hier niet.
refused-address = “{ $given }” is geen adres; schrijf het als @lab@archipel.example, of geef het adres van de pagina.
refused-address-unknown = Er is niemand op { $address }.
refused-address-unreachable = De server van { $address } antwoordt niet; probeer het later opnieuw.
refused-address-unusable = Wat { $address } antwoordt kan niet gevolgd worden.
refused-api-after = Dit is geen plek in deze lijst. Volg het adres in `next` zoals het er staat.
refused-api-fields = Enkele velden moeten verbeterd worden; `errors` zegt welke, en hoe.
refused-api-json = De inhoud is geen JSON die hier past: { $reason }.
refused-api-letter = Geef één letter van a tot en met z, of #.
refused-api-limit = Geef een getal van 1 tot en met { $most }.
refused-api-media-type = Stuur de inhoud als application/json.
refused-api-method = Dit adres neemt { $allowed } aan.
refused-api-parameters = Enkele parameters zijn niet te gebruiken; `errors` zegt welke, en waarom.
refused-api-query = Het adres is niet te lezen: { $reason }.
refused-api-too-many = Dat was te vaak. Probeer het opnieuw na { $seconds } seconden.
refused-api-word = Dat is geen van de woorden die hier kunnen staan.
refused-block-own = { $subject } omvat deze instantie zelf; dat kan niet geblokkeerd worden.
refused-block-subject = “{ $given }” kan niet geblokkeerd worden; geef een host zoals example.org, of het adres van een actor.
refused-block-too-wide = “{ $given }” is veel te ruim; geef een host zoals example.org.
refused-block-unknown = { $subject } was niet geblokkeerd.
refused-blocked = { $subject } is op deze instantie geblokkeerd.
refused-body-blank = Schrijf eerst iets.
refused-body-too-long = De tekst heeft { $length } tekens; { $limit } is het meeste.
refused-data-folder = De map { $folder } kan niet gebruikt worden; kijk naar haar eigenaar en rechten.
refused-day = “{ $given }” is geen dag; schrijf die als 2026-09-01.
refused-follow-own = Dat is er een van ons; volgen gaat tussen servers.
refused-follow-unknown = { $address } werd niet gevolgd.
refused-follower-unknown = Niemand heet hier { $handle }.
refused-handle = “{ $given }” kan geen adres zijn: gebruik 2 tot 40 tekens uit a–z, 0–9 en _ .
refused-handle-reserved = “{ $given }” is bestemd voor pagina’s; kies een ander adres.
refused-handle-taken = { $handle } is bezet; kies een ander adres.
refused-idempotency-key = Een Idempotency-Key is gewone tekst van hooguit { $limit } tekens.
refused-idempotency-key-used = Deze Idempotency-Key is de laatste dag voor een ander verzoek gebruikt. Kies een nieuwe.
refused-instance = Deze instantie is nog niet gesticht; start haar één keer met archipel serve.
refused-instance-address = Deze instantie is gesticht als { $known }, en haar adres verandert nooit. Zet ARCHIPEL_URL terug.
refused-lab-ended = { $lab } is gestopt; er wordt niets nieuws in gepubliceerd. Beschrijf het als actief om het weer te openen.
refused-lab-kind = “{ $given }” is geen soort lab; kies lab, doetank, community, network of campaign.
refused-lab-state = “{ $given }” is geen toestand; kies starting, active, dormant of ended.
refused-lab-unknown = Er is hier geen lab "{ $handle }".
refused-language = “{ $given }” is geen taalcode; gebruik er een als nl of en.
refused-languages-many = Een lab heeft hooguit { $limit } talen.
refused-licence = “{ $given }” is geen licentie die we kennen; kies CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0 of EUPL-1.2.
refused-mandate-too-long = Het mandaat heeft hooguit { $limit } tekens.
refused-member-unknown = Er is hier geen lid { $handle }.
refused-name-blank = Geef het een naam.
refused-name-too-long = Een naam heeft hoogstens { $limit } tekens.
refused-no-follow-screen = { $host } heeft geen volgpagina. Kopieer het adres hieronder, en plak het in het zoekveld van je server.
refused-not-allowed = Je hebt geen rol die dit toestaat. Vraag het een trekker van het lab.
refused-open-to = “{ $given }” is niets waar een lab open voor kan zijn; kies visits, questions of joint_work.
refused-organisation-handle = Het adres van de organisatie is { $known }, en verandert nooit. Zet ARCHIPEL_ORGANISATION_HANDLE terug.
refused-organisation-kind = “{ $given }” is geen soort organisatie.
refused-organisation-unknown = We kennen geen organisatie op { $host }.
refused-outcome = “{ $given }” is geen uitkomst; kies worked, partly, did_not_work of stopped.
refused-page-unknown = Op dit adres staat niets. Misschien is het verhuisd, of staat er een foutje in het adres.
refused-password-too-long = Dat wachtwoord is te lang.
refused-password-too-short = Een wachtwoord heeft minstens { $limit } tekens.
refused-picture-too-large = De afbeelding is groter dan { $limit } MB; maak haar kleiner.
refused-picture-too-many-pixels = De afbeelding heeft meer dan { $limit } miljoen beeldpunten; maak haar kleiner.
refused-picture-unreadable = Dit is geen afbeelding die we kunnen lezen; gebruik PNG, JPEG of WebP.
refused-place-too-long = Een plaats heeft hooguit { $limit } tekens.
refused-reply-unknown = Op dit adres staat geen reactie.
refused-role = “{ $given }” is geen rol; kies steward of editor.
refused-scope = “{ $given }” is geen recht van een token; kies labs:write of shares:write.
refused-scope-missing = Dit token mist het recht { $scope }. Maak er een die het heeft.
refused-scopes-none = Kies ten minste één ding waarvoor het token gebruikt mag worden.
refused-second-worker = Een ander proces werkt de wachtrij in { $folder } al af. Bij SQLite is er één; stop dat eerst, of gebruik PostgreSQL.
refused-session-new = Dit formulier was van een eerdere sessie. Alles wat je typte staat er nog: kijk ernaar, en verstuur het opnieuw.
refused-share-elsewhere = Deze bijdrage is van een andere instantie; ze kan alleen daar gewijzigd worden.
refused-share-exists = Deze bijdrage bestaat al.
refused-share-kind = “{ $given }” is geen soort bijdrage; kies update, story, result, research, method, question, idea, term of issue.
refused-share-unknown = Op dit adres staat geen bijdrage.
refused-share-withdrawn = Deze bijdrage is ingetrokken door wie haar schreef.
refused-successor-itself = Een lab kan zichzelf niet opvolgen.
refused-successor-unknown = We kennen { $address } hier niet; geef het adres van de pagina.
refused-summary-too-long = De beschrijving is langer dan { $limit } tekens.
refused-theme-itself = Een thema kan niet met zichzelf worden samengevoegd.
refused-stamp-unknown = Het lab staat niet meer in die verzameling.
refused-theme-label-blank = Geef het een naam in beide talen.
refused-theme-label-too-long = Een naam heeft hooguit { $limit } tekens.
refused-theme-same-as = “{ $given }” is geen adres; geef kenmerken die met https:// of http:// beginnen.
refused-theme-same-as-many = Hooguit { $limit } kenmerken betekenen hetzelfde.
refused-theme-slug = “{ $given }” kan niet in een adres staan: gebruik 2 tot 60 van a–z, 0–9 en - .
refused-theme-taken = Er is of was hier al een thema { $slug }; kies een ander woord.
refused-theme-unknown = Er is hier geen thema { $slug }.
refused-themes-enough = Er zijn al { $limit } thema’s; voeg er eerst een paar samen.
refused-themes-many = Een lab werkt aan hooguit { $limit } thema’s.
refused-title-blank = Geef het een titel.
refused-title-too-long = De titel heeft { $length } tekens; { $limit } is het meeste.
refused-token-invalid = Dit token is hier niet bekend, of het is verlopen of ingetrokken. Maak een nieuw.
refused-token-name-blank = Geef het token een naam, zodat je later weet waarvoor het was.
refused-token-name-too-long = De naam van een token heeft hooguit { $limit } tekens.
refused-token-needed = Hiervoor is een token nodig. Stuur het mee als: Authorization: Bearer archipel_...
refused-token-unknown = Zo'n token is er niet.
refused-token-until = Kies een dag van vandaag tot een jaar vooruit.
refused-tokens-many = Je hebt { $limit } tokens die gebruikt kunnen worden; trek er eerst een paar in.
refused-tooi = “{ $given }” is geen kenmerk uit het register van organisaties.
refused-voice-of-another = Je kunt niet voor een ander spreken.

# De opdrachtregel
cli-address-in-use = Op { $address } luistert al iets anders; stop dat eerst, of kies een ander adres.
cli-block-added = { $subject } is geblokkeerd. Verwijderd: { $actors } die we daar kenden. Gestopt: { $deliveries } onderweg.
cli-block-removed = { $subject } is niet meer geblokkeerd. Wat verwijderd werd, wordt opnieuw gelezen zodra het zich weer voordoet.
cli-block-shared = Let op: velen die niets met elkaar te maken hebben, hebben een host onder { $subject }, en die zijn nu allemaal geblokkeerd.
cli-delivery-retried = { $count ->
    [0] Er wacht niets: alles is bezorgd.
    [one] Eén bezorging wordt nu opnieuw geprobeerd.
   *[other] { $count } bezorgingen worden nu opnieuw geprobeerd.
}
cli-delivery-state = ‘{ $given }’ is geen toestand van een bezorging; kies uit { $states }.
cli-demo-folder = In { $folder } staat iets dat geen demo is; kies een lege of een nieuwe map.
cli-doctor-failed = Er moet iets hersteld worden; de regels hierboven zeggen wat.
cli-follow-accepted = { $follower } volgt { $address }.
cli-follow-rejected = { $address } wil niet gevolgd worden door { $follower }.
cli-follow-requested = { $follower } heeft gevraagd { $address } te volgen; het antwoord is er nog niet.
cli-lab-added = Mensen kunnen nu { $address } volgen.
cli-lab-ended = { $lab } is gestopt op { $day }.
cli-list-limited = Alleen de eerste { $limit } staan hier; met --limit zie je er meer.
cli-migrated = { $steps ->
    [0] De tabellen waren al bijgewerkt.
    [one] De tabellen zijn bijgewerkt in één stap.
   *[other] De tabellen zijn bijgewerkt in { $steps } stappen.
}
cli-not-text = { $file } is geen tekst: verwacht wordt Markdown of platte tekst in UTF-8.
cli-nothing-to-change = Er is niets opgegeven om te veranderen; geef ten minste een van { $options }.
cli-password-again = Nog een keer hetzelfde:{" "}
cli-password-made = Dit is het wachtwoord; het wordt niet nog eens getoond:
cli-password-prompt = Wachtwoord (leeg laten om er een te krijgen):{" "}
cli-passwords-differ = De twee wachtwoorden zijn niet hetzelfde; er is niets veranderd.
cli-reading-kind = ‘{ $given }’ is niets dat gelezen wordt; kies uit { $kinds }.
cli-share-withdrawn = ‘{ $title }’ is ingetrokken; iedereen die hem kreeg, krijgt dat te horen.
cli-too-large = { $file } is veel groter dan een bijdrage mag zijn.
cli-unfollowed = { $follower } volgt { $address } niet meer.
cli-unreadable = { $file } kan niet gelezen worden ({ $cause }).

# Andere installaties
nav-peers = Verbonden
peers-title = Verbonden installaties
peers-lead = Andere installaties die deze kent. Verbind je met een, dan staan haar labs en bijdragen hier in de gids.
peers-add = Verbinden met een andere
field-peer = Adres
field-peer-hint = Een host, zoals labs.example.org, of het adres van iemand op de fediverse, zoals @lab@example.social. Je ziet wie het is voordat er iets gebeurt.
peers-look = Kijk wie dat is
peers-look-at = Kijk wie { $address } is
peers-several = Verbind met meerdere tegelijk
peers-several-look = Kijk wie dat zijn
peers-several-connect = Verbind met deze allemaal
peers-several-done = Verbonden
peers-several-missed = Niet gevonden
field-peers = Adressen
field-peers-hint = Een startlijst: één adres per regel, hoogstens 25. Wat achter een # staat, is een opmerking. Je ziet wie het zijn voordat er iets gebeurt.
refused-peers-several = Geef één adres per regel: minstens één, hoogstens { $most }.
peers-known = Bekend
peers-none = Nog niemand. Typ hierboven het adres van een andere installatie, en haar labs staan hier binnen een minuut.
peers-further = Meer installaties
peers-suggested = Voorgesteld
peers-suggested-none = Niemand: wie wij kennen, noemt niemand die wij niet kennen.
peers-named = { $count ->
    [one] bekend bij één installatie
   *[other] bekend bij { $count } installaties
}
peers-labs = { $count ->
    [one] 1 lab
   *[other] { $count } labs
}
peers-shares = { $count ->
    [one] 1 bijdrage
   *[other] { $count } bijdragen
}
peers-not-connected = niet verbonden
peers-silent = niet bereikbaar sinds { $date }
peers-contacted = { $time } voor het laatst gehoord
peer-policy-open = open
peer-policy-limited = beperkt
peer-policy-hint-open = Open: de labs staan in de gids en zijn te vinden.
peer-policy-hint-limited = Beperkt: ze worden alleen getoond aan wie ze volgt.
peer-look-title = Wie daar is
peer-runs = Draait
peer-runs-unknown = Dat zegt het niet.
peer-offers = Heeft
peer-published = Publiceerde
peer-look-directory = Na het verbinden staan de labs en wat ze publiceerden hier, en blijven ze bij.
peer-look-actor = Dit is één account zonder gids. Na het verbinden staat het hier als lab.
peer-connect = Verbinden
peer-connect-not = Niet verbinden
peer-progress = Hoeveel er gelezen is
peer-not-connected = De gids is hier niet gewenst. De installatie is bekend omdat zij ons kent, of eerder verbonden was.
peer-unread = { $count ->
    [0] het lezen gaat door
    [one] er wordt nog één ding gelezen
   *[other] er worden nog { $count } dingen gelezen
}
peer-read = alles is gelezen
peer-watch = Houd deze pagina bij
peer-watch-not = Stop met bijhouden
peer-follow-requested = Onze installatie vroeg om te mogen volgen en wacht op antwoord.
peer-follow-accepted = Onze installatie volgt: veranderingen komen vanzelf.
peer-follow-rejected = Onze installatie mag niet volgen. Er wordt eens per dag gelezen.
peer-problem = Daar klopt iets niet:
peer-policy = Wat zij hier mag
peer-policy-legend = De labs
peer-policy-set = Instellen
peer-block = Blokkeren
peer-leave = Verbinding verbreken
peer-leave-hint = De labs verdwijnen hier uit de gids. Wat leden volgen, blijft.
peer-labs = De labs hier
peer-labs-none = Nog geen.
peer-listed-by-us = door ons opgenomen
refused-peer-own = Dat is deze installatie zelf.
refused-peer-unknown = Wij kennen { $host } niet.
refused-peer-without-organisation = { $host } draait { $software }, en dat heeft geen gids. Typ het adres van één account daar, zoals @naam@{ $host }.
cli-peer-added = Verbonden met { $name } ({ $address }), met { $labs } labs. Ze staan hier binnen een minuut, als de server draait.
cli-peer-listed = { $name } ({ $address }) staat hier als lab.
cli-peer-set = { $host } is nu { $policy }.
cli-peer-removed = Van { $host } is niets meer gewenst.
cli-peer-imported = { $added } verbonden, { $failed } niet.
cli-file = { $path } is niet te lezen: { $error }
# Zoeken
search-title = Zoeken
search-title-of = Zoeken: { $typed }
search-field = Zoek in labs en bijdragen
search-everywhere = Zoek overal
search-hint = Woorden in elke vorm, Nederlands of Engels. Met aanhalingstekens zoek je een vaste volgorde: "klare taal".
search-look = Zoek
search-scopes = Waar zoeken
search-scope-here = Hier
search-scope-followed = Gevolgd
search-scope-all = Alles wat hier bekend is
search-found = { $count ->
    [0] Niets gevonden
    [one] { $count } gevonden
   *[other] { $count } gevonden
}
search-many = Meer dan { $count } gevonden: hier staan de nieuwste en de beste
search-chosen = Gekozen
search-without = Zonder { $what }
search-none = Hiermee is niets gevonden.
search-meant = Bedoelde je misschien:
search-wider = Zoek hetzelfde overal, zonder filters
search-alone = Probeer minder woorden:
search-other = Probeer een ander woord, of een korter.
search-pages = Meer resultaten
search-back = Terug
search-narrow = Verder kiezen
search-facet-thing = Wat
search-facet-kind = Soort
search-facet-outcome = Hoe het ging
search-facet-language = Taal
search-facet-host = Organisatie
search-lab = Lab
search-share = Bijdrage
search-read = daar gelezen op { $date }
tried-title = Al eens geprobeerd?
tried-lead = Dit lijkt op wat jij schrijft. Lees het eerst: misschien kun je erop verder bouwen.
tried-none = Wij vonden niets dat hierop lijkt. Vul een titel in en een paar woorden, of ga gerust verder.
tried-look = Kijk of dit al is geprobeerd
cli-token-made = Dit is het token. Het is alleen deze ene keer te zien:
cli-token-revoked = Het token “{ $name }” is niet meer te gebruiken.
cli-lab-listed = { $lab } staat in onze gids.
cli-lab-unlisted = { $lab } staat niet meer in onze gids. De pagina en de bijdragen blijven.
cli-lab-moved = { $lab } verhuist naar { $address }. De volgers horen het en gaan mee als hun server dat kan. Wat het deelde, blijft hier.
cli-lab-known-as = { $lab } zegt dat het eerder { $address } was.
refused-move-one-sided = { $address } zegt niet dat het eerder { $lab } was. Zeg dat daar eerst: archipel lab known-as NAAM { $lab }

# Het register van organisaties en hun domeinen
register-link = Het register van organisaties en hun domeinen
register-title = Domeinregister
register-lead = Van wie is een domein echt? Neem het openbare register van organisaties en hun internetdomeinen op, en elk lab waarvan de server erin staat krijgt het kenmerk "domein geregistreerd voor". Alleen dit bestand telt; er wordt niemand iets gevraagd.
register-mark = domein geregistreerd voor { $organisation }
register-of = register van { $date }
register-here = Wat er is
register-dated = Van
register-source = Bron
register-imported = Opgenomen
register-holds = Bevat
register-organisations = { $count ->
    [one] 1 organisatie
   *[other] { $count } organisaties
}
register-names = { $count ->
    [one] 1 naam
   *[other] { $count } namen
}
register-left = Weggelaten
register-left-ended = { $count ->
    [one] 1 die is opgezegd
   *[other] { $count } die zijn opgezegd
}
register-left-pages = { $count ->
    [one] 1 pagina op de server van een ander
   *[other] { $count } pagina's op servers van anderen
}
register-left-unreadable = { $count ->
    [one] 1 die geen domeinnaam is
   *[other] { $count } die geen domeinnaam zijn
}
register-left-nameless = { $count ->
    [one] 1 organisatie zonder naam
   *[other] { $count } organisaties zonder naam
}
register-own = Deze installatie, { $host }
register-own-not = geen kenmerk
register-old = Dit register is meer dan drie maanden oud. Misschien kloppen de kenmerken niet meer: neem een nieuwer register op.
register-empty = Nog geen register, dus nog geen kenmerken. Op organisaties.overheid.nl staat er een om te downloaden, als XML.
register-import = Een register opnemen
register-import-new = Een nieuwer register opnemen
field-register-file = Bestand
field-register-file-hint = De XML-export, exportRIO.xml, van hoogstens 64 MB. Het bestand komt in de plaats van het vorige; een bestand dat niet te gebruiken is verandert niets.
field-register-source = Waar het vandaan komt
field-register-source-hint = Het adres waar je het hebt gedownload. Elk kenmerk laat dit zien.
field-register-date = Van welke dag het is
field-register-date-hint = Alleen nodig als het bestand dat zelf niet zegt.
register-take-in = Opnemen
register-remove = Het register vergeten
register-remove-hint = Alle kenmerken verdwijnen dan.
register-hosts = Bekende servers die erin staan
register-hosts-none = Geen.
register-hosts-further = Verdere servers
register-doubt-disputed = Geen kenmerk: { $name } staat bij twee organisaties.
register-doubt-shared = Geen kenmerk: wat onder { $name } ligt is niet van één organisatie. Deze server moet er met zijn eigen naam in staan.
refused-register-unreadable = Het bestand is niet te lezen: { $error }
refused-register-no-xml = Dit is geen XML-bestand. Neem de XML-export van het register, niet ingepakt.
refused-register-encoding = Het bestand is niet in UTF-8, of zegt dat het dat niet is.
refused-register-doctype = Het bestand verklaart eigen dingen (een DTD of entiteiten). Het register doet dat niet, dus het wordt niet opgenomen.
refused-register-broken = Het bestand is kapot, bij byte { $at }.
refused-register-cut = Het bestand houdt te vroeg op, bij byte { $at }. Download het opnieuw.
refused-register-too-large = Het bestand is groter dan { $limit } MB.
refused-register-piece-too-large = Iets in het bestand is veel te lang, bij byte { $at }.
refused-register-nested = In dit bestand staan organisaties binnen organisaties. Dat is een ander register dan dat van domeinen.
refused-register-names-many = Het bestand noemt meer dan { $limit } namen voor één organisatie.
refused-register-empty = Er is geen enkele organisatie met een domein gevonden ({ $left } dingen waren niet te gebruiken). Is dit de export van het domeinregister, exportRIO.xml?
refused-register-undated = Het bestand zegt niet van welke dag het is. Zeg het zelf, bijvoorbeeld 2026-09-01.
refused-register-from-tomorrow = Het register zou van { $date } zijn, en die dag moet nog komen.
refused-register-none = Er is hier geen register.
refused-register-host = { $given } is geen domeinnaam. Een server met een poort, of een IP-adres, krijgt geen kenmerk.
refused-register-file = Kies een bestand.
refused-register-upload = Het formulier neemt hoogstens { $limit } MB. Gebruik de opdrachtregel: archipel register import.
cli-register-imported = Het register van { $date } is opgenomen: { $organisations } organisaties met { $names } namen, uit { $source }.
cli-register-left-out = Weggelaten: { $ended } die zijn opgezegd, { $pages } pagina's op servers van anderen, { $unreadable } die geen domeinnaam zijn, { $nameless } organisaties zonder naam.
cli-register-marks = Bekende servers: { $gained } met een nieuw kenmerk, { $kept } als tevoren, { $lost } zonder kenmerk voortaan, { $doubted } om een reden zonder kenmerk.
cli-register-own = Deze installatie, { $host }: domein geregistreerd voor { $organisation }.
cli-register-own-not = Deze installatie, { $host }, krijgt geen kenmerk.
cli-register-removed = Het register is vergeten, met alle kenmerken.
cli-register-marked = { $host }: domein geregistreerd voor { $organisation }, door { $name } in het register van { $date } ({ $source }).
cli-register-disputed = { $host }: geen kenmerk. In het register van { $date } staat { $name } bij meer organisaties: { $organisation }.
cli-register-shared = { $host }: geen kenmerk. { $name } staat op naam van { $organisation }, maar wat eronder ligt is niet van één organisatie; { $host } moet er zelf in staan.
cli-register-unlisted = { $host }: geen kenmerk. Deze naam en de namen erboven staan niet in het register van { $date } ({ $source }).

# Labs uit een tabel
refused-table-too-large = Het bestand is groter dan { $limit } MB.
refused-table-too-long = De tabel heeft meer dan { $limit } rijen.
refused-table-encoding = Het bestand is niet in UTF-8. Sla het in een rekenblad op als "CSV UTF-8".
refused-table-empty = Er staat geen lab in de tabel.
refused-table-heading = Niemand kent de kop { $given }. Bekend zijn: { $known }.
refused-table-heading-twice = De kop { $given } staat er twee keer.
refused-table-no-handle = De tabel heeft geen kop handle.
refused-table-cells = { $count } cellen, terwijl er { $wanted } koppen zijn. Dat komt ook door een aanhalingsteken dat nooit wordt gesloten.
refused-table-twice = { $handle } staat ook in rij { $row }.
refused-table-exists = Het lab { $handle } bestaat al. Zeg erbij dat bestaande labs mogen veranderen.
refused-table-host = { $host } is een andere installatie: die labs zijn van daar.
refused-table-meanwhile = Er verdwenen labs terwijl de tabel werd opgenomen. Probeer het opnieuw.
cli-labs-row = rij { $row }: { $what }
cli-labs-cell = rij { $row }, kolom { $column }: { $what }
cli-labs-wrong = { $count ->
    [one] 1 fout in de tabel; er is niets veranderd.
   *[other] { $count } fouten in de tabel; er is niets veranderd.
}
cli-labs-would = Zou { $new } labs aanmelden, { $changed } veranderen en { $same } laten zoals ze zijn. Er is niets veranderd.
cli-labs-imported = { $new } labs aangemeld, { $changed } veranderd, { $same } gelaten zoals ze waren.
refused-table-upload = Het formulier neemt hoogstens { $limit } kB. Gebruik de opdrachtregel: archipel lab import.
refused-table-new-many = Het formulier meldt hoogstens { $limit } labs tegelijk aan. Gebruik de opdrachtregel: archipel lab import.
labs-import-title = Labs uit een tabel
labs-import-lead = Een CSV-bestand met een rij voor elk lab. Eerst zie je wat er zou gebeuren; alles gebeurt, of niets.
field-labs-file = Tabel
field-labs-file-hint = CSV in UTF-8, met een komma of een puntkomma tussen de cellen. De koppen zijn die van de tabel die de gids geeft (CSV, onder de lijst); handle en name zijn genoeg.
labs-import-update = Labs die er al zijn mogen veranderen
labs-import-try = Bekijk wat er zou gebeuren
labs-import-plan = Dit zou er gebeuren
labs-import-new = is nieuw
labs-import-changed = krijgt een ander:
labs-import-same = blijft zoals het is
labs-import-confirm = Doe het
labs-import-not = Doe het niet

# De catalogus van gegevenssets
catalog-title = Gegevens van { $organisation }
catalog-about = Wat { $organisation } als gegevens weggeeft: de gids van labs en wat zij leerden.
catalog-api = Hetzelfde voor programma’s
catalog-api-about = Labs en bijdragen, bladzijde voor bladzijde, beschreven in OpenAPI; met een token ook om te schrijven.
catalog-labs = Labs
catalog-labs-about = De gids van labs die { $organisation } kent, eigen labs en die van anderen: waar zij aan werken, waar zij zijn, hoe zij ervoor staan en bij wie zij horen.
catalog-labs-rights = Wat een lab van zichzelf zegt is van de eigen organisatie.
catalog-shares = Bijdragen
catalog-shares-about = Wat de labs van { $organisation } leerden, ook waar het niet lukte.
catalog-shares-rights = Elke bijdrage noemt zijn eigen licentie.
