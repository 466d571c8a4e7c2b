# ログイン
login-title = ログイン
login-administrators-title = 管理者ログイン
login-administrators-lead = 管理者専用の入口です。管理者以外の方はログインできません。
login-common-lead = メールアドレスを入力すると、所属する組織にログインします。
login-forgotten = パスワードをお忘れの場合は、{ $contact }にお問い合わせください。
login-forgotten-link = パスワードを忘れた方はこちら
login-code-field = { $feature }を設定している場合はこちら
login-code-field-hint = { $app }に表示されている{ $digits }桁の数字です。空欄のままでも、次の画面で入力できます。
login-remember = ログインしたままにする
login-remember-hint = 共用のパソコンでは選ばないでください。
login-submit = ログインする

login-code-title = { $code_title ->
    [absent] { $code }の入力
   *[other] { $code_title }
  }
login-code-lead = { $app }に表示されている{ $digits }桁の{ $code }を入力してください。
login-code-submit = { $code_submit ->
    [absent] 認証する
   *[other] { $code_submit }
  }
login-code-tries-left = あと{ $left }回まで入力できます。
login-code-who = { $login } でログインしようとしています。
login-code-ways = ほかの方法
login-code-use-backup-code = { $backup_code }を使用してログインする
login-code-start-again = 最初からやり直す
login-code-help = { $code }が正しいのに進めないとき

login-backup-code-title = { $backup_code }でログイン
login-backup-code-lead = { $shape ->
    [digits] 保管している{ $backup_code }のうち、まだ使っていないものを1つ入力してください（{ $length }桁の数字）。入力したコードは、次回からは使えません。
   *[symbols] 保管している{ $backup_code }のうち、まだ使っていないものを1つ入力してください（{ $length }文字の英数字）。入力したコードは、次回からは使えません。
  }
login-backup-code-submit = { $code_submit ->
    [absent] ログインする
   *[other] { $code_submit }
  }
login-backup-code-back = { $code }入力画面に戻る
login-backup-code-help = { $backup_code }が正しいのに進めないとき
login-code-show-again = QR再表示
login-code-show-again-hint = ほかの機器にも{ $app }の設定をする場合は、{ $code }を入力してから「QR再表示」を押してください。ログインしたうえで、同じQRコードをもう一度表示します。
login-code-lost-device = スマートフォンなどの端末をなくしたとき
login-code-suspended = 端末の紛失の届け出により、{ $app }の利用を停止しています。
login-code-suspended-backup-code = 保管している{ $backup_code }でログインしてください。
login-code-suspended-administrator = { $contact }に{ $feature }の解除をご依頼ください。

lost-device-title = 端末をなくしたとき
lost-device-question = { $login } の{ $app }の利用を、今すぐ停止しますか。停止すると、次のようになります。
lost-device-codes-refused = なくした端末の{ $code }では、だれもログインできなくなります。
lost-device-sessions-end = ログイン中のブラウザーは、すべてログアウトされます。
lost-device-then-backup-code = ログインするには、保管している{ $backup_code }が必要になります。
lost-device-then-administrator = ログインするには、{ $contact }に{ $feature }の解除を依頼する必要があります。
lost-device-undo = 端末が見つかったときは、{ $backup_code }でログインして利用を再開するか、{ $contact }に解除をご依頼ください。
lost-device-undo-email = 端末が見つかったときは、外部メールアドレスに届く{ $code }でログインして利用を再開するか、{ $contact }に解除をご依頼ください。
lost-device-undo-administrator = 端末が見つかったときも、{ $contact }に{ $feature }の解除を依頼し、もう一度設定してください。
lost-device-submit = 利用を停止する

forgotten-title = パスワードの再設定
forgotten-lead = { $login_label }を入力してください。登録されているアドレスに、新しいパスワードを設定するためのリンクをお送りします。
forgotten-then = { $feature }を設定している場合は、新しいパスワードでログインするときにも{ $code }が必要です。
forgotten-submit = メールを送る
reset-title = 新しいパスワードの設定
reset-then = 設定すると、ログイン中のブラウザーはすべてログアウトされます。{ $feature }の設定は変わりません。続けて、新しいパスワードでログインしてください。
reset-submit = パスワードを設定する

login-code-use-helpdesk-code = ヘルプデスクのコードを使用してログインする
login-helpdesk-code-title = ヘルプデスクのコードでログイン
login-helpdesk-code-lead = { $contact }から聞いた8桁の数字を入力してください。1回だけ使えます。
login-helpdesk-code-field = ヘルプデスクコード
login-helpdesk-code-submit = ログインする
