# リマインダーメール：まだ設定していない人に、設定をお願いする
reminders-title = リマインダーメール
reminders-lead = { $feature }をまだ設定していない人に、設定をお願いするメールを送ります。
reminders-open = リマインダーメールを用意する
reminders-rule = 同じ人には{ $days }日に1通までです。何度も届くメールは読まれなくなり、共有アドレスやメールサーバーの負担にもなるため、この間隔は変えられません。利用停止中の人には送りません。
reminders-audience = 送る相手
reminders-had-one = 最近送信済み
reminders-addressless = アドレスなし
reminders-reached = 今回送る人
reminders-lately = { $day } に送った{ $count }人には、今回は送りません。
reminders-write = 内容
reminders-to = 送る相手
reminders-everybody = 未設定の全員
reminders-day = お願いする期限
reminders-day-hint = 省略できます。必須になる日時が決まっている人には、その日時がメールに自動で入ります。ここに入力した日付で必須になるわけではありません。
reminders-note = 添える一言
reminders-note-hint = 省略できます。200文字以内で、リンクは入れられません。入力したとおりに表示されます。
reminders-look = 文面と人数を確認する
reminders-preview = 文面の確認
reminders-confirm = { $count ->
    [0] 送る相手がいないため、送信できません。
   *[other] { $count }人に、それぞれの言語で1通ずつ送ります。送信したメールは取り消せません。
  }
reminders-submit = { $count }人に送信する
reminders-reason-hint = あなたの名前とともに監査記録に残ります。
reminders-sample-login = taro.yamada
reminders-rounds = これまでの送信
reminders-when = 開始日時
reminders-sent = 送信した人
reminders-left-out = 見送った人
reminders-state = 状態
reminders-state-running = 送信中
reminders-state-stopped = 停止
reminders-state-done = 完了
reminders-running = 送信しています（{ $percent }%）。{ $people }人のうち、これまでに{ $sent }人分を送信の列に入れました。このページを閉じても続きます。
reminders-stopped = 途中で止まっています（{ $percent }%）。{ $people }人のうち{ $sent }人分を送信の列に入れたところです。
reminders-done = { $sent }人分を送信の列に入れました。
reminders-recent = { $count }人は、最近送信済みのため見送りました。
reminders-no-address = { $count }人は、メールアドレスがないため送れません。
reminders-crowded = { $count }人は、ほかの人と同じアドレスに今日すでに何通も送っているため見送りました。
reminders-leaves = ほかのメールを遅らせないよう、1分に300通の速さで送ります。最後の1通は { $time } ごろです。その前に設定を終えた人には届きません。
reminders-stop = 送信を停止する
reminders-go-on = 続きを送信する
reminders-go-on-hint = 続きから送信します。すでに送った人に2通目が届くことはありません。
reminders-to-list = リマインダーメールの一覧へ
reminders-back = 設定の状況へ戻る
reminders-no-mail = このサーバーはメールを送る設定になっていないため、リマインダーを送れません。運用者にお問い合わせください。
reminders-not-offered = いまのポリシーでは{ $feature }の設定を受け付けていないため、リマインダーを送れません。
