# アプリコードとユーザコードでの登録（K4）
pairing-title = アプリコードでの登録
pairing-offer = ペアリングに対応した専用アプリをお使いの場合は、QRコードの代わりに、アプリに表示されるアプリコードで登録できます。
pairing-start = アプリコードで登録する
pairing-open = アプリコードでの登録の途中です。前回の続きから登録できます。
pairing-resume = 登録を続ける

pairing-user-code = ユーザコード
pairing-user-code-lead = アプリを起動して「追加」を押し、次のユーザコードをアプリに入力してください。
pairing-user-code-note = アプリには「アプリコード」も表示されます。次の画面では、そのアプリコードを入力します。次の画面にこのユーザコードは表示されませんので、アプリへの入力を済ませるか、書き留めてから進んでください。
pairing-user-code-care = ユーザコードは1回の登録だけに使うもので、利用者と端末ごとに異なります。ほかの人に見せたり、伝えたりしないでください。
pairing-next = 次へ

pairing-app-code = アプリコード
pairing-app-code-lead = アプリに表示されているアプリコードを入力し、「次へ」を押してください。
pairing-app-code-lead-first = アプリを起動して「追加」を押すと、アプリコードが表示されます。それを次の欄に入力し、「次へ」を押してください。
pairing-app-code-hint = 16文字です。小文字や全角でも、空白やハイフンが入っていてもかまいません。入力し終えると、のぞき見を防ぐため文字を隠します。
pairing-app-code-show = アプリコードを表示する
pairing-app-code-hide = アプリコードを隠す
pairing-app-codes-left = アプリコードは、あと{ $left }回まで入力できます。
pairing-device = 端末の名前（省略できます）
pairing-device-hint = 端末を見分けるための名前です（例：私のスマートフォン）。アプリにも同じ名前を付けておくと、迷いません。
pairing-back-to-user-code = ユーザコードをもう一度見る

pairing-derived-lead = アプリに次のユーザコードを入力し、「登録」を押してください。
pairing-tag = 目印
pairing-tag-hint = アプリにも同じ目印が表示されます。違う場合は、どちらかのコードが正しく入力されていません。
pairing-type-again = アプリコードを入力し直す
pairing-code-hint = アプリの「VIEW CODE」を押し続けると表示される6桁の数字です。30秒ごとに変わります。
pairing-tries = あと{ $left }回まで入力できます。
pairing-then = 時間を過ぎるとこの登録は無効になり、最初からのやり直しになります。
pairing-abandon = 登録を中止する
pairing-use-qr = QRコードで登録する
pairing-help = 登録で困ったときは

account-app-tag = 目印
account-app-device = 端末
remove-device = 登録されている端末：{ $device }
proof-for-pairing = アプリを登録する前に、ご本人であることを確認します。

help-pairing = アプリコードで登録できない
help-pairing-order = アプリで「追加」を押すとアプリコードが、この画面にはユーザコードが表示されます。アプリコードはこの画面に、ユーザコードはアプリに入力してください。どちらを先に入力してもかまいません。
help-pairing-symbols = コードは数字とアルファベットの16文字です。アルファベットのI・L・O・Uは使われません（I と L は数字の1、O は数字の0として読み取ります）。
help-pairing-tag = 画面とアプリの「目印」が違うときは、どちらかのコードが正しく入力されていません。アプリの登録を取り消して、もう一度「追加」から始めてください。
help-pairing-limit = 登録は10分以内に終えてください。1回の登録で、アプリコードは5回まで、{ $code }の間違いは5回までです。途中で終わった登録が1日に10回になると、翌日までこの方法では登録できません。お急ぎの場合は、{ $contact }にお問い合わせください。
help-pairing-undo = 心当たりのない登録のお知らせが届いたときは、すぐにパスワードを変更し、アカウントのページで{ $feature }を解除するか、{ $contact }にご連絡ください。
