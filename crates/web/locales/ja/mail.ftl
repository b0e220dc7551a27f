## Desks

desk-inbox = 受信
desk-outgoing = 送信
desk-desks = 窓口
desk-queue = ジョブ

## What was just done

done-taken = 担当になりました。
done-given-back = 担当を外れました。
done-ended = やり取りを終えました。次のメールが届くと、また現れます。
done-taken-up = やり取りを再開しました。
done-sent-on = 別の窓口に回しました。
done-attached = インシデントに結びつけました。
done-merged = やり取りを 1 つにまとめました。
done-written = メールを送信待ちに入れました。
done-withdrawn = メールを取り消しました。
done-sent-again = メールをもう一度送ります。
done-desk-saved = 窓口を保存しました。
done-retried = もう一度実行します。
done-discarded = ジョブを破棄しました。

## The inbox

inbox-undone = 対応中すべて
inbox-mine = 自分の担当
inbox-next-state = 次の状態
inbox-search = 件名・差出人・本文・番号
inbox-none = 待っているやり取りはありません。窓口のアドレスにメールが届くか、メールを取り込むと、ここに現れます。FAX や電話で届いたものは、自分で登録します。
inbox-outgoing = 送信待ち { $n } 通
inbox-tray = トレイ { $n } 件
inbox-enter = FAX・電話の報告を登録
inbox-none-found = 条件に合うやり取りはありません。ほかの状態を選ぶか、検索語を減らしてください。
inbox-no-addresses = どの窓口にもまだメールアドレスがありません。設定するまで、返信は送れません。
thread-state-new = 未読
thread-state-open = 対応中
thread-state-answered = 返信済み
thread-state-done = 完了
no-subject = （件名なし）
no-sender = （差出人なし）
mark-quotes = 別件の番号を引用
mark-looks-like = 当事者に似せた差出人
mark-imitates = 紛らわしい文字のアドレス
column-subject = 件名
column-desk = 窓口
column-from = 差出人
column-owner = 担当
column-letters = 通
column-last = 最新
action-take = 担当する
action-give-back = 担当を外れる
action-end = 完了にする
action-take-up = 再開する
action-reply = 返信
action-route = 回す

## A thread

thread-letters = { $n } 通
thread-owner = 担当 { $what }
thread-no-owner = 担当なし
thread-last = 最新 { $what }
thread-began = 開始
thread-parties = 相手
thread-facts = やり取り
thread-tlp-subject = 差出人が件名で指定
thread-tlp-text = 差出人が本文で指定
thread-tlp-document = 添付された文書の restriction
thread-tlp-form = 報告者がフォームで指定
thread-tlp-desk = 窓口のラベル
thread-tlp-case = インシデントのラベル
thread-case = この件のインシデント
thread-look = #{ $what } を見る
thread-next-new = まだ誰も見ていません。読んで担当するか、返信するか、することがなければ完了にしてください。
thread-next-open = 担当者がいます。返信するか、済んだら完了にしてください。
thread-next-begun = こちらから始めたやり取りです。返事を待っています。
thread-next-answered = 最後に書いたのはこちらです。返事が届くと未読に戻ります。
thread-next-done = 完了しています。新しいメールが届くと未読に戻ります。
letter-in = 受信
letter-out = 送信
letter-open = この通を開く
letter-quoted = 引用 { $n } 行
letter-cut = 長いため、ここまでを表示しています。全体は原文にあります。
letter-of-html = HTML の本文を文字にしました。画像などは取り寄せていません。
letter-no-text = 本文はありません。
letter-quotes = 別のやり取り #{ $what } の番号を引いていますが、差出人はその相手ではありません。
letter-looks-like = 差出人のアドレスは、相手の { $what } に似せた別のアドレスです。なりすましを疑ってください。
letter-given-up = 何度も送れなかったため、送信を止めています。送信の一覧から、もう一度送れます。
mark-automatic = 自動: { $what }
mark-by-rule = 規則による自動送信
kind-report = 報告
kind-inquiry = 問い合わせ
kind-answer = 返事
kind-automatic = 自動メール
kind-delivery_report = 配送報告
automatic-submitted = 自動送信の表示あり
automatic-null_path = 返送先なし
automatic-precedence = 一斉送信
automatic-list = メーリングリスト
automatic-daemon = メールシステム
automatic-postmaster = メールシステムの管理者
automatic-suppress = 自動返信を望まない
automatic-loop = こちらのメールが戻ったもの
automatic-autoreply = 自動応答
tied-token = 返信アドレスで結合
tied-reference = 返信元で結合
tied-tag = 件名の番号で結合
tied-given = 報告フォームから
tied-unknown = 結合
event-routed = 窓口を変更
event-taken = 担当
event-given-back = 担当を外れた
event-ended = 完了
event-taken-up = 再開
event-attached = インシデントに結合
event-begun = 開始
event-withdrawn = 送信を取り消し
event-sent-again = 再送
event-merged = 統合
event-merged-into = 別のやり取りに統合
action-merge-into = #{ $what } にまとめる
action-withdraw = 取り消す
action-route-send = この窓口に回す
action-attach = インシデントに結びつける
action-attach-send = 結びつける
attach-help = インシデントの TLP のほうが厳しければ、それがこのやり取りの TLP になります。
action-merge = 別のやり取りにまとめる
action-merge-send = まとめる
merge-help = このやり取りのメールは、すべて相手の番号に移ります。
field-case-number = インシデントの番号
field-thread-number = まとめる先の番号

