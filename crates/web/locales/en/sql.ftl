# The page on which packets are asked in SQL
sql-title = Packets in SQL
sql-link = Ask in SQL
sql-lead = Write one SELECT over the table packets. Only packets of the time that is given are read, and nothing is changed. A query may take 20 seconds and 512 MiB; a page shows 1,000 rows, a file has 10,000. The two times are the team's; times within SQL and in the answer are UTC, so days need AT TIME ZONE, as in an example.
sql-query = SQL
sql-examples = Examples:
sql-example-ports = Ports with most packets
sql-example-sources = Sources of SSH that most sensors saw
sql-example-days = 445/TCP by the team's days
sql-example-prints = Fingerprints of SYNs
sql-run = Run
sql-rows = { $rows } { $count ->
    [1] row
   *[other] rows
} in { $seconds } s
sql-rows-cut = The first { $rows } rows in { $seconds } s. There are more.
sql-no-rows = No row matches. Look at the conditions, or at the time.
sql-columns = Columns of the table packets
sql-functions = address(source_v4, source_v6) gives an address as text, ipv4('192.0.2.1') an IPv4 address as a number. The numbers of sensors stand in the list of sensors.
sql-column = Column
sql-type = Type
sql-meaning = What it holds
sql-column-captured_at = when the sensor recorded it
sql-column-sensor = the sensor's number
sql-column-source_v4 = source, as a number; empty with IPv6
sql-column-source_v6 = source, 16 bytes; empty with IPv4
sql-column-destination_v4 = destination, as a number; empty where the sensor hides its own address
sql-column-destination_v6 = destination, 16 bytes; as above
sql-column-protocol = number of the protocol: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6
sql-column-source_port = source port; empty but for TCP and UDP
sql-column-destination_port = destination port; empty but for TCP and UDP
sql-column-icmp_type = type of ICMP
sql-column-icmp_code = code of ICMP
sql-column-ttl = time to live that was left (IPv6: hop limit)
sql-column-ip_id = identification of IPv4
sql-column-fragment = first or later; empty of whole packets
sql-column-tcp_flags = bits: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK, 32 URG
sql-column-tcp_window = window, unscaled
sql-column-tcp_sequence = sequence number
sql-column-tcp_acknowledgment = acknowledgment number
sql-column-tcp_options = options in their order, as Nmap abbreviates them
sql-column-wire_bytes = length on the wire in bytes
sql-column-payload = the beginning of what it carried, of UDP and ICMP, as long as the sensor keeps
sql-column-country = the source's country or region (ISO 3166-1); empty when not known
sql-column-country_edition = the database that told country and number of the network
sql-column-asn = number of the source's autonomous system; empty when not known
sql-column-tool = the tool that sent it: unknown, zmap, masscan, mirai
sql-column-kind = scan, backscatter or other
