## Desks

desk-inbox = Inbox
desk-outgoing = Outgoing
desk-desks = Intake desks
desk-queue = Jobs

## What was just done

done-taken = The thread is yours.
done-given-back = The thread is the desk's again.
done-ended = The thread is done. A later letter opens it again.
done-taken-up = The thread is open again.
done-sent-on = The thread was sent on to the other desk.
done-attached = The thread is about the incident now.
done-merged = The two threads are one now.
done-written = The letter is in the queue.
done-withdrawn = The letter was withdrawn.
done-sent-again = The letter is being sent again.
done-desk-saved = The desk is saved.
done-retried = It is being tried again.
done-discarded = The job was discarded.

## The inbox

inbox-undone = Not done
inbox-mine = Mine
inbox-next-state = Next state
inbox-search = Subject, sender, text, number
inbox-none = Nothing waits here. Threads appear when mail comes to a desk's address, or when letters are imported. What came by fax or telephone you enter yourself.
inbox-outgoing = { $n ->
    [0] No letter of ours waits
    [one] 1 letter of ours waits
   *[other] { $n } letters of ours wait
}
inbox-tray = Tray: { $n }
inbox-enter = Enter a fax or a call
inbox-none-found = No thread fits. Choose another state, or search for less.
inbox-no-addresses = No desk has a mail address yet; no reply can be sent until one is set.
thread-state-new = New
thread-state-open = Open
thread-state-answered = Answered
thread-state-done = Done
no-subject = (no subject)
no-sender = (no sender)
mark-quotes = quotes another case
mark-looks-like = looks like a party
mark-imitates = look-alike letters
column-subject = Subject
column-desk = Desk
column-from = From
column-owner = Owner
column-letters = Letters
column-last = Latest
action-take = Take
action-give-back = Give back
action-end = End
action-take-up = Reopen
action-reply = Reply
action-route = Send on

## A thread

thread-letters = { $n ->
    [one] { $n } letter
   *[other] { $n } letters
 }
thread-owner = owner { $what }
thread-no-owner = no owner
thread-last = latest { $what }
thread-began = Began
thread-parties = Parties
thread-facts = The thread
thread-tlp-subject = asked for in the subject
thread-tlp-text = asked for in the text
thread-tlp-document = the restriction of a document that came with it
thread-tlp-form = asked for on the form
thread-tlp-desk = the desk's label
thread-tlp-case = the incident's label
thread-case = The incident
thread-look = Look at #{ $what }
thread-next-new = Nobody has looked at it yet. Read it, then take it, reply, or end it when there is nothing to do.
thread-next-open = Somebody has it. Reply, or end it when nothing is left.
thread-next-begun = We began this one and wait for an answer.
thread-next-answered = We wrote last. An answer makes it new again.
thread-next-done = It is done. A new letter makes it new again.
letter-in = Came in
letter-out = Sent
letter-open = Open the letter
letter-quoted = { $n ->
    [one] { $n } quoted line
   *[other] { $n } quoted lines
 }
letter-cut = It is long; this is its beginning. The whole is in the raw letter.
letter-of-html = The text was taken out of HTML. Nothing was fetched from outside.
letter-no-text = It holds no text.
letter-quotes = It quotes the thread #{ $what }, but the sender is no party of that thread.
letter-looks-like = The sender's address looks like { $what }, a party's, and is another one. It may be an impostor.
letter-given-up = It could not be sent in many tries, and sending has stopped. It can be sent again from the list of outgoing letters.
mark-automatic = automatic: { $what }
mark-by-rule = sent by a rule
kind-report = Report
kind-inquiry = Inquiry
kind-answer = Answer
kind-automatic = Automatic
kind-delivery_report = Delivery report
automatic-submitted = it says so itself
automatic-null_path = no return path
automatic-precedence = bulk mail
automatic-list = mailing list
automatic-daemon = mail system
automatic-postmaster = whoever runs the mail system
automatic-suppress = wants no automatic answer
automatic-loop = ours that came back
automatic-autoreply = automatic reply
tied-token = tied by its reply address
tied-reference = tied by a reference
tied-tag = tied by the number in its subject
tied-given = from the form
tied-unknown = tied
event-routed = Sent on
event-taken = Taken
event-given-back = Given back
event-ended = Ended
event-taken-up = Reopened
event-attached = Attached to an incident
event-begun = Begun
event-withdrawn = Letter withdrawn
event-sent-again = Sent again
event-merged = Merged in
event-merged-into = Merged into another thread
action-merge-into = Merge into #{ $what }
action-withdraw = Withdraw
action-route-send = Send on
action-attach = Attach to an incident
action-attach-send = Attach
attach-help = The thread takes the incident's TLP label when that is stricter.
action-merge = Merge into another thread
action-merge-send = Merge
merge-help = Every letter of this thread goes into the other one.
field-case-number = Number of the incident
field-thread-number = Number of the other thread

## Writing

