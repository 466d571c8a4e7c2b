# メールのお知らせ
mail-turned-on = { $feature }が有効化されました
mail-turned-off = { $feature }が解除されました
mail-codes-issued = 新しい{ $backup_code }が発行されました
mail-reset = { $feature }がリセットされました
mail-password-changed = パスワードが変更されました
mail-account-changed = アカウントの設定が変更されました
mail-facts = { $tenant }の{ $login }さん
mail-time = 日時：{ $time }
mail-from-address = 操作元：{ $address }
mail-by-administrator = { $contact }による操作です。
mail-browser = ブラウザー：{ $browser }
mail-not-you = ご自身の操作であれば、何もする必要はありません。心当たりがない場合は、すぐにパスワードを変更し、{ $contact }にお知らせください。
mail-test = メール送信のテスト
mail-test-nothing-to-do = このメールが届いていれば、Warifuからのお知らせは正しく送信されています。何もする必要はありません。
