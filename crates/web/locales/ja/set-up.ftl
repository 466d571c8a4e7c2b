# 認証アプリの登録
set-up-title = { $set_up_title ->
    [absent] { $feature }有効化
   *[other] { $set_up_title }
  }
set-up-lead = { $app }を登録すると、パスワードが知られても、あなた以外の人はログインできなくなります。次の3つの手順で設定します。
set-up-lead-login = ログインするには、{ $feature }の設定が必要です。次の3つの手順で設定すると、そのままログインできます。
set-up-lead-may-wait = この組織では{ $feature }が必要です。次の3つの手順で設定すると、そのままログインできます。
set-up-by = { $feature }は { $until } までに設定してください。それまでは、設定せずにログインすることもできます。
set-up-skip = あとで設定する
set-up-path-app = アプリを用意する
set-up-path-scan = QRコードを読み取る
set-up-path-code = コードを入力する

set-up-step-app = 1. { $app }を用意する
set-up-step-app-text = スマートフォンなどの{ $app }（Google Authenticatorなど）を使います。すでにお使いのアプリがあれば、そのまま使えます。
set-up-get-app = { $app }の入手先を表示

set-up-step-scan = 2. QRコードを読み取る
set-up-step-scan-text = { $app }を起動し、次のQRコードを読み取ってください。
set-up-qr = { $app }に登録するためのQRコード
set-up-open-app = この端末の{ $app }に登録する
set-up-open-app-hint = { $app }の入ったスマートフォンでこの画面を見ている場合は、こちらを押してください。
set-up-by-hand = { $key }を表示（QRコードを読み取れない場合）
set-up-by-hand-text = { $app }で「セットアップキーを入力」などを選び、次の内容を入力してください。
set-up-issuer = サービス名
set-up-account = アカウント
set-up-key = { $Key }
set-up-type = 種類
set-up-type-time = 時間ベース
set-up-key-details = キーは空白を除いて入力しても、そのまま入力してもかまいません。
set-up-stay = 設定が終わるまで、この画面を閉じたり、再読み込みしたり、別の画面に移ったりしないでください。新しい{ $key }に変わり、アプリに登録した項目は使えなくなります。

set-up-step-code = 3. { $code }を入力する
set-up-code-hint = アプリに表示された{ $digits }桁の数字です。{ $seconds }秒ごとに変わります。
set-up-submit = { $set_up_submit ->
    [absent] 認証する
   *[other] { $set_up_submit }
  }
set-up-then = 時間を過ぎるとこのキーは使えなくなり、最初からの設定になります。
set-up-abandon = 設定を中止する
set-up-help = 設定で困ったときは

set-up-done-title = { $set_up_done ->
    [absent] { $feature }が有効化されました。
   *[other] { $set_up_done }
  }
set-up-done-lead = 次回のログインから、パスワードに加えて{ $code }を入力します。ログインの際は、登録した端末をお手元にご用意ください。
set-up-done-next = 続けて、{ $backup_code }を保管してください
set-up-done-continue = 保管したので次へ進む

shown-key-title = QRコードの再表示
shown-key-lead = ログインしました。追加する機器の{ $app }で、次のQRコードを読み取ってください。これまでの機器も、そのまま使えます。
shown-key-care = このQRコードを読み取った人は、あなたの{ $code }を作れます。ほかの人の目に触れないようにしてください。再表示したことは、メールでもお知らせします。
shown-key-continue = 読み取ったので次へ進む
