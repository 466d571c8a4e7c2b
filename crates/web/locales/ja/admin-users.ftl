# ユーザー管理：1人のユーザー
user-to-list = ユーザー一覧へ
user-back = ユーザーの画面に戻る
user-none = なし
user-never = なし
user-next-title = いまログインすると
user-next-disabled = アカウントが停止されているため、ログインできません。
user-next-suspended = 組織全体の利用が停止されているため、ログインできません。
user-next-registered = { $app }が登録されているため、パスワードのあとに{ $code }の入力が必要です。組織の設定にかかわらず必要です。
user-next-lost = パスワードのあとに2つ目の確認が必要です。{ $app }は紛失の届け出があったため使えません。
user-next-or-backup-code = { $backup_code }でもログインできます。
user-next-or-helpdesk-code = いま有効なヘルプデスクコードでもログインできます。
user-next-reissued = 管理者が再発行したため、パスワードのあとに{ $feature }の設定が必要です。
user-next-role = 管理者には{ $feature }が必須のため、パスワードのあとに設定が必要です。
user-next-policy = 組織の全員に{ $feature }が必須のため、パスワードのあとに設定が必要です。
user-next-grace = パスワードのあとに{ $feature }の設定を案内します。このユーザーのグループは、{ $until } まで先送りできます。
user-next-later = パスワードだけでログインできます。{ $from } から{ $feature }が必須になります。
user-next-optional = パスワードだけでログインできます。{ $feature }を使うかどうかは各自が決め、このユーザーは設定していません。
user-next-trusted = 信頼するネットワークからは、パスワードだけでログインできます。ほかの場所からは{ $feature }が必要です。
user-next-switched-off = 本人が{ $feature }をオフにしているため、パスワードだけでログインできます。
user-next-switched-on = 本人が{ $feature }をオンにし、まだ何も登録していないため、パスワードのあとに設定が必要です。
user-next-email = パスワードのあとに、登録済みのメールアドレスに届くコードの入力が必要です。
user-next-or-email = 登録済みのメールアドレスに届くコードでもログインできます。
user-next-off = パスワードだけでログインできます。組織で{ $feature }を使っていません。
user-factor-on = { $feature } 有効
user-factor-off = { $feature } 未設定
user-factor-title = { $feature }
user-address-since = { $since } から使用中
user-address-awaited = { $address } に送った{ $code }の入力待ち
user-address-unused = 組織の設定またはこのユーザーの権限により、メールで届く{ $code }は使えません。
user-mail-title = メールソフト
user-mail-none-refused = 24時間以内に拒否したものはありません。それでもメールソフトを使えない場合は、{ $login_label }かパスワードの誤り、またはメールソフトの設定をご確認ください。
user-mail-tell = 理由と本人への案内
user-mail-nothing = いまは利用できます。メールソフトでもう一度試すようお伝えください。
user-mail-login = この接続元では{ $feature }が済んでいないか、期限が切れています。同じ接続元からブラウザーでログインするようお伝えください。
user-mail-other-network = この接続元は多くの人が共有しているため、ログインしてもメールソフトは使えません。ご自宅など別の回線を使うようお伝えください。
user-mail-set-up = { $feature }の設定が終わっていません。ブラウザーでログインして、先に設定するようお伝えください。
user-mail-reopening = アカウントまたは組織全体が停止されています。再開するまで利用できません。
user-factor-pending = 設定の途中
user-blocked-until = このアカウントで入力の誤りが続いたため、{ $until } まで受け付けません。「ロックを解除する」ですぐに受け付けを再開できます。
user-blocked-closed = このアカウントで入力の誤りが非常に多く続いたため、ロックされています。解除するまで受け付けません。
user-account-title = アカウント
user-email = お知らせの宛先
user-email-hint = アカウントに関するお知らせを送るメールアドレスです。変更すると、変更前と変更後の両方に通知します。
user-group = グループ
user-no-group = グループなし
user-role = 権限
user-added = 追加日時
user-last-login = 最後のログイン
user-edit = 名前・アドレス・グループを変更する
user-save = 保存する
user-app = { $app }
user-app-confirmed = 登録済み（確認済み）
user-app-lost = 紛失の届け出あり（使用できません）
user-codes = 未使用 { $left } 個（{ $since } 発行）
user-helpdesk-open = { $until } まで有効
user-oneself = ご自身のアカウントです。ご自身のログインに関する変更は、アカウントのページで行うか、ほかの管理者に依頼してください。
user-sessions-title = ログイン中のブラウザー
user-sessions-none = ログイン中のブラウザーはありません。
user-events-title = 最近の記録
user-events-all = このユーザーの記録をすべて見る
user-more-title = その他の操作
role-member = 一般ユーザー
role-administrator = 管理者
role-operator = 運用者

