# すべてのページに共通の言葉
frame-signed-in = { $login } としてログインしています
frame-sign-out = ログアウトする
frame-help = 困ったときは（FAQ）
frame-times-in = 時刻は { $zone } の時間で表示しています。
frame-reference = お問い合わせ番号 { $reference } · { $time }
frame-cancel = キャンセル
frame-copy = コピーする
frame-copied = コピーしました
frame-to-account = アカウントのページに戻る

console-sections = 管理画面
console-account = マイアカウント

field-login = { $Login_label }
field-password = パスワード
field-new-password = 新しいパスワード
field-code = { $Code }
field-backup-code = { $Backup_code }

time-left = { $until } まで（{ $minutes }分以内）に入力してください。
time-left-short = { $until } まで（まもなく）に入力してください。
time-left-clock = 残り時間
time-left-over = 時間を過ぎました。最初からやり直してください。

problem-help = くわしくは：
problem-line = エラーコード { $error } · { $time } · ログインID { $login } · お問い合わせ番号 { $reference }
problem-line-without-login = エラーコード { $error } · { $time } · お問い合わせ番号 { $reference }

error-try-again = もう一度試す
error-to-account = アカウントのページへ進む
error-to-login = ログイン画面へ進む

notice-signed-out = ログアウトしました。続けて使う場合は、もう一度ログインしてください。
notice-turned-on = { $set_up_done ->
    [absent] { $feature }が有効化されました。次回のログインから、パスワードに加えて{ $code }を入力します。
   *[other] { $set_up_done }次回のログインから、パスワードに加えて{ $code }を入力します。
  }
notice-app-removed = { $app }の登録を解除しました。ログインには、外部メールアドレスに届く{ $code }が引き続き必要です。
notice-app-unregistered = { $app }の登録を解除しました。{ $feature }を「使用する」設定の場合は、信頼されたネットワークの外から次にログインするときに、もう一度登録が必要です。
notice-turned-off = { $backup_codes ->
    [none] { $feature }を解除しました。次回からはパスワードだけでログインできます。
   *[some] { $feature }を解除しました。次回からはパスワードだけでログインできます。これまでの{ $backup_code }はすべて無効です。
  }
notice-app-reactivated = { $app }の利用を再開しました。次回のログインから、また{ $code }を入力します。
notice-set-up-abandoned = 設定を中止しました。表示したキーは使えません。アプリに追加した項目は削除してください。
notice-codes-issued = 新しい{ $backup_code }を発行しました。これまでの{ $backup_code }はすべて無効です。
notice-session-ended = 選んだブラウザーのログインを終了しました。心当たりのないものだった場合は、パスワードも変更してください。
notice-other-sessions-ended = このブラウザー以外のログインをすべて終了しました。
notice-password-changed = パスワードを変更しました。次回から新しいパスワードでログインしてください。ほかのブラウザーのログインは終了しました。
notice-reset-asked = 入力された{ $login_label }のアカウントがあれば、登録されているアドレスにメールをお送りします。30分以内に、メールのリンクを開いてください。届かない場合は、{ $contact }にお問い合わせください。
notice-password-reset = 新しいパスワードを設定しました。新しいパスワードでログインしてください。{ $feature }の設定は変わりません。
