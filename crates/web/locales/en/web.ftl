## Around every page

skip = Skip to the page
desks = Desks
zone = Times in { $what }
sign-out = Sign out
pages = Pages
previous = Previous
next = Next
list-comma = { ", " }
raw = Raw

## Desks

desk-incidents = Incidents
desk-coordinations = Coordinations
desk-reports = Reports
desk-correspondence = Correspondence
desk-tray = Tray
desk-statistics = Statistics
desk-periodic-reports = Periodic reports
desk-brands = Brands
desk-mappings = Mappings
addresses-title = Addresses

## Signing in

sign-in = Sign in
sign-in-name = Account name
sign-in-password = Password
sign-in-wrong = The account name or the password is wrong. Please try again.
sign-in-wait = There were too many failures. Try again in { $n ->
    [one] { $n } second
   *[other] { $n } seconds
 }.

## What was just done

done-signed-out = You are signed out.
done-coordinated = The coordination is recorded.
done-coordinated-again = This organisation was asked before; it still counts as one coordination.
done-annotated = The note is added.
done-closed = The incident is closed.
done-reopened = The incident is open again.
done-reclassified = The category is changed.
done-relabelled = The TLP label is changed.
done-brand-saved = The brand is saved.
done-name-assigned = The name belongs to the brand now.
done-mapping-saved = The mapping is saved.
done-mapping-removed = The mapping is removed. What it read stays.
done-read-again = It was read again, and nothing of it waits any more.
done-partly-read-again = It was read again. What still cannot be read stays in the tray.
done-still-unread = It was read again and still cannot be read. See the reason.
done-tray-closed = It is closed: nothing to report.

## What went wrong

failure-missing-title = Not found
failure-missing = There is no such page, or you may not see it.
failure-missing-advice = Check the number or the address. For a case that is limited to its participants, ask one of them to add you.
failure-status-title = There is no such report
failure-status = No page about a report stands at this address.
failure-status-advice = Check whether the link is cut off or has something added, and open it exactly as it was shown when you reported. If you no longer have it, contact us and give your receipt number.
failure-forbidden-title = Not allowed
failure-forbidden = Your account may not do this.
failure-forbidden-advice = If you need it, ask an administrator for the role.
failure-stale-title = The form was not accepted
failure-stale = The form is old or was sent from another site, so nothing was changed.
failure-stale-advice = Go back, reload the page and send it again.
failure-parameter-title = The filter cannot be read
failure-parameter = The filter { $name } cannot be “{ $value }”.
failure-parameter-advice = Write a period as 2013Q4, 2013-12, 2013, FY2013 or 12m@2007-03; choose other filters again on the list.
failure-filter-advice = Go back to the page and choose the filter again.
failure-field-title = The form cannot be read
failure-field = “{ $name }” cannot be “{ $value }”.
failure-field-advice = Go back, choose one of the values that the form offers and send it again.
failure-character-title = A character cannot be used
failure-character = “{ $name }” holds the control character { $value }, so nothing was saved.
failure-character-advice = Go back, remove the character and send it again. It may have come in unseen with text that was copied from a terminal.
failure-refused-title = Not saved
failure-refused = What you filled in cannot be kept as it is. The reason:
failure-refused-advice = Go back, correct it and send it again; what you typed is still there.
failure-unanswered-title = No answer
failure-unanswered = This cannot be answered as it was asked. The reason:
failure-unanswered-advice = Go back, change what is asked and ask again.
failure-sums-title = The report is not made
failure-sums = In { $place } the parts add up to { $parts }, but the total is { $total }.
failure-sums-advice = Look at those records. A report whose parts do not add up cannot be issued.
failure-slow-title = It took too long
failure-slow = There was no answer within 30 seconds.
failure-slow-advice = Choose a shorter period, or try again in a while.
failure-request-title = Not accepted
failure-request = This request cannot be accepted.
failure-request-advice = Check that the input is not larger than 1 MiB and that the address is right.
failure-internal-title = Something failed
failure-internal = Something failed on our side. Nothing was changed.
failure-internal-advice = Try again. If it goes on, tell an administrator the number below.
failure-home = To the incidents
failure-correlation = Reference { $what }

