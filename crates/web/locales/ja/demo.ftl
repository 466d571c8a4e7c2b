# デモ
tenants-title = お試しの組織
tenants-lead = 試してみたい組織を選び、表の{ $login_label }とパスワードでログインしてください。
tenants-gone = デモのデータは、停止すると消えます。
tenants-kept = デモのデータはフォルダーに残り、次に起動したときも使えます。パスワードは利用者を作った起動のときだけ表示しますので、この画面を控えておいてください。
tenants-password-known = （最初の起動時に表示しました）
tenants-empty = 組織はまだありません。
tenants-entrances = ログインできるほかのアドレス
tenants-mail = 送信されたはずのメールを見る
demo-mail-title = デモのメール
demo-mail-lead = デモではメールを送信せず、ここに残します。
demo-mail-empty = メールはまだありません。{ $feature }の設定やパスワードの変更を行うと、ここに表示されます。
demo-mail-to = 宛先
demo-mail-at = 日時
