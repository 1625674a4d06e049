# Every page
skip-to-content = Skip to the content
nav-main = Main
nav-labs = Labs
nav-themes = Themes
nav-organisation = Organisation
nav-following = Following
nav-deliveries = Deliveries
nav-blocks = Blocks
sign-in = Sign in
sign-out = Sign out
footer-what = An instance of Archipel, the federated directory of public innovation. No tracking, no scripts.
footer-api = For scripts and other systems
any = Any
from-host = from { $host }
pages-shares = More shares
pages-labs = More labs
pages-newest = Back to the newest
pages-older = Older
pages-deliveries = More deliveries
pages-first = Back to the first
pages-further = Further
save = Save
hashtags = Hashtags
followers = { $count ->
    [0] no followers yet
    [one] { $count } follower
   *[other] { $count } followers
}
followers-here = { $count ->
    [0] followed by nobody here
    [one] followed by { $count } here
   *[other] followed by { $count } here
}
participants = { $count ->
    [one] { $count } takes part
   *[other] { $count } take part
}
shares = { $count ->
    [0] no shares yet
    [one] { $count } share
   *[other] { $count } shares
}
shares-here = { $count ->
    [0] no shares known here
    [one] { $count } share known here
   *[other] { $count } shares known here
}
replies = { $count ->
    [one] { $count } reply
   *[other] { $count } replies
}
likes = { $count ->
    [one] { $count } like
   *[other] { $count } likes
}
boosts = { $count ->
    [one] { $count } boost
   *[other] { $count } boosts
}
time-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
time-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
time-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
time-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
time-ahead = in { $time }
time-past = { $time } ago
time-now = now
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# Words
kind-update = Update
kind-story = Story
kind-result = Result
kind-research = Research
kind-method = Method
kind-question = Question
kind-idea = Idea
kind-term = Term
kind-issue = Issue
outcome-none = Cannot be said (yet)
outcome-worked = It worked
outcome-partly = It worked in part
outcome-did-not-work = It did not work
outcome-stopped = Stopped
licence-cc-by-4-0 = CC BY 4.0: reuse with attribution
licence-cc-by-sa-4-0 = CC BY-SA 4.0: attribution, share alike
licence-cc0-1-0 = CC0 1.0: public domain
licence-eupl-1-2 = EUPL 1.2: for code
lab-kind-lab = Lab
lab-kind-doetank = Doetank
lab-kind-community = Community
lab-kind-network = Network
lab-kind-campaign = Campaign
lab-state-starting = starting
lab-state-active = active
lab-state-dormant = dormant
lab-state-ended = ended
open-to-visits = visits
open-to-questions = questions
open-to-joint-work = joint work
organisation-kind-ministry = Ministry
organisation-kind-agency = Agency
organisation-kind-municipality = Municipality
organisation-kind-province = Province
organisation-kind-water-authority = Water authority
organisation-kind-knowledge-institution = Knowledge institution
organisation-kind-company = Company
organisation-kind-society = Society
view-list = Cards
view-alphabet = A to Z
view-table = Table
sort-activity = last active
sort-name = name
sort-newest = newest
whose-all = Everywhere
whose-own = Here
whose-elsewhere = Elsewhere
follow-state-requested = asked, not answered yet
follow-state-accepted = following
follow-state-rejected = not accepted

# Home and organisation
home-title = Home
home-heading = What { $organisation } tries, learns and shares
home-lead = Labs write here what worked and what did not. Follow them from wherever you are on the fediverse; every organisation has its own island, and together they are one archipelago.
home-to-labs = Look at the labs
home-newest = New, here and elsewhere
home-no-shares = Nothing was shared yet.
home-own-labs = Labs of ours
home-known-labs = { $count ->
    [one] and one lab elsewhere
   *[other] and { $count } labs elsewhere
}
home-all-own = All labs of ours
first-steps = First steps
first-lab = Register the first lab.
first-share = Write its first share: what was tried, and what was learned.
first-follow = Follow a lab of another organisation, and read it here.
first-members = Give colleagues an account, on the server:
first-doctor = Let the doctor look whether everything can be reached:
first-visit = The first labs are on their way
first-visit-text = Nothing was published here yet. Soon the labs of { $organisation } tell here what they try and learn; come back in a while.
first-visit-administrator = Do you look after this instance? Make yourself an account on the server, then sign in:
how-title = How to follow a lab
how-copy = Copy the handle from the page of the lab.
how-search = Paste it into the search of your own server, such as Mastodon.
how-follow = Press Follow. New shares appear in your timeline, and your replies appear here.
how-more = Or use the Follow button of a lab: it leads to your own server.
organisation-title = Organisation
organisation-lead = These are the pages of { $organisation }. Its labs publish here what they learn.
organisation-address = On the fediverse:
organisation-register = In the register of organisations:
organisation-labs = Labs