## Times

ago-now = just now
ago-minutes = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
 }
ago-hours = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
 }
ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
 }
ago-months = { $n ->
    [one] { $n } month ago
   *[other] { $n } months ago
 }
ago-years = { $n ->
    [one] { $n } year ago
   *[other] { $n } years ago
 }
in-now = in a moment
in-minutes = { $n ->
    [one] in { $n } minute
   *[other] in { $n } minutes
 }
in-hours = { $n ->
    [one] in { $n } hour
   *[other] in { $n } hours
 }
in-days = { $n ->
    [one] in { $n } day
   *[other] in { $n } days
 }
in-months = { $n ->
    [one] in { $n } month
   *[other] in { $n } months
 }
in-years = { $n ->
    [one] in { $n } year
   *[other] in { $n } years
 }

## The field's words

category-phishing = Phishing site
category-web_defacement = Web defacement
category-malware_site = Malware site
category-scan = Scan
category-intrusion = Intrusion
category-forged_mail = Forged mail
category-dos = Denial of service
category-targeted = Targeted attack
category-ics = Control systems
category-other = Other
state-open = Open
state-new = New
state-coordinating = Coordinating
state-closed = Closed
origin-domestic = Domestic
origin-foreign = Foreign
origin-unknown = Unknown
brand-origin-domestic = Domestic brand
brand-origin-foreign = Foreign brand
brand-origin-unknown = Unknown brand
channel-mail = Mail
channel-fax = Fax
channel-telephone = Telephone
channel-api = API
channel-form = Web form
channel-feed = Feed
port-multiple = Several ports
port-unknown = Unknown
tld-unknown = Unknown
sector-bank = Bank
sector-card = Card
sector-payment = Payment
sector-crypto = Crypto assets
sector-securities = Securities
sector-insurance = Insurance
sector-telecom = Telecom
sector-hosting = Hosting
sector-webmail = Webmail
sector-retail = Retail
sector-logistics = Logistics
sector-game = Games
sector-social = Social
sector-media = Media
sector-software = Software
sector-cloud = Cloud
sector-government = Government
sector-university = University
sector-travel = Travel
sector-transport = Transport
sector-utility = Utilities
sector-health = Health
sector-nonprofit = Non-profit
sector-other = Other
sector-unknown = Unknown

## Lists

list-count-before = { "" }
list-count-after = { " " }in total
list-hidden = { $n ->
    [one] You may not see { $n } of them.
   *[other] You may not see { $n } of them.
 }
list-all-hidden = There is nothing here that you may see.
list-none-found = No record fits. Take a filter away to see more.
incidents-none = There are no incidents yet. They appear when mail is read, when files are imported (noroshi intake import), or when you enter a fax or a call from the inbox.
reports-none = There are no reports yet. They appear when mail is read, when files are imported (noroshi intake import), or when you enter a fax or a call from the inbox.
correspondence-none = There is no correspondence yet. It appears when mail comes to a desk, when the public form is used, or when files are imported (noroshi intake import).
coordinations-none = There are no coordinations yet. Record one on an incident's page.
filter-q = Search
filter-period = Period
filter-month = Month
filter-scheme = Counting scheme
filter-category = Category
filter-state = State
filter-origin = Brand's origin
filter-destination = Destination
filter-brand = Brand
filter-port = Port
filter-tld = Reporter's TLD
filter-about = About
filter-any = Any
filter-apply = Filter
filter-active = Active filters
filter-remove = Remove the filter: { $what }
column-number = Number
column-target = Target
column-category = Category
column-brand = Brand
column-state = State
column-first = First report
column-received = Received
column-site = Site
column-incident = Incident
column-channel = Channel
column-name = Subject or file
column-tld = TLD
column-raw = Raw bytes
column-requested = Asked
column-organisation = Organisation
column-country = Country

## An incident

