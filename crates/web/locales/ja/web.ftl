## Around every page

skip = 本文へ
desks = 机の一覧
zone = 時刻 { $what }
sign-out = サインアウト
pages = ページ
previous = 前へ
next = 次へ
list-comma = { "、" }
raw = 原文

## Desks

desk-incidents = インシデント
desk-coordinations = 調整
desk-reports = 報告
desk-correspondence = 通
desk-tray = 要確認トレイ
desk-statistics = 統計
desk-periodic-reports = 定期報告書
desk-brands = ブランド
desk-mappings = 取り込み対応表
addresses-title = IP アドレス

## Signing in

sign-in = サインイン
sign-in-name = アカウント名
sign-in-password = パスワード
sign-in-wrong = アカウント名またはパスワードが違います。もう一度入力してください。
sign-in-wait = 失敗が続いたため、しばらく受け付けません。{ $n } 秒後にもう一度お試しください。

## What was just done

done-signed-out = サインアウトしました。
done-coordinated = 調整を 1 件記録しました。
done-coordinated-again = この組織への調整は記録済みです。調整 1 件のまま数えます。
done-annotated = メモを追加しました。
done-closed = インシデントを終了しました。
done-reopened = インシデントを再開しました。
done-reclassified = 種別を変更しました。
done-relabelled = TLP を変更しました。
done-brand-saved = ブランドを保存しました。
done-name-assigned = 名称をブランドに対応づけました。
done-mapping-saved = 対応表を保存しました。
done-mapping-removed = 対応表を削除しました。これまでに取り込んだものはそのままです。
done-read-again = 読み直しました。トレイの入力は片付きました。
done-partly-read-again = 読み直しました。まだ読めないものがトレイに残っています。
done-still-unread = 読み直しましたが、まだ読めません。理由を確かめてください。
done-tray-closed = 報告なしとして片付けました。

## What went wrong

failure-missing-title = 見つかりません
failure-missing = このページはないか、表示する権限がありません。
failure-missing-advice = 番号やアドレスをご確認ください。関係者のみの案件は、その参加者に追加を依頼してください。
failure-status-title = 報告が見つかりません
failure-status = このアドレスには、報告の状況を示すページはありません。
failure-status-advice = アドレスが途中で切れていないか、余分な文字が付いていないか確かめ、報告したときに表示されたアドレスをそのまま開いてください。わからなくなったときは、受付番号を添えてお問い合わせください。
failure-forbidden-title = 権限がありません
failure-forbidden = この操作をする権限がありません。
failure-forbidden-advice = 必要な場合は、管理者に役割の追加を依頼してください。
failure-stale-title = 送信できませんでした
failure-stale = この画面は古いか、別のサイトから送られたため、何も変更していません。
failure-stale-advice = 前の画面に戻って再読み込みし、もう一度送信してください。
failure-parameter-title = 条件を読み取れません
failure-parameter = 条件 { $name } に「{ $value }」は使えません。
failure-parameter-advice = 期間は 2013Q4・2013-12・2013・FY2013・12m@2007-03 のように書きます。その他の条件は一覧で選び直してください。
failure-field-title = 入力を読み取れません
failure-field = 「{ $name }」を「{ $value }」にすることはできません。
failure-field-advice = 前の画面に戻り、選択肢から選び直してもう一度送信してください。
failure-character-title = 使えない文字があります
failure-character = 「{ $name }」に使えない制御文字 { $value } があるため、何も保存していません。
failure-character-advice = 前の画面に戻ってその文字を消し、もう一度送信してください。画面や端末から写した文に、見えないまま入ることがあります。
failure-refused-title = 保存できませんでした
failure-refused = 入力された内容のままでは保存できません。理由は次のとおりです。
failure-refused-advice = 前の画面に戻って直し、もう一度送信してください。入力した内容は残っています。
failure-sums-title = 報告書を作れません
failure-sums = { $place } で、内訳の合計 { $parts } と総数 { $total } が合いません。
failure-sums-advice = その記録を確かめてください。合わない数字のまま報告書を出すことはできません。
failure-slow-title = 時間切れです
failure-slow = 30 秒以内に答えられませんでした。
failure-slow-advice = 期間を短くするか、しばらくしてからもう一度お試しください。
failure-request-title = 受け付けられません
failure-request = この要求は受け付けられません。
failure-request-advice = 大きすぎる入力（1 MiB 超）や、誤ったアドレスでないかご確認ください。
failure-internal-title = エラーが起きました
failure-internal = 処理中にエラーが起きました。変更は保存されていません。
failure-internal-advice = もう一度お試しください。続く場合は、下の番号を管理者に伝えてください。
failure-home = インシデントの一覧へ
failure-correlation = 照会番号 { $what }