# Labs
labs-title = Labs
labs-lead = Groups that try things out in public service, of every organisation we know. Each can be followed.
labs-none = There is no lab yet.
labs-known-none = There is no lab here yet. Register one, or follow a lab of another organisation: then it appears here.
labs-filter = Look for a lab
labs-look = Look
labs-all = Show everything
labs-more = More to choose from
labs-ways = Ways to look at the list
labs-view = Show as
labs-sort = Sort by
labs-letters = Letters
labs-audience = Audience
labs-last = Last shared
labs-formats = The same for programs:
labs-none-found = No lab here is like that. Fewer words or choices may find more.
lab-new = Register a lab
lab-new-lead = A lab is a group that can be followed. Everything but the handle can be changed later.
lab-register = Register
lab-edit = Describe this lab
lab-collections = Where this lab is shown
lab-collections-lead = Others show labs they recommend on their profiles. Your lab agrees by itself; here you can take it out again. It is not shown there again afterwards.
lab-collections-none = Nobody shows this lab in a collection yet.
lab-collections-leave = Leave
lab-about = About
lab-no-summary = This lab has not described itself yet.
lab-stewards = Stewards
lab-shares = Shares
lab-no-shares = This lab has shared nothing yet.
lab-shares-here = Shares that we know
lab-no-shares-here = We know no shares of this lab yet. They arrive when someone here follows it.
lab-origin = See it at { $host }
lab-follow-there = Follow at { $host }
lab-fetched = as it was on { $date }
lab-active = last shared on { $date }
lab-ended = This lab has ended. What it learned stays here.
lab-ended-on = This lab ended on { $date }. What it learned stays here.
lab-successor = Its work goes on at
lab-end = End this lab
lab-end-lead = Its page says that it has ended. Everything it shared stays readable and can be corrected; nothing new is published in it. Whoever describes the lab anew can open it again.
lab-end-confirm = End the lab
lab-end-keep = Keep it going
lab-gone = This lab no longer exists at its origin. What we knew of it stays readable.

# Following
follow = Follow
unfollow = Stop following
follow-accepted = You follow this lab.
follow-requested = You asked to follow this lab; its server has not answered yet.
follow-rejected = Its server did not accept that you follow.
follow-again = Ask again
follow-take-back = Take back
follow-title = Follow { $name }
follow-lead = You follow with the account that you have: on Mastodon, another instance of Archipel, or any other server of the fediverse.
follow-own-title = With your own account
follow-go = Take me there
follow-privacy = We look up once where your server has its follow page. Nothing is kept.
follow-steps-title = Or by hand
follow-step-copy = Copy the handle:
follow-step-search = Paste it into the search of your server or app.
follow-step-follow = Open the profile that is found, and press Follow.
follow-new-title = No account yet?
follow-new = Any server of the fediverse will do. Mastodon is a friendly place to begin; many public bodies have a server of their own, so ask a colleague.
follow-elsewhere = Follow someone elsewhere
follow-elsewhere-lead = A lab of another organisation, or anyone on the fediverse. What they share can then be read here.
follow-confirm = Follow
follow-look-first = Look first
following-title = You follow
following-none = You follow nobody yet.

# Shares
share-new = Write a share
share-new-lead = What did you try, and what did you learn? What did not work helps others as much.
share-edit = Correct this share
share-corrected = corrected on { $date }
share-from = This was published at { $host }.
share-origin = Read it there
share-picture-there = A picture belongs to this; see it at { $host }.
preview = Preview
publish = Publish
publish-hint = Everyone who follows hears of it at once.
publish-correction = Publish the correction
publish-correction-hint = The address stays; everyone who has the share gets the correction.
withdraw = Withdraw
withdraw-title = Withdraw this share?
withdraw-text = It disappears here for good, and we ask every server that has it to remove it. Its address will say that it was withdrawn.
withdraw-confirm = Withdraw it
withdraw-keep = Keep it
voice-lab = The lab: { $lab }
voice-member = Myself: { $name }
voice-organisation = The organisation: { $organisation }
replies-title = Replies
replies-none = Nobody has replied yet.
replies-earlier = Earlier replies
replies-newest = The newest replies
reply-label = Your reply
reply-hint = Everyone can read it. Markdown works.
reply-send = Reply
reply-how-title = Reply from the fediverse
reply-how = Paste this address into the search of your own server, and reply to what you find:
tag-kicker = Everything with the hashtag
tag-empty = Nothing here has this hashtag.

# Themes
themes-title = Themes
themes-lead = What labs work on, whatever each organisation calls it.
theme-labs = { $count ->
    [0] no labs yet
    [one] { $count } lab
   *[other] { $count } labs
}
theme-labs-both = { $count ->
    [one] { $count } lab works on both
   *[other] { $count } labs work on both
}
theme-lead = Who works on it here and elsewhere, what they shared lately, and whom to talk to.
theme-who = Who works on it
theme-nobody = No lab that we know works on this yet. A steward can choose it where the lab is described.
theme-shares = Shared lately
theme-no-shares = Nothing was shared about it yet. A share appears here by one of these hashtags:
theme-all-shares = All of it:
theme-organisations = Organisations
theme-overlaps = They work on this too
theme-people = Whom to talk to
theme-steward-of = steward of { $lab }
theme-ask = Ask a lab: mention its address in a message from your own server.
theme-new = Add a theme
theme-edit = Change this theme
theme-collection = Show it on our profile
theme-collection-hint = Followers in Mastodon (4.6 or newer) then see the labs on this theme as a collection on our profile, each with its own consent. Labs elsewhere are asked first.
theme-collection-granted = { $count ->
    [one] One lab is shown.
   *[other] { $count } labs are shown.
  }
theme-collection-asked = { $count ->
    [0] Nobody else is being asked.
    [one] One lab has been asked and has not answered yet.
   *[other] { $count } labs have been asked and have not answered yet.
  }
theme-collection-show = Show as a collection
theme-collection-hide = Do not show it any more
theme-merge = Merge with another
theme-merge-into = Which one stays
theme-merge-hint = What was shown under this theme is shown under that one, and this address leads there. It cannot be undone.
theme-others = What labs elsewhere call it
theme-others-hint = Put one of these identifiers into a theme of ours that means the same, and they meet.

