obs-title = Internet observation report
obs-lead = From { $span }, { $sensors } sensors of { $team } in { $regions } regions received { $packets } packets that nobody asked for: { $average } for each sensor and day.
obs-fact-unit = Averages
obs-nobody-watched = No sensor watched from { $span }. What was not watched is not zero, so that there are no figures.
obs-unit-sensor-day = packets per sensor and day
obs-unit-sources-day = distinct sources of each day
obs-unit-sources-week = distinct sources of each week
obs-and = { ", " }
obs-others = other
obs-total = Total
obs-none = Nothing was seen.
obs-home = Sensors at home
obs-abroad = Sensors abroad
obs-twelve = twelve months to { $month } { $year }
obs-rise = rise

obs-section-ports = Ports, { $period }
obs-section-regions = Source regions, { $period }
obs-section-icmp = ICMP, { $period }
obs-section-sources = Distinct sources, { $period }
obs-section-sides = Home beside abroad, { $period }
obs-section-sensors = Sensors that watched, { $period }
obs-section-rises = Rises, { $period }

obs-chart-ports-first = Ports ranked 1 to 5, { $period }
obs-chart-ports-next = Ports ranked 6 to 10, { $period }
obs-chart-regions = The first five source regions, { $period }
obs-chart-icmp = ICMP, { $period }
obs-chart-sources = Distinct sources, { $period }
obs-chart-sides = Home beside abroad, { $period }
obs-chart-rise = { $port } through the period
obs-heat-ports = The first ten ports by week, { $period }

obs-table-ports = The first ten ports, { $period }
obs-table-regions = Source regions, { $period }
obs-table-sides = The first five ports of home and abroad, { $period }
obs-table-sensors = Sensors by region, { $period }

obs-column-rank = Rank
obs-column-port = Port
obs-column-service = Service
obs-column-region = Region
obs-column-average = Average
obs-column-change = Against the { $kind } before
obs-column-before = Rank before
obs-column-packets = Packets
obs-column-share = Share
obs-column-sources = Distinct sources
obs-column-sensors = Sensors

obs-sentence-first = Most packets came to { $port }: { $average } for each sensor and day, { $change }.
obs-sentence-first-alone = Most packets came to { $port }: { $average } for each sensor and day.
obs-sentence-new = New among the first ten: { $ports }.
obs-sentence-sides = Sensors at home received { $home } packets each day, those abroad { $abroad }.
obs-rise-sudden = Packets to { $port } rose within a day: from { $from }, last seen on { $to }.
obs-rise-slow = Packets to { $port } rose over days: from { $from }, last seen on { $to }.
obs-rise-first-seen = Packets to { $port } came for the first time on { $from } and were last seen on { $to }.
obs-rise-evidence = In its clearest 24 hours there were { $seen }, where { $expected } were to be expected; { $rose } of { $sensors } sensors saw it.
obs-no-rises = No rise of this period has been published.

obs-note-change = The average is packets for each sensor and day of watching, the change is that of the average, in percent of the earlier one.
obs-note-unwatched-before = No sensor watched in the { $kind } before, so that there is no change and no earlier rank.
obs-note-estimate = Numbers of distinct sources above some thousand are estimates (1.6 %).
obs-note-regions = A region is the country to which the source's address belongs; anybody can write any address into a packet that needs no answer.
obs-note-one-side = There is nothing to set beside each other: { $sensors } did not watch.
obs-note-sensors = A sensor counts that watched at any time of the period; averages divide by the time in which it did.
obs-note-method = A bucket in which no sensor watched is a gap and not zero. Weeks begin on Monday; the first and the last may reach beyond the period.
obs-unnamed-region = no region