# ユーザー管理：操作
act-reason = 理由
act-reason-hint = あなたの名前とともに監査記録に残ります。電話の相手をどのように確認したかなどを書いてください。
act-helpdesk-code = ヘルプデスクコード
act-helpdesk-code-what = { $login } さんに電話で読み上げる8桁の数字を表示します。正しいパスワードのあと、10分以内に1回だけ、{ $code }の代わりに使えます。{ $feature }は有効のままです。ユーザーにはメールで通知します。
act-helpdesk-code-undo = 先に、電話の相手が本人であることを確認してください。使われなかったコードは自動的に無効になります。新しいコードの表示や{ $feature }の解除によっても無効になります。
act-helpdesk-code-submit = コードを表示する
act-remove = { $feature }を解除する
act-remove-what = { $backup_codes ->
    [none] { $login } さんの{ $app }は使えなくなり、
   *[some] { $login } さんの{ $app }と{ $backup_code }は使えなくなり、
  }すべてのブラウザーからログアウトします。組織で{ $feature }が必須でない場合は、パスワードだけでログインできるようになります。ユーザーにはメールで通知します。
act-remove-what-mail = { $backup_codes ->
    [none] { $login } さんの{ $app }と認証用外部メールアドレスの登録が削除され、
   *[some] { $login } さんの{ $app }と認証用外部メールアドレスの登録、{ $backup_code }がすべて削除され、
  }すべてのブラウザーからログアウトします。組織で{ $feature }が必須でない場合は、パスワードだけでログインできるようになります。ユーザーにはメールで通知します。
act-remove-undo = 元の登録には戻せません。元に戻すには、ユーザーがもう一度{ $feature }を設定するか、再発行してください。
act-remove-submit = 解除する
act-reissue = { $feature }を再発行する
act-reissue-what = { $backup_codes ->
    [none] { $login } さんの{ $app }はただちに使えなくなり、
   *[some] { $login } さんの{ $app }と{ $backup_code }はただちに使えなくなり、
  }すべてのブラウザーからログアウトします。{ $feature }が任意の組織でも、次回のログインで設定画面が表示されます。ユーザーにはメールで通知します。
act-reissue-what-mail = { $backup_codes ->
    [none] { $login } さんの{ $app }と認証用外部メールアドレスの登録がただちに削除され、
   *[some] { $login } さんの{ $app }と認証用外部メールアドレスの登録、{ $backup_code }がただちに削除され、
  }すべてのブラウザーからログアウトします。{ $feature }が任意の組織でも、次回のログインで設定画面が表示されます。ユーザーにはメールで通知します。
act-reissue-undo = 元の登録には戻せません。パスワードを知っている人が新しく設定できるため、本人だけが設定することを確かめてください。
act-reissue-submit = 再発行する
act-end-sessions = すべてのログインを終了する
act-end-sessions-what = { $login } さんは、すべてのブラウザーからただちにログアウトします。
act-end-sessions-undo = ユーザーは、いつもどおりもう一度ログインできます。
act-end-mail = メールソフトの利用を終了する
act-end-mail-what = { $login } さんのメールソフトの利用を、すべての接続元で終了します。接続中のメールソフトも、メールサーバーで設定されていれば、まもなく切断されます。ブラウザーのログインは終了しません。
act-end-mail-one-what = { $login } さんの { $network } からのメールソフトの利用を終了します。そこから接続中のメールソフトも、メールサーバーで設定されていれば、まもなく切断されます。ほかの接続元とブラウザーのログインは、そのままです。
act-end-mail-undo = もう一度利用するには、ユーザーがその接続元からブラウザーでログインします。
act-end-mail-submit = 利用を終了する
act-end-sessions-submit = すべてのログインを終了する
act-unlock = ロックを解除する
act-unlock-what = { $backup_codes ->
    [none] { $login } さんのパスワードと{ $code }の入力の誤りを取り消し、
   *[some] { $login } さんのパスワード、{ $code }、{ $backup_code }の入力の誤りを取り消し、
  }すぐに入力できるようにします。パスワードと{ $feature }は変わりません。
