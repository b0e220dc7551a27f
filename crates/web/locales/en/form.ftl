## The public form

report-title = Report an incident
report-choice-lead = Choose the desk that comes closest to what you want to report.
report-lead = Write what you know. We need what comes closest, and one of these: a description, URLs or addresses, a file, an encrypted text. Everything else may stay empty. After sending you get a receipt number and a page of your own on which you can see how it goes.
report-desk = Desk: { $what }
report-leave-empty = Leave this field empty
report-choose = Please choose
report-part-what = What happened
report-what = What comes closest (required)
report-description = Description (required without URLs or addresses, a file or an encrypted text)
intake-description = Description (required without URLs or addresses or a file)
report-description-hint = How you noticed, what you did, what you need
report-at = When it happened, or was noticed
report-zone = Time zone
report-targets = URLs, IP addresses and hosts it is about
report-targets-hint = One to a line. Spellings such as hxxp:// and [.] are read, too.
report-ports = Ports
report-ports-hint = For example 22 or udp/53
report-part-who = About you
report-organisation = Organisation
report-name = Name
report-address = Mail address
report-mediate = I ask you to contact the other side (the site's operator, for example)
report-may-name = You may tell the other side my name
report-copy = Send me the receipt number by mail
report-tlp = How far it may be told
report-tlp-hint = By the Traffic Light Protocol (TLP). It holds until a person of ours decides otherwise.
report-tlp-none = Not specified
report-tlp-clear = may be published
report-tlp-green = within the community
report-tlp-amber = the organisations concerned and their clients
report-tlp-amber-strict = the organisations concerned only
report-tlp-red = the staff of this desk only; answers come by mail alone
intake-tlp-red = the staff of the desk and you only
report-part-files = Files and encrypted text
report-files = Files
report-files-hint = Up to 10, at most 20 MiB together. Put samples of malware into an encrypted archive.
report-encrypted = Send something encrypted with OpenPGP
report-encrypted-hint = Paste a message that is encrypted to our key, as it is
report-key-lead = First import our public key.
report-key-download = Download the public key
report-key-fingerprint = Fingerprint of the key:
report-key-how = Check that the key you imported has the fingerprint above, encrypt a file with what you want to say, and paste the text of the result (report.txt.asc) below. With GnuPG:
report-privacy = What you tell us is used for handling the incident only. Without your leave nobody on the other side learns your name or address.
report-send = Send
report-fast = This came too fast and is not accepted yet. Check it and press “Send” once more.
report-old = The page was open for too long, so this is not accepted yet. Check it and press “Send” once more.
report-trap = A field that must stay empty is filled in, so this is not accepted yet. Switch automatic filling off and press “Send” once more.
report-again = This is not accepted yet. Please correct what is marked in red, then send it again.
report-again-files = This is not accepted yet. Please correct what is marked in red, choose your files again ({ $n }), then send it again.

## The status of a report

status-title = Your report
status-heading = Receipt number { $what }
status-at = Received
status-received = We have received your report. Thank you.
status-received-more = We have received what you added.
status-name-new = Received
status-name-open = Being looked at
status-name-answered = Answered
status-name-done = Closed
status-state-new = It has been received, and somebody will look at it.
status-state-open = Somebody is looking at it.
status-state-answered = We have answered. If there is more to say, send it below.
status-state-done = Nothing is left to do. If something new happens, send it below.
status-keep = Keep the address of this page
status-keep-advice = Whoever knows this address can see the status and add to the report. Do not pass it on. It cannot be issued again.
status-answers = Our answers
status-answers-none = There is no answer yet that could be shown here.
status-more = Add to the report
status-more-text = What you want to add (required without a file)
status-more-send = Add

## Entering by hand

intake-title = Enter a report
intake-inquiry-title = Make a report of an inquiry
intake-lead = Enter a report that came by fax or telephone. Attach a scan of the original if there is one.
intake-inquiry-lead = The inquiry { $what } becomes a report: its letter is the report, and an incident is opened.
intake-part = How it came
intake-received = Received
intake-desk = Desk
intake-scan = Scan of the original
intake-scan-hint = PDF, PNG, JPEG or TIFF. It is kept as a download.
intake-part-who = The reporter
intake-mediate = Asks us to contact the other side (the site's operator, for example)
intake-may-name = May be named to the other side
intake-save = Save
intake-made = It is entered under the number { $what }.
intake-made-link = The status address, to be given to the reporter:

## What went wrong

failure-wait-title = Please wait a moment
failure-wait = Too much was sent within a short time. Try again in { $n ->
    [one] { $n } second
   *[other] { $n } seconds
 }.
failure-wait-advice = If it is urgent, write a mail or call us.
failure-home-public = To the form for reports
