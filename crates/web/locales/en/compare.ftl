# A reader's own packets beside ours
compare-title = Compare your packets with our sensors
compare-lead = Puts a log of your firewall, or a capture, beside what our sensors at home received. It is a hint whether what reaches you reaches everybody, or you alone.
compare-paste = Paste a log
compare-file = or choose a file (log, pcap or pcapng, up to 16 MiB)
compare-span = Compare with
compare-span-week = Last week, Monday to Sunday
compare-span-month = The last 4 weeks
compare-span-quarter = The last 13 weeks
compare-span-year = The last 52 weeks
compare-send = Compare
compare-privacy = What you send is counted in memory and nothing else: neither it nor the answer is kept or logged. Addresses are read over.
compare-formats = What is read: Linux (iptables, nftables, UFW), Cisco ASA, key=value of Fortinet, Juniper and others, pf (tcpdump -n -e -r pflog), filterlog of pfSense and OPNsense, pfirewall.log of Windows, AWS VPC flow logs, and CSV whose header names destination port and protocol.
compare-captures = Of captures, TCP packets with SYN and without ACK count as unasked for. Best compared is what came to an address from which nobody connects.
compare-meaning = What it says
compare-meaning-alike = Of your first { $of }, { $shared } are among the first of our sensors, too. Most of what reaches you seems to reach everybody.
compare-meaning-partly = Of your first { $of }, { $shared } are among the first of our sensors. Some of what reaches you reaches everybody, some does not.
compare-meaning-unlike = Of your first { $of }, only { $shared } are among the first of our sensors. Unless your log is taken in another way, somebody may mean you.
compare-meaning-nothing = No packet that came unasked was found. Look below at what was read.
compare-meaning-unknown = Our sensors' figures of this time are not public, so only your ranks are shown.
compare-meaning-few = Fewer than twenty packets came, which says nothing yet: only the ranks are shown.
compare-out = { $what } stands out: { $own } with you, { $ours } with our sensors.
compare-out-new = { $what } stands out: { $own } with you, and not among the first { $rows } of our sensors.
compare-ranks = Ranks
compare-service = Destination
compare-name = Service
compare-their-rank = Your rank
compare-their-packets = Packets
compare-their-share = Your share
compare-our-rank = Sensors’ rank
compare-our-average = Average per sensor and day
compare-our-share = Sensors’ share
compare-ours = The sensors’ figures are from { $from } to { $to } ({ $zone }), averages of { $sensors } sensors at home. Times in which nobody watched are left out.
compare-ours-none = Too few sensors at home watched in this time, so that their figures are not public.
compare-only-theirs = With you alone
compare-only-ours = With our sensors alone
compare-read = What was read
compare-note-counted = { $n ->
    [one] { $n } line was counted.
   *[other] { $n } lines were counted.
}
compare-note-passed = { $n ->
    [one] { $n } line is of what was let through or went out, and does not count.
   *[other] { $n } lines are of what was let through or went out, and do not count.
}
compare-note-answers = { $n ->
    [one] { $n } line is of a TCP packet that begins no connection, and does not count.
   *[other] { $n } lines are of TCP packets that begin no connection, and do not count.
}
compare-note-unread = { $n ->
    [one] { $n } line could not be read; the first is line { $line }.
   *[other] { $n } lines could not be read; the first is line { $line }.
}
compare-note-frames = Of { $n } packets of captures, { $out } begin no connection or are not IP, and do not count.
compare-stopped-lines = There are too many lines; only the first were counted.
compare-stopped-time = It takes too long; only a part was counted.
compare-stopped-broken = The file breaks off; what comes before was counted.
compare-again = Compare again