# Members
sign-in-lead = For members of { $organisation }. To read and to follow, you need no account here.
sign-in-wrong = Handle and password do not belong together. Try again.
sign-in-wait = That was a lot of attempts. Wait a minute, then try again.
again-title = Your session has ended; your text is here
again-lead = Nothing was published, and nothing you typed is lost.
again-sign-in = Sign in again, in a new tab
again-come-back = Come back to this tab, and go on.
again-typed = What you typed
again-go-on = I am signed in: go on
again-picture = A picture that you had just chosen has to be chosen again.
sign-in-hint = Forgotten? Whoever looks after this instance can give you a new password.
member-shares = Shares in their own name
member-no-shares = Nothing yet.

# Tokens, and the API
tokens-title = Tokens
tokens-back = Your page
tokens-lead = With a token a script or another system can publish for you. It can do what you can do, and no more than you choose here.
tokens-how = How that works
tokens-made = The token “{ $name }” was made. Copy it now: it is shown this once only.
tokens-made-hint = Keep it like a password. Whoever has it can publish for you until it ends or you revoke it.
tokens-add = Make a token
tokens-make = Make this token
tokens-list = Your tokens
tokens-none = You have no tokens yet.
tokens-since = made on { $date }
tokens-until = valid until { $date }
tokens-used = last used on { $date }
tokens-unused = never used
tokens-revoke = Revoke
tokens-revoke-of = Revoke the token { $name }
token-valid = Can be used
token-over = Has expired
token-revoked = Was revoked
scope-labs = Register and describe labs
scope-shares = Publish, correct and withdraw shares
field-token-name = What is it for?
field-token-name-hint = A name that you will still understand next year, such as “Our website”.
field-scopes = What may it be used for?
field-scopes-hint = Choose as little as is needed. Reading needs no token.
field-until = Last day
field-until-hint = At most a year from now.
api-title = For scripts and other systems
api-lead = Everything that can be read here, programs can read too. With a token they can publish as well.
api-description = All of it is described, for programs and those who write them (OpenAPI 3.1), in
api-read = Read
api-read-how = Reading needs no token and no account. The filters are those of the pages.
api-go-on = Read on to the end
api-go-on-how = A list comes in parts of at most a hundred. Each part says in “next” where the following one is; in the last it is null.
api-write = Publish
api-write-how = Make a token first, and keep it where only your script finds it. Then a share is published as by the form: whoever follows the lab hears of it at once. Sent twice with the same Idempotency-Key, it is published once. Make a token:
api-change-how = A share can be corrected (what you leave out stays as it is) and withdrawn.
api-scopes = What a token may be used for
api-wrong = When something is wrong
api-wrong-how = Then the answer is a problem in JSON: what went wrong, and for each field how to mend it, in Dutch or English. After more than 600 requests a minute from one address, or 120 with one token, the answer is 429, with when to come again.

# Deliveries
deliveries-title = Deliveries
deliveries-lead = What this instance says to other servers, and what has not arrived yet. Nothing is lost silently: each delivery ends in one of these states.
deliveries-states = How deliveries stand
deliveries-states-of = How deliveries to { $host } stand
deliveries-none-yet = Nothing was sent to other servers yet. As soon as somebody elsewhere follows a lab, it is seen here.
deliveries-hosts = Whom most waits for
deliveries-hosts-none = Nothing waits. Everything that can arrive has arrived.
deliveries-all-hosts = All hosts
deliveries-all-states = All states
deliveries-list = One by one
deliveries-list-of = One by one, to { $host }
deliveries-none = There is no such delivery.
deliveries-tried = { $count ->
    [0] Nothing here can be tried again now: it has arrived, or is on its way.
    [one] One is tried again now.
   *[other] { $count } are tried again now.
}
deliveries-try = Try again now
deliveries-try-to = Try again now: { $host }
deliveries-try-all = Try everything again now
deliveries-try-host = Try everything for { $host } again now
deliveries-try-hint = { $count ->
    [one] One delivery; it gets another 30 days.
   *[other] { $count } deliveries; each gets another 30 days.
}
deliveries-blocked-hint = What a block stopped stays stopped.
deliveries-waiting = { $count ->
    [one] { $count } waits
   *[other] { $count } wait
}
deliveries-failures = { $count ->
    [0] not tried yet
    [one] tried once
   *[other] tried { $count } times
}
deliveries-rests = rests, goes on { $time }
deliveries-goes = goes on now
deliveries-next = next try { $time }
deliveries-due = is being tried
deliveries-to = to
delivery-state-waiting = waiting
delivery-state-delivered = delivered
delivery-state-gone = gone
delivery-state-refused = refused
delivery-state-expired = expired
delivery-state-superseded = superseded
delivery-state-blocked = blocked
delivery-meaning-waiting = It is tried now or later.
delivery-meaning-delivered = The other server has it.
delivery-meaning-gone = The inbox no longer exists.
delivery-meaning-refused = The other server does not want it.
delivery-meaning-expired = It was tried for 30 days.
delivery-meaning-superseded = Something newer about the same thing went instead.
delivery-meaning-blocked = We blocked who would have received it.
deed-create = New share
deed-correct = Correction
deed-delete = Withdrawal
deed-announce = Passed on by a lab
deed-follow = Wish to follow
deed-accept = Answer to a follower
deed-undo = Taken back
deed-other = Message
cause-trouble = Its server has trouble at the moment.
cause-too-much = Its server asks us to wait.
cause-denied = Its server does not accept this from us.
cause-missing = Its server knows no such inbox.
cause-closed = Its server cannot be reached.
cause-slow = Its server did not answer in time.
cause-barred = That address may not be opened.
cause-other = It could not be sent.

