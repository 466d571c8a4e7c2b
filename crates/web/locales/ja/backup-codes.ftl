# バックアップコード
backup-codes-title = { $backup_code }
backup-codes-lead = { $app }を使えないときに、{ $code }の代わりに入力してログインするためのコードです。1つにつき1回だけ使えます。
backup-codes-state = 残り
backup-codes-issued = 発行日時
backup-codes-left = 未使用のコードは{ $total }個中{ $left }個です。
backup-codes-few = { $left ->
    [0] 使えるコードが残っていません。新しい{ $backup_code }を発行してください。
   *[other] 残りが少なくなっています。新しい{ $backup_code }を発行してください。
  }
backup-codes-none = { $backup_code }はまだ発行されていません。スマートフォンの紛失や故障に備えて、発行してください。
backup-codes-view = コードをもう一度表示する
backup-codes-viewed = いまの{ $backup_code }
backup-codes-used = 使用済み
backup-codes-unused = 未使用
backup-codes-issue-title = 新しく発行する
backup-codes-issue-lead = 新しい{ $backup_code }を{ $count }個発行します。
backup-codes-issue-void = 発行すると、これまでの{ $backup_code }は、未使用のものも含めてすべて無効になります。
backup-codes-issue = { $backup_code }を発行する

backup-codes-keep = { $backup_code }は{ $count }個あり、それぞれ1回だけ使えます。{ $app }を使えないときに、{ $code }の代わりに入力してください。
backup-codes-shown-once = ここに表示されるのは今回だけです。画面を閉じる前に、ダウンロードするか印刷して、ほかの人の目に触れない場所に保管してください。
backup-codes-shown-again = 画面を閉じる前に、ダウンロードするか印刷して、ほかの人の目に触れない場所に保管してください。アカウントのページからもう一度見ることもできますが、そのときにはログインが必要です。
# Stands on the Japanese page for those who read English: the switch would lose the codes.
backup-codes-other-language = Save or print your backup codes first; you can switch to English on the next page.
backup-codes-download = { $backup_code }をダウンロード
backup-codes-download-once = ダウンロードしたファイルは、ほかの人の目に触れない場所に保管してください。残りの数は、画面を開き直すと表示されます。もう一度ダウンロードすると新しいコードになり、それまでのコードはすべて無効になります。
backup-codes-downloaded = ダウンロードを始めました。保存したファイルに{ $backup_code }が入っていることを確かめてください。
backup-codes-look = 残りの数を確認する
backup-codes-print = 印刷する
backup-codes-copy = コピーする

# ダウンロードするファイル
backup-codes-file-name = { $backup_code }
backup-codes-file-head = { $tenant }の{ $backup_code }（{ $time } 発行）。それぞれ1回だけ使えます。新しく発行すると、これらは無効になります。