## Writing

reply-title = 返信: { $what }
reply-from = 差出人 { $what }
reply-others = 元のメールの他の宛先: { $what }
reply-quote = { $time } { $from }:
reply-no-address = この窓口にはメールアドレスがないため、送れません。管理者に設定を頼んでください。
field-to = 宛先
field-cc = Cc
field-subject = 件名
field-body = 本文
field-files = 添付ファイル
files-help = 10 個まで、合わせて 20 MiB まで。
field-charset = 文字コード
field-sealing = OpenPGP
sealing-plain = なし
sealing-signed = 署名する
sealing-encrypted = 暗号化して署名する
action-send = 送信する
action-give-up = やめる
incident-write = メールを書く
incident-write-title = メール: { $what }
incident-threads = この件のやり取り
letter-ours = こちらが書いたもの
address-none = アドレスなし（状況確認のリンク）
contacts = 連絡先の候補
contacts-none = 候補のアドレスはまだありません。ホストの運用者を調べ、登録情報にある不正利用の窓口に書いてください。
contacts-lead = 確認済みの情報ではなく、候補です。選ぶと、その宛先へのメールを書き始めます。
contact-written = このインシデントについて連絡したことがあります
contact-neighbour = 同じ IP アドレスの { $what } について連絡したことがあります
contact-named = このインシデントの報告に書かれています
contact-role = 不正利用の連絡先としてどのドメインにもあるはずのアドレス（RFC 2142）: { $what }
contact-unverified = 未確認
thread-report = この問い合わせを報告にする
incident-threads-none = まだありません。連絡先にメールを書くと、ここに現れます。

## A letter

letter-one = 通
letter-thread = やり取りへ
letter-tab-text = 本文
letter-tab-source = ソース
letter-tab-structure = 構造
letter-tab-items = 見つかったもの
letter-unreadable = メールとして読めないため、原文を示します。
letter-head = ヘッダー
letter-no-head = ヘッダーはありません。
letter-attached = 添付
letter-parts-help = 保存するファイルは送り主が作ったものです。隔離した場所で開いてください。
letter-no-items = アドレスや URL などは見つかりませんでした。
letter-items-cut = 多いため、ここまでを示しています。
column-part = パート
column-media-type = 種類
column-file-name = ファイル名
column-size = 大きさ
column-item = 値
column-item-kind = 種類
column-found-at = 場所
action-keep = 保存
found-line = パート { $part } の { $line } 行目
found-link = パート { $what } のリンク先
item-address = IP アドレス
item-url = URL
item-host = ホスト
item-mail = メールアドレス
item-hash = ハッシュ
item-cve = CVE
item-port = ポート
item-time = 時刻（UTC）
item-brand = ブランド