# Blocks
blocks-title = Blocks
blocks-lead = Whom this instance has nothing to do with. Nothing comes from there, nothing goes there, and nothing of it is shown.
blocks-none = Nobody is blocked.
blocks-list = Blocked now
blocks-add = Block someone
blocks-look = Look what it closes
blocks-since = since { $date }
blocks-kind-host = with everything below it
blocks-kind-actor = this actor only
blocks-no-reason = No reason was written down.
blocks-confirm-title = Block { $subject }?
blocks-closes-host = This closes { $subject } and every host below it, such as labs.{ $subject }: nothing comes from there, nothing goes there, and nothing of it is shown.
blocks-closes-actor = This closes one actor, { $subject }. Others on the same server notice nothing.
blocks-known = { $count ->
    [0] We know nobody there.
    [one] We know one actor there. What we keep of it is removed, and following it ends:
   *[other] We know { $count } actors there. What we keep of them is removed, and following them ends:
}
blocks-known-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
blocks-again = What is removed does not return when the block is taken back: it is read again when it is met again.
blocks-shared = Mind: many who have nothing to do with each other have a host below { $subject }. All of them would be blocked. Perhaps you mean one of them?
blocks-covered = { $subject } is blocked already, and covers this.
blocks-block = Block
blocks-keep = Do not block
blocks-remove = Take back
blocks-remove-of = Take back: { $subject }
blocks-remove-title = Take back the block of { $subject }?
blocks-remove-text = From then on it is heard again, and can be followed again. What was removed comes back only where it is met again.
blocks-remove-confirm = Take it back
blocks-remove-keep = Leave it blocked
blocks-removed = The block was taken back. What was removed is read again when it is met again.

# Fields
field-block-subject = Whom
field-block-subject-hint = A host, such as spam.example; or one actor: the address of its page, or @name@host where we know it.
field-reason = Reason
field-reason-hint = For other administrators; nobody else sees it.
field-look-for = Name, address or words
field-whose = Where
field-handle = Handle
field-handle-hint = 2 to 40 of a–z, 0–9 and _ . People follow @handle@{ $host }. It cannot be changed later.
field-name = Name
field-name-hint = As people read it, at most 100 characters.
field-lab-kind = Kind
field-lab-kind-hint = A lab stays, a doetank works on one case, a community shares a field, a network joins organisations, a campaign has dates.
field-theme = Theme
field-themes = Themes
field-themes-hint = What it works on; at most 8.
field-open-to = Open to
field-state = State
field-state-hint = Starting, active or dormant. How to end a lab stands below the form.
field-place = Place
field-place-hint = A town, a region, or “online”.
field-languages = Languages
field-languages-hint = The codes of the languages it works in, such as nl en.
field-founded = Founded
field-ended = Ended
field-day-hint = Such as 2026-09-01.
field-mandate = Mandate
field-mandate-hint = By whose order it works, and with what room; at most 300 characters.
field-successor = Who goes on with its work
field-successor-hint = The address of a lab’s page, or @lab@host of one we know. Leave it empty where nobody does.
field-slug = Word in the address
field-slug-hint = 2 to 60 of a–z, 0–9 and - . It cannot be changed later.
field-label-nl = In Dutch
field-label-en = In English
field-label-hint = At most 60 characters. A hashtag of the same words counts as this theme.
field-same-as = The same elsewhere
field-same-as-hint = Identifiers that others give to the same theme, one on each line, such as https://archipel.example/themes/ai
field-organisation = Organisation
field-organisation-kind = Kind of organisation
field-summary = Description
field-summary-hint = What is it for, and for whom? Markdown works; at most 2,000 characters.
field-picture = Picture
field-picture-file = File
field-picture-kept = This picture stays, unless you choose another.
field-picture-remove = Remove this picture
field-picture-hint = PNG, JPEG or WebP, at most 12 MB. What cameras add, such as a place, is removed.
field-picture-description = What can be seen on it
field-picture-description-hint = For everyone who cannot see it.
field-title = Title
field-title-hint = At most 200 characters.
field-body = Text
field-body-hint = Markdown: **bold**, ## heading, - list. #hashtags and @name@server become links.
field-kind = Kind
field-outcome = How did it go?
field-language = Language
field-licence = Licence
field-voice = Who speaks?
field-address = Your handle
field-address-hint = Such as @you@mastodon.example
field-other-address = Address
field-other-address-hint = Such as @lab@archipel.example, or the address of its page.
field-own-handle = Handle
field-password = Password

# What went wrong
error-400 = We could not read that
error-400-text = Something in the request was not as expected. Go back and try again.
error-401 = A token is needed
error-401-text = This needs a token that can be used.
error-403 = This is not for you to do
error-403-text = You may not do this.
error-404 = Not found
error-404-text = There is nothing at this address.
error-405 = That is not possible here
error-405-text = This address does not take what was sent.
error-409 = It exists already
error-409-text = Something like it exists already.
error-410 = It was withdrawn
error-410-text = What was here has been withdrawn.
error-413 = That is too much
error-413-text = What was sent is too large.
error-415 = Not this form
error-415-text = What was sent is in a form that we do not take.
error-422 = Something must be mended
error-422-text = Go back, and look at what you filled in.
error-429 = Too often
error-429-text = Wait a little, and try again.
error-500 = Something went wrong here
error-500-text = That is our mistake. It is in the log of whoever looks after this instance. Try again in a while.
error-forged = This form was not written for this session, or the session ended. Go back, reload the page, and try again.
error-to-labs = Look at the labs
error-to-home = To the first page