## Times

ago-now = たった今
ago-minutes = { $n } 分前
ago-hours = { $n } 時間前
ago-days = { $n } 日前
ago-months = { $n } か月前
ago-years = { $n } 年前
in-now = まもなく
in-minutes = { $n } 分後
in-hours = { $n } 時間後
in-days = { $n } 日後
in-months = { $n } か月後
in-years = { $n } 年後

## The field's words

category-phishing = フィッシングサイト
category-web_defacement = ウェブサイト改ざん
category-malware_site = マルウェアサイト
category-scan = スキャン
category-intrusion = システムへの侵入
category-forged_mail = 送信元詐称メール
category-dos = サービス妨害
category-targeted = 標的型攻撃
category-ics = 制御システム関連
category-other = その他
state-open = 未終了
state-new = 未着手
state-coordinating = 調整中
state-closed = 終了
origin-domestic = 国内
origin-foreign = 国外
origin-unknown = 不明
brand-origin-domestic = 国内ブランド
brand-origin-foreign = 国外ブランド
brand-origin-unknown = ブランド不明
channel-mail = メール
channel-fax = FAX
channel-telephone = 電話
channel-api = API
channel-form = Webフォーム
channel-feed = フィード
port-multiple = 複数のポート
port-unknown = 不明
tld-unknown = 不明
sector-bank = 銀行
sector-card = カード
sector-payment = 決済
sector-crypto = 暗号資産
sector-securities = 証券
sector-insurance = 保険
sector-telecom = 通信
sector-hosting = ホスティング
sector-webmail = Webメール
sector-retail = 小売
sector-logistics = 配送
sector-game = ゲーム
sector-social = SNS
sector-media = メディア
sector-software = ソフトウェア
sector-cloud = クラウド
sector-government = 行政
sector-university = 大学
sector-travel = 旅行
sector-transport = 交通
sector-utility = 電気・ガス・水道
sector-health = 医療
sector-nonprofit = 非営利
sector-other = その他
sector-unknown = 不明

## Lists

list-count-before = { "" }
list-count-after = { " " }件
list-hidden = うち { $n } 件は表示する権限がありません。
list-all-hidden = このページに表示できる記録はありません。
list-none-found = 条件に合う記録はありません。条件を外すと広がります。
incidents-none = インシデントはまだありません。メールが読まれるか、ファイルを取り込むか（noroshi intake import）、「受信」から FAX・電話の報告を登録すると現れます。
reports-none = 報告はまだありません。メールが読まれるか、ファイルを取り込むか（noroshi intake import）、「受信」から FAX・電話の報告を登録すると現れます。
correspondence-none = 通はまだありません。窓口にメールが届くか、公開フォームが使われるか、ファイルを取り込むと（noroshi intake import）現れます。
coordinations-none = 調整はまだありません。インシデントの画面で記録できます。
filter-q = 検索
filter-period = 期間
filter-month = 月
filter-scheme = 計上方法
filter-category = 種別
filter-state = 状態
filter-origin = ブランドの国内外
filter-destination = 調整先
filter-brand = ブランド
filter-port = ポート
filter-tld = 報告元のTLD
filter-about = 内容
filter-any = すべて
filter-apply = 絞り込む
filter-active = 有効な条件
filter-remove = 条件「{ $what }」を外す
column-number = 番号
column-target = 対象
column-category = 種別
column-brand = ブランド
column-state = 状態
column-first = 初報
column-received = 受付
column-site = サイト
column-incident = インシデント
column-channel = 経路
column-name = 件名・ファイル名
column-tld = TLD
column-raw = 原文
column-requested = 依頼
column-organisation = 調整先の組織
column-country = 国

## An incident

