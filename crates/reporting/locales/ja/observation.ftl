obs-title = インターネット定点観測レポート
obs-lead = { $span }に、{ $team }のセンサー { $sensors } 台（{ $regions } 地域）が、意図しないパケットを { $packets } 個受け取りました。センサー 1 台・1 日あたり { $average } 個です。
obs-fact-unit = 平均
obs-nobody-watched = { $span }に観測したセンサーはありません。観測していない期間はゼロではないため、数値はありません。
obs-unit-sensor-day = パケット数 / センサー / 日
obs-unit-sources-day = 日ごとの送信元数（重複を除く）
obs-unit-sources-week = 週ごとの送信元数（重複を除く）
obs-and = 、
obs-others = その他
obs-total = 合計
obs-none = 観測されたものはありません。
obs-home = 国内のセンサー
obs-abroad = 海外のセンサー
obs-twelve = { $year }年{ $month }までの 1 年間
obs-rise = 増加

obs-section-ports = 宛先ポート { $period }
obs-section-regions = 送信元地域 { $period }
obs-section-icmp = ICMP { $period }
obs-section-sources = 送信元数 { $period }
obs-section-sides = 国内と海外 { $period }
obs-section-sensors = 観測したセンサー { $period }
obs-section-rises = 増加したもの { $period }

obs-chart-ports-first = 宛先ポート別 上位 1〜5 位 { $period }
obs-chart-ports-next = 宛先ポート別 上位 6〜10 位 { $period }
obs-chart-regions = 送信元地域別 上位 1〜5 位 { $period }
obs-chart-icmp = ICMP { $period }
obs-chart-sources = 送信元数 { $period }
obs-chart-sides = 国内と海外 { $period }
obs-chart-rise = { $port } の推移
obs-heat-ports = 上位 10 ポートと週 { $period }

obs-table-ports = 宛先ポート別 上位 10 位 { $period }
obs-table-regions = 送信元地域別 { $period }
obs-table-sides = 国内と海外の上位 5 ポート { $period }
obs-table-sensors = 地域別のセンサー { $period }

obs-column-rank = 順位
obs-column-port = ポート
obs-column-service = サービス
obs-column-region = 地域
obs-column-average = 平均
obs-column-change = 前{ $kind }比
obs-column-before = 前回順位
obs-column-packets = パケット数
obs-column-share = 割合
obs-column-sources = 送信元数
obs-column-sensors = センサー数

obs-sentence-first = 最も多かったのは { $port } で、センサー 1 台・1 日あたり { $average } 個でした。{ $change }。
obs-sentence-first-alone = 最も多かったのは { $port } で、センサー 1 台・1 日あたり { $average } 個でした。
obs-sentence-new = 新たに上位 10 位に入ったのは { $ports } です。
obs-sentence-sides = 1 日あたりのパケット数は、国内のセンサーが { $home } 個、海外のセンサーが { $abroad } 個でした。
obs-rise-sudden = { $port } 宛てのパケットが { $from } から急に増加し、{ $to } まで続きました。
obs-rise-slow = { $port } 宛てのパケットが { $from } から数日かけて増加し、{ $to } まで続きました。
obs-rise-first-seen = { $port } 宛てのパケットが { $from } に初めて観測され、{ $to } まで続きました。
obs-rise-evidence = 最も明らかだった 24 時間に { $seen } 個が届き、通常は { $expected } 個です。{ $sensors } 台のうち { $rose } 台で増加しました。
obs-no-rises = この期間に公表された増加はありません。

obs-note-change = 平均は、観測したセンサー 1 台・1 日あたりのパケット数です。増減は平均の変化を、前回の値に対する割合で示します。
obs-note-unwatched-before = 前の{ $kind }に観測したセンサーがないため、増減と前回順位はありません。
obs-note-estimate = 千を超える送信元数は推定値です（誤差 1.6%）。
obs-note-regions = 地域は、送信元アドレスが属する国です。応答を必要としないパケットの送信元アドレスは、誰でも自由に書くことができます。
obs-note-one-side = { $sensors }が観測していないため、比較できません。
obs-note-sensors = 期間中に一度でも観測したセンサーを数えています。平均は、観測した時間で割っています。
obs-note-method = どのセンサーも観測しなかった期間は、ゼロではなく空白です。週は月曜日から始まり、最初と最後の週は期間の外にかかることがあります。
obs-unnamed-region = 地域なし
