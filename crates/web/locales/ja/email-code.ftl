# 使用設定（K1）
own-switch-title = 使用設定
own-switch-lead = { $feature }を使うかどうかを、ご自分で選べます。
own-switch-use = 使用する
own-switch-not-use = 使用しない
own-switch-change = 変更
own-switch-compulsory = { $feature }の使用は必須です。変更できません。
own-switch-trusted = いまアクセスしているネットワークからは、{ $feature }を使用する設定でもパスワードだけでログインできます。
own-switch-untrusted = 信頼されたネットワーク（学内など）の外からアクセスしています。使用する設定では、ここからのログインに{ $code }が必要です。
own-switch-on-title = { $feature }を使用する
own-switch-on-question = { $login } の{ $feature }を「使用する」に変更しますか。変更すると、次のようになります。
own-switch-on-asked = 信頼されたネットワークの外からログインするときに、パスワードに加えて{ $code }が必要になります。
own-switch-on-mail = メールソフトは、ブラウザーでログインして{ $feature }を済ませてから、決められた時間だけ使えます。
own-switch-on-register = まだ何も登録されていません。続けて{ $app }を登録してください。登録しないまま外からログインすると、最初に登録の画面が表示されます。
own-switch-on-submit = 使用する
own-switch-off-title = { $feature }を使用しない
own-switch-off-question = { $login } の{ $feature }を「使用しない」に変更しますか。変更すると、次のようになります。
own-switch-off-password = パスワードを知られると、どこからでもログインされるおそれがあります。ログインに必要なのはパスワードだけになります。
own-switch-off-mail = メールソフトも、どこからでもパスワードだけで使えるようになります。
own-switch-off-stays = 登録した{ $app }と外部メールアドレスは、そのまま残ります。
own-switch-off-submit = 使用しない
own-switch-others-end = ほかのブラウザーのログインは、すべて終了します。
own-switch-undo = アカウントのページから、いつでも元に戻せます。

# ログイン方法の選択（K3）
login-method-title = { $feature }
login-method-lead = { $code }を受け取る方法を選んでください。
login-method-app = { $app }認証
login-method-app-hint = スマートフォンなどの{ $app }に表示される{ $code }を入力します。
login-method-email = 外部メール認証
login-method-email-hint = 登録した外部メールアドレスに届く{ $code }を入力します。
login-method-use-app = { $app }認証に切り替える
login-method-use-email = 外部メール認証に切り替える

# メールで届くコード（K7）
login-email-title = 外部メール認証
login-email-lead = { $address } に{ $digits }桁の{ $code }を送ります。「{ $Code }発行」を押してください。
login-email-help = メールが届かないとき
login-email-issue-by = { $minutes ->
    [0] { $until } まで（まもなく）に、{ $code }の発行と入力を済ませてください。
   *[other] { $until } まで（{ $minutes }分以内）に、{ $code }の発行と入力を済ませてください。
  }
login-email-code-by = { $minutes ->
    [0] { $until } まで（まもなく）に入力し、過ぎたときは{ $code }を再発行してください。
   *[other] { $until } まで（{ $minutes }分以内）に入力し、過ぎたときは{ $code }を再発行してください。
  }
login-email-code-over = この{ $code }の期限が過ぎました。再発行してください。
login-email-login-by = { $minutes ->
    [0] { $until } まで（まもなく）に入力し、過ぎたときは最初からログインし直してください。
   *[other] { $until } まで（{ $minutes }分以内）に入力し、過ぎたときは最初からログインし直してください。
  }
email-code-send = { $Code }発行
email-code-send-again = { $Code }を再発行する
email-code-accepted = { $address } への{ $code }の送信を受け付けました。
email-code-request = 照合番号
email-code-compare = 同じ照合番号のメールに書かれた{ $code }を入力してください。
email-code-ends = この{ $code }は { $until } まで使えます。
email-code-wait = { $from } から再発行できます。
email-code-again-now = 届かない場合は、再発行できます。再発行すると、前の{ $code }は使えなくなります。
email-code-not-there = 迷惑メールのフォルダーもご確認ください。
email-code-limit = 送信は1時間に{ $count }通までです。
email-code-hint = メールに書かれた{ $digits }桁の数字です。