# Refusals: one for every key in the code
refused-actor-unknown = We do not know { $address } here.
refused-address = “{ $given }” is no address; write it like @lab@archipel.example, or give the address of the page.
refused-address-unknown = There is nobody at { $address }.
refused-address-unreachable = The server of { $address } does not answer; try again later.
refused-address-unusable = What { $address } answers cannot be followed.
refused-api-after = This is no place in this list. Follow the address in `next` as it is.
refused-api-fields = Some fields must be mended; `errors` says which, and how.
refused-api-json = The body is no JSON that fits here: { $reason }.
refused-api-letter = Give one letter from a to z, or #.
refused-api-limit = Give a number from 1 to { $most }.
refused-api-media-type = Send the body as application/json.
refused-api-method = This address takes { $allowed }.
refused-api-parameters = Some parameters cannot be used; `errors` says which, and why.
refused-api-query = The address cannot be read: { $reason }.
refused-api-too-many = That was too often. Try again after { $seconds } seconds.
refused-api-word = That is none of the words that can stand here.
refused-block-own = { $subject } covers this instance itself; it cannot be blocked.
refused-block-subject = “{ $given }” cannot be blocked; give a host such as example.org, or the address of an actor.
refused-block-too-wide = “{ $given }” is far too wide; give a host such as example.org.
refused-block-unknown = { $subject } was not blocked.
refused-blocked = { $subject } is blocked on this instance.
refused-body-blank = Write something first.
refused-body-too-long = The text has { $length } characters; { $limit } is the most.
refused-data-folder = The folder { $folder } cannot be used; look at its owner and permissions.
refused-day = “{ $given }” is no day; write it like 2026-09-01.
refused-follow-own = That is one of ours; following works between servers.
refused-follow-unknown = { $address } was not followed.
refused-follower-unknown = Nobody here is called { $handle }.
refused-handle = “{ $given }” cannot be a handle: use 2 to 40 of a–z, 0–9 and _ .
refused-handle-reserved = “{ $given }” is kept for pages; choose another handle.
refused-handle-taken = { $handle } is taken; choose another handle.
refused-idempotency-key = An Idempotency-Key is plain text of at most { $limit } characters.
refused-idempotency-key-used = This Idempotency-Key was used for another request within the last day. Choose a new one.
refused-instance = This instance is not founded yet; start it once with archipel serve.
refused-instance-address = This instance was founded as { $known }, and its address never changes. Set ARCHIPEL_URL back.
refused-lab-ended = { $lab } has ended; nothing new is published in it. Describe it as active to open it again.
refused-lab-kind = “{ $given }” is no kind of lab; choose lab, doetank, community, network or campaign.
refused-lab-state = “{ $given }” is no state; choose starting, active, dormant or ended.
refused-lab-unknown = There is no lab "{ $handle }" here.
refused-language = “{ $given }” is no language code; use one such as nl or en.
refused-languages-many = A lab has at most { $limit } languages.
refused-licence = “{ $given }” is no licence we know; choose CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0 or EUPL-1.2.
refused-mandate-too-long = The mandate has at most { $limit } characters.
refused-member-unknown = There is no member { $handle } here.
refused-name-blank = Give it a name.
refused-name-too-long = A name has at most { $limit } characters.
refused-no-follow-screen = { $host } offers no follow page. Copy the handle below, and paste it into the search of your server.
refused-not-allowed = You have no role that allows this. Ask a steward of the lab.
refused-open-to = “{ $given }” is nothing a lab can be open to; choose visits, questions or joint_work.
refused-organisation-handle = The organisation’s handle is { $known }, and never changes. Set ARCHIPEL_ORGANISATION_HANDLE back.
refused-organisation-kind = “{ $given }” is no kind of organisation.
refused-organisation-unknown = We know no organisation at { $host }.
refused-outcome = “{ $given }” is no outcome; choose worked, partly, did_not_work or stopped.
refused-page-unknown = There is nothing at this address. Perhaps it moved, or the address has a slip in it.
refused-password-too-long = That password is too long.
refused-password-too-short = A password has at least { $limit } characters.
refused-picture-too-large = The picture is larger than { $limit } MB; make it smaller.
refused-picture-too-many-pixels = The picture has more than { $limit } million pixels; make it smaller.
refused-picture-unreadable = This is no picture we can read; use PNG, JPEG or WebP.
refused-place-too-long = A place has at most { $limit } characters.
refused-reply-unknown = There is no reply at this address.
refused-role = “{ $given }” is no role; choose steward or editor.
refused-scope = “{ $given }” is no scope; choose labs:write or shares:write.
refused-scope-missing = This token lacks the scope { $scope }. Make one that has it.
refused-scopes-none = Choose at least one thing that the token may be used for.
refused-second-worker = Another process already works the queue in { $folder }. With SQLite there is one; stop it first, or use PostgreSQL.
refused-session-new = This form was of an earlier session. Everything you typed is here: look at it, and send it again.
refused-share-elsewhere = This share belongs to another instance; it can only be changed there.
refused-share-exists = This share exists already.
refused-share-kind = “{ $given }” is no kind of share; choose update, story, result, research, method, question, idea, term or issue.
refused-share-unknown = There is no share at this address.
refused-share-withdrawn = This share was withdrawn by those who wrote it.
refused-successor-itself = A lab cannot succeed itself.
refused-successor-unknown = We do not know { $address } here; give the address of its page.
refused-summary-too-long = The description is longer than { $limit } characters.
refused-theme-itself = A theme cannot be merged into itself.
refused-stamp-unknown = The lab is not in that collection any more.
refused-theme-label-blank = Give it a label in both languages.
refused-theme-label-too-long = A label has at most { $limit } characters.
refused-theme-same-as = “{ $given }” is no address; give identifiers that begin with https:// or http://.
refused-theme-same-as-many = At most { $limit } identifiers mean the same.
refused-theme-slug = “{ $given }” cannot stand in an address: use 2 to 60 of a–z, 0–9 and - .
refused-theme-taken = There is or was a theme { $slug } here; choose another word.
refused-theme-unknown = There is no theme { $slug } here.
refused-themes-enough = There are { $limit } themes already; merge some first.
refused-themes-many = A lab works on at most { $limit } themes.
refused-title-blank = Give it a title.
refused-title-too-long = The title has { $length } characters; { $limit } is the most.
refused-token-invalid = This token is not known here, or it has expired or was revoked. Make a new one.
refused-token-name-blank = Give the token a name, so that you know later what it was for.
refused-token-name-too-long = The name of a token has at most { $limit } characters.
refused-token-needed = This needs a token. Send it as: Authorization: Bearer archipel_...
refused-token-unknown = There is no such token.
refused-token-until = Choose a day from today until a year from now.
refused-tokens-many = You have { $limit } tokens that can be used; revoke some first.
refused-tooi = “{ $given }” is no identifier of the register of organisations.
refused-voice-of-another = You cannot speak for someone else.

