incident-title = Incident handling report
incident-lead = From { $span }, { $team } received { $reports } reports, counted { $incidents } { $unit } and made { $coordinations } coordinations.
fact-issuer = Issued by
fact-period = Period
fact-scheme = Counting scheme
fact-zone = Time zone

unit-incident = incidents
unit-address = addresses
unit-report = reports
unit-coordination = coordinations
unit-count = count
unit-correspondence = letters

section-overview = Overview
section-category = Incidents by category
section-phishing = Phishing sites
section-domain = Top-level domains of reporters
section-scan = Scanned ports

change-more = up { $percent } from { $earlier } in the { $kind } before
change-less = down { $percent } from { $earlier } in the { $kind } before
change-same = the same as the { $earlier } of the { $kind } before
kind-month = month
kind-quarter = quarter
kind-year = year
sentence-reports = There were { $now } reports, { $change }.
sentence-incidents = There were { $now } { $unit }, { $change }.
sentence-coordinations = There were { $now } coordinations, { $change }.
sentence-correspondence = { $correspondence } letters came in; { $inquiries } of them were inquiries that report no incident.
sentence-phishing = There were { $now } phishing { $unit }, { $change }.
sentence-phishing-alone = There were { $now } phishing { $unit }.
sentence-phishing-year = Against { $earlier } in the same period a year earlier the change is { $percent }.
sentence-brand = The brands they imitated were domestic in { $domestic } ({ $domestic-share }), foreign in { $foreign } ({ $foreign-share }) and unknown in { $unknown } ({ $unknown-share }).
sentence-destination = Coordinations on phishing went to organisations at home in { $domestic } cases ({ $domestic-share }) and abroad in { $foreign } ({ $foreign-share }); in the { $kind } before it was { $domestic-before } ({ $domestic-before-share }) and { $foreign-before } ({ $foreign-before-share }).
sentence-addresses = { $addresses } distinct IP addresses were involved.

table-overview = Reports, incidents and coordinations
table-beside = Letters and IP addresses
table-category = Incidents by category and month
table-brand-origin = Origin of the brands that phishing sites imitate
table-brands = Brands imitated most
table-domain = Top-level domains that report most
table-scan = Ports scanned most
table-destination = Where coordinations went
table-destination-phishing = Where coordinations on phishing went
chart-overview = Reports, incidents and coordinations by month
chart-overview-caption = Bars of the reports, incidents and coordinations in each month from { $span }.
chart-category = Incidents by category
chart-category-caption = Bars of the incidents from { $span } by category.

column-item = Item
column-category = Category
column-origin = Origin
column-brand = Brand
column-domain = Domain
column-port = Port
column-destination = Destination
column-total = Total
column-share = Share
column-previous = { $kind ->
    [month] Month before
    [quarter] Quarter before
   *[year] Year before
}
column-change = Change
column-year-ago = Year ago
column-count = Count
row-reports = Reports
row-incidents = Incidents
row-coordinations = Coordinations
row-correspondence = Letters
row-inquiries = of these inquiries
row-addresses = IP addresses
row-total = Total

origin-domestic = Domestic
origin-foreign = Foreign
origin-unknown = Unknown
port-multiple = several ports
port-unknown = unknown
tld-unknown = unknown
worm-mark = *
note-worm = *: includes what looks like worms spreading, or attempts on backdoors that worms left.
note-unmapped = Names that are not in the brand table count as unknown.
note-brand-scope = The first { $shown } brands; others were imitated too.
note-domain-scope = The first { $shown } domains; others reported too.
note-port-scope = The first { $shown } ports; others were scanned too.
note-scheme-earlier = { $period } was counted by the scheme { $scheme }; its categories and units may differ.
none-phishing = No phishing site was reported in this period.
none-domain = Nothing was reported in this period.
none-scan = No scan was reported in this period.
none-destination = There was no coordination in this period.
none-destination-phishing = There was no coordination on phishing in this period.
note-method = How this is counted: reports { $rule }; incidents by { $unit }, in the month of the first report; coordinations by pair of incident and organisation, in the month of the first request.
rule-each = one by one, in the month of receipt
rule-site = one for each reported site, in the month of the first receipt
method-incident = incident
method-address = IP address under its category

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
