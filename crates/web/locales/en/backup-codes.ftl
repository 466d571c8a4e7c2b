# Backup codes
backup-codes-title = { $Backup_code }s
backup-codes-lead = When you cannot use your { $app }, enter one of these in place of the { $code }. Each works once.
backup-codes-state = Left
backup-codes-issued = Issued
backup-codes-left = { $left } of { $total } codes are unused.
backup-codes-few = { $left ->
    [0] No code is left. Please issue new { $backup_code }s.
   *[other] Few codes are left. Please issue new { $backup_code }s.
  }
backup-codes-none = You have no { $backup_code }s yet. Issue some, in case your phone is lost or broken.
backup-codes-view = Show the codes again
backup-codes-viewed = Your present { $backup_code }s
backup-codes-used = Used
backup-codes-unused = Unused
backup-codes-issue-title = Issue new ones
backup-codes-issue-lead = This issues { $count } new { $backup_code }s.
backup-codes-issue-void = All earlier { $backup_code }s, used or not, stop working at that moment.
backup-codes-issue = Issue { $backup_code }s

backup-codes-keep = These are your { $count } { $backup_code }s. Each works once. Enter one in place of the { $code } when you cannot use your { $app }.
backup-codes-shown-once = You see them only this once. Before you leave this page, download or print them, and keep them where nobody else looks.
backup-codes-shown-again = Before you leave this page, download or print them, and keep them where nobody else looks. You can see them again on your account page, but only while you can sign in.
# Stands on the English page for those who read Japanese: the switch would lose the codes.
backup-codes-other-language = 先にバックアップコードを保存か印刷してください。日本語への切り替えは、次のページでできます。
backup-codes-download = Download { $backup_code }s
backup-codes-download-once = Keep the file where nobody else looks. Open this page again to see how many are left. Downloading again makes new codes, and all earlier ones stop working.
backup-codes-downloaded = The download has begun. Check that your { $backup_code }s are in the saved file.
backup-codes-look = See how many are left
backup-codes-print = Print
backup-codes-copy = Copy

# The file that a set is downloaded as
backup-codes-file-name = { $backup_code }s
backup-codes-file-head = { $Backup_code }s for { $tenant }, issued { $time }. Each works once. Issuing new ones makes these void.
