# よくある質問
help-title = 困ったときは
help-contents = 質問の一覧
help-what = { $feature }とは何ですか
help-what-answer = パスワードに加えて、{ $app }に表示される{ $digits }桁の{ $code }を入力してログインする仕組みです。{ $code }は{ $seconds }秒ごとに変わるため、パスワードが知られても、お手元の端末がなければログインできません。

help-set-up = 設定の方法を教えてください
help-set-up-answer = { $app }を用意し、設定画面のQRコードを読み取り、アプリに表示された{ $code }を入力すると完了です。
help-set-up-from-account = 設定は、ログイン後のアカウントのページから始められます。
help-set-up-at-login = まだ設定していない場合は、次にログインしたときに設定画面が表示されます。
help-set-up-no-camera = QRコードを読み取れない場合は、設定画面の「QRコードを読み取れない場合」を開き、表示されたアカウントとキーをアプリに入力してください。種類は「時間ベース」です。

help-get-app = { $app }はどこで入手できますか
get-app-iphone = iPhone・iPad：App Storeで「Google Authenticator」などを検索してください。
get-app-android = Android：Google Playで「Google Authenticator」などを検索してください。
get-app-pc = パソコン：時間ベースのワンタイムパスワード（TOTP）に対応したアプリ（WinAuthなど）を使えます。
get-app-any = TOTPに対応していれば、ほかのアプリでもかまいません。

help-lost-phone = スマートフォンをなくしました
help-lost-phone-at-once = 盗まれたときや、マルウェアに感染したおそれがあるときも同じです。ログイン画面でパスワードまで入力し、{ $code }の入力画面で「スマートフォンなどの端末をなくしたとき」を選ぶと、その端末の{ $code }をすぐに使えなくできます。
help-lost-phone-with-email = 外部メールアドレスを登録している場合は、届いた{ $code }でログインできます。
help-lost-phone-with-codes = 未使用の{ $backup_code }をお持ちの場合は、{ $code }の入力画面で「{ $backup_code }を使用してログインする」を選んでください。
help-lost-phone-then = ログインできたら、アカウントのページで{ $feature }をいったん解除し、新しい端末で設定し直してください。なくした端末の登録は、解除した時点で使えなくなります。
help-lost-phone-no-codes = 未使用の{ $backup_code }をお持ちでない場合は、{ $contact }に{ $feature }の解除をご依頼ください。
help-lost-phone-administrator = ログインする方法がほかにない場合は、すぐに{ $contact }へ連絡し、{ $feature }の解除または再発行をご依頼ください。なくした端末の登録は、その時点で使えなくなります。

help-new-phone = スマートフォンを機種変更します
help-new-phone-move = アプリに引き継ぎの機能がある場合は、古い端末を手放す前に移してください。方法はアプリの提供元の案内をご覧ください。
help-new-phone-again = 引き継げない場合は、古い端末が使えるうちにログインし、アカウントのページで{ $feature }を解除してから、新しい端末で設定し直してください。
help-new-phone-administrator = 引き継げない場合は、{ $contact }に{ $feature }の解除をご依頼のうえ、新しい端末で設定し直してください。

help-several-devices = 複数の端末で使えますか
help-several-devices-answer = 使えます。設定画面に表示されたQRコードを、使いたいすべての端末で読み取ってから設定を完了してください。どの端末にも同じ{ $code }が表示されます。

help-several-devices-later = あとから端末を追加する場合は、ログインするときに{ $code }を入力し、「QR再表示」を押してください。

help-code-refused = 正しい{ $code }を入力しているのにログインできません
help-code-refused-lead = 次の順にお確かめください。
help-code-refused-changed = { $code }は{ $seconds }秒ごとに変わります。切り替わるのを待って、新しい{ $code }をすぐに入力してください。
help-code-refused-used = 同じ{ $code }は1回しか使えません。一度使った後は、次の{ $code }が表示されるまでお待ちください。
help-code-refused-clock = スマートフォンの時計がずれていると、{ $code }が合いません。端末の設定で日付と時刻を「自動」にしてください。
help-code-refused-entry = アプリに複数の項目がある場合は、このサービスと{ $login_label }の項目をご覧になっているかお確かめください。設定し直した場合、古い項目は使えません。
help-code-refused-restart = アプリを一度終了し、もう一度起動してください。

help-backup-codes = { $backup_code }とは何ですか
help-backup-codes-answer = { $shape ->
    [digits] { $app }を使えないときのためのコードです。一度に{ $count }個（各{ $length }桁の数字）発行され、それぞれ1回だけ使えます。新しく発行したとき、{ $feature }を設定し直したとき、解除したときに、それまでのコードはすべて無効になります。
   *[symbols] { $app }を使えないときのためのコードです。一度に{ $count }個（各{ $length }文字の英数字）発行され、それぞれ1回だけ使えます。新しく発行したとき、{ $feature }を設定し直したとき、解除したときに、それまでのコードはすべて無効になります。
  }
help-backup-codes-keep = パスワードとは別の、ほかの人の目に触れない場所に保管し、使ったものに印を付けておくことをおすすめします。

