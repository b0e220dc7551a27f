## The public form

report-title = インシデントの報告・相談
report-choice-lead = 報告する内容に近い窓口を選んでください。
report-lead = わかる範囲で書いてください。必要なのは、いちばん近いものと、説明・URL やアドレス・ファイル・暗号化した内容のうちの 1 つです。ほかは空のままで受け付けます。送信すると、受付番号と、状況を確認できる専用のページを表示します。
report-desk = 窓口: { $what }
report-leave-empty = この欄は空のままにしてください
report-choose = 選んでください
report-part-what = 何があったか
report-what = いちばん近いもの（必須）
report-description = 説明（URL やアドレス、ファイル、暗号化した内容がなければ必須）
intake-description = 説明（URL やアドレス、ファイルがなければ必須）
report-description-hint = どのように気づいたか、何をしたか、困っていることなど
report-at = 起きた日時・気づいた日時
report-zone = タイムゾーン
report-targets = 関係する URL・IP アドレス・ホスト名
report-targets-hint = 1 行に 1 つ。hxxp:// や [.] の書き方も読めます。
report-ports = ポート
report-ports-hint = 22、udp/53 のように
report-part-who = あなたについて
report-organisation = 組織名
report-name = お名前
report-address = メールアドレス
report-mediate = 相手方（サイトの管理者など）への連絡・調整を依頼します
report-may-name = 相手方に、報告者の名前を伝えてかまいません
report-copy = 受付番号をこのアドレスにメールで送ってください
report-tlp = 情報の共有範囲の希望
report-tlp-hint = TLP（Traffic Light Protocol）で指定できます。担当者が変更するまで、この範囲で扱います。
report-tlp-none = 指定しない
report-tlp-clear = 公開してよい
report-tlp-green = コミュニティの中まで
report-tlp-amber = 関係する組織とその顧客まで
report-tlp-amber-strict = 関係する組織の中だけ
report-tlp-red = この窓口の担当者だけ（回答はメールだけで届きます）
intake-tlp-red = 窓口の担当者とあなただけ
report-part-files = ファイルと暗号化した内容
report-files = 添付ファイル
report-files-hint = 10 個まで、合わせて 20 MiB まで。マルウェアの検体は暗号化した書庫に入れてください。
report-encrypted = OpenPGP で暗号化した内容を送る
report-encrypted-hint = 当チームの鍵で暗号化したメッセージを、そのまま貼り付けてください
report-key-lead = まず、当チームの公開鍵を取り込んでください。
report-key-download = 公開鍵をダウンロード
report-key-fingerprint = 鍵のフィンガープリント:
report-key-how = 取り込んだ鍵のフィンガープリントが上と同じことを確かめてから、内容を書いたファイルを暗号化し、できたファイル（report.txt.asc）の中身を下に貼り付けます。GnuPG では次のとおりです。
report-privacy = いただいた情報は、インシデントへの対応のためだけに使います。名前や連絡先を、許可なく相手方に伝えることはありません。
report-send = 送信する
report-fast = 送信が早すぎたため、まだ受け付けていません。内容を確かめて、もう一度「送信する」を押してください。
report-old = 画面を開いてから時間がたったため、まだ受け付けていません。内容を確かめて、もう一度「送信する」を押してください。
report-trap = 空のままにする欄に文字が入っているため、まだ受け付けていません。自動入力を切って、もう一度「送信する」を押してください。
report-again = まだ受け付けていません。赤い文字の箇所を直して、もう一度送信してください。
report-again-files = まだ受け付けていません。赤い文字の箇所を直し、添付ファイル（{ $n } 個）を選び直して、もう一度送信してください。

## The status of a report

status-title = 報告の状況
status-heading = 受付番号 { $what }
status-at = 受付
status-received = 受け付けました。ご報告ありがとうございます。
status-received-more = 追加の連絡を受け付けました。
status-name-new = 受付済み
status-name-open = 確認中
status-name-answered = 回答済み
status-name-done = 終了
status-state-new = 受け付けました。担当者がこれから確認します。
status-state-open = 担当者が確認しています。
status-state-answered = 回答しました。追加のご連絡があれば、下の欄から送ってください。
status-state-done = 対応を終えました。新しい動きがあれば、下の欄から送ってください。
status-keep = このページのアドレスを控えてください
status-keep-advice = このアドレスを知っている人だけが、状況を見たり情報を追加したりできます。ほかの人に教えないでください。あとから再発行はできません。
status-answers = 当チームからの回答
status-answers-none = ここに表示できる回答はまだありません。
status-more = 情報を追加する
status-more-text = 追加する内容（ファイルがなければ必須）
status-more-send = 追加する

## Entering by hand

intake-title = 報告を手で登録
intake-inquiry-title = 問い合わせを報告にする
intake-lead = FAX や電話で受けた報告を登録します。原本の画像があれば添付してください。
intake-inquiry-lead = { $what } の問い合わせを報告として登録します。問い合わせのメールがその報告になり、インシデントが作られます。
intake-part = 受け取り方
intake-received = 受け取った日時
intake-desk = 窓口
intake-scan = 原本の画像
intake-scan-hint = PDF、PNG、JPEG、TIFF。ダウンロードとして保存します。
intake-part-who = 報告者
intake-mediate = 相手方（サイトの管理者など）への連絡・調整を依頼している
intake-may-name = 相手方に、報告者の名前を伝えてよい
intake-save = 登録する
intake-made = 番号 { $what } で登録しました。
intake-made-link = 報告者に伝える状況確認のアドレス:

## What went wrong

failure-wait-title = しばらくお待ちください
failure-wait = 短い時間に多くの送信があったため、いまは受け付けられません。{ $n } 秒後にもう一度お試しください。
failure-wait-advice = お急ぎの場合は、メールか電話でご連絡ください。
failure-home-public = 報告のフォームへ
