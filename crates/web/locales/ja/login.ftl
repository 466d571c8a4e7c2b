# ログイン
login-title = ログイン
login-administrators-title = 管理者ログイン
login-administrators-lead = 管理者専用の入口です。管理者以外の方はログインできません。
login-common-lead = メールアドレスを入力すると、所属する組織にログインします。
login-forgotten = パスワードをお忘れの場合は、{ $contact }にお問い合わせください。
login-code-field = { $feature }を設定している場合はこちら
login-code-field-hint = 認証アプリに表示されている{ $digits }桁の数字です。空欄のままでも、次の画面で入力できます。
login-remember = ログインしたままにする
login-remember-hint = 共用のパソコンでは選ばないでください。
login-submit = ログインする

login-code-title = { $code }の入力
login-code-lead = 認証アプリに表示されている{ $digits }桁の{ $code }を入力してください。
login-code-submit = 認証する
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
login-backup-code-submit = ログインする
login-backup-code-back = { $code }の入力画面に戻る
login-backup-code-help = { $backup_code }が正しいのに進めないとき

login-code-use-helpdesk-code = ヘルプデスクのコードを使用してログインする
login-helpdesk-code-title = ヘルプデスクのコードでログイン
login-helpdesk-code-lead = { $contact }から聞いた8桁の数字を入力してください。1回だけ使えます。
login-helpdesk-code-field = ヘルプデスクコード
login-helpdesk-code-submit = ログインする