## Outgoing

sent-queued = 送信待ち
sent-sent = 送信済み
sent-refused = 拒否
sent-returned = 不達
sent-withdrawn = 取り消し
sent-given-up = 送信を断念
outgoing-no-relay = 中継サーバが設定されていないため、待っています
outgoing-no-relay-lead = 中継サーバが設定されていないため、メールはここで待ち、送られません。管理者が設定ファイルの [mail.relay] に指定すると送られます。
outgoing-none-found = この状態のメールはありません。ほかの状態を選んでください。
outgoing-no-match = 当てはまるメールはありません。ほかの状態を選ぶか、検索する言葉を減らしてください。
outgoing-search = 件名・あて先・本文
outgoing-none = メールはありません。受信のやり取りに返信すると、ここに現れます。
outgoing-attempts = { $n } 回試行。
outgoing-next = 次の送信 { $what }
column-recipients = 宛先
column-author = 書いた人
column-written = 作成
action-send-again = もう一度送る

## Intake desks, for administrators

desks-lead = 窓口ごとに、メールアドレスと、自動ですることと、担当者を決めます。
field-desk-address = メールアドレス
desk-no-address = 未設定
desk-acknowledges = 受領通知
desk-form = Webフォーム
desk-staff = 担当者
desk-acknowledges-long = 受け取ったことを自動で知らせる
desk-form-long = 公開の Web フォームで選べる
desk-address-help = @ の前は英数字と . _ - で 30 文字以内。メールサーバが「+」付きのアドレスも届けるようにしてください。
desk-tlp = 新しいやり取りの TLP
desk-staff-help = TLP:RED の窓口のやり取りは、担当者だけが読めます。
yes = はい
no = いいえ

## The job queue

queue-kinds = 種類ごとの状態
queue-none = 待っているジョブはありません。することはありません。
queue-due = 実行待ち
queue-later = 予定
queue-running = 実行中
queue-abandoned = 中断
queue-dead = 断念
queue-next = 次回
queue-last = 前回
queue-last-failure = 最近の失敗: { $what }
queue-waits-since = { $what } から待機
queue-dead-title = 断念したジョブ
queue-dead-none = 断念したジョブはありません。断念したジョブはここで、もう一度試すか破棄するかを選びます。
queue-dead-count = { $n } 件が判断を待っています。
queue-died = 断念
queue-schedules = 定期の予定
queue-schedules-none = 定期の予定はありません。サーバが動き始めると、ここに現れます。
queue-rhythm = 時期
rhythm-seconds = { $n } 秒ごと
rhythm-minutes = { $n } 分ごと
rhythm-hours = { $n } 時間ごと
rhythm-daily = 毎日
rhythm-month-day = 毎月 { $n } 日
rhythm-monday = 毎週月曜日
rhythm-tuesday = 毎週火曜日
rhythm-wednesday = 毎週水曜日
rhythm-thursday = 毎週木曜日
rhythm-friday = 毎週金曜日
rhythm-saturday = 毎週土曜日
rhythm-sunday = 毎週日曜日
rhythm-calendar = { $days } { $time }（{ $zone }）
column-job = ジョブ
action-retry = もう一度
action-retry-all = すべてもう一度
action-discard = 破棄
field-discard-why = 破棄する理由

## Help

help-key-take = 担当する・外れる（インシデントでは、終了・再開するボタンへ）
help-key-end = やり取りを完了にする・再開する
help-key-reply = 返信を書く
help-key-route = 別の窓口に回す
help-key-state = 次の状態で絞り込む