help-backup-code-refused = 正しい{ $backup_code }を入力しているのにログインできません
help-backup-code-refused-typed = 読み違いがないかお確かめのうえ、もう一度入力してください。
help-backup-code-refused-used = 一度使ったコードは使えません。未使用の別のコードを入力してください。
help-backup-code-refused-superseded = 新しく発行した後は、以前のコードは使えません。最後に発行したものを入力してください。
help-backup-code-refused-all = 使えるコードが1つもない場合は、{ $contact }に{ $feature }の解除をご依頼ください。

help-who = 誰に相談すればよいですか
help-who-answer = { $contact }にご相談ください。管理者は、ご本人であることを確認したうえで、{ $feature }の解除などを行えます。
help-who-line = エラーが表示された場合は、エラーコードから始まる1行をそのままお伝えください。管理者が原因をすぐに調べられます。

help-mail-programs = メールソフトで送受信できません
help-mail-programs-answer = { $feature }を使用している場合は、メールソフトを使う前に、同じネットワークからブラウザーでログインし、{ $feature }を済ませてください。済ませてから{ $hours }時間、そのネットワークでメールソフトを使えます。
help-mail-programs-moved = 別のネットワークに移ったときや時間が過ぎたときは、もう一度ブラウザーでログインしてください。組織が信頼するネットワークでは、ログインしなくても使えます。
help-mail-programs-other = 拒否された接続と有効期限は、アカウントのページの「{ $feature }状況」で確認できます。ご自身の接続であれば、そこで許可することもできます。

help-codes-paused = { $code }の入力を止められました
help-codes-paused-answer = 確認できない{ $code }が続くと、しばらくの間、{ $code }の入力を受け付けません。表示された時刻を過ぎてから、もう一度ログインしてください。
help-codes-paused-off = それでも確認できない入力が続くと、その方法ではログインできなくなります。別の方法でログインするか、{ $contact }に{ $feature }の解除をご依頼ください。
help-codes-paused-other = 心当たりがない場合は、パスワードをほかの人に知られているおそれがあります。パスワードを変更し、{ $contact }にお知らせください。

help-turn-off = { $feature }を解除したい
help-turn-off-self = ログインし、アカウントのページから解除してください。解除する前に、確認の画面が表示されます。
help-turn-off-administrator = 解除できるのは管理者だけです。{ $contact }にご依頼ください。

help-password-refused = 正しいパスワードを入力しているのにログインできません
help-password-refused-typed = パスワードは大文字と小文字を区別します。Caps Lockと日本語入力の状態をお確かめください。
help-password-refused-wait = 間違ったパスワードが続くと、しばらくの間、正しいパスワードでもログインできません。15分ほど待ってから、もう一度お試しください。
help-password-refused-away = エラーコードがLOGIN-06のときは、パスワードを管理するシステムが止まっています。入力の間違いではありません。しばらく待ってから、もう一度お試しください。
help-password-refused-forgotten = パスワードを忘れた場合は、{ $contact }にご相談ください。
help-password-refused-reset = パスワードを忘れた場合は、ログイン画面の「パスワードを忘れた方はこちら」を選んでください。新しいパスワードを決めるためのリンクをメールでお送りします。解決しないときは、{ $contact }にご相談ください。

help-login-ended = 途中でログインが終了しました
help-login-ended-answer = パスワードを入力してから{ $minutes }分が過ぎたとき、または{ $code }を{ $tries }回確認できなかったときは、安全のためログインを終了します。{ $login_label }とパスワードの入力からやり直してください。

help-sign-in-again = もう一度ログインを求められます
help-sign-in-again-answer = { $minutes }分のあいだ操作がないとき、またはログインから{ $hours }時間が過ぎたときは、安全のためログインを終了します。
help-sign-in-again-remember = 「ログインしたままにする」を選んだブラウザーでは、{ $days }日のあいだログインが続きます。{ $feature }を使っている場合は、上の時間が過ぎると、パスワードと{ $code }でご本人であることを確認します。
help-sign-in-again-change = パスワードや{ $feature }の設定を変えたときも、ほかのブラウザーのログインは終了します。

help-prove-again = ログインしているのに、もう一度パスワードを求められます
help-prove-again-answer = 大切な設定を変える前に、ご本人であることを確認しています。確認は5分間有効です。離席中の端末をほかの人に使われても、設定を変えられないようにするためです。

help-new-password = 新しいパスワードが受け付けられません
help-new-password-answer = { $min }文字以上で入力してください。言葉をいくつか並べると、長くても覚えやすくなります。記号や数字を混ぜる必要はありません。
help-new-password-not = 多くの人が使っているもの、お名前や{ $login_label }、組織名に近いもの、現在と同じものは使えません。

help-old-page = 「この画面は古くなったか、別のブラウザーで開かれたものです」と表示されます
help-old-page-answer = ログインし直す前に開いた画面や、別のブラウザーで開いた画面からは送信できません。画面を開き直して、もう一度操作してください。続く場合は、ブラウザーがCookieを受け入れる設定になっているかお確かめください。

# お問い合わせ窓口
desk-title = お問い合わせ窓口
desk-name = 窓口
desk-phone = 電話
desk-mail = メール
desk-page = ホームページ
desk-hours = 受付時間