# 認証用外部メールアドレス（K6）
account-email-title = 認証用外部メールアドレス
account-email-none = 登録されていません
account-email-recommended = { $app }と外部メールアドレスの両方を登録しておくことをおすすめします。スマートフォンの変更や紛失で片方が使えなくなっても、もう片方でログインできます。
account-email-since = 登録日時
account-email-register = 登録
account-email-change = 変更
account-email-remove = 削除
email-title = 認証用外部メールアドレスの登録
email-offer = { $app }の登録が完了しました。続けて、外部メールアドレスの登録をおすすめします。スマートフォンが使えなくなっても、届いた{ $code }でログインできます。
email-lead = { $code }を受け取る外部メールアドレスを登録します。確認のため、入力したアドレスに{ $code }を送ります。
email-current = 登録されているアドレス
email-field = 外部メールアドレス
email-outside = このサービスのログインで守られているメールとは別の、ご自身だけが読めるアドレスを入力してください。
email-domains = 次のドメインのアドレスは登録できません：{ $domains }
email-from-own = メールの送信者はご自身のメールアドレスです。迷惑メールに振り分けられないように設定しておいてください。
email-from-service = メールの送信者はこのサービスのアドレスです。迷惑メールに振り分けられないように設定しておいてください。
email-subject-label = メールの件名
email-send = 確認の{ $code }を送る
email-later = あとで登録する
email-another = 別のアドレスにする
email-confirm-title = アドレスの確認
email-confirm-submit = 登録する
email-remove-title = 外部メールアドレスの削除
email-remove-question = { $login } の認証用外部メールアドレス { $address } を削除しますか。削除すると、次のようになります。
email-remove-no-codes = このアドレスに{ $code }を送れなくなります。
email-remove-app-stays = ログインには{ $app }が必要です。スマートフォンを失うと、{ $contact }への依頼が必要になります。
email-remove-password-is-enough = ほかに登録された方法がないため、パスワードだけでログインできるようになります。
email-remove-undo = 元に戻すには、同じアドレスをもう一度登録してください。
email-remove-submit = 削除する

proof-for-own-switch = 使用設定を変更する前に、ご本人であることを確認します。
proof-for-email = 外部メールアドレスを変更する前に、ご本人であることを確認します。
proof-email-title = 外部メールの{ $code }で確認する
proof-email-lead = { $address } に{ $code }を送ります。先に「{ $Code }発行」を押し、届いた{ $code }とパスワードを入力してください。
proof-email-field = メールで届いた{ $code }

notice-switched-on = { $feature }を「使用する」に変更しました。信頼されたネットワークの外からのログインに、{ $code }が必要になります。
notice-switched-off = { $feature }を「使用しない」に変更しました。ログインに必要なのはパスワードだけです。
notice-email-confirmed = 外部メールアドレスを登録しました。次回のログインから、このアドレスで{ $code }を受け取れます。
notice-email-removed = 外部メールアドレスを削除しました。このアドレスには{ $code }を送りません。

lost-device-then-email = ログインには、外部メールアドレスに届く{ $code }を使えます。
lost-device-email-care = なくした端末で外部メールも読める場合は、そのメールサービスのパスワードをすぐに変更し、{ $contact }にも知らせてください。

mail-otp-subject = OTP notification (OTP発行のお知らせ)
mail-otp-heading = { $code }発行のお知らせ
mail-otp-code = { $code }：{ $digits }
mail-otp-request = 照合番号：{ $request }
mail-otp-until = { $until } まで、1回だけ使えます。画面に同じ照合番号が表示されていることを確かめてから入力してください。
mail-otp-not-you = 心当たりがない場合は、この{ $code }をだれにも伝えず、すぐにパスワードを変更してください。だれかがあなたのパスワードでログインしようとしています。変更したら、{ $contact }にもお知らせください。
mail-otp-confirm-not-you = 心当たりがない場合は、何もする必要はありません。だれかが誤ってこのアドレスを入力しました。この{ $code }をだれにも伝えないでください。
mail-own-switch-on = { $feature }が「使用する」に変更されました
mail-own-switch-off = { $feature }が「使用しない」に変更されました
mail-email-confirmed = { $code }を受け取る外部メールアドレスが登録されました
mail-email-removed = { $code }を受け取る外部メールアドレスが削除されました

help-emailed-code = メールが届かない、届いた{ $code }で進めない
help-emailed-code-spam = 迷惑メールのフォルダーをご確認ください。届くまでに数分かかることがあります。
help-emailed-code-request = 画面と同じ照合番号のメールの{ $code }だけが使えます。再発行すると、前の{ $code }は使えなくなります。{ $code }は、発行したブラウザーで入力してください。
help-emailed-code-limit = 短い時間に何度も発行すると、しばらくの間、メールが送られません。時間をおいてからお試しください。
help-emailed-code-other = 登録したメールアドレスを使えなくなった場合は、{ $app }でログインして変更してください。どちらも使えない場合は、{ $contact }にお問い合わせください。