incident-title = { $category } — { $place }
incident-title-imitates = Phishing site imitating { $brand } — { $place }
incident-reports = { $n ->
    [one] { $n } report
   *[other] { $n } reports
 }
incident-first = first { $what }
incident-last = last { $what }
timeline = Timeline
timeline-not-shown = { $n ->
    [one] { $n } earlier report is not shown.
   *[other] { $n } earlier reports are not shown.
 }
event-reports = { $n ->
    [one] { $n } report
   *[other] { $n } reports
 }
event-line = line { $n }
event-lines = lines { $first }–{ $last }
event-coordination = Asked to act:
event-note = Note
event-closed = Closed
event-reopened = Opened again
event-category = Category changed
event-label = TLP label changed
event-from-to = { $from } → { $to }
facts = Target
fact-url = URL
fact-host = Host
fact-address = Address
fact-port = Port
fact-brand = Brand
fact-brand-written = As reported
fact-brand-unmapped = { $what } (no brand yet)
fact-worm = Worm
fact-worm-seen = Worm at work
fact-rsit = RSIT
fact-previous = Earlier incident
fact-next = Later incident
fact-merged = Merged into this one
next-step = Next step
next-new = Nobody was asked yet. Check the target, ask the organisation that can act, and record it.
next-coordinating = Somebody was asked to act. When it has stopped, close the incident.
next-closed = This incident is closed. If it is active again, open it again.
action-close = Close
action-reopen = Open again
action-coordinate = Record a coordination
action-coordinate-send = Record that they were asked
action-note = Add a note
action-note-send = Add
action-category = Change the category
action-label = Change the TLP label
action-change = Change
label-red = TLP:RED is for its participants only. Whoever sets it becomes one.
field-organisation = Organisation
field-country = Country (two letters)
field-note = Note

## Statistics and periodic reports

statistics-title = Statistics of { $what }
statistics-lead = Counts of the records from { $first } to { $last } (counting scheme { $scheme }). Every number opens the list of the records that it counts.
statistics-overview = Overview
statistics-months = By month
statistics-categories = Incidents by category
statistics-brand-origins = Origin of the brands that phishing sites imitate
statistics-brands = Most imitated brands
statistics-domains = Reporters' top-level domains
statistics-ports = Scanned ports
statistics-destinations = Where the asked organisations are
statistics-empty = There are no records in this period.
statistics-other-scheme = { $period } is counted by the scheme { $scheme }.
statistics-top = { $n ->
    [one] The first 20 of { $n } are shown.
   *[other] The first 20 of { $n } are shown.
 }
figure-reports = Reports
figure-correspondence = Correspondence
figure-inquiries = Inquiries
figure-incidents = Incidents
figure-addresses = Addresses
figure-coordinations = Coordinations
column-change = Change
column-month = Month
column-share = Share
column-origin = Origin
column-port = Port
column-destination = Destination
column-phishing-coordinations = Of these phishing
row-total = Total
scheme-own = The period's own
action-show = Show
field-language = Language
download = Download
field-report-kind = Report on
report-kind-incident = Incidents
report-kind-observation = Observations
download-html = HTML
download-pdf = PDF
download-txt = Text
download-json = JSON

## Brands

brands-none = No brand fits. You can add one beside the list.
brands-unmapped = Names without a brand
brands-unmapped-none = Every reported name belongs to a brand.
brands-unmapped-lead = Names that were reported and belong to no brand yet.
brand-of-name = Key of the brand of “{ $what }”
brand-key = Key
brand-new = Add a brand
brand-incidents = List
brand-incidents-of = Incidents that imitate { $what }
brand-aliases-help = An alias that you take away is a name without a brand again.
action-assign = Assign
action-save = Save
field-name-ja = Japanese name
field-name-en = English name
field-aliases = Aliases (one per line)
column-sector = Sector
column-aliases = Aliases

## The tray

tray-none = Nothing waits for a person. What cannot be read comes here with the reason; then you mend the mapping, or close the entry.
tray-none-found = Nothing fits. Search for less.
tray-search = Name, place, reason
tray-lead = Inputs that could not be read. Open one to see its reason; mend what is wrong and read it again, or close it when there is nothing to report.
column-set-aside = Set aside
column-place = Place
column-reason = Reason
tray-waits = Waits
tray-closed = Closed
tray-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
 }