# The command line
cli-address-in-use = Something else listens on { $address } already; stop that first, or choose another address.
cli-block-added = Blocked { $subject }. Removed: { $actors } known there. Stopped: { $deliveries } on their way.
cli-block-removed = { $subject } is not blocked any more. What was removed is read again when it is met again.
cli-block-shared = Mind: many who have nothing to do with each other have a host below { $subject }, and all are blocked now.
cli-delivery-retried = { $count ->
    [0] Nothing waits: everything was delivered.
    [one] One delivery is tried again now.
   *[other] { $count } deliveries are tried again now.
}
cli-delivery-state = “{ $given }” is no state of a delivery; choose one of { $states }.
cli-demo-folder = { $folder } holds something that is not a demo; choose an empty or a new folder.
cli-doctor-failed = Something must be mended; the lines above say what.
cli-follow-accepted = { $follower } follows { $address }.
cli-follow-rejected = { $address } does not want to be followed by { $follower }.
cli-follow-requested = { $follower } asked to follow { $address }; the answer has not come yet.
cli-lab-added = People can now follow { $address }.
cli-lab-ended = { $lab } ended on { $day }.
cli-list-limited = Only the first { $limit } are shown; --limit shows more.
cli-migrated = { $steps ->
    [0] The tables were up to date.
    [one] The tables were brought up to date in one step.
   *[other] The tables were brought up to date in { $steps } steps.
}
cli-not-text = { $file } is not text: expected Markdown or plain text in UTF-8.
cli-nothing-to-change = Nothing was given to change; give at least one of { $options }.
cli-password-again = The same again:{" "}
cli-password-made = This is the password; it is not shown again:
cli-password-prompt = Password (leave empty to get one):{" "}
cli-passwords-differ = The two passwords are not the same; nothing was changed.
cli-reading-kind = “{ $given }” is nothing that is read; choose one of { $kinds }.
cli-share-withdrawn = “{ $title }” is withdrawn; everyone it was sent to is told.
cli-too-large = { $file } is far larger than a share may be.
cli-unfollowed = { $follower } no longer follows { $address }.
cli-unreadable = { $file } cannot be read ({ $cause }).

