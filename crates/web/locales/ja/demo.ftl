# デモ
tenants-title = お試しの組織
tenants-lead = 試してみたい組織を選び、表の{ $login_label }とパスワードでログインしてください。デモのデータは、停止すると消えます。
tenants-empty = 組織はまだありません。
tenants-entrances = ログインできるほかのアドレス
tenants-mail = 送信されたはずのメールを見る
demo-mail-title = デモのメール
demo-mail-lead = デモではメールを送信せず、ここに残します。
demo-mail-empty = メールはまだありません。{ $feature }の設定やパスワードの変更を行うと、ここに表示されます。
demo-mail-to = 宛先
demo-mail-at = 日時