tray-format = Format
tray-format-unknown = not noted
tray-mapping = Mapping
tray-raw-cut = The first 4 KiB are shown.
tray-raw-all = Keep the raw bytes
tray-next = When what was wrong is mended, read the same bytes again.
tray-next-mapping = Mend the mapping, then read the same bytes again.
tray-mend = Mend the mapping
tray-again = Read again
tray-again-file = Read all of this file again
tray-again-reason = Read all with this reason again
tray-nothing = Nothing to report
tray-nothing-help = A closed input is not deleted; it stays with the note.
tray-close = Close
tray-was-read = It was read after all.
tray-was-nothing = There was nothing to report.
tray-back = To the tray

## Mappings

mappings-none = There are no mappings yet. Add one: paste the first rows of a sender's file.
mappings-lead = Which column or member of a CSV or JSON file holds what, saved by name.
mapping-new = Add a mapping
mapping-lead = Name the columns (in JSON, places such as /source/ip), look at the preview, then save.
mapping-name = Name (a-z, 0-9, - and _)
mapping-about = What a row is
mapping-about-ja = What a row is (Japanese)
mapping-about-en = What a row is (English)
mapping-version = Version
mapping-versions = Versions
mapping-version-of = Version { $n }
mapping-changed = Changed
mapping-sample = Sample
mapping-sample-help = Paste the first rows with the header, 256 KiB at most. They are not kept.
mapping-sample-rows = Rows of the sample
mapping-preview = Preview
mapping-preview-send = Preview
mapping-preview-none = Paste a sample and preview it: what each row would report appears here.
mapping-preview-empty = The sample has no rows. Paste some below the header, too.
mapping-suggest = Suggest from the header
mapping-line = Line
mapping-told = What would be reported
mapping-fields = Which column holds what
mapping-fields-help = Leave what is not used empty; an address, a URL or a host is needed. In a table without a header, write the column's number from 1.
mapping-addresses = Addresses (one column a line)
mapping-protocol = Protocol
mapping-default-protocol = Protocol when none is told
mapping-separator = Separator (CSV)
mapping-separator-comma = Comma (,)
mapping-separator-semicolon = Semicolon (;)
mapping-separator-tab = Tab
mapping-header = The first row is a header (CSV)
mapping-field = Column
mapping-time = Time
mapping-time-none = Not told (when it comes in)
mapping-time-form = How it is written
mapping-time-usual = 2024-01-15 00:00:07, RFC 3339 and the like
mapping-time-epoch-seconds = Seconds since 1970
mapping-time-epoch-milliseconds = Milliseconds since 1970
mapping-time-pattern = Pattern
mapping-time-zone = Time zone (when none is written)
mapping-kind-table = Values and their kinds (one a line)
mapping-kind-otherwise = Kind of every other row
mapping-details = Other columns
mapping-details-which = Columns to look at beside
mapping-details-all = All
mapping-details-none = None
mapping-details-only = Only these
mapping-details-fields = Columns (one a line)
mapping-remove = Remove the mapping
mapping-remove-help = It can no longer be used; its versions and what it read stay.

## Help

help-title = Help
help-keys = Keys
help-key-move = Next or previous row of a list
help-key-open = Open the chosen row
help-key-search = To the search field
help-key-help = Open this page
help-counts = How to read the counts
help-counts-records = Every number is a count of records. Open it to see exactly the records that it counts.
help-counts-hidden = Numbers count every record. Records that you may not see, such as TLP:RED, are not listed; only how many there are is said. A search leaves them out altogether.
help-counts-scheme = A counting scheme says what counts as one. Each period uses the scheme that was in use when it began.
help-counts-tlp = Lists leave TLP:AMBER out; any other label stands before the target.
help-counts-time = A report counts in the month in which it came, an incident in the month of its first report, a coordination in the month of its first request.