incident-title = { $category } — { $place }
incident-title-imitates = { $brand }を装うフィッシングサイト — { $place }
incident-reports = 報告 { $n } 件
incident-first = 初報 { $what }
incident-last = 最新 { $what }
timeline = 経過
timeline-not-shown = これより前の報告 { $n } 件は省いています。
event-reports = 報告 { $n } 件
event-line = { $n } 行目
event-lines = { $first }–{ $last } 行目
event-coordination = 調整の依頼
event-note = メモ
event-closed = 終了
event-reopened = 再開
event-category = 種別を変更
event-label = TLP を変更
event-from-to = { $from } → { $to }
facts = 対象
fact-url = URL
fact-host = ホスト
fact-address = IP アドレス
fact-port = ポート
fact-brand = ブランド
fact-brand-written = 報告での表記
fact-brand-unmapped = { $what }（未対応の名称）
fact-worm = ワーム
fact-worm-seen = ワームの活動あり
fact-rsit = RSIT
fact-previous = 以前の案件
fact-next = 以後の案件
fact-merged = 統合した案件
next-step = 次にすること
next-new = まだ誰にも依頼していません。対象を確認し、対処できる組織に連絡して記録してください。
next-coordinating = 対処を依頼しています。停止を確認したら終了してください。
next-closed = このインシデントは終了しています。再び活動していたら再開してください。
action-close = 終了する
action-reopen = 再開する
action-coordinate = 調整を記録
action-coordinate-send = 依頼したことを記録
action-note = メモを追加
action-note-send = 追加する
action-category = 種別を変更
action-label = TLP を変更
action-change = 変更する
label-red = TLP:RED にすると、参加者だけが見られます。変更した人は参加者になります。
field-organisation = 組織名
field-country = 国コード（2 文字）
field-note = メモ

## Statistics and periodic reports

statistics-title = { $what } の統計
statistics-lead = { $first } から { $last } までに受け付けた記録の件数です（計上方法 { $scheme }）。数字を開くと、数えた記録の一覧が出ます。
statistics-overview = 概況
statistics-months = 月別
statistics-categories = 種別ごとのインシデント
statistics-brand-origins = フィッシングサイトが装ったブランドの国内外
statistics-brands = 装われたブランド（上位）
statistics-domains = 報告元のTLD
statistics-ports = スキャンされたポート
statistics-destinations = 調整先の国内外
statistics-empty = この期間の記録はありません。
statistics-other-scheme = { $period } は計上方法 { $scheme } で数えています。
statistics-top = 全 { $n } 項目のうち上位 20 を示します。
figure-reports = 報告
figure-correspondence = 通数
figure-inquiries = 問い合わせ
figure-incidents = インシデント
figure-addresses = IP アドレス
figure-coordinations = 調整
column-change = 増減
column-month = 月
column-share = 割合
column-origin = 国内外
column-port = ポート
column-destination = 調整先
column-phishing-coordinations = うちフィッシング
row-total = 合計
scheme-own = 期間に合わせる
action-show = 表示
field-language = 言語
download = ダウンロード
download-html = HTML
download-pdf = PDF
download-txt = テキスト
download-json = JSON

## Brands

brands-none = 当てはまるブランドはありません。右の欄から追加できます。
brands-unmapped = 未対応の名称
brands-unmapped-none = すべての名称がブランドに対応しています。
brands-unmapped-lead = 報告された名称のうち、どのブランドか決まっていないものです。
brand-of-name = 「{ $what }」のブランドのキー
brand-key = キー
brand-new = ブランドを追加
brand-incidents = 一覧
brand-incidents-of = { $what }のインシデント
brand-aliases-help = 外した別名は、未対応の名称に戻ります。
action-assign = 対応づける
action-save = 保存する
field-name-ja = 日本語名
field-name-en = 英語名
field-aliases = 別名（1 行に 1 つ）
column-sector = 業種
column-aliases = 別名

## The tray

tray-none = 確認が必要な入力はありません。読めなかったものが理由とともにここに来たら、対応表を直すか、片付けます。
tray-none-found = 当てはまるものはありません。検索する言葉を減らしてください。
tray-search = 名前・場所・理由
tray-lead = 読み取れなかった入力です。行を開いて理由を確かめ、直してもう一度読むか、報告なしとして片付けてください。
column-set-aside = 保留
column-place = 場所
column-reason = 理由
tray-waits = 確認待ち
tray-closed = 片付き
tray-rows = { $n } 行
tray-format = 形式
tray-format-unknown = 記録なし
tray-mapping = 対応表
tray-raw-cut = 先頭の 4 KiB を示しています。
tray-raw-all = 原文を保存する
tray-next = 直せるものを直したら、同じ原文をもう一度読み取ります。
tray-next-mapping = 対応表を直したら、同じ原文をもう一度読み取ります。
tray-mend = 対応表を直す
tray-again = もう一度読む
tray-again-file = このファイルの全部をもう一度読む
tray-again-reason = 同じ理由の全部をもう一度読む
tray-nothing = 報告なしとして片付ける
tray-nothing-help = 片付けた入力は消えずに、メモとともに残ります。
tray-close = 片付ける
tray-was-read = あとから読み取れました。
tray-was-nothing = 報告することはありませんでした。
tray-back = トレイへ