# Peers
nav-peers = Peers
peers-title = Peers
peers-lead = Other instances that this one knows. Connect with one, and its labs and shares are in the directory here.
peers-add = Connect with another
field-peer = Address
field-peer-hint = A host such as labs.example.org, or the address of anyone on the fediverse, such as @lab@example.social. You see who it is before anything happens.
peers-look = Look who that is
peers-look-at = Look who { $address } is
peers-several = Connect with several at once
peers-several-look = Look who they are
peers-several-connect = Connect with all of these
peers-several-done = Connected
peers-several-missed = Not found
field-peers = Addresses
field-peers-hint = A starter list: one address to a line, at most 25. What follows a # is a remark. You see who they are before anything happens.
refused-peers-several = Give one address to a line: at least one, at most { $most }.
peers-known = Known
peers-none = Nobody yet. Type the address of another instance above, and its labs appear here within a minute.
peers-further = Further peers
peers-suggested = Suggested
peers-suggested-none = Nobody: those we know name nobody whom we do not know.
peers-named = { $count ->
    [one] known by one peer
   *[other] known by { $count } peers
}
peers-labs = { $count ->
    [one] 1 lab
   *[other] { $count } labs
}
peers-shares = { $count ->
    [one] 1 share
   *[other] { $count } shares
}
peers-not-connected = not connected
peers-silent = not reachable since { $date }
peers-contacted = heard from { $time }
peer-policy-open = open
peer-policy-limited = limited
peer-policy-hint-open = Open: its labs are in the directory and in search.
peer-policy-hint-limited = Limited: they are shown to nobody who does not follow them.
peer-look-title = Who is there
peer-runs = Runs
peer-runs-unknown = It does not say.
peer-offers = Offers
peer-published = Published
peer-look-directory = After connecting, its labs and what they published appear here, and stay up to date.
peer-look-actor = This is one actor without a directory. After connecting, it is listed here as a lab.
peer-connect = Connect
peer-connect-not = Do not connect
peer-progress = How far it was read
peer-not-connected = Its directory is not wanted here. It is known because it knows us, or was connected before.
peer-unread = { $count ->
    [0] reading goes on
    [one] one more thing is being read
   *[other] { $count } more things are being read
}
peer-read = all of it was read
peer-watch = Keep this page up to date
peer-watch-not = Stop updating this page
peer-follow-requested = Our instance asked to follow it, and waits for an answer.
peer-follow-accepted = Our instance follows it: changes arrive by themselves.
peer-follow-rejected = It does not let our instance follow it. It is read once a day.
peer-problem = Something is wrong there:
peer-policy = What it may do here
peer-policy-legend = Its labs
peer-policy-set = Set
peer-block = Block it
peer-leave = Disconnect
peer-leave-hint = Its labs leave the directory here. What members follow stays.
peer-labs = Its labs here
peer-labs-none = None yet.
peer-listed-by-us = listed by us
refused-peer-own = That is this instance itself.
refused-peer-unknown = We do not know { $host }.
refused-peer-without-organisation = { $host } runs { $software }, which has no directory. Type the address of one actor there, such as @name@{ $host }.
cli-peer-added = Connected with { $name } ({ $address }), which lists { $labs } labs. They appear here within a minute, while the server runs.
cli-peer-listed = { $name } ({ $address }) is listed here as a lab.
cli-peer-set = { $host } is { $policy } now.
cli-peer-removed = Nothing of { $host } is wanted any more.
cli-peer-imported = { $added } connected, { $failed } not.
cli-file = { $path } cannot be read: { $error }
# Search
search-title = Search
search-title-of = Search: { $typed }
search-field = Search labs and shares
search-everywhere = Search everywhere
search-hint = Words in any form, Dutch or English. With quotation marks they have to follow each other: "plain language".
search-look = Search
search-scopes = Where to search
search-scope-here = Here
search-scope-followed = Followed
search-scope-all = Everything known here
search-found = { $count ->
    [0] Nothing found
    [one] { $count } found
   *[other] { $count } found
}
search-many = More than { $count } found: these are the newest and the best
search-chosen = Chosen
search-without = Without { $what }
search-none = Nothing was found with this.
search-meant = Did you perhaps mean:
search-wider = Search for the same everywhere, without filters
search-alone = Try fewer words:
search-other = Try another word, or a shorter one.
search-pages = More results
search-back = Back
search-narrow = Choose further
search-facet-thing = What
search-facet-kind = Kind
search-facet-outcome = How it went
search-facet-language = Language
search-facet-host = Organisation
search-lab = Lab
search-share = Share
search-read = read there on { $date }
tried-title = Tried before?
tried-lead = This looks like what you are writing. Read it first: perhaps you can build on it.
tried-none = We found nothing like this. Fill in a title and some words, or simply go on.
tried-look = See whether this was tried
cli-token-made = This is the token. It is shown this once only:
cli-token-revoked = The token “{ $name }” can no longer be used.
cli-lab-listed = { $lab } is in our directory.
cli-lab-unlisted = { $lab } is not in our directory any more. Its page and its shares stay.
cli-lab-moved = { $lab } moves to { $address }. Its followers are told, and go along where their servers let them. What it shared stays here.
cli-lab-known-as = { $lab } says that it was known as { $address }.
refused-move-one-sided = { $address } does not say that it was known as { $lab }. Say so there first: archipel lab known-as HANDLE { $lab }

