# 自分のアカウント
account-title = アカウント
account-app-title = { $feature }
account-app-on = 有効です
account-app-off = 設定されていません
account-app-suspended = 停止中です
account-app-suspended-then = 端末の紛失の届け出により、利用を停止しています。端末が見つかった場合は利用を再開し、見つからない場合は新しい端末で設定し直してください。
account-app-reactivate = 見つかったので利用を再開する
account-app-replace = 新しい端末で設定し直す
# アプリがいくつかの方法の1つであるとき（K3）
account-app-only-title = { $app }
account-app-registered = 登録済み
account-app-only-set-up = { $app }を登録する
account-app-only-remove = { $app }の登録を解除する
account-app-since = 設定日時
account-app-last-used = 最後に使用した日時
account-app-never-used = まだ使用していません
account-app-remove = { $feature }を解除する
account-app-remove-by-administrator = 解除できるのは管理者だけです。スマートフォンの変更や紛失の際は、{ $contact }にご依頼ください。
account-app-required = この組織では{ $feature }が必要です。設定してください。
account-app-recommended = パスワードに加えて{ $app }の{ $code }を使うと、より安全にログインできます。設定をおすすめします。
account-app-pending = 設定の途中です。前回の続きから設定できます。
account-app-pending-anew = 設定の途中です。続けると新しい{ $key }になりますので、アプリに追加した項目は削除してください。
account-app-resume = 設定を続ける
account-app-set-up = { $feature }を設定する
account-app-not-offered = この組織では、{ $feature }の設定を受け付けていません。

account-backup-title = { $backup_code }
account-backup-open = { $backup_code }を確認・発行する

account-sessions-title = ログイン中のブラウザー
account-sessions-count = { $count ->
    [1] このブラウザーだけでログインしています。
   *[other] このブラウザーを含めて{ $count }個のブラウザーでログインしています。
  }
account-sessions-open = 一覧を見る

account-password-title = パスワード
account-password-open = パスワードを変更する
account-password-elsewhere = このパスワードは、所属組織の認証システムで管理されています。変更はそちらで行ってください。

# 解除
remove-title = { $feature }を解除する
remove-question = { $login } の{ $feature }を解除しますか。解除すると、次のようになります。
remove-app-question = { $login } の{ $app }の登録を解除しますか。解除すると、次のようになります。
remove-password-is-enough = 次回からは、パスワードだけでログインできるようになります。
remove-mail-stays = ログインには、外部メールアドレスに届く{ $code }が引き続き必要です。
remove-set-up-again = { $feature }は「使用する」の設定のままなので、信頼されたネットワークの外では、すぐにもう一度登録が必要になります。使用をやめる場合は、先に「使用しない」に変更してください。
remove-codes-void = { $left ->
    [0] これまでの{ $backup_code }は、すべて無効のままです。
   *[other] 未使用の{ $backup_code }{ $left }個も、すべて無効になります。
  }
remove-entry-stops = { $app }に登録した項目は使えなくなります。アプリから削除してください。
remove-undo = 元に戻すには、アカウントのページからもう一度{ $feature }を設定してください。新しいQRコードを読み取ることになります。
remove-submit = OK（解除する）
remove-password-hint = 解除するには、ログインに使うパスワードを入力してください。
remove-with-password-submit = 解除

# ログイン中のブラウザー
sessions-title = ログイン中のブラウザー
sessions-lead = 心当たりのないものがあれば、ログインを終了し、パスワードを変更してください。
sessions-browser = ブラウザー
sessions-browser-unknown = 不明なブラウザー
sessions-address = アクセス元
sessions-since = ログイン日時
sessions-last-seen = 最後の利用
sessions-action = 操作
sessions-current = このブラウザー
sessions-end = ログインを終了する
sessions-end-confirm = { $browser } のログインを終了しますか。そのブラウザーでは、もう一度ログインが必要になります。
sessions-end-others = ほかのログインをすべて終了する
sessions-end-others-confirm = このブラウザー以外のログインをすべて終了しますか。それぞれのブラウザーで、もう一度ログインが必要になります。
sessions-only-this = ログインしているのは、このブラウザーだけです。

# 本人確認
proof-title = ご本人の確認
proof-for-set-up = { $feature }を設定する前に、ご本人であることを確認します。
proof-for-remove = { $feature }を解除する前に、ご本人であることを確認します。
proof-for-backup-codes = { $backup_code }を発行する前に、ご本人であることを確認します。
proof-for-console = 管理の操作を行う前に、ご本人であることを確認します。
proof-for-account = 続ける前に、ご本人であることを確認します。
proof-for-password = パスワードを変更する前に、ご本人であることを確認します。
proof-code-hint = { $app }に表示されている{ $digits }桁の数字です。
proof-use-backup-code = { $app }を使えない場合
proof-backup-code-hint = 未使用の{ $backup_code }を1つ入力してください。{ $code }は空欄のままでかまいません。
proof-submit = 確認して進む

# パスワードの変更
password-title = パスワードの変更
password-new-hint = { $min }文字以上。記号や数字を混ぜる必要はありません。長いほど安全です。
password-show = パスワードを表示する
password-hide = パスワードを隠す
password-then = 変更すると、ほかのブラウザーのログインはすべて終了します。{ $feature }の設定は変わりません。
password-submit = パスワードを変更する
password-first-title = 新しいパスワードの設定
password-first-why = 今回のログインに使ったパスワードは、管理者などが設定した一度限りのものです。ご自身のパスワードを決めてください。設定が済むと、アカウントを使えるようになります。
password-first-submit = このパスワードにする