reply-title = Reply: { $what }
reply-from = From { $what }
reply-others = Others who got that letter: { $what }
reply-quote = On { $time } { $from } wrote:
reply-no-address = This desk has no mail address, so nothing can be sent. Ask an administrator to set one.
field-to = To
field-cc = Cc
field-subject = Subject
field-body = Text
field-files = Attachments
files-help = 10 files at most, 20 MiB in all.
field-charset = Charset
field-sealing = OpenPGP
sealing-plain = None
sealing-signed = Sign
sealing-encrypted = Encrypt and sign
action-send = Send
action-give-up = Cancel
incident-write = Write a letter
incident-write-title = Letter: { $what }
incident-threads = Threads about it
letter-ours = Written by us
address-none = no address (status link)
contacts = Whom to ask
contacts-none = No address is known yet. Look up who runs the host, and write to the contact for abuse that its registry names.
contacts-lead = Suggestions, not checked facts: choose one to begin a letter to it.
contact-written = We wrote to it about this incident
contact-neighbour = We wrote to it about { $what }, which has the same network address
contact-named = It stands in a report of this incident
contact-role = The address that every domain should have for abuse (RFC 2142), of { $what }
contact-unverified = not verified
thread-report = Make a report of this inquiry
incident-threads-none = There are none yet. Write to a contact, and the thread appears here.

## A letter

letter-one = Letter
letter-thread = To its thread
letter-tab-text = Text
letter-tab-source = Source
letter-tab-structure = Structure
letter-tab-items = Found items
letter-unreadable = It cannot be read as a letter; this is its source.
letter-head = Head
letter-no-head = There is no head.
letter-attached = attached
letter-parts-help = What you keep was made by the sender. Open it only where it can do no harm.
letter-no-items = No addresses, URLs or the like stand in it.
letter-items-cut = There are more; these are the first.
column-part = Part
column-media-type = Media type
column-file-name = Name
column-size = Size
column-item = Item
column-item-kind = Kind
column-found-at = Where
action-keep = Keep
found-line = part { $part }, line { $line }
found-link = link in part { $what }
item-address = Address
item-url = URL
item-host = Host
item-mail = Mail address
item-hash = Hash
item-cve = CVE
item-port = Port
item-time = Time (UTC)
item-brand = Brand

## Outgoing

sent-queued = Queued
sent-sent = Sent
sent-refused = Refused
sent-returned = Returned
sent-withdrawn = Withdrawn
sent-given-up = Given up
outgoing-no-relay = it waits: no relay is configured
outgoing-no-relay-lead = No relay is configured, so letters wait here and nothing is sent. An administrator names one in the configuration ([mail.relay]).
outgoing-none-found = No letter is in this state. Choose another one.
outgoing-no-match = No letter fits. Choose another state, or search for less.
outgoing-search = Subject, recipient, text
outgoing-none = There are no letters. Reply to a thread of the inbox, and the letter appears here.
outgoing-attempts = { $n ->
    [one] { $n } attempt.
   *[other] { $n } attempts.
 }
outgoing-next = next attempt { $what }
column-recipients = To
column-author = Written by
column-written = Written
action-send-again = Send again

## Intake desks, for administrators

desks-lead = Each desk has its mail address, what it does by itself, and its staff.
field-desk-address = Mail address
desk-no-address = not set
desk-acknowledges = Acknowledges
desk-form = Web form
desk-staff = Staff
desk-acknowledges-long = Acknowledge by itself what people send to it
desk-form-long = Offer it on the public form
desk-address-help = At most 30 of letters, digits, . _ - before the @. The mail server must also deliver addresses with a plus part.
desk-tlp = TLP label of new threads
desk-staff-help = Threads of a TLP:RED desk are read by its staff alone.
yes = yes
no = no

## The job queue

queue-kinds = How each kind stands
queue-none = No job waits. There is nothing to do here.
queue-due = Due
queue-later = Later
queue-running = Running
queue-abandoned = Abandoned
queue-dead = Given up
queue-next = Next
queue-last = Last
queue-last-failure = last failure: { $what }
queue-waits-since = waits since { $what }
queue-dead-title = Jobs that were given up
queue-dead-none = No job was given up. One that is given up waits here for you to try it again or to discard it.
queue-dead-count = { $n ->
    [one] { $n } job waits for your decision.
   *[other] { $n } jobs wait for your decision.
 }
queue-died = Given up
queue-schedules = Schedules
queue-schedules-none = There are no schedules. They appear once a server has started.
queue-rhythm = Rhythm
rhythm-seconds = { $n ->
    [one] every second
   *[other] every { $n } seconds
 }
rhythm-minutes = { $n ->
    [one] every minute
   *[other] every { $n } minutes
 }
rhythm-hours = { $n ->
    [one] every hour
   *[other] every { $n } hours
 }
rhythm-daily = daily
rhythm-month-day = day { $n } of each month
rhythm-monday = Mondays
rhythm-tuesday = Tuesdays
rhythm-wednesday = Wednesdays
rhythm-thursday = Thursdays
rhythm-friday = Fridays
rhythm-saturday = Saturdays
rhythm-sunday = Sundays
rhythm-calendar = { $days } { $time } ({ $zone })
column-job = Job
action-retry = Try again
action-retry-all = Try all again
action-discard = Discard
field-discard-why = Why it is discarded

## Help

help-key-take = Take the thread or give it back; on an incident, go to the button that closes or reopens it
help-key-end = End the thread or reopen it
help-key-reply = Write a reply
help-key-route = Send on to another desk
help-key-state = Next state filter