# The register of organisations and their domains
register-link = The register of organisations and their domains
register-title = Domain register
register-lead = Whose domain is it really? Take in the public register of organisations and their internet domains, and every lab whose host stands in it is marked "domain registered to". Only this file decides; nothing is asked of anyone.
register-mark = domain registered to { $organisation }
register-of = register of { $date }
register-here = What is here
register-dated = Of
register-source = From
register-imported = Taken in
register-holds = Holds
register-organisations = { $count ->
    [one] 1 organisation
   *[other] { $count } organisations
}
register-names = { $count ->
    [one] 1 name
   *[other] { $count } names
}
register-left = Left out
register-left-ended = { $count ->
    [one] 1 that has ended
   *[other] { $count } that have ended
}
register-left-pages = { $count ->
    [one] 1 page on a host of somebody else
   *[other] { $count } pages on hosts of somebody else
}
register-left-unreadable = { $count ->
    [one] 1 that is no domain name
   *[other] { $count } that are no domain names
}
register-left-nameless = { $count ->
    [one] 1 organisation without a name
   *[other] { $count } organisations without a name
}
register-own = This instance, { $host }
register-own-not = no mark
register-old = This register is more than three months old. Marks may no longer be right: take in a newer one.
register-empty = No register yet, so no marks. On organisaties.overheid.nl there is one to download, as XML.
register-import = Take in a register
register-import-new = Take in a newer one
field-register-file = File
field-register-file-hint = The XML export, exportRIO.xml, of at most 64 MB. It takes the place of the former one; a file that cannot be used changes nothing.
field-register-source = Where it is from
field-register-source-hint = The address from which you downloaded it. Every mark shows it.
field-register-date = Of which day it is
field-register-date-hint = Only needed where the file does not say so itself.
register-take-in = Take in
register-remove = Forget the register
register-remove-hint = Every mark goes with it.
register-hosts = Known hosts that stand in it
register-hosts-none = None.
register-hosts-further = Further hosts
register-doubt-disputed = No mark: two organisations list { $name }.
register-doubt-shared = No mark: what lies below { $name } is not one organisation's. It would have to be listed by its own name.
refused-register-unreadable = The file cannot be read: { $error }
refused-register-no-xml = This is no XML file. Take the XML export of the register, not packed.
refused-register-encoding = The file is not in UTF-8, or says that it is not.
refused-register-doctype = The file declares things of its own (a DTD or entities). The register does not do that, so it is not taken.
refused-register-broken = The file is broken, at byte { $at }.
refused-register-cut = The file ends too early, at byte { $at }. Download it again.
refused-register-too-large = The file is larger than { $limit } MB.
refused-register-piece-too-large = Something in the file is far too long, at byte { $at }.
refused-register-nested = In this file organisations stand inside organisations. That is another register than that of domains.
refused-register-names-many = The file lists more than { $limit } names for one organisation.
refused-register-empty = Not a single organisation with a domain was found ({ $left } things could not be used). Is it the export of the register of domains, exportRIO.xml?
refused-register-undated = The file does not say of which day it is. Say it yourself, such as 2026-09-01.
refused-register-from-tomorrow = The register would be of { $date }, which is still to come.
refused-register-none = There is no register here.
refused-register-host = { $given } is no domain name. A host with a port, or an IP address, gets no mark.
refused-register-file = Choose a file.
refused-register-upload = The form takes at most { $limit } MB. Use the command line: archipel register import.
cli-register-imported = The register of { $date } is here: { $organisations } organisations with { $names } names, from { $source }.
cli-register-left-out = Left out: { $ended } that have ended, { $pages } pages on hosts of somebody else, { $unreadable } that are no domain names, { $nameless } organisations without a name.
cli-register-marks = Known hosts: { $gained } newly marked, { $kept } as before, { $lost } lost their mark, { $doubted } without a mark for a reason.
cli-register-own = This instance, { $host }: domain registered to { $organisation }.
cli-register-own-not = This instance, { $host }, gets no mark.
cli-register-removed = The register is forgotten, and every mark with it.
cli-register-marked = { $host }: domain registered to { $organisation }, by { $name } in the register of { $date } ({ $source }).
cli-register-disputed = { $host }: no mark. In the register of { $date } several organisations list { $name }: { $organisation }.
cli-register-shared = { $host }: no mark. { $name } is listed for { $organisation }, but what lies below it is not one organisation's; { $host } would have to be listed by name.
cli-register-unlisted = { $host }: no mark. Neither it nor a name above it is in the register of { $date } ({ $source }).

# Labs from a table
refused-table-too-large = The file is larger than { $limit } MB.
refused-table-too-long = The table has more than { $limit } rows.
refused-table-encoding = The file is not in UTF-8. In a spreadsheet, save it as "CSV UTF-8".
refused-table-empty = There is no lab in the table.
refused-table-heading = Nobody knows the heading { $given }. Known are: { $known }.
refused-table-heading-twice = The heading { $given } is there twice.
refused-table-no-handle = The table has no heading handle.
refused-table-cells = { $count } cells, where there are { $wanted } headings. A quotation mark that is never closed does that too.
refused-table-twice = { $handle } is in row { $row } as well.
refused-table-exists = The lab { $handle } exists. To change labs that exist, say so.
refused-table-host = { $host } is another instance: its labs are its own.
refused-table-meanwhile = Labs went while the table was being taken in. Try again.
cli-labs-row = row { $row }: { $what }
cli-labs-cell = row { $row }, column { $column }: { $what }
cli-labs-wrong = { $count ->
    [one] 1 mistake in the table; nothing was changed.
   *[other] { $count } mistakes in the table; nothing was changed.
}
cli-labs-would = Would register { $new }, change { $changed } and leave { $same } as they are. Nothing was changed.
cli-labs-imported = Registered { $new }, changed { $changed }, left { $same } as they were.
refused-table-upload = The form takes at most { $limit } kB. Use the command line: archipel lab import.
refused-table-new-many = The form registers at most { $limit } labs at once. Use the command line: archipel lab import.
labs-import-title = Labs from a table
labs-import-lead = A CSV file with a row for each lab. First you see what would happen; all of it happens, or nothing.
field-labs-file = Table
field-labs-file-hint = CSV in UTF-8, with a comma or a semicolon between the cells. The headings are those of the table that the directory gives (CSV, below its list); handle and name will do.
labs-import-update = Labs that exist may be changed
labs-import-try = See what would happen
labs-import-plan = This would happen
labs-import-new = is new
labs-import-changed = gets another:
labs-import-same = stays as it is
labs-import-confirm = Do it
labs-import-not = Do not do it

# The catalogue of data sets
catalog-title = Data of { $organisation }
catalog-about = What { $organisation } gives away as data: its directory of labs and what they learned.
catalog-api = The same for programs
catalog-api-about = Labs and shares page by page, described in OpenAPI; with a token also for writing.
catalog-labs = Labs
catalog-labs-about = The directory of labs that { $organisation } knows, its own and those of others: what they work on, where they are, how they stand, and who they belong to.
catalog-labs-rights = What a lab says of itself is its own organisation's.
catalog-shares = Shares
catalog-shares-about = What the labs of { $organisation } learned, also where it did not work.
catalog-shares-rights = Each share names its own licence.