act-unlock-undo = 元に戻す必要はありません。新しい誤りは、また数えられます。
act-unlock-submit = ロックを解除する
act-disable = アカウントを停止する
act-disable-what = { $login } さんは、すべてのブラウザーからただちにログアウトし、どの方法でもログインできなくなります。データは削除されません。
act-disable-undo = 元に戻すには、アカウントを再開してください。
act-disable-submit = アカウントを停止する
act-enable = アカウントを再開する
act-enable-what = { $login } さんは、これまでのパスワードと{ $feature }で、またログインできるようになります。パスワードの入力の誤りは取り消されます。
act-enable-undo = 元に戻すには、もう一度アカウントを停止してください。
act-enable-submit = アカウントを再開する
act-role = 権限を変更する
act-role-what = { $login } さんの権限を選んでください。ユーザーはすべてのブラウザーからログアウトし、メールで通知を受け取ります。管理者には{ $feature }が必須で、次回のログインで設定画面が表示されます。
act-role-undo = 元に戻すには、以前の権限を選び直してください。
act-role-submit = 権限を変更する
act-delete = アカウントを削除する
act-delete-what = { $login } さんと、このユーザーについて保存されているもの（名前、アドレス、{ $feature }、ログイン）をすべて削除します。監査記録だけは、名前の代わりに番号で残ります。
act-delete-undo = 元に戻せません。しばらく使えなくするだけの場合は、アカウントを停止してください。
act-delete-submit = 完全に削除する
act-export = このユーザーの情報をすべて書き出す
act-export-what = { $login } さんについて保存されているすべての情報を、本人に渡すためのファイル（JSON）にします。パスワード、キー、コードは含まれません。
act-export-undo = ファイルには個人情報が含まれます。書き出したことは記録に残ります。
act-export-submit = ファイルを保存する
helpdesk-code-lead = { $login } さんに、次のコードを読み上げてください。
helpdesk-code-until = { $until } まで、1回だけ使えます。このコードはもう表示されません。
helpdesk-code-step-1 = ユーザーがパスワードを入力してログインします。
helpdesk-code-step-2 = { $code }の入力画面で「ヘルプデスクのコードを使用してログインする」を選びます。
helpdesk-code-step-3 = この8桁の数字を入力します。
helpdesk-code-caution = 相手が本人だと確認できた場合だけ読み上げてください。メールやチャットで送らないでください。

# ユーザー管理：完了
notice-second-factor-removed = このユーザーの{ $feature }を解除し、本人に通知しました。
notice-second-factor-reissued = これまでの{ $feature }は使えなくなりました。次回のログインで設定画面が表示されます。
notice-user-mail-ended = このユーザーのメールソフトの利用を終了しました。
notice-user-sessions-ended = このユーザーは、すべてのブラウザーからログアウトしました。
notice-user-unlocked = このユーザーは、すぐに入力できます。
notice-user-disabled = アカウントを停止しました。すべてのログインは終了しています。
notice-user-enabled = アカウントを再開しました。
notice-user-role-changed = 権限を変更しました。ユーザーはもう一度ログインする必要があります。
notice-user-deleted = アカウントを削除しました。
notice-user-edited = 変更を保存しました。
notice-user-added = ユーザーを追加しました。
notice-group-added = グループを追加しました。
notice-group-changed = グループを変更しました。
notice-group-removed = グループを削除しました。所属していたユーザーは、グループなしになります。

# ユーザー管理：一覧
users-search = 検索
users-search-hint = { $login_label }や名前、またはその中の語の先頭の文字を入力します。日本語の名前は途中からでも探せます（「太郎」で田中太郎が見つかります）。大文字と小文字、全角と半角は区別しません。お知らせの宛先は暗号化して保存しているため、検索の対象外です。
users-search-submit = 検索する
users-search-cut = 見つかった順に表示しています。文字を増やして絞り込むと、並べ替えられます。
users-cut = このページのために{ $count }人を調べました。該当するユーザーがほかにもいる可能性があります。
users-go-on = 続きを探す
users-parts = 絞り込み
users-by-group = グループ別
users-orders = 並べ替え
users-pages = ページ
users-previous = 前のページ
users-export = この一覧をCSVで保存する
users-all = 全員
users-on = { $feature } 有効
users-off = { $feature } 未設定
users-pending = 設定の途中
users-locked = ロック中
users-disabled = 停止中
users-never = 未ログイン
users-few-codes = { $backup_code }残りわずか
users-administrators = 管理者
users-operators = 運用者
users-blocked = ロック中
users-codes-low = { $backup_code }残りわずか
users-count = { $count }人
users-count-more = { $most }人超
users-nobody = ユーザーはまだいません。追加や取り込みをすると、ここに表示されます。
users-none-found = 見つかりませんでした。{ $login_label }や名前の先頭の文字を入力するか、文字を減らしてください。
users-none-of-part = 該当するユーザーはいません。

# グループ
groups-title = グループ
groups-none = グループはまだありません。グループごとに、{ $feature }が必須になる日を先に延ばせます。
group-name = グループ名
group-members = ユーザー
group-grace = 設定を先送りできる期限
group-grace-hint = このグループのユーザーに{ $feature }が必須になる日です。空の場合は、全員と同じです。
group-add = グループを追加する
group-change = グループを変更する
group-remove = グループを削除する
group-remove-what = グループ「{ $name }」を削除しますか。所属するユーザー（{ $members }人）は削除されず、グループなしになります。全員に必須のものは、ただちに必須になります。
group-remove-undo = 元に戻すには、グループをもう一度追加し、ユーザーを1人ずつ入れてください。
group-remove-submit = グループを削除する