## Mappings

mappings-none = 対応表はまだありません。「対応表を追加」から、送り主のファイルの先頭を貼り付けて作ってください。
mappings-lead = CSV や JSON のどの列に何が書かれているかを、名前をつけて保存したものです。
mapping-new = 対応表を追加
mapping-lead = 列の名前（JSON では /source/ip のような位置）を書き、プレビューで確かめてから保存してください。
mapping-name = 名前（a-z、0-9、-、_）
mapping-about = 行の説明
mapping-about-ja = 行の説明（日本語）
mapping-about-en = 行の説明（英語）
mapping-version = 版
mapping-versions = これまでの版
mapping-version-of = 第 { $n } 版
mapping-changed = 変更
mapping-sample = 見本
mapping-sample-help = 見出し行を含む先頭の数行を貼り付けてください。256 KiB まで。保存はされません。
mapping-sample-rows = 見本の行
mapping-preview = プレビュー
mapping-preview-send = プレビューする
mapping-preview-none = 見本を貼り付けてプレビューすると、行ごとの読み取り結果がここに並びます。
mapping-preview-empty = 見本に行がありません。見出し行の下の行も貼り付けてください。
mapping-suggest = 見出しから提案する
mapping-line = 行
mapping-told = 報告になる内容
mapping-fields = 何がどの列にあるか
mapping-fields-help = 使わない欄は空のままにします。アドレス・URL・ホスト名のどれかは必要です。見出し行のない表では列の番号（1 から）を書きます。
mapping-addresses = IP アドレス（1 行に 1 列）
mapping-protocol = プロトコル
mapping-default-protocol = 書かれていないときのプロトコル
mapping-separator = 区切り文字（CSV）
mapping-separator-comma = コンマ（,）
mapping-separator-semicolon = セミコロン（;）
mapping-separator-tab = タブ
mapping-header = 1 行目は見出し（CSV）
mapping-field = 列
mapping-time = 日時
mapping-time-none = 書かれていない（取り込んだ日時になります）
mapping-time-form = 書き方
mapping-time-usual = 2024-01-15 00:00:07、RFC 3339 など
mapping-time-epoch-seconds = 1970 年からの秒
mapping-time-epoch-milliseconds = 1970 年からのミリ秒
mapping-time-pattern = 書式
mapping-time-zone = タイムゾーン（書かれていないとき）
mapping-kind-table = 値と種別（1 行に 1 つ）
mapping-kind-otherwise = それ以外の種別
mapping-details = その他の列
mapping-details-which = プレビューに添える列
mapping-details-all = すべて
mapping-details-none = なし
mapping-details-only = 次の列だけ
mapping-details-fields = 列（1 行に 1 つ）
mapping-remove = 対応表を削除
mapping-remove-help = 使えなくなりますが、これまでの版と取り込んだものは残ります。

## Help

help-title = ヘルプ
help-keys = キー
help-key-move = 一覧で次・前の行へ
help-key-open = 選んだ行を開く
help-key-search = 検索欄へ
help-key-help = このページを開く
help-counts = 件数の読み方
help-counts-records = どの数字も記録を数えた結果です。数字を開くと、数えた記録がそのまま並びます。
help-counts-hidden = 数字はすべての記録を数えます。TLP:RED など見る権限のない記録は一覧に出ず、その件数だけを示します。検索の件数には含めません。
help-counts-scheme = 何を 1 件と数えるかは計上方法で決まります。期間ごとに、その始まりに使われていた計上方法を用います。
help-counts-tlp = 一覧では TLP:AMBER の表示を省いています。それ以外の TLP は対象の前に示します。
help-counts-time = 報告は受け付けた日時、インシデントは初報の日時、調整は最初に依頼した日時の月に数えます。
